"""What the states of an order mean, in the words of many shops and languages."""

import re
from collections.abc import Iterable
from typing import Final

from tongbao.plans.names import one_spelling


def state_of(text: str) -> str:
    """Return a state in small letters, the blanks and hyphens in it as underscores.

    >>> state_of("wc-On hold"), state_of("on-hold"), state_of("Ｐａｉｄ")
    ('on_hold', 'on_hold', 'paid')
    """
    name = one_spelling(text).casefold().removeprefix("wc-")
    return re.sub(r"[ _-]+", "_", name)


def _states(words: Iterable[str]) -> frozenset[str]:
    return frozenset(state_of(word) for word in words)


REFUNDED_STATES: Final = _states(
    (
        *("refunded", "fully refunded", "已退款", "退款成功", "全额退款", "erstattet", "remboursé"),
        *("remboursée", "reembolsado", "reembolsada", "rimborsato", "terugbetaald", "zwrócone"),
        *("返金済み", "返金済", "환불완료", "환불 완료", "возвращён", "возвращен"),
    )
)
"""The states in which all of an order was returned, where no amount says how much."""

PAID_STATES: Final = REFUNDED_STATES | _states(
    (
        *("paid", "complete", "completed", "processing", "shipped", "partially shipped"),
        *("delivered", "fulfilled", "partially fulfilled", "captured", "settled", "succeeded"),
        *("success", "partially refunded", "partial refund"),
        *(
            "已付款",
            "已支付",
            "支付成功",
            "买家已付款",
            "买家已付款，等待卖家发货",
            "待发货",
            "已发货",
        ),
        *(
            "卖家已发货",
            "卖家已发货，等待买家确认",
            "待收货",
            "已收货",
            "已签收",
            "交易成功",
            "交易完成",
        ),
        *(
            "已完成",
            "订单完成",
            "部分退款",
            "待出貨",
            "待發貨",
            "已出貨",
            "已發貨",
            "已收貨",
            "訂單完成",
        ),
        *("bezahlt", "abgeschlossen", "versandt", "versendet", "geliefert", "teilweise erstattet"),
        *("payé", "payée", "terminé", "terminée", "expédié", "expédiée", "livré", "livrée"),
        *("pagado", "pagada", "completado", "completada", "enviado", "enviada", "entregado"),
        *("entregada", "pago", "paga", "concluído", "concluída", "entregue", "pagato", "pagata"),
        *("completato", "spedito", "consegnato", "betaald", "voltooid", "afgerond", "verzonden"),
        *("geleverd", "opłacone", "zrealizowane", "wysłane", "betald", "ödendi", "tamamlandı"),
        *("оплачен", "оплачено", "выполнен", "доставлен", "支払い済み", "支払済み", "支払済"),
        *(
            "入金済み",
            "入金済",
            "発送済み",
            "発送済",
            "配達済み",
            "결제완료",
            "결제 완료",
            "입금완료",
        ),
        *("배송완료", "배송 완료", "배송중", "구매확정"),
    )
)
"""The states that count as paid in a column named as status."""

UNPAID_STATES: Final = _states(
    (
        *("unpaid", "not paid", "pending", "pending payment", "payment pending", "failed"),
        *("awaiting payment", "waiting for payment", "on hold", "cancelled", "canceled", "void"),
        *("voided", "expired", "declined", "draft", "checkout draft", "auto draft", "authorized"),
        *("abandoned", "trash", "payment failed"),
        *(
            "未付款",
            "未支付",
            "待付款",
            "待支付",
            "等待买家付款",
            "已取消",
            "取消",
            "交易关闭",
            "已关闭",
        ),
        *("交易取消", "支付失败", "等待買家付款", "交易關閉", "已關閉", "付款失敗"),
        *("unbezahlt", "nicht bezahlt", "zahlung ausstehend", "storniert", "fehlgeschlagen"),
        *("in wartestellung", "impayé", "impayée", "non payé", "en attente de paiement", "annulé"),
        *("annulée", "échoué", "échouée", "pendiente de pago", "pago pendiente", "cancelado"),
        *("cancelada", "anulado", "fallido", "no pagado", "pagamento pendente", "não pago"),
        *("aguardando pagamento", "in attesa di pagamento", "annullato", "annullata", "fallito"),
        *("non pagato", "onbetaald", "wacht op betaling", "geannuleerd", "mislukt", "nieopłacone"),
        *("anulowane", "avbruten", "iptal", "iptal edildi", "не оплачен", "не оплачено", "отменён"),
        *("отменен", "ожидает оплаты", "未払い", "未入金", "支払い待ち", "入金待ち", "キャンセル"),
        *("キャンセル済み", "입금대기", "결제대기", "미입금", "취소", "주문취소", "취소완료"),
    )
)
"""The states that do not."""

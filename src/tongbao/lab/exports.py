"""The exports that are known by their columns, and what the states of an order mean in them."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from tongbao.plans.words import Text


class Known(Struct, frozen=True, kw_only=True):
    """A known export: for each role the names, best first, that its column has.

    ``unpaid_statuses`` are states of its own beside those that mean unpaid anywhere.
    ``signs`` are columns that tell it from others without having a role;
    ``note`` is what its reader should know.
    """

    title: Text
    needed: Mapping[str, tuple[str, ...]]
    possible: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    signs: tuple[str, ...] = ()
    folded: bool = False
    paid_statuses: frozenset[str] | None = None
    unpaid_statuses: frozenset[str] = frozenset()
    note: Text | None = None


_WOO_PAID: Final = frozenset({"completed", "processing", "refunded"})
_SHOPIFY_PAID: Final = frozenset({"paid", "partially_refunded", "refunded"})
_EMAILS: Final = ("billing_email", "customer_email", "email_billing", "email")
_WOO_CUSTOMERS: Final = (*_EMAILS, "customer_id", "customer_user", "customer_user_id")

KNOWN: Final[tuple[Known, ...]] = (
    Known(
        title=Text("orders with amounts in minor units", "订单文件（金额以分计）"),
        needed={
            "order": ("order_id",),
            "customer": ("customer_id",),
            "time": ("timestamp",),
            "amount_minor": ("amount_minor",),
        },
        possible={"currency": ("currency",), "refund": ("is_refund",)},
    ),
    Known(
        title=Text("order lines with prices in thousandths", "订单明细文件（单价以千分之一计）"),
        needed={
            "order": ("order_id",),
            "customer": ("customer_id",),
            "time": ("ordered_at",),
            "quantity": ("quantity",),
            "unit_price_milli": ("unit_price_milli",),
        },
        possible={"currency": ("currency",)},
    ),
    Known(
        title=Text("Shopify's orders export", "Shopify 订单导出文件"),
        needed={
            "order": ("name",),
            "customer": ("email",),
            "time": ("paid_at", "created_at"),
            "amount": ("total",),
            "status": ("financial_status",),
        },
        possible={
            "second_time": ("created_at",),
            "refunded": ("refunded_amount",),
            "currency": ("currency",),
            "cancelled": ("cancelled_at", "canceled_at"),
            "own_id": ("id",),
        },
        folded=True,
        paid_statuses=_SHOPIFY_PAID,
        unpaid_statuses=frozenset({"partially_paid"}),
    ),
    Known(
        title=Text("WooCommerce's orders export", "WooCommerce 订单导出文件"),
        needed={
            "order": ("order_id", "order_number", "order_number_formatted"),
            "customer": _WOO_CUSTOMERS,
            "time": ("order_date", "date", "date_created"),
            "amount": ("order_total", "order_total_amount"),
            "status": ("status", "order_status"),
        },
        possible={
            "refunded": ("refunded_total", "order_refund_amount", "refund_total"),
            "currency": ("order_currency", "currency"),
        },
        folded=True,
        paid_statuses=_WOO_PAID,
    ),
    Known(
        title=Text("WooCommerce's Analytics › Orders export", "WooCommerce 分析›订单 导出文件"),
        needed={
            "order": ("order",),
            "customer": ("customer",),
            "time": ("date",),
            "amount": ("net_sales", "n_revenue", "net_revenue"),
            "status": ("status",),
        },
        signs=("items_sold",),
        paid_statuses=_WOO_PAID,
        note=Text(
            "this export names customers only by name: two of one name count as one, and one who "
            "writes theirs in two ways counts as two; its net sales are without tax and shipping",
            "这种导出文件只有客户姓名：同名的两人会算作一人，一人用两种写法会算作两人；"
            "净销售额不含税费和运费",
        ),
    ),
)

WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "currency": (
        *("currency", "currency_code", "order_currency", "currency_iso", "iso_currency"),
        *("currency_iso_code", "order_currency_code", "transaction_currency", "币种", "货币"),
        *(
            "币别",
            "货币代码",
            "幣別",
            "幣種",
            "貨幣",
            "通貨",
            "통화",
            "währung",
            "devise",
            "moneda",
        ),
        *("divisa", "valuta", "moeda", "waluta", "валюта"),
    ),
    "cancelled": (
        *("cancelled_at", "canceled_at", "cancelled_on", "cancelled_date", "cancellation_date"),
        *(
            "date_cancelled",
            "date_canceled",
            "cancelled_time",
            "取消时间",
            "取消日期",
            "订单取消时间",
        ),
    ),
    "outstanding": (
        *("outstanding_balance", "outstanding", "outstanding_amount", "amount_outstanding"),
        *("balance_due", "amount_due", "due_amount", "unpaid_amount", "amount_unpaid"),
        *("未付金额", "未付款金额", "待付金额", "欠款", "欠款金额", "未结金额"),
    ),
    "payment": (
        *("payment_method_title", "payment_method", "payment_type", "payment_gateway", "gateway"),
        *("tender", "tender_type", "支付方式", "付款方式", "支付渠道"),
    ),
    "gift_card": (
        *("gift_card_amount", "gift_cards_amount", "gift_card_used", "gift_cards_used"),
        *("paid_by_gift_card", "store_credit", "store_credit_used", "store_credit_amount"),
        *("customer_balance_amount", "customer_credit_amount", "wallet_amount", "gift_card_total"),
        *("礼品卡金额", "礼品卡抵扣", "礼品卡支付", "购物卡支付", "储值支付", "储值抵扣"),
        *("储值卡支付", "余额支付", "余额抵扣", "余额支付金额", "购物金抵扣", "購物金折抵"),
    ),
    "item": (
        *("lineitem_name", "item_name", "product_name", "item", "product", "product_s"),
        *("商品名称", "商品标题", "宝贝标题", "品名", "商品"),
    ),
}
"""Columns of any file that tell what was really paid, for each role its names, best first."""

GIFT_WORDS: Final = re.compile(
    r"gift[ _-]?(?:card|certificate|voucher)|礼品卡|禮品卡|购物卡|購物卡|储值卡|礼券|carte[ _-]cadeau"
    r"|geschenk(?:karte|gutschein)|tarjeta[ _-]regalo|ギフトカード",
    re.IGNORECASE,
)
CREDIT_WORDS: Final = re.compile(
    GIFT_WORDS.pattern
    + r"|store[ _-]?credit|account[ _-](?:credit|funds)|customer[ _-](?:balance|credit)"
    r"|(?:store|shop)[ _-]wallet|(?:会员|店内|店铺)余额|余额(?:支付|抵扣)|储值|購物金|购物金"
    r"|预存款|guthaben|saldo a favor",
    re.IGNORECASE,
)
"""What a way of payment is called that counted before: a gift card, or the shop's own credit."""

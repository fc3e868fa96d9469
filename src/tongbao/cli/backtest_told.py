"""What `tongbao backtest` says at the end: the run in a few lines, and what to mind about it."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final, cast

from tongbao.lab.result import BacktestResult
from tongbao.plans.money import format_money, format_percent
from tongbao.plans.words import Lang, Text, plain

_WHOLE_BPS: Final = 10_000


def told(result: BacktestResult, lang: Lang) -> str:
    """Return the run in a few lines."""
    return "\n".join(_lines(result, lang))


def _lines(result: BacktestResult, lang: Lang) -> Iterable[str]:
    summary, currency = result.summary, result.options.currency

    def whole(key: str) -> int:
        return cast("int", summary[key])

    def money(key: str) -> str:
        return format_money(whole(key), currency, lang)

    share = format_percent(round(Fraction(str(summary["cost_share_of_sales"])) * _WHOLE_BPS))
    yield _TOLD.say(
        lang,
        orders=summary["orders"],
        members=summary["members"],
        days=summary["days"],
        sales=format_money(whole("sales") - whole("refunded_sales"), currency, lang),
        share=share,
        reserve=money("reserve"),
        mean=money("members_mean"),
        median=money("members_median"),
        refunds=summary["refunds"],
        unmatched=summary["unmatched_refunds"],
        skipped=summary["skipped_without_customer"],
        skipped_amount=money("skipped_without_customer_amount"),
    )
    reasons = _reasons(cast("Mapping[str, int]", summary["rejected_commands"]), lang)
    if whole("rejected_orders") and not whole("purchases"):
        count, amount = whole("rejected_orders"), money("rejected_orders_amount")
        yield _ALL_REJECTED.say(lang, count=count, amount=amount, reasons=reasons)
    elif reasons:
        yield _REJECTED.say(
            lang,
            orders=whole("rejected_orders"),
            orders_amount=money("rejected_orders_amount"),
            refunds=whole("rejected_refunds"),
            refunds_amount=money("rejected_refunds_amount"),
            reasons=reasons,
        )
    notes = cast("list[str]", summary["reading_notes_zh" if lang == "zh" else "reading_notes"])
    for note in notes:
        yield _NOTE.say(lang, note=note)


def _reasons(rejected: Mapping[str, int], lang: Lang) -> str:
    """Return why commands were rejected, the most frequent reason first."""
    parts = []
    for name, count in sorted(rejected.items(), key=lambda item: (-item[1], item[0])):
        kind, _, error = name.partition(": ")
        words = _ERRORS.get(error, plain(error)).say(lang)
        parts.append(_REASON.say(lang, kind=_KINDS[kind].say(lang), count=count, words=words))
    return _SEMICOLON.say(lang).join(parts)


_TOLD = Text(
    "{orders:order|orders}, {members:member|members}, {days:day|days}; "
    "sales {sales} after refunds, cost {share} of them.\n"
    "Reserve {reserve}. A member has {mean} on average, half of them at most {median}.\n"
    "Refunds {refunds}, of which {unmatched} {unmatched:=matches|match} no order; {skipped} "
    "{skipped:=order or refund|orders and refunds} without a customer ({skipped_amount}).",
    "订单 {orders} 笔，会员 {members} 人，{days} 天；销售额 {sales}（已扣退款），成本占 {share}。\n"
    "积分准备金 {reserve}。会员人均 {mean}，一半会员不超过 {median}。\n"
    "退款 {refunds} 笔，其中 {unmatched} 笔找不到对应订单；没有客户的订单和退款 {skipped} 笔"
    "（{skipped_amount}）。",
)
_REJECTED = Text(
    "Mind: the plan's rules rejected {orders:order|orders} of {orders_amount} and {refunds:refund|refunds} of "
    "{refunds_amount}; they are in no figure above but the number of orders. Why: {reasons}.",
    "注意：方案的规则拒绝了 {orders} 笔订单（{orders_amount}）和 {refunds} 笔退款"
    "（{refunds_amount}）；除订单数外，上面的数字都不包括它们。原因：{reasons}。",
)
_ALL_REJECTED = Text(
    "Not one order was accepted: the plan's rules rejected all {count} ({amount}), so this plan "
    "can't run in this shop as it is. Why: {reasons}.",
    "没有一笔订单被接受：方案的规则拒绝了全部 {count} 笔（{amount}），这个方案目前无法在本店运行。"
    "原因：{reasons}。",
)
_NOTE = Text("Note: {note}.", "说明：{note}。")
_REASON = Text("{kind} {count} × {words}", "{kind} {count} × {words}")
_SEMICOLON = Text("; ", "；")
_KINDS: Final = {
    "purchase": Text("orders", "订单"),
    "refund": Text("refunds", "退款"),
    "redeem": Text("sales of points", "卖出积分"),
    "convert": Text("conversions", "转为购物金"),
}
_ERRORS: Final = {
    "overspent": Text(
        "overspent, the plan would give away more than was paid",
        "超支（overspent），付出会多于实收",
    ),
    "profit_required": Text("profit_required, no profit is given", "缺少利润（profit_required）"),
    "unknown_purchase": Text(
        "unknown_purchase, their order was rejected", "对应订单被拒绝（unknown_purchase）"
    ),
    "insufficient_points": Text(
        "insufficient_points, too few points", "积分不足（insufficient_points）"
    ),
    "too_small": Text(
        "too_small, worth less than a minor unit", "价值不足最小货币单位（too_small）"
    ),
    "dust_remaining": Text(
        "dust_remaining, too little would be left", "剩余过少（dust_remaining）"
    ),
}

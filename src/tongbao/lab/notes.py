"""What to tell of how a file was read: what was rounded, taken for something, or assumed."""

from collections.abc import Iterator
from datetime import timedelta

from tongbao.lab.moments import Clock, offset_text
from tongbao.lab.problems import quoted
from tongbao.lab.sorting import Sorting
from tongbao.plans.words import Text


def sorting_notes(sorting: Sorting) -> Iterator[Text]:
    """Yield what orders and refunds were taken for."""
    if sorting.inexact:
        yield _ROUNDED.fill(count=sorting.inexact)
    if sorting.unmarked:
        yield _UNMARKED.fill(count=sorting.unmarked)
    undated = sum(bool(o.returned) and o.returned_at is None for o in sorting.orders)
    if undated:
        yield _UNDATED.fill(count=undated)
    yield from sorting.states.notes()
    if sorting.twins:
        yield _TWIN_REFUNDS.fill(count=sorting.twins)
    if sorting.respelt:
        told, meant = sorting.respelt[0]
        values = {"count": len(sorting.respelt), "told": quoted(told), "meant": quoted(meant)}
        yield _RESPELT.fill(**values)
    if sorting.strangers.documents:
        yield _STRANGERS.fill(count=sorting.strangers.documents)


def rounding_notes(rounded: int) -> Iterator[Text]:
    """Yield how many floats were rounded."""
    if rounded:
        yield _FLOATS.fill(count=rounded)


def offset_notes(clock: Clock, time_zone: str | None) -> Iterator[Text]:
    """Yield which offsets from UTC the times bear, where they decide when a day ends."""
    offsets = clock.offsets
    if time_zone is None and (len(offsets) > 1 or timedelta() in offsets):
        shown = ", ".join(offset_text(offset) for offset in sorted(offsets))
        yield _OFFSETS.fill(offsets=shown)


def currency_notes(currency: str, *, is_named: bool) -> Iterator[Text]:
    """Yield that the currency was assumed."""
    if not is_named:
        yield _ASSUMED.fill(currency=currency)


_FLOATS = Text(
    "{count:number|numbers} in columns of floating point {count:=was|were} rounded half to even",
    "浮点列中有 {count} 个数按“四舍六入五成双”取整",
)
_ROUNDED = Text(
    "the lines of {count:order|orders} do not add up to whole minor units; rounded half to even",
    "{count} 个订单的明细之和不是整数分，按“四舍六入五成双”取整",
)
_UNMARKED = Text(
    "{count:row|rows} with a negative amount {count:=is|are} not marked as {count:=a refund|refunds} and "
    "{count:=was|were} taken as {count:=one|refunds}",
    "{count} 行金额为负但没有退款标记，按退款处理",
)
_UNDATED = Text(
    "{count:order has|orders have} a refunded amount without a date; it was taken as returned inside the "
    "return window",
    "{count} 个订单的退款金额没有日期，按退货期内退回处理",
)
_TWIN_REFUNDS = Text(
    "{count:refund|refunds} of no order in this file {count:=bears|bear} the id of another refund; each was "
    "counted",
    "{count} 笔退款在文件中没有对应订单号，且编号与另一笔退款相同，每笔都计入",
)
_RESPELT = Text(
    "{count:refund spells its|refunds spell their} order in another way and {count:=was|were} taken as "
    "{count:=one|refunds} of it, the first "
    "{told} for {meant}",
    "{count} 笔退款的订单号写法不同，已按对应订单处理，例如 {told} 即 {meant}",
)
_STRANGERS = Text(
    "{count:refund names|refunds name} an order of another customer; {count:=it was|they were} taken as "
    "{count:=one|refunds} of that order",
    "{count} 笔退款写的是另一客户的订单，按该订单的退款处理",
)
_OFFSETS = Text(
    "the times bear offsets from UTC ({offsets}) and were taken as written, so days end at "
    "midnight as written; for the shop's own midnight give --time-zone, such as Asia/Shanghai",
    "时间带有时差（{offsets}），按所写的时间计，因此每天在所写时间的零点结束；"
    "要按本店时间请用 --time-zone，例如 Asia/Shanghai",
)
_ASSUMED = Text(
    "the file names no currency; {currency} was taken from the plan",
    "文件没有币种，按方案的 {currency} 计",
)

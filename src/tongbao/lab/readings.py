"""Files that can be read in two ways: which way was taken, and what either adds up to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tongbao.lab.drafts import Draft, RowReader
from tongbao.lab.formats import Layout
from tongbao.lab.problems import LabError
from tongbao.lab.sorting import Sorting
from tongbao.plans.money import format_money
from tongbao.plans.words import Text, plain

_KEPT: Final = 3


class Readings:
    """Counts, while rows are read, those that may say one thing twice."""

    def __init__(self, layout: Layout, reader: RowReader) -> None:
        self._layout = layout
        self._reader = reader
        self._seen: set[int] = set()
        self._equal = 0
        self._apart = 0
        self._folded = 0
        self._repeated: dict[str, int] = {}
        self._first_lines: list[int] = []

    def fold(self, draft: Draft, *, repeats: bool) -> None:
        """Count a further row of an order; ``repeats`` its amount, or leaves it blank."""
        self._folded += 1
        if repeats:
            self._repeated[draft.id] = self._repeated.get(draft.id, 0) + 1

    def see_line(self, draft: Draft, row: Sequence[object], line: int, part: int) -> None:
        """Count a line that is equal to an earlier one of its order in every column."""
        key = hash((draft.id, draft.marked, *map(str, row)))
        if key not in self._seen:
            self._seen.add(key)
            return
        self._equal += 1
        draft.doubled += part
        if len(self._first_lines) < _KEPT:
            self._first_lines.append(line)

    def notes(
        self, sorting: Sorting, drafts: Mapping[tuple[str, bool], Draft], currency: str
    ) -> Iterator[Text]:
        """Yield what was read in one of two ways, with what either adds up to."""
        total = sum(order.paid for order in sorting.orders)
        kept = [drafts[order.id, False] for order in sorting.orders]
        if self._equal:
            doubled = sum(self._minor(draft.doubled, draft) for draft in kept)
            yield _EQUAL_LINES.fill(
                count=self._equal,
                lines=", ".join(map(str, self._first_lines)),
                all=_money(total, currency),
                once=_money(total - doubled, currency),
            )
        several = [draft for draft in kept if draft.rows > 1]
        if "line_amount" in self._layout.columns and several and all(d.alike for d in several):
            more = sum(self._minor(d.part, d) * (d.rows - 1) for d in several)
            yield _EQUAL_AMOUNTS.fill(
                count=len(several),
                all=_money(total, currency),
                once=_money(total - more, currency),
                column=plain(self._layout.columns["line_amount"]),
            )
        if self._repeated:
            more = sum(d.written * self._repeated.get(d.id, 0) for d in kept)
            yield _REPEATED.fill(
                count=sum(self._repeated.values()),
                once=_money(total, currency),
                all=_money(total + more, currency),
            )
        if blank := self._folded - sum(self._repeated.values()):
            yield _FOLDED.fill(count=blank)
        if self._reader.inherited:
            yield _INHERITED.fill(count=self._reader.inherited)

    def _minor(self, scaled: int, draft: Draft) -> int:
        return self._reader.minor_of(scaled, draft.currency)[0]


def payment_notes(sorting: Sorting, currency: str) -> Iterator[Text]:
    """Yield what of the orders was not paid, or was paid with money that counted before."""
    if sorting.outstanding.documents:
        yield _OUTSTANDING.fill(
            count=sorting.outstanding.documents, amount=_money(sorting.outstanding.amount, currency)
        )
    if sorting.owed.documents:
        yield _OWED.fill(count=sorting.owed.documents, amount=_money(sorting.owed.amount, currency))
    if sorting.cancelled.documents:
        yield _CANCELLED.fill(
            count=sorting.cancelled.documents, amount=_money(sorting.cancelled.amount, currency)
        )
    total = sum(order.paid for order in sorting.orders)
    if sorting.gifts.documents:
        yield _GIFTS_USED.fill(
            count=sorting.gifts.documents,
            amount=_money(sorting.gifts.amount, currency),
            all=_money(total, currency),
            once=_money(total - sorting.gifts.amount, currency),
        )
    if sorting.gifts_sold:
        yield _GIFTS_SOLD.fill(count=sorting.gifts_sold)
    if sorting.refunds_of_nothing.documents:
        yield _REFUNDS_OF_NOTHING.fill(
            count=sorting.refunds_of_nothing.documents,
            amount=_money(sorting.refunds_of_nothing.amount, currency),
        )


def net_note(
    sorting: Sorting, layout: Layout, currency: str, file: str, *, insist: bool
) -> Text | None:
    """Return a word about refunds larger than what was paid, None if there are none.

    Raises:
        LabError: if at least half of the orders that returned something gave back more than
            was paid, unless the user insists: amounts then are net of refunds already.
    """
    excess = [order for order in sorting.orders if order.returned > order.paid]
    if not excess:
        return None
    partly = sum(bool(order.returned) for order in sorting.orders)
    paid = sum(order.paid for order in sorting.orders)
    back = sum(min(order.returned, order.paid) for order in sorting.orders)
    column = layout.columns.get("refunded", layout.columns.get("refund", ""))
    reason = _NET.fill(
        count=len(excess),
        partly=partly,
        mapped=_money(paid - back, currency),
        net=_money(paid, currency),
    )
    if 2 * len(excess) >= partly and column and not insist:
        line = min(order.line for order in excess)
        raise LabError(reason, _NET_OUT, file=file, line=line, field=column)
    return reason


def _money(minor: int, currency: str) -> Text:
    en, zh = format_money(minor, currency, "en"), format_money(minor, currency, "zh")
    return Text(en, zh)


_EQUAL_LINES = Text(
    "{count} lines are equal to an earlier one of their order in every column (the first on line "
    "{lines}); all were counted, {all} in orders. If exports that overlap were joined, take such "
    "lines out: {once}",
    "{count} 行与同一订单中前面的一行在各列上完全相同（最早在第 {lines} 行），全部计入，订单合计 {all}；"
    "如果是把有重叠的导出文件拼在一起，请删去这些行：{once}",
)
_EQUAL_AMOUNTS = Text(
    "the lines of each of the {count} orders with several lines bear one amount; they were added "
    "up, {all} in orders. If '{column}' repeats the order's total on every line, map it as amount= "
    "instead of line_amount=: {once}",
    "{count} 个多行订单的各行金额都相同，已相加，订单合计 {all}；"
    "如果“{column}”在每行重复整单金额，请用 amount= 代替 line_amount=：{once}",
)
_REPEATED = Text(
    "{count} further rows repeat their order with its amount and were counted once, {once} in "
    "orders. If each is a line with an amount of its own, map line_amount= instead of amount=: {all}",
    "{count} 行重复了所属订单及其金额，只计一次，订单合计 {once}；"
    "如果每行是有自己金额的明细，请用 line_amount= 代替 amount=：{all}",
)
_FOLDED = Text(
    "{count} further rows of orders leave the amount blank and were read as parts of the order",
    "{count} 行没有金额，按所属订单的后续行处理",
)
_INHERITED = Text(
    "{count} further lines leave cells blank; these were taken from the first line of their order",
    "{count} 行明细有空格，按所属订单第一行的内容处理",
)
_OUTSTANDING = Text(
    "{count} orders are not paid in full: {amount} outstanding was taken off",
    "{count} 个订单没有付清，未付的 {amount} 已扣除",
)
_OWED = Text(
    "{count} orders were overpaid by {amount}, by their outstanding balance; they were taken at "
    "their total",
    "{count} 个订单多付了 {amount}（未付余额为负），按订单金额计",
)
_CANCELLED = Text(
    "{count} orders are cancelled with nothing refunded and were left out: {amount}",
    "{count} 个订单已取消而没有退款，不计入：{amount}",
)
_GIFTS_USED = Text(
    "{count} orders were paid with gift cards, wholly or in part ({amount}); they were counted, "
    "{all} in orders. Where the sale of the cards is in the file too, that money counts twice; "
    "without these orders: {once}",
    "{count} 个订单全部或部分用礼品卡支付（{amount}），已计入，订单合计 {all}；"
    "如果文件里也有礼品卡的销售，这笔钱就计了两次；不计这些订单：{once}",
)
_GIFTS_SOLD = Text(
    "{count} orders sell gift cards and were counted as sales",
    "{count} 个订单售出礼品卡，按销售计入",
)
_REFUNDS_OF_NOTHING = Text(
    "{count} orders of nothing have a refund ({amount} in all); the refunds are counted as matching "
    "no order",
    "{count} 个金额为零的订单有退款（共 {amount}），按找不到对应订单的退款计数",
)
_NET = Text(
    "{count} of {partly} orders with a refund returned more than was paid. Taken as mapped, {mapped} "
    "is left of the orders; if the amounts are already without what came back, {net}",
    "{partly} 个有退款的订单中，{count} 个退得比付得多。按所指定的列，订单净额为 {mapped}；"
    "如果金额已经扣除退款，则为 {net}",
)
_NET_OUT = Text(
    "If the refunds are already taken off, map taken_off= instead of refunded=; otherwise map the "
    "amount before refunds as amount=. To read the file as it is mapped, give --skip-bad-rows.",
    "如果金额已扣除退款，请用 taken_off= 代替 refunded=；否则请用 amount= 指定扣除退款前的金额。"
    "要按现在指定的列读取，请加 --skip-bad-rows。",
)

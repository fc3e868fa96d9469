"""Files that can be read in two ways: which way was taken, and what either adds up to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tongbao.lab.draft import Draft
from tongbao.lab.formats import Layout, quoted_pair, shell_quoted
from tongbao.lab.problems import CellError
from tongbao.lab.row_reader import RowReader
from tongbao.lab.sorting import Sorting
from tongbao.plans.money import format_money
from tongbao.plans.words import Text, plain

_KEPT: Final = 3
_FEW: Final = 32
_HASH_BYTES: Final = 8


class Readings:
    """Counts, while rows are read, those that may say one thing twice."""

    def __init__(self, layout: Layout, reader: RowReader) -> None:
        self._layout = layout
        self._reader = reader
        self._seen: set[tuple[str, int]] = set()
        self._equal = 0
        self._apart = 0
        self._folded = 0
        self._lines = 0
        self._sum = 0
        self._went_on = 0
        self._went_on_sum: dict[str, int] = {}
        self._repeated: dict[str, int] = {}
        self._first_lines: list[int] = []

    def fold(self, draft: Draft, *, repeats: bool) -> None:
        """Count a further row of an order; ``repeats`` its amount, or leaves it blank."""
        self._folded += 1
        if repeats:
            self._repeated[draft.id] = self._repeated.get(draft.id, 0) + 1

    def go_on(self, above: Draft | None, part: int) -> None:
        """Count a line without an id that goes on the order above it.

        Raises:
            CellError: if it is what the lines above it come to: it may be their sum.
        """
        self._went_on += 1
        if above is None:
            return
        several = self._lines > 1 and part == self._sum
        if part and (several or (above.rows > 1 and part == above.amount)):
            raise CellError(_SUM, _SUM_OUT)
        self._went_on_sum[above.id] = self._went_on_sum.get(above.id, 0) + part

    def see_line(self, draft: Draft, row: Sequence[object], line: int, part: int) -> None:
        """Count a line that is equal to an earlier one of its order in every column."""
        self._lines += 1
        self._sum += part
        if self._is_new(draft, row):
            return
        self._equal += 1
        draft.own().doubled += part
        if len(self._first_lines) < _KEPT:
            self._first_lines.append(line)

    def _is_new(self, draft: Draft, row: Sequence[object]) -> bool:
        """Remember a line; of most orders in the bytes of their hashes, for a file has many."""
        try:
            key = hash((draft.marked, row))
        except TypeError:  # a list in a column that nobody reads
            key = hash((draft.marked, *map(str, row)))
        packed = key.to_bytes(_HASH_BYTES, "little", signed=True)
        if len(draft.hashes) < _FEW * _HASH_BYTES:
            starts = range(0, len(draft.hashes), _HASH_BYTES)
            if any(draft.hashes.startswith(packed, start) for start in starts):
                return False
            draft.hashes += packed
            return True
        if (draft.id, key) in self._seen or packed in draft.hashes:
            return False
        self._seen.add((draft.id, key))
        return True

    def notes(
        self, sorting: Sorting, drafts: Mapping[tuple[str, bool], Draft], currency: str
    ) -> Iterator[Text]:
        """Yield what was read in one of two ways, with what either adds up to."""
        total = sum(order.paid for order in sorting.orders)
        kept = [drafts[order.id, False] for order in sorting.orders]
        if self._equal:
            doubled = sum(self._minor(draft.beside.doubled, draft) for draft in kept)
            yield _EQUAL_LINES.fill(
                count=self._equal,
                lines=", ".join(map(str, self._first_lines)),
                all=money_text(total, currency),
                once=money_text(total - doubled, currency),
            )
            back = sum(
                self._minor(d.beside.doubled, d)
                for d in drafts.values()
                if d.marked or d.amount < 0
            )
            if back:
                yield _EQUAL_BACK.fill(amount=money_text(abs(back), currency))
        if self._went_on_sum:
            more = sum(self._minor(self._went_on_sum.get(d.id, 0), d) for d in kept)
            yield _WENT_ON.fill(
                count=self._went_on,
                all=money_text(total, currency),
                once=money_text(total - more, currency),
            )
        several = [draft for draft in kept if draft.rows > 1]
        if "line_amount" in self._layout.columns and several and all(d.alike for d in several):
            more = sum(self._minor(d.part, d) * (d.rows - 1) for d in several)
            yield _EQUAL_AMOUNTS.fill(
                count=len(several),
                all=money_text(total, currency),
                once=money_text(total - more, currency),
                column=plain(self._layout.columns["line_amount"]),
            )
        if self._repeated:
            more = sum(d.part * self._repeated.get(d.id, 0) for d in kept)
            yield _REPEATED.fill(
                count=sum(self._repeated.values()),
                once=money_text(total, currency),
                all=money_text(total + more, currency),
            )
        if blank := self._folded - sum(self._repeated.values()):
            yield _FOLDED.fill(count=blank)
        if self._reader.inherited:
            yield _INHERITED.fill(count=self._reader.inherited)

    def _minor(self, scaled: int, draft: Draft) -> int:
        return self._reader.minor_of(scaled, draft.currency)[0]


def payment_notes(sorting: Sorting, layout: Layout, currency: str) -> Iterator[Text]:
    """Yield what of the orders was not paid, or was paid with money that counted before."""
    if sorting.outstanding.documents:
        yield _OUTSTANDING.fill(
            count=sorting.outstanding.documents,
            amount=money_text(sorting.outstanding.amount, currency),
        )
    if sorting.owed.documents:
        yield _OWED.fill(
            count=sorting.owed.documents, amount=money_text(sorting.owed.amount, currency)
        )
    if sorting.cancelled.documents:
        yield _CANCELLED.fill(
            count=sorting.cancelled.documents, amount=money_text(sorting.cancelled.amount, currency)
        )
    total = sum(order.paid for order in sorting.orders)
    if sorting.gifts.documents:
        yield _GIFTS_USED.fill(
            count=sorting.gifts.documents,
            amount=money_text(sorting.gifts.amount, currency),
            all=money_text(total, currency),
            once=money_text(total - sorting.gifts.amount, currency),
            way_out=_gift_way_out(layout),
        )
    if sorting.gifts_taken_off.documents:
        yield _GIFTS_TAKEN_OFF.fill(
            count=sorting.gifts_taken_off.documents,
            amount=money_text(sorting.gifts_taken_off.amount, currency),
        )
    if sorting.gifts_sold:
        yield _GIFTS_SOLD.fill(count=sorting.gifts_sold)
    if sorting.refunds_of_nothing.documents:
        yield _REFUNDS_OF_NOTHING.fill(
            count=sorting.refunds_of_nothing.documents,
            amount=money_text(sorting.refunds_of_nothing.amount, currency),
        )


def _gift_way_out(layout: Layout) -> Text:
    """Return how to take off what was paid with gift cards, if a column says how much."""
    column = layout.columns.get("gift_card")
    if column is None:
        return plain("")
    option = f"--columns {shell_quoted(quoted_pair('gift_card', column))}"
    return _GIFTS_OUT.fill(option=option)


def money_text(minor: int, currency: str) -> Text:
    """Return an amount as either language writes it."""
    en, zh = format_money(minor, currency, "en"), format_money(minor, currency, "zh")
    return Text(en, zh)


_EQUAL_LINES = Text(
    "{count:line is|lines are} equal to an earlier one of {count:=its|their} order in every column (the first on line "
    "{lines}); all were counted, {all} in orders. If exports that overlap were joined, take such "
    "lines out: {once}",
    "{count} 行与同一订单中前面的一行在各列上完全相同（最早在第 {lines} 行），全部计入，订单合计 {all}；"
    "如果是把有重叠的导出文件拼在一起，请删去这些行：{once}",
)
_EQUAL_BACK = Text(
    "such equal lines are in refunds too: {amount} of them",
    "退款中也有这样相同的行：{amount}",
)
_SUM = Text(
    "a row without an order's id bears just what the lines above it come to: it may be their sum",
    "这一行没有订单号，数额正好等于上面各行之和，可能是合计行",
)
_SUM_OUT = Text(
    "If it is a sum, take the row out of the file (or leave it out with --skip-bad-rows); if it is a "
    "line of the order above it, write that order's id into it.",
    "如果是合计行，请从文件中删去（或用 --skip-bad-rows 跳过）；如果是上面那个订单的明细，请补上订单号。",
)
_WENT_ON = Text(
    "{count:row|rows} without an order's id {count:=was|were} read as further lines of the order above them, {all} in "
    "orders; without them: {once}",
    "{count} 行没有订单号，按上面那个订单的明细处理，订单合计 {all}；不计这些行：{once}",
)
_EQUAL_AMOUNTS = Text(
    "the lines of {count:order|orders} with several lines (of each of them) bear one amount; they were added "
    "up, {all} in orders. If '{column}' repeats the order's total on every line, map it as amount= "
    "instead of line_amount=: {once}",
    "{count} 个多行订单的各行金额都相同，已相加，订单合计 {all}；"
    "如果“{column}”在每行重复整单金额，请用 amount= 代替 line_amount=：{once}",
)
_REPEATED = Text(
    "{count:further row repeats its|further rows repeat their} order with its amount and {count:=was|were} counted "
    "once, {once} in "
    "orders. If each is a line with an amount of its own, map line_amount= instead of amount=: {all}",
    "{count} 行重复了所属订单及其金额，只计一次，订单合计 {once}；"
    "如果每行是有自己金额的明细，请用 line_amount= 代替 amount=：{all}",
)
_FOLDED = Text(
    "{count:further row|further rows} of orders {count:=leaves|leave} the amount blank and {count:=was|were} "
    "read as parts of the order",
    "{count} 行没有金额，按所属订单的后续行处理",
)
_INHERITED = Text(
    "{count:further line leaves|further lines leave} cells blank; these were taken from the first line of their order",
    "{count} 行明细有空格，按所属订单第一行的内容处理",
)
_OUTSTANDING = Text(
    "{count:order is|orders are} not paid in full: {amount} outstanding was taken off",
    "{count} 个订单没有付清，未付的 {amount} 已扣除",
)
_OWED = Text(
    "{count:order was|orders were} overpaid by {amount}, by the outstanding balance; {count:=it was|they were} "
    "taken at the total",
    "{count} 个订单多付了 {amount}（未付余额为负），按订单金额计",
)
_CANCELLED = Text(
    "{count:order is|orders are} cancelled with nothing refunded and {count:=was|were} left out: {amount}",
    "{count} 个订单已取消而没有退款，不计入：{amount}",
)
_GIFTS_USED = Text(
    "{count:order was|orders were} paid with gift cards or store credit, wholly or in part ({amount}), and "
    "{count:=was|were} counted, {all} in orders. Where the sale of the cards is in the file too, that money counts "
    "twice; without it: {once}{way_out}",
    "{count} 个订单全部或部分用礼品卡或储值支付（{amount}），已计入，订单合计 {all}；"
    "如果文件里也有礼品卡的销售，这笔钱就计了两次；不计这笔钱：{once}{way_out}",
)
_GIFTS_OUT = Text(" (to take it off: {option})", "（要扣除请用 {option}）")
_GIFTS_TAKEN_OFF = Text(
    "{count:order was|orders were} paid with gift cards or store credit, wholly or in part: {amount} was taken "
    "off, as gift_card= says",
    "{count} 个订单全部或部分用礼品卡或储值支付：按 gift_card= 已扣除 {amount}",
)
_GIFTS_SOLD = Text(
    "{count:order sells|orders sell} gift cards and {count:=was|were} counted as sales",
    "{count} 个订单售出礼品卡，按销售计入",
)
_REFUNDS_OF_NOTHING = Text(
    "{count:order|orders} of nothing {count:=has|have} a refund ({amount} in all); the refunds are counted as matching "
    "no order",
    "{count} 个金额为零的订单有退款（共 {amount}），按找不到对应订单的退款计数",
)

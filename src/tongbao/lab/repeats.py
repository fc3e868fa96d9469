"""What a file says more than once: an order's refund on each of its lines, a refund in two rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from tongbao.lab.draft import Draft
from tongbao.lab.formats import Layout
from tongbao.lab.readings import money_text
from tongbao.lab.row_reader import RowReader
from tongbao.lab.source import Source
from tongbao.plans.words import Text, plain

_KEPT: Final = 3


class Repeats:
    """Finds what is said more than once, counts it once where it can't be meant twice, and tells."""

    def __init__(self, layout: Layout, reader: RowReader, currency: str) -> None:
        self._layout = layout
        self._reader = reader
        self._currency = currency
        self.notes: list[Text] = []

    def count_once(self, drafts: Iterable[Draft]) -> None:
        """Count refunds and profits once that stand on every line of their orders, if they must.

        They must where added up they are more than an order was paid; otherwise they are added
        up as mapped. Both sums are told.
        """
        if not self._layout.by_lines:
            return
        several = [draft for draft in drafts if draft.rows > 1 and not draft.marked]
        for role in ("refunded", "taken_off", "refund"):
            back = [draft for draft in several if draft.refunded]
            if role in self._layout.columns and back and all(d.beside.back_alike for d in back):
                self._choose(role, back, [draft.refunded for draft in back])
        gains = [draft for draft in several if draft.profit]
        if gains and all(draft.beside.gain_alike for draft in gains):
            self._choose("profit", gains, [draft.profit or 0 for draft in gains])

    def drop_equal_refunds(self, refunds: Sequence[Draft], source: Source) -> list[Draft]:
        """Return the refunds without those whose row is equal to an earlier one in every column."""
        alike = Counter(map(_key, refunds))
        suspects = {draft.line for draft in refunds if alike[_key(draft)] > 1}
        if not suspects:
            return [*refunds]
        wanted = list(dict.fromkeys(source.columns))
        rows = {line: str(row) for line, row in source.rows(wanted) if line in suspects}
        first: dict[str, Draft] = {}
        kept: list[Draft] = []
        dropped: list[Draft] = []
        for draft in refunds:
            earlier = first.setdefault(rows.get(draft.line, f"{draft.line}"), draft)
            if earlier is draft:
                kept.append(draft)
            else:
                earlier.rows += draft.rows
                dropped.append(draft)
        if dropped:
            once = sum(abs(self._reader.minor(draft)[0]) for draft in kept)
            more = sum(abs(self._reader.minor(draft)[0]) for draft in dropped)
            lines = ", ".join(str(draft.line) for draft in dropped[:_KEPT])
            values = {"once": self._money(once), "all": self._money(once + more)}
            self.notes.append(_EQUAL_REFUNDS.fill(count=len(dropped), lines=lines, **values))
        return kept

    def _choose(self, role: str, drafts: Sequence[Draft], sums: Sequence[int]) -> None:
        once = [total // draft.rows for total, draft in zip(sums, drafts, strict=True)]
        paid = [self._reader.minor(draft)[0] for draft in drafts]
        must = any(total > limit for total, limit in zip(sums, paid, strict=True))
        for draft in drafts if must else ():
            if role == "profit":
                draft.profit = (draft.profit or 0) // draft.rows
            else:
                draft.refunded //= draft.rows
        self.notes.append(
            (_ONCE if must else _SUMMED).fill(
                count=len(drafts),
                column=plain(self._layout.columns[role]),
                once=self._money(sum(once)),
                all=self._money(sum(sums)),
            )
        )

    def _money(self, minor: int) -> Text:
        return money_text(minor, self._currency)


def _key(draft: Draft) -> tuple[object, ...]:
    """Return what two rows of one refund have in common; the rest of the row is looked at later."""
    return draft.id, draft.customer, draft.time, draft.amount, draft.refund_of


_ONCE = Text(
    "{count:order bears|orders bear} the same '{column}' on each of {count:=its|their} lines, and more than "
    "was paid if it is added up; it was counted once an order: {once} (added up: {all})",
    "{count} 个订单的每行明细都写着相同的“{column}”，相加会超过实付，因此每单只计一次：{once}（相加为 {all}）",
)
_SUMMED = Text(
    "{count:order bears|orders bear} the same '{column}' on each of {count:=its|their} lines; it was added "
    "up, {all}. If it is "
    "the whole order's, leave it on one line of each: {once}",
    "{count} 个订单的每行明细都写着相同的“{column}”，已相加，合计 {all}；"
    "如果它是整单的数额，请每单只保留一行：{once}",
)
_EQUAL_REFUNDS = Text(
    "{count:row|rows} of refunds {count:=is|are} equal to an earlier one in every column (line {lines}) and "
    "{count:=was|were} counted once, {once} in refunds; if each is a refund of its own, give them an id of their own: "
    "{all}",
    "{count} 行退款与前面的一行在各列上完全相同（第 {lines} 行），只计一次，退款合计 {once}；"
    "如果每行都是一笔退款，请给它们各自的编号：{all}",
)

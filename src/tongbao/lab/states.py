"""Which states an order may be in and count: counted with their money, and asked about."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from tongbao.lab.formats import BLANK, Layout, shell_quoted
from tongbao.lab.problems import LabError, quoted
from tongbao.plans.money import format_money
from tongbao.plans.words import Text

_MOST_STATES: Final = 20


class States:
    """The states met in a file, by what they mean; sums are minor units by currency."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.paid = _Sums()
        self.unpaid = _Sums()
        self.unknown = _Sums()

    def is_paid(self, state: str, amount: int, currency: str, *, refund: bool) -> bool:
        """Return whether an order or refund in this state counts, and remember it.

        A refund without a state counts. An order of nothing needs no state that is known.
        """
        paid, unpaid = self._layout.paid_statuses, self._layout.unpaid_statuses
        if paid is None:
            return True
        if state in paid or (not state and refund and unpaid is not None):
            self.paid.add(state, amount, currency)
            return True
        known = unpaid is None or state in unpaid or not amount
        (self.unpaid if known else self.unknown).add(state, amount, currency)
        return False

    def refuse_unknown(self, file: str) -> None:
        """Stop at states of which nobody knows whether the orders are paid.

        Raises:
            LabError: naming them with their sums, and how to say which count.
        """
        if not self.unknown.counts:
            return
        names = [*self.paid.counts, *(name for name, _ in self.unknown.most())]
        with_them = self.paid.plus(self.unknown)
        way_out = _UNKNOWN_OUT.fill(
            states=paid_status_option(sorted(names, key="".__eq__)),
            blank=_BLANK_OUT if "" in self.unknown.counts else "",
            without=self.paid.total(),
            all=with_them.total(),
        )
        column = self._layout.columns["status"]
        reason = _UNKNOWN.fill(counts=self.unknown.listed())
        raise LabError(reason, way_out, file=file, field=column)

    def notes(self) -> list[Text]:
        """Return what to tell: the states left out, and states given that no order is in."""
        notes = []
        if self.unpaid.counts:
            notes.append(_LEFT_OUT.fill(counts=self.unpaid.listed()))
        given = self._layout.paid_statuses
        if given is not None and self._layout.unpaid_statuses is None:
            missing = sorted(given - set(self.paid.counts) - {""})
            if missing:
                notes.append(_NOT_MET.fill(states=", ".join(map(quoted, missing))))
        return notes

    def way_out(self) -> Text | None:
        """Return how to count what was left out by its state, if anything was."""
        most = [name for name, _ in self.unpaid.most()]
        if not most:
            return None
        states = paid_status_option(most[:1])
        return _COUNT_THEM.fill(counts=self.unpaid.listed(), states=states)


class _Sums:
    """Orders and money by state."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.money: dict[str, Counter[str]] = {}

    def add(self, state: str, amount: int, currency: str) -> None:
        self.counts[state] += 1
        self.money.setdefault(state, Counter())[currency] += amount

    def plus(self, other: "_Sums") -> "_Sums":
        both = _Sums()
        for sums in (self, other):
            both.counts.update(sums.counts)
            for state, money in sums.money.items():
                both.money.setdefault(state, Counter()).update(money)
        return both

    def most(self) -> list[tuple[str, int]]:
        """Return the most frequent states first, alike ones by name."""
        return sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_STATES]

    def listed(self) -> Text:
        """Return each state with its orders and money."""
        parts = [
            _STATE.fill(state=quoted(name) if name else _BLANK, count=n, sum=_sum(self.money[name]))
            for name, n in self.most()
        ]
        more = " …" if len(self.counts) > _MOST_STATES else ""
        return Text(
            ", ".join(part.en for part in parts) + more, "、".join(part.zh for part in parts) + more
        )

    def total(self) -> Text:
        """Return all orders and their money."""
        money: Counter[str] = Counter()
        for sums in self.money.values():
            money.update(sums)
        return _TOTAL.fill(count=sum(self.counts.values()), sum=_sum(money))


def paid_status_option(states: Iterable[str]) -> str:
    """Return the option that names these states, as a shell takes it.

    >>> print(paid_status_option(["paid", "a,b", ""]))
    --paid-status 'paid,"a,b",blank'
    """
    parts = [f'"{state}"' if "," in state else state or BLANK for state in states]
    return f"--paid-status {shell_quoted(','.join(parts))}"


def _sum(money: Mapping[str, int]) -> Text:
    codes = sorted(money)
    en = " + ".join(format_money(money[code], code) for code in codes)
    zh = " + ".join(format_money(money[code], code, "zh") for code in codes)
    return Text(en or "0", zh or "0")


_STATE = Text("{state} ({count}, {sum})", "{state}（{count} 笔，{sum}）")
_TOTAL = Text("{count:order|orders}, {sum}", "{count} 笔，{sum}")
_BLANK = Text("(blank)", "（空白）")
_UNKNOWN = Text(
    "of these states nobody knows whether the orders are paid: {counts}",
    "不清楚这些状态的订单是否已付款：{counts}",
)
_UNKNOWN_OUT = Text(
    "Name the states that count: with {states} all of these do ({all}), without the new ones "
    "{without}; take out those that are not paid. Orders in any other state are then left out and "
    "counted.{blank}",
    "请写出要计入的状态：用 {states} 则全部计入（{all}），不含这些新状态则为 {without}；"
    "请去掉未付款的状态。其他状态的订单不计入，只计数。{blank}",
)
_BLANK_OUT = Text(
    " The word blank in the list stands for orders whose state is blank; if the column says "
    "nothing, leave status= out of --columns.",
    "列表中的 blank 表示状态为空白的订单；如果这一列没有内容，请从 --columns 中去掉 status=。",
)
_LEFT_OUT = Text("left out by their state: {counts}", "因状态而不计入：{counts}")
_NOT_MET = Text(
    "no order is in a state that --paid-status names: {states}",
    "没有订单处于 --paid-status 所写的状态：{states}",
)
_COUNT_THEM = Text(
    "Left out by their state: {counts}. If they are paid, as with cash on delivery, say so: {states}",
    "因状态而不计入：{counts}。如果其实已付款（例如货到付款），请写明：{states}",
)

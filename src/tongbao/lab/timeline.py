"""The commands that a history amounts to, each at its moment.

A purchase is posted when its return window ends, with what is left of it; a
refund before that moment only shrinks it, a later one becomes a command of its
own. At one moment purchases come before refunds, and each in the order of
their ids.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from tongbao.engine.plan import Plan
from tongbao.engine.units import BPS, check
from tongbao.lab.history import History, Order, Refund
from tongbao.lab.problems import LabError
from tongbao.lab.returns import Matching, Piece
from tongbao.plans.words import Text

LONGEST_SPAN: Final = 50 * 366
"""Days that a history may span; more is a slip in a date."""

LONGEST_WINDOW: Final = 366
"""Days that a return window may last."""

_PURCHASE: Final = 0
_REFUND: Final = 1


class Event(Struct, frozen=True, gc=False):
    """A purchase (``profit`` None if not given) or the late refund of one; ``id`` its command's."""

    time: datetime
    rank: int
    id: str
    member: str
    amount: int
    profit: int | None = None
    purchase: str = ""

    @property
    def is_purchase(self) -> bool:
        """Whether it is a purchase."""
        return self.rank == _PURCHASE

    def command(self) -> dict[str, object]:
        """Return the engine's command."""
        at = self.time.isoformat()
        if not self.is_purchase:
            fields = {"purchase": self.purchase, "amount": self.amount}
            return {"id": self.id, "type": "refund", **fields, "at": at}
        command: dict[str, object] = {"id": self.id, "type": "purchase", "member": self.member}
        command["paid"] = self.amount
        if self.profit is not None:
            command["profit"] = self.profit
        command["at"] = at
        return command


class Timeline(Struct, frozen=True, kw_only=True):
    """The events in the order in which they run, and the days on which the program runs.

    ``in_window`` and ``late`` count parts of refunds, ``returned`` orders that
    were wholly returned inside their window and never became purchases.
    """

    events: tuple[Event, ...]
    first_day: date
    last_day: date
    in_window: int
    in_window_amount: int
    late: int
    late_amount: int
    returned: int


class Names:
    """Gives commands ids that no order has."""

    def __init__(self, taken: Iterator[str]) -> None:
        self._taken = set(taken)

    def fresh(self, name: str) -> str:
        """Return this id, with primes added until nothing else has it."""
        while name in self._taken:
            name += "'"
        self._taken.add(name)
        return name


def timeline_of(
    history: History, matching: Matching, plan: Plan, settle_after: int, profit_bps: int | None
) -> Timeline:
    """Return the history's commands for a return window in days and an assumed profit.

    Raises:
        LabError: if the plan needs a profit that nobody gives, or the
            dates span more than a shop's life.
    """
    orders = history.orders
    _refuse_span(history)
    if "profit" in {plan.backing_base, plan.dividend_base} and profit_bps is None:
        _refuse_without_profit(history)
    window = timedelta(days=settle_after)
    early = [0] * len(orders)
    late: list[Piece] = []
    for piece in matching.pieces:
        if piece.time is None or piece.time < orders[piece.order].time + window:
            early[piece.order] += piece.amount
        else:
            late.append(piece)
    events = [
        _purchase(order, order.paid - back, order.time + window, profit_bps)
        for order, back in zip(orders, early, strict=True)
        if order.paid > back
    ]
    posted = len(events)
    names = Names(order.id for order in orders)
    for piece in late:
        order = orders[piece.order]
        time = piece.time or order.time
        name = names.fresh(piece.id)
        events.append(Event(time, _REFUND, name, order.customer, piece.amount, None, order.id))
    events.sort(key=lambda event: (event.time, event.rank, event.id))
    days = [order.time.date() for order in orders]
    in_window = sum(early)
    late_amount = sum(piece.amount for piece in late)
    sales = sum(event.amount for event in events if event.is_purchase)
    check(sales + in_window == sum(order.paid for order in orders), "orders are posted or returned")
    return Timeline(
        events=tuple(events),
        first_day=min(days),
        last_day=max([max(days) + window, *(event.time.date() for event in events)]),
        in_window=len(matching.pieces) - len(late),
        in_window_amount=in_window,
        late=len(late),
        late_amount=late_amount,
        returned=len(orders) - posted,
    )


def _purchase(order: Order, left: int, time: datetime, profit_bps: int | None) -> Event:
    profit = order.profit
    if profit is not None:
        profit = profit * left // order.paid  # floor: what is cut off is not called profit
    elif profit_bps is not None:
        profit = left * profit_bps // BPS  # floor, likewise
    return Event(time, _PURCHASE, order.id, order.customer, left, profit)


def _refuse_span(history: History) -> None:
    oldest = min(history.orders, key=lambda order: order.time)
    dated: list[Order | Refund] = [*history.orders, *history.refunds]
    newest = max(dated, key=lambda row: row.time)
    if (newest.time - oldest.time).days > LONGEST_SPAN:
        lines = {"first": oldest.time.date(), "first_line": oldest.line}
        reason = _SPAN.fill(**lines, last=newest.time.date(), last_line=newest.line)
        raise LabError(reason, _SPAN_OUT, file=history.source)


def _refuse_without_profit(history: History) -> None:
    for order in history.orders:
        if order.profit is None:
            raise LabError(_NO_PROFIT, _NO_PROFIT_OUT, file=history.source, line=order.line)


_SPAN = Text(
    "the dates run from {first} (line {first_line}) to {last} (line {last_line}): over 50 years",
    "日期从 {first}（第 {first_line} 行）到 {last}（第 {last_line} 行），超过 50 年",
)
_SPAN_OUT = Text(
    "One of the two is most likely a slip; correct it.", "其中之一多半写错了，请更正。"
)
_NO_PROFIT = Text(
    "the plan shares out profit, and nothing says what this order's profit is",
    "方案按利润分配，但这个订单没有利润数据",
)
_NO_PROFIT_OUT = Text(
    "Assume a share of the amount paid, for example --profit 35%, or name the column that holds "
    "the profit, for example --columns …,profit=margin.",
    "请假定一个利润率，例如 --profit 35%，或指明利润所在的列，例如 --columns …,profit=利润。",
)

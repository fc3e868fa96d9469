"""Where each draft of an order or refund goes, counted: taken, or left out for a reason."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from tongbao.lab.draft import Draft
from tongbao.lab.formats import Layout
from tongbao.lab.history import Order, Refund, Tally
from tongbao.lab.names import loose_id
from tongbao.lab.row_reader import RowReader
from tongbao.lab.state_words import REFUNDED_STATES
from tongbao.lab.states import States

_TAKEN: Final = frozenset({"orders", "refunds"})


class Sorting:
    """Where each draft goes, counted."""

    def __init__(self, layout: Layout, only_currency: str | None, reader: RowReader) -> None:
        self._layout = layout
        self._only = only_currency
        self._reader = reader
        self.orders: list[Order] = []
        self.refunds: list[Refund] = []
        self.tallies: dict[str, Tally] = {}
        self.currencies: Counter[str] = Counter()
        self.states = States(layout)
        self.inexact = 0
        self.unmarked = 0
        self.strangers = Tally()
        self.outstanding = self.owed = self.cancelled = Tally()
        self.gifts = self.gifts_taken_off = Tally()
        self.refunds_of_nothing = Tally()
        self.lines_of_nothing: list[int] = []
        self.gifts_sold = 0
        self.twins = 0
        self.respelt: list[tuple[str, str]] = []
        self._ids: dict[str, None] = {}
        self._assumed: set[str] = set()

    def take(self, draft: Draft, *, spoiled: bool) -> None:
        """Take a draft as an order or a refund, or count why it is left out."""
        amount, exact = self._reader.minor(draft)
        if not draft.marked and amount >= 0:
            self._ids[draft.id] = None
        way = "bad" if spoiled else self._way(draft, amount)
        if way == "orders" and draft.beside.outstanding:
            amount = self._paid_of(draft, amount)
            way = "orders" if amount else "without_amount"
        if way == "orders" and draft.beside.gift_amount and "gift_card" not in self._layout.watched:
            amount = self._without_gift(draft, amount)
            way = "orders" if amount else "without_amount"
        self.add(way, draft.rows, 1, -abs(amount) if draft.marked else amount)
        if way == "without_amount" and draft.refunded:
            self._refund_nothing(draft)
        if way not in _TAKEN:
            return
        self.inexact += not exact
        self.currencies[draft.currency] += 1
        if way == "refunds":
            self._refund(draft, abs(amount))
        else:
            self._order(draft, amount)

    def add(self, way: str, rows: int, documents: int, amount: int) -> None:
        """Count rows, documents and money."""
        old = self.tallies.get(way, Tally())
        self.tallies[way] = Tally(old.rows + rows, old.documents + documents, old.amount + amount)

    def _way(self, draft: Draft, amount: int) -> str:
        only = self._only
        if not self._is_paid(draft, amount):
            return "by_status"
        if self._is_void(draft, amount) and (only is None or draft.currency == only):
            self.cancelled = _more(self.cancelled, amount)
            return "by_status"
        if only is not None and draft.currency != only:
            return "other_currency"
        if not draft.customer:
            return "without_customer"
        if not amount:
            return "without_amount"
        return "refunds" if draft.marked or amount < 0 else "orders"

    def _is_void(self, draft: Draft, amount: int) -> bool:
        """Return whether an order is cancelled and nothing of it was refunded."""
        back = draft.refunded or draft.status in REFUNDED_STATES
        return draft.beside.is_cancelled and not back and not draft.marked and amount > 0

    def _paid_of(self, draft: Draft, amount: int) -> int:
        """Return what of an order was really paid."""
        if draft.beside.outstanding < 0:
            self.owed = _more(self.owed, -draft.beside.outstanding)
            return amount
        self.outstanding = _more(self.outstanding, draft.beside.outstanding)
        return amount - draft.beside.outstanding

    def _without_gift(self, draft: Draft, amount: int) -> int:
        """Return what of an order was paid with new money, as the user's column says."""
        gift = min(draft.beside.gift_amount, amount)
        self.gifts_taken_off = _more(self.gifts_taken_off, gift)
        draft.own().gift, draft.own().gift_amount = False, 0
        draft.refunded = min(draft.refunded, amount - gift)  # the card's part went back to the card
        return amount - gift

    def _refund_nothing(self, draft: Draft) -> None:
        """Keep the refund of an order of nothing: no order can hold it, and it is counted."""
        self.refunds_of_nothing = _more(self.refunds_of_nothing, draft.refunded)
        self.lines_of_nothing.append(draft.line)
        self.refunds.append(
            Refund(draft.id, draft.customer, draft.time, draft.refunded, draft.line, draft.id)
        )

    def _is_paid(self, draft: Draft, amount: int) -> bool:
        """Return whether the draft's state lets it count; each state is noted down."""
        refund = draft.marked or amount < 0
        return self.states.is_paid(draft.status, amount, draft.currency, refund=refund)

    def _refund(self, draft: Draft, amount: int) -> None:
        self.unmarked += "refund" in self._layout.columns and not draft.marked
        self.refunds.append(
            Refund(draft.id, draft.customer, draft.time, amount, draft.line, draft.refund_of)
        )

    def _order(self, draft: Draft, paid: int) -> None:
        profit = draft.profit
        if profit is not None:
            profit = min(profit, paid)
        if draft.beside.gift or draft.beside.gift_amount:
            self.gifts = _more(self.gifts, min(draft.beside.gift_amount or paid, paid))
        self.gifts_sold += draft.beside.sells_gift
        returned = draft.refunded
        if draft.status in REFUNDED_STATES and not returned:
            returned = paid
            self._assumed.add(draft.id)
        dated = draft.beside.cancelled if returned else None
        self.orders.append(
            Order(draft.id, draft.customer, draft.time, paid, profit, draft.line, returned, dated)
        )

    def link(self) -> None:
        """Link each refund that bears an order's id to that order.

        Several refunds may share an id. A refund that names another customer's order is
        counted. An order that is refunded by its state gives back what its refunds say,
        if there are any; a refund without a link of just its amount is taken for one.
        """
        owners = {order.id: order.customer for order in self.orders}
        spellings = _Spellings(self._ids)
        assumed = self._assumed_by_amount()
        seen: set[str] = set()
        told: set[str] = set()
        refunds = []
        for refund in self.refunds:
            linked = refund.order or (refund.id if refund.id in owners else "")
            linked = self._respelt(refund, linked, spellings, owners)
            if not linked and (same := assumed.get((refund.customer, refund.amount))):
                linked = same.pop()  # the refund by which that order got its state
            self.twins += not linked and refund.id in seen
            seen.add(refund.id)
            if owners.get(linked, refund.customer) != refund.customer:
                old = self.strangers
                self.strangers = Tally(old.rows + 1, old.documents + 1, old.amount + refund.amount)
            told.add(linked)
            refunds.append(replace(refund, order=linked))
        self.refunds = refunds
        twice = self._assumed & told
        self.orders = [
            replace(order, returned=0, returned_at=None) if order.id in twice else order
            for order in self.orders
        ]

    def _respelt(
        self, refund: Refund, linked: str, spellings: "_Spellings", owners: Mapping[str, str]
    ) -> str:
        """Return the order that a refund means where it is spelt in another way: 1001 for #1001.

        By the refund's own id only an order of the same customer is meant.
        """
        if linked in self._ids:
            return linked
        meant = spellings.find(linked or refund.id)
        if meant is None or (not linked and owners.get(meant) != refund.customer):
            return linked
        self.respelt.append((linked or refund.id, meant))
        return meant

    def _assumed_by_amount(self) -> dict[tuple[str, int], list[str]]:
        """Return the orders refunded by their state alone, the latest last."""
        found: dict[tuple[str, int], list[str]] = {}
        for order in sorted(self.orders, key=lambda order: (order.time, order.id)):
            if order.id in self._assumed:
                found.setdefault((order.customer, order.paid), []).append(order.id)
        return found


class _Spellings:
    """Finds an id by a looser spelling, if only one has it; built when first asked."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = ids
        self._found: dict[str, str | None] | None = None

    def find(self, text: str) -> str | None:
        """Return the only id of this loose spelling."""
        if self._found is None:
            self._found = {}
            for name in self._ids:
                loose = loose_id(name)
                self._found[loose] = None if loose in self._found else name
        return self._found.get(loose_id(text))


def _more(tally: Tally, amount: int) -> Tally:
    """Return the tally with one more document of this amount."""
    return Tally(tally.rows + 1, tally.documents + 1, tally.amount + amount)

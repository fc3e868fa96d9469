"""Which order a refund returns: by its link, or else the customer's latest that can hold it.

A refund without a link goes to the latest earlier order of the customer with
enough left; if none has, it is spread over their latest orders, backwards; what
then is left is unmatched. Order by order nothing is returned twice.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from tongbao.engine.units import check
from tongbao.lab.history import History, Order, Refund


class Piece(Struct, frozen=True, gc=False):
    """A part of a refund that returns one order; ``time`` None if the file gives no date."""

    id: str
    order: int
    amount: int
    time: datetime | None


class Unmatched(Struct, frozen=True, gc=False):
    """What of a refund no order can hold, in minor units."""

    id: str
    customer: str
    amount: int
    wholly: bool


class Matching(Struct, frozen=True):
    """Every refund's pieces, in the order of their times, and what could not be matched."""

    pieces: tuple[Piece, ...]
    unmatched: tuple[Unmatched, ...]
    refunds: int
    amount: int


class _Claim(Struct, frozen=True, gc=False):
    """A refund to place; ``order`` is its order's index, -1 without a link, -2 if unknown."""

    id: str
    customer: str
    time: datetime
    dated: bool
    amount: int
    order: int


_NO_LINK: Final = -1
_UNKNOWN: Final = -2


def match_refunds(history: History) -> Matching:
    """Return which orders the history's refunds return, by time and then by id."""
    orders = history.orders
    claims = sorted(_claims(history), key=lambda claim: (claim.time, claim.id))
    book = _Book(orders)
    pieces: list[Piece] = []
    unmatched: list[Unmatched] = []
    for claim in claims:
        parts = book.place(claim)
        time = claim.time if claim.dated else None
        for number, (order, amount) in enumerate(parts):
            name = claim.id if number == 0 else f"{claim.id}:{number + 1}"
            pieces.append(Piece(name, order, amount, time))
        rest = claim.amount - sum(amount for _, amount in parts)
        if rest:
            unmatched.append(Unmatched(claim.id, claim.customer, rest, not parts))
    total = sum(claim.amount for claim in claims)
    placed = sum(piece.amount for piece in pieces) + sum(rest.amount for rest in unmatched)
    check(placed == total, "every refund is placed or counted as unmatched, to the last unit")
    return Matching(tuple(pieces), tuple(unmatched), len(claims), total)


def _claims(history: History) -> Iterable[_Claim]:
    places = {order.id: place for place, order in enumerate(history.orders)}
    for order in history.orders:
        if order.returned:
            time, dated = order.returned_at or order.time, order.returned_at is not None
            name = f"{order.id}:returned"
            yield _Claim(name, order.customer, time, dated, order.returned, places[order.id])
    for refund in history.refunds:
        yield _claim(refund, places)


def _claim(refund: Refund, places: dict[str, int]) -> _Claim:
    order = places.get(refund.order, _UNKNOWN) if refund.order else _NO_LINK
    name = f"{refund.id}:refund" if refund.id in places else refund.id
    dated = True
    return _Claim(name, refund.customer, refund.time, dated, refund.amount, order)


class _Book:
    """What is left of every order."""

    def __init__(self, orders: tuple[Order, ...]) -> None:
        by_customer: dict[str, list[int]] = {}
        for place in sorted(range(len(orders)), key=lambda p: (orders[p].time, orders[p].id)):
            by_customer.setdefault(orders[place].customer, []).append(place)
        self._shelves = {
            customer: _Shelf(orders, places) for customer, places in by_customer.items()
        }
        self._orders = orders

    def place(self, claim: _Claim) -> list[tuple[int, int]]:
        """Take the claim out of its orders; return them with what each could hold."""
        if claim.order == _UNKNOWN:
            return []
        if claim.order != _NO_LINK:
            return self._shelves[self._orders[claim.order].customer].take_from(claim)
        shelf = self._shelves.get(claim.customer)
        return [] if shelf is None else shelf.take_latest(claim)


class _Shelf:
    """One customer's orders by time, with a tree of maxima over what is left of each.

    The tree finds the latest order with enough left in O(log orders), so that a
    customer with a hundred thousand orders (a till's «walk-in») stays feasible.
    """

    def __init__(self, orders: tuple[Order, ...], places: list[int]) -> None:
        self._places = places
        self._times = [orders[place].time for place in places]
        self._rank = {place: rank for rank, place in enumerate(places)}
        self._leaves = 1 << (len(places) - 1).bit_length()
        self._tree = [0] * (2 * self._leaves)
        for rank, place in enumerate(places):
            self._tree[self._leaves + rank] = orders[place].paid
        for node in range(self._leaves - 1, 0, -1):
            self._tree[node] = max(self._tree[2 * node], self._tree[2 * node + 1])

    def take_from(self, claim: _Claim) -> list[tuple[int, int]]:
        """Take from the order that the claim names, as far as it goes."""
        rank = self._rank[claim.order]
        taken = min(claim.amount, self._tree[self._leaves + rank])
        return [self._take(rank, taken)] if taken else []

    def take_latest(self, claim: _Claim) -> list[tuple[int, int]]:
        """Take from the latest order with enough left, else backwards from all that have any."""
        end = bisect_right(self._times, claim.time)
        whole = self._latest(end, claim.amount)
        if whole is not None:
            return [self._take(whole, claim.amount)]
        parts = []
        rest = claim.amount
        while rest and (rank := self._latest(end, 1)) is not None:
            parts.append(self._take(rank, min(rest, self._tree[self._leaves + rank])))
            rest -= parts[-1][1]
            end = rank
        return parts

    def _take(self, rank: int, amount: int) -> tuple[int, int]:
        node = self._leaves + rank
        self._tree[node] -= amount
        while node > 1:
            node //= 2
            self._tree[node] = max(self._tree[2 * node], self._tree[2 * node + 1])
        return self._places[rank], amount

    def _latest(self, end: int, least: int) -> int | None:
        """Return the last rank before ``end`` with at least that much left."""
        node, low, size = 1, 0, self._leaves
        waiting: list[tuple[int, int, int]] = []
        while True:
            if low < end and self._tree[node] >= least:
                if size == 1:
                    return low
                half = size // 2
                waiting.append((2 * node, low, half))
                node, low, size = 2 * node + 1, low + half, half
            elif waiting:
                node, low, size = waiting.pop()
            else:
                return None

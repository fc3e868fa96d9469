"""The store in memory: accounts by name and a heap of exit keys.

A command costs O(log accounts): the heap holds one entry for each change of an
account's key, stale ones are dropped when they come up, and the heap is made
anew when more than half of it is stale.
"""

from collections.abc import Container, Iterator, Mapping
from heapq import heapify, heappop, heappush
from types import MappingProxyType
from typing import Final

from tongbao.engine.plan import Plan
from tongbao.engine.state import Account, Candidate, Figures, PurchaseRecord, exit_key
from tongbao.engine.work import Work

_OPENING_BITS: Final = 40
_OPENING_MASK: Final = (1 << _OPENING_BITS) - 1
_SLACK: Final = 1024


class MemoryStore:
    """A program's whole state in memory; see `tongbao.engine.state.Store`."""

    __slots__ = ("_accounts", "_heap", "_names", "_purchases", "_ranks", "figures", "plan")

    def __init__(self, plan: Plan) -> None:
        """Begin an empty program."""
        self.plan = plan
        self.figures = Figures()
        self._accounts: dict[str, Account] = {}
        self._purchases: dict[str, PurchaseRecord] = {}
        self._names: list[str] = []  # by opening number
        # A rank is key << 40 | opening: one integer that orders as the pair does.
        self._ranks: list[int] = []  # by opening number; -1 while no points are held
        self._heap: list[int] = []

    @property
    def accounts(self) -> Mapping[str, Account]:
        """All accounts by name, in the order of their opening; not to be changed."""
        return MappingProxyType(self._accounts)

    @property
    def purchases(self) -> Mapping[str, PurchaseRecord]:
        """All purchases by command id, in the order of their posting; not to be changed."""
        return MappingProxyType(self._purchases)

    def account(self, name: str) -> Account | None:
        """Return the account of that name."""
        return self._accounts.get(name)

    def purchase(self, purchase: str) -> PurchaseRecord | None:
        """Return the record of the purchase with that command id."""
        return self._purchases.get(purchase)

    def least_bound(self) -> int | None:
        """Return the least key on the heap, stale ones included."""
        return self._heap[0] >> _OPENING_BITS if self._heap else None

    def least(self, skip: Container[str]) -> Candidate | None:
        """Return the holder with the least (key, opening) of those not to skip."""
        heap, ranks = self._heap, self._ranks
        skipped = []
        least = None
        while heap:
            rank = heap[0]
            opening = rank & _OPENING_MASK
            if ranks[opening] != rank:
                heappop(heap)
            elif (name := self._names[opening]) in skip:
                skipped.append(heappop(heap))
            else:
                least = Candidate(rank >> _OPENING_BITS, opening, name)
                break
        for rank in skipped:
            heappush(heap, rank)
        return least

    def holders(self) -> Iterator[Account]:
        """Yield the accounts with points or credit, by opening number."""
        return (a for a in self._accounts.values() if a.points or a.credit)

    def apply(self, work: Work) -> None:
        """Let the working copies of an accepted command take their places."""
        self.plan = work.plan
        self.figures = work.figures
        if work.purchases:
            self._purchases.update(work.purchases)
        ranks = self._ranks
        for name, account in work.touched.items():
            self._accounts[name] = account
            opening = account.opening
            if opening == len(ranks):
                self._names.append(name)
                ranks.append(-1)
            rank = -1
            if account.points:
                rank = exit_key(account) << _OPENING_BITS | opening
                if ranks[opening] != rank:
                    heappush(self._heap, rank)
            ranks[opening] = rank
        if len(self._heap) > 2 * len(ranks) + _SLACK:
            self._heap = [rank for rank in ranks if rank >= 0]
            heapify(self._heap)

    def fork(self) -> "MemoryStore":
        """Return an independent copy; committed accounts and records are shared."""
        twin = MemoryStore(self.plan)
        twin.figures = self.figures
        twin._accounts = self._accounts.copy()
        twin._purchases = self._purchases.copy()
        twin._names = self._names.copy()
        twin._ranks = self._ranks.copy()
        twin._heap = self._heap.copy()
        return twin

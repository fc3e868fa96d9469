"""The store in memory: accounts by name and a heap of exit keys.

A command costs O(log accounts). The heap holds for each holder an entry that
is no higher than their key: when the key grows the entry stays, and is put
right when it comes up; when the key falls a lower one is pushed. The higher one
is left behind; once those are as many as the accounts, the heap is made anew.
"""

from collections.abc import Callable, Iterator, Mapping
from heapq import heapify, heappop, heappush, heapreplace
from types import MappingProxyType
from typing import Final

from tongbao.engine.plan import Plan
from tongbao.engine.state import Account, Candidate, Figures, PurchaseRecord, exit_key
from tongbao.engine.work import Work

_OPENING_BITS: Final = 40
_OPENING_MASK: Final = (1 << _OPENING_BITS) - 1


class MemoryStore:
    """A program's whole state in memory; see `tongbao.engine.state.Store`."""

    __slots__ = (
        "_accounts",
        "_heap",
        "_names",
        "_purchases",
        "_queued",
        "_ranks",
        "account",
        "figures",
        "plan",
        "purchase",
    )

    def __init__(self, plan: Plan) -> None:
        """Begin an empty program."""
        self.plan = plan
        self.figures = Figures()
        self._accounts: dict[str, Account] = {}
        self._purchases: dict[str, PurchaseRecord] = {}
        self._names: list[str] = []  # by opening number
        # A rank is key << 40 | opening: one integer that orders as the pair does.
        self._ranks: list[int] = []  # by opening number; -1 while no points are held
        self._queued: list[int] = []  # the entry that stands for them in the heap, or -1
        self._heap: list[int] = []
        self._bind()

    def _bind(self) -> None:
        self.account: Callable[[str], Account | None] = self._accounts.get
        self.purchase: Callable[[str], PurchaseRecord | None] = self._purchases.get

    @property
    def accounts(self) -> Mapping[str, Account]:
        """All accounts by name, in the order of their opening; not to be changed."""
        return MappingProxyType(self._accounts)

    @property
    def purchases(self) -> Mapping[str, PurchaseRecord]:
        """All purchases by command id, in the order of their posting; not to be changed."""
        return MappingProxyType(self._purchases)

    def keep_purchases(self, records: Mapping[str, PurchaseRecord]) -> None:
        """Know these purchases and those to come, no others: so much of a journal is enough."""
        self._purchases.clear()
        self._purchases.update(records)

    def least_bound(self) -> int | None:
        """Return a number that no holder's key is below, None if there are no holders."""
        return self._heap[0] >> _OPENING_BITS if self._heap else None

    def ascending(self) -> Iterator[Candidate]:
        """Yield the holders by (key, opening), found as they are asked for."""
        self._put_top_right()
        heap, ranks, queued = self._heap, self._ranks, self._queued
        # The heap is a tree: an entry's children can come up only after it did. What waits is
        # either such an entry with its place in the heap, or a rank higher than its entry was.
        waiting = [(heap[0], 0)] if heap else []
        while waiting:
            entry, place = heappop(waiting)
            if place >= 0:
                for child in (2 * place + 1, 2 * place + 2):
                    if child < len(heap):
                        heappush(waiting, (heap[child], child))
            opening = entry & _OPENING_MASK
            rank = ranks[opening]
            if place >= 0 and queued[opening] != entry:  # a lower one was pushed since
                continue
            if rank > entry:
                heappush(waiting, (rank, -1))
            elif rank >= 0:
                yield Candidate(rank >> _OPENING_BITS, opening, self._names[opening])

    def _put_top_right(self) -> None:
        """Bring a holder's true rank to the top of the heap, so that the bound is one."""
        heap, ranks, queued = self._heap, self._ranks, self._queued
        while heap:
            entry = heap[0]
            opening = entry & _OPENING_MASK
            rank = ranks[opening]
            if queued[opening] != entry:  # a lower one was pushed since
                heappop(heap)
            elif rank < 0:
                queued[opening] = -1
                heappop(heap)
            elif rank > entry:
                queued[opening] = rank
                heapreplace(heap, rank)
            else:
                return

    def holders(self) -> Iterator[Account]:
        """Yield the accounts with points or credit, by opening number."""
        return (a for a in self._accounts.values() if a.points or a.credit)

    def apply(self, work: Work) -> None:
        """Let the working copies of an accepted command take their places."""
        self.plan = work.plan
        self.figures = work.figures
        if work.recorded is not None:
            purchase, record = work.recorded
            self._purchases[purchase] = record
        ranks = self._ranks
        for name, account in work.touched.items():
            self._accounts[name] = account
            opening = account.opening
            if opening == len(ranks):
                self._names.append(name)
                ranks.append(-1)
                self._queued.append(-1)
            rank = -1
            if account.points:
                rank = exit_key(account) << _OPENING_BITS | opening
                if not 0 <= self._queued[opening] <= rank:
                    self._queued[opening] = rank
                    heappush(self._heap, rank)
            ranks[opening] = rank
        if len(self._heap) > 2 * len(ranks):
            self._queued = ranks.copy()
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
        twin._queued = self._queued.copy()
        twin._heap = self._heap.copy()
        twin._bind()
        return twin

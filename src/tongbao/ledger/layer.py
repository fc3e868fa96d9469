"""Changes of accepted commands, laid over a store that stays as it is."""

from collections.abc import Iterator
from heapq import heappop, heappush, merge

from tongbao.engine.state import Account, Candidate, PurchaseRecord, Store, exit_key
from tongbao.engine.work import Work

_Ranked = tuple[int, int, str]


class Layer:
    """A store (see `tongbao.engine.state.Store`): what was changed here, the rest from below."""

    __slots__ = (
        "_ahead",
        "_below",
        "_coming",
        "_purchases",
        "_ranks",
        "accounts",
        "figures",
        "plan",
    )

    def __init__(self, below: Store) -> None:
        """Begin without changes."""
        self._below = below
        self.plan = below.plan
        self.figures = below.figures
        self.accounts: dict[str, Account] = {}
        self._purchases: dict[str, PurchaseRecord] = {}
        self._ranks: list[_Ranked] = []  # a heap; stale ones are dropped when they come up
        self._coming: Iterator[Candidate] | None = None
        self._ahead: list[Candidate] = []  # seen below, by their keys, not changed here

    def account(self, name: str) -> Account | None:
        """Return the account of that name."""
        return self.accounts.get(name) or self._below.account(name)

    def purchase(self, purchase: str) -> PurchaseRecord | None:
        """Return the record of the purchase with that command id."""
        return self._purchases.get(purchase) or self._below.purchase(purchase)

    def least_bound(self) -> int | None:
        """Return a number that no holder's key is below, None if there are no holders."""
        ranks = self._ranks
        while ranks and self._is_stale(ranks[0]):
            heappop(ranks)
        below = self._bound_below()
        if not ranks:
            return below
        return ranks[0][0] if below is None else min(below, ranks[0][0])

    def ascending(self) -> Iterator[Candidate]:
        """Yield the holders by (key, opening), found as they are asked for."""
        self._first_below()
        below = ((c.key, c.opening, c.name) for c in self._all_below())
        return (Candidate(*ranked) for ranked in merge(below, self._own()))

    def holders(self) -> Iterator[Account]:
        """Yield the accounts with points or credit, by opening number."""
        everyone = [a for a in self._below.holders() if a.name not in self.accounts]
        everyone += [a for a in self.accounts.values() if a.points or a.credit]
        return iter(sorted(everyone, key=lambda a: a.opening))

    def apply(self, work: Work) -> None:
        """Let the working copies of an accepted command take their places."""
        self.plan = work.plan
        self.figures = work.figures
        if work.recorded is not None:
            purchase, record = work.recorded
            self._purchases[purchase] = record
        for name, account in work.touched.items():
            self.accounts[name] = account
            if account.points:
                heappush(self._ranks, (exit_key(account), account.opening, name))

    def _own(self) -> Iterator[_Ranked]:
        ranks = self._ranks.copy()
        last = None
        while ranks:
            ranked = heappop(ranks)
            if ranked != last and not self._is_stale(ranked):
                yield ranked
            last = ranked

    def _is_stale(self, ranked: _Ranked) -> bool:
        account = self.accounts[ranked[2]]
        return not account.points or exit_key(account) != ranked[0]

    def _bound_below(self) -> int | None:
        """Return a bound of those below: who was changed here counts until the order is needed."""
        if self._coming is None:
            return self._below.least_bound()
        first = self._first_below()
        return None if first is None else first.key

    def _first_below(self) -> Candidate | None:
        """Return the least holder below who was not changed here; forget those before."""
        if self._coming is None:
            self._coming = self._below.ascending()
        passed = 0
        for candidate in self._ahead:
            if candidate.name not in self.accounts:
                break
            passed += 1
        del self._ahead[:passed]
        while not self._ahead:
            coming = next(self._coming, None)
            if coming is None:
                return None
            if coming.name not in self.accounts:
                self._ahead.append(coming)
        return self._ahead[0]

    def _all_below(self) -> Iterator[Candidate]:
        place = 0
        while True:
            if place == len(self._ahead):
                candidate = None if self._coming is None else next(self._coming, None)
                if candidate is None:
                    return
                self._ahead.append(candidate)
            candidate = self._ahead[place]
            place += 1
            if candidate.name not in self.accounts:
                yield candidate

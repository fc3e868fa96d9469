"""A command's working set: copies of what it touches, laid over the store.

Nothing in the store changes while a command is decided. If it is rejected the
working set is dropped; if it is accepted the copies take their places.
"""

from collections.abc import Iterator

from tongbao.engine.plan import Plan
from tongbao.engine.postings import Move
from tongbao.engine.receipts import Exit
from tongbao.engine.state import (
    Account,
    Candidate,
    Figures,
    Kind,
    PurchaseRecord,
    Store,
    exit_key,
)


class Work:
    """The overlay on which one command is decided."""

    __slots__ = ("before", "exits", "figures", "moves", "plan", "purchases", "store", "touched")

    def __init__(self, store: Store) -> None:
        """Lay an empty overlay over the store."""
        self.store = store
        self.plan: Plan = store.plan
        self.figures: Figures = store.figures.__copy__()
        self.touched: dict[str, Account] = {}
        self.before: list[Account | None] = []
        self.purchases: dict[str, PurchaseRecord] = {}
        self.moves: list[Move] = []
        self.exits: list[Exit] = []

    def account(self, name: str) -> Account | None:
        """Return the working copy of that account, None if there is none."""
        account = self.touched.get(name)
        if account is None:
            committed = self.store.account(name)
            if committed is None:
                return None
            account = committed.__copy__()
            self.touched[name] = account
            self.before.append(committed)
        return account

    def require(self, name: str) -> Account:
        """Return the working copy of an account that is known to exist."""
        account = self.account(name)
        if account is None:
            raise KeyError(name)
        return account

    def open(self, name: str, kind: Kind, referrer: str | None = None) -> Account:
        """Open an account; its mark is the current dividend index."""
        figures = self.figures
        account = Account(name, kind, figures.opened, figures.dividend_index, referrer)
        figures.opened += 1
        self.touched[name] = account
        self.before.append(None)
        return account

    def least(self, reached: int | None = None) -> Candidate | None:
        """Return the holder with the least (key, opening), working copies considered.

        Where only keys up to ``reached`` matter, others need not be returned.
        """
        best = None
        bound = self.store.least_bound()
        if bound is not None and (reached is None or bound <= reached):
            best = self.store.least(self.touched)
        for account in self.touched.values():
            if account.points:
                key = exit_key(account)
                if reached is not None and key > reached:
                    continue
                if best is None or (key, account.opening) < (best.key, best.opening):
                    best = Candidate(key, account.opening, account.name)
        return best

    def holders(self) -> Iterator[Account]:
        """Yield working copies of all accounts with points or credit, by opening number."""
        names = [a.name for a in self.store.holders() if a.name not in self.touched]
        everyone = [*map(self.require, names), *self.touched.values()]
        everyone.sort(key=lambda a: a.opening)
        return (a for a in everyone if a.points or a.credit)

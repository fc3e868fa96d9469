"""A command's working set: copies of what it touches, laid over the store.

Nothing in the store changes while a command is decided. If it is rejected the
working set is dropped; if it is accepted the copies take their places.
"""

from collections.abc import Iterator

from msgspec import Struct

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
from tongbao.engine.units import SCALE


class Work(Struct):
    """The overlay on which one command is decided.

    ``touched`` has the working copies by name, ``changed`` what each was (None
    if it is new) and is; ``present`` those that did not exit in this command.
    ``recorded`` is the purchase that the command posts or refunds, with its id.
    ``coming`` are the store's holders that were not looked at yet, by their keys.
    """

    store: Store
    plan: Plan
    figures: Figures
    touched: dict[str, Account] = {}
    present: dict[str, Account] = {}
    changed: list[tuple[Account | None, Account]] = []
    recorded: tuple[str, PurchaseRecord] | None = None
    moves: list[Move] = []
    exits: list[Exit] = []
    coming: Iterator[Candidate] | None = None
    next: Candidate | None = None

    def account(self, name: str) -> Account | None:
        """Return the working copy of that account, None if there is none."""
        account = self.touched.get(name)
        if account is None:
            committed = self.store.account(name)
            if committed is None:
                return None
            account = committed.__copy__()  # type: ignore[attr-defined]  # not in the stubs
            self.touched[name] = self.present[name] = account
            self.changed.append((committed, account))
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
        self.touched[name] = self.present[name] = account
        self.changed.append((None, account))
        return account

    def least(self, reached: int | None = None) -> Candidate | None:
        """Return the holder with the least (key, opening), working copies considered.

        Where only keys up to ``reached`` matter, others need not be returned.
        """
        best = None
        bound = self.store.least_bound()
        if bound is not None and (reached is None or bound <= reached):
            best = self._least_untouched()
        for account in self.present.values():
            if not account.points:
                continue
            # The key is above `reached`, told without the division that makes the key.
            if reached is not None and (
                account.quota * SCALE >= (reached - account.mark + 1) * account.points
            ):
                continue
            key = exit_key(account)
            if best is None or (key, account.opening) < (best.key, best.opening):
                best = Candidate(key, account.opening, account.name)
        return best

    def _least_untouched(self) -> Candidate | None:
        """Return the store's least holder without a working copy.

        The store does not change meanwhile and nobody is untouched again, so each is seen once.
        """
        if self.coming is None:
            self.coming = self.store.ascending()
            self.next = next(self.coming, None)
        while self.next is not None and self.next.name in self.touched:
            self.next = next(self.coming, None)
        return self.next

    def holders(self) -> Iterator[Account]:
        """Yield working copies of all accounts with points or credit, by opening number."""
        names = [a.name for a in self.store.holders() if a.name not in self.touched]
        everyone = [*map(self.require, names), *self.touched.values()]
        everyone.sort(key=lambda a: a.opening)
        return (a for a in everyone if a.points or a.credit)

"""The entry of an accepted command: its postings and the plain deltas beside them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from tongbao.engine.postings import Delta, Move, Movement, Unit
from tongbao.engine.state import Account, Figures
from tongbao.engine.work import Work

_UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "issuance": "points",
        "points": "points",
        "treasury": "points",
        "burned": "points",
        "credit_issued": "credit",
        "credit": "credit",
    }
)
_OWNED: Final = ("wallet", "points", "credit")
_ACCOUNT_FIELDS: Final = (
    *("quota", "owed", "mark", "fraction"),
    *("gained", "lost", "taken", "forfeited"),
)
_FIGURE_FIELDS: Final = ("dividend_index", "closes")


class Entry(Struct, frozen=True, gc=False):
    """What an accepted command did: its working set and the figures before it."""

    work: Work
    figures_before: Figures

    @property
    def moves(self) -> Sequence[Move]:
        """The movements as they were noted down; some may be of nothing."""
        return self.work.moves

    @property
    def changed(self) -> Sequence[tuple[Account | None, Account]]:
        """Each account that the command touched: what it was, None if it is new, and is."""
        return self.work.changed

    @property
    def movements(self) -> tuple[Movement, ...]:
        """The balanced postings, in the order in which they happened."""
        return tuple(
            Movement(
                cause,
                _UNITS.get(source, "money"),
                f"{source}:{giver}" if source in _OWNED else source,
                f"{target}:{taker}" if target in _OWNED else target,
                amount,
            )
            for cause, source, giver, target, taker, amount in self.moves
            if amount
        )

    @property
    def deltas(self) -> tuple[Delta, ...]:
        """The plain changes: the program's index and closes, then account by account."""
        before, after = self.figures_before, self.work.figures
        changes = [
            Delta("", field, getattr(after, field) - getattr(before, field))
            for field in _FIGURE_FIELDS
        ]
        for was, account in self.changed:
            changes += [
                Delta(account.name, field, getattr(account, field) - getattr(was, field, 0))
                for field in _ACCOUNT_FIELDS
            ]
        return tuple(change for change in changes if change.amount)

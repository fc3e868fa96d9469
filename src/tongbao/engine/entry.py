"""The entry of an accepted command: its postings and the plain deltas beside them."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from tongbao.engine.postings import Cause, Delta, Move, Movement, Unit
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
_fields_of: Final = attrgetter(*_ACCOUNT_FIELDS)
_NOTHING: Final = Account("", "member", -1, 0)


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
        return tuple(Movement(*movement) for movement in self.plain_movements)

    @property
    def deltas(self) -> tuple[Delta, ...]:
        """The plain changes: the program's index and closes, then account by account."""
        return tuple(Delta(*delta) for delta in self.plain_deltas)

    @property
    def plain_movements(self) -> list[tuple[Cause, Unit, str, str, int]]:
        """The movements as tuples: cause, unit, source, target, amount."""
        return [
            (
                cause,
                _UNITS.get(source, "money"),
                f"{source}:{giver}" if source in _OWNED else source,
                f"{target}:{taker}" if target in _OWNED else target,
                amount,
            )
            for cause, source, giver, target, taker, amount in self.work.moves
            if amount
        ]

    @property
    def plain_deltas(self) -> list[tuple[str, str, int]]:
        """The deltas as tuples: account, field, amount."""
        before, after = self.figures_before, self.work.figures
        changes: list[tuple[str, str, int]] = []
        if after.dividend_index != before.dividend_index or after.closes != before.closes:
            moved = [
                (name, getattr(after, name) - getattr(before, name)) for name in _FIGURE_FIELDS
            ]
            changes = [("", field, amount) for field, amount in moved if amount]
        for was, account in self.work.changed:
            old, new = _fields_of(_NOTHING if was is None else was), _fields_of(account)
            if old != new:
                changes += [
                    (account.name, field, now - then)
                    for field, then, now in zip(_ACCOUNT_FIELDS, old, new, strict=True)
                    if now != then
                ]
        return changes

"""Postings: what a command moved, in double entry, over named accounts.

A movement takes an amount from one place and puts it into another of the same
unit, so each is balanced by itself. Sums of movements reproduce every balance:
money in reserve, dividend_fund, dividend_payable, paid_out, refunded and
wallet:NAME; points in treasury, burned and points:NAME (issued is what left
issuance); credit in credit:NAME. Quota, owed, mark and fraction travel as
plain deltas beside them.
"""

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from tongbao.engine.state import Account, Figures

Unit = Literal["money", "points", "credit"]
Place = Literal[
    "sales",
    "deposits",
    "reserve",
    "dividend_fund",
    "dividend_payable",
    "wallet",
    "paid_out",
    "refunded",
    "issuance",
    "points",
    "treasury",
    "burned",
    "credit_issued",
    "credit",
]
Cause = Literal[
    "contribution",
    "dividend_share",
    "commission",
    "grant",
    "referral_grant",
    "dividend",
    "distribution",
    "redemption",
    "exit",
    "wind_up",
    "rest",
    "surplus",
    "goods",
    "payment",
    "conversion",
    "credit_redemption",
    "withdrawal",
    "deposit",
    "refund",
]
Move = tuple[Cause, Place, str, Place, str, int]
"""cause, from place, its owner ('' if the program's), to place, its owner, amount."""

_UNITS: Final[dict[str, Unit]] = {
    "issuance": "points",
    "points": "points",
    "treasury": "points",
    "burned": "points",
    "credit_issued": "credit",
    "credit": "credit",
}
_OWNED: Final = ("wallet", "points", "credit")
_ACCOUNT_FIELDS: Final = (
    *("quota", "owed", "mark", "fraction"),
    *("gained", "lost", "taken", "forfeited"),
)
_FIGURE_FIELDS: Final = ("dividend_index", "closes")


class Movement(Struct, frozen=True):
    """A balanced posting of one unit: the amount leaves ``source`` and enters ``target``."""

    cause: Cause
    unit: Unit
    source: str
    target: str
    amount: int


class Delta(Struct, frozen=True):
    """A plain change of one field of an account (of the program where account is empty)."""

    account: str
    field: str
    amount: int


class Entry(Struct, frozen=True, gc=False):
    """What an accepted command did: its movements and the states around it."""

    moves: Sequence[Move]
    before: Sequence[Account | None]
    after: Sequence[Account]
    figures_before: Figures
    figures_after: Figures

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
        changes = [
            Delta("", field, getattr(self.figures_after, field) - getattr(self.figures_before, field))
            for field in _FIGURE_FIELDS
        ]
        for before, after in zip(self.before, self.after, strict=True):
            changes += [
                Delta(after.name, field, getattr(after, field) - getattr(before, field, 0))
                for field in _ACCOUNT_FIELDS
            ]
        return tuple(change for change in changes if change.amount)

"""The state of a program: its figures, its accounts, its purchases (spec: «State»).

A committed account, record or set of figures is never changed: a command works
on copies, which take their place when it is accepted.
"""

from collections.abc import Iterator
from typing import Literal, Protocol

from msgspec import Struct

from tongbao.engine.plan import Plan
from tongbao.engine.units import SCALE

Kind = Literal["member", "merchant"]


class Account(Struct, gc=False):
    """One member's or merchant's account.

    points in atoms; quota, owed, wallet, credit in minor units; mark and
    fraction scaled. The last four are its quota's history in minor units, so
    that ``quota - owed == gained - lost - taken - forfeited`` (invariant 7).
    """

    name: str
    kind: Kind
    opening: int
    mark: int
    referrer: str | None = None
    points: int = 0
    quota: int = 0
    owed: int = 0
    wallet: int = 0
    credit: int = 0
    fraction: int = 0
    gained: int = 0
    lost: int = 0
    taken: int = 0
    forfeited: int = 0


class Figures(Struct, gc=False):
    """A program's figures.

    Money in minor units, points in atoms, the index scaled. ``opened`` counts
    accounts. The last six are totals kept beside the rules, from the accounts
    that a command touched, so that every command can be checked cheaply:
    money that ever came in; points, wallets and credit in accounts; and of all
    accounts the sums of points x mark and of fractions.
    """

    reserve: int = 0
    supply: int = 0
    treasury: int = 0
    issued: int = 0
    burned: int = 0
    dividend_fund: int = 0
    dividend_payable: int = 0
    dividend_index: int = 0
    paid_out: int = 0
    refunded: int = 0
    last_day: str = ""
    closes: int = 0
    opened: int = 0
    money_in: int = 0
    points: int = 0
    wallets: int = 0
    credit: int = 0
    marked: int = 0
    fractions: int = 0


class Party(Struct, frozen=True, gc=False):
    """Who had something of a purchase: points granted (atoms), cash commission (minor units)."""

    name: str
    granted: int
    commission: int


class PurchaseRecord(Struct, frozen=True, gc=False):
    """What a purchase took and granted, for its refunds; money in minor units, points in atoms.

    ``granted`` are the buyer's points, ``chain`` the referrers' parts; ``index``
    and ``closes`` are the dividend index and the number of closes when it was posted.
    """

    buyer: str
    paid: int
    contribution: int
    dividend: int
    gained: int
    granted: int
    chain: tuple[Party, ...]
    index: int
    closes: int
    refunded: int = 0

    @property
    def parties(self) -> tuple[Party, ...]:
        """The buyer and then the chain."""
        return (Party(self.buyer, self.granted, 0), *self.chain)


class Candidate(Struct, frozen=True, gc=False):
    """The account next to exit: its key (scaled) and opening number order it."""

    key: int
    opening: int
    name: str


class Store(Protocol):
    """Where a command reads from: in memory offline, in a database online."""

    @property
    def plan(self) -> Plan:
        """The plan in force."""

    @property
    def figures(self) -> Figures:
        """The program's figures."""

    def account(self, name: str) -> Account | None:
        """Return the account of that name."""

    def purchase(self, purchase: str) -> PurchaseRecord | None:
        """Return the record of the purchase with that command id."""

    def least_bound(self) -> int | None:
        """Return a number that no holder's key is below, None if there are no holders."""

    def ascending(self) -> Iterator[Candidate]:
        """Yield the holders by (key, opening), found as they are asked for."""

    def holders(self) -> Iterator[Account]:
        """Yield the accounts with points or credit, by opening number."""


def exit_key(account: Account) -> int:
    """Return the scaled price + index at which this holder of points exits."""
    # Floor: the exit comes a hair early, so that nobody takes out more than their quota.
    return account.quota * SCALE // account.points + account.mark


def value_of(points: int, figures: Figures) -> int:
    """Return what points (atoms) are worth in minor units; the remainder stays in the reserve."""
    return points * figures.reserve // figures.supply if points else 0

"""What settling asks of a database."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final, Protocol

from msgspec import Struct

from tongbao.engine.state import Account, Figures
from tongbao.ledger.fields import name_of, stored

WHOLE_FIGURES: Final = (
    *("reserve", "supply", "treasury", "issued", "burned"),
    *("dividend_fund", "dividend_payable", "dividend_index", "paid_out", "refunded"),
    *("closes", "opened", "money_in", "points", "wallets", "credit", "marked", "fractions"),
)
"""The figures that are whole numbers: all but the last closed day."""

BALANCES: Final = (
    *("points", "quota", "owed", "wallet", "credit", "mark", "fraction"),
    *("gained", "lost", "taken", "forfeited"),
)
"""What of an account changes."""

BATCH: Final = 1000
"""How many commands are settled together."""

FIRST_LOOK: Final = 4
"""How many of the least bounds are read with every batch."""

LINE_FIELDS: Final = ("points", "quota", "owed", "wallet", "credit", "mark", "fraction")


class HeadRow(Struct):
    """The program's row: see `models.Head`. ``plan`` and ``turnover`` are JSON."""

    status: str
    number: int
    hash: str
    plan: str
    plan_version: int
    next_plan_at: datetime | None
    turnover: str
    figures: Figures


class Waiting(Struct, frozen=True):
    """A command in the inbox; command and guard are JSON."""

    command_id: str
    ticket: str
    bundle: str | None
    command: str
    guard: str | None = None
    arrived_at: datetime | None = None


class Accepted(Struct, frozen=True):
    """An entry of the journal that a command id stands for."""

    number: int
    body: str


class Fate(Struct, frozen=True):
    """What became of a command in the inbox: it waits, was refused (as JSON), or was accepted.

    None of these: it is not in the inbox any more, and in no entry either.
    """

    waits: bool = False
    refused: str | None = None
    accepted: Accepted | None = None


class AccountRow(Struct, frozen=True):
    """An account as it is stored; ``bound`` is no higher than its exit key, None without points."""

    account: Account
    frozen: bool
    bound: int | None


class Found(Struct, frozen=True):
    """What was read for a batch: accounts, entries by command id, sums refunded by purchase.

    ``least`` are the first few holders by their bounds.
    """

    accounts: Sequence[AccountRow]
    entries: Mapping[str, Accepted]
    refunded: Mapping[str, int]
    least: Sequence[AccountRow]


EntryRow = tuple[int, str, str, str]
"""number, command id as stored, body, hash."""
LineRow = tuple[str, int, int, int, int, int, int, int, int]
"""account as stored, number, and LINE_FIELDS."""
DayRow = tuple[str, int, str, str]
"""day, number, figures and turnover as JSON."""


class Writes(Struct):
    """What a settled batch adds and changes, besides the head."""

    entries: list[EntryRow] = []
    lines: list[LineRow] = []
    accounts: dict[str, AccountRow] = {}
    bounds: dict[str, int] = {}  # of accounts that are not among these
    refunded: dict[str, int] = {}
    days: list[DayRow] = []
    settled: list[str] = []  # tickets
    refused: list[tuple[str, str]] = []  # tickets and outcomes


class Storage(Protocol):
    """One program's rows, over the calling thread's connection."""

    locks_rows: bool
    """Whether others can write to the inbox while somebody settles."""

    unchanged: bool
    """Set under the lock by who wrote nothing: the transaction then ends without a flush."""

    def locked(self, seconds: float | None) -> AbstractContextManager[HeadRow | None]:
        """Hold the program's row in a transaction of its own, committed at the end.

        Waits so many seconds for it; with None, not at all. Gives None if somebody else has it
        (or if there is no such row).

        Raises:
            TimeoutError: the time has passed.
        """

    def pipelined(self) -> AbstractContextManager[object]:
        """Let statements follow one another without waiting for each answer, where possible."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Read in a transaction that sees one moment, whatever others write meanwhile."""

    def head(self) -> HeadRow | None:
        """Return the program's row, not locked."""

    def enqueue(self, rows: Sequence[Waiting]) -> None:
        """Write to the inbox, all or nothing, in the caller's transaction if there is one."""

    def line_up(
        self, new: Sequence[Waiting], waiting: Sequence[Waiting], seconds: float
    ) -> Mapping[str, Fate]:
        """Write the new ones to the inbox; let who settles now finish; return all fates by ticket.

        The new ones are written for a settler who acknowledges only after their own commit. How
        long others settle is a hint: the answer may come at once, where it can't be told.

        Raises:
            TimeoutError: so many seconds have passed and the same one still settles.
        """

    def withdraw(self, tickets: Sequence[str]) -> None:
        """Take commands that wait out of the inbox again, under the lock."""

    def waiting(self) -> Sequence[Waiting]:
        """Return commands that wait, oldest first, up to a batch; a bundle is never cut."""

    def waits(self, command_ids: Sequence[str]) -> Sequence[Waiting]:
        """Return the commands that wait under those ids."""

    def refused(self, command_id: str) -> str | None:
        """Return why the command of that id that came last was not accepted, as JSON."""

    def find(
        self, accounts: Iterable[str], command_ids: Iterable[str], purchases: Iterable[str]
    ) -> Found:
        """Read what a batch touches, and the first of the least keys."""

    def entries(self, command_ids: Iterable[str]) -> Mapping[str, Accepted]:
        """Return the entries of those command ids."""

    def accounts(self, names: Iterable[str]) -> Sequence[AccountRow]:
        """Return the accounts of those names."""

    def least(self, after: AccountRow | None, limit: int) -> Sequence[AccountRow]:
        """Return holders by (bound, opening) after that one."""

    def holders(self) -> Sequence[AccountRow]:
        """Return all accounts with points or credit, by opening number."""

    def write(self, writes: Writes) -> None:
        """Write a batch's rows."""

    def write_head(self, head: HeadRow) -> None:
        """Write the program's row: all but its status."""


def read_account(row: Sequence[Any]) -> AccountRow:
    """Return an account from its columns.

    They are name, kind, referrer, frozen, and in one text the opening number, the balances and,
    if there is one, the bound.
    """
    name, kind, referrer, frozen, numbers = row
    opening, points, quota, owed, wallet, credit, mark, *rest = map(int, numbers.split())
    fraction, gained, lost, taken, forfeited, *bound = rest
    account = Account(
        *(name_of(name), kind, opening, mark, None if referrer is None else name_of(referrer)),
        *(points, quota, owed, wallet, credit, fraction, gained, lost, taken, forfeited),
    )
    return AccountRow(account, bool(frozen), bound[0] if bound else None)


def names_stored(names: Iterable[str]) -> list[str]:
    """Return names as they are written."""
    return [stored(name) for name in names]

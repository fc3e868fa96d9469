"""What settling asks of a database."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

from tongbao.engine.state import Account, Candidate, Figures, Kind, exit_key
from tongbao.ledger.fields import stored

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

LINE_FIELDS: Final = ("points", "quota", "wallet", "credit", "mark", "fraction")


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


class Found(Struct, frozen=True):
    """What was read for a batch: accounts, entries by command id, sums refunded by purchase."""

    accounts: Mapping[str, Account]
    frozen: frozenset[str]
    entries: Mapping[str, Accepted]
    refunded: Mapping[str, int]
    least: Sequence[Candidate]


EntryRow = tuple[int, str, str, str]
"""number, command id as stored, body, hash."""
LineRow = tuple[str, int, int, int, int, int, int, int]
"""account as stored, number, and LINE_FIELDS."""
DayRow = tuple[str, int, str, str]
"""day, number, figures and turnover as JSON."""


class Writes(Struct):
    """What a settled batch adds and changes, besides the head."""

    entries: list[EntryRow] = []
    lines: list[LineRow] = []
    accounts: dict[str, Account] = {}
    refunded: dict[str, int] = {}
    days: list[DayRow] = []
    settled: list[str] = []
    refused: list[tuple[str, str]] = []


class Storage(Protocol):
    """One program's rows, over the calling thread's connection."""

    locks_rows: bool
    """Whether others can write to the inbox while somebody settles."""

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

    def enqueue(self, rows: Sequence[Waiting]) -> frozenset[str]:
        """Write to the inbox unless the id waits already; return the tickets written.

        Takes part in the caller's transaction if there is one.
        """

    def enqueue_for_settling(self, rows: Sequence[Waiting]) -> frozenset[str]:
        """Write to the inbox for a settler who acknowledges only after their own commit."""

    def waiting(self, limit: int) -> Sequence[Waiting]:
        """Return commands that wait, oldest first; a bundle is never cut."""

    def waits(self, command_id: str) -> Waiting | None:
        """Return the waiting command with that id."""

    def outcomes(self, command_ids: Iterable[str]) -> Mapping[str, str]:
        """Return what became of commands in the inbox that were not accepted, as JSON by id."""

    def find(
        self, accounts: Iterable[str], command_ids: Iterable[str], purchases: Iterable[str]
    ) -> Found:
        """Read what a batch touches, and the first of the least keys."""

    def accounts(self, names: Iterable[str]) -> tuple[Mapping[str, Account], frozenset[str]]:
        """Return the accounts of those names, and which of them are frozen."""

    def least(
        self, after: Candidate | None, limit: int
    ) -> tuple[Sequence[Candidate], Mapping[str, Account]]:
        """Return holders by (key, opening) after that one, and their accounts."""

    def holders(self) -> Iterable[Account]:
        """Yield all accounts with points or credit, by opening number."""

    def write(self, writes: Writes) -> None:
        """Write a batch's rows."""

    def write_head(self, head: HeadRow) -> None:
        """Write the program's row: all but its status."""


def candidate_of(account: Account) -> Candidate:
    """Return the place of a holder of points among those to exit."""
    return Candidate(exit_key(account), account.opening, account.name)


def read_account(name: str, kind: Kind, referrer: str | None, numbers: str) -> Account:
    """Return an account from its columns; ``numbers`` is the opening number and the balances."""
    opening, points, quota, owed, wallet, credit, mark, *rest = map(int, numbers.split())
    return Account(
        name,
        kind,
        opening,
        mark,
        referrer,
        points,
        quota,
        owed,
        wallet,
        credit,
        *rest,
    )


def key_of(account: Account) -> int | None:
    """Return the exit key that is stored, None without points."""
    return exit_key(account) if account.points else None


def names_stored(names: Iterable[str]) -> list[str]:
    """Return names as they are written."""
    return [stored(name) for name in names]

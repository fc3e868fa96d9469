"""Settling on SQLite: one writer at a time, whole numbers as text."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

from tongbao.engine.state import Figures
from tongbao.ledger.fields import name_of, padded, stored
from tongbao.ledger.storage import face
from tongbao.ledger.storage.face import BALANCES, LINE_FIELDS, WHOLE_FIGURES

_SPACED: Final = " || ' ' || "
_ACCOUNT: Final = (
    f"name, kind, referrer, frozen, {_SPACED.join(('opening', *BALANCES))} || "
    "ifnull(' ' || exit_bound, '')"
)
_HEAD: Final = (
    "SELECT status, number, hash, plan, plan_version, next_plan_at, turnover, last_day, "
    f"{_SPACED.join(WHOLE_FIGURES)} FROM ledger_head WHERE program = ?"
)
_WAITING: Final = "SELECT command_id, ticket, bundle, command, guard FROM ledger_inbox"
_LEAST: Final = (
    f"SELECT {_ACCOUNT} FROM ledger_account WHERE program = ? AND exit_bound IS NOT NULL"
)
_LISTED: Final = "(SELECT value FROM json_each(?))"
_ENTRIES: Final = (
    "INSERT INTO ledger_entry (program, number, command_id, body, hash) VALUES (?, ?, ?, ?, ?)"
)
_LINES: Final = (
    f"INSERT INTO ledger_line (program, account, number, {', '.join(LINE_FIELDS)}) "
    f"VALUES (?, ?, ?{', ?' * len(LINE_FIELDS)})"
)
_ACCOUNTS: Final = (
    "INSERT INTO ledger_account "
    f"(program, frozen, name, kind, referrer, opening, {', '.join(BALANCES)}, exit_bound) "
    f"VALUES (?, 0, ?, ?, ?, ?{', ?' * (len(BALANCES) + 1)}) "
    "ON CONFLICT (program, name) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in (*BALANCES, "exit_bound"))
)
_REFUNDED: Final = (
    "INSERT INTO ledger_refunded (program, purchase, refunded) VALUES (?, ?, ?) "
    "ON CONFLICT (program, purchase) DO UPDATE SET refunded = excluded.refunded"
)
_DAYS: Final = (
    "INSERT INTO ledger_day (program, day, number, figures, turnover) VALUES (?, ?, ?, ?, ?)"
)
_ENQUEUE: Final = (
    "INSERT INTO ledger_inbox (program, ticket, command_id, bundle, command, guard, arrived_at) "
    "SELECT ?, json_extract(value, '$[0]'), json_extract(value, '$[1]'), "
    "json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'), ? "
    "FROM json_each(?)"
)
_WRITE_HEAD: Final = (
    "UPDATE ledger_head SET number = ?, hash = ?, plan = ?, plan_version = ?, "
    "next_plan_at = ?, turnover = ?, last_day = ?, "
    + ", ".join(f"{name} = ?" for name in WHOLE_FIGURES)
    + " WHERE program = ?"
)


class SqliteStorage:
    """See `face.Storage`."""

    locks_rows = False

    def __init__(self, connection: BaseDatabaseWrapper, program: int) -> None:
        self._connection = connection
        self._program = program
        self.unchanged = False

    @contextmanager
    def locked(self, seconds: float | None) -> Iterator[face.HeadRow | None]:
        """Hold the program's row in a transaction of its own, committed at the end.

        The lock is the database's, so that without time to wait it waits a moment all the same.
        """
        raw = self._raw()
        milliseconds = 100 if seconds is None else max(1, int(seconds * 1000))
        (usual,) = raw.execute("PRAGMA busy_timeout").fetchone()
        raw.execute(f"PRAGMA busy_timeout = {milliseconds}")
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if seconds is None:
                yield None
                return
            raise TimeoutError from None
        finally:
            raw.execute(f"PRAGMA busy_timeout = {usual}")
        try:
            self.unchanged = False
            yield self.head()
            raw.execute("ROLLBACK" if self.unchanged else "COMMIT")
        finally:
            if raw.in_transaction:
                raw.execute("ROLLBACK")

    def pipelined(self) -> AbstractContextManager[object]:
        """Let statements follow one another; here each is answered at once."""
        return nullcontext()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read in a transaction that sees one moment, whatever others write meanwhile."""
        raw = self._raw()
        raw.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            raw.execute("ROLLBACK")

    def head(self) -> face.HeadRow | None:
        """Return the program's row, not locked."""
        row = self._execute(_HEAD, (self._program,)).fetchone()
        if row is None:
            return None
        status, number, chain, plan, version, next_plan_at, turnover, last_day, numbers = row
        values = dict(zip(WHOLE_FIGURES, map(int, numbers.split()), strict=True))
        moment = None
        if next_plan_at is not None:
            moment = datetime.fromisoformat(str(next_plan_at)).replace(tzinfo=UTC)
        return face.HeadRow(
            *(status, number, chain, plan, version, moment, turnover),
            Figures(last_day=last_day, **values),
        )

    def enqueue(self, rows: Sequence[face.Waiting]) -> None:
        """Write to the inbox, all or nothing, in the caller's transaction if there is one."""
        listed = [
            (row.ticket, stored(row.command_id), row.bundle, row.command, row.guard) for row in rows
        ]
        values = (self._program, _moment(datetime.now(UTC)), json.dumps(listed))
        self._execute(_ENQUEUE, values)

    def line_up(
        self,
        new: Sequence[face.Waiting],
        waiting: Sequence[face.Waiting],
        seconds: float,
    ) -> Mapping[str, face.Fate]:
        """Write the new ones to the inbox: nobody can while others settle, so nothing is known."""
        self.enqueue(new)
        return {row.ticket: face.Fate(waits=True) for row in (*new, *waiting)}

    def withdraw(self, tickets: Sequence[str]) -> None:
        """Take commands that wait out of the inbox again, under the lock."""
        query = f"DELETE FROM ledger_inbox WHERE program = ? AND ticket IN {_LISTED}"
        self._execute(query, (self._program, json.dumps(list(tickets))))

    def waiting(self) -> Sequence[face.Waiting]:
        """Return commands that wait, oldest first, up to a batch; a bundle is never cut."""
        query = f"{_WAITING} WHERE program = ? AND outcome IS NULL ORDER BY ticket LIMIT ?"
        found = self._execute(query, (self._program, face.BATCH)).fetchall()
        if len(found) == face.BATCH and found[-1][2] is not None:
            query = (
                f"{_WAITING} WHERE program = ? AND outcome IS NULL "
                "AND bundle = ? AND ticket > ? ORDER BY ticket"
            )
            found += self._execute(query, (self._program, found[-1][2], found[-1][1])).fetchall()
        return [face.Waiting(name_of(row[0]), *row[1:]) for row in found]

    def waits(self, command_ids: Sequence[str]) -> Sequence[face.Waiting]:
        """Return the commands that wait under those ids."""
        query = f"{_WAITING} WHERE program = ? AND outcome IS NULL AND command_id IN {_LISTED}"
        rows = self._listed(query, command_ids)
        return [face.Waiting(name_of(row[0]), *row[1:]) for row in rows]

    def refused(self, command_id: str) -> str | None:
        """Return why the command of that id that came last was not accepted, as JSON."""
        query = (
            "SELECT outcome FROM ledger_inbox WHERE program = ? AND command_id = ? "
            "AND outcome IS NOT NULL ORDER BY ticket DESC LIMIT 1"
        )
        row = self._execute(query, (self._program, stored(command_id))).fetchone()
        return None if row is None else str(row[0])

    def find(
        self, accounts: Iterable[str], command_ids: Iterable[str], purchases: Iterable[str]
    ) -> face.Found:
        """Read what a batch touches, and the first of the least keys."""
        refunds = list(purchases)
        refunded = self._listed(
            "SELECT purchase, refunded FROM ledger_refunded "
            f"WHERE program = ? AND purchase IN {_LISTED}",
            refunds,
        )
        return face.Found(
            self.accounts(accounts),
            self.entries([*command_ids, *refunds]),
            {name_of(purchase): int(amount) for purchase, amount in refunded},
            self.least(None, face.FIRST_LOOK),
        )

    def entries(self, command_ids: Iterable[str]) -> Mapping[str, face.Accepted]:
        """Return the entries of those command ids."""
        query = (
            "SELECT command_id, number, body FROM ledger_entry "
            f"WHERE program = ? AND command_id IN {_LISTED}"
        )
        found = self._listed(query, command_ids)
        return {name_of(name): face.Accepted(number, body) for name, number, body in found}

    def accounts(self, names: Iterable[str]) -> Sequence[face.AccountRow]:
        """Return the accounts of those names."""
        query = f"SELECT {_ACCOUNT} FROM ledger_account WHERE program = ? AND name IN {_LISTED}"
        return [face.read_account(row) for row in self._listed(query, names)]

    def least(self, after: face.AccountRow | None, limit: int) -> Sequence[face.AccountRow]:
        """Return holders by (bound, opening) after that one."""
        query, values = _LEAST, [self._program]
        if after is not None and after.bound is not None:
            query += " AND (exit_bound, opening) > (?, ?)"
            values += [padded(after.bound), after.account.opening]  # type: ignore[list-item]  # mixed
        rows = self._execute(f"{query} ORDER BY exit_bound, opening LIMIT ?", (*values, limit))
        return [face.read_account(row) for row in rows]

    def holders(self) -> Sequence[face.AccountRow]:
        """Return all accounts with points or credit, by opening number."""
        query = (
            f"SELECT {_ACCOUNT} FROM ledger_account "
            "WHERE program = ? AND (points <> '0' OR credit <> '0') ORDER BY opening"
        )
        return [face.read_account(row) for row in self._execute(query, (self._program,))]

    def write(self, writes: face.Writes) -> None:
        """Write a batch's rows."""
        raw, program = self._raw(), self._program
        raw.executemany(_ENTRIES, [(program, *row) for row in writes.entries])
        raw.executemany(
            _LINES,
            [(program, name, number, *map(str, values)) for name, number, *values in writes.lines],
        )
        raw.executemany(_ACCOUNTS, [self._account_row(a) for a in writes.accounts.values()])
        raw.executemany(
            "UPDATE ledger_account SET exit_bound = ? WHERE program = ? AND name = ?",
            [(padded(bound), program, stored(name)) for name, bound in writes.bounds.items()],
        )
        raw.executemany(
            _REFUNDED, [(program, stored(p), str(n)) for p, n in writes.refunded.items()]
        )
        raw.executemany(_DAYS, [(program, *row) for row in writes.days])
        raw.executemany(
            "DELETE FROM ledger_inbox WHERE program = ? AND ticket = ?",
            [(program, ticket) for ticket in writes.settled],
        )
        raw.executemany(
            "UPDATE ledger_inbox SET outcome = ? WHERE program = ? AND ticket = ?",
            [(outcome, program, ticket) for ticket, outcome in writes.refused],
        )

    def write_head(self, head: face.HeadRow) -> None:
        """Write the program's row: all but its status."""
        figures = head.figures
        moment = None if head.next_plan_at is None else _moment(head.next_plan_at)
        self._execute(
            _WRITE_HEAD,
            (
                *(head.number, head.hash, head.plan, head.plan_version),
                *(moment, head.turnover, figures.last_day),
                *(str(getattr(figures, name)) for name in WHOLE_FIGURES),
                self._program,
            ),
        )

    def _account_row(self, row: face.AccountRow) -> tuple[Any, ...]:
        a, bound = row.account, row.bound
        return (
            *(self._program, stored(a.name), a.kind),
            *(None if a.referrer is None else stored(a.referrer), a.opening),
            *(str(getattr(a, name)) for name in BALANCES),
            None if bound is None else padded(bound),
        )

    def _listed(self, query: str, names: Iterable[str]) -> list[Any]:
        listed = json.dumps(face.names_stored(names))
        return self._execute(query, (self._program, listed)).fetchall()

    def _execute(self, query: str, values: Sequence[Any]) -> sqlite3.Cursor:
        return self._raw().execute(query, values)

    def _raw(self) -> sqlite3.Connection:
        self._connection.ensure_connection()
        raw: sqlite3.Connection = self._connection.connection
        return raw


def _moment(moment: datetime) -> str:
    """Return a moment as Django writes it on SQLite."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

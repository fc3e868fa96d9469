"""Settling on PostgreSQL: few round trips, whole batches as arrays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from operator import attrgetter
from typing import Any, Final

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from tongbao.engine.state import Figures
from tongbao.ledger.fields import name_of, stored
from tongbao.ledger.storage import face
from tongbao.ledger.storage.face import BALANCES, LINE_FIELDS, WHOLE_FIGURES
from tongbao.ledger.storage.together import sent_together

_balances_of: Final = attrgetter(*BALANCES)
_SEPARATOR: Final = "\x1f"  # names are stored without it, and JSON has none
_LISTED: Final = "string_to_array(%s, E'\\x1f')"
_TEXTS: Final = "string_to_array(%s, E'\\x1f', '')"
_NUMBERS: Final = f"concat_ws(' ', opening, {', '.join(BALANCES)}, exit_bound)"
_ACCOUNT: Final = f"name, kind, referrer, frozen, {_NUMBERS}"
_HEAD: Final = (
    "SELECT status, number, hash, plan, plan_version, next_plan_at, turnover, last_day, "
    f"concat_ws(' ', {', '.join(WHOLE_FIGURES)}) FROM ledger_head WHERE program = %s"
)
_WAITING: Final = "SELECT command_id, ticket, bundle, command, guard FROM ledger_inbox"
_WAITING_FIRST: Final = (
    f"{_WAITING} WHERE program = %s AND outcome IS NULL ORDER BY ticket LIMIT %s"
)
_LEAST: Final = (
    f"SELECT {_ACCOUNT} FROM ledger_account WHERE program = %s AND exit_bound IS NOT NULL"
)
_LEAST_FIRST: Final = f"{_LEAST} ORDER BY exit_bound, opening LIMIT %s"
# One lookup by both columns of the key for each name: with a list in the condition the planner,
# while it knows little of a table, reads all of the program by another index.
_ACCOUNTS_NAMED: Final = (
    f"SELECT found.* FROM unnest({_LISTED}) AS wanted (name), LATERAL (SELECT {_ACCOUNT} "
    "FROM ledger_account a WHERE a.program = %s AND a.name = wanted.name LIMIT 1) AS found"
)
_ENTRIES_NAMED: Final = (
    f"SELECT found.* FROM unnest({_LISTED}) AS wanted (name), LATERAL (SELECT command_id, number, "
    "body FROM ledger_entry e WHERE e.program = %s AND e.command_id = wanted.name LIMIT 1) AS found"
)
_REFUNDED_NAMED: Final = (
    f"SELECT found.* FROM unnest({_LISTED}) AS wanted (name), LATERAL (SELECT purchase, "
    "refunded::text FROM ledger_refunded r WHERE r.program = %s AND r.purchase = wanted.name "
    "LIMIT 1) AS found"
)
# As a statement, for Citus passes on to its nodes what is SET and not what a function sets.
_LOCK_WAIT: Final = "SET LOCAL lock_timeout = {}"
# A program that is new to the planner's statistics would be read by the wrong index; but Citus
# finds a program's node only by its id, which a generic plan does not know.
_PLANS: Final = (
    "SELECT set_config('plan_cache_mode', CASE WHEN EXISTS (SELECT FROM pg_extension "
    "WHERE extname = 'citus') THEN 'auto' ELSE 'force_generic_plan' END, true)"
)
# Whoever settles holds it beside the program's row, and those whose commands wait in the inbox ask
# to share it: they sleep until that transaction has ended, however it ends. The row decides who
# settles; this only wakes. Its number is the program's id, which is random and has 53 bits.
_SETTLES: Final = "SELECT pg_advisory_xact_lock(%s)"
_OTHERS_SETTLED: Final = (
    f"{_PLANS}, set_config('lock_timeout', %s, true), pg_advisory_xact_lock_shared(%s)"
)
_STILL_THERE: Final = (
    f"SELECT ticket, outcome FROM ledger_inbox WHERE program = %s AND ticket = ANY({_LISTED})"
)
# Rows in arrays are written with the program's own row beside them: so Citus sends the statement
# to the program's node as it is, where rows of nowhere would pass through the coordinator and make
# every commit a two-phase one.
_OWN: Final = "ledger_head h"
_OF_PROGRAM: Final = "WHERE h.program = %s"
_ENTRIES: Final = (
    "INSERT INTO ledger_entry (program, number, command_id, body, hash) "
    f"SELECT h.program, x.* FROM {_OWN}, unnest(%s::bigint[], {_TEXTS}, {_TEXTS}, {_TEXTS}) x "
    f"{_OF_PROGRAM}"
)
_LINES: Final = (
    f"INSERT INTO ledger_line (program, account, number, {', '.join(LINE_FIELDS)}) "
    f"SELECT h.program, x.* FROM {_OWN}, "
    f"unnest({_TEXTS}, %s::bigint[]{', %s::numeric[]' * len(LINE_FIELDS)}) x {_OF_PROGRAM}"
)
_ACCOUNTS: Final = (
    "INSERT INTO ledger_account "
    f"(program, frozen, name, kind, referrer, opening, {', '.join(BALANCES)}, exit_bound) "
    f"SELECT h.program, false, x.* FROM {_OWN}, unnest({_TEXTS}, {_TEXTS}, {_TEXTS}, "
    f"%s::bigint[]{', %s::numeric[]' * (len(BALANCES) + 1)}) x {_OF_PROGRAM} "
    "ON CONFLICT (program, name) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in (*BALANCES, "exit_bound"))
)
_BOUNDS: Final = (
    "UPDATE ledger_account a SET exit_bound = b.bound "
    f"FROM unnest({_TEXTS}, %s::numeric[]) AS b (name, bound) "
    "WHERE a.program = %s AND a.name = b.name"
)
_REFUNDED: Final = (
    "INSERT INTO ledger_refunded (program, purchase, refunded) "
    f"SELECT h.program, x.* FROM {_OWN}, unnest({_TEXTS}, %s::numeric[]) x {_OF_PROGRAM} "
    "ON CONFLICT (program, purchase) DO UPDATE SET refunded = excluded.refunded"
)
_DAYS: Final = (
    "INSERT INTO ledger_day (program, day, number, figures, turnover) "
    f"SELECT h.program, x.* FROM {_OWN}, unnest({_TEXTS}, %s::bigint[], {_TEXTS}, {_TEXTS}) x "
    f"{_OF_PROGRAM}"
)
_REFUSED: Final = (
    "UPDATE ledger_inbox i SET outcome = o.outcome "
    f"FROM unnest({_TEXTS}, {_TEXTS}) AS o (ticket, outcome) "
    "WHERE i.program = %s AND i.ticket = o.ticket"
)
_SETTLED: Final = f"DELETE FROM ledger_inbox WHERE program = %s AND ticket = ANY({_LISTED})"
# Not so here: sent to its node as it is, this would commit there before the rows of the caller's
# transaction on the coordinator do, and stay where those fail.
_ENQUEUE: Final = (
    "INSERT INTO ledger_inbox (program, ticket, command_id, bundle, command, guard, arrived_at) "
    f"SELECT %s, *, now() FROM unnest({_TEXTS}, {_TEXTS}, {_TEXTS}, {_TEXTS}, {_TEXTS})"
)
_LONGEST_READ: Final = 10.0
"""So many seconds whoever got the row at once waits for those who still read what became of theirs."""
_WRITE_HEAD: Final = (
    "UPDATE ledger_head SET number = %s, hash = %s, plan = %s, plan_version = %s, "
    "next_plan_at = %s, turnover = %s, last_day = %s, "
    + ", ".join(f"{name} = %s::numeric" for name in WHOLE_FIGURES)
    + " WHERE program = %s"
)


class PostgresqlStorage:
    """See `face.Storage`."""

    locks_rows = True

    def __init__(self, connection: BaseDatabaseWrapper, program: int) -> None:
        self._connection = connection
        self._program = program
        self._first_waiting: list[TupleRow] | None = None
        self.unchanged = False

    @contextmanager
    def locked(self, seconds: float | None) -> Iterator[face.HeadRow | None]:
        """Hold the program's row in a transaction of its own, committed at the end."""
        raw = self._alive()
        try:
            with sent_together(raw):
                raw.execute("BEGIN")
                limit = _LONGEST_READ if seconds is None else max(0.001, seconds)
                raw.execute(_LOCK_WAIT.format(int(limit * 1000)), prepare=False)
                self._execute(_PLANS, ())
                skip = " SKIP LOCKED" if seconds is None else ""
                row = self._execute(f"{_HEAD} FOR UPDATE{skip}", (self._program,))
                if skip:
                    head = _read_head(row.fetchone())
                if not skip or head is not None:
                    # Sent along, answered after the lock was given: saves a round trip.
                    self._execute(_SETTLES, (self._program,))
                    waiting = self._execute(_WAITING_FIRST, (self._program, face.BATCH))
                    if not skip:
                        head = _read_head(row.fetchone())
                    self._first_waiting = [] if head is None else waiting.fetchall()
            self.unchanged = False
            yield head
            # Nothing to write, nothing to flush.
            raw.execute("ROLLBACK" if self.unchanged else "COMMIT")
        except LockNotAvailable:
            raise TimeoutError from None
        finally:
            if not raw.closed and raw.info.transaction_status != TransactionStatus.IDLE:
                raw.rollback()

    def pipelined(self) -> AbstractContextManager[object]:
        """Let statements follow one another without waiting for each answer."""
        return sent_together(self._alive())

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read in a transaction that sees one moment, whatever others write meanwhile."""
        raw = self._alive()
        raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            if not raw.closed:
                raw.rollback()

    def head(self) -> face.HeadRow | None:
        """Return the program's row, not locked."""
        return _read_head(self._execute(_HEAD, (self._program,)).fetchone())

    def enqueue(self, rows: Sequence[face.Waiting]) -> None:
        """Write to the inbox, all or nothing, in the caller's transaction if there is one."""
        self._execute(
            _ENQUEUE,
            (
                self._program,
                _texts(row.ticket for row in rows),
                _names(row.command_id for row in rows),
                _texts(row.bundle for row in rows),
                _texts(row.command for row in rows),
                _texts(row.guard for row in rows),
            ),
        )

    def line_up(
        self, new: Sequence[face.Waiting], waiting: Sequence[face.Waiting], seconds: float
    ) -> Mapping[str, face.Fate]:
        """Write the new ones to the inbox; let who settles now finish; return all fates by ticket.

        A pooler in transaction mode has few connections, so that nobody waits on one of them.
        """
        rows = (*new, *waiting)
        try:
            with self.pipelined():
                if new:
                    self._enqueue_unflushed(new)
                return self._fates(rows, seconds if self._wakes else None)
        except LockNotAvailable:
            raise TimeoutError from None

    def withdraw(self, tickets: Sequence[str]) -> None:
        """Take commands that wait out of the inbox again, under the lock."""
        self._execute(_SETTLED, (self._program, _texts(tickets)))

    def waiting(self) -> Sequence[face.Waiting]:
        """Return commands that wait, oldest first, up to a batch; a bundle is never cut."""
        found, self._first_waiting = self._first_waiting, None
        if found is None:
            found = self._execute(_WAITING_FIRST, (self._program, face.BATCH)).fetchall()
        if len(found) == face.BATCH and found[-1][2] is not None:
            query = (
                f"{_WAITING} WHERE program = %s AND outcome IS NULL "
                "AND bundle = %s AND ticket > %s ORDER BY ticket"
            )
            found += self._execute(query, (self._program, found[-1][2], found[-1][1])).fetchall()
        return [face.Waiting(name_of(row[0]), *row[1:]) for row in found]

    def waits(self, command_ids: Sequence[str]) -> Sequence[face.Waiting]:
        """Return the commands that wait under those ids."""
        query = f"{_WAITING} WHERE program = %s AND outcome IS NULL AND command_id = ANY({_LISTED})"
        found = self._execute(query, (self._program, _names(command_ids)))
        return [face.Waiting(name_of(row[0]), *row[1:]) for row in found]

    def refused(self, command_id: str) -> str | None:
        """Return why the command of that id that came last was not accepted, as JSON."""
        query = (
            "SELECT outcome FROM ledger_inbox WHERE program = %s AND command_id = %s "
            "AND outcome IS NOT NULL ORDER BY ticket DESC LIMIT 1"
        )
        row = self._execute(query, (self._program, stored(command_id))).fetchone()
        return None if row is None else str(row[0])

    def find(
        self, accounts: Iterable[str], command_ids: Iterable[str], purchases: Iterable[str]
    ) -> face.Found:
        """Read what a batch touches, and the first of the least keys."""
        program, refunds = self._program, _names(purchases)
        ids = _SEPARATOR.join(filter(None, (_names(command_ids), refunds)))
        with self.pipelined():
            by_name = self._execute(_ACCOUNTS_NAMED, (_names(accounts), program))
            least = self._execute(_LEAST_FIRST, (program, face.FIRST_LOOK))
            entries = self._execute(_ENTRIES_NAMED, (ids, program))
            sums = self._execute(_REFUNDED_NAMED, (refunds, program)) if refunds else ()
        return face.Found(
            [face.read_account(row) for row in by_name],
            _accepted(entries),
            {name_of(purchase): int(amount) for purchase, amount in sums},
            [face.read_account(row) for row in least],
        )

    def entries(self, command_ids: Iterable[str]) -> Mapping[str, face.Accepted]:
        """Return the entries of those command ids."""
        return _accepted(self._execute(_ENTRIES_NAMED, (_names(command_ids), self._program)))

    def accounts(self, names: Iterable[str]) -> Sequence[face.AccountRow]:
        """Return the accounts of those names."""
        query = (
            f"SELECT {_ACCOUNT} FROM ledger_account WHERE program = %s AND name = ANY({_LISTED})"
        )
        return self._accounts(query, (self._program, _names(names)))

    def least(self, after: face.AccountRow | None, limit: int) -> Sequence[face.AccountRow]:
        """Return holders by (bound, opening) after that one."""
        query, values = _LEAST, [self._program]
        if after is not None and after.bound is not None:
            query += " AND (exit_bound, opening) > (%s::numeric, %s)"
            values += [after.bound, after.account.opening]
        return self._accounts(f"{query} ORDER BY exit_bound, opening LIMIT %s", (*values, limit))

    def holders(self) -> Sequence[face.AccountRow]:
        """Return all accounts with points or credit, by opening number."""
        query = (
            f"SELECT {_ACCOUNT} FROM ledger_account "
            "WHERE program = %s AND (points > 0 OR credit > 0) ORDER BY opening"
        )
        return self._accounts(query, (self._program,))

    def write(self, writes: face.Writes) -> None:
        """Write a batch's rows."""
        program = self._program
        if writes.entries:
            entries: list[tuple[Any, ...]] = list(zip(*writes.entries, strict=True))
            texts = map(_texts, entries[1:])
            self._execute(_ENTRIES, (_array(entries[0]), *texts, program))
        if writes.lines:
            accounts, *numbers = zip(*writes.lines, strict=True)
            self._execute(_LINES, (_texts(accounts), *map(_array, numbers), program))
        if writes.accounts:
            self._write_accounts(list(writes.accounts.values()))
        if writes.bounds:
            names, bounds = _names(writes.bounds), _array(writes.bounds.values())
            self._execute(_BOUNDS, (names, bounds, program))
        if writes.refunded:
            names, sums = _names(writes.refunded), writes.refunded.values()
            self._execute(_REFUNDED, (names, _array(sums), program))
        if writes.days:
            days: list[tuple[Any, ...]] = list(zip(*writes.days, strict=True))
            texts = map(_texts, days[2:])
            self._execute(_DAYS, (_texts(days[0]), _array(days[1]), *texts, program))
        if writes.settled:
            self._execute(_SETTLED, (program, _texts(writes.settled)))
        if writes.refused:
            tickets, outcomes = zip(*writes.refused, strict=True)
            self._execute(_REFUSED, (_texts(tickets), _texts(outcomes), program))

    def write_head(self, head: face.HeadRow) -> None:
        """Write the program's row: all but its status."""
        figures = head.figures
        self._execute(
            _WRITE_HEAD,
            (
                *(head.number, head.hash, head.plan, head.plan_version),
                *(head.next_plan_at, head.turnover, figures.last_day),
                *(str(getattr(figures, name)) for name in WHOLE_FIGURES),
                self._program,
            ),
        )

    def _enqueue_unflushed(self, rows: Sequence[face.Waiting]) -> None:
        """Write to the inbox without a flush: the settler's commit flushes the log up to itself."""
        raw = self._alive()
        raw.execute("BEGIN")
        raw.execute("SET LOCAL synchronous_commit = off")
        self.enqueue(rows)
        raw.execute("COMMIT")

    def _fates(
        self, rows: Sequence[face.Waiting], seconds: float | None
    ) -> Mapping[str, face.Fate]:
        """Look what became of these; the end of the pipeline that this is in ends its transaction."""
        if seconds is not None:
            limit = str(max(1, int(seconds * 1000)))
            self._execute(_OTHERS_SETTLED, (limit, self._program))
        names = _names(row.command_id for row in rows)
        # First the inbox: what has left it by then is in the journal by then.
        inbox = self._execute(_STILL_THERE, (self._program, _texts(row.ticket for row in rows)))
        journal = self._execute(_ENTRIES_NAMED, (names, self._program))
        still: dict[str, str | None] = dict(inbox.fetchall())
        entries = {name_of(name): face.Accepted(*entry) for name, *entry in journal.fetchall()}
        fates = {}
        for row in rows:
            if row.ticket in still:
                refused = still[row.ticket]
                fates[row.ticket] = face.Fate(waits=refused is None, refused=refused)
            else:
                fates[row.ticket] = face.Fate(accepted=entries.get(row.command_id))
        return fates

    @property
    def _wakes(self) -> bool:
        """Whether one may sleep on a connection: a pooler in transaction mode has few of them."""
        return not self._connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")

    def _write_accounts(self, rows: Sequence[face.AccountRow]) -> None:
        accounts = [row.account for row in rows]
        balances = zip(*map(_balances_of, accounts), strict=True)
        self._execute(
            _ACCOUNTS,
            (
                _names(a.name for a in accounts),
                _texts(a.kind for a in accounts),
                _texts(None if a.referrer is None else stored(a.referrer) for a in accounts),
                _array(a.opening for a in accounts),
                *map(_array, balances),
                _array(row.bound for row in rows),
                self._program,
            ),
        )

    def _accounts(self, query: str, values: Sequence[Any]) -> Sequence[face.AccountRow]:
        return [face.read_account(row) for row in self._execute(query, values)]

    def _execute(self, query: str, values: Sequence[Any]) -> psycopg.Cursor[TupleRow]:
        raw = self._alive()
        # Not the connection's own cursors: Django's put values into the text on this side.
        return psycopg.Cursor(raw).execute(query, values, prepare=True)

    def _alive(self) -> psycopg.Connection[TupleRow]:
        """Return the thread's connection; one that the server has closed is replaced."""
        self._connection.ensure_connection()
        raw: psycopg.Connection[TupleRow] = self._connection.connection
        if raw.closed:
            self._connection.close()
            self._connection.ensure_connection()
            raw = self._connection.connection
        return raw


def _read_head(row: TupleRow | None) -> face.HeadRow | None:
    if row is None:
        return None
    status, number, chain, plan, version, next_plan_at, turnover, last_day, numbers = row
    values = dict(zip(WHOLE_FIGURES, map(int, numbers.split()), strict=True))
    return face.HeadRow(
        *(status, number, chain, plan, version, next_plan_at, turnover),
        Figures(last_day=last_day, **values),
    )


def _accepted(rows: Iterable[TupleRow]) -> dict[str, face.Accepted]:
    return {name_of(name): face.Accepted(number, body) for name, number, body in rows}


def _names(names: Iterable[str]) -> str:
    return _SEPARATOR.join(face.names_stored(names))


def _texts(texts: Iterable[str | None]) -> str:
    """Return texts in one, which the server splits faster than a list is adapted; None is ''."""
    return _SEPARATOR.join([text or "" for text in texts])


def _array(numbers: Iterable[int | None]) -> str:
    """Return an array literal: numbers of any size, written faster than a list is adapted."""
    return f"{{{','.join(map(str, numbers))}}}".replace("None", "NULL")

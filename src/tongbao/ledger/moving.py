"""Moving a program to another database: every row of it, verified before anything counts.

The program is paused first. All its rows are written at the target in one transaction; before it
is committed the chain is computed anew there and every column of every row is compared with the
source. Only then the source is marked as moved, and settles nothing any more. Whatever interrupts
this leaves the target without the program, or with all of it: run it again.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice, zip_longest
from typing import Any, Final, Protocol, TypeAlias, cast

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import Error, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from msgspec import Struct

from tongbao.ledger.fields import KeyField, WholeField, padded
from tongbao.ledger.journal import BEFORE_GENESIS, chained
from tongbao.ledger.models import Head, Inbox, Program
from tongbao.ledger.programs import MOVED, PAUSED, found
from tongbao.ledger.values import LedgerError, ProgramExists

"""The status of a program whose journal goes on in another database."""

_AT_ONCE: Final = 2000
_STEP: Final = 10_000
_SQLITE: Final = "sqlite"
Row = tuple[Any, ...]
Column: TypeAlias = "models.Field[Any, Any]"  # Django's own is not generic when it runs


class NotPaused(LedgerError):
    """Only a paused program can be moved."""


class NotMigrated(LedgerError):
    """The target has tables of another version."""


class Differs(LedgerError):
    """What the target holds is not what the source holds; nothing was changed."""


class Progress(Protocol):
    """Who is told how far it has come."""

    def __call__(self, doing: str, table: str, rows: int, total: int) -> None:
        """So many of a table's rows were copied (``doing`` «copy») or compared («verify»)."""


class Moved(Struct, frozen=True):
    """What was moved: the rows of each table, and the last entry's number and hash.

    ``resumed``: the rows had been moved before, and were only compared and marked now. ``left``:
    so many commands came to the source's inbox meanwhile and wait there in vain.
    """

    program: str
    rows: tuple[tuple[str, int], ...]
    number: int
    hash: str
    resumed: bool
    left: int


class _Table(Struct, frozen=True):
    """A table of the ledger as SQL names it."""

    name: str
    columns: tuple[tuple[str, Column], ...]
    key: tuple[str, ...]


def _silent(doing: str, table: str, rows: int, total: int) -> None:
    """Tell nobody."""


def move(name: str, *, source: str, target: str, progress: Progress = _silent) -> Moved:
    """Move a paused program from the database with one alias to that with another.

    An empty target gets its tables first. Afterwards the program is paused at the target and
    `MOVED` at the source.

    Raises:
        NoSuchProgram: the source has no program of that name.
        NotPaused: it runs, is a draft, or was moved before.
        ProgramExists: the target has a program of that name, or rows of this one.
        NotMigrated: the target's tables are of another version.
        Differs: something was changed at the source meanwhile, or the copy is not the same.
    """
    prepare(target)
    program = found(name, source)
    with _still(program, source):
        mine = Program.objects.using(target).filter(program=program.program).exists()
        if not mine and Program.objects.using(target).filter(name__iexact=program.name).exists():
            raise ProgramExists(_EXISTS.format(name=program.name))
        with transaction.atomic(using=target):
            if not mine:
                _copy(program.program, source, target, progress)
            try:
                rows = _compare(program.program, source, target, progress)
            except Differs:
                if mine:
                    raise ProgramExists(_EXISTS.format(name=program.name)) from None
                raise
            number, last = _check_chain(program.program, target, progress)
        Head.objects.using(source).filter(program=program.program).update(status=MOVED)
    left = len(_tickets(program.program, source) - _tickets(program.program, target))
    return Moved(program.name, rows, number, last, resumed=mine, left=left)


def prepare(target: str) -> None:
    """Make the tables in an empty database.

    Raises:
        NotMigrated: there are tables, but of another version.
    """
    executor = MigrationExecutor(connections[target])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes("ledger")):
        return
    if executor.loader.applied_migrations:
        raise NotMigrated(_BEHIND)
    call_command("migrate", "ledger", database=target, verbosity=0, interactive=False)


@contextmanager
def _still(program: Program, source: str) -> Iterator[None]:
    """Hold the source as it is: nobody launches the program meanwhile, on SQLite nobody writes.

    On PostgreSQL everything is read from one snapshot.
    """
    with transaction.atomic(using=source):
        connection = connections[source]
        if connection.vendor != _SQLITE:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        head = Head.objects.using(source).select_for_update().get(program=program.program)
        if head.status == MOVED:
            raise NotPaused(_MOVED_ALREADY.format(name=program.name))
        if head.status != PAUSED:
            raise NotPaused(_NOT_PAUSED.format(name=program.name))
        yield


def _tickets(program: int, using: str) -> set[str]:
    waiting = Inbox.objects.using(using).filter(program=program, outcome__isnull=True)
    return set(waiting.values_list("ticket", flat=True))


def _tables() -> list[_Table]:
    """Return the ledger's tables, whichever there are."""
    tables = []
    for model in apps.get_app_config("ledger").get_models():
        meta = model._meta  # noqa: SLF001  # Django documents it
        columns = [(field.column, field) for field in meta.concrete_fields]
        named = tuple((str(column), field) for column, field in columns if column is not None)
        tables.append(_Table(meta.db_table, named, tuple(str(f.column) for f in meta.pk_fields)))
    return sorted(tables, key=lambda table: table.name)


def _copy(program: int, source: str, target: str, progress: Progress) -> None:
    for table in _tables():
        rows, written = _rows(table, program, source), 0
        total = _count(table, program, source)
        while batch := list(islice(rows, _STEP)):
            _write(table, batch, target)
            written += len(batch)
            progress("copy", table.name, written, total)


def _compare(
    program: int, source: str, target: str, progress: Progress
) -> tuple[tuple[str, int], ...]:
    """Compare every column of every row; return how many rows each table has."""
    counts = []
    for table in _tables():
        count, name = 0, table.name
        total = _count(table, program, source)
        pairs = zip_longest(_rows(table, program, source), _rows(table, program, target))
        for count, (mine, theirs) in enumerate(pairs, start=1):
            if mine != theirs:
                raise Differs(_differs(table, mine, theirs, count))
            if count % _STEP == 0:
                progress("verify", name, count, total)
        progress("verify", name, count, total)
        counts.append((name, count))
    return tuple(counts)


def _differs(table: _Table, mine: Row | None, theirs: Row | None, count: int) -> str:
    name = table.name
    if mine is None or theirs is None:
        return _COUNTS.format(table=name, where="source" if mine is None else "target", row=count)
    pairs = zip(table.columns, mine, theirs, strict=True)
    column = next(column for (column, _), here, there in pairs if here != there)
    return _COLUMN.format(table=name, column=column, row=count)


def _check_chain(program: int, target: str, progress: Progress) -> tuple[int, str]:
    """Compute the chain of hashes anew at the target; return the last number and hash."""
    head = Head.objects.using(target).get(program=program)
    last, number = BEFORE_GENESIS, -1
    query = "SELECT number, body, hash FROM ledger_entry WHERE program = %s ORDER BY number"
    for expected, (number, body, stored) in enumerate(_fetched(query, program, target)):
        last = chained(last, body)
        if number != expected or last != stored:
            raise Differs(_CHAIN.format(number=expected))
        if number % _STEP == 0:
            progress("chain", "ledger_entry", number + 1, head.number + 1)
    progress("chain", "ledger_entry", number + 1, head.number + 1)
    if (number, last) != (head.number, head.hash):
        raise Differs(_CHAIN.format(number=head.number))
    return number, last


def _rows(table: _Table, program: int, using: str) -> Iterator[Row]:
    """Yield a table's rows of a program by primary key, each value as both databases mean it."""
    wide = "" if connections[using].vendor == _SQLITE else "::text"
    names = ", ".join(
        f"{column}{wide if isinstance(field, WholeField) else ''}"
        for column, field in table.columns
    )
    name, key = table.name, ", ".join(table.key)
    readers = [_reader(field) for _, field in table.columns]
    query = f"SELECT {names} FROM {name} WHERE program = %s ORDER BY {key}"
    for row in _fetched(query, program, using):
        yield tuple(
            value if reader is None or value is None else reader(value)
            for reader, value in zip(readers, row, strict=True)
        )


def _count(table: _Table, program: int, using: str) -> int:
    """Return how many rows of a program a table has."""
    query = f"SELECT COUNT(*) FROM {table.name} WHERE program = %s"  # a name of ours
    with connections[using].cursor() as cursor:
        cursor.execute(query, (program,))
        return int(cursor.fetchone()[0])


def _fetched(query: str, program: int, using: str) -> Iterator[tuple[Any, ...]]:
    with connections[using].chunked_cursor() as cursor:
        cursor.execute(query, (program,))
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows


def _reader(field: Column) -> Callable[[Any], object] | None:
    if isinstance(field, WholeField):
        return int
    if isinstance(field, models.BooleanField):
        return bool
    return _moment if isinstance(field, models.DateTimeField) else None


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write(table: _Table, rows: Sequence[Row], target: str) -> None:
    columns = ", ".join(column for column, _ in table.columns)
    connection, name = connections[target], table.name
    if connection.vendor == _SQLITE:
        writers = [_writer(field) for _, field in table.columns]
        written: list[Any] = [
            tuple(
                value if writer is None or value is None else writer(value)
                for writer, value in zip(writers, row, strict=True)
            )
            for row in rows
        ]
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(writers))
            cursor.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", written)
        return
    raw = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    statement = f"COPY {name} ({columns}) FROM STDIN".encode()
    try:
        with raw.cursor() as plain, plain.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise Error(str(error)) from error


def _writer(field: Column) -> Callable[[Any], object] | None:
    if isinstance(field, KeyField):
        return padded
    if isinstance(field, WholeField):
        return str
    if isinstance(field, models.DateTimeField):
        return lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return None


_NOT_PAUSED: Final = (
    "{name} is not paused: what moves must stand still. Stop the shop, then "
    "`tongbao program pause {name}`"
)
_MOVED_ALREADY: Final = "{name} was moved to another database already"
_EXISTS: Final = (
    "The target has a program {name} already, and it is not this one as it stands. "
    "A program moves to a database that never held it: name a fresh one"
)
_BEHIND: Final = (
    "The target's tables are of another version: run `tongbao ledger setup` there first"
)
_COUNTS: Final = "{table}: row {row} is missing at the {where}; nothing was changed"
_COLUMN: Final = "{table}: {column} is not the same in row {row}; nothing was changed"
_CHAIN: Final = "The chain of hashes breaks at entry {number}; nothing was changed"

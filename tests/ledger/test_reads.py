"""What settling reads and writes: what is touched and the least few bounds, never all members."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connections

from tests.ledger.databases import SQLITE, Database
from tests.ledger.stage import check_books, deposit, opened, purchase, redeem
from tongbao.engine.units import ATOMS, SCALE
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.fields import padded
from tongbao.ledger.storage import storage_for
from tongbao.ledger.storage.face import FIRST_LOOK, AccountRow, Found, Writes

TABLE = re.compile(r"\bledger_[a-z_]+")
FEW, MANY = 40, 1_500


@dataclass
class Seen:
    """What went over the storage: accounts read by name and by bound, everybody, rows written."""

    named: int = 0
    least: int = 0
    everybody: int = 0
    writes: list[Writes] = field(default_factory=list)

    @property
    def written(self) -> dict[str, int]:
        """Rows by kind, of kinds that were written at all."""
        names = Writes.__struct_fields__
        sums = {name: sum(len(getattr(w, name)) for w in self.writes) for name in names}
        return {name: count for name, count in sums.items() if count}


@pytest.fixture
def seen(database: Database, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Counts from now on; set to zero with `seen.__init__()`."""
    counts = Seen()
    kind = type(storage_for(1, database.alias))

    def counted(name: str, count: Callable[[Any, Any], None]) -> None:
        real = getattr(kind, name)

        def counting(self: object, *asked: object) -> Any:  # noqa: ANN401  # whatever is given
            given = real(self, *asked)
            count(asked, given)
            return given

        monkeypatch.setattr(kind, name, counting)

    def note_found(asked: object, found: Found) -> None:
        counts.named += len(found.accounts)
        if database.vendor != SQLITE:  # there `find` uses `least` itself
            counts.least += len(found.least)

    def note_named(asked: object, rows: Sequence[AccountRow]) -> None:
        counts.named += len(rows)

    def note_least(asked: object, rows: Sequence[AccountRow]) -> None:
        counts.least += len(rows)

    def note_everybody(asked: object, rows: Sequence[AccountRow]) -> None:
        counts.everybody += len(rows)

    counted("find", note_found)
    counted("least", note_least)
    counted("holders", note_everybody)
    if database.vendor != SQLITE:
        counted("accounts", note_named)
    real_write = kind.write

    def writing(self: Any, writes: Writes) -> None:  # noqa: ANN401  # either storage
        counts.writes.append(writes)
        real_write(self, writes)

    monkeypatch.setattr(kind, "write", writing)
    return counts


def filled(database: Database, members: int, **plan: int) -> Ledger:
    ledger = opened(database, "wine", notice=7, **plan)
    ledger.submit_many([purchase(f"o{n}", f"m{n}") for n in range(members)])
    return ledger


def fresh(seen: Seen) -> None:
    seen.named = seen.least = seen.everybody = 0
    seen.writes.clear()


@pytest.mark.parametrize("members", [FEW, 700])
def test_a_purchase_reads_its_member_and_the_least_few_bounds(
    database: Database, seen: Seen, members: int
) -> None:
    ledger = filled(database, members)
    fresh(seen)
    assert ledger.submit(purchase("one more", "m7")).ok
    assert (seen.named, seen.least, seen.everybody) == (1, FIRST_LOOK, 0)
    assert seen.written == {"entries": 1, "lines": 1, "accounts": 1}


def test_a_batch_reads_each_account_once(database: Database, seen: Seen) -> None:
    ledger = filled(database, FEW)
    fresh(seen)
    ledger.submit_many([purchase(f"again{n}", f"m{n % 5}") for n in range(50)])
    assert (seen.named, seen.least, seen.everybody) == (5, FIRST_LOOK, 0)
    assert seen.written == {"entries": 50, "lines": 50, "accounts": 5}


def test_a_close_without_exits_writes_one_entry_and_one_day(database: Database, seen: Seen) -> None:
    ledger = filled(database, 700, dividend_bps=500, quota_bps=100_000)
    fresh(seen)
    outcome = ledger.submit({"id": "day", "type": "close_day", "day": "2026-01-01"})
    assert outcome.fields["distributed"] > 0
    assert (seen.named, seen.least, seen.everybody) == (0, FIRST_LOOK, 0)
    assert seen.written == {"entries": 1, "days": 1}


def test_exits_read_in_proportion_to_themselves(database: Database, seen: Seen) -> None:
    """Great purchases lift the price beyond what some of the earliest may take out."""
    ledger = filled(database, 700)
    ledger.submit_many([purchase(f"b{n}", f"b{n}", paid=10 ** (7 + n)) for n in range(3)])
    fresh(seen)
    outcome = ledger.submit(purchase("big", "new", paid=10**10))
    assert outcome.receipt is not None
    gone = len(outcome.receipt.exits)
    assert 3 < gone < 200, gone
    assert seen.least <= FIRST_LOOK + 16 + 128 + gone
    assert seen.written["accounts"] <= 2 * gone + 16 + 128
    assert seen.everybody == 0
    check_books(ledger)


def test_a_wind_up_may_read_everybody(database: Database, seen: Seen) -> None:
    """A pool of less than one point is wound up when a member leaves: the others are paid too."""
    ledger = filled(database, 3, issue_price=10_000)
    fresh(seen)
    outcome = ledger.submit(redeem("r0", "m0"))
    assert outcome.receipt is not None
    assert [e.account for e in outcome.receipt.exits] == ["m1", "m2"]
    assert seen.everybody == 3
    check_books(ledger)


# ---------------------------------------------------------------- by the databases' own account


@contextmanager
def statements(alias: str) -> Iterator[list[str]]:
    """What SQLite is asked meanwhile, with its values in it."""
    told: list[str] = []
    connections[alias].ensure_connection()
    raw = connections[alias].connection
    raw.set_trace_callback(told.append)
    try:
        yield told
    finally:
        raw.set_trace_callback(None)


COMMANDS = (
    purchase("p", "m7"),
    {"id": "e", "type": "enroll", "member": "new", "referrer": "m3"},
    deposit("d", "m7", 5),
    redeem("r", "m9"),
    {"id": "f", "type": "refund", "purchase": "o11", "amount": 10},
    {"id": "c", "type": "close_day", "day": "2026-01-01"},
    purchase("p", "m7"),
    redeem("x", "nobody"),
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("waits", [False, True])
def test_sqlite_searches_every_table_by_the_program_and_an_index(
    database: Database, waits: bool
) -> None:
    ledger = filled(database, FEW, dividend_bps=500)
    with statements(database.alias) as told:
        for command in COMMANDS:
            if waits:
                ledger.enqueue(command)
                ledger.settle()
            else:
                ledger.submit(command)
            ledger.outcome(str(command["id"]))
        ledger.preview(purchase("seen", "m1"))
        ledger.standing()
    plain = [sql for sql in told if TABLE.search(sql)]
    assert len(plain) > 30
    for sql in plain:
        plan = database.execute(f"EXPLAIN QUERY PLAN {sql}".replace("%", "%%"))
        for *_, step in plan:
            assert "SCAN ledger_" not in str(step), (sql, step)
            assert "TEMP B-TREE" not in str(step), (sql, step)
            if "SEARCH ledger_" in str(step):
                assert "(program=?" in str(step) or "rowid=?" in str(step), (sql, step)


def counted_rows(database: Database) -> dict[str, tuple[int, int, int]]:
    """By table: scans of the whole, rows fetched by an index, rows written."""
    connections[database.alias].close()  # it reports what it has done when it goes
    with_stats = (
        "SELECT relname, seq_scan, idx_tup_fetch, n_tup_ins + n_tup_upd + n_tup_del "
        "FROM pg_stat_user_tables WHERE relname LIKE 'ledger_%%'"
    )
    return {
        str(name): (int(str(a)), int(str(b or 0)), int(str(c)))
        for name, a, b, c in database.execute(with_stats)
    }


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_counts_few_rows_for_a_purchase_and_a_close(database: Database) -> None:
    ledger = filled(database, MANY, dividend_bps=500, quota_bps=100_000)
    database.execute("ANALYZE")
    before = counted_rows(database)
    assert ledger.submit(purchase("one more", "m7")).ok
    bought = counted_rows(database)
    assert ledger.submit({"id": "day", "type": "close_day", "day": "2026-01-01"}).ok
    closed = counted_rows(database)
    for was, now, accounts_written in ((before, bought, 1), (bought, closed, 0)):
        moved = {t: [a - b for a, b in zip(now[t], was[t], strict=True)] for t in now}
        scans, fetched, written = moved["ledger_account"]
        assert (scans, written) == (0, accounts_written)
        assert fetched <= FIRST_LOOK + 3
        assert moved["ledger_entry"][0] == moved["ledger_line"][0] == 0
        assert moved["ledger_entry"][2] == moved["ledger_head"][2] == 1


# ---------------------------------------------------------------- opening


def asked(database: Database) -> list[str]:
    """The statements of opening a program and looking where it stands, without their values."""
    told: list[str] = []
    kind: Any = type(storage_for(1, database.alias))
    real = kind._execute

    def telling(self: Any, query: str, values: Sequence[Any]) -> Any:  # noqa: ANN401  # a cursor
        told.append(query)
        return real(self, query, values)

    def by_django(execute: Any, sql: str, *rest: Any) -> Any:  # noqa: ANN401  # Django's own
        told.append(sql)
        return execute(sql, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "_execute", telling)
        with connections[database.alias].execute_wrapper(by_django):
            open_program("wine", using=database.alias).standing()
    return told


def test_opening_reads_the_same_two_rows_however_much_there_is(database: Database) -> None:
    ledger = filled(database, 1)
    small = asked(database)
    ledger.submit_many([purchase(f"more{n}", f"n{n}") for n in range(500)])
    assert asked(database) == small
    assert [TABLE.findall(sql)[-1] for sql in small] == ["ledger_program", "ledger_head"]


def test_bounds_that_the_price_has_passed_are_brought_up_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened(database)
    ledger.submit_many([purchase(f"o{n}", f"m{n}") for n in range(300)])
    # As if these had bought much more since: their keys are far above their bounds.
    lowest = padded(0) if database.vendor == SQLITE else 0
    database.execute("UPDATE ledger_account SET exit_bound = %s WHERE opening < 20", lowest)
    kind = type(storage_for(ledger.program_id, database.alias))
    real, read = kind.least, list[int]()

    def least(self: Any, after: AccountRow | None, limit: int) -> Sequence[AccountRow]:  # noqa: ANN401  # either storage
        rows = real(self, after, limit)
        read.append(len(rows))
        return rows

    monkeypatch.setattr(kind, "least", least)
    for n in range(10):
        read.clear()
        ledger.submit(purchase(f"p{n}", "x"))
    assert sum(read) <= FIRST_LOOK + 16


def test_bringing_bounds_up_never_brings_back_an_old_balance(database: Database) -> None:
    ledger = opened(database, dividend_bps=100)
    ledger.submit_many([purchase(f"o{n}", f"m{n}") for n in range(300)])
    # Above the price, far below the keys: nobody looks past them before the close of the day.
    low = 800 * SCALE // ATOMS
    bound = padded(low) if database.vendor == SQLITE else low
    database.execute("UPDATE ledger_account SET exit_bound = %s WHERE opening < 20", bound)
    # m0 is among the first that are looked at and is written with the first part of the batch; the
    # close, in the second, looks further.
    batch = [purchase(f"p{n}", "m0", 100) for n in range(100)]
    batch += [purchase(f"q{n}", f"n{n}", 100) for n in range(50)]
    ledger.submit_many([*batch, {"id": "c", "type": "close_day", "day": "2027-01-01"}])
    check_books(ledger)

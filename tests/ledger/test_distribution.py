"""What the ledger on Citus rests on, and databases that fail, as far as plain PostgreSQL can show.

Citus sends a statement to a program's node if the program's id stands in it as a value, wherever
it looks into a table; it passes on settings that are SET.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connections, transaction

from tests.ledger.databases import POSTGRESQL, Database, Templates, known
from tests.ledger.stage import (
    Caller,
    check_books,
    deposit,
    locked_elsewhere,
    opened,
    purchase,
    redeem,
    until,
)
from tests.ledger.test_worker import Tally
from tongbao.ledger import statements
from tongbao.ledger.dividends import dividend_days, dividend_sums
from tongbao.ledger.models import Head, Inbox
from tongbao.ledger.storage import storage_for
from tongbao.ledger.values import DatabaseTrouble, NotSettled
from tongbao.ledger.worker import Stop, Worker

TABLE = re.compile(r'\b(?:FROM|JOIN|UPDATE)\s+"?(ledger_(?!program\b)\w+)', re.IGNORECASE)
CONSTANT = re.compile(r'\bprogram"?\s*=\s*%s')
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"


@pytest.fixture
def plain(postgresql: None, templates: Templates) -> Iterator[Database]:
    """A fresh database on PostgreSQL."""
    with templates.copy(POSTGRESQL) as fresh:
        yield fresh


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to PostgreSQL from now on."""
    seen: list[str] = []
    send = psycopg.Cursor.execute

    def execute(self: Any, query: Any, *values: Any, **more: Any) -> Any:  # noqa: ANN401
        seen.append(query if isinstance(query, str) else str(query))
        return send(self, query, *values, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    return seen


def looks(query: str) -> list[str]:
    """Return a statement's looks into tables, each without those that are nested in it."""
    found, open_ones = [], [""]
    for sign in query:
        if sign == "(":
            open_ones.append("")
        elif sign == ")" and len(open_ones) > 1:
            inner = open_ones.pop()
            if TABLE.search(inner):
                found.append(inner)
            else:
                open_ones[-1] += f"({inner})"
        else:
            open_ones[-1] += sign
    return [look for look in [*found, "(".join(open_ones)] if TABLE.search(look)]


def unrouted(queries: list[str]) -> list[str]:
    """Return what looks into a table without naming one program by its value."""
    return [look for query in queries for look in looks(query) if not CONSTANT.search(look)]


@pytest.mark.parametrize(
    "sin",
    [
        "SELECT (SELECT max(p.mark) FROM ledger_line p WHERE p.program = l.program) FROM plans",
        "UPDATE ledger_head SET number = 1",
        'SELECT "name" FROM "ledger_account" WHERE "name" = %s',
    ],
)
def test_a_canary_that_no_node_can_be_found_for_is_found(sin: str) -> None:
    assert len(unrouted([sin])) == 1


def test_every_statement_of_a_program_names_it(plain: Database, sent: list[str]) -> None:
    ledger = opened(plain)
    sent.clear()
    for number in range(3):
        assert ledger.submit(purchase(f"o{number}", f"m{number}")).ok
    assert ledger.submit({"id": "d1", "type": "close_day", "day": "2027-03-01"}).ok
    assert ledger.submit({"id": "r1", "type": "refund", "purchase": "o1", "amount": 5000}).ok
    assert ledger.submit(redeem("x1", "m0")).ok
    assert not ledger.submit(redeem("x2", "m9")).ok
    ledger.submit_many([purchase(f"b{number}") for number in range(4)])
    ledger.enqueue(deposit("later"))
    assert ledger.outcome("later", wait=5) is not None
    ledger.preview(purchase("look"))
    ledger.freeze("m2", who="desk", why="letter 1")
    assert statements.statement(ledger, "m0").items
    assert list(statements.walk(ledger, "m0"))
    dividend_days(ledger, "m0")
    dividend_sums(ledger, "m0")
    ledger.accounts(["m0", "m1"])
    assert len(sent) > 50
    assert unrouted(sent) == []


def test_rows_in_arrays_are_written_beside_the_programs_own_row(
    plain: Database, sent: list[str]
) -> None:
    ledger = opened(plain)
    sent.clear()
    ledger.submit(purchase("o1"))
    written = [query for query in sent if query.startswith("INSERT") and "unnest" in query]
    assert len(written) == 3  # entry, lines, accounts
    assert all("SELECT h.program, " in q and q.count("ledger_head h") == 1 for q in written)


def test_what_waits_is_not_written_beside_it_and_goes_with_its_callers_transaction(
    plain: Database, sent: list[str]
) -> None:
    ledger = opened(plain)
    sent.clear()
    with transaction.atomic(using=plain.alias):
        ledger.enqueue(purchase("o1"))
        transaction.set_rollback(True, using=plain.alias)
    (written,) = (query for query in sent if query.startswith("INSERT INTO ledger_inbox"))
    assert "ledger_head" not in written
    assert not Inbox.objects.using(plain.alias).exists()


def test_the_time_limit_for_the_lock_is_set_by_a_statement(
    plain: Database, sent: list[str]
) -> None:
    ledger = opened(plain)
    sent.clear()
    with storage_for(ledger.program_id, plain.alias).locked(0.5):
        assert plain.execute("SHOW lock_timeout") == [("500ms",)]
        assert plain.execute("SHOW plan_cache_mode") == [("force_generic_plan",)]
    assert sent[:2] == ["BEGIN", "SET LOCAL lock_timeout = 500"]
    assert plain.execute("SHOW lock_timeout") == [("0",)]


def test_on_citus_the_planner_sees_the_programs_id(plain: Database) -> None:
    ledger = opened(plain)
    plain.execute(
        "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, "
        "extversion) SELECT 99999, 'citus', oid, 11, false, '13.2' FROM pg_roles LIMIT 1"
    )
    with storage_for(ledger.program_id, plain.alias).locked(1):
        assert plain.execute("SHOW plan_cache_mode") == [("auto",)]


def test_statements_are_prepared(plain: Database) -> None:
    ledger = opened(plain)
    for number in range(3):
        ledger.submit(purchase(f"o{number}"))
    prepared = {
        str(row[0]) for row in plain.execute("SELECT statement FROM pg_prepared_statements")
    }
    assert any(text.startswith("INSERT INTO ledger_entry") for text in prepared)
    assert any("FOR UPDATE" in text for text in prepared)


def test_the_planner_is_told_of_shards_one_by_one(plain: Database) -> None:
    call_command("migrate", "ledger", "0002", database=plain.alias, verbosity=0)
    function = "run_command_on_shards(regclass, text) RETURNS void"
    for statement in (
        "CREATE TABLE pg_dist_partition (logicalrelid regclass)",
        "INSERT INTO pg_dist_partition VALUES ('ledger_entry')",
        "CREATE TABLE told (of regclass, command text)",
        f"CREATE FUNCTION {function} LANGUAGE sql AS 'INSERT INTO told VALUES ($1, $2)'",
    ):
        plain.execute(statement)
    call_command("migrate", "ledger", database=plain.alias, verbosity=0)
    assert plain.execute("SELECT of::text, command FROM told") == [
        ("ledger_entry", "ALTER TABLE %s ALTER COLUMN program SET (n_distinct = 1)")
    ]


def test_migrations_go_back_where_the_triggers_are_gone_already(database: Database) -> None:
    if database.vendor == POSTGRESQL:
        database.execute("DROP FUNCTION ledger_refuse() CASCADE")
    else:
        database.execute("DROP TRIGGER ledger_entry_no_update")
    for target in ("0001", None):
        call_command(
            *filter(None, ("migrate", "ledger", target)), database=database.alias, verbosity=0
        )


# ---------------------------------------------------------------- what fails


def test_a_database_that_is_not_there_is_told_as_not_settled(plain: Database) -> None:
    ledger = opened(plain)
    given = connections.settings[plain.alias]
    with known(Database("away", POSTGRESQL, NOWHERE)):
        connections[plain.alias].close()
        del connections[plain.alias]
        connections.settings[plain.alias] = connections.settings["away"]
        try:
            for call in (lambda: ledger.submit(purchase("o1")), ledger.settle):
                with pytest.raises(NotSettled, match="Nothing was written") as caught:
                    call()
                assert not caught.value.may_still_settle
            with pytest.raises(DatabaseTrouble):
                ledger.outcome("o1")
        finally:
            connections[plain.alias].close()
            del connections[plain.alias]
            connections.settings[plain.alias] = given
    assert ledger.submit(purchase("o1")).ok


def test_two_who_settled_at_once_are_told_as_not_settled(plain: Database) -> None:
    ledger = opened(plain)
    plain.execute(
        "INSERT INTO ledger_entry (program, number, command_id, body, hash) "
        "VALUES (%s, 1, 'theirs', '{}', 'x')",
        ledger.program_id,
    )
    before = ledger.standing()
    with pytest.raises(NotSettled) as caught:
        ledger.submit(purchase("o1"))
    assert caught.value.may_still_settle
    ledger.enqueue(purchase("o2"))
    with pytest.raises(NotSettled):
        ledger.settle()
    assert ledger.standing() == before
    plain.lift_protection()
    plain.execute("DELETE FROM ledger_entry WHERE number = 1")
    assert ledger.submit(purchase("o1")).ok
    check_books(ledger)


def test_everybody_who_waited_for_the_same_turn_is_told_in_the_same_words(plain: Database) -> None:
    ledger = opened(plain)
    plain.execute(
        "INSERT INTO ledger_entry (program, number, command_id, body, hash) "
        "VALUES (%s, 1, 'theirs', '{}', 'x')",
        ledger.program_id,
    )

    def submit(name: str) -> str:
        with pytest.raises(NotSettled) as caught:
            ledger.submit(purchase(name), wait=30)
        assert caught.value.may_still_settle
        return str(caught.value)

    with locked_elsewhere(plain, ledger):
        callers = [Caller(partial(submit, f"o{number}"), plain) for number in range(4)]
        until(lambda: len(ledger._desk._queue) == 3)  # the fourth waits for the lock
    (words,) = {caller.answer() for caller in callers}
    assert words.count("Settling broke off") == 1
    assert words.endswith("submit the same command again: it counts once.")


def test_one_node_that_is_down_stops_its_own_programs_only(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wine, tea = opened(database), opened(database, "tea")
    for ledger in (wine, tea):
        ledger.enqueue(purchase("o1"))
    running = Worker._running  # the look that asks all nodes

    def fail(self: Worker, program: int | None) -> list[Head]:
        if program in {None, tea.program_id}:
            raise OperationalError("node 2 is away")
        return running(self, program)

    monkeypatch.setattr(Worker, "_running", fail)
    tally = Tally()
    worker = Worker(database.alias, watch=tally)
    assert worker.look(Stop()) == 1
    assert tally.failures == [("tea", "look")]
    assert wine.outcome("o1") is not None
    assert tea.outcome("o1") is None
    monkeypatch.setattr(Worker, "_running", running)
    assert worker.look(Stop()) == 1

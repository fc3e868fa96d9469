"""Who waits in the inbox while another process settles: woken by its end, or looking by themselves.

On SQLite nobody can write to the inbox while another settles: there everybody takes their turn.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connections

from tests.ledger.databases import POSTGRESQL, Database, Templates, known
from tests.ledger.pooler import pooled
from tests.ledger.stage import (
    Caller,
    check_books,
    connected,
    journal,
    locked_elsewhere,
    opened,
    purchase,
    redeem,
    until,
)
from tests.ledger.test_concurrency import as_in_another_process
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.models import Inbox
from tongbao.ledger.storage.postgresql import PostgresqlStorage
from tongbao.ledger.values import NotSettled, Refusal

WOKEN, LOOKING = "woken", "looking"
_HOLDS: str = """
import sys, time, psycopg
connection = psycopg.connect(sys.argv[1])
for query in ("SELECT 1 FROM ledger_head WHERE program = %s FOR UPDATE", "SELECT pg_advisory_xact_lock(%s)"):
    connection.execute(query, (int(sys.argv[2]),))
print("holds", flush=True)
time.sleep(600)
"""


@pytest.fixture
def plain(postgresql: None, templates: Templates) -> Iterator[Database]:
    """A fresh database on PostgreSQL."""
    with templates.copy(POSTGRESQL) as fresh:
        yield fresh


@pytest.fixture(params=[WOKEN, LOOKING])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How those who wait hear of it; not woken, as where a lock is not carried to who settles."""
    if request.param == LOOKING:
        monkeypatch.setattr(PostgresqlStorage, "_wakes", property(lambda _: False))
    return str(request.param)


def in_line(ledger: Ledger) -> Ledger:
    """A door of another process that has waited long last time."""
    door = as_in_another_process(ledger)
    door._desk._long_line = True
    return door


def waiting(database: Database, count: int) -> None:
    until(lambda: Inbox.objects.using(database.alias).filter(outcome=None).count() == count)


def asked(database: Database) -> int:
    """How many sleep until whoever settles has finished."""
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return int(str(database.execute(query)[0][0]))


def buys(database: Database, door: Ledger, name: str, wait: float = 20.0) -> Caller:
    return Caller(lambda: door.submit(purchase(name, f"m{name}"), wait=wait), database)


def test_one_settles_for_all_who_wait(plain: Database, way: str) -> None:
    ledger = opened(plain)
    doors = [in_line(ledger) for _ in range(6)]
    turns = []
    real = PostgresqlStorage.write_head

    def write_head(self: PostgresqlStorage, head: Any) -> None:  # noqa: ANN401
        turns.append(head.number)
        real(self, head)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(PostgresqlStorage, "write_head", write_head)
        with locked_elsewhere(plain, ledger) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", (ledger.program_id,))
            callers = [buys(plain, door, str(n)) for n, door in enumerate(doors)]
            waiting(plain, 6)
            until(lambda: way == LOOKING or asked(plain) == 6)
        outcomes = [caller.answer() for caller in callers]
    assert sorted(outcome.number for outcome in outcomes) == [1, 2, 3, 4, 5, 6]
    assert all(outcome.ok for outcome in outcomes)
    assert turns == [6], "one turn for all"
    assert not Inbox.objects.using(plain.alias).exists()
    check_books(ledger)


def test_those_who_wait_go_on_when_whoever_settles_is_killed(plain: Database, way: str) -> None:
    ledger = opened(plain)
    command = [sys.executable, "-c", _HOLDS, plain.url, str(ledger.program_id)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"holds\n"
            callers = [buys(plain, in_line(ledger), str(n)) for n in range(4)]
            waiting(plain, 4)
            until(lambda: way == LOOKING or asked(plain) == 4)
        finally:
            holder.kill()
        outcomes = [caller.answer() for caller in callers]
    assert sorted(outcome.number for outcome in outcomes) == [1, 2, 3, 4]
    check_books(ledger)


def test_what_is_written_between_a_settlers_look_and_its_end_is_not_forgotten(
    plain: Database, way: str
) -> None:
    """The settler has read the inbox before it came: whoever wrote it takes the next turn."""
    ledger = opened(plain)
    door = in_line(ledger)
    with locked_elsewhere(plain, ledger) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (ledger.program_id,))
        query = "SELECT count(*) FROM ledger_inbox WHERE program = %s"
        assert other.execute(query, (ledger.program_id,)).fetchone()[0] == 0
        caller = buys(plain, door, "late")
        waiting(plain, 1)
    assert caller.answer().number == 1


def test_who_settles_without_telling_is_waited_for_by_looking(plain: Database) -> None:
    """As another node of a distributed database does, whose locks are its own."""
    ledger = opened(plain)
    door = in_line(ledger)
    with locked_elsewhere(plain, ledger):
        caller = buys(plain, door, "c1")
        waiting(plain, 1)
        time.sleep(0.1)
        assert asked(plain) == 0
    assert caller.answer().number == 1


def test_who_waits_gives_up_at_their_limit_and_is_told_that_it_may_still_be(
    plain: Database, way: str
) -> None:
    ledger = opened(plain)
    door = in_line(ledger)
    with locked_elsewhere(plain, ledger) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (ledger.program_id,))
        with pytest.raises(NotSettled) as caught:
            door.submit(purchase("c1"), wait=0.3)
        assert caught.value.may_still_settle
    assert ledger.settle() == 1
    assert door.submit(purchase("c1")).number == 1
    assert len(journal(ledger)) == 2
    assert plain.execute("SHOW lock_timeout") == [("0",)]


def test_a_refusal_by_whoever_settled_is_the_answer(plain: Database, way: str) -> None:
    ledger = opened(plain)
    ledger.submit(purchase("first", "m1"))
    ledger.freeze("m1", who="desk", why="letter 1")
    with locked_elsewhere(plain, ledger) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (ledger.program_id,))
        doors = [in_line(ledger) for _ in range(3)]
        callers = [
            Caller(lambda door=door, n=n: door.submit(redeem(f"r{n}"), wait=20), plain)  # type: ignore[misc]  # bound now
            for n, door in enumerate(doors)
        ]
        waiting(plain, 3)
    assert {caller.answer().refusal for caller in callers} == {Refusal.FROZEN}
    assert len(journal(ledger)) == 2


def test_another_command_under_the_same_id_is_not_taken_for_ours(plain: Database, way: str) -> None:
    ledger = opened(plain)
    with locked_elsewhere(plain, ledger) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (ledger.program_id,))
        first = buys(plain, in_line(ledger), "same")
        waiting(plain, 1)
        door = in_line(ledger)
        second = Caller(lambda: door.submit(purchase("same", "somebody", 77), wait=20), plain)
        waiting(plain, 2)
    assert first.answer().number == 1
    assert not second.answer().ok
    check_books(ledger)


def test_what_left_the_inbox_without_an_entry_is_sent_again(plain: Database, way: str) -> None:
    ledger = opened(plain)
    with locked_elsewhere(plain, ledger) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (ledger.program_id,))
        caller = buys(plain, in_line(ledger), "c1")
        waiting(plain, 1)
        other.execute("DELETE FROM ledger_inbox WHERE program = %s", (ledger.program_id,))
    assert caller.answer().number == 1


def test_whoever_settles_in_line_is_heard_by_all_through_a_pooler(
    plain: Database, pgbouncer: None, templates: Templates
) -> None:
    """With two connections for twelve who wait: nobody sleeps on one of them."""
    ledger = opened(plain)
    name = plain.url.rpartition("/")[2]
    with (
        pooled(templates.cluster(), name) as url,
        known(Database("lined", POSTGRESQL, f"{url}?pooler=transaction")) as through,
    ):
        config: Any = apps.get_app_config("ledger")
        doors = []
        for _ in range(12):
            config._desks.clear()
            doors.append(open_program("wine", using=through.alias))
            doors[-1]._desk._long_line = True
        with locked_elsewhere(plain, ledger) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", (ledger.program_id,))
            callers = [buys(through, door, str(n)) for n, door in enumerate(doors)]
            waiting(plain, 12)
            assert asked(plain) == 0
        numbers = sorted(caller.answer().number for caller in callers)
        connections[through.alias].close()
    assert numbers == list(range(1, 13))
    check_books(ledger)


def test_a_stopped_reader_of_fates_keeps_nobody_from_settling_for_ever(plain: Database) -> None:
    """Somebody holds the hint and does not let go: whoever settles gives up within their limit."""
    ledger = opened(plain)
    with connected(plain) as other:
        assert isinstance(other, psycopg.Connection)
        other.execute("BEGIN")
        other.execute("SELECT pg_advisory_xact_lock_shared(%s)", (ledger.program_id,))
        with pytest.raises(NotSettled):
            ledger.submit(purchase("c1"), wait=0.3)
        other.execute("COMMIT")
    assert ledger.submit(purchase("c1")).number == 1

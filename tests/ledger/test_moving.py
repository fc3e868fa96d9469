"""Moving a program: everything arrives as it was, or nothing happened."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections

from tests.ledger.databases import POSTGRESQL, SQLITE, VENDORS, Database, Templates, known
from tests.ledger.stage import check_books, opened, purchase, redeem
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.ledger import moving, programs, versions
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.models import Account, Entry, Head, Inbox
from tongbao.ledger.moving import Differs, NotMigrated, NotPaused
from tongbao.ledger.programs import MOVED
from tongbao.ledger.values import NoSuchProgram, ProgramExists, ProgramMoved

ODD = "a\x00b\\c 通宝 \ud800"  # what PostgreSQL cannot hold as it is


@pytest.fixture(params=VENDORS)
def target(
    request: pytest.FixtureRequest, templates: Templates, database: Database
) -> Iterator[Database]:
    """Another fresh database: from each kind to each."""
    if request.param == POSTGRESQL:
        request.getfixturevalue("postgresql")
    with templates.copy(request.param) as fresh:
        yield fresh


@pytest.fixture
def wine(database: Database) -> Ledger:
    """A paused program with something in every table."""
    ledger = opened(database, dividend_bps=1000)
    ledger.submit({"id": "e", "type": "enroll", "member": ODD})
    ledger.submit_many([purchase(f"o{n}", f"m{n % 7}", 10_000 + n) for n in range(60)])
    ledger.submit(purchase("odd", ODD))
    ledger.submit({"id": "c", "type": "close_day", "day": "2027-03-01"})
    ledger.submit({"id": "r", "type": "refund", "purchase": "o3", "amount": 5_000})
    ledger.submit(redeem("x", "m2"))
    ledger.enqueue(redeem("refused", "nobody"))
    ledger.settle()
    ledger.freeze("m5", who="ops", why="asked by the bank")
    versions.announce("wine", {**FOUNDING_EXAMPLE, "backing_bps": 2500}, using=database.alias)
    ledger.enqueue(purchase("waits", "m1"))
    programs.pause("wine", using=database.alias)
    return ledger


def moved(wine: Ledger, target: Database) -> moving.Moved:
    return moving.move("wine", source=wine.using, target=target.alias)


def standing(ledger: Ledger) -> tuple[object, ...]:
    found = ledger.standing()
    return (found.number, found.hash, found.figures, found.plan, dict(found.turnover))


def test_it_stands_at_the_target_as_it_stood(wine: Ledger, target: Database) -> None:
    before = standing(wine)
    done = moved(wine, target)
    there = open_program("wine", using=target.alias)
    assert standing(there) == before
    assert (there.program_id, there.standing().status) == (wine.program_id, "paused")
    assert (done.number, done.hash, done.resumed, done.left) == (*before[:2], False, 0)
    assert there.account(ODD) == wine.account(ODD)
    assert dict(done.rows)["ledger_entry"] == Entry.objects.using(wine.using).count()
    assert dict(done.rows)["ledger_inbox"] == 2


def test_it_goes_on_at_the_target(wine: Ledger, target: Database) -> None:
    moved(wine, target)
    programs.launch("wine", using=target.alias)
    there = open_program("wine", using=target.alias)
    assert there.settle() == 1
    assert there.submit(purchase("o1", "m1", 10_001)).ok  # sent again: the first receipt
    assert there.submit(redeem("y", "m5")).refusal == "frozen"
    check_books(there)
    again = moving.move  # and back again, into a database that knows it: refused
    programs.pause("wine", using=target.alias)
    with pytest.raises(ProgramExists):
        again("wine", source=target.alias, target=wine.using)


def test_at_the_source_it_is_marked_and_settles_nothing(wine: Ledger, target: Database) -> None:
    moved(wine, target)
    assert wine.standing().status == MOVED
    for door in (wine.submit, wine.enqueue):
        with pytest.raises(ProgramMoved):
            door(purchase("late"))
    for wake in (programs.launch, programs.pause):
        with pytest.raises(ProgramMoved):
            wake("wine", using=wine.using)
    assert wine.standing().status == MOVED
    with pytest.raises(NotPaused, match="already"):
        moved(wine, target)


def test_other_programs_stay(wine: Ledger, database: Database, target: Database) -> None:
    tea = opened(database, "tea")
    tea.submit(purchase("o1"))
    moved(wine, target)
    assert tea.submit(purchase("o2")).ok
    with pytest.raises(NoSuchProgram):
        open_program("tea", using=target.alias)


def test_a_program_that_runs_or_is_a_draft_is_refused(database: Database, target: Database) -> None:
    opened(database)
    programs.create("tea", dict(FOUNDING_EXAMPLE), using=database.alias)
    for name in ("wine", "tea"):
        with pytest.raises(NotPaused, match="not paused"):
            moving.move(name, source=database.alias, target=target.alias)
    assert programs.listing(using=target.alias) == []


def test_a_target_with_a_program_of_that_name_is_refused(wine: Ledger, target: Database) -> None:
    programs.create("Wine", dict(FOUNDING_EXAMPLE), using=target.alias)
    with pytest.raises(ProgramExists):
        moved(wine, target)
    assert wine.standing().status == "paused"
    assert [one.name for one in programs.listing(using=target.alias)] == ["Wine"]


class Interrupted(Exception):
    """Somebody pulled the plug."""


def test_back_it_moves_to_a_fresh_database_only(
    wine: Ledger, database: Database, target: Database, tmp_path: Path
) -> None:
    moved(wine, target)
    programs.launch("wine", using=target.alias)
    open_program("wine", using=target.alias).submit(purchase("later"))
    programs.pause("wine", using=target.alias)
    with pytest.raises(ProgramExists, match="name a fresh one"):
        moving.move("wine", source=target.alias, target=database.alias)
    assert Head.objects.using(target.alias).get().status == "paused"
    assert Head.objects.using(database.alias).get().status == MOVED
    with known(Database("fresh_back", SQLITE, f"sqlite:///{tmp_path}/fresh.sqlite3")) as fresh:
        done = moving.move("wine", source=target.alias, target=fresh.alias)
        programs.launch("wine", using=fresh.alias)
        back = open_program("wine", using=fresh.alias)
        assert back.submit(purchase("home")).number == done.number + 1


def test_interrupted_it_leaves_nothing_half_there_and_can_be_run_again(
    wine: Ledger, target: Database
) -> None:
    before = standing(wine)

    def pull(doing: str, table: str, rows: int, total: int) -> None:
        if (doing, table) == ("verify", "ledger_line"):
            raise Interrupted

    with pytest.raises(Interrupted):
        moving.move("wine", source=wine.using, target=target.alias, progress=pull)
    assert programs.listing(using=target.alias) == []
    assert Entry.objects.using(target.alias).count() == 0
    assert wine.standing().status == "paused"
    moved(wine, target)
    assert standing(open_program("wine", using=target.alias)) == before


def test_interrupted_before_the_source_was_marked_it_is_finished(
    wine: Ledger, target: Database
) -> None:
    moved(wine, target)
    Head.objects.using(wine.using).update(status="paused")
    assert moved(wine, target).resumed
    assert wine.standing().status == MOVED


def test_not_finished_if_the_target_went_on_meanwhile(wine: Ledger, target: Database) -> None:
    moved(wine, target)
    Head.objects.using(wine.using).update(status="paused")
    programs.launch("wine", using=target.alias)
    open_program("wine", using=target.alias).settle()
    with pytest.raises(ProgramExists):
        moved(wine, target)
    assert wine.standing().status == "paused"


def test_a_chain_that_was_broken_at_the_source_does_not_arrive(
    wine: Ledger, database: Database, target: Database
) -> None:
    database.lift_protection()
    database.execute("UPDATE ledger_entry SET body = '{}' WHERE number = 7")
    with pytest.raises(Differs, match="breaks at entry 7"):
        moved(wine, target)
    assert programs.listing(using=target.alias) == []
    assert wine.standing().status == "paused"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE ledger_account SET owed = '7' WHERE name = 'm1'", "ledger_account: owed"),
        ("DELETE FROM ledger_account WHERE name = 'm1'", "ledger_account: name"),
        ("DELETE FROM ledger_refunded", "ledger_refunded: row 1 is missing at the target"),
        ("UPDATE ledger_inbox SET ticket = '0' WHERE outcome IS NULL", "ledger_inbox: ticket"),
    ],
)
def test_a_copy_that_is_not_the_same_is_noticed(
    wine: Ledger, target: Database, statement: str, told: str
) -> None:
    def spoil(doing: str, table: str, rows: int, total: int) -> None:
        if (doing, table) == ("copy", "ledger_refunded"):  # the last of those copied
            target.execute(statement)

    with pytest.raises(Differs, match=told):
        moving.move("wine", source=wine.using, target=target.alias, progress=spoil)
    assert Account.objects.using(target.alias).count() == 0
    assert wine.standing().status == "paused"


@pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
def test_commands_that_came_meanwhile_are_counted(wine: Ledger, target: Database) -> None:
    def late(doing: str, table: str, rows: int, total: int) -> None:
        if (doing, table) == ("chain", "ledger_entry") and rows == 1:
            wine_inbox(wine)

    done = moving.move("wine", source=wine.using, target=target.alias, progress=late)
    assert done.left == 1


def wine_inbox(wine: Ledger) -> None:
    """Let somebody else write to the inbox, in a connection of their own."""

    def write() -> None:
        Inbox.objects.using(wine.using).create(
            program=wine.program_id,
            command_id="late",
            ticket="ffffffffffffffff",
            command="{}",
            arrived_at=datetime.now(UTC),
        )
        connections[wine.using].close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


def test_an_empty_file_gets_its_tables(wine: Ledger, tmp_path: Path) -> None:
    fresh = Database("fresh", SQLITE, f"sqlite:///{tmp_path}/fresh.sqlite3")
    with known(fresh):
        moved(wine, fresh)
        assert open_program("wine", using="fresh").standing().hash == wine.standing().hash


def test_a_target_of_an_older_version_is_refused(wine: Ledger, target: Database) -> None:
    target.lift_protection()
    with pytest.raises(NotMigrated):
        moved(wine, target)


def command(database: Database, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tongbao", "move", *words],
        env={**os.environ, "TONGBAO_DATABASE": database.url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_moves_and_says_how_to_go_on(
    wine: Ledger, database: Database, target: Database
) -> None:
    last = wine.standing().hash
    connections[database.alias].close()
    done = command(database, "wine", "--to", target.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert last in done.stdout
    assert "tongbao program launch wine" in done.stdout
    again = command(database, "wine", "--to", target.url)
    assert again.returncode == 2
    assert "already" in again.stderr


@pytest.mark.parametrize("database", [SQLITE], indirect=True)
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://host/name", "names no database"),
        ("postgresql://u@127.0.0.1:1/none", "cannot be used"),
        ("{same}", "same database"),
    ],
)
def test_the_command_refuses_a_target_that_is_none(
    wine: Ledger, database: Database, url: str, told: str
) -> None:
    refused = command(database, "wine", "--to", url.format(same=database.url))
    assert refused.returncode == 2
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr
    assert wine.standing().status == "paused"

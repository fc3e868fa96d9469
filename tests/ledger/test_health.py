"""Health: what lies about shows whether somebody looks after the programs."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections

from tests.ledger.databases import Database, known
from tests.ledger.stage import purchase
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.ledger import programs, versions
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.health import Cause, Problem, health
from tongbao.ledger.models import Inbox

LAUNCH = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)  # in Shanghai: 20:00 on 1 March
WITHOUT_PRIVILEGES = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
DAY_ENDS = datetime(2027, 3, 1, 16, 0, tzinfo=UTC)


@pytest.fixture
def wine(database: Database) -> Ledger:
    programs.create("wine", dict(FOUNDING_EXAMPLE), using=database.alias)
    programs.launch("wine", using=database.alias, now=LAUNCH)
    return open_program("wine", using=database.alias)


def problems(ledger: Ledger, now: datetime = LAUNCH) -> list[Problem]:
    return list(health(ledger.using, now=now).problems)


def waits_since(ledger: Ledger, moment: datetime) -> None:
    ledger.enqueue(purchase("o1"))
    Inbox.objects.using(ledger.using).update(arrived_at=moment)


def test_a_program_that_is_looked_after_is_in_order(wine: Ledger) -> None:
    wine.submit(purchase("o1"))
    found = health(wine.using, now=LAUNCH)
    assert found.ok
    (program,) = found.programs
    assert (program.program, program.status, program.number) == ("wine", "running", 1)


def test_a_command_may_wait_a_minute_and_no_longer(wine: Ledger) -> None:
    waits_since(wine, LAUNCH)
    assert problems(wine, LAUNCH + timedelta(seconds=60)) == []
    late = problems(wine, LAUNCH + timedelta(seconds=95))
    assert late == [Problem(Cause.BACKLOG, "wine", 35)]


def test_a_day_may_stay_open_an_hour_and_no_longer(wine: Ledger) -> None:
    assert problems(wine, DAY_ENDS + timedelta(hours=1)) == []
    late = problems(wine, DAY_ENDS + timedelta(hours=1, seconds=5))
    assert late == [Problem(Cause.DAY_OPEN, "wine", 5)]
    wine.submit({"id": "c", "type": "close_day", "day": "2027-03-01"})
    assert problems(wine, DAY_ENDS + timedelta(hours=1, seconds=5)) == []


def test_a_closed_day_that_has_not_ended_is_a_problem(wine: Ledger) -> None:
    wine.submit({"id": "c", "type": "close_day", "day": "2027-03-03"})
    two_days = 2 * 24 * 3600
    early = [Problem(Cause.DAY_AHEAD, "wine", two_days)]
    assert problems(wine, DAY_ENDS) == early
    # Clocks differ a little: a minute is forgiven.
    assert problems(wine, DAY_ENDS + timedelta(days=2, seconds=-60)) == []
    assert problems(wine, DAY_ENDS + timedelta(days=2, seconds=-61)) == [
        Problem(Cause.DAY_AHEAD, "wine", 61)
    ]


def test_the_calendars_last_day_may_be_closed_and_health_still_answers(wine: Ledger) -> None:
    wine.submit({"id": "c", "type": "close_day", "day": "9999-12-31"})
    assert [problem.cause for problem in problems(wine)] == [Cause.DAY_AHEAD]


def test_more_open_days_than_a_worker_closes_by_itself_are_told_as_such(wine: Ledger) -> None:
    after = timedelta(hours=1, seconds=5)
    assert problems(wine, DAY_ENDS + timedelta(days=30) + after) == [
        Problem(Cause.DAY_OPEN, "wine", 30 * 24 * 3600 + 5)
    ]
    assert problems(wine, DAY_ENDS + timedelta(days=31) + after) == [
        Problem(Cause.DAYS_HELD, "wine", 31 * 24 * 3600 + 5)
    ]


def test_a_plan_whose_moment_has_come_is_in_force_within_a_minute(wine: Ledger) -> None:
    plan = {**FOUNDING_EXAMPLE, "backing_bps": 2500}
    due = versions.announce("wine", plan, using=wine.using, now=LAUNCH - timedelta(days=7))
    assert due.effective_at == LAUNCH
    assert problems(wine, LAUNCH + timedelta(seconds=60)) == []
    late = problems(wine, LAUNCH + timedelta(seconds=61))
    assert late == [Problem(Cause.PLAN_DUE, "wine", 1)]


def test_nothing_is_expected_of_a_paused_program_or_a_draft(wine: Ledger) -> None:
    waits_since(wine, LAUNCH)
    programs.pause("wine", using=wine.using)
    programs.create("tea", dict(FOUNDING_EXAMPLE), using=wine.using)
    found = health(wine.using, now=LAUNCH + timedelta(days=9))
    assert found.ok
    assert [(one.program, one.waiting) for one in found.programs] == [("wine", 1)]


def test_tables_of_an_older_version_are_not_in_order(wine: Ledger, database: Database) -> None:
    call_command("migrate", "ledger", "0001", database=database.alias, verbosity=0)
    found = health(wine.using)
    assert (found.ok, found.database, found.migrated) == (False, True, False)
    assert found.problems == (Problem(Cause.NOT_MIGRATED),)


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("sqlite:///{folder}/none.sqlite3", Cause.MISSING),
        ("postgresql://u@127.0.0.1:1/none", Cause.UNREACHABLE),
    ],
)
def test_a_database_that_is_away_is_told_and_none_is_made(
    url: str, cause: Cause, tmp_path: Path
) -> None:
    away = Database("away", url.partition(":")[0], url.format(folder=tmp_path))
    with known(away):
        found = health("away")
    assert (found.ok, found.database) == (False, False)
    assert found.problems == (Problem(cause),)
    assert list(tmp_path.iterdir()) == []


def command(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tongbao", "health", *words],
        env={**os.environ, "TONGBAO_DATABASE": url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_it_in_plain_words_and_by_its_exit_status(
    database: Database, tmp_path: Path
) -> None:
    programs.create("wine", dict(FOUNDING_EXAMPLE), using=database.alias)
    programs.launch("wine", using=database.alias)
    connections[database.alias].close()
    well = command(database.url)
    assert (well.returncode, well.stderr) == (0, "")
    assert "wine: running, entry 0, 0 waiting" in well.stdout
    told = json.loads(command(database.url, "--json").stdout)
    assert (told["ok"], told["problems"]) == (True, [])
    ill = command(f"sqlite:///{tmp_path}/none.sqlite3", "--lang", "zh")
    assert ill.returncode == 1
    assert "这里没有数据库" in ill.stderr
    assert "none.sqlite3" in ill.stderr
    assert "tongbao program create" in ill.stderr


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_in_a_folder_that_cannot_be_written_to_is_told_with_the_way_out(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    file = folder / "copy.sqlite3"
    connections[database.alias].close()
    file.write_bytes(Path(database.url.removeprefix("sqlite:///")).read_bytes())
    bound = [] if os.geteuid() else list(WITHOUT_PRIVILEGES)
    if bound and shutil.which(bound[0]) is None:
        pytest.skip("root may write everywhere, and setpriv is not installed")
    file.chmod(0o444)
    folder.chmod(0o555)
    environment = {**os.environ, "TONGBAO_DATABASE": f"sqlite:///{file}"}
    for words in (("health",), ("program", "list")):
        told = subprocess.run(
            [*bound, sys.executable, "-m", "tongbao", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == (1 if words == ("health",) else 2)
        assert "into a folder that you can write to" in told.stderr
        assert "Traceback" not in told.stderr
    folder.chmod(0o755)
    assert [path.name for path in folder.iterdir()] == ["copy.sqlite3"]


def test_the_command_names_the_day_that_was_closed_too_early(database: Database) -> None:
    programs.create("wine", dict(FOUNDING_EXAMPLE), using=database.alias)
    programs.launch("wine", using=database.alias)
    wine = open_program("wine", using=database.alias)
    wine.submit({"id": "c", "type": "close_day", "day": "2999-03-01"})
    connections[database.alias].close()
    ill = command(database.url)
    assert (
        ill.returncode,
        "wine: the last closed day, 2999-03-01, ends only in" in ill.stderr,
    ) == (
        1,
        True,
    )

"""Health: what lies about shows whether somebody looks after the programs."""

import json
import os
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
    "url", ["sqlite:///{folder}/none.sqlite3", "postgresql://u@127.0.0.1:1/none"]
)
def test_a_database_that_is_away_is_told_and_none_is_made(url: str, tmp_path: Path) -> None:
    away = Database("away", url.partition(":")[0], url.format(folder=tmp_path))
    with known(away):
        found = health("away")
    assert (found.ok, found.database) == (False, False)
    assert found.problems == (Problem(Cause.UNREACHABLE),)
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
    assert "数据库没有响应" in ill.stderr

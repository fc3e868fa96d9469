"""The worker: what is due is done, once, and what fails holds up nothing else."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from tests.ledger.databases import Database
from tests.ledger.stage import opened, purchase, redeem
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.ledger import closing, programs, pruning, versions
from tongbao.ledger.delivery import Posted
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.models import Day, Head, Inbox
from tongbao.ledger.values import NoSuchProgram
from tongbao.ledger.worker import Stop, Worker

LAUNCH = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)  # in Shanghai: 20:00 on 1 March


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime = LAUNCH) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Tally:
    """Counts what the worker says of itself."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str]] = []
        self.rounds = 0

    def failed(self, program: str, doing: str) -> None:
        self.failures.append((program, doing))

    def round_done(self) -> None:
        self.rounds += 1


class Wall:
    """A receiver that keeps what it was brought, or fails as often as told."""

    def __init__(self, name: str, fails: int = 0) -> None:
        self.name = name
        self.kept: list[tuple[str, int]] = []
        self.fails = fails

    def receive(self, entries: Sequence[Posted]) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("away")
        self.kept += [(entry.program, entry.number) for entry in entries]


@pytest.fixture
def wine(database: Database) -> Ledger:
    """A program of Shanghai's, launched at LAUNCH."""
    programs.create("wine", dict(FOUNDING_EXAMPLE), using=database.alias)
    programs.launch("wine", using=database.alias, now=LAUNCH)
    return open_program("wine", using=database.alias)


def closed_days(ledger: Ledger) -> list[str]:
    rows = Day.objects.using(ledger.using).filter(program=ledger.program_id)
    return list(rows.order_by("day").values_list("day", flat=True))


# ---------------------------------------------------------------- settling


def test_what_waits_is_settled(wine: Ledger) -> None:
    wine.enqueue(purchase("o1"))
    wine.enqueue(purchase("o2"))
    worker = Worker(wine.using, clock=Clock())
    assert worker.once() == 2
    outcome = wine.outcome("o2")
    assert outcome is not None
    assert outcome.number == 2


def test_all_running_programs_are_looked_after_or_only_those_named(
    wine: Ledger, database: Database
) -> None:
    tea = opened(database, "tea")
    for ledger in (wine, tea):
        ledger.enqueue(purchase("o1"))
    assert Worker(wine.using, names=["tea"]).once() == 1
    assert wine.outcome("o1") is None
    assert Worker(wine.using).once() == 1
    with pytest.raises(NoSuchProgram):
        Worker(wine.using, names=["beer"])


def test_a_paused_program_and_a_draft_are_left_alone(wine: Ledger) -> None:
    programs.create("tea", dict(FOUNDING_EXAMPLE), using=wine.using)
    wine.enqueue(purchase("o1"))
    programs.pause("wine", using=wine.using)
    worker = Worker(wine.using, clock=Clock(LAUNCH + timedelta(days=3)))
    assert (worker.once(), worker.failures) == (0, 0)
    assert closed_days(wine) == []


def test_an_announced_plan_takes_effect_though_nothing_waits(wine: Ledger) -> None:
    leaner = {**FOUNDING_EXAMPLE, "backing_bps": 2500}
    long_ago = datetime.now(UTC) - timedelta(days=8)
    versions.announce("wine", leaner, using=wine.using, now=long_ago)
    Worker(wine.using, clock=Clock()).once()
    standing = wine.standing()
    assert (standing.plan.backing_bps, standing.plan_version, standing.number) == (2500, 2, 1)


# ---------------------------------------------------------------- days


def test_the_day_of_the_launch_is_closed_when_it_has_ended(wine: Ledger) -> None:
    clock = Clock()
    worker = Worker(wine.using, clock=clock)
    clock.now = datetime(2027, 3, 1, 15, 59, 59, tzinfo=UTC)  # in Shanghai: 23:59:59
    worker.once()
    assert closed_days(wine) == []
    clock.now = datetime(2027, 3, 1, 16, 0, tzinfo=UTC)
    worker.once()
    worker.once()
    assert closed_days(wine) == ["2027-03-01"]
    outcome = wine.outcome("close-2027-03-01")
    assert outcome is not None
    assert outcome.number == 1


def test_days_that_were_missed_are_closed_one_after_the_other(wine: Ledger) -> None:
    clock = Clock(datetime(2027, 3, 4, 1, 0, tzinfo=UTC))
    Worker(wine.using, clock=clock).once()
    assert closed_days(wine) == ["2027-03-01", "2027-03-02", "2027-03-03"]


def test_thirty_one_missed_days_are_closed_at_once_and_of_more_none(wine: Ledger) -> None:
    wine.enqueue(purchase("o1"))
    worker = Worker(wine.using, clock=Clock(datetime(2027, 4, 2, 1, 0, tzinfo=UTC)))
    worker.once()  # 1 March to 1 April: 32 days
    assert (closed_days(wine), worker.failures) == ([], 1)
    assert wine.outcome("o1") is not None  # the rest is looked after
    worker = Worker(wine.using, clock=Clock(datetime(2027, 4, 1, 1, 0, tzinfo=UTC)))
    worker.once()
    assert (len(closed_days(wine)), worker.failures) == (31, 0)


def test_a_clock_that_jumps_ahead_and_back_leaves_the_days_as_they_were(wine: Ledger) -> None:
    clock = Clock(datetime(2027, 3, 2, 1, 0, tzinfo=UTC))
    Worker(wine.using, clock=clock).once()
    clock.now = datetime(2029, 3, 2, 1, 0, tzinfo=UTC)
    Worker(wine.using, clock=clock).once()
    clock.now = datetime(2027, 3, 3, 1, 0, tzinfo=UTC)
    Worker(wine.using, clock=clock).once()
    assert closed_days(wine) == ["2027-03-01", "2027-03-02"]


def test_the_log_says_how_to_go_on_where_too_many_days_are_open(
    wine: Ledger, database: Database
) -> None:
    wine.submit({"id": "c", "type": "close_day", "day": "2025-03-01"})
    held = command(database, "worker", "--once")
    _, log = held.communicate(timeout=60)
    failed = [one for one in map(json.loads, log.splitlines()) if one["event"] == "failed"]
    assert held.returncode == 1
    assert [(one["doing"], one["error"]) for one in failed] == [("close_day", "TooManyDays")]
    assert failed[0]["days"] > 31
    assert "tongbao worker --once --catch-up" in failed[0]["advice"]
    assert closed_days(wine) == ["2025-03-01"]
    allowed = command(database, "worker", "--once", "--catch-up")
    _, log = allowed.communicate(timeout=120)
    assert allowed.returncode == 0, log
    assert len(closed_days(wine)) > 31


def test_more_than_a_year_of_missed_days_is_made_up_for_if_that_is_allowed(wine: Ledger) -> None:
    wine.submit({"id": "c", "type": "close_day", "day": "2027-03-01"})
    Worker(wine.using, clock=Clock(datetime(2028, 4, 5, 1, 0, tzinfo=UTC)), catch_up=True).once()
    assert len(closed_days(wine)) == 401  # 1 March 2027 to 4 April 2028, a leap year
    assert closed_days(wine)[-1] == "2028-04-04"


def test_a_command_that_waits_is_settled_before_the_day_is_closed(wine: Ledger) -> None:
    wine.enqueue(purchase("o1"))
    Worker(wine.using, clock=Clock(datetime(2027, 3, 1, 16, 0, tzinfo=UTC))).once()
    found = [wine.outcome("o1"), wine.outcome("close-2027-03-01")]
    assert [outcome and outcome.number for outcome in found] == [1, 2]


def test_a_close_finds_another_id_where_its_own_is_taken(wine: Ledger) -> None:
    wine.submit(purchase("close-2027-03-01"))
    Worker(wine.using, clock=Clock(datetime(2027, 3, 1, 16, 0, tzinfo=UTC))).once()
    assert closed_days(wine) == ["2027-03-01"]
    outcome = wine.outcome("close-2027-03-01-2")
    assert outcome is not None
    assert outcome.ok


def test_a_day_that_a_later_close_skipped_is_not_closed(wine: Ledger) -> None:
    wine.submit({"id": "c", "type": "close_day", "day": "2027-03-05"})
    with pytest.raises(closing.DayNotClosed) as refused:
        closing.close(wine, datetime(2027, 3, 4, tzinfo=UTC).date())
    assert refused.value.reason == "day_closed"
    worker = Worker(wine.using, clock=Clock(datetime(2027, 3, 5, 1, 0, tzinfo=UTC)))
    worker.once()
    assert (closed_days(wine), worker.failures) == (["2027-03-05"], 0)


def test_several_workers_at_once_do_everything_once(wine: Ledger, database: Database) -> None:
    for n in range(40):
        wine.enqueue(purchase(f"o{n}"))
    clock = Clock(datetime(2027, 3, 4, 1, 0, tzinfo=UTC))
    workers = [Worker(wine.using, clock=clock) for _ in range(4)]
    database.at_once([worker.once for worker in workers])
    for worker in workers:  # who found the lock taken looks again
        worker.once()
    assert sum(worker.failures for worker in workers) == 0
    standing = wine.standing()
    assert standing.number == 43  # 40 purchases, three days
    assert standing.figures.closes == 3


# ---------------------------------------------------------------- checkpoints, tidying


class Notes:
    """Checkpoints in memory."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.published: list[tuple[str, int]] = []
        self.at: datetime | None = None
        self.fails = 0

    def last(self, program: str) -> datetime | None:
        return self.at

    def publish(self, ledger: Ledger) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("disk full")
        self.at = self.clock()
        self.published.append((ledger.name, ledger.standing().number))


def test_a_checkpoint_is_published_once_a_day_after_the_close(wine: Ledger) -> None:
    clock = Clock()
    notes = Notes(clock)
    worker = Worker(wine.using, checkpoints=notes, clock=clock)
    worker.once()
    worker.once()
    assert notes.published == [("wine", 0)]
    clock.now = datetime(2027, 3, 1, 16, 5, tzinfo=UTC)  # the next day in Shanghai
    worker.once()
    worker.once()
    Worker(wine.using, checkpoints=notes, clock=clock).once()  # as after a restart
    assert notes.published == [("wine", 0), ("wine", 1)]


def test_a_checkpoint_that_fails_is_tried_again(wine: Ledger) -> None:
    clock = Clock()
    notes, tally = Notes(clock), Tally()
    notes.fails = 1
    wine.enqueue(purchase("o1"))
    Worker(wine.using, checkpoints=notes, watch=tally, clock=clock).once()
    assert tally.failures == [("wine", "checkpoint")]
    assert wine.outcome("o1") is not None
    Worker(wine.using, checkpoints=notes, clock=clock).once()
    assert notes.published == [("wine", 1)]


def test_refused_commands_are_forgotten_after_thirty_days_and_waiting_ones_never(
    wine: Ledger,
) -> None:
    for number in range(3):
        wine.enqueue(redeem(f"r{number}", "nobody"))
    wine.settle()
    wine.enqueue(redeem("waits", "nobody"))
    now = datetime.now(UTC)
    inbox = Inbox.objects.using(wine.using)
    inbox.exclude(command_id="r2").update(arrived_at=now - timedelta(days=30, seconds=1))
    inbox.filter(command_id="r2").update(arrived_at=now - timedelta(days=29, hours=23))
    removed = pruning.prune(wine.program_id, now - pruning.KEPT, using=wine.using)
    left = sorted(inbox.values_list("command_id", flat=True))
    assert (removed, left) == (2, ["r2", "waits"])


def test_pruning_touches_no_other_program(wine: Ledger, database: Database) -> None:
    tea = opened(database, "tea")
    tea.enqueue(redeem("r", "nobody"))
    tea.settle()
    later = datetime.now(UTC) + timedelta(days=1)
    assert pruning.prune(wine.program_id, later, using=wine.using) == 0
    assert pruning.prune(tea.program_id, later, using=wine.using) == 1


# ---------------------------------------------------------------- failures


def test_one_programs_failure_does_not_stop_the_others(wine: Ledger, database: Database) -> None:
    tea = opened(database, "tea")
    for ledger in (wine, tea):
        ledger.enqueue(purchase("o1"))
    Head.objects.using(wine.using).filter(program=wine.program_id).update(plan="{broken")
    tally = Tally()
    assert Worker(wine.using, watch=tally, clock=Clock(datetime.now(UTC))).once() == 1
    assert tea.outcome("o1") is not None
    assert ("wine", "settle") in tally.failures
    assert not [name for name, _ in tally.failures if name == "tea"]
    assert tally.rounds == 1


def test_what_failed_is_left_alone_for_a_while(wine: Ledger) -> None:
    wine.enqueue(purchase("o1"))
    Head.objects.using(wine.using).update(plan="{broken")
    tally = Tally()
    worker = Worker(wine.using, watch=tally, clock=Clock())
    worker.once()
    worker.once()
    assert tally.failures == [("wine", "settle")]


def test_a_receiver_that_fails_holds_up_neither_settling_nor_the_others(wine: Ledger) -> None:
    wine.enqueue(purchase("o1"))
    bad, good = Wall("bad", fails=99), Wall("good")
    tally = Tally()
    worker = Worker(wine.using, receivers=[bad, good], watch=tally, clock=Clock())
    assert worker.once() == 1
    assert good.kept == [("wine", 0), ("wine", 1)]
    assert tally.failures == [("wine", "deliver")]


def test_two_receivers_of_one_name_are_refused(wine: Ledger) -> None:
    with pytest.raises(ValueError, match="same name"):
        Worker(wine.using, receivers=[Wall("a"), Wall("a")])


# ---------------------------------------------------------------- running


def run_until(worker: Worker, done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Run the worker in a thread until that is so, then stop it."""
    stop = Stop()

    def work() -> None:
        try:
            worker.run(stop, pause=0.02)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    until = time.monotonic() + seconds
    try:
        while not done():
            assert time.monotonic() < until, "it did not get there in time"
            time.sleep(0.02)
    finally:
        stop.ask()
        thread.join()


def test_a_running_worker_settles_and_delivers_until_it_is_stopped(wine: Ledger) -> None:
    wall = Wall("wall", fails=1)
    for n in range(3):
        wine.enqueue(purchase(f"o{n}"))
    worker = Worker(wine.using, receivers=[wall], clock=Clock())
    run_until(worker, lambda: len(wall.kept) == 4)
    assert wall.kept == [("wine", n) for n in range(4)]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_worker_outlives_a_database_that_throws_it_out(wine: Ledger, database: Database) -> None:
    tally = Tally()
    worker = Worker(wine.using, watch=tally, clock=Clock())

    def thrown_out() -> bool:
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return bool(tally.failures)

    run_until(worker, thrown_out)
    wine.enqueue(purchase("o1"))
    run_until(worker, lambda: wine.outcome("o1") is not None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_ends_cleanly_on_a_signal(
    wine: Ledger, database: Database, number: int
) -> None:
    wine.enqueue(purchase("o1"))
    process = command(database, "worker", "--program", "wine")
    until = time.monotonic() + 30
    while wine.outcome("o1") is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(number)
    _, log = process.communicate(timeout=20)
    assert process.returncode == 0, log
    names = [json.loads(line)["event"] for line in log.splitlines()]
    assert (names[0], names[-1]) == ("worker_started", "worker_stopped")


def test_once_does_what_is_due_and_publishes_a_checkpoint(
    wine: Ledger, database: Database, tmp_path: Path
) -> None:
    wine.enqueue(purchase("o1"))
    made = command(database, "checkpoint", "keygen", str(tmp_path / "keys"))
    made.communicate(timeout=30)
    key = tmp_path / "keys" / "tongbao-checkpoint-key.pem"
    folder = tmp_path / "published"
    folder.mkdir()
    options = ("--once", "--checkpoint-key", str(key), "--checkpoint-folder", str(folder))
    for _ in range(2):
        process = command(database, "worker", *options)
        _, log = process.communicate(timeout=60)
        assert process.returncode == 0, log
    (published,) = folder.iterdir()
    point = json.loads(published.read_text())["checkpoint"]
    assert (point["program"], point["number"]) == ("wine", 1)
    assert point["hash"] == wine.standing().hash


def test_once_says_by_its_exit_status_that_something_failed(
    wine: Ledger, database: Database
) -> None:
    wine.enqueue(purchase("o1"))
    Head.objects.using(wine.using).update(plan="{broken")
    process = command(database, "worker", "--once")
    _, log = process.communicate(timeout=60)
    assert process.returncode == 1, log
    assert [json.loads(line)["event"] for line in log.splitlines()] == ["failed"]


def command(database: Database, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tongbao", *words],
        env={**os.environ, "TONGBAO_DATABASE": database.url, "TONGBAO_LOG": "json"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

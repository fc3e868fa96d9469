"""Metrics: what Prometheus reads, held against sums done by hand."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.apps import apps
from django.db import connections

from tests.ledger.databases import Database
from tests.ledger.stage import opened, purchase, redeem
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.receipts import Receipt, Rejection
from tongbao.ledger import observing, programs
from tongbao.ledger.delivery import Posted, deliver
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.metrics import Metrics, served
from tongbao.ledger.models import Inbox
from tongbao.ledger.observing import Settled
from tongbao.ledger.values import Outcome, Refusal

LAUNCH = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)  # in Shanghai: 20:00 on 1 March
WINE = {"program": "wine"}


@pytest.fixture
def wine(database: Database) -> Ledger:
    programs.create("wine", dict(FOUNDING_EXAMPLE), using=database.alias)
    programs.launch("wine", using=database.alias, now=LAUNCH)
    return open_program("wine", using=database.alias)


def value(metrics: Metrics, name: str, labels: dict[str, str] | None = None) -> float | None:
    return metrics.registry.get_sample_value(f"tongbao_{name}", WINE if labels is None else labels)


def test_price_reserve_and_backing_after_the_founding_examples_first_order(wine: Ledger) -> None:
    wine.submit(purchase("o1"))  # 100.00: 30.00 to the reserve, 21 points
    metrics = Metrics(wine.using)
    assert value(metrics, "reserve_minor") == 3000
    assert value(metrics, "supply_atoms") == 21_000_000
    assert value(metrics, "price_minor") == pytest.approx(142.857143)
    assert value(metrics, "owed_minor") == 3000
    assert value(metrics, "backing_ratio") == 1.0
    assert value(metrics, "cash_minor") == 3000
    assert value(metrics, "entries_total") == 2  # the genesis too


def test_credit_is_owed_beside_the_points_in_accounts(wine: Ledger) -> None:
    wine.submit(purchase("o1"))
    wine.submit({"id": "c", "type": "convert", "member": "m1", "points": 7_000_000})
    metrics = Metrics(wine.using)
    # A third of the points became 10.00 of credit; 14 points are worth 20.00.
    assert value(metrics, "owed_minor") == 3000
    wine.submit(purchase("o2", "m2"))
    # 30.00 more for 14.7 points: the price grows, the credit stays; 28.7 of 35.7 points in accounts.
    assert value(metrics, "owed_minor") == 1000 + 28_700_000 * 6000 // 35_700_000
    assert value(metrics, "backing_ratio") == pytest.approx(6000 / 5823)


def test_an_empty_program_has_no_price_and_nothing_is_owed(wine: Ledger) -> None:
    metrics = Metrics(wine.using)
    assert value(metrics, "price_minor") == 0
    assert value(metrics, "owed_minor") == 0
    assert value(metrics, "backing_ratio") is None


def test_the_inboxs_depth_and_the_age_of_its_first_command(wine: Ledger) -> None:
    metrics = Metrics(wine.using)
    assert (value(metrics, "inbox_waiting"), value(metrics, "inbox_oldest_seconds")) == (0, 0)
    for n in range(3):
        wine.enqueue(purchase(f"o{n}"))
    arrived = datetime.now(UTC) - timedelta(seconds=90)
    Inbox.objects.using(wine.using).filter(command_id="o0").update(arrived_at=arrived)
    assert value(metrics, "inbox_waiting") == 3
    assert value(metrics, "inbox_oldest_seconds") == pytest.approx(90, abs=20)
    wine.settle()
    assert value(metrics, "inbox_waiting") == 0


def test_a_refused_command_does_not_wait(wine: Ledger) -> None:
    wine.enqueue(redeem("r", "nobody"))
    wine.settle()
    assert value(Metrics(wine.using), "inbox_waiting") == 0


def test_how_long_ago_a_day_was_closed_and_should_have_been(wine: Ledger) -> None:
    now = datetime(2027, 3, 2, 16, 30, tzinfo=UTC)  # in Shanghai: 00:30 on 3 March
    metrics = Metrics(wine.using, clock=lambda: now)
    assert value(metrics, "day_overdue_seconds") == 24.5 * 3600  # 1 March has ended and is open
    assert value(metrics, "last_close_age_seconds") == 28.5 * 3600  # since the launch
    for day in ("2027-03-01", "2027-03-02"):
        wine.submit({"id": day, "type": "close_day", "day": day})
    assert value(metrics, "day_overdue_seconds") == 0
    assert value(metrics, "last_close_age_seconds") == 0.5 * 3600


def test_the_age_of_the_last_checkpoint(wine: Ledger) -> None:
    metrics = Metrics(
        wine.using,
        published=lambda name: LAUNCH if name == "wine" else None,
        clock=lambda: LAUNCH + timedelta(seconds=7),
    )
    assert value(metrics, "checkpoint_age_seconds") == 7
    assert value(Metrics(wine.using), "checkpoint_age_seconds") is None


def test_how_far_a_receiver_is_behind(wine: Ledger) -> None:
    class Shelf:
        name = "shelf"

        def receive(self, entries: object) -> None:
            assert isinstance(entries, list)
            assert isinstance(entries[0], Posted)

    deliver(wine.program_id, "wine", Shelf(), using=wine.using)
    wine.submit_many([purchase("o1"), purchase("o2")])
    behind = value(Metrics(wine.using), "delivery_behind", {**WINE, "receiver": "shelf"})
    assert behind == 2


def test_drafts_are_left_out_and_paused_programs_shown_as_such(
    wine: Ledger, database: Database
) -> None:
    programs.create("tea", dict(FOUNDING_EXAMPLE), using=database.alias)
    programs.pause("wine", using=database.alias)
    metrics = Metrics(wine.using)
    assert value(metrics, "running") == 0
    assert value(metrics, "running", {"program": "tea"}) is None
    programs.launch("wine", using=database.alias)
    assert value(metrics, "running") == 1


def test_only_the_programs_that_are_named(wine: Ledger, database: Database) -> None:
    opened(database, "tea")
    metrics = Metrics(wine.using, names=["tea"])
    assert value(metrics, "running", {"program": "tea"}) == 1
    assert value(metrics, "running") is None


def test_without_the_database_only_that_is_told(wine: Ledger, database: Database) -> None:
    metrics = Metrics(wine.using)
    assert value(metrics, "database_up", {}) == 1
    database.execute("ALTER TABLE ledger_program RENAME TO ledger_gone")
    assert value(metrics, "database_up", {}) == 0
    assert value(metrics, "reserve_minor") is None


# ---------------------------------------------------------------- what settling tells


class Job:
    """A command with its outcome."""

    def __init__(self, outcome: Outcome | None) -> None:
        self.outcome = outcome


def test_a_batch_is_told_without_names() -> None:
    jobs = [
        Job(Outcome("a", Receipt("a", None), None, 5)),
        Job(Outcome("b", Receipt("b", Rejection.OVERSPENT))),
        Job(Outcome("c", Receipt("c", Rejection.OVERSPENT))),
        Job(Outcome("d", None, Refusal.FROZEN)),
        Job(Outcome("e", Receipt("e", None), Refusal.GUARD)),
    ]
    told = observing.settled(7, jobs, 0.5)
    refusals = {"overspent": 2, "frozen": 1, "guard": 1}
    assert told == Settled(7, 5, 1, refusals, 0.5)


def test_batches_are_counted_by_size_time_and_reason(wine: Ledger) -> None:
    metrics = Metrics(wine.using)
    for seconds in (0.004, 0.3):
        metrics.settled(Settled(wine.program_id, 30, 28, {"frozen": 2}, seconds))
    assert value(metrics, "settle_commands_sum") == 60
    assert value(metrics, "settle_seconds_count") == 2
    assert value(metrics, "settle_seconds_bucket", {**WINE, "le": "0.005"}) == 1
    assert value(metrics, "refusals_total", {**WINE, "reason": "frozen"}) == 4


def test_the_workers_failures_and_rounds_are_counted(wine: Ledger) -> None:
    metrics = Metrics(wine.using, clock=lambda: LAUNCH)
    metrics.failed("wine", "settle")
    metrics.round_done()
    assert value(metrics, "worker_failures_total", {**WINE, "doing": "settle"}) == 1
    assert value(metrics, "worker_round_timestamp_seconds", {}) == LAUNCH.timestamp()


def test_two_registries_share_nothing(wine: Ledger) -> None:
    one, other = Metrics(wine.using), Metrics(wine.using)
    one.failed("wine", "settle")
    assert value(other, "worker_failures_total", {**WINE, "doing": "settle"}) is None


# ---------------------------------------------------------------- served


@contextmanager
def serving(metrics: Metrics) -> Iterator[str]:
    server = served(metrics, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_they_are_served_to_prometheus_and_health_to_load_balancers(wine: Ledger) -> None:
    wine.submit(purchase("o1"))
    now = [LAUNCH]
    with serving(Metrics(wine.using, clock=lambda: now[0])) as place:
        with closing(urlopen(f"{place}/metrics")) as answer:  # noqa: S310  # our own
            lines = answer.read().decode().splitlines()
        assert 'tongbao_reserve_minor{program="wine"} 3000.0' in lines
        with closing(urlopen(f"{place}/health")) as answer:  # noqa: S310  # likewise
            assert (answer.status, json.load(answer)["ok"]) == (200, True)
        now[0] = LAUNCH + timedelta(days=2)
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{place}/health")  # noqa: S310  # likewise
        with closing(refused.value) as answer:
            assert answer.status == 503
            assert json.load(answer)["problems"][0]["cause"] == "day_not_closed"
    connections[wine.using].close()


def test_what_is_settled_anywhere_in_this_process_is_counted(wine: Ledger) -> None:
    metrics = Metrics(wine.using)
    config = apps.get_app_config("ledger")
    heard: list[Settled] = []
    for observer in (broken, metrics.settled, heard.append):
        observing.observe(observer)
    try:
        wine.submit(purchase("o1"))
        wine.enqueue(redeem("r1", "nobody"))
        wine.enqueue(purchase("o2"))
        wine.settle()
        wine.settle()  # nothing waits: nothing to tell
    finally:
        del config.observers[-3:]  # type: ignore[attr-defined]  # likewise
    told = [(batch.commands, batch.accepted, dict(batch.refusals)) for batch in heard]
    assert told == [(1, 1, {}), (2, 1, {"unknown_account": 1})]
    assert value(metrics, "settle_commands_count") == 2
    assert value(metrics, "refusals_total", {**WINE, "reason": "unknown_account"}) == 1


def broken(batch: Settled) -> None:
    raise RuntimeError("an observer's own failure")

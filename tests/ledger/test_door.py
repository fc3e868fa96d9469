"""The door: submitting, the queue of a process's threads, time limits, looking ahead."""

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest
from django.db import transaction

from tests.ledger.databases import Database
from tests.ledger.stage import (
    Caller,
    announced,
    check_books,
    connected,
    dump,
    locked_elsewhere,
    opened,
    purchase,
    redeem,
    until,
)
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.receipts import Rejection
from tongbao.ledger import programs, versions
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.settle import Job, Settling
from tongbao.ledger.values import (
    InsideTransaction,
    KeyTaken,
    NotLaunched,
    NotSettled,
    ProgramPaused,
    Refusal,
)


def in_line(ledger: Ledger, count: int) -> None:
    """Wait until so many requests stand behind the thread that goes to the database."""
    until(lambda: ledger._desk._led and len(ledger._desk._queue) >= count)


# ---------------------------------------------------------------- submitting


def test_the_founding_example_through_the_door(database: Database) -> None:
    """Orders of 100.00: the second and third buyer get 14.7 and 12.495 points (the spec's end)."""
    ledger = opened(database)
    outcomes = ledger.submit_many([purchase(f"o{n}", f"m{n}") for n in range(1, 5)])
    assert [o.fields["points"] for o in outcomes[:3]] == [21_000_000, 14_700_000, 12_495_000]
    assert [o.number for o in outcomes] == [1, 2, 3, 4]
    figures = ledger.standing().figures
    assert figures.reserve == 12_000
    account = ledger.account("m1")
    assert account is not None
    assert (account.points, account.quota) == (21_000_000, 20_000)
    check_books(ledger)


def test_a_command_sent_again_gets_its_first_answer(database: Database) -> None:
    ledger = opened(database)
    first = ledger.submit(purchase("a"))
    assert ledger.submit(purchase("a")) == first
    again = ledger.submit_many([purchase("a"), purchase("b"), purchase("b")])
    assert [o.number for o in again] == [1, 2, 2]
    assert ledger.standing().number == 2


def test_another_command_under_an_accepted_id_is_rejected(database: Database) -> None:
    ledger = opened(database)
    ledger.submit(purchase("a"))
    outcome = ledger.submit(purchase("a", paid=5))
    assert outcome.receipt is not None
    assert outcome.receipt.error is Rejection.ID_REUSED


def test_a_rejected_id_may_be_used_again(database: Database) -> None:
    ledger = opened(database)
    assert not ledger.submit(redeem("a", "m1")).ok
    ledger.submit(purchase("b"))
    assert ledger.submit(redeem("a", "m1")).ok


@pytest.mark.parametrize("field", ["id", "at", "member"])
def test_halves_of_surrogate_pairs_can_be_sent_again_and_refunded(
    database: Database, field: str
) -> None:
    ledger = opened(database)
    received = {**purchase("a"), field: "\ud800"}
    first = ledger.submit(received)
    assert first.ok
    assert ledger.submit(received) == first
    assert ledger.outcome(str(received["id"])) == first
    refund = {"id": "r", "type": "refund", "purchase": received["id"], "amount": 1}
    assert ledger.submit(refund).ok


def test_inside_a_transaction_nothing_is_settled(database: Database) -> None:
    ledger = opened(database)
    before = dump(database)
    with transaction.atomic(using=database.alias):
        for settling in (lambda: ledger.submit(purchase("a")), ledger.settle):
            with pytest.raises(InsideTransaction):
                settling()
    assert dump(database) == before


def test_a_draft_takes_no_commands(database: Database) -> None:
    programs.create("wine", dict(FOUNDING_EXAMPLE), using=database.alias)
    ledger = open_program("wine", using=database.alias)
    with pytest.raises(NotLaunched):
        ledger.submit(purchase("a"))
    with pytest.raises(NotLaunched):
        ledger.preview(purchase("a"))


def test_what_waits_while_a_program_is_paused_is_settled_when_it_goes_on(
    database: Database,
) -> None:
    ledger = opened(database)
    programs.pause("wine", using=database.alias)
    ledger.enqueue(purchase("waits"))
    for settling in (lambda: ledger.submit(purchase("a")), ledger.settle):
        with pytest.raises(ProgramPaused):
            settling()
    programs.launch("wine", using=database.alias)
    assert ledger.settle() == 1
    assert ledger.outcome("a") is None
    check_books(ledger)


def test_what_was_refused_as_paused_is_not_settled_later(database: Database) -> None:
    """Paused by whoever held the lock while the command stood in line for it."""
    ledger = opened(database)
    with locked_elsewhere(database, ledger) as other:
        caller = Caller(lambda: ledger.submit(purchase("a")), database)
        until(lambda: ledger._desk._led)
        time.sleep(0.2)
        other.execute("UPDATE ledger_head SET status = 'paused'")
    with pytest.raises(ProgramPaused):
        caller.answer()
    programs.launch("wine", using=database.alias)
    assert ledger.settle() == 0
    assert ledger.outcome("a") is None


# ---------------------------------------------------------------- the inbox


def test_an_order_and_its_command_are_committed_together_or_not_at_all(
    database: Database,
) -> None:
    ledger = opened(database)
    with transaction.atomic(using=database.alias):
        ledger.enqueue(purchase("lost"))
        transaction.set_rollback(True, using=database.alias)
    with transaction.atomic(using=database.alias):
        ledger.enqueue(purchase("kept"))
    assert ledger.settle() == 1
    assert ledger.outcome("lost") is None
    kept = ledger.outcome("kept")
    assert kept is not None
    assert kept.ok


def test_what_waits_is_settled_in_the_order_in_which_it_came(database: Database) -> None:
    ledger = opened(database)
    for name in ("c", "a", "b"):
        ledger.enqueue(purchase(name))
    assert ledger.submit(purchase("d")).number == 4
    found = [ledger.outcome(name) for name in ("c", "a", "b")]
    assert [o and o.number for o in found] == [1, 2, 3]


def test_an_id_in_the_journal_is_taken(database: Database) -> None:
    ledger = opened(database)
    ledger.submit(purchase("a"))
    with pytest.raises(KeyTaken):
        ledger.enqueue(purchase("a", paid=5))
    ledger.enqueue(purchase("a"))
    ledger.settle()
    assert ledger.standing().number == 1


def test_a_refused_receipt_is_read_from_the_inbox_as_it_was_given(database: Database) -> None:
    ledger = opened(database)
    given = ledger.submit(redeem("r", "nobody"))
    ledger.enqueue(redeem("r2", "nobody"))
    ledger.settle()
    read = ledger.outcome("r2")
    assert read is not None
    assert given.receipt is not None
    assert read.receipt is not None
    assert (read.receipt.error, read.receipt.names) == (given.receipt.error, given.receipt.names)


def test_an_outcome_that_is_settled_between_two_looks_is_found(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened(database)
    ledger.enqueue(purchase("a"))
    real, looks = Ledger._outcome, list[str]()

    def racing(self: Ledger, storage: Any, command_id: str) -> Any:  # noqa: ANN401  # an outcome
        found = real(self, storage, command_id)
        if not looks:
            looks.append(command_id)
            Caller(ledger.settle, database).answer()
        return found

    monkeypatch.setattr(Ledger, "_outcome", racing)
    found = ledger.outcome("a", wait=5)
    assert found is not None
    assert found.ok


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_callers_open_transaction_that_sends_again_what_waits_stops_nobody(
    database: Database,
) -> None:
    ledger = opened(database)
    ledger.enqueue(purchase("a"))
    inside, leave = threading.Event(), threading.Event()

    def shop() -> None:
        with transaction.atomic(using=database.alias):
            ledger.enqueue(purchase("a"))
            inside.set()
            leave.wait(20)

    caller = Caller(shop, database)
    inside.wait(10)
    try:
        other = Caller(lambda: ledger.submit(purchase("b"), wait=3), database)
        assert other.answer(5).ok
    finally:
        leave.set()
        caller.answer()
    ledger.settle()
    check_books(ledger)


# ---------------------------------------------------------------- threads and time limits


def test_threads_of_a_process_settle_for_each_other(database: Database) -> None:
    ledger = opened(database)
    works = [lambda n=n: ledger.submit(purchase(f"c{n}", f"m{n % 3}")) for n in range(24)]
    outcomes = database.at_once(works)
    assert sorted(o.number or 0 for o in outcomes) == list(range(1, 25))
    check_books(ledger)


def test_the_same_command_of_two_threads_counts_once(database: Database) -> None:
    ledger = opened(database)
    outcomes = database.at_once([lambda: ledger.submit(purchase("same"))] * 4)
    assert [o.number for o in outcomes] == [1, 1, 1, 1]


def test_the_same_command_of_two_threads_in_line_counts_once(database: Database) -> None:
    ledger = opened(database)
    with locked_elsewhere(database, ledger):
        first = Caller(lambda: ledger.submit(purchase("first")), database)
        in_line(ledger, 0)
        callers = [Caller(lambda: ledger.submit(purchase("same")), database) for _ in range(2)]
        in_line(ledger, 2)
    first.answer()
    assert len({caller.answer().number for caller in callers}) == 1
    assert ledger.standing().number == 2


def test_nobody_waits_longer_than_their_own_limit(database: Database) -> None:
    ledger = opened(database)
    with locked_elsewhere(database, ledger):
        short = Caller(lambda: ledger.submit(purchase("short"), wait=0.3), database)
        in_line(ledger, 0)
        second = Caller(lambda: ledger.submit(purchase("second"), wait=0.6), database)
        in_line(ledger, 1)
        patient = Caller(lambda: ledger.submit(purchase("patient"), wait=20), database)
        for late in (short, second):
            with pytest.raises(NotSettled):
                late.answer(5)
            assert late.seconds < 2
    assert patient.answer().ok


def test_whether_it_may_still_be_settled_is_told_as_it_is(database: Database) -> None:
    ledger = opened(database)
    told: dict[str, bool] = {}
    with locked_elsewhere(database, ledger):
        for name, door in (
            ("a", lambda: ledger.submit(purchase("a"), wait=0.2)),
            ("b", lambda: ledger.submit_group([purchase("b"), purchase("c")], wait=0.2)),
        ):
            with pytest.raises(NotSettled) as caught:
                door()
            told[name] = caught.value.may_still_settle
    ledger.settle()
    for name, may in told.items():
        assert (ledger.outcome(name) is not None) == may


def test_a_thread_interrupted_in_line_leaves_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened(database)
    real = threading.Event.wait

    def follower() -> None:
        me = threading.current_thread()

        def interrupted(self: threading.Event, timeout: float | None = None) -> bool:
            if threading.current_thread() is me:
                raise KeyboardInterrupt
            return real(self, timeout)

        monkeypatch.setattr(threading.Event, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ledger.submit(purchase("second"), wait=20)

    with locked_elsewhere(database, ledger):
        first = Caller(lambda: ledger.submit(purchase("first"), wait=20), database)
        in_line(ledger, 0)
        Caller(follower, database).answer()
        monkeypatch.setattr(threading.Event, "wait", real)
    assert first.answer().ok
    assert ledger.submit(purchase("third"), wait=5).ok


def test_what_stops_the_thread_that_settles_is_not_raised_in_the_others(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened(database)
    real = Settling.settle

    def stopped(self: Settling, jobs: Sequence[Job]) -> None:
        if len(jobs) == 2:
            raise SystemExit(3)
        real(self, jobs)

    monkeypatch.setattr(Settling, "settle", stopped)
    with locked_elsewhere(database, ledger):
        first = Caller(lambda: ledger.submit(purchase("a")), database)
        in_line(ledger, 0)
        second = Caller(lambda: ledger.submit(purchase("b")), database)
        in_line(ledger, 1)
    with pytest.raises(SystemExit):
        first.answer()
    with pytest.raises(NotSettled):
        second.answer()
    assert ledger.submit(purchase("c"), wait=5).number == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_short_limit_does_not_stay_on_the_threads_connection(database: Database) -> None:
    ledger = opened(database)
    with locked_elsewhere(database, ledger), pytest.raises(NotSettled):
        ledger.submit(purchase("a"), wait=0.05)
    holds = threading.Event()

    def hold() -> None:
        with locked_elsewhere(database, ledger):
            holds.set()
            time.sleep(0.5)

    other = Caller(hold, database)
    holds.wait(5)
    ledger.enqueue(purchase("b"))  # the settings let it wait for a minute
    other.answer()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_readers_go_on_after_the_server_ended_their_connection(database: Database) -> None:
    ledger = opened(database)
    ledger.submit(purchase("a"))
    with closing(connected(database)) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert ledger.account("m1") is not None
    assert open_program("wine", using=database.alias).standing().number == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_submit_whose_connection_is_lost_is_told_so_and_counts_once(database: Database) -> None:
    ledger = opened(database)
    ledger.submit(purchase("a"))
    with closing(connected(database)) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(NotSettled) as told:
        ledger.submit(purchase("b"))
    assert told.value.may_still_settle
    assert ledger.submit(purchase("b")).number == 2


def test_another_command_under_an_id_that_waits_is_refused_by_name(database: Database) -> None:
    ledger = opened(database)
    ledger.enqueue(purchase("a"))
    with pytest.raises(KeyTaken):
        ledger.enqueue(purchase("a", paid=5))
    ledger.enqueue(purchase("a"))
    assert ledger.settle() == 2
    assert ledger.standing().number == 1


# ---------------------------------------------------------------- looking ahead


def test_a_preview_tells_what_submitting_then_gives_and_writes_nothing(
    database: Database,
) -> None:
    """21 points of the first buyer after 100 orders are worth 108.63, 97.76 after the fee."""
    ledger = opened(database)
    ledger.submit_many([purchase(f"o{n}", f"m{n}") for n in range(100)])
    before = dump(database)
    seen = ledger.preview(redeem("r", "m0"))
    assert dump(database) == before
    assert dict(seen.fields) == {"gross": 10_863, "fee": 1_087, "net": 9_776}
    assert ledger.submit(redeem("r", "m0")) == seen


def test_previews_follow_one_another(database: Database) -> None:
    ledger = opened(database)
    commands = [purchase("a", "m1"), redeem("b", "m1"), redeem("c", "m1")]
    seen = ledger.preview_many(commands)
    assert [o.ok for o in seen] == [True, True, False]
    assert ledger.submit_many(commands) == seen


def test_a_preview_counts_with_a_plan_that_is_due(database: Database) -> None:
    ledger = opened(database)
    ledger.submit(purchase("p"))
    announced(ledger, {**FOUNDING_EXAMPLE, "exit_fee_bps": 500})
    seen = ledger.preview(redeem("r"))
    assert ledger.submit(redeem("r")).fields == seen.fields


# ---------------------------------------------------------------- plans as commands


def test_a_plan_is_not_changed_without_announcement(database: Database) -> None:
    ledger = opened(database)
    change = {"id": "c", "type": "change_plan", "plan": {**FOUNDING_EXAMPLE, "exit_fee_bps": 500}}
    assert ledger.submit(change).refusal is Refusal.NOT_ANNOUNCED


def test_the_same_plan_twice_in_a_batch_is_one_version(database: Database) -> None:
    ledger = opened(database, notice=0)
    change = {"id": "c", "type": "change_plan", "plan": {**FOUNDING_EXAMPLE, "exit_fee_bps": 500}}
    ledger.submit_group([change, change])
    assert [v.version for v in versions.history("wine", using=database.alias)] == [1, 2]

"""Groups: consecutive commands are accepted all or none, however they come and whatever waits."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from tests.ledger.databases import Database
from tests.ledger.stage import (
    Caller,
    check_books,
    deposit,
    dump,
    opened,
    purchase,
    redeem,
)
from tongbao.engine.receipts import Rejection
from tongbao.ledger.door import Ledger
from tongbao.ledger.storage.face import BATCH
from tongbao.ledger.values import BadCommand, Guard, KeyTaken, Outcome, Refusal

Fields = dict[str, object]
Way = Callable[[Ledger, list[Fields]], list[Outcome]]


def at_once(ledger: Ledger, group: list[Fields]) -> list[Outcome]:
    return ledger.submit_group(group)


def by_the_inbox(ledger: Ledger, group: list[Fields]) -> list[Outcome]:
    ledger.enqueue_group(group)
    assert ledger.settle() == len(group)
    found = [ledger.outcome(str(fields["id"])) for fields in group]
    return [outcome for outcome in found if outcome is not None]


ways = pytest.mark.parametrize("way", [at_once, by_the_inbox])


@ways
def test_a_group_is_accepted_in_consecutive_entries(database: Database, way: Way) -> None:
    ledger = opened(database)
    outcomes = way(ledger, [purchase("a"), deposit("b"), redeem("c")])
    assert [o.number for o in outcomes] == [1, 2, 3]
    check_books(ledger)


@ways
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_that_cannot_be_accepted_keeps_all_others_out(
    database: Database, way: Way, place: int
) -> None:
    ledger = opened(database)
    ledger.submit(purchase("before"))
    kept = {t: rows for t, rows in dump(database).items() if t != "ledger_inbox"}
    group = [purchase("a"), deposit("b"), purchase("c", "new")]
    group[place] = redeem(str(group[place]["id"]), "nobody")
    outcomes = way(ledger, group)
    for number, outcome in enumerate(outcomes):
        assert not outcome.ok
        if number == place:
            assert outcome.receipt is not None
            assert outcome.receipt.error is Rejection.UNKNOWN_ACCOUNT
        else:
            assert (outcome.receipt, outcome.refusal) == (None, Refusal.GROUP)
    assert {t: rows for t, rows in dump(database).items() if t != "ledger_inbox"} == kept
    assert ledger.account("new") is None


@ways
def test_later_ones_build_on_earlier_ones(database: Database, way: Way) -> None:
    """What the first brings the second takes out; a wrong sum in the third undoes both."""
    ledger = opened(database)
    ledger.submit(purchase("m"))
    withdraw: Fields = {"id": "w", "type": "withdraw", "account": "m1", "amount": 100}
    outcomes = way(ledger, [deposit("d"), withdraw, {**withdraw, "id": "x", "amount": 1}])
    assert [o.ok for o in outcomes] == [False, False, False]
    assert [o.ok for o in way(ledger, [deposit("d"), withdraw])] == [True, True]


def test_one_accepted_before_keeps_its_number_in_a_refused_group(database: Database) -> None:
    ledger = opened(database)
    ledger.submit(purchase("p"))
    outcomes = ledger.submit_group([purchase("p"), redeem("r", "nobody")])
    assert [o.number for o in outcomes] == [1, None]


def test_a_group_sent_again_gets_its_first_answers(database: Database) -> None:
    ledger = opened(database)
    group = [purchase("a"), deposit("b")]
    assert ledger.submit_group(group) == ledger.submit_group(group)
    assert ledger.standing().number == 2


def test_an_id_that_stands_twice_in_a_group_counts_once(database: Database) -> None:
    ledger = opened(database)
    ledger.enqueue_group([purchase("a"), purchase("a")])
    ledger.settle()
    assert ledger.submit_group([purchase("b"), purchase("b")])[1].number == 2
    assert ledger.standing().number == 2


def test_an_empty_group_is_nothing(database: Database) -> None:
    ledger = opened(database)
    assert ledger.submit_group([]) == []
    assert ledger.enqueue_group([]) == []


def test_groups_enqueued_at_the_same_time_are_not_torn_apart(database: Database) -> None:
    """While one group's tickets are made, another group is written whole."""
    ledger = opened(database)
    real, calls = ledger._desk.ticket, list[int]()

    def ticket() -> str:
        calls.append(1)
        if len(calls) == 2:  # the other group's own call
            return real()
        made = real()
        if len(calls) == 1:
            Caller(lambda: ledger.enqueue_group([purchase("b1", "m2")]), database).answer()
        return made

    ledger._desk.ticket = ticket  # type: ignore[method-assign]  # for this desk alone
    # The second cannot be accepted, so the first must not be either.
    ledger.enqueue_group([purchase("a1", "m3"), redeem("a2", "nobody")])
    ledger.settle()
    found = ledger.outcome("b1")
    assert found is not None
    assert found.ok
    torn = ledger.outcome("a1")
    assert torn is not None
    assert torn.refusal is Refusal.GROUP


def test_many_threads_groups_are_not_torn_apart(database: Database) -> None:
    ledger = opened(database)

    def send(n: int) -> list[str]:
        return ledger.enqueue_group([purchase(f"{n}a", f"m{n}"), deposit(f"{n}b", f"m{n}")])

    database.at_once([lambda n=n: send(n) for n in range(8)])  # type: ignore[misc]  # bound now
    assert ledger.settle() == 16
    for n in range(8):
        first, second = ledger.outcome(f"{n}a"), ledger.outcome(f"{n}b")
        assert first is not None
        assert second is not None
        assert (second.number or 0) - (first.number or 0) == 1


def test_a_group_with_a_command_that_waits_alone_is_still_all_or_none(
    database: Database,
) -> None:
    ledger = opened(database)
    ledger.enqueue(redeem("a", "nobody"))
    ledger.enqueue_group([redeem("a", "nobody"), purchase("b")])
    ledger.settle()
    for name in "ab":
        found = ledger.outcome(name)
        assert found is not None
        assert not found.ok


def test_a_group_with_an_id_taken_by_another_command_writes_nothing(database: Database) -> None:
    ledger = opened(database)
    ledger.submit(purchase("x"))
    before = dump(database)
    with pytest.raises(KeyTaken):
        ledger.enqueue_group([purchase("a"), purchase("x", paid=5)])
    assert dump(database) == before


def test_a_group_with_what_is_no_command_writes_nothing(database: Database) -> None:
    ledger = opened(database)
    before = dump(database)
    bad: Fields = {"id": "b", "type": "purchase"}
    for door in (ledger.submit_group, ledger.enqueue_group):
        with pytest.raises(BadCommand):
            door([purchase("a"), bad])
    assert dump(database) == before


def test_each_of_a_group_has_its_guard(database: Database) -> None:
    ledger = opened(database)
    group = [purchase("a"), redeem("b")]
    outcomes = ledger.submit_group(group, guards=[None, Guard(at_least={"net": 10**9})])
    assert [o.refusal for o in outcomes] == [Refusal.GROUP, Refusal.GUARD]
    accepted = ledger.submit_group(group, guards=[None, Guard(at_least={"net": 1})])
    assert [o.number for o in accepted] == [1, 2]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_group_is_written_in_one_statement(database: Database) -> None:
    """Outside a transaction nobody can settle the half of it."""
    ledger = opened(database)
    told: list[str] = []
    raw: Any = connections[database.alias].connection
    raw.set_trace_callback(told.append)
    ledger.enqueue_group([purchase("a"), purchase("b")])
    raw.set_trace_callback(None)
    assert len([sql for sql in told if sql.startswith("INSERT INTO ledger_inbox")]) == 1


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settle two at a time, so that what waits is cut into batches."""
    from tongbao.ledger import combine, door  # noqa: PLC0415  # the modules, to patch their names
    from tongbao.ledger.storage import face  # noqa: PLC0415  # likewise

    assert BATCH > 2
    for module in (combine, door, face):
        monkeypatch.setattr(module, "BATCH", 2)


def test_a_group_longer_than_a_batch_is_not_cut(database: Database, small_batches: None) -> None:
    ledger = opened(database)
    ledger.enqueue(purchase("first"))
    ledger.enqueue_group([purchase(f"g{n}") for n in range(4)] + [redeem("g4", "nobody")])
    ledger.enqueue_group([purchase(f"h{n}") for n in range(5)])
    ledger.enqueue(purchase("last"))
    assert ledger.settle() == 12
    numbers = [o.number for n in range(5) if (o := ledger.outcome(f"h{n}")) is not None]
    assert numbers == [2, 3, 4, 5, 6]
    refused = [o for n in range(5) if (o := ledger.outcome(f"g{n}")) is not None]
    assert [o.ok for o in refused] == [False] * 5
    check_books(ledger)

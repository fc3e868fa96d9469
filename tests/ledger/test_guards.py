"""Guards: nobody is bound to figures that they did not see."""

import pytest

from tests.ledger.databases import Database
from tests.ledger.stage import (
    Caller,
    check_books,
    dump,
    locked_elsewhere,
    opened,
    purchase,
    redeem,
    until,
)
from tongbao.ledger.door import Ledger
from tongbao.ledger.values import BadArgument, Guard, Refusal


def bought(database: Database) -> Ledger:
    """One purchase of 100.00: 21 points, and 30.00 in the reserve behind them."""
    ledger = opened(database)
    ledger.submit(purchase("p"))
    return ledger


NET_ALONE = 2_700
"""All 21 points are worth the whole reserve of 30.00; the fee is 3.00."""


@pytest.mark.parametrize(
    ("guard", "passes"),
    [
        (Guard(), True),
        (Guard(at_least={"net": NET_ALONE}), True),
        (Guard(at_least={"net": NET_ALONE + 1}), False),
        (Guard(at_most={"fee": 300}), True),
        (Guard(at_most={"fee": 299}), False),
        (Guard(at_least={"net": NET_ALONE}, at_most={"gross": 2_999}), False),
        (Guard(at_least={"points": 0}), False),
    ],
    ids=repr,
)
def test_a_guard_holds_the_receipt_to_its_figures(
    database: Database, guard: Guard, passes: bool
) -> None:
    """A figure that the receipt has not, as the points of a redemption, keeps nothing."""
    ledger = bought(database)
    before = dump(database)
    outcome = ledger.submit(redeem("r"), guard=guard)
    assert (outcome.ok, outcome.refusal) == (passes, None if passes else Refusal.GUARD)
    assert dict(outcome.fields) == {"gross": 3_000, "fee": 300, "net": NET_ALONE}
    if not passes:
        assert dump(database) == before
    check_books(ledger)


@pytest.mark.parametrize("least", [NET_ALONE, NET_ALONE + 1])
def test_a_guard_waits_with_its_command_and_a_preview_tells_of_it(
    database: Database, least: int
) -> None:
    ledger = bought(database)
    guard = Guard(at_least={"net": least})
    seen = ledger.preview(redeem("r"), guard=guard)
    ledger.enqueue(redeem("r"), guard=guard)
    ledger.settle()
    outcome = ledger.outcome("r")
    assert outcome is not None
    assert outcome == seen
    assert outcome.ok == (least == NET_ALONE)


def test_a_guard_is_checked_under_the_lock(database: Database) -> None:
    """Between the look and the submission somebody else's purchase lowers what one would get."""
    ledger = opened(database)
    ledger.submit_many([purchase("p", "m1"), purchase("q", "m2")])
    seen = ledger.preview(purchase("s", "m3"))
    guard = Guard(at_least={"points": seen.fields["points"]})
    with locked_elsewhere(database, ledger):
        ahead = Caller(lambda: ledger.submit(purchase("t", "m4")), database)
        until(lambda: ledger._desk._led)
        behind = Caller(lambda: ledger.submit(purchase("s", "m3"), guard=guard), database)
        until(lambda: len(ledger._desk._queue) == 1)
    assert ahead.answer().ok
    outcome = behind.answer()
    assert outcome.refusal is Refusal.GUARD
    assert outcome.fields["points"] < seen.fields["points"]


def test_a_command_sent_again_gets_its_first_answer_whatever_the_guard(
    database: Database,
) -> None:
    ledger = bought(database)
    first = ledger.submit(redeem("r"))
    assert ledger.submit(redeem("r"), guard=Guard(at_least={"net": 10**9})) == first


@pytest.mark.parametrize(
    "guard",
    [
        Guard(at_least={"points": "many"}),  # type: ignore[dict-item]  # what must be refused
        Guard(at_least=None),  # type: ignore[arg-type]  # likewise
        Guard(at_most={"points": 1.5}),  # type: ignore[dict-item]  # likewise
        Guard(at_most={"points": True}),
        Guard(at_least=[("points", 1)]),  # type: ignore[arg-type]  # likewise
        Guard(at_least={"\ud800": 1}),
        Guard(at_least={"exits": 1}),
        Guard(at_least={"net": 10**39}),
        {"at_least": {}},
        "x",
    ],
    ids=repr,
)
def test_what_is_no_guard_is_refused_at_every_door_and_stops_nobody(
    database: Database, guard: Guard
) -> None:
    ledger = bought(database)
    before = dump(database)
    for door in (ledger.submit, ledger.enqueue, ledger.preview):
        with pytest.raises(BadArgument):
            door(redeem("r"), guard=guard)
    for many in (ledger.submit_group, ledger.enqueue_group, ledger.preview_many):
        with pytest.raises(BadArgument):
            many([redeem("r")], guards=[guard])
    assert dump(database) == before
    assert ledger.submit(purchase("b")).ok


@pytest.mark.parametrize("guards", [[], [None], [None] * 3], ids=len)
def test_there_are_as_many_guards_as_commands(database: Database, guards: list[None]) -> None:
    ledger = bought(database)
    before = dump(database)
    for many in (ledger.submit_group, ledger.enqueue_group, ledger.preview_many):
        with pytest.raises(BadArgument):
            many([purchase("a"), purchase("b")], guards=guards)
    assert dump(database) == before

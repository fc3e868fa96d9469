"""Each of the seven promises is broken by a forged entry whose chain is good, and is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.audit.exports import Body, audited, forged, found, journal_of
from tongbao.audit.books import Books, broken_sums
from tongbao.audit.problems import Fault

ANN = {"type": "purchase", "member": "ann", "paid": 10_000}
BOB = {"type": "purchase", "member": "bob", "paid": 10_000}


def change(body: Body, account: str, field: str, amount: int) -> None:
    """Add to a plain change, which may become nothing."""
    deltas = {(a, f): n for a, f, n in body["deltas"]}
    deltas[account, field] = deltas.get((account, field), 0) + amount
    body["deltas"] = [[a, f, n] for (a, f), n in deltas.items() if n]


def move(body: Body, cause: str, target: str, amount: int) -> None:
    """Add to the amount of the posting of that cause to that place."""
    for posting in body["postings"]:
        if posting[0] == cause and posting[3] == target:
            posting[4] += amount
            return
    raise AssertionError((cause, target, body["postings"]))


def pays_too_much(body: Body) -> None:
    move(body, "redemption", "wallet:ann", 1000)
    body["receipt"]["gross"] += 1000
    body["receipt"]["net"] += 1000
    body["pool"][0] -= 1000
    change(body, "ann", "taken", 1000)
    change(body, "ann", "quota", -1000)


def credits_too_much(body: Body) -> None:
    move(body, "conversion", "credit:ann", 1000)
    body["receipt"]["credit"] += 1000
    change(body, "ann", "taken", 1000)
    change(body, "ann", "quota", -1000)


def index_too_high(body: Body) -> None:
    change(body, "", "dividend_index", 10**12)


def reserve_without_points(body: Body) -> None:
    left = body["postings"].pop()
    assert left[:4] == ["wind_up", "money", "reserve", "dividend_fund"]
    body["pool"] = [left[4], 0]


def quota_from_nowhere(body: Body) -> None:
    change(body, "bob", "quota", 1)


REDEEMED = journal_of(ANN, BOB, {"type": "redeem", "account": "ann", "points": 10_000_000})
CONVERTED = journal_of(ANN, BOB, {"type": "convert", "member": "ann", "points": 10_000_000})
CLOSED = journal_of(ANN, {"type": "close_day", "day": "2026-01-01"}, dividend_bps=100)
LEFT = journal_of(ANN, {"type": "redeem", "account": "ann", "points": "all"})
DEPOSITED = journal_of(ANN, BOB, {"type": "deposit", "account": "ann", "amount": 100})

FORGERIES: list[tuple[list[bytes], Callable[[Body], None], str]] = [
    (REDEEMED, pays_too_much, "invariant_1"),
    (CONVERTED, credits_too_much, "invariant_4"),
    (CLOSED, index_too_high, "invariant_5"),
    (LEFT, reserve_without_points, "invariant_6"),
    (DEPOSITED, quota_from_nowhere, "invariant_7"),
]


@pytest.mark.parametrize(
    ("lines", "forge", "promise"), FORGERIES, ids=[promise for *_, promise in FORGERIES]
)
def test_a_forged_entry_breaks_exactly_one_promise(
    lines: list[bytes], forge: Callable[[Body], None], promise: str
) -> None:
    assert found(lines) == []
    last = len(lines) - 1
    # Credit without backing also leaves too little for everybody, when all is summed up.
    also = [("invariant_6", None)] if promise == "invariant_4" else []
    assert found(forged(lines, last, forge)) == [(promise, last), *also]


def test_promise_2_more_points_are_issued_than_the_plan_in_force_allows() -> None:
    def forge(body: Body) -> None:
        body["plan"]["max_supply"] = 20_000_000  # ann's order issued 21 points

    assert found(forged(DEPOSITED, 0, forge)) == [("invariant_2", 1)]


def test_promise_3_money_that_turns_into_something_else_is_missed() -> None:
    def forge(body: Body) -> None:
        body["postings"][0] = ["deposit", "money", "deposits", "treasury", 100]

    problems = found(forged(DEPOSITED, 3, forge))
    assert ("unit", 3) in problems
    assert ("invariant_3", 3) in problems


def test_promise_7_nothing_is_taken_out_beyond_the_quota_gained() -> None:
    def forge(body: Body) -> None:
        # Ann gained 20,000 with her order. The account adds up, but she took out more.
        change(body, "ann", "taken", 30_000)
        change(body, "ann", "quota", -30_000)

    problems = audited(forged(DEPOSITED, 3, forge)).problems
    assert ("invariant_7", "ann") in [(p.fault, p.values.get("account")) for p in problems]


def test_a_broken_promise_is_told_where_it_breaks_and_not_again() -> None:
    more = [{"type": "deposit", "account": "bob", "amount": n} for n in (1, 2, 3)]
    lines = journal_of(ANN, BOB, *more)
    assert found(forged(lines, 3, quota_from_nowhere)) == [("invariant_7", 3)]


def test_a_promise_that_was_mended_and_breaks_again_is_told_again() -> None:
    more = [{"type": "deposit", "account": "bob", "amount": n} for n in (1, 2, 3)]
    lines = journal_of(ANN, BOB, *more)
    lines = forged(lines, 3, quota_from_nowhere)
    lines = forged(lines, 4, lambda body: change(body, "bob", "quota", -1))
    lines = forged(lines, 5, quota_from_nowhere)
    assert found(lines) == [("invariant_7", 3), ("invariant_7", 5)]


def books_of(points: int, treasury: int, reserve: int) -> Books:
    books = Books()
    books.open("ann", "member")
    books.accounts["ann"][0] = points
    books.places |= {"points": points, "treasury": treasury, "issuance": -points - treasury}
    books.places |= {"reserve": reserve, "sales": -reserve}
    return books


def test_sums_over_all_accounts_must_be_the_running_figures() -> None:
    assert broken_sums(books_of(7, 0, 3)) == []
    books = books_of(7, 0, 3)
    books.accounts["ann"][0] = 6
    assert [(fault, values["what"]) for fault, values in broken_sums(books)] == [
        (Fault.SUMS, "points"),
        (Fault.SUMS, "issued"),
    ]


def test_everybody_redeeming_at_once_must_be_paid_in_full() -> None:
    books = books_of(10, 0, 100)
    books.open("shop", "merchant")
    books.accounts["shop"][2] = books.places["credit"] = 1
    books.places["credit_issued"] = -1
    assert [fault for fault, _ in broken_sums(books)] == [Fault.BACKING]

"""A command sent again gets its first receipt; another under its id is refused (spec: «Commands»)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.engine.desk import FOUNDING, Desk, everything
from tongbao.engine.commands import parse_line
from tongbao.engine.program import Outcome

ORDER: Mapping[str, object] = {
    "id": "o1",
    "type": "purchase",
    "member": "ann",
    "paid": 10_000,
    "at": "2026-01-01",
}


def sent(desk: Desk, received: Mapping[str, object]) -> Outcome:
    outcome = desk.program.submit(received)
    desk.program.check()
    return outcome


def other_order(received: Mapping[str, object]) -> dict[str, object]:
    """Return the same fields the other way round."""
    return dict(reversed(list(received.items())))


def test_the_same_command_gets_the_first_receipt_and_changes_nothing() -> None:
    desk = Desk()
    first = sent(desk, ORDER)
    sent(desk, {**ORDER, "id": "o2"})  # the receipt of today would say 14.7 points
    before = everything(desk.program)
    again = sent(desk, ORDER)
    assert (again.receipt, again.entry) == (first.receipt, None)
    assert again.receipt.fields["points"] == 21_000_000
    assert everything(desk.program) == before


def test_the_order_of_the_fields_does_not_matter() -> None:
    desk = Desk()
    first = sent(desk, ORDER)
    assert sent(desk, other_order(ORDER)).receipt == first.receipt
    line = b'{"at":"2026-01-01","paid":10000,"type":"purchase","member":"\\u0061nn","id":"o1"}'
    command, _ = parse_line(line)
    assert command is not None
    assert desk.program.execute(command).receipt == first.receipt


@pytest.mark.parametrize(
    "change",
    [
        {"paid": 10_001},
        {"member": "bob"},
        {"at": "2026-01-02"},  # even the time
        {"profit": None},  # null where the first had no such field
        {"profit": 0},
        {"type": "withdraw", "account": "ann", "amount": 1},
    ],
)
def test_another_command_under_the_same_id_is_refused(change: Mapping[str, object]) -> None:
    desk = Desk()
    sent(desk, ORDER)
    before = everything(desk.program)
    received = {**ORDER, **change}
    if change.get("type") == "withdraw":
        received = {"id": "o1", **change}
    assert sent(desk, received).receipt.error == "id_reused"
    assert everything(desk.program) == before


def test_an_absent_field_is_not_the_null_of_the_first() -> None:
    desk = Desk()
    sent(desk, {**ORDER, "profit": None})
    assert sent(desk, ORDER).receipt.error == "id_reused"
    assert sent(desk, {**ORDER, "profit": None}).receipt.ok


def test_a_missing_time_is_another_command() -> None:
    desk = Desk()
    sent(desk, ORDER)
    assert sent(desk, {k: v for k, v in ORDER.items() if k != "at"}).receipt.error == "id_reused"


def test_a_reused_id_is_found_before_any_other_reason() -> None:
    desk = Desk()
    sent(desk, ORDER)
    received = {"id": "o1", "type": "withdraw", "account": "nobody", "amount": 1}
    assert sent(desk, received).receipt.error == "id_reused"


def test_the_id_of_a_rejected_command_may_be_used_again() -> None:
    desk = Desk()
    rejected = {"id": "x", "type": "withdraw", "account": "nobody", "amount": 1}
    assert sent(desk, rejected).receipt.error == "unknown_account"
    assert sent(desk, {**ORDER, "id": "x"}).receipt.ok


def test_a_rejected_command_sent_again_is_decided_anew() -> None:
    desk = Desk()
    rejected = {"id": "x", "type": "deposit", "account": "ann", "amount": 1}
    assert sent(desk, rejected).receipt.error == "unknown_account"
    sent(desk, ORDER)
    assert sent(desk, rejected).receipt.ok
    assert desk.account("ann").wallet == 1


def test_the_id_of_a_malformed_command_may_be_used_again() -> None:
    desk = Desk()
    assert sent(desk, {**ORDER, "paid": 1.5}).receipt.error == "malformed"
    assert sent(desk, ORDER).receipt.ok


def test_a_refused_reuse_does_not_take_the_place_of_the_first() -> None:
    desk = Desk()
    first = sent(desk, ORDER)
    assert sent(desk, {**ORDER, "paid": 1}).receipt.error == "id_reused"
    assert sent(desk, ORDER).receipt == first.receipt


def test_ids_and_names_are_different_things() -> None:
    desk = Desk()
    sent(desk, {"id": "ann", "type": "enroll", "member": "ann"})
    assert sent(desk, {"id": "bob", "type": "enroll", "member": "ann"}).receipt.error == (
        "already_enrolled"
    )


@pytest.mark.parametrize(("first", "again"), [(1, True), (1, 1.0), (True, 1)])
def test_in_a_plan_one_and_true_and_one_point_nought_are_three_things(
    first: object, again: object
) -> None:
    # Python says 1 == True == 1.0; JSON does not.
    desk = Desk()
    field = "cash_redemption" if first is True else "exit_fee_bps"
    plan = {**FOUNDING, field: first}
    command = {"id": "p", "type": "change_plan", "plan": plan}
    assert sent(desk, command).receipt.ok
    changed = {**command, "plan": {**plan, field: again}}
    assert sent(desk, changed).receipt.error == "id_reused"
    reordered = {**command, "plan": other_order(plan)}
    assert sent(desk, reordered).receipt.ok


def test_in_a_plans_lists_too() -> None:
    desk = Desk()
    command = {"id": "p", "type": "change_plan", "plan": {**FOUNDING, "referral_cash_bps": [1]}}
    assert sent(desk, command).receipt.ok
    changed = {**command, "plan": {**FOUNDING, "referral_cash_bps": [True]}}
    assert sent(desk, changed).receipt.error == "id_reused"


def test_a_receipt_with_exits_is_kept_whole() -> None:
    desk = Desk(quota_bps=3500)  # bob's order raises ann's 30.00 to 35.29
    first = sent(desk, ORDER)
    exits = [e.account for e in sent(desk, {**ORDER, "id": "o2", "member": "bob"}).receipt.exits]
    assert exits == ["ann"]
    again = sent(desk, {**ORDER, "id": "o2", "member": "bob"})
    assert [e.account for e in again.receipt.exits] == ["ann"]
    assert first.receipt.exits == ()

"""Edges that a random stream seldom meets, by hand, through the engine and the naive model at once.

The plan is the founding example's: 30% of sales into the reserve, 70% of it granted, min_holding
10,000 atoms. A first order of 100.00 grants 21,000,000 atoms, a second one 14,700,000.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.model.compare import Pair
from tongbao.engine.example import FOUNDING_EXAMPLE


def founding(**changes: Any) -> Pair:  # noqa: ANN401
    plan = {name: list(v) if isinstance(v, tuple) else v for name, v in FOUNDING_EXAMPLE.items()}
    return Pair(plan | changes)


def run(pair: Pair, *commands: dict[str, Any]) -> dict[str, Any]:
    """Submit them all, each under an id of its own, and return the last receipt."""
    receipt: dict[str, Any] = {}
    for command in commands:
        receipt = pair.submit({"id": f"c{len(pair.received)}"} | command)
        assert receipt["status"] == "ok", receipt
    return receipt


def order(member: str, paid: int = 10_000, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"type": "purchase", "member": member, "paid": paid} | more


@pytest.mark.parametrize(("sold", "left"), [(20_990_000, 10_000), (20_990_001, 0), (20_999_999, 0)])
def test_a_refund_leaves_min_holding_but_nothing_less(sold: int, left: int) -> None:
    # 21,000,000 + 14,700,000 held; after the sale and the refund of the second order the rest is
    # 10,000 atoms, just min_holding, or 9,999 or 1, which go too.
    pair = founding()
    run(pair, order("a"), order("a"), order("b"))
    run(pair, {"type": "redeem", "account": "a", "points": sold})
    receipt = run(pair, {"type": "refund", "purchase": "c1", "amount": 10_000})
    assert receipt["points"] == 14_700_000
    assert pair.state["accounts"]["a"]["points"] == left


@pytest.mark.parametrize(
    ("sold", "error", "left"),
    [(20_990_000, None, 10_000), (20_990_001, "dust_remaining", 21_000_000)],
)
def test_a_sale_leaves_min_holding_but_nothing_less(
    sold: int, error: str | None, left: int
) -> None:
    pair = founding()
    run(pair, order("a"), order("b"))
    redeem = {"id": "r", "type": "redeem", "account": "a", "points": sold}
    assert pair.submit(redeem).get("error") == error
    assert pair.state["accounts"]["a"]["points"] == left


@pytest.mark.parametrize(("min_supply", "wound_up"), [(35_700_000, False), (35_700_001, True)])
def test_a_pool_is_wound_up_below_min_supply_only(min_supply: int, *, wound_up: bool) -> None:
    # 21,000,000 + 14,700,000 are left when the third order is refunded.
    pair = founding(min_supply=min_supply)
    run(pair, order("a"), order("b"), order("c"))
    run(pair, {"type": "refund", "purchase": "c2", "amount": 10_000})
    assert (pair.state["supply"] == 0) is wound_up


@pytest.mark.parametrize(
    ("max_supply", "granted"), [(35_700_000, 14_700_000), (35_699_999, 14_699_999)]
)
def test_the_last_atoms_are_issued_and_no_more(max_supply: int, granted: int) -> None:
    pair = founding(max_supply=max_supply)
    assert run(pair, order("a"), order("b"))["points"] == granted
    assert run(pair, order("c"))["points"] == 0


def test_credit_worth_less_than_an_atom_buys_no_points() -> None:
    # At 10,000,000 fen a point one atom costs 10 fen: an order of 100.00 grants 210 atoms, worth
    # 30.00 by its own backing; all of them become 3,000 credit, and 1 credit is less than an atom.
    pair = founding(issue_price=10_000_000, min_supply=1, min_holding=0)
    run(pair, {"type": "open_merchant", "merchant": "s"}, order("a"))
    assert run(pair, {"type": "convert", "member": "a", "points": "all"})["credit"] == 3000
    run(pair, {"type": "pay_credit", "payer": "a", "payee": "s", "amount": 3000})
    one = {"id": "one", "type": "redeem_credit", "merchant": "s", "amount": 1}
    assert pair.submit(one)["error"] == "too_small"


def test_a_fee_of_all_is_refused_and_one_just_below_is_not() -> None:
    pair = founding()
    plan = pair.first_plan
    for field in ("exit_fee_bps", "goods_fee_bps"):
        changed = {"id": f"{field} all", "type": "change_plan", "plan": plan | {field: 10_000}}
        assert pair.submit(changed)["error"] == "plan_refused"
        run(pair, {"type": "change_plan", "plan": plan | {field: 9_999}})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("backing_base", "contribution"),
        ("dividend_base", "contribution"),
        ("quota_base", "profit"),
        ("quota_base", ["sales"]),
        ("quota_base", None),
        ("cash_redemption", 1),
        ("min_holding", True),
        ("min_holding", 10_000.0),
        ("referral_points_bps", [0, 0, 0]),
        ("referral_points_bps", {"0": 1}),
        ("referral_cash_bps", [10_001]),
        ("quota_bps", 10**7 + 1),
        ("spend_per_point", 0),
        ("generosity", 1),
    ],
)
def test_a_plan_with_a_field_out_of_bounds_is_refused(field: str, value: Any) -> None:  # noqa: ANN401
    pair = founding()
    changed = {"id": "c", "type": "change_plan", "plan": pair.first_plan | {field: value}}
    assert pair.submit(changed)["error"] == "plan_refused"


@pytest.mark.parametrize(("days", "error"), [(1, None), (366, None), (367, "too_far")])
def test_a_day_may_be_closed_up_to_366_days_after_the_last(days: int, error: str | None) -> None:
    later = {1: "2024-01-02", 366: "2025-01-01", 367: "2025-01-02"}  # 2024 has 366 days
    pair = founding()
    run(pair, {"type": "close_day", "day": "2024-01-01"})
    assert pair.submit({"id": "d", "type": "close_day", "day": later[days]}).get("error") == error

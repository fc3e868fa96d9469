"""Every rejection, in the spec's order (spec: «Commands», «purchase», «refund»).

`BOTH` lists, command by command, pairs of rejections that apply at once: the earlier one is the
answer. `ALONE` lists each rejection when it is the only one. A rejected command leaves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import pytest

from tests.engine.desk import FOUNDING, Desk

ORDER: Final = 10_000
POINTS: Final = 21_000_000  # what ann's order of 100.00 earned; worth 30.00
NO_CASH: Final = {"cash_redemption": False, "cash_withdrawal": False}
KEEP_ALL: Final = {"min_holding": 10**9}  # whoever parts with points parts with all
KEEP_ANY: Final = {"min_holding": 0}
ALL_FEE: Final = {"goods_fee_bps": 9999}
ON_PROFIT: Final = {"backing_base": "profit", "quota_base": "contribution"}
ALL_PROFIT: Final = {**ON_PROFIT, "backing_bps": 10_000}
TWICE_BACKED: Final = {"backing_bps": 20_000}
COMMISSIONS: Final = {"backing_bps": 9000, "referral_cash_bps": [600, 500]}


class Case(NamedTuple):
    """A command and the answer to it, in the desk's state below under a plan."""

    kind: str
    fields: Mapping[str, object]
    answer: str
    losing: str = ""
    plan: Mapping[str, object] = {}

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.answer}" + (f" before {self.losing}" if self.losing else "")


def desk_of(plan: Mapping[str, object]) -> Desk:
    """Two merchants, ann with an order, bob without, carl brought by dora whom ann brought.

    All that under the founding plan, which is then changed.
    """
    desk = Desk()
    desk.ok("open_merchant", merchant="shop")
    desk.ok("open_merchant", merchant="stall")
    desk.buy("ann", ORDER)
    desk.ok("enroll", member="bob")
    desk.ok("enroll", member="dora", referrer="ann")
    desk.ok("enroll", member="carl", referrer="dora")
    desk.ok("close_day", day="2026-03-01")
    if plan:
        desk.ok("change_plan", plan={**FOUNDING, **plan})
    return desk


FIRST_ORDER: Final = "c3"  # the id of ann's purchase at the desk

BOTH: Final = [
    Case("enroll", {"member": "ann", "referrer": "nobody"}, "already_enrolled", "unknown_member"),
    Case("enroll", {"member": "shop", "referrer": "nobody"}, "not_a_member", "unknown_member"),
    Case("purchase", {"member": "shop", "paid": 100}, "not_a_member", "profit_required", ON_PROFIT),
    Case(
        "purchase",
        {"member": "shop", "paid": 100, "profit": 101},
        "not_a_member",
        "profit_exceeds_paid",
    ),
    Case("purchase", {"member": "shop", "paid": 100}, "not_a_member", "overspent", TWICE_BACKED),
    Case(
        "purchase",
        {"member": "bob", "paid": 100},
        "profit_required",
        "overspent",
        {**TWICE_BACKED, "dividend_base": "profit"},
    ),
    Case(
        "purchase",
        {"member": "bob", "paid": 100, "profit": 101},
        "profit_exceeds_paid",
        "overspent",
        ALL_PROFIT,
    ),
    Case("redeem", {"account": "nobody", "points": 1}, "unknown_account", "not_allowed", NO_CASH),
    Case("redeem", {"account": "nobody", "points": 1}, "unknown_account", "insufficient_points"),
    Case("redeem", {"account": "bob", "points": 1}, "not_allowed", "insufficient_points", NO_CASH),
    Case(
        "redeem",
        {"account": "ann", "points": 1},
        "not_allowed",
        "dust_remaining",
        {**NO_CASH, **KEEP_ALL},
    ),
    Case(
        "redeem",
        {"account": "ann", "points": 1},
        "not_allowed",
        "too_small",
        {**NO_CASH, **KEEP_ANY},
    ),
    Case("redeem", {"account": "ann", "points": 1}, "dust_remaining", "too_small", KEEP_ALL),
    Case(
        "pay_points",
        {"member": "nobody", "merchant": "nowhere", "amount": 1},
        "unknown_member",
        "unknown_merchant",
    ),
    Case(
        "pay_points",
        {"member": "bob", "merchant": "nowhere", "amount": 1},
        "unknown_merchant",
        "insufficient_points",
    ),
    Case(
        "pay_points",
        {"member": "ann", "merchant": "nowhere", "amount": 2999},
        "unknown_merchant",
        "dust_remaining",
        KEEP_ALL,
    ),
    Case(
        "pay_points",
        {"member": "bob", "merchant": "shop", "amount": 1},
        "insufficient_points",
        "too_small",
        ALL_FEE,
    ),
    Case(
        "pay_points",
        {"member": "ann", "merchant": "shop", "amount": 1},
        "dust_remaining",
        "too_small",
        {**ALL_FEE, **KEEP_ALL},
    ),
    Case(
        "pay_wallet",
        {"payer": "nobody", "payee": "nobody", "amount": 1},
        "unknown_account",
        "not_allowed",
    ),
    Case(
        "pay_wallet",
        {"payer": "ann", "payee": "nobody", "amount": 1},
        "unknown_account",
        "insufficient_funds",
    ),
    Case(
        "pay_wallet",
        {"payer": "ann", "payee": "bob", "amount": 1},
        "not_allowed",
        "insufficient_funds",
    ),
    Case(
        "pay_wallet",
        {"payer": "shop", "payee": "shop", "amount": 1},
        "not_allowed",
        "insufficient_funds",
    ),
    Case("convert", {"member": "nobody", "points": 1}, "unknown_member", "insufficient_points"),
    Case("convert", {"member": "ann", "points": 1}, "dust_remaining", "too_small", KEEP_ALL),
    Case(
        "pay_credit",
        {"payer": "nobody", "payee": "nobody", "amount": 1},
        "unknown_account",
        "not_allowed",
    ),
    Case(
        "pay_credit",
        {"payer": "ann", "payee": "nobody", "amount": 1},
        "unknown_account",
        "insufficient_credit",
    ),
    Case(
        "pay_credit",
        {"payer": "ann", "payee": "bob", "amount": 1},
        "not_allowed",
        "insufficient_credit",
    ),
    Case(
        "pay_credit",
        {"payer": "stall", "payee": "stall", "amount": 1},
        "not_allowed",
        "insufficient_credit",
    ),
    Case(
        "redeem_credit",
        {"merchant": "nobody", "amount": 1},
        "unknown_merchant",
        "insufficient_credit",
    ),
    Case("withdraw", {"account": "nobody", "amount": 1}, "unknown_account", "not_allowed", NO_CASH),
    Case("withdraw", {"account": "ann", "amount": 1}, "not_allowed", "insufficient_funds", NO_CASH),
]

ALONE: Final = [
    Case("enroll", {"member": "ann"}, "already_enrolled"),
    Case("enroll", {"member": "shop"}, "not_a_member"),
    Case("enroll", {"member": "eve", "referrer": "nobody"}, "unknown_member"),
    Case("enroll", {"member": "eve", "referrer": "shop"}, "unknown_member"),
    Case("enroll", {"member": "eve", "referrer": "eve"}, "unknown_member"),
    Case("open_merchant", {"merchant": "shop"}, "already_open"),
    Case("open_merchant", {"merchant": "ann"}, "not_a_merchant"),
    Case("purchase", {"member": "shop", "paid": 100}, "not_a_member"),
    Case("purchase", {"member": "bob", "paid": 100}, "profit_required", "", ON_PROFIT),
    Case(
        "purchase",
        {"member": "bob", "paid": 100, "profit": None},
        "profit_required",
        "",
        {"dividend_base": "profit"},
    ),
    # Also where no base is profit.
    Case("purchase", {"member": "bob", "paid": 100, "profit": 101}, "profit_exceeds_paid"),
    Case("purchase", {"member": "bob", "paid": 100}, "overspent", "", TWICE_BACKED),
    # 90% into the reserve, 6% and 5% to carl's referrers: for them there is not enough.
    Case("purchase", {"member": "carl", "paid": 100}, "overspent", "", COMMISSIONS),
    Case("refund", {"purchase": "nothing", "amount": 1}, "unknown_purchase"),
    Case("refund", {"purchase": "c1", "amount": 1}, "unknown_purchase"),  # no purchase's id
    Case("refund", {"purchase": FIRST_ORDER, "amount": ORDER + 1}, "exceeds_purchase"),
    Case("redeem", {"account": "nobody", "points": "all"}, "unknown_account"),
    Case("redeem", {"account": "ann", "points": POINTS}, "not_allowed", "", NO_CASH),
    Case("redeem", {"account": "ann", "points": POINTS + 1}, "insufficient_points"),
    Case("redeem", {"account": "bob", "points": "all"}, "insufficient_points"),
    Case("redeem", {"account": "shop", "points": "all"}, "insufficient_points"),
    Case("redeem", {"account": "ann", "points": POINTS - 9_999}, "dust_remaining"),
    Case("redeem", {"account": "ann", "points": POINTS - 1}, "dust_remaining"),
    Case("redeem", {"account": "ann", "points": 1}, "too_small"),
    # Worth 1 fen, of which the fee rounds up to all.
    Case("redeem", {"account": "ann", "points": 7_000}, "too_small"),
    Case("pay_points", {"member": "shop", "merchant": "shop", "amount": 1}, "unknown_member"),
    Case("pay_points", {"member": "ann", "merchant": "bob", "amount": 1}, "unknown_merchant"),
    Case(
        "pay_points", {"member": "ann", "merchant": "shop", "amount": 3001}, "insufficient_points"
    ),
    Case("pay_points", {"member": "bob", "merchant": "shop", "amount": 1}, "insufficient_points"),
    Case("pay_points", {"member": "ann", "merchant": "shop", "amount": 2999}, "dust_remaining"),
    Case(
        "pay_points", {"member": "ann", "merchant": "shop", "amount": 1}, "too_small", "", ALL_FEE
    ),
    Case("pay_wallet", {"payer": "nobody", "payee": "shop", "amount": 1}, "unknown_account"),
    Case("pay_wallet", {"payer": "shop", "payee": "nobody", "amount": 1}, "unknown_account"),
    Case("pay_wallet", {"payer": "ann", "payee": "bob", "amount": 1}, "not_allowed"),
    Case("pay_wallet", {"payer": "ann", "payee": "ann", "amount": 1}, "not_allowed"),
    Case("pay_wallet", {"payer": "ann", "payee": "shop", "amount": 1}, "insufficient_funds"),
    Case("convert", {"member": "shop", "points": "all"}, "unknown_member"),
    Case("convert", {"member": "ann", "points": POINTS + 1}, "insufficient_points"),
    Case("convert", {"member": "bob", "points": "all"}, "insufficient_points"),
    Case("convert", {"member": "ann", "points": POINTS - 1}, "dust_remaining"),
    Case("convert", {"member": "ann", "points": 6_999}, "too_small"),
    Case("pay_credit", {"payer": "shop", "payee": "nobody", "amount": 1}, "unknown_account"),
    Case("pay_credit", {"payer": "ann", "payee": "bob", "amount": 1}, "not_allowed"),
    Case("pay_credit", {"payer": "ann", "payee": "shop", "amount": 1}, "insufficient_credit"),
    Case("redeem_credit", {"merchant": "ann", "amount": 1}, "unknown_merchant"),
    Case("redeem_credit", {"merchant": "shop", "amount": 1}, "insufficient_credit"),
    Case("withdraw", {"account": "nobody", "amount": 1}, "unknown_account"),
    Case("withdraw", {"account": "ann", "amount": 1}, "not_allowed", "", NO_CASH),
    Case("withdraw", {"account": "ann", "amount": 1}, "insufficient_funds"),
    Case("withdraw", {"account": "shop", "amount": 1}, "insufficient_funds", "", NO_CASH),
    Case("deposit", {"account": "nobody", "amount": 1}, "unknown_account"),
    Case("change_plan", {"plan": {}}, "plan_refused"),
    Case("change_plan", {"plan": {**FOUNDING, "grant_bps": 10_001}}, "plan_refused"),
    Case("change_plan", {"plan": {**FOUNDING, "issue_price": 101}}, "plan_refused"),
    Case("change_plan", {"plan": {**FOUNDING, "min_supply": 10**6 + 1}}, "plan_refused"),
    Case("change_plan", {"plan": {**FOUNDING, "max_supply": POINTS - 1}}, "plan_refused"),
    Case("close_day", {"day": "2026-03-01"}, "day_closed"),
    Case("close_day", {"day": "2025-12-31"}, "day_closed"),
    Case("close_day", {"day": "2027-03-03"}, "too_far"),  # 367 days on
]


@pytest.mark.parametrize("case", BOTH, ids=lambda case: case.name)
def test_of_two_reasons_the_earlier_is_the_answer(case: Case) -> None:
    assert desk_of(case.plan).refused(case.kind, **case.fields) == case.answer


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.name)
def test_a_command_is_rejected_and_leaves_nothing(case: Case) -> None:
    assert desk_of(case.plan).refused(case.kind, **case.fields) == case.answer


def test_the_later_of_each_two_reasons_also_stands_alone() -> None:
    alone = {(case.kind, case.answer) for case in ALONE}
    later = {(case.kind, case.losing) for case in BOTH}
    assert later - alone == set()


def test_credit_that_buys_no_atom_is_too_small_to_redeem() -> None:
    desk = Desk(issue_price=10**9, min_supply=1, min_holding=0)
    desk.ok("open_merchant", merchant="shop")
    # 30,000.00 into the reserve, 21,000.00 worth of points at 1,000 fen an atom.
    assert desk.buy("ann", 10**7)["points"] == 2_100
    assert desk.ok("convert", member="ann", points=2_000) == {"credit": 2_857_142}
    desk.ok("pay_credit", payer="ann", payee="shop", amount=1_000)
    # Not held, and too small besides.
    assert desk.refused("redeem_credit", merchant="shop", amount=1_001) == "insufficient_credit"
    desk.ok("pay_credit", payer="ann", payee="shop", amount=1_000)
    assert desk.refused("redeem_credit", merchant="shop", amount=1_428) == "too_small"
    assert desk.ok("redeem_credit", merchant="shop", amount=1_429) == {"points": 1}


@pytest.mark.parametrize(
    ("kind", "fields", "figures"),
    [
        # What just passes, beside what is rejected above.
        ("redeem", {"account": "ann", "points": POINTS}, {"gross": 3000, "fee": 300, "net": 2700}),
        ("redeem", {"account": "ann", "points": 14_000}, {"gross": 2, "fee": 1, "net": 1}),
        (
            "redeem",
            {"account": "ann", "points": POINTS - 10_000},
            {"gross": 2998, "fee": 300, "net": 2698},
        ),
        (
            "pay_points",
            {"member": "ann", "merchant": "shop", "amount": 3000},
            {"points": POINTS, "fee": 0},
        ),
        (
            "pay_points",
            {"member": "ann", "merchant": "shop", "amount": 2998},
            {"points": 20_986_000, "fee": 0},
        ),
        ("convert", {"member": "ann", "points": 7_000}, {"credit": 1}),
        ("convert", {"member": "ann", "points": "all"}, {"credit": 3000}),
        (
            "refund",
            {"purchase": FIRST_ORDER, "amount": ORDER},
            {"points": POINTS, "recovered": 3000, "shortfall": 0},
        ),
        ("close_day", {"day": "2026-03-02"}, {"distributed": 0, "burned": 0}),
        ("close_day", {"day": "2027-03-02"}, {"distributed": 0, "burned": 0}),  # 366 days on
        ("change_plan", {"plan": {**FOUNDING, "max_supply": POINTS}}, {}),
    ],
)
def test_what_just_passes_is_accepted(
    kind: str, fields: Mapping[str, object], figures: Mapping[str, int]
) -> None:
    assert desk_of({}).ok(kind, **fields) == figures


def test_a_merchant_may_always_take_cash_out() -> None:
    desk = Desk(**NO_CASH)
    desk.ok("open_merchant", merchant="shop")
    desk.buy("ann", ORDER)
    desk.buy("bob", ORDER)
    desk.ok("convert", member="ann", points=10_000_000)
    desk.ok("pay_credit", payer="ann", payee="shop", amount=1_000)
    points = desk.ok("redeem_credit", merchant="shop", amount=1_000)["points"]
    net = desk.ok("redeem", account="shop", points=points)["net"]
    desk.ok("withdraw", account="shop", amount=net)
    assert desk.program.figures.paid_out == net > 0


def test_dividends_due_to_the_payer_are_settled_before_the_wallet_is_looked_at() -> None:
    desk = Desk(dividend_bps=1000)
    desk.ok("open_merchant", merchant="shop")
    desk.buy("ann", ORDER)
    desk.ok("close_day", day="2026-01-01")
    # 10.00 to the only holder, less what does not divide among 21,000,000 atoms.
    assert desk.account("ann").wallet == 0
    assert desk.refused("withdraw", account="ann", amount=1_000) == "insufficient_funds"
    assert desk.refused("pay_wallet", payer="ann", payee="shop", amount=1_000) == (
        "insufficient_funds"
    )
    assert desk.account("ann").mark == 0  # not even a settlement is left behind
    desk.ok("pay_wallet", payer="ann", payee="shop", amount=900)
    desk.ok("withdraw", account="ann", amount=99)


def test_a_buyer_who_is_rejected_is_not_enrolled() -> None:
    desk = Desk(**TWICE_BACKED)
    assert desk.refused("purchase", member="eve", paid=100) == "overspent"
    assert "eve" not in desk.program.accounts

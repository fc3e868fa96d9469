"""Each reason to refuse a plan names the fault, the field and what stood there."""

from __future__ import annotations

import pytest

from tests.engine.desk import FOUNDING
from tongbao.engine.plan import Plan, PlanFault, PlanProblem, plan_from_fields, plan_problems

REFUSED = [
    ("issue_price", 0, PlanFault.BELOW_ONE),
    ("max_supply", 10**18 + 1, PlanFault.TOO_LARGE),
    ("min_supply", 0, PlanFault.BELOW_ONE),
    ("min_holding", -1, PlanFault.NEGATIVE),
    ("spend_per_point", 0, PlanFault.BELOW_ONE),
    ("spend_per_point", "1", PlanFault.WRONG_TYPE),
    ("backing_base", "margin", PlanFault.WRONG_TYPE),
    ("quota_base", "profit", PlanFault.WRONG_TYPE),
    ("backing_bps", 10**7 + 1, PlanFault.RATE_TOO_HIGH),
    ("grant_bps", 7000.0, PlanFault.WRONG_TYPE),
    ("quota_bps", True, PlanFault.WRONG_TYPE),
    ("exit_fee_bps", 10_000, PlanFault.FEE_TOO_HIGH),
    ("goods_fee_bps", 10_000, PlanFault.FEE_TOO_HIGH),
    ("referral_points_bps", [1, 2, 3], PlanFault.TOO_MANY_LEVELS),
    ("referral_cash_bps", [10_001], PlanFault.RATE_TOO_HIGH),
    ("referral_cash_bps", [0, -1], PlanFault.NEGATIVE),
    ("referral_cash_bps", 500, PlanFault.WRONG_TYPE),
    ("cash_redemption", 1, PlanFault.WRONG_TYPE),
    ("colour", "red", PlanFault.UNKNOWN_FIELD),
]
TAKEN = [
    *(("backing_bps", 10**7), ("exit_fee_bps", 9_999), ("goods_fee_bps", 9_999)),
    *(("max_supply", 10**18), ("referral_cash_bps", [10_000, 10_000]), ("min_holding", 0)),
    *(("grant_bps", 10_000), ("spend_per_point", None), ("issue_price", 1)),
]


@pytest.mark.parametrize(("field", "value", "fault"), REFUSED)
def test_a_figure_that_does_not_do_is_named(field: str, value: object, fault: PlanFault) -> None:
    assert plan_problems({**FOUNDING, field: value}) == (PlanProblem(fault, field, value),)


@pytest.mark.parametrize(("field", "value"), TAKEN)
def test_a_figure_at_its_limit_is_taken(field: str, value: object) -> None:
    assert plan_problems({**FOUNDING, field: value}) == ()


@pytest.mark.parametrize("field", sorted(FOUNDING))
def test_a_missing_field_is_named(field: str) -> None:
    fields = {name: value for name, value in FOUNDING.items() if name != field}
    assert plan_problems(fields) == (PlanProblem(PlanFault.MISSING_FIELD, field),)


def test_every_problem_is_named_unknown_fields_first() -> None:
    fields = {**FOUNDING, "spend_per_point": None, "min_holding": -1, "issue_price": 0, "x": 1}
    assert [(p.fault, p.field, p.value) for p in plan_problems(fields)] == [
        ("unknown_field", "x", 1),
        ("below_one", "issue_price", 0),
        ("negative", "min_holding", -1),
    ]


def test_grants_beyond_the_contribution_and_quota_without_backing_are_named_together() -> None:
    fields = {**FOUNDING, "grant_bps": 9000, "referral_points_bps": [600, 401]}
    assert plan_problems(fields) == (PlanProblem(PlanFault.DILUTION, "grant_bps", 10_001),)
    fields = {**fields, "backing_base": "profit"}
    assert plan_problems(fields)[1:] == (
        PlanProblem(PlanFault.QUOTA_WITHOUT_BACKING, "quota_base", "sales"),
    )
    assert plan_problems({**FOUNDING, "backing_base": "profit", "quota_base": "contribution"}) == ()


def test_a_plan_holds_its_lists_as_tuples() -> None:
    plan = plan_from_fields({**FOUNDING, "referral_points_bps": [600, 400]})
    assert isinstance(plan, Plan)
    assert plan.referral_points_bps == (600, 400)


def test_what_is_no_object_is_no_plan() -> None:
    assert plan_problems([]) == (PlanProblem(PlanFault.NOT_AN_OBJECT),)

"""Coverage is an exact bound, the supply limit an order of magnitude."""

from fractions import Fraction
from math import gamma

import pytest

from tests.plans.plans import plan_file
from tongbao.plans.estimates import coverage, orders_to_supply_limit


def test_coverage_is_inflow_over_quota() -> None:
    assert coverage(plan_file(quota='"200%"', dividend='"30%"').plan).most == Fraction(30, 100)


def test_a_share_of_profit_counts_as_if_all_were_profit_at_most() -> None:
    plan = plan_file(quota='"200%"', dividend='"30%"', dividend_base='"profit"').plan
    share = coverage(plan)
    assert share.most == Fraction(30, 100)
    assert share.at(Fraction(0)) == Fraction(15, 100)
    assert share.at(Fraction(35, 100)) == Fraction(2025, 10000)
    assert share.filling_margin is None


def test_profit_cancels_out_where_the_quota_follows_it() -> None:
    plan = plan_file(
        backing_base='"profit"',
        backing='"50%"',
        dividend_base='"profit"',
        dividend='"30%"',
        quota_base='"contribution"',
        quota='"300%"',
    ).plan
    assert coverage(plan).most == Fraction(8, 15)
    assert not coverage(plan).depends_on_profit


def test_a_dividend_on_sales_has_no_bound_beside_a_quota_on_profit() -> None:
    plan = plan_file(
        backing_base='"profit"',
        dividend='"1%"',
        quota_base='"contribution"',
        quota='"1000%"',
    ).plan
    assert coverage(plan).most is None
    assert coverage(plan).at(Fraction(1)) == Fraction(31, 300)


def test_no_quota_has_no_coverage() -> None:
    assert coverage(plan_file(quota='"0%"').plan).most is None


@pytest.mark.parametrize(
    ("limit", "grant"), [('"100,000"', 0.7), ('"1,000,000"', 0.7), ('"5,000"', 0.5)]
)
def test_the_limit_is_reached_where_the_closed_form_says(limit: str, grant: float) -> None:
    plan = plan_file(max_supply=limit, grant=f'"{round(grant * 100)}%"').plan
    orders = orders_to_supply_limit(plan, 10_000)
    assert orders is not None
    # the supply after n orders of 100.00 is about 30 G n^G / Γ(1 + G)
    supply = 30 * grant * orders**grant / gamma(1 + grant)
    assert supply == pytest.approx(plan.max_supply / 10**6, rel=0.05)


def test_a_full_grant_issues_points_in_proportion() -> None:
    # 30 points an order
    plan = plan_file(grant='"100%"', max_supply='"3,000,000"').plan
    assert orders_to_supply_limit(plan, 10_000) == 100_000


def test_the_linear_rule_slows_the_issue_down() -> None:
    # half a point an order of 100.00
    plan = plan_file(grant='"100%"', max_supply='"1,000"', spend_per_point='"200.00"').plan
    assert orders_to_supply_limit(plan, 10_000) == 2_000


def test_what_takes_for_ever_is_never() -> None:
    assert orders_to_supply_limit(plan_file(grant='"1%"').plan, 10_000) is None
    assert orders_to_supply_limit(plan_file(backing='"0%"').plan, 10_000) is None

"""Arithmetic about a plan as a whole: what its quota can be filled with, when its points run out.

Exact fractions where an answer is a bound; orders of magnitude where it is an estimate.
"""

import math
from fractions import Fraction
from typing import Final

from msgspec import Struct

from tongbao.engine.plan import Plan
from tongbao.engine.units import ATOMS, BPS

ASSUMED_PROFIT: Final = Fraction(35, 100)
"""The profit, as a share of the price, that examples assume where a plan depends on it."""


class Coverage(Struct, frozen=True):
    """How much of the quota members can receive at most, as a share of the quota.

    Per unit of sales at a profit margin m, members receive at most what goes in:
    ``inflow(m) = backing + dividend``, each times 1 (sales) or m (profit). Fees
    stay in the reserve and go to other holders, so they add nothing. Quota grows
    by ``granted(m) = quota`` (sales) or ``quota × backing`` (contribution, which
    follows m with the backing). The share is inflow over granted. Both are
    linear in m, so over 0 ≤ m ≤ 1 the share is largest at an end.
    """

    inflow_fixed: Fraction
    inflow_by_margin: Fraction
    quota_fixed: Fraction
    quota_by_margin: Fraction

    def at(self, margin: Fraction) -> Fraction | None:
        """Return the share at this margin, None where there is no quota to fill."""
        granted = self.quota_fixed + self.quota_by_margin * margin
        return (self.inflow_fixed + self.inflow_by_margin * margin) / granted if granted else None

    @property
    def depends_on_profit(self) -> bool:
        """Whether another margin gives another share."""
        return self.at(Fraction(1)) != self.at(Fraction(1, 2))

    @property
    def most(self) -> Fraction | None:
        """The share at the best possible margin; None if there is no quota or no bound."""
        if not self.quota_fixed and self.inflow_fixed:
            return None  # towards margin 0 the quota vanishes but the inflow does not
        low, high = self.at(Fraction(0)), self.at(Fraction(1))
        return max(low, high) if low is not None and high is not None else high

    @property
    def filling_margin(self) -> Fraction | None:
        """The margin from which on the share reaches 1; None if that is none or any margin."""
        rise = self.inflow_by_margin - self.quota_by_margin
        if rise <= 0 or self.inflow_fixed >= self.quota_fixed:
            return None
        margin = (self.quota_fixed - self.inflow_fixed) / rise
        return margin if margin <= 1 else None


def coverage(plan: Plan) -> Coverage:
    """Return how far the plan's inflows can fill its quota.

    >>> from tongbao.engine.plan import plan_from_fields
    >>> from tongbao.engine.example import FOUNDING_EXAMPLE
    >>> coverage(plan_from_fields(FOUNDING_EXAMPLE)).most
    Fraction(3, 20)
    """
    backing, dividend = Fraction(plan.backing_bps, BPS), Fraction(plan.dividend_bps, BPS)
    quota = Fraction(plan.quota_bps, BPS)
    backing_fixed, backing_moving = _split(backing, plan.backing_base)
    dividend_fixed, dividend_moving = _split(dividend, plan.dividend_base)
    by_sales = plan.quota_base == "sales"
    return Coverage(
        inflow_fixed=backing_fixed + dividend_fixed,
        inflow_by_margin=backing_moving + dividend_moving,
        quota_fixed=quota if by_sales else quota * backing_fixed,
        quota_by_margin=Fraction(0) if by_sales else quota * backing_moving,
    )


def orders_to_supply_limit(plan: Plan, sample: int) -> int | None:
    """Estimate after how many equal orders max_supply is issued; None if practically never.

    With G the share of its contribution c that an order grants in all, n orders
    issue (G c / issue_price) · Γ(n + G) / (Γ(n) Γ(1 + G)) points, about
    (G c / issue_price) · n^G / Γ(1 + G): the price doubles, and the points per
    order halve, the more slowly the nearer G is to 1. The linear rule puts its
    own bound on the points per order. Profit is taken as `ASSUMED_PROFIT`.
    Exits free nothing: burned points do not come back. Floats, for this is an
    order of magnitude; two digits of it are kept.
    """
    base = sample if plan.backing_base == "sales" else math.floor(sample * ASSUMED_PROFIT)
    contribution = base * plan.backing_bps // BPS
    grant = (plan.grant_bps + sum(plan.referral_points_bps)) / BPS
    if contribution == 0 or grant == 0:
        return None
    first = grant * contribution * ATOMS / plan.issue_price
    digits = (math.log10(plan.max_supply / first) + math.log10(math.gamma(1 + grant))) / grant
    if plan.spend_per_point is not None and not plan.referral_points_bps:
        linear = plan.max_supply * plan.spend_per_point / (sample * ATOMS)
        digits = max(digits, math.log10(linear))
    if digits > _NEVER_DIGITS:
        return None
    return _two_digits(max(1, round(10**digits)))


def _split(rate: Fraction, base: str) -> tuple[Fraction, Fraction]:
    """Return the part of a rate that is fixed and the part that follows the margin."""
    return (rate, Fraction(0)) if base == "sales" else (Fraction(0), rate)


def _two_digits(number: int) -> int:
    unit: int = 10 ** max(0, len(str(number)) - 2)
    return (number + unit // 2) // unit * unit


_NEVER_DIGITS: Final = 15

"""Rules about a plan's arithmetic: what it cannot keep, and what the rules leave open."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from tongbao.engine.units import ATOMS, BPS, ceil_div
from tongbao.plans import money_texts as texts
from tongbao.plans import quota_texts
from tongbao.plans.estimates import ASSUMED_PROFIT, coverage, orders_to_supply_limit
from tongbao.plans.findings import Finding, Subject
from tongbao.plans.money import format_percent, format_points

REACHABLE_ORDERS: Final = 10_000_000
"""A supply limit that takes more sample orders than this is called out of reach."""

LIVING_POOL: Final = 1_000
"""A pool of more points than this is taken for one that is alive."""


def nothing_backs(subject: Subject) -> Finding | None:
    """Warn of a plan without contribution, grant or quota: nobody gets points."""
    plan = subject.plan
    if not plan.backing_bps:
        return quota_texts.NO_BACKING.found(subject)
    if not plan.grant_bps:
        return quota_texts.NO_GRANT.found(subject)
    return None if plan.quota_bps else quota_texts.NO_QUOTA.found(subject)


def quota_unfillable(subject: Subject) -> Finding | None:
    """Warn of a quota that all that goes in cannot fill, with the share that it can."""
    share = coverage(subject.plan)
    usual = share.at(ASSUMED_PROFIT)
    if usual is None:
        return None
    most, quota = share.most, format_percent(subject.plan.quota_bps)
    base = quota_texts.QUOTA_BASES[subject.plan.quota_base]
    if most is not None and most < 1:
        rule = (
            quota_texts.QUOTA_BY_PROFIT if share.depends_on_profit else quota_texts.QUOTA_UNFILLABLE
        )
        return rule.found(
            subject,
            quota=quota,
            base=base,
            most=_percent(most, up=True),
            usual=_percent(usual, up=True),
            assumed=_percent(ASSUMED_PROFIT),
            worked=_filling(subject),
        )
    if usual >= 1:
        return quota_texts.QUOTA_SOON_REACHED.found(
            subject, assumed=_percent(ASSUMED_PROFIT), usual=_percent(usual)
        )
    margin = share.filling_margin
    rule = quota_texts.QUOTA_NEEDS_PROFIT if margin is not None else quota_texts.QUOTA_SELDOM
    return rule.found(
        subject,
        quota=quota,
        base=base,
        usual=_percent(usual, up=True),
        assumed=_percent(ASSUMED_PROFIT),
        margin=_percent(margin or Fraction(0), up=True),
    )


def quota_within_contribution(subject: Subject) -> Finding | None:
    """Warn of a quota so small that the first buyer exits by their own order."""
    plan = subject.plan
    by_sales = plan.quota_base == "sales"
    contribution = plan.backing_bps if by_sales else BPS
    if not plan.quota_bps or not plan.backing_bps or plan.quota_bps > contribution:
        return None
    return quota_texts.QUOTA_WITHIN_CONTRIBUTION.found(
        subject, quota=format_percent(plan.quota_bps), least=format_percent(contribution)
    )


def exit_fee_zero(subject: Subject) -> Finding | None:
    """Warn of leaving for free."""
    if subject.plan.exit_fee_bps:
        return None
    return texts.EXIT_FEE_ZERO.found(subject, sample=subject.money(subject.sample))


def goods_fee_below_exit_fee(subject: Subject) -> Finding | None:
    """Warn that ordering and cancelling, or a friendly merchant, avoids the exit fee."""
    plan, sample = subject.plan, subject.sample
    if plan.goods_fee_bps >= plan.exit_fee_bps:
        return None
    redeemed = sample - ceil_div(sample * plan.exit_fee_bps, BPS)
    bought = sample - ceil_div(sample * plan.goods_fee_bps, BPS)
    return texts.GOODS_FEE_BELOW.found(
        subject,
        exit_fee=format_percent(plan.exit_fee_bps),
        goods_fee=format_percent(plan.goods_fee_bps),
        sample=subject.money(sample),
        redeemed=subject.money(redeemed),
        bought=subject.money(bought),
    )


def supply_limit(subject: Subject) -> Finding | None:
    """Say when the points run out: warn if never in practice, else note what happens then."""
    plan = subject.plan
    if not plan.backing_bps or not subject.granted_bps:
        return None
    orders = orders_to_supply_limit(plan, subject.sample)
    limit, sample = format_points(plan.max_supply), subject.money(subject.sample)
    if orders is None:
        return texts.SUPPLY_LIMIT_NEVER.found(subject, limit=limit)
    rule = texts.SUPPLY_LIMIT_IN_REACH if orders <= REACHABLE_ORDERS else texts.SUPPLY_LIMIT_FAR
    sales = subject.money(orders * subject.sample)
    return rule.found(subject, limit=limit, orders=f"{orders:,}", sample=sample, sales=sales)


def merchant_quota(subject: Subject) -> Finding | None:
    """Warn of merchants who may take out more than members, or less than they gave."""
    plan, sample = subject.plan, subject.sample
    given = subject.money(sample)
    rate, members = format_percent(plan.merchant_quota_bps), format_percent(plan.quota_bps)
    out = subject.money(subject.share(sample, plan.merchant_quota_bps))
    if plan.merchant_quota_bps < BPS:
        return texts.MERCHANT_QUOTA_LOW.found(subject, rate=rate, given=given, out=out)
    if plan.merchant_quota_bps > plan.quota_bps:
        return texts.MERCHANT_QUOTA_ABOVE.found(
            subject, rate=rate, members=members, given=given, out=out
        )
    return None


def cash_to_non_buyers(subject: Subject) -> Finding | None:
    """Warn that cash commissions go to referrers who never bought."""
    rates = subject.plan.referral_cash_bps
    if not any(rates):
        return None
    paid = subject.money(subject.share(subject.sample, rates[0]))
    return texts.CASH_TO_NON_BUYERS.found(subject, sample=subject.money(subject.sample), paid=paid)


def linear_rule(subject: Subject) -> Finding | None:
    """Warn of a linear rule that the grant soon undercuts, or never lets come true."""
    plan = subject.plan
    if plan.spend_per_point is None or plan.backing_base == "profit" or not plan.backing_bps:
        return None
    per_point = subject.share(plan.spend_per_point, plan.backing_bps)
    bound = subject.share(per_point, plan.grant_bps)
    values = {
        "spend": subject.money(plan.spend_per_point),
        "grant": format_percent(plan.grant_bps),
        "bound": subject.money(bound),
        "after": subject.money(per_point),
        "issue": subject.money(plan.issue_price),
    }
    if plan.issue_price > bound:
        return texts.LINEAR_RULE_NEVER.found(subject, **values)
    return None if plan.grant_bps == BPS else texts.LINEAR_RULE_FADES.found(subject, **values)


def least_amounts(subject: Subject) -> Finding | None:
    """Warn of least amounts that get in each other's way."""
    plan = subject.plan
    values = {
        "supply": format_points(plan.min_supply),
        "holding": format_points(plan.min_holding),
        "limit": format_points(plan.max_supply),
    }
    if plan.min_supply > plan.max_supply:
        return texts.MIN_SUPPLY_ABOVE_LIMIT.found(subject, **values)
    if plan.min_holding > plan.min_supply:
        return texts.MIN_HOLDING_ODD.found(subject, **values)
    return None


def rest_without_fee(subject: Subject) -> Finding | None:
    """Warn of a least holding below which a returned order sells much without a fee."""
    plan = subject.plan
    if plan.min_holding <= ATOMS:
        return None
    return texts.REST_WITHOUT_FEE.found(subject, holding=format_points(plan.min_holding))


def wind_up_without_fee(subject: Subject) -> Finding | None:
    """Warn of a least supply below which a living pool would be paid out without a fee."""
    plan = subject.plan
    if plan.min_supply <= LIVING_POOL * ATOMS:
        return None
    return texts.WIND_UP_WITHOUT_FEE.found(subject, supply=format_points(plan.min_supply))


def wallet_locked(subject: Subject) -> Finding | None:
    """Note that points can be sold, but the money not taken out."""
    plan = subject.plan
    if plan.cash_redemption and not plan.cash_withdrawal:
        return texts.WALLET_LOCKED.found(subject)
    return None


def _filling(subject: Subject) -> str:
    """Return the sum behind the coverage, such as (30% + 30%) / 200% = 30%."""
    plan = subject.plan
    backing, dividend = format_percent(plan.backing_bps), format_percent(plan.dividend_bps)
    quota = format_percent(plan.quota_bps)
    granted = quota if plan.quota_base == "sales" else f"({quota} × {backing})"
    most = coverage(plan).most
    return (
        f"({backing} + {dividend}) / {granted} = {_percent(most, up=True)}"
        if most is not None
        else ""
    )


def _percent(share: Fraction, *, up: bool = False) -> str:
    """Return a share as a percentage to two digits, rounded down unless told."""
    scaled = share * BPS
    bps = ceil_div(scaled.numerator, scaled.denominator) if up else int(scaled)
    return format_percent(bps)


RISKS_OF_MONEY: Final[tuple[Callable[[Subject], Finding | None], ...]] = (
    nothing_backs,
    quota_within_contribution,
    quota_unfillable,
    cash_to_non_buyers,
    exit_fee_zero,
    goods_fee_below_exit_fee,
    merchant_quota,
    supply_limit,
    linear_rule,
    least_amounts,
    rest_without_fee,
    wind_up_without_fee,
    wallet_locked,
)

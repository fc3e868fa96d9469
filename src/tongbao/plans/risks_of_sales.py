"""Rules about single sales: whether the seller can afford them, and a program's first ones."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from tongbao.engine.program import Program
from tongbao.engine.units import BPS, ceil_div
from tongbao.plans import sales_texts as texts
from tongbao.plans.affordability import Take, take
from tongbao.plans.estimates import ASSUMED_PROFIT
from tongbao.plans.findings import Finding, Subject
from tongbao.plans.money import format_percent, format_points
from tongbao.plans.words import plain

FACE_MARGIN_BPS: Final = 200
"""What a provider of top-ups leaves of their price, in the example."""

PROVIDER_CHARGE: Final = Fraction(3, 100)
"""What a payment provider may take of a price: about 0.6 % in China, to 3 % for cards elsewhere."""

SMALL_REST: Final = Fraction(1, 20)
"""A return that leaves less than this of a usual order is as good as a whole one."""


def overspent(subject: Subject) -> Finding | None:
    """Refuse a plan that gives away more than is paid: no margin pays for that."""
    taken, sample = take(subject.plan), subject.sample
    limit = taken.refused_above
    if limit is None:
        return None
    amounts = {
        "sample": subject.money(sample),
        "assumed": _percent(ASSUMED_PROFIT),
        "earned": subject.money(int(sample * ASSUMED_PROFIT)),
        "taken": subject.money(int(sample * taken.at(ASSUMED_PROFIT))),
    }
    if taken.fixed > 1:
        return texts.ALWAYS_OVERSPENT.found(subject, fixed=_percent(taken.fixed), **amounts)
    total = _percent(taken.fixed + taken.moving)
    return texts.OVERSPENT.found(subject, total=total, margin=_percent(limit), **amounts)


def nothing_left(subject: Subject) -> Finding | None:
    """Refuse a plan that leaves less of goods without any cost than a provider may charge."""
    taken, sample = take(subject.plan), subject.sample
    if taken.is_more_than_paid or not _leaves_nothing(taken):
        return None
    left = taken.earned(Fraction(1))
    return texts.NOTHING_LEFT_EVER.found(
        subject,
        total=_percent(taken.fixed + taken.moving),
        sample=subject.money(sample),
        left=subject.money(int(sample * left)),
        charge=_percent(PROVIDER_CHARGE),
        assumed=_percent(ASSUMED_PROFIT),
        earned=subject.money(int(sample * ASSUMED_PROFIT)),
        taken=subject.money(int(sample * taken.at(ASSUMED_PROFIT))),
    )


def sale_loses(subject: Subject) -> Finding | None:
    """Warn of a plan that leaves nothing of a sale with a usual margin, or less."""
    plan, sample = subject.plan, subject.sample
    taken = take(plan)
    if _leaves_nothing(taken) or taken.earned(ASSUMED_PROFIT) > 0 or not taken.at(Fraction(1)):
        return None
    profit = int(sample * ASSUMED_PROFIT)
    bases = {"sales": sample, "profit": profit}
    reserve = subject.share(bases[plan.backing_base], plan.backing_bps)
    dividend = subject.share(bases[plan.dividend_base], plan.dividend_bps)
    commission = sum(subject.share(sample, bps) for bps in plan.referral_cash_bps)
    lost = reserve + dividend + commission - profit
    margin = taken.paying_margin
    return texts.SALE_LOSES.found(
        subject,
        share=_percent(taken.at(ASSUMED_PROFIT)),
        assumed=_percent(ASSUMED_PROFIT),
        needed=texts.NEVER_PAYS
        if margin is None
        else texts.PAYS_FROM.fill(margin=_percent(margin, up=True)),
        sample=subject.money(sample),
        cost=subject.money(sample - profit),
        reserve=subject.money(reserve),
        dividend=subject.money(dividend),
        commission=subject.money(commission),
        left=texts.SHORT_BY.fill(amount=subject.money(lost)) if lost else texts.NOTHING_LEFT,
    )


def young_program(subject: Subject) -> Finding | None:
    """Say from which rest on a return of a program's first order leaves the program standing."""
    plan, sample = subject.plan, subject.sample
    points = _purchase(subject, sample, int(sample * ASSUMED_PROFIT)).get("points", 0)
    if not points:
        return None
    least = max(plan.min_supply, plan.min_holding)
    kept = ceil_div(least * sample, points)
    if kept <= 1:  # a partial return leaves at least that
        return None
    by_profit = plan.backing_base == "profit"
    back = max(1, sample - kept + 1)
    rule = texts.YOUNG_WOUND_UP if kept > sample * SMALL_REST else texts.YOUNG_BOUND
    return rule.found(
        subject,
        kept=subject.money(kept),
        assuming=texts.ASSUMING.fill(margin=_percent(ASSUMED_PROFIT)) if by_profit else plain(""),
        supply=format_points(plan.min_supply),
        holding=format_points(plan.min_holding),
        sample=subject.money(sample),
        points=format_points(points),
        back=subject.money(back),
        rest=format_points(points - points * back // sample),
    )


def face_values(subject: Subject) -> Finding | None:
    """Say which kinds of goods may earn points on their price, where any do."""
    sample = subject.sample
    left = sample * FACE_MARGIN_BPS // BPS
    whole, right = _purchase(subject, sample, left), _purchase(subject, left, left)
    if not whole.get("points"):
        return None
    return texts.FACE_VALUE.found(
        subject,
        sample=subject.money(sample),
        cost=subject.money(sample - left),
        left=subject.money(left),
        taken=subject.money(whole["contribution"] + whole["dividend"]),
        right=subject.money(right.get("contribution", 0) + right.get("dividend", 0)),
    )


def _leaves_nothing(taken: Take) -> bool:
    """Say whether every sale loses, a provider paid; shares of profit alone leave none with a loss."""
    return taken.is_more_than_paid or (
        taken.fixed > 0 and taken.earned(Fraction(1)) < PROVIDER_CHARGE
    )


def _purchase(subject: Subject, paid: int, profit: int) -> Mapping[str, int]:
    """Return the figures of a program's first order, nothing where the engine refuses it."""
    order = {"id": "first", "type": "purchase", "member": "first", "paid": paid, "profit": profit}
    receipt = Program(subject.plan).submit(order).receipt
    return receipt.fields if receipt.ok else {}


def _percent(share: Fraction, *, up: bool = False) -> str:
    """Return a share as a percentage to two digits, rounded down unless told."""
    scaled = share * BPS
    return format_percent(ceil_div(scaled.numerator, scaled.denominator) if up else int(scaled))


RISKS_OF_SALES: Final[tuple[Callable[[Subject], Finding | None], ...]] = (
    overspent,
    nothing_left,
    sale_loses,
    young_program,
    face_values,
)

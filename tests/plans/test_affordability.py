"""What the linter says of a seller's means, with the engine as the judge."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plans.plans import plan_file
from tongbao.engine.program import Program
from tongbao.plans.affordability import take
from tongbao.plans.files import PlanFile
from tongbao.plans.lint import lint

PERCENTS = st.integers(0, 160).map(lambda percent: f'"{percent}%"')
BASES = st.sampled_from(['"sales"', '"profit"'])
PLANS = st.fixed_dictionaries(
    {
        "backing_base": BASES,
        "backing": PERCENTS,
        "dividend_base": BASES,
        "dividend": PERCENTS,
        "referral_cash": st.sampled_from(["[]", '["5%"]', '["20%", "10%"]', '["60%", "55%"]']),
        "referral_points": st.sampled_from(["[]", '["10%"]', '["10%", "5%"]']),
        "quota_base": st.just('"contribution"'),
        "quota": st.just('"300%"'),
    }
)
ORDINARY = (1_000, 9_990, 10_000, 123_456)
MARGINS = (0, 20, 35, 60, 100)


def found(file: PlanFile) -> set[str]:
    return {finding.code for finding in lint(file) if finding.level == "error"}


def unaffordable(file: PlanFile) -> bool:
    return any(code.startswith("overspent-") for code in found(file))


def accepted(file: PlanFile, paid: int, profit: int) -> bool:
    """Say whether the engine takes this order from somebody with two referrers above them."""
    program = Program(file.plan)
    for name, referrer in (("a", None), ("b", "a"), ("c", "b")):
        program.submit({"id": name, "type": "enroll", "member": name, "referrer": referrer})
    order = {"id": "o", "type": "purchase", "member": "c", "paid": paid, "profit": profit}
    return program.submit(order).receipt.ok


@settings(max_examples=100, deadline=None)
@given(PLANS)
def test_a_plan_that_passes_takes_every_ordinary_order(lines: dict[str, str]) -> None:
    file = plan_file(**lines)
    orders = [(paid, paid * margin // 100) for paid in ORDINARY for margin in MARGINS]
    taken = [accepted(file, paid, profit) for paid, profit in orders]
    if unaffordable(file):
        assert not all(taken)
    else:
        assert all(taken)


@settings(max_examples=300, deadline=None)
@given(PLANS, st.integers(1, 100))
def test_whoever_is_refused_loses_on_every_sale_and_nobody_else_on_all(
    lines: dict[str, str], percent: int
) -> None:
    file = plan_file(**lines)
    earned = take(file.plan).earned(Fraction(percent, 100))
    if unaffordable(file):
        assert earned < 0
        return
    best = take(file.plan).earned(Fraction(1))
    assert best >= 0
    # Goods without cost leave less than a provider charges, so all others lose.
    assert ("nothing-left" in found(file)) == (
        take(file.plan).fixed > 0 and best < Fraction(3, 100)
    )


@settings(max_examples=300, deadline=None)
@given(PLANS)
def test_the_engine_takes_what_the_linter_says_it_takes(lines: dict[str, str]) -> None:
    file = plan_file(**lines)
    if unaffordable(file):
        return
    program = Program(file.plan)
    for name, referrer in (("a", None), ("b", "a"), ("c", "b")):
        program.submit({"id": name, "type": "enroll", "member": name, "referrer": referrer})
    order = {"id": "o", "type": "purchase", "member": "c", "paid": 10_000, "profit": 3_500}
    fields = program.submit(order).receipt.fields
    commissions = program.accounts["a"].wallet + program.accounts["b"].wallet
    engine = fields["contribution"] + fields["dividend"] + commissions
    assert engine == 10_000 * take(file.plan).at(Fraction(35, 100))  # whole percents: no rounding

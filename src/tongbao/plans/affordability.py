"""What a plan takes of a sale, against what the sale earns: whether the seller can afford it.

Of an amount paid, with the margin m a share of it, backing, dividends and cash commissions take at
most ``take(m) = fixed + moving × m``; the goods cost ``1 − m`` of it. So a sale earns
``m − take(m)`` before any fee. Exact fractions; the engine rounds each part down, so that it takes
less than a minor unit less of each.
"""

from fractions import Fraction

from msgspec import Struct

from tongbao.engine.plan import Plan
from tongbao.engine.units import BPS


class Take(Struct, frozen=True):
    """What a plan takes of a sale at most, as shares of the amount paid and of the margin."""

    fixed: Fraction
    moving: Fraction

    def at(self, margin: Fraction) -> Fraction:
        """Return what is taken at this margin, as a share of the amount paid."""
        return self.fixed + self.moving * margin

    def earned(self, margin: Fraction) -> Fraction:
        """Return what a sale earns at this margin before fees; negative where it loses."""
        return margin - self.at(margin)

    @property
    def is_more_than_paid(self) -> bool:
        """Whether no margin pays for it: a sale loses money whatever the goods cost.

        ``m − take(m)`` is linear in m. It is −fixed at 0 and ``1 − fixed − moving`` at 1, so it is
        negative everywhere, but for m = 0 without a fixed part, just if the latter is.
        """
        return self.fixed + self.moving > 1

    @property
    def refused_above(self) -> Fraction | None:
        """The margin above which the engine refuses an order as overspent; None if none is."""
        if not self.is_more_than_paid:
            return None
        return max(Fraction(0), (1 - self.fixed) / self.moving) if self.moving else Fraction(0)

    @property
    def paying_margin(self) -> Fraction | None:
        """The margin from which on a sale does not lose; None if no margin does more than that."""
        return self.fixed / (1 - self.moving) if self.fixed + self.moving < 1 else None


def take(plan: Plan) -> Take:
    """Return what a plan takes of a sale at most: all referrers there are, all commissions due.

    >>> from tongbao.engine.plan import plan_from_fields
    >>> from tongbao.engine.example import FOUNDING_EXAMPLE
    >>> take(plan_from_fields(FOUNDING_EXAMPLE)).earned(Fraction(35, 100))
    Fraction(1, 20)
    """
    shares = ((plan.backing_base, plan.backing_bps), (plan.dividend_base, plan.dividend_bps))
    fixed = sum(plan.referral_cash_bps) + sum(bps for base, bps in shares if base == "sales")
    moving = sum(bps for base, bps in shares if base == "profit")
    return Take(Fraction(fixed, BPS), Fraction(moving, BPS))

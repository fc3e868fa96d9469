"""What a purchase would bring now: an estimate, for nothing is promised before it is settled."""

from dataclasses import dataclass
from typing import Final

from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import ATOMS

BPS: Final = 10_000
NOBODY: Final = "~nobody"
"""A name that no account has: a purchase in it is looked at as a newcomer's."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Points in atoms; in minor units their worth at today's price, and what is left of it if sold.

    ``sold_minor`` is None where the plan sells no points for cash.
    """

    points_atoms: int = 0
    worth_minor: int = 0
    sold_minor: int | None = None


def estimate(shop: Shop, user: User | None, amount_minor: int, margin_bps: int) -> Estimate:
    """Look ahead at a purchase of that much real money from a merchant with that margin.

    Costs a few reads, whatever the program's size; writes nothing. Without a user, or for one who
    has no member account yet, it is what a newcomer without referrer would receive. What the
    ledger would refuse (nothing paid, say) brings nothing.

    Raises:
        LedgerError: as `Ledger.preview` does.
    """
    if amount_minor <= 0:
        return Estimate()
    ledger = shop.ledger
    member = NOBODY if user is None or user.enrolled_at is None else user.account
    outcome = ledger.preview(
        {
            "id": "~estimate",
            "type": "purchase",
            "member": member,
            "paid": amount_minor,
            "profit": amount_minor * margin_bps // BPS,
        }
    )
    if not outcome.ok:
        return Estimate()
    standing = ledger.standing()
    figures, plan = standing.figures, standing.plan
    points = outcome.fields["points"]
    # Today's price, before the purchase itself enters; an empty pool begins at the issue price.
    reserve, supply = figures.reserve, figures.supply
    worth = points * reserve // supply if supply else points * plan.issue_price // ATOMS
    fee = -(-worth * plan.exit_fee_bps // BPS)  # rounded up: to the reserve's favour
    return Estimate(points, worth, worth - fee if plan.cash_redemption else None)

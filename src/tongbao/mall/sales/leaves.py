"""What a sale leaves its merchant: worked on an example, before anything is sold.

The reserve's part and the dividends are the ledger's own look ahead at such a purchase, the fees
and the rest are what `split` makes of it. Nothing of the engine is computed here again.
"""

from dataclasses import dataclass
from typing import Final

from tongbao.mall.sales.estimates import NOBODY
from tongbao.mall.sales.split import Fees, Figures, Taken, split
from tongbao.mall.shop.models import Shop

BPS: Final = 10_000
SAMPLE: Final = 10_000
"""The sale of the example, in minor units."""
AT_LEAST_BPS: Final = 500
"""A merchant who earns less of a sale than this is warned."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """Where a sale goes, and what its merchant earns once the goods are paid; in minor units."""

    amount: int
    figures: Figures
    goods: int

    @property
    def earned(self) -> int:
        """What is left after the goods; below 0 where the merchant pays to sell."""
        return self.figures.to_merchant - self.goods

    @property
    def lost(self) -> int:
        """What the merchant loses, 0 if nothing."""
        return max(0, -self.earned)

    @property
    def is_little(self) -> bool:
        """Whether it is less than a merchant should earn at least."""
        return self.earned * BPS < self.amount * AT_LEAST_BPS


def leaves(shop: Shop, margin_bps: int, amount: int = SAMPLE) -> Leaves | None:
    """Work out a sale of that amount, paid through the provider, with all levels invited.

    None where the plan takes more than all of it: the ledger would refuse such a purchase.

    Raises:
        LedgerError: as `Ledger.preview` does.
    """
    profit = amount * margin_bps // BPS
    command = {"id": "~leaves", "type": "purchase", "member": NOBODY}
    outcome = shop.ledger.preview({**command, "paid": amount, "profit": profit})
    if not outcome.ok:
        return None
    plan = shop.ledger.standing().plan
    taken = Taken(
        outcome.fields["contribution"],
        outcome.fields["dividend"],
        sum(amount * bps // BPS for bps in plan.referral_cash_bps),
    )
    if taken.total > amount:
        return None
    fees = Fees(shop.platform_fee_bps, shop.provider_fee_bps)
    return Leaves(amount, split(amount, amount, taken, fees), amount - profit)

"""What a sale leaves its merchant: worked on an example or a product, before anything is sold.

The reserve's part and the dividends are the ledger's own look ahead at such a purchase, the fees
and the rest are what `split` makes of it. Nothing of the engine is computed here again.

A merchant should earn at least a share of each sale, which the mall's terms say
(`Shop.earn_least_bps`). Who earns less is warned; a loss has to be known to whoever decides it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from tongbao.ledger.values import LedgerError, Outcome
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.sales.estimates import NOBODY
from tongbao.mall.sales.split import BPS, Fees, Figures, Taken, earning, split
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.troubles import told

SAMPLE: Final = 10_000
"""The sale of the example, in minor units."""


@dataclass(frozen=True, slots=True)
class Sold:
    """What is sold: its price, the profit that is posted, and what it costs; in minor units.

    ``supplier`` is what the provider of a service charges: it is taken before all else.
    """

    amount: int
    profit: int
    goods: int
    supplier: int = 0


@dataclass(frozen=True, slots=True)
class Leaves:
    """Where a sale goes, and what its merchant earns once the goods are paid; in minor units."""

    amount: int
    figures: Figures
    goods: int
    least_bps: int

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
        return self.earned * BPS < self.amount * self.least_bps


@dataclass(frozen=True, slots=True)
class NotWorked:
    """A sale that could not be worked out, and why, in the reader's language.

    ``is_refused``: because the ledger would refuse it, since the plan takes more than is paid.
    """

    why: str
    is_refused: bool = False


Worked = Leaves | NotWorked


def leaves(shop: Shop, margin_bps: int, amount: int = SAMPLE) -> Worked:
    """Work out a sale of goods, paid through the provider, with all levels invited."""
    return leaves_of(shop, [by_margin(amount, margin_bps)])[0]


def leaves_of(shop: Shop, sold: Sequence[Sold]) -> list[Worked]:
    """Work out sales one by one, paid through the provider, with all levels invited."""
    look = {"id": "~leaves", "type": "purchase", "member": NOBODY}
    commands = [
        {**look, "id": f"~leaves{number}", "paid": earning(one.amount, one.supplier)}
        | {"profit": min(one.profit, earning(one.amount, one.supplier))}
        for number, one in enumerate(sold)
    ]
    try:
        outcomes = shop.ledger.preview_many(commands) if commands else []
        commissions = shop.ledger.standing().plan.referral_cash_bps if commands else ()
    except LedgerError as error:
        return [NotWorked(told(error))] * len(sold)
    return [
        _worked(shop, one, outcome, commissions)
        for one, outcome in zip(sold, outcomes, strict=True)
    ]


def by_margin(amount: int, margin_bps: int) -> Sold:
    """Return goods of that price whose cost is what the margin leaves of it."""
    profit = amount * margin_bps // BPS
    return Sold(amount, profit, amount - profit)


def loses(worked: Worked) -> bool:
    """Say whether a sale is known to cost its merchant money, or not to be possible at all."""
    return worked.is_refused if isinstance(worked, NotWorked) else worked.lost > 0


def earns_little(worked: Worked) -> bool:
    """Say whether a sale is known to leave less than the mall's terms ask for."""
    return worked.is_refused if isinstance(worked, NotWorked) else worked.is_little


def of_merchants(shop: Shop) -> list[tuple[Merchant, Worked]]:
    """Work out the example for all merchants that are open for business, by their names."""
    merchants = Merchant.objects.filter(is_open=True).order_by("name_en", "pk")
    found = list(merchants)
    margins = sorted({one.margin_bps for one in found})
    worked = leaves_of(shop, [by_margin(SAMPLE, margin) for margin in margins])
    by_rate = dict(zip(margins, worked, strict=True))
    return [(one, by_rate[one.margin_bps]) for one in found]


def _worked(shop: Shop, sold: Sold, outcome: Outcome, commissions: Sequence[int]) -> Worked:
    paid = earning(sold.amount, sold.supplier)
    if not paid:  # the ledger takes no purchase of nothing, and nothing is taken of it
        taken = Taken()
    elif not outcome.ok:
        return _not_possible(outcome)
    else:
        shares = sum(paid * bps // BPS for bps in commissions)
        taken = Taken(outcome.fields["contribution"], outcome.fields["dividend"], shares)
        if taken.total > paid:
            return NotWorked(
                _(
                    "With every commission for inviting, the plan takes more than the whole price. "
                    "A sale to somebody who was invited is refused."
                ),
                is_refused=True,
            )
    fees = Fees(shop.platform_fee_bps, shop.provider_fee_bps)
    figures = split(sold.amount, sold.amount, taken, fees, sold.supplier)
    return Leaves(sold.amount, figures, sold.goods, shop.earn_least_bps)


def _not_possible(outcome: Outcome) -> NotWorked:
    error = "" if outcome.receipt is None else str(outcome.receipt.error or "")
    if error != "overspent":
        return NotWorked(told(outcome))
    text = _("Reserve and dividends together take more than the whole price. The sale is refused.")
    return NotWorked(text, is_refused=True)

"""The figures of «how it works»: the plan's own, where the program stands, and an example.

Money is in minor units, points in atoms, rates are shown in percent.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tongbao.ledger.prices import Price
from tongbao.ledger.values import LedgerError, Standing
from tongbao.ledger.versions import VersionState, history
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import digits
from tongbao.mall.wallet.holdings import worth

BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Example:
    """What a sale to somebody new would bring now."""

    paid: int
    profit: int
    points: int
    worth: int
    quota: int
    contribution: int
    dividend: int
    sold_net: int
    """What selling these points right afterwards would bring."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything that the page tells."""

    standing: Standing
    price: Price
    members_worth: int
    treasury_worth: int
    example: Example | None
    next_rules: datetime | None


def explained(shop: Shop) -> Explained:
    """Return what there is to tell about the mall's program now."""
    standing = shop.ledger.standing()
    figures = standing.figures
    price = Price(figures.reserve, figures.supply)
    announced = [v for v in history(shop.program) if v.state is VersionState.ANNOUNCED]
    return Explained(
        standing,
        price,
        worth(figures.points, price),
        worth(figures.treasury, price),
        example(shop, standing),
        min((v.effective_at for v in announced), default=None),
    )


def example(shop: Shop, standing: Standing) -> Example | None:
    """Return what a sale of 100 to somebody new would bring now, by looking ahead."""
    paid = 100 * 10 ** digits(shop.currency)
    merchant = Merchant.objects.filter(is_open=True).order_by("id").first()
    profit = paid * (merchant.margin_bps if merchant else 0) // BPS
    nobody = f"nobody-{secrets.token_hex(8)}"  # a new name: nobody has it
    sale = {"id": nobody, "type": "purchase", "member": nobody, "paid": paid, "profit": profit}
    sell = {"id": f"{nobody}-sold", "type": "redeem", "account": nobody, "points": "all"}
    turn = {"id": f"{nobody}-turned", "type": "convert", "member": nobody, "points": "all"}
    try:
        bought, sold = shop.ledger.preview_many([sale, sell])
        _, turned = shop.ledger.preview_many([sale, turn])
    except LedgerError:
        return None
    if not bought.ok:
        return None
    base = paid if standing.plan.quota_base == "sales" else bought.fields["contribution"]
    return Example(
        paid,
        profit,
        bought.fields["points"],
        turned.fields.get("credit", 0),
        base * standing.plan.quota_bps // BPS if bought.fields["contribution"] else 0,
        bought.fields["contribution"],
        bought.fields["dividend"],
        sold.fields.get("net", 0),
    )

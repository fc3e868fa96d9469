"""Why points cannot be sold or turned, with the figures of the way out."""

from django.utils.translation import gettext as _

from tongbao.ledger.values import Outcome
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import exact_points, money
from tongbao.mall.shop.troubles import told
from tongbao.mall.wallet.actions import Kind
from tongbao.mall.wallet.holdings import Holdings


def refused(shop: Shop, has: Holdings, kind: Kind, outcome: Outcome, wanted: int) -> str:
    """Return one or two sentences: what stands against ``wanted`` points, and what would go."""
    error = "" if outcome.receipt is None else str(outcome.receipt.error or "")
    if error == "insufficient_points":
        return _("You have %(points)s points.") % {"points": exact_points(has.points)}
    if error == "dust_remaining":
        return _dust(shop, has)
    if error == "too_small":
        price = money(has.price.reserve * 1_000_000 // has.price.supply, shop.currency)
        return _(
            "%(points)s points are worth too little to bring anything. One point is worth "
            "%(price)s now: choose more."
        ) % {"points": exact_points(wanted), "price": price}
    if error == "not_allowed" and kind == "redeem":
        return _(
            "Under this mall's plan points cannot be sold for cash. You can convert them to "
            "credit and shop with it."
        )
    return told(outcome)


def _dust(shop: Shop, has: Holdings) -> str:
    least = shop.ledger.standing().plan.min_holding
    if has.points <= least:
        return _("So few points can only be used together: choose all %(all)s.") % {
            "all": exact_points(has.points)
        }
    return _(
        "You have to keep no points or at least %(least)s. Choose all %(all)s, or at most %(most)s."
    ) % {
        "least": exact_points(least),
        "all": exact_points(has.points),
        "most": exact_points(has.points - least),
    }

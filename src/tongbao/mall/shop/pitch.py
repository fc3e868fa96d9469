"""What the front page says of purchases: how much comes back as points, and what a point is worth."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from tongbao.ledger.prices import Price
from tongbao.ledger.values import Standing
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.shop.curve import unit_price
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import digits, is_chinese, money

BPS: Final = 10_000
_HUNDREDTHS: Final = {"GBP": "{}p", "USD": "{}¢", "EUR": "{}c"}  # as people write them


@dataclass(frozen=True, slots=True)
class Pitch:
    """Of each ``spent`` about ``back`` comes back as points, in words: “30p” of each “£1”.

    Sold at once they would bring ``sold``. Both are a range where merchants differ; ``back`` is
    empty where nothing comes back, ``sold`` where the plan sells no points for cash. ``price`` is
    that of a point.
    """

    price: str
    spent: str
    back: str
    sold: str


def pitch(shop: Shop) -> Pitch:
    """Return it for the plan in force, at today's price.

    The ledger's standing is read, and merchants' margins where the plan counts by them.
    """
    standing = shop.ledger.standing()
    plan, currency = standing.plan, shop.currency
    margins: Iterable[int] = (BPS,)
    if plan.backing_base == "profit":
        sellers = Merchant.objects.filter(is_open=True).order_by()
        margins = sellers.values_list("margin_bps", flat=True).distinct()
    shares = sorted({share_back(standing, margin) for margin in margins})
    spent = 1 if currency in _HUNDREDTHS and not is_chinese() else 100
    back = sold = ""
    if shares and shares[-1]:
        ends = [shares[0], shares[-1]]
        back = _range([spent * share for share in ends], spent, currency)
        if plan.cash_redemption:
            left = Fraction(BPS - plan.exit_fee_bps, BPS)
            sold = _range([spent * share * left for share in ends], spent, currency)
    figures = standing.figures
    price = Price(figures.reserve, figures.supply).per_point or Fraction(plan.issue_price)
    unit = 10 ** digits(currency)
    places = digits(currency) if price >= unit else None
    whole = money(spent * unit, currency).partition(".")[0]
    return Pitch(unit_price(price, currency, places), whole, back, sold)


def share_back(standing: Standing, margin_bps: int) -> Fraction:
    """Return the worth of the points of a purchase over what was paid, at today's price.

    ``margin_bps`` is the merchant's margin; it counts where the plan counts by profit.
    """
    plan, figures = standing.plan, standing.figures
    base = BPS if plan.backing_base == "sales" else margin_bps
    worth = Fraction(base * plan.backing_bps * plan.grant_bps, BPS**3)
    if plan.spend_per_point is None:
        return worth
    price = Price(figures.reserve, figures.supply).per_point or Fraction(plan.issue_price)
    return min(worth, price / plan.spend_per_point)


def _range(ends: list[Fraction], spent: int, currency: str) -> str:
    least, most = (_amount(end, spent, currency) for end in ends)
    if least == most:
        return least
    return _("%(least)s to %(most)s") % {"least": least, "most": most}


def _amount(amount: Fraction, spent: int, currency: str) -> str:
    """Write major units, cut: of each 1 to tenths of a hundredth, else to the currency's own."""
    if spent == 1:
        whole, rest = divmod(int(amount * 1000), 10)
        return _HUNDREDTHS[currency].format(f"{whole}.{rest}" if rest else whole)
    return money(int(amount * 10 ** digits(currency)), currency).removesuffix(".00")

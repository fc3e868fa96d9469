"""How the wallet writes its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tongbao.ledger.effects import UNITS
from tongbao.ledger.prices import Price
from tongbao.ledger.statements import Item
from tongbao.mall.sales.models import Sale
from tongbao.mall.shop import money as figures
from tongbao.mall.shop.curve import unit_price
from tongbao.mall.wallet.actions import Kind, Quote
from tongbao.mall.wallet.causes import UNIT_LABELS
from tongbao.mall.wallet.curve import price_shown
from tongbao.mall.wallet.explained import Explained
from tongbao.mall.wallet.holdings import Holdings

register = template.Library()
MINUS: Final = "−"


@dataclass(frozen=True, slots=True)
class Moved:
    """One unit's change, written with its sign."""

    shown: str
    unit: str
    css: str


@register.simple_tag(takes_context=True)
def worth(context: Context, minor: int) -> str:
    """Write an amount of money, to be used twice."""
    return figures.money(minor, context["shop"].currency)


@register.simple_tag(takes_context=True)
def price(context: Context, price: Price) -> str:
    """Write the price of a point."""
    return price_shown(price, context["shop"].currency)


@register.simple_tag(takes_context=True)
def edge(context: Context, per_point: Fraction) -> str:
    """Write a price at the curve's axis: as short as its marks allow."""
    places = figures.digits(context["shop"].currency)
    if per_point.denominator > 1:
        return unit_price(per_point, context["shop"].currency)
    whole = per_point % 10**places == 0
    return unit_price(per_point, context["shop"].currency, 0 if whole else places)


@register.simple_tag(takes_context=True)
def signed_money(context: Context, minor: int) -> str:
    """Write an amount with its sign, also a plus."""
    return _signed(minor, figures.money(abs(minor), context["shop"].currency))


@register.simple_tag(takes_context=True)
def changes(context: Context, item: Item) -> list[Moved]:
    """Return what an item moved: cash first, then points, credit, quota; nothing where nothing."""
    currency = context["shop"].currency
    moved = []
    for unit in sorted(UNITS, key=("wallet", "points", "credit", "quota").index):
        amount = getattr(item.change, unit)
        if amount:
            text = figures.money(abs(amount), currency)
            if unit == "points":
                text = figures.points(abs(amount))
            css = "is-quota" if unit == "quota" else "is-up" if amount > 0 else "is-down"
            moved.append(Moved(_signed(amount, text), str(UNIT_LABELS[unit]), css))
    return moved


@register.simple_tag
def points_about(atoms: int) -> str:
    """Write an estimate of points."""
    return _("about %(points)s points") % {"points": figures.points(atoms)}


@register.simple_tag
def month(at: datetime) -> str:
    """Write a month, as a heading."""
    return date_format(at, "YEAR_MONTH_FORMAT")


@register.simple_tag
def sale_address(sale: Sale) -> str:
    """Return where an order's page is; empty in a mall without it."""
    try:
        return reverse("sales:detail", args=[sale.number])
    except NoReverseMatch:
        return ""


@register.simple_tag
def url_of_kind(kind: Kind) -> str:
    """Return where points are sold or turned."""
    return reverse(f"wallet:{kind}")


@register.simple_tag
def cash_after(has: Holdings, quote: Quote) -> int:
    """Return the cash after selling, a forced sale of the rest included."""
    return has.wallet + quote.figures["net"] + (quote.exit.net if quote.exit else 0)


@register.simple_tag
def credit_after(has: Holdings, quote: Quote) -> int:
    """Return the credit after turning points into it."""
    return has.credit + quote.figures["credit"]


@register.simple_tag
def left_to_issue(told: Explained) -> int:
    """Return how many points may ever be issued besides those that were."""
    return told.standing.plan.max_supply - told.standing.figures.issued


@register.filter
def percents(rates: Sequence[int]) -> str:
    """Write rates level by level.

    >>> percents([1000, 500]), percents([])
    ('10% / 5%', '–')
    """
    return " / ".join(percent(rate) for rate in rates) or "–"


@register.filter
def negated(amount: int) -> int:
    """Return what is taken away."""
    return -amount


@register.filter
def unlocalized(number: int) -> str:
    """Write a whole number for machines, whatever the language."""
    return str(int(number))


@register.filter
def percent(bps: int) -> str:
    """Write basis points as percent, without idle zeros.

    >>> percent(1000), percent(60), percent(12345)
    ('10%', '0.6%', '123.45%')
    """
    whole, rest = divmod(abs(int(bps)), 100)
    decimals = f"{rest:02d}".rstrip("0")
    return f"{MINUS if bps < 0 else ''}{whole:,}" + (f".{decimals}" if decimals else "") + "%"


@register.filter
def whole_percent(bps: int) -> str:
    """Write basis points as whole percent, cut.

    >>> whole_percent(9999)
    '99%'
    """
    return f"{int(bps) // 100}%"


@register.filter
def signed_percent(bps: int) -> str:
    """Write basis points as percent with their sign.

    >>> signed_percent(34), signed_percent(-1200), signed_percent(0)
    ('+0.34%', '−12%', '0%')
    """
    return ("+" if bps > 0 else "") + percent(bps)


@register.filter
def short_day(day: str) -> str:
    """Write a day (YYYY-MM-DD) as month and day, in the reader's language."""
    return date_format(date.fromisoformat(day), "MONTH_DAY_FORMAT")


def _signed(amount: int, shown: str) -> str:
    return f"{'+' if amount > 0 else MINUS if amount < 0 else ''}{shown}"

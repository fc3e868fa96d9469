"""The price of a point, in short: today's figure, and a line drawn by the server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from tongbao.ledger.prices import Price, price_days
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import SIGNS, digits

_DAYS: Final = 90
_WIDE: Final = 320
_HIGH: Final = 72
_EDGE: Final = 4
_PLACES: Final = 4
_LEAST_SPAN: Final = 10  # the drawing's height is at least a tenth of the price


@dataclass(frozen=True, slots=True)
class Curve:
    """The price now, in words, and as many closed days as there are, as an SVG's paths.

    ``bottom`` and ``top`` are the prices at the drawing's edges, in words.
    """

    price: str
    line: str
    area: str
    end: tuple[int, int]
    days: int
    first_day: str
    bottom: str
    top: str
    width: int = _WIDE
    height: int = _HIGH


def curve(shop: Shop) -> Curve:
    """Return the price of a point now and over the last 90 closed days: a few reads.

    Before anything was bought the price is the plan's issue price.
    """
    standing = shop.ledger.standing()
    figures, plan = standing.figures, standing.plan
    now = Price(figures.reserve, figures.supply).per_point or Fraction(plan.issue_price)
    closed = price_days(shop.ledger, limit=_DAYS).days
    prices = [day.price.per_point for day in reversed(closed) if day.price.supply]
    low, high = scale([*prices, now])
    places = _placed([*prices, now], low, high)
    line = "M" + " L".join(f"{x} {y}" for x, y in places)
    return Curve(
        price=unit_price(now, shop.currency),
        line=line,
        area=f"{line} L{_WIDE} {_HIGH} L0 {_HIGH}Z",
        end=places[-1],
        days=len(prices),
        first_day=closed[-1].day if closed else "",
        bottom=unit_price(low, shop.currency),
        top=unit_price(high, shop.currency),
    )


def scale(prices: Iterable[Fraction]) -> tuple[Fraction, Fraction]:
    """Return the prices at the foot and at the top of a drawing of these.

    They lie apart by at least a tenth of the highest, so that a little does not look like much.

    >>> scale([Fraction(100), Fraction(101)])
    (Fraction(1909, 20), Fraction(2111, 20))
    >>> scale([Fraction(100), Fraction(500)])
    (Fraction(100, 1), Fraction(500, 1))
    """
    prices = list(prices)
    least, most = min(prices), max(prices)
    spare = max(most / _LEAST_SPAN - (most - least), Fraction(0)) / 2
    return least - spare, most + spare


def unit_price(per_point: Fraction, currency: str) -> str:
    """Write the price of one point (minor units), rounded to four decimals.

    >>> unit_price(Fraction(1000, 7), "CNY")
    '¥1.4286'
    """
    shown = int(per_point * 10**_PLACES / 10 ** digits(currency) + Fraction(1, 2))
    whole, rest = divmod(shown, 10**_PLACES)
    return f"{SIGNS.get(currency, currency + ' ')}{whole:,}.{rest:0{_PLACES}d}"


def _placed(prices: Sequence[Fraction], low: Fraction, high: Fraction) -> list[tuple[int, int]]:
    """Return where the prices stand on the drawing between these two."""
    if len(prices) == 1:
        prices = [prices[0], prices[0]]
    room = _HIGH - 2 * _EDGE
    return [
        (
            number * _WIDE // (len(prices) - 1),
            _HIGH // 2 if high == low else _HIGH - _EDGE - int((price - low) * room / (high - low)),
        )
        for number, price in enumerate(prices)
    ]

"""The price curve: closed days and now, as coordinates of an SVG and as rows of a table.

Whole numbers only: coordinates are whole units of the SVG's own grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, TypeVar

from django.utils.translation import gettext_lazy

from tongbao.ledger.door import Ledger
from tongbao.ledger.prices import DayPrice, Price, price_days
from tongbao.mall.shop.curve import marks, unit_price

WIDTH: Final = 400
HEIGHT: Final = 190
LEFT: Final = 52
TOP: Final = 12
RIGHT: Final = WIDTH - 8
BOTTOM: Final = HEIGHT - 28

RANGES: Final = {"month": 31, "quarter": 92, "year": 366, "all": 0}
"""Days before the last close that are shown; 0: all of them."""

LABELS: Final = {
    "month": gettext_lazy("1 month"),
    "quarter": gettext_lazy("3 months"),
    "year": gettext_lazy("1 year"),
    "all": gettext_lazy("All"),
}

_T = TypeVar("_T")
_DRAWN: Final = 120
_ROWS: Final = 31
_PAGE: Final = 1000
_PAGES: Final = 40  # more days than any calendar here will see


@dataclass(frozen=True, slots=True)
class Spot:
    """A price in the curve; ``day`` is empty for now."""

    day: str
    price: Price
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve to draw: ``spots`` from left to right, ``rows`` some of them, the newest first.

    ``marks`` are the axis: prices in minor units per point, from nothing upwards, and where they
    stand. ``line`` are an SVG polyline's points, ``area`` a polygon's below it.
    """

    chosen: str
    spots: tuple[Spot, ...]
    rows: tuple[Spot, ...]
    marks: tuple[tuple[Fraction, int], ...]
    line: str
    area: str

    @property
    def first(self) -> Spot:
        """The earliest price."""
        return self.spots[0]

    @property
    def last(self) -> Spot:
        """The price now."""
        return self.spots[-1]


def price_shown(price: Price, currency: str) -> str:
    """Return the price of a point as people write it; a dash where no point exists.

    >>> price_shown(Price(3000, 21_000_000), "CNY")
    '¥1.4286'
    """
    return unit_price(price.per_point, currency) if price.supply else "–"


def curve(ledger: Ledger, now: Price, chosen: str) -> Curve | None:
    """Return the curve of that range, up to the price now; None where there is no price at all."""
    days = [day for day in _closed(ledger, RANGES[chosen]) if day.price.supply]
    if not now.supply:
        return None
    return drawn(days, now, chosen)


def drawn(days: Sequence[DayPrice], now: Price, chosen: str) -> Curve:
    """Return the curve through these closed days, the oldest first, and now."""
    places = [date.fromisoformat(day.day).toordinal() for day in days]
    places.append(places[-1] + 1 if places else 0)
    prices = [*(day.price for day in days), now]
    names = [*(day.day for day in days), ""]
    axis = marks(max(price.per_point for price in prices))
    spots = [
        Spot(name, price, _across(place, places), _up(price.per_point, axis[-1]))
        for name, price, place in _thinned(list(zip(names, prices, places, strict=True)), _DRAWN)
    ]
    line = " ".join(f"{spot.x},{spot.y}" for spot in spots)
    area = f"{spots[0].x},{BOTTOM} {line} {spots[-1].x},{BOTTOM}"
    rows = tuple(reversed(_thinned(spots, _ROWS)))
    stand = tuple((mark, _up(mark, axis[-1])) for mark in axis)
    return Curve(chosen, tuple(spots), rows, stand, line, area)


def _closed(ledger: Ledger, span: int) -> list[DayPrice]:
    """Return the closed days of the last so many days, the oldest first."""
    if span:
        found = price_days(ledger, limit=span).days
        since = date.fromisoformat(found[0].day).toordinal() - span if found else 0
        return [d for d in reversed(found) if date.fromisoformat(d.day).toordinal() > since]
    days, before = list[DayPrice](), None
    for _ in range(_PAGES):
        page = price_days(ledger, before=before, limit=_PAGE)
        days += page.days
        before = page.before
        if before is None:
            break
    return days[::-1]


def _across(place: int, places: Sequence[int]) -> int:
    first, last = places[0], places[-1]
    if first == last:
        return RIGHT
    return LEFT + (place - first) * (RIGHT - LEFT) // (last - first)


def _up(price: Fraction, top: Fraction) -> int:
    return BOTTOM - int(price * (BOTTOM - TOP) / top)


def _thinned(spots: Sequence[_T], most: int) -> list[_T]:
    """Return at most so many of them, evenly, the first and the last among them."""
    if len(spots) <= most:
        return list(spots)
    return [spots[i * (len(spots) - 1) // (most - 1)] for i in range(most)]

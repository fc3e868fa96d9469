"""The price of a point in short, and the honest range of a drawing of prices."""

from fractions import Fraction
from typing import Final

from tongbao.mall.shop.money import SIGNS, digits

_PLACES: Final = 4
_MOST_STEPS: Final = 5
_ROUND: Final = (1, 2, 5)


def marks(most: Fraction) -> tuple[Fraction, ...]:
    """Return the marks of an axis from nothing to at least ``most``: equal, round steps.

    An axis begins at zero, so that a rise of a tenth looks like a tenth.

    >>> [int(mark) for mark in marks(Fraction(6289))]
    [0, 2000, 4000, 6000, 8000]
    >>> [str(mark) for mark in marks(Fraction(3, 10))]
    ['0', '1/10', '1/5', '3/10']
    """
    if most <= 0:
        return Fraction(0), Fraction(1)
    step = Fraction(1)
    while step * _MOST_STEPS > most:
        step /= 10
    power = step
    while step * _MOST_STEPS < most:
        step = next((power * one for one in _ROUND if power * one * _MOST_STEPS >= most), step * 10)
        power *= 10
    return tuple(step * number for number in range(-int(-most // step) + 1))


def unit_price(per_point: Fraction, currency: str, places: int | None = None) -> str:
    """Write the price of one point (minor units), rounded to four decimals or so many.

    >>> unit_price(Fraction(1000, 7), "CNY"), unit_price(Fraction(1000, 7), "CNY", 2)
    ('¥1.4286', '¥1.43')
    """
    shown_places = _PLACES if places is None else places
    shown = int(per_point * 10**shown_places / 10 ** digits(currency) + Fraction(1, 2))
    whole, rest = divmod(shown, 10**shown_places)
    decimals = f".{rest:0{shown_places}d}" if shown_places else ""
    return f"{SIGNS.get(currency, currency + ' ')}{whole:,}{decimals}"

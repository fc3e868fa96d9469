"""Oscar's decimal amounts as whole minor units: exactly, or not at all."""

from decimal import Decimal

from tongbao.mall.shop.money import digits


class NotExact(ValueError):
    """The amount has a fraction of the smallest unit: somewhere a price was not rounded."""


def to_minor(amount: Decimal, currency: str) -> int:
    """Return an amount's minor units.

    >>> to_minor(Decimal("12.30"), "CNY"), to_minor(Decimal("12"), "JPY")
    (1230, 12)

    Raises:
        NotExact: it is no whole number of them, or no number.
    """
    if not amount.is_finite():
        raise NotExact(f"{amount} is no amount.")
    scaled = amount.scaleb(digits(currency))
    if scaled != scaled.to_integral_value():
        raise NotExact(f"{amount} is no whole number of the smallest unit of {currency}.")
    return int(scaled)

"""Amounts that people type: read strictly, into whole minor units and atoms."""

import re
from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongbao.mall.shop.money import digits, money, points

LARGEST: Final = 10**15
"""The largest amount that can be typed, in minor units or atoms."""

_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９，．", "0123456789,.")
_POINT_PLACES: Final = 6
_LONGEST: Final = 40
# Digits, or groups of three behind commas; then perhaps decimals.
_AMOUNT: Final = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")


class BadAmount(ValueError):
    """That is no amount; the message says why, in the reader's language."""


def parse_money(text: str, currency: str) -> int:
    """Return the minor units of an amount that somebody typed, from 1 to `LARGEST`.

    >>> parse_money("1,234.5", "CNY"), parse_money("１２．３４", "CNY"), parse_money("500", "JPY")
    (123450, 1234, 500)

    Raises:
        BadAmount: anything but digits, commas between thousands and the currency's decimals.
    """
    return _parse(text, digits(currency), money(LARGEST, currency))


def parse_points(text: str) -> int:
    """Return the atoms of points that somebody typed, from 1 to `LARGEST`.

    >>> parse_points("12.5")
    12500000

    Raises:
        BadAmount: as `parse_money`, with up to six decimals.
    """
    return _parse(text, _POINT_PLACES, points(LARGEST))


def typed(amount: int, places: int) -> str:
    """Write an amount of smallest units as somebody would type it.

    >>> typed(123450, 2), typed(100, 2), typed(500, 0)
    ('1234.50', '1.00', '500')
    """
    whole, rest = divmod(amount, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)


def _parse(text: str, places: int, largest: str) -> int:
    # The blanks around are nobody's fault.
    plain = text[: _LONGEST + 1].translate(_FULL_WIDTH).strip()
    found = _AMOUNT.fullmatch(plain)
    if not plain or found is None:
        raise BadAmount(_("Enter an amount in digits, such as 12.50."))
    if len(plain) > _LONGEST:
        raise BadAmount(_("The maximum is %(amount)s.") % {"amount": largest})
    whole, decimals = found.group(1).replace(",", ""), found.group(2) or ""
    if len(decimals) > places:
        if not places:
            raise BadAmount(_("Enter a whole amount, without decimals."))
        raise BadAmount(_("Enter at most %(count)d decimals.") % {"count": places})
    amount = int(whole + decimals.ljust(places, "0"))
    if amount == 0:
        raise BadAmount(_("Enter an amount greater than zero."))
    if amount > LARGEST:
        raise BadAmount(_("The maximum is %(amount)s.") % {"amount": largest})
    return amount


class _AmountField(forms.CharField):
    """A form field whose cleaned value is a whole number of the smallest units, or None."""

    widget = forms.TextInput
    places = 0

    def __init__(self, **options: object) -> None:
        options.setdefault("max_length", _LONGEST)
        options.setdefault("error_messages", {"required": gettext_lazy("Enter an amount.")})
        super().__init__(**options)  # type: ignore[arg-type]  # handed on
        self.widget.attrs |= {
            "inputmode": "decimal" if self.places else "numeric",
            "autocomplete": "off",
        }

    def read(self, text: str) -> int:
        raise NotImplementedError

    def clean(self, value: str | None) -> int | None:
        """Read what was typed.

        Raises:
            ValidationError: it is no amount.
        """
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text)
        except BadAmount as error:
            raise ValidationError(str(error), code="amount") from error

    def prepare_value(self, value: object) -> object:
        """Show an initial amount as it would be typed, and what was typed as it was."""
        return typed(value, self.places) if isinstance(value, int) else value


class MoneyField(_AmountField):
    """An amount of money; cleaned into minor units of that currency."""

    def __init__(self, currency: str, **options: object) -> None:
        self.currency, self.places = currency, digits(currency)
        super().__init__(**options)

    def read(self, text: str) -> int:
        """Read it; see `parse_money`."""
        return parse_money(text, self.currency)


class PointsField(_AmountField):
    """An amount of points; cleaned into atoms."""

    places = _POINT_PLACES

    def read(self, text: str) -> int:
        """Read it; see `parse_points`."""
        return parse_points(text)

"""Whose account is topped up: numbers as people type them, read by kind."""

import re
import unicodedata
from typing import Final

import phonenumbers
from django.utils.translation import gettext as _

from tongbao.mall.people.contact import region
from tongbao.mall.services.models import Topup

_LONGEST: Final = 40
# Sinopec's cards have 19 digits and begin with 100011, PetroChina's 16 and begin with 9.
_FUEL_CARD: Final = re.compile(r"100011[0-9]{13}|9[0-9]{15}")
_METER: Final = re.compile(r"[0-9]{6,20}")
_SIGNS: Final = str.maketrans("", "", " -()")


class BadTarget(ValueError):
    """That number cannot be topped up; the message says why, in the reader's language."""


def read_target(kind: str, text: str) -> str:
    """Return the number in what somebody typed, in the form that providers get.

    A phone number without a country code is at home where the mall is, if that is known. Chinese ones have eleven
    digits then, others + and the country code.

    >>> read_target("fuel", "1000 1100 0000 0000 001")
    '1000110000000000001'

    Raises:
        BadTarget: it is no number of that kind.
    """
    plain = unicodedata.normalize("NFKC", text[: _LONGEST + 1]).strip().translate(_SIGNS)
    if kind == Topup.Kind.PHONE:
        return _phone(plain)
    if kind == Topup.Kind.FUEL:
        if not _FUEL_CARD.fullmatch(plain):
            raise BadTarget(
                _("Enter the fuel card's number: 19 digits that begin with 100011, or 16 with 9.")
            )
        return plain
    if not _METER.fullmatch(plain):
        raise BadTarget(_("Enter the customer number from your bill: 6 to 20 digits."))
    return plain


def masked(target: str) -> str:
    """Return a number with its middle hidden.

    >>> masked("13800138000")
    '138••••8000'
    """
    return f"{target[:3]}••••{target[-4:]}" if len(target) > 8 else f"••••{target[-2:]}"  # noqa: PLR2004


def _phone(plain: str) -> str:
    home = region()
    try:
        number = phonenumbers.parse(plain, home or None)
    except phonenumbers.NumberParseException as error:
        raise BadTarget(_how(home)) from error
    mobile = {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in mobile:
        raise BadTarget(_how(home))
    if number.country_code == phonenumbers.country_code_for_region("CN"):
        return str(number.national_number)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _how(home: str) -> str:
    example = None
    if home:
        example = phonenumbers.example_number_for_type(home, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return _("Enter a mobile number with + and the country code.")
    shown = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    words = _(
        "Enter a mobile number, such as %(example)s; foreign numbers with + and the country code."
    )
    return words % {"example": shown}

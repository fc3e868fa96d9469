"""What people log in with: an e-mail address or a phone number, in one field."""

import re
from dataclasses import dataclass
from typing import Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from tongbao.mall.people.mail import is_deliverable
from tongbao.mall.shop.countries import prefix_of
from tongbao.mall.shop.models import the_shop
from tongbao.plans.names import one_spelling, person_name

_MOST_CHARACTERS: Final = 254
_NATIONAL: Final = re.compile(r"[0-9 ()./-]{5,40}")


@dataclass(frozen=True, slots=True)
class Contact:
    """Exactly one of the two: ``email`` in lower case, or ``phone`` as +861381234…."""

    email: str = ""
    phone: str = ""

    def __str__(self) -> str:
        return self.email or self.phone


def region() -> str:
    """Return the country in which the mall's phone numbers are at home, such as CN; "" is none."""
    return the_shop().country


def hint() -> str:
    """Return how a phone number is written here, in the reader's language."""
    country = region()
    if not country:
        return _("Phone numbers with + and the country code.")
    return _("%(prefix)s is put before phone numbers without a country code.") % {
        "prefix": prefix_of(country)
    }


def read(text: str) -> Contact:
    """Read an e-mail address or a phone number as people write them.

    Raises:
        ValidationError: it is neither, in the reader's language.
    """
    text = person_name(text)
    if "@" in text and len(text) <= _MOST_CHARACTERS:
        try:
            validate_email(text)
        except ValidationError:
            pass
        else:
            check_deliverable(text)
            return Contact(email=text)
    elif phone := read_phone(text):
        return Contact(phone=phone)
    check_country(text)
    raise ValidationError(_("Enter an e-mail address or a phone number."), code="contact")


def check_deliverable(address: str) -> None:
    """Check that a mail can be addressed so.

    Raises:
        ValidationError: it cannot, in the reader's language.
    """
    if not is_deliverable(address):
        raise ValidationError(
            _("No mail can be sent to this address. Look at what stands after the @."),
            code="address",
        )


def check_country(text: str) -> None:
    """Check that a number, which could not be read, does not lack its country only.

    Raises:
        ValidationError: it does, in the reader's language.
    """
    is_number = _NATIONAL.fullmatch(one_spelling(text))
    if is_number and not region():
        raise ValidationError(
            _("Write the phone number with + and the country code, such as +33."),
            code="country",
        )


def read_phone(text: str) -> str:
    """Return a phone number in its international form, "" if it is none."""
    if len(text) > _MOST_CHARACTERS:
        return ""
    try:
        number = phonenumbers.parse(one_spelling(text), region() or None)
    except phonenumbers.NumberParseException:
        return ""
    if number.extension or not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

"""What people log in with: an e-mail address or a phone number, in one field."""

from dataclasses import dataclass
from typing import Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from tongbao.mall.people.mail import is_deliverable
from tongbao.mall.shop.models import the_shop

# Where a phone number without a country code is at home, by the mall's currency.
_REGIONS: Final = {
    "AUD": "AU", "CAD": "CA", "CHF": "CH", "CNY": "CN", "EUR": "DE", "GBP": "GB", "HKD": "HK",
    "INR": "IN", "JPY": "JP", "KRW": "KR", "MOP": "MO", "MYR": "MY", "NZD": "NZ", "SGD": "SG",
    "THB": "TH", "TWD": "TW", "USD": "US", "VND": "VN",
}  # fmt: skip
_MOST_CHARACTERS: Final = 254


@dataclass(frozen=True, slots=True)
class Contact:
    """Exactly one of the two: ``email`` in lower case, or ``phone`` as +861381234…."""

    email: str = ""
    phone: str = ""

    def __str__(self) -> str:
        return self.email or self.phone


def region() -> str:
    """Return the country in which the mall's phone numbers are at home, such as CN."""
    return _REGIONS.get(the_shop().currency, "CN")


def read(text: str) -> Contact:
    """Read an e-mail address or a phone number as people write them.

    Raises:
        ValidationError: it is neither, in the reader's language.
    """
    text = text.strip()
    if "@" in text and len(text) <= _MOST_CHARACTERS:
        try:
            validate_email(text)
        except ValidationError:
            pass
        else:
            check_deliverable(text)
            return Contact(email=text.lower())
    elif phone := read_phone(text):
        return Contact(phone=phone)
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


def read_phone(text: str) -> str:
    """Return a phone number in its international form, "" if it is none."""
    if len(text) > _MOST_CHARACTERS:
        return ""
    try:
        number = phonenumbers.parse(text, region())
    except phonenumbers.NumberParseException:
        return ""
    if number.extension or not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

"""In which country a mall is at home: where phone numbers without a country code belong."""

from typing import Final

import phonenumbers
from babel import Locale
from django.utils.translation import get_language

# Currencies whose name says the country. The euro says none, nor do those that are not here.
_HOMES: Final = {
    "AUD": "AU", "CAD": "CA", "CHF": "CH", "CNY": "CN", "GBP": "GB", "HKD": "HK", "INR": "IN",
    "JPY": "JP", "KRW": "KR", "MOP": "MO", "MYR": "MY", "NZD": "NZ", "SGD": "SG", "THB": "TH",
    "TWD": "TW", "USD": "US", "VND": "VN",
}  # fmt: skip


def home_of(currency: str) -> str:
    """Return the country that a currency says, "" where it says none.

    >>> home_of("GBP"), home_of("EUR")
    ('GB', '')
    """
    return _HOMES.get(currency, "")


def is_country(code: str) -> bool:
    """Return whether phone numbers are given out in a country, by its two letters (ISO 3166-1)."""
    return code in phonenumbers.SUPPORTED_REGIONS


def prefix_of(country: str) -> str:
    """Return what stands before a country's numbers abroad, "" for no country.

    >>> prefix_of("FR")
    '+33'
    """
    return f"+{phonenumbers.country_code_for_region(country)}" if country else ""


def named_countries() -> list[tuple[str, str]]:
    """Return all countries, by their names in the reader's language."""
    is_chinese = (get_language() or "").startswith("zh")
    names = Locale("zh" if is_chinese else "en").territories
    found = [(code, str(names.get(code, code))) for code in phonenumbers.SUPPORTED_REGIONS]
    return sorted(found, key=lambda one: one[1])

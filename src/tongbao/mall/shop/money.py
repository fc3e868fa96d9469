"""Money and points in words: from whole minor units and atoms, never through floats."""

from typing import Final

from django.utils.translation import get_language

ATOMS: Final = 1_000_000
SIGNS: Final = {"CNY": "¥", "GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "KRW": "₩"}
NO_MINOR: Final = frozenset({"JPY", "KRW", "VND"})


def digits(currency: str) -> int:
    """Return how many decimals a currency has."""
    return 0 if currency in NO_MINOR else 2


def money(minor: int, currency: str) -> str:
    """Return an amount of minor units as people write it.

    >>> money(-1234567, "CNY")
    '−¥12,345.67'
    """
    places = digits(currency)
    sign = "−" if minor < 0 else ""
    whole, rest = divmod(abs(int(minor)), 10**places)
    shown = f"{whole:,}" + (f".{rest:0{places}d}" if places else "")
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{shown}"


def points(atoms: int, places: int = 4) -> str:
    """Return points, cut (never rounded up) after some decimals, without idle zeros.

    >>> points(12_495_000), points(1_999_999), points(1)
    ('12.495', '1.9999', '0.000001')
    """
    atoms = int(atoms)
    sign = "−" if atoms < 0 else ""
    whole, rest = divmod(abs(atoms), ATOMS)
    if whole == 0 and rest < 10 ** (6 - places):
        places = 6
    decimals = f"{rest:06d}"[:places].rstrip("0")
    return f"{sign}{whole:,}" + (f".{decimals}" if decimals else "")


def is_chinese() -> bool:
    """Say whether the reader's language is Chinese."""
    return (get_language() or "").startswith("zh")

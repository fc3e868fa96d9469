"""Money and points in words: from whole minor units and atoms, never through floats."""

from typing import Final

from django.utils.translation import get_language

ATOMS: Final = 1_000_000
_PLACES: Final = 4
_LEAST_SHOWN: Final = ATOMS // 10**_PLACES
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


def points(atoms: int) -> str:
    """Return points as every page and message shows them: at most four decimals, without idle zeros.

    Four, because a shopper's points then have the same digits wherever they stand, and what is cut
    is worth less than a fen until a point costs a hundred yuan. Cut, never rounded up, so that
    nobody sees more than is there. Less than can be seen that way is shown to the last atom, not
    as nothing. Fields to type into and files have all six decimals.

    >>> points(12_495_000), points(1_999_999), points(1)
    ('12.495', '1.9999', '0.000001')
    """
    return _decimal(int(atoms), 6 if 0 < abs(int(atoms)) < _LEAST_SHOWN else _PLACES)


def exact_points(atoms: int) -> str:
    """Return points to the last atom, for somebody who types them in.

    >>> exact_points(1_999_999)
    '1.999999'
    """
    return _decimal(int(atoms), 6)


def _decimal(atoms: int, places: int) -> str:
    whole, rest = divmod(abs(atoms), ATOMS)
    decimals = f"{rest:06d}"[:places].rstrip("0")
    return f"{'−' if atoms < 0 else ''}{whole:,}" + (f".{decimals}" if decimals else "")


def is_chinese() -> bool:
    """Say whether the reader's language is Chinese."""
    return (get_language() or "").startswith("zh")

"""What callers hand in, looked at before anything is read: each check raises a named error."""

from datetime import datetime, tzinfo
from typing import Any, Final

from django.db import connections

from tongbao.ledger.values import BadArgument

LAST_YEAR: Final = 9000
"""Later moments are a slip of the pen, and close to where calendars end."""

_FIRST_YEAR: Final = 1970
_GREATEST: Final = 2**63 - 1
_LONGEST: Final = 64


def quoted(value: object) -> str:
    """Return a value fit for one line of a message, whatever it is.

    >>> quoted("wine"), quoted(10**5000)
    ("'wine'", 'a long int')
    """
    try:
        shown = ascii(value)
    except (ValueError, RecursionError):
        return f"a long {type(value).__name__}"
    return shown if len(shown) <= _LONGEST + 2 else f"{shown[:_LONGEST]}…"


def check_using(using: object) -> None:
    """Raise BadArgument unless that is the alias of a database."""
    if not isinstance(using, str) or using not in connections:
        raise BadArgument(f"There is no database with the alias {quoted(using)}.")


def check_text(name: str, value: object) -> None:
    """Raise BadArgument unless the argument of that name is a text."""
    if not isinstance(value, str):
        raise BadArgument(f"{name} must be a text, not {quoted(value)}.")


def check_number(name: str, value: object, *, least: int = 0) -> None:
    """Raise BadArgument unless the argument of that name is a whole number in 64 bits."""
    if not is_whole(value, least):
        raise BadArgument(f"{name} must be a whole number from {least}, not {quoted(value)}.")


def is_whole(value: object, least: int = 0, most: int = _GREATEST) -> bool:
    """Say whether that is a whole number from ``least`` to ``most``; True is none."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def check_moment(name: str, value: object) -> None:
    """Raise BadArgument unless the argument of that name is a moment with its time zone."""
    if not has_zone(value):
        raise BadArgument(f"{name} must be a moment with its time zone, not {quoted(value)}.")


def has_zone(value: Any) -> bool:  # noqa: ANN401  # whatever a caller gave
    """Say whether that is a moment with a time zone, within years that clocks show."""
    if not isinstance(value, datetime) or not isinstance(value.tzinfo, tzinfo):
        return False
    return value.utcoffset() is not None and _FIRST_YEAR <= value.year <= LAST_YEAR


def check_kind(name: str, value: object, kind: type) -> None:
    """Raise BadArgument unless the argument of that name is of this kind."""
    if not isinstance(value, kind):
        raise BadArgument(f"{name} must be a {kind.__name__}, not {quoted(value)}.")

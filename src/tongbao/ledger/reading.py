"""Reading a program's rows for statements and books: plain SQL on either database.

Entries, lines and days are never changed once written: what is read up to a number stays so,
whoever settles meanwhile.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec
from django.db import connections
from msgspec import Struct

from tongbao.engine.state import Figures
from tongbao.engine.units import SCALE
from tongbao.ledger.arguments import is_whole, quoted
from tongbao.ledger.fields import WholeField
from tongbao.ledger.values import LedgerError

LONGEST_PAGE: Final = 1000
"""The most that one page may hold."""


class BadPage(LedgerError):
    """A page cannot be read so: its size, its cursor or its period is none."""


class BadDay(BadPage):
    """What should be a day is none."""


class BadCursor(BadPage):
    """What should lead on to the next page does not come from a page."""


class BadPeriod(BadPage):
    """The period ends before it begins."""


class NoSuchDay(LedgerError):
    """The program closed no such day."""


class Holding(Struct, frozen=True):
    """How an account stood after an entry, as far as dividends go; see `models.Line`."""

    points: int = 0
    quota: int = 0
    mark: int = 0
    fraction: int = 0

    def due(self, index: int) -> int:
        """Return what it has earned since its mark at this index, in minor units.

        Floor, as at the settlement: the remainder stays the account's. At most its quota.
        """
        if not self.points:
            return 0
        return min((self.points * (index - self.mark) + self.fraction) // SCALE, self.quota)


class ClosedDay(Struct, frozen=True):
    """A closed day: its entry, and the figures after it."""

    day: str
    number: int
    figures: Figures


def rows(using: str, query: str, values: Sequence[str | int | None]) -> list[tuple[Any, ...]]:
    """Return the rows that a query finds; every value stands for a ``%s``."""
    with connections[using].cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def read_figures(text: str) -> Figures:
    """Return the figures that a day's row holds."""
    return msgspec.json.decode(text, type=Figures)


def listed(values: Sequence[str | int]) -> str:
    """Return as many placeholders as there are values, for a query's ``IN``."""
    return f"({', '.join(['%s'] * len(values))})"


def whole(using: str, value: int) -> str | int | None:
    """Return a whole number as it is written in that database, to compare with a column."""
    return WholeField().get_db_prep_value(value, connections[using])


def check_day(day: Any) -> None:  # noqa: ANN401  # whatever a caller gave
    """Raise BadDay unless it is a day as they are written: YYYY-MM-DD."""
    try:
        if isinstance(day, str) and date.fromisoformat(day).isoformat() == day:
            return
    except ValueError:
        pass
    raise BadDay(f"{quoted(day)} is no day; write it as YYYY-MM-DD.")


def check_limit(limit: Any) -> None:  # noqa: ANN401  # whatever a caller gave
    """Raise BadPage unless a page may have that many rows."""
    if not is_whole(limit, 1, LONGEST_PAGE):
        raise BadPage(f"A page has 1 to {LONGEST_PAGE} rows, not {quoted(limit)}.")


def check_span(first: str | None, last: str | None) -> None:
    """Raise BadPage unless both are days, where they are named, and not the wrong way round."""
    for day in (first, last):
        if day is not None:
            check_day(day)
    if first is not None and last is not None and first > last:
        raise BadPeriod(f"The period ends ({last}) before it begins ({first}).")

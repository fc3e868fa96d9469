"""A program's price of a point: day by day, entry by entry, and thinned out for a chart."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

import msgspec
from msgspec import Struct

from tongbao.engine.units import ATOMS, SCALE
from tongbao.ledger.arguments import check_kind, is_whole, quoted
from tongbao.ledger.door import Ledger
from tongbao.ledger.effects import read_body
from tongbao.ledger.reading import BadPage, BadPeriod, check_day, check_limit, read_figures, rows

FEWEST_POINTS: Final = 4
_CHUNK: Final = 2000
_PER_BUCKET: Final = 4


class Price(Struct, frozen=True):
    """The exact price: reserve (minor units) over supply (atoms); none while supply is 0."""

    reserve: int
    supply: int

    @property
    def scaled(self) -> int:
        """Minor units per atom times SCALE, rounded down; 0 for an empty pool."""
        return self.reserve * SCALE // self.supply if self.supply else 0

    @property
    def per_point(self) -> Fraction:
        """Minor units per point, exactly; 0 for an empty pool.

        >>> Price(3000, 21_000_000).per_point
        Fraction(1000, 7)
        """
        return Fraction(self.reserve * ATOMS, self.supply) if self.supply else Fraction(0)

    def below(self, other: "Price") -> bool:
        """Say whether this price is less than the other, exactly."""
        if not self.supply:
            return other.supply > 0
        return self.reserve * other.supply < other.reserve * self.supply


class DayPrice(Struct, frozen=True):
    """The price after a day's close."""

    day: str
    number: int
    price: Price


class DayPrices(Struct, frozen=True):
    """Closed days, newest first; ``before`` is the cursor of the next page, None at the end."""

    days: tuple[DayPrice, ...]
    before: str | None


class EntryPrice(Struct, frozen=True):
    """The price after an entry of the journal."""

    number: int
    recorded_at: datetime
    price: Price


class EntryPrices(Struct, frozen=True):
    """Entries in their order; ``after`` is the cursor of the next page, None at the end."""

    entries: tuple[EntryPrice, ...]
    after: int | None


def price_days(ledger: Ledger, *, before: str | None = None, limit: int = 31) -> DayPrices:
    """Return the price at each day's close, newest first; ``before`` is the last page's cursor.

    Raises:
        BadPage.
    """
    check_kind("ledger", ledger, Ledger)
    check_limit(limit)
    query = "SELECT day, number, figures FROM ledger_day WHERE program = %s"
    values: list[str | int] = [ledger.program_id]
    if before is not None:
        check_day(before)
        query += " AND day < %s"
        values.append(before)
    query += " ORDER BY day DESC LIMIT %s"
    days = []
    for day, number, text in rows(ledger.using, query, (*values, limit + 1)):
        figures = read_figures(text)
        days.append(DayPrice(day, number, Price(figures.reserve, figures.supply)))
    more = len(days) > limit
    return DayPrices(tuple(days[:limit]), days[limit - 1].day if more else None)


def price_entries(ledger: Ledger, *, after: int = 0, limit: int = 1000) -> EntryPrices:
    """Return the price after each entry behind that one, in the journal's order.

    Raises:
        BadPage.
    """
    check_kind("ledger", ledger, Ledger)
    check_limit(limit)
    _check_number(after)
    found = _read(ledger, after, None, limit + 1)
    more = len(found) > limit
    return EntryPrices(tuple(found[:limit]), found[limit - 1].number if more else None)


def price_chart(
    ledger: Ledger, *, points: int = 400, after: int = 0, up_to: int | None = None
) -> tuple[EntryPrice, ...]:
    """Return at most so many entries that draw the price of all behind ``after`` up to ``up_to``.

    The entries are divided into spans of equal length; of each the first, the last, the one of the
    least and the one of the highest price are kept. Every entry is read, in little memory: for
    years use `price_days`.

    Raises:
        BadPage: fewer than 4 points, a number that no entry can have, ``up_to`` before ``after``.
    """
    check_kind("ledger", ledger, Ledger)
    if not is_whole(points, FEWEST_POINTS):
        raise BadPage(f"A chart has at least {FEWEST_POINTS} points, not {quoted(points)}.")
    _check_number(after)
    last = ledger.standing().number
    if up_to is not None:
        _check_number(up_to)
        if up_to < after:
            raise BadPeriod(f"The chart ends (entry {up_to}) before it begins (entry {after}).")
        last = min(last, up_to)
    count = last - after
    if count <= points:
        return tuple(_stream(ledger, after, last))
    buckets = points // _PER_BUCKET
    kept: list[EntryPrice] = []
    bucket = _Bucket()
    for entry in _stream(ledger, after, last):
        place = (entry.number - after - 1) * buckets // count
        if place != bucket.place:
            kept += bucket.kept()
            bucket = _Bucket(place)
        bucket.add(entry)
    return tuple(kept + bucket.kept())


class _Bucket(Struct):
    """The entries of a span that a chart keeps."""

    place: int = 0
    first: EntryPrice | None = None
    last: EntryPrice | None = None
    least: EntryPrice | None = None
    most: EntryPrice | None = None

    def add(self, entry: EntryPrice) -> None:
        if self.first is None:
            self.first = entry
        if self.least is None or entry.price.below(self.least.price):
            self.least = entry
        if self.most is None or self.most.price.below(entry.price):
            self.most = entry
        self.last = entry

    def kept(self) -> list[EntryPrice]:
        """Return them in the journal's order, each once."""
        found = (self.first, self.least, self.most, self.last)
        return [e for _, e in sorted({e.number: e for e in found if e is not None}.items())]


class _Body(Struct):
    """What of a body a price needs."""

    number: int
    recorded_at: datetime
    pool: tuple[int, int]


_BODY: Final = msgspec.json.Decoder(_Body)


def _read(ledger: Ledger, after: int, up_to: int | None, limit: int) -> list[EntryPrice]:
    query = "SELECT body FROM ledger_entry WHERE program = %s AND number > %s"
    values: list[str | int] = [ledger.program_id, after]
    if up_to is not None:
        query += " AND number <= %s"
        values.append(up_to)
    query += " ORDER BY number LIMIT %s"
    return [_entry_price(body) for (body,) in rows(ledger.using, query, (*values, limit))]


def _stream(ledger: Ledger, after: int, up_to: int) -> Iterator[EntryPrice]:
    found: Sequence[EntryPrice] = ()
    while after < up_to and (found := _read(ledger, after, up_to, _CHUNK)):
        yield from found
        after = found[-1].number


def _entry_price(text: str) -> EntryPrice:
    try:
        body = _BODY.decode(text)
    except msgspec.DecodeError:  # see `read_body`
        body = msgspec.convert(read_body(text), _Body)
    return EntryPrice(body.number, body.recorded_at.astimezone(UTC), Price(*body.pool))


def _check_number(number: object) -> None:
    if not is_whole(number):
        raise BadPage(f"{quoted(number)} is no entry's number.")

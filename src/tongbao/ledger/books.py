"""A program's books of a day: what moved, by cause, from the opening balances to the closing.

A program's row and every closed day hold the sums moved since the beginning, so that the books of
any span of days are a difference: they cost the same whatever happened in between. A day's books
hold all entries after the close before, its own close with them; the open day goes on until now.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal

import msgspec
from msgspec import Struct

from tongbao.engine.state import Figures
from tongbao.engine.units import check
from tongbao.ledger.arguments import check_kind
from tongbao.ledger.door import Ledger
from tongbao.ledger.prices import Price
from tongbao.ledger.reading import NoSuchDay, check_day, check_span, read_figures, rows

BookUnit = Literal["money", "points", "credit"]


class Movement(Struct, frozen=True):
    """What moved from one place to another for one cause; places as in the journal's postings.

    Money and credit in minor units, points in atoms. Places of accounts stand for all accounts.
    """

    unit: BookUnit
    cause: str
    source: str
    target: str
    amount: int


class Balances(Struct, frozen=True):
    """A program's balances: money and credit in minor units, points in atoms.

    ``wallets``, ``points`` and ``credit`` are sums over all accounts; supply = points + treasury
    = issued - burned.
    """

    reserve: int
    dividend_fund: int
    dividend_payable: int
    wallets: int
    paid_out: int
    refunded: int
    points: int
    treasury: int
    supply: int
    issued: int
    burned: int
    credit: int


class Books(Struct, frozen=True):
    """The books of a span of days.

    ``after`` is the last entry before it (-1 if none: the journal begins with 0), ``until`` its
    own last. ``previous_day`` is the last day closed before (empty if none), ``last_day`` the last
    closed in it: empty while the day is open.
    """

    previous_day: str
    last_day: str
    after: int
    until: int
    movements: tuple[Movement, ...]
    opening: Balances
    closing: Balances

    @property
    def opening_price(self) -> Price:
        """The price before."""
        return Price(self.opening.reserve, self.opening.supply)

    @property
    def closing_price(self) -> Price:
        """The price afterwards."""
        return Price(self.closing.reserve, self.closing.supply)


def day_books(ledger: Ledger, day: str) -> Books:
    """Return the books of a closed day.

    Raises:
        BadPage: it is not written as a day.
        NoSuchDay: the program closed no such day.
    """
    return period_books(ledger, day, day)


def period_books(ledger: Ledger, first: str, last: str) -> Books:
    """Return the books of all closed days from the first to the last, both with them.

    Raises:
        BadPage: they are not written as days, or the first is after the last.
        NoSuchDay: the program closed no day among them.
    """
    check_kind("ledger", ledger, Ledger)
    check_day(first)
    check_day(last)
    check_span(first, last)
    opening, closing = _snapshot(ledger, "day < %s", first), _snapshot(ledger, "day <= %s", last)
    if closing.number <= opening.number:
        span = first if first == last else f"from {first} to {last}"
        raise NoSuchDay(f"The program {ledger.name!r} closed no day {span}.")
    return _between(opening, closing)


def open_books(ledger: Ledger) -> Books:
    """Return the books from the last closed day until now."""
    check_kind("ledger", ledger, Ledger)
    now = ledger.standing()
    opening = _snapshot(ledger, "number <= %s", now.number)
    return _between(opening, _Snapshot("", now.number, now.figures, now.turnover))


class _Snapshot(Struct, frozen=True):
    """A program's figures and sums moved after an entry."""

    day: str
    number: int
    figures: Figures
    turnover: Mapping[str, int]


def _snapshot(ledger: Ledger, condition: str, value: str | int) -> _Snapshot:
    """Return the last closed day that meets the condition, or the beginning."""
    query = (
        "SELECT day, number, figures, turnover FROM ledger_day "
        f"WHERE program = %s AND {condition} ORDER BY number DESC LIMIT 1"
    )
    for day, number, figures, turnover in rows(ledger.using, query, (ledger.program_id, value)):
        sums = msgspec.json.decode(turnover, type=dict[str, int])
        return _Snapshot(day, number, read_figures(figures), sums)
    return _Snapshot("", -1, Figures(), {})


def _between(before: _Snapshot, after: _Snapshot) -> Books:
    books = Books(
        before.day,
        after.day,
        before.number,
        after.number,
        tuple(sorted(_movements(before.turnover, after.turnover), key=_order)),
        _balances(before.figures),
        _balances(after.figures),
    )
    _check_balance(books)
    return books


def _movements(before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[Movement]:
    for moved, total in after.items():
        cause, source, target = moved.split(" ")
        amount = total - before.get(moved, 0)
        if amount:
            yield Movement(_UNITS.get(source, "money"), cause, source, target, amount)


def _order(movement: Movement) -> tuple[int, str, str, str]:
    unit = ("money", "points", "credit").index(movement.unit)
    return unit, movement.cause, movement.source, movement.target


def _balances(figures: Figures) -> Balances:
    return Balances(**{name: getattr(figures, name) for name in Balances.__struct_fields__})


def _check_balance(books: Books) -> None:
    """Raise InvariantBroken unless each opening balance and its movements make the closing one."""
    for place, name in _KEPT_IN.items():
        moved = sum(m.amount for m in books.movements if m.target == place)
        moved -= sum(m.amount for m in books.movements if m.source == place)
        opening, closing = getattr(books.opening, name), getattr(books.closing, name)
        grown = closing - opening if place != "issuance" else opening - closing
        check(grown == moved, f"the books' movements of {name} lead from opening to closing")


_UNITS: Final[Mapping[str, BookUnit]] = MappingProxyType(
    {
        **dict.fromkeys(("issuance", "points", "treasury", "burned"), "points"),
        **dict.fromkeys(("credit_issued", "credit"), "credit"),
    }
)
_KEPT_IN: Final = MappingProxyType(
    {
        **{place: place for place in ("reserve", "dividend_fund", "dividend_payable")},
        **{place: place for place in ("paid_out", "refunded", "points", "treasury", "burned")},
        "wallet": "wallets",
        "credit": "credit",
        "issuance": "issued",
    }
)
"""The balance that a posting's place is counted in; what left issuance was issued."""

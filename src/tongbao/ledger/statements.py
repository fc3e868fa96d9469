"""An account's statement: each change of points, quota, wallet and credit, its cause, the balances.

A page costs at most four queries, whatever the account's and the journal's size. Cursors name a
place in the journal, so that pages stay what they were while new entries come in.

>>> from tongbao.ledger.door import open_program  # doctest: +SKIP
>>> page = statement(open_program("wine"), "m1", limit=20)  # doctest: +SKIP
>>> older = statement(open_program("wine"), "m1", cursor=page.cursor)  # doctest: +SKIP
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct, structs

from tongbao.ledger.arguments import (
    LAST_YEAR,
    check_kind,
    check_number,
    check_text,
    has_zone,
    quoted,
)
from tongbao.ledger.dividends import Settlement, days_covered
from tongbao.ledger.door import Ledger
from tongbao.ledger.effects import (
    UNITS,
    Amounts,
    Cause,
    CauseCode,
    Effect,
    Unit,
    effects,
    read_body,
    refunded_purchase,
)
from tongbao.ledger.fields import stored
from tongbao.ledger.journal import timestamp
from tongbao.ledger.reading import BadCursor, BadPage, BadPeriod, check_limit, listed, rows
from tongbao.ledger.values import BadArgument, UnknownAccount

_WINDOW: Final = 1000
_CURSOR: Final = re.compile(r"([0-9]{1,18})-([0-9]{1,6})")


class Item(Struct, frozen=True):
    """One change of an account's balances.

    ``number`` is the journal's entry, ``position`` the place among the account's items in it.
    ``recorded_at`` is when it was settled, ``at`` what the command says of its time, if anything.
    ``balance`` is what the account had right after it.
    """

    number: int
    position: int
    recorded_at: datetime
    at: str | None
    command_id: str
    command_type: str
    cause: Cause
    change: Amounts
    balance: Amounts


class Page(Struct, frozen=True):
    """Items of a statement in the order that was asked for.

    ``cursor`` leads on to the next page and is None at the end. With filters a page may hold
    fewer items than asked for, or none, and still lead on.
    """

    account: str
    items: tuple[Item, ...]
    cursor: str | None


class Filters(Struct, frozen=True):
    """Which items to show; what is empty or None lets everything through.

    The period is of ``recorded_at``, from ``since`` on and before ``until``.
    """

    units: Collection[Unit] = ()
    causes: Collection[CauseCode] = ()
    since: datetime | None = None
    until: datetime | None = None

    def shows(self, effect: Effect) -> bool:
        """Say whether this change is of a unit and a cause that are asked for."""
        return (not self.causes or effect.cause.code in self.causes) and (
            not self.units or any(getattr(effect.change, unit) for unit in self.units)
        )


def statement(
    ledger: Ledger,
    account: str,
    *,
    cursor: str | None = None,
    limit: int = 50,
    oldest_first: bool = False,
    filters: Filters | None = None,
) -> Page:
    """Return a page of an account's statement, the newest first if not told otherwise.

    Raises:
        UnknownAccount: the program has no such account.
        BadPage: the limit is not 1 to 1000, the cursor is none that a page gave, a filter names
            what there is not, or its period has no time zone or ends before it begins.
    """
    _check_asked(ledger, account)
    check_limit(limit)
    filters = Filters() if filters is None else filters
    _check_filters(filters)
    after = _place_of(cursor)
    window = _WINDOW if filters.units or filters.causes else limit + 1
    scan = _Scan(ledger, account, filters, oldest_first=oldest_first)
    lines = scan.lines(after, window)
    if not lines and cursor is None:
        check_known(ledger, account)
    return _page(
        ledger, account, list(_items(scan, lines, after)), limit, more=len(lines) == window
    )


def walk(
    ledger: Ledger, account: str, *, after: int = -1, up_to: int | None = None
) -> Iterator[Item]:
    """Yield all items of an account after that entry, oldest first, up to and with that one.

    Dividends come without the days that they are of. Read piece by piece: as many items as there
    are, in little memory.

    Raises:
        BadArgument: a number that no entry can have.
    """
    _check_asked(ledger, account)
    check_number("after", after, least=-1)
    if up_to is not None:
        check_number("up_to", up_to, least=-1)
    return _walked(ledger, account, after, up_to)


def _walked(ledger: Ledger, account: str, after: int, up_to: int | None) -> Iterator[Item]:
    scan = _Scan(ledger, account, Filters(), oldest_first=True)
    place = _Place(after + 1, -1)
    while True:
        lines = scan.lines(place, _WINDOW)
        for found in _items(scan, lines, place):
            if up_to is not None and found.end.number > up_to:
                return
            yield from found.items
        if len(lines) < _WINDOW:
            return
        place = _Place(lines[-1].number + 1, -1)


def check_known(ledger: Ledger, account: str) -> None:
    """Raise UnknownAccount if the program has no such account."""
    _check_asked(ledger, account)
    if ledger.account(account) is None:
        raise UnknownAccount(f"The program {ledger.name!r} has no account {quoted(account)}.")


def _check_asked(ledger: object, account: object) -> None:
    check_kind("ledger", ledger, Ledger)
    check_text("account", account)


class _Place(Struct, frozen=True, order=True):
    """A place in an account's statement: entry, and item in it."""

    number: int
    position: int


class _Line(Struct, frozen=True):
    """How the account stood after an entry, the mark that it had before, and the entry."""

    number: int
    after: Amounts
    mark: int
    body: Mapping[str, Any]


class _Found(Struct, frozen=True):
    """What a line gave: items to show, newest or oldest first, or none; and where it ends."""

    items: Sequence[Item]
    end: _Place
    marks: Mapping[_Place, Settlement]


_LINES: Final = (
    "SELECT l.number, l.points, l.quota, l.wallet, l.credit, "
    "(SELECT p.mark FROM ledger_line p WHERE p.program = %s AND p.account = %s "
    "AND p.number < l.number ORDER BY p.number DESC LIMIT 1), e.body "
    "FROM ledger_line l JOIN ledger_entry e ON e.program = l.program AND e.number = l.number "
    "WHERE l.program = %s AND l.account = %s"
)
# The last field of a body, `"recorded_at":"2026-01-02T03:04:05.000000Z"}`: see `journal`.
_RECORDED_AT: Final = "substr(e.body, length(e.body) - 28, 27)"


class _Scan(Struct, frozen=True):
    """Reads the account's lines in one direction."""

    ledger: Ledger
    account: str
    filters: Filters
    oldest_first: bool = False

    def lines(self, after: _Place | None, limit: int) -> list[_Line]:
        """Return lines from that place on."""
        query = _LINES
        values: list[str | int] = [self.ledger.program_id, stored(self.account)] * 2
        if after is not None:
            query += f" AND l.number {'>=' if self.oldest_first else '<='} %s"
            values.append(after.number)
        for bound, sign in ((self.filters.since, ">="), (self.filters.until, "<")):
            if bound is not None:
                query += f" AND {_RECORDED_AT} {sign} %s"
                values.append(timestamp(bound))
        query += f" ORDER BY l.number {'ASC' if self.oldest_first else 'DESC'} LIMIT %s"
        return [
            _Line(number, Amounts(*map(int, amounts)), int(mark or 0), read_body(body))
            for number, *amounts, mark, body in rows(self.ledger.using, query, (*values, limit))
        ]


def _items(scan: _Scan, lines: Sequence[_Line], after: _Place | None) -> Iterator[_Found]:
    purchases = _purchases(scan.ledger, lines)
    for line in lines:
        purchase = purchases.get(refunded_purchase(line.body) or "")
        told = effects(scan.account, line.body, purchase)
        items: list[Item] = []
        balance = line.after
        for effect in reversed(told):
            items.append(_item(line, len(told) - 1 - len(items), effect, balance))
            balance = balance.minus(effect.change)
        if scan.oldest_first:
            items.reverse()
        end = _Place(line.number, max(len(told) - 1, 0) if scan.oldest_first else 0)
        shown = [
            item
            for item in items
            if scan.filters.shows(Effect(item.cause, item.change))
            and (after is None or _follows(item, after, oldest_first=scan.oldest_first))
        ]
        yield _Found(shown, end, _settlements(scan.account, line, shown))


def _enough(found: Iterator[_Found], limit: int) -> list[_Found]:
    """Return what was found until there is one item more than the page may hold."""
    enough, count = [], 0
    for one in found:
        enough.append(one)
        count += len(one.items)
        if count > limit:
            break
    return enough


def _item(line: _Line, position: int, effect: Effect, balance: Amounts) -> Item:
    command = line.body["command"]
    return Item(
        line.number,
        position,
        datetime.fromisoformat(line.body["recorded_at"]).astimezone(UTC),
        command.get("at"),
        command["id"],
        command["type"],
        effect.cause,
        effect.change,
        balance,
    )


def _follows(item: Item, after: _Place, *, oldest_first: bool) -> bool:
    place = _Place(item.number, item.position)
    return place > after if oldest_first else place < after


def _settlements(account: str, line: _Line, items: Sequence[Item]) -> Mapping[_Place, Settlement]:
    """Return by place the settlements that paid dividends."""
    moved = sum(
        amount for name, field, amount in line.body["deltas"] if name == account and field == "mark"
    )
    return {
        _Place(item.number, item.position): Settlement(line.number, line.mark, moved)
        for item in items
        if item.cause.code is CauseCode.DIVIDEND
    }


def _page(ledger: Ledger, account: str, found: Sequence[_Found], limit: int, *, more: bool) -> Page:
    """Return the first items found, as many as the page may hold."""
    every = [item for one in found for item in one.items]
    items = every[:limit]
    cursor = None
    if len(every) > limit:
        cursor = f"{items[-1].number}-{items[-1].position}"
    elif more:
        cursor = f"{found[-1].end.number}-{found[-1].end.position}"
    marks = {place: s for one in found for place, s in one.marks.items()}
    places = [_Place(item.number, item.position) for item in items]
    days = days_covered(ledger, account, [marks[p] for p in places if p in marks])
    told = []
    for place, item in zip(places, items, strict=True):
        if place in marks:
            facts = structs.asdict(days[item.number])
            item = structs.replace(item, cause=Cause(CauseCode.DIVIDEND, facts))  # noqa: PLW2901
        told.append(item)
    return Page(account, tuple(told), cursor)


def _purchases(ledger: Ledger, lines: Sequence[_Line]) -> Mapping[str, Mapping[str, Any]]:
    """Return the bodies of the purchases that these entries refund, by their ids."""
    ids = {refunded_purchase(line.body) for line in lines} - {None}
    return purchase_bodies(ledger, sorted(str(i) for i in ids))


def purchase_bodies(ledger: Ledger, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return the bodies of the entries with these command ids, by id."""
    check_kind("ledger", ledger, Ledger)
    if isinstance(ids, str) or not isinstance(ids, Sequence):
        raise BadArgument(f"ids must be a sequence of texts, not {quoted(ids)}.")
    for one in ids:
        check_text("an id", one)
    if not ids:
        return {}
    query = f"SELECT body FROM ledger_entry WHERE program = %s AND command_id IN {listed(ids)}"
    found = rows(ledger.using, query, (ledger.program_id, *map(stored, ids)))
    bodies = [read_body(body) for (body,) in found]
    return {body["command"]["id"]: body for body in bodies}


def _place_of(cursor: object) -> _Place | None:
    if cursor is None:
        return None
    match = _CURSOR.fullmatch(cursor) if isinstance(cursor, str) else None
    if match is None:
        raise BadCursor(f"{quoted(cursor)} is no cursor that a statement's page gave.")
    return _Place(int(match[1]), int(match[2]))


def _check_filters(filters: Filters) -> None:
    if not isinstance(filters, Filters):
        raise BadPage(f"{quoted(filters)} is no Filters.")
    for unit in _members("units", filters.units):
        if unit not in UNITS:
            raise BadPage(f"{quoted(unit)} is no unit; they are {', '.join(UNITS)}.")
    for cause in _members("causes", filters.causes):
        if cause not in tuple(CauseCode):
            raise BadPage(f"{quoted(cause)} is no cause; they are {', '.join(CauseCode)}.")
    since, until = filters.since, filters.until
    for moment in (since, until):
        if moment is not None and not has_zone(moment):
            raise BadPage(f"{quoted(moment)} is no moment with its time zone, 1970 to {LAST_YEAR}.")
    if since is not None and until is not None and since > until:
        raise BadPeriod(f"The period ends ({until}) before it begins ({since}).")


def _members(name: str, values: object) -> Collection[object]:
    if isinstance(values, str) or not isinstance(values, Collection):
        raise BadPage(f"{name} must be a collection, not {quoted(values)}.")
    return values

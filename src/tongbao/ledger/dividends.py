"""Dividends day by day, although an account collects them only when something touches it.

Each close moves the program's index; what an account has earned by then is
``min((points * (index - mark) + fraction) // SCALE, quota)`` since it last collected, just what
settling will pay. A day's dividend is by how much that grew at the day's close: so the days add up
to what was paid, to the last minor unit, plus what is still to be collected. Between two closes
nothing is earned.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from tongbao.engine.state import Account, Figures
from tongbao.ledger.arguments import check_kind, check_text
from tongbao.ledger.door import Ledger
from tongbao.ledger.effects import CauseCode, effects, read_body
from tongbao.ledger.fields import stored
from tongbao.ledger.reading import (
    ClosedDay,
    Holding,
    check_day,
    check_limit,
    listed,
    read_figures,
    rows,
    whole,
)
from tongbao.ledger.values import BadArgument, UnknownAccount


class DividendDay(Struct, frozen=True):
    """What an account earned at a day's close, in minor units, with the points it then held.

    ``points`` in atoms are those of the close; of an account that exited in it, those sold.
    """

    day: str
    number: int
    points: int
    amount: int


class DividendPage(Struct, frozen=True):
    """Closed days, newest first; ``before`` is the cursor of the next page, None at the end."""

    days: tuple[DividendDay, ...]
    before: str | None


class DividendSums(Struct, frozen=True):
    """An account's dividends in minor units.

    ``total`` is all that it ever earned: ``collected`` in its wallet, ``accrued`` still to be
    collected. ``latest`` was earned at the last closed day, ``latest_day`` (empty if none was).
    """

    total: int
    collected: int
    accrued: int
    latest_day: str
    latest: int


class DaysCovered(Struct, frozen=True):
    """Which days' dividends a settlement paid: the first and the last, and how many earned."""

    first_day: str
    last_day: str
    days: int


class Settlement(Struct, frozen=True):
    """A settlement that paid dividends: its entry, the mark before and by how much it moved."""

    number: int
    mark: int
    moved: int


def accrued(account: Account, figures: Figures) -> int:
    """Return the dividends that an account has earned and not collected, in minor units."""
    check_kind("account", account, Account)
    check_kind("figures", figures, Figures)
    return _holding(account).due(figures.dividend_index)


def dividend_days(
    ledger: Ledger, account: str, *, before: str | None = None, limit: int = 31
) -> DividendPage:
    """Return what an account earned on each day since it first had anything, newest first.

    ``before`` is the cursor that the page before gave: a day.

    Raises:
        UnknownAccount, BadPage.
    """
    _check_asked(ledger, account)
    check_limit(limit)
    _standing(ledger, account)
    found = _days(ledger, account, before=before, limit=limit + 1)
    earned = _earned(ledger, account, found)[:limit]
    return DividendPage(tuple(earned), earned[-1].day if len(found) > limit else None)


def dividend_sums(ledger: Ledger, account: str) -> DividendSums:
    """Return an account's dividends of all time, of the last closed day, and to be collected.

    Costs in proportion to the days that were closed, not to the entries.

    Raises:
        UnknownAccount.
    """
    _check_asked(ledger, account)
    holding, index, number = _standing(ledger, account)
    found = _days(ledger, account, up_to=number)
    earned = _earned(ledger, account, found)
    total, due = sum(day.amount for day in earned), holding.due(index)
    latest = earned[0] if earned else None
    return DividendSums(
        total,
        total - due,
        due,
        "" if latest is None else latest.day,
        0 if latest is None else latest.amount,
    )


def days_covered(
    ledger: Ledger, account: str, settlements: Sequence[Settlement]
) -> Mapping[int, DaysCovered]:
    """Return by entry number which days' dividends these settlements of an account paid.

    Raises:
        BadArgument: what is no settlement of the account's.
    """
    _check_asked(ledger, account)
    check_kind("settlements", settlements, Sequence)
    for settlement in settlements:
        check_kind("a settlement", settlement, Settlement)
    if not settlements:
        return {}
    first = min(settlements, key=lambda s: s.number)
    last = max(s.number for s in settlements)
    # The mark was the index when the account came by it: all later closes follow that line.
    query = (
        "SELECT day, number, figures FROM ledger_day WHERE program = %s AND number <= %s "
        "AND number > coalesce((SELECT number FROM ledger_line WHERE program = %s "
        "AND account = %s AND number < %s AND mark <> %s ORDER BY number DESC LIMIT 1), 0) "
        "ORDER BY number"
    )
    values = (
        *(ledger.program_id, last, ledger.program_id),
        *(stored(account), first.number, whole(ledger.using, first.mark)),
    )
    days = [
        ClosedDay(day, number, read_figures(figures))
        for day, number, figures in rows(ledger.using, query, values)
    ]
    return {s.number: _covered(days, s) for s in settlements}


def _check_asked(ledger: object, account: object) -> None:
    check_kind("ledger", ledger, Ledger)
    check_text("account", account)


class _Closed(Struct, frozen=True):
    """A closed day, and the account's lines at its close: the last before it, and its own."""

    closed: ClosedDay
    line_before: int
    line_at: int | None


_DAYS: Final = (
    "SELECT d.day, d.number, d.figures, (SELECT max(l.number) FROM ledger_line l "
    "WHERE l.program = %s AND l.account = %s AND l.number < d.number), "
    "(SELECT l.number FROM ledger_line l "
    "WHERE l.program = %s AND l.account = %s AND l.number = d.number) "
    "FROM ledger_day d WHERE d.program = %s AND d.number > "
    "(SELECT min(number) FROM ledger_line WHERE program = %s AND account = %s)"
)


def _days(
    ledger: Ledger,
    account: str,
    *,
    before: str | None = None,
    up_to: int | None = None,
    limit: int | None = None,
) -> list[_Closed]:
    """Return days that were closed since the account's first line, newest first."""
    name, program = stored(account), ledger.program_id
    query = _DAYS
    values: list[str | int] = [program, name, program, name, program, program, name]
    if before is not None:
        check_day(before)
        query += " AND d.day < %s"
        values.append(before)
    if up_to is not None:
        query += " AND d.number <= %s"
        values.append(up_to)
    query += " ORDER BY d.day DESC"
    if limit is not None:
        query += " LIMIT %s"
        values.append(limit)
    return [
        _Closed(ClosedDay(day, number, read_figures(figures)), line_before, line_at)
        for day, number, figures, line_before, line_at in rows(ledger.using, query, values)
    ]


def _earned(ledger: Ledger, account: str, days: Sequence[_Closed]) -> list[DividendDay]:
    """Return what was earned on each day, newest first; of the last, where no day was earlier."""
    numbers = {d.line_before for d in days} | {d.line_at for d in days if d.line_at is not None}
    holdings = _holdings(ledger, account, sorted(numbers))
    paid = _paid_at(ledger, account, [d.line_at for d in days if d.line_at is not None])
    earned = []
    for place, day in enumerate(days):
        held = holdings[day.line_before]
        earlier = days[place + 1].closed.figures.dividend_index if place + 1 < len(days) else None
        # Before the account's first close nothing was earned: its mark is the index of then.
        amount = -(0 if earlier is None else held.due(earlier))
        index = day.closed.figures.dividend_index
        if day.line_at is None:
            amount += held.due(index)
        else:
            amount += paid[day.line_at] + holdings[day.line_at].due(index)
        earned.append(DividendDay(day.closed.day, day.closed.number, held.points, amount))
    return earned


def _holdings(ledger: Ledger, account: str, numbers: Sequence[int]) -> Mapping[int, Holding]:
    if not numbers:
        return {}
    query = (
        "SELECT number, points, quota, mark, fraction FROM ledger_line "
        f"WHERE program = %s AND account = %s AND number IN {listed(numbers)}"
    )
    found = rows(ledger.using, query, (ledger.program_id, stored(account), *numbers))
    return {number: Holding(*map(int, values)) for number, *values in found}


def _paid_at(ledger: Ledger, account: str, numbers: Sequence[int]) -> Mapping[int, int]:
    """Return the dividends that these closes themselves paid to the account, on its exit."""
    if not numbers:
        return {}
    query = (
        f"SELECT number, body FROM ledger_entry WHERE program = %s AND number IN {listed(numbers)}"
    )
    return {
        number: sum(
            effect.change.wallet
            for effect in effects(account, read_body(body))
            if effect.cause.code is CauseCode.DIVIDEND
        )
        for number, body in rows(ledger.using, query, (ledger.program_id, *numbers))
    }


def _standing(ledger: Ledger, account: str) -> tuple[Holding, int, int]:
    """Return the account's holding, the index and the last entry, all of one moment."""
    query = (
        "SELECT a.points, a.quota, a.mark, a.fraction, h.dividend_index, h.number "
        "FROM ledger_account a JOIN ledger_head h ON h.program = a.program "
        "WHERE a.program = %s AND a.name = %s"
    )
    found = rows(ledger.using, query, (ledger.program_id, stored(account)))
    if not found:
        raise UnknownAccount(f"The program {ledger.name!r} has no account {account!r}.")
    *holding, index, number = map(int, found[0])
    return Holding(*holding), index, number


def _holding(account: Account) -> Holding:
    return Holding(account.points, account.quota, account.mark, account.fraction)


def _covered(days: Sequence[ClosedDay], settlement: Settlement) -> DaysCovered:
    """Return which of these days, oldest first, moved the index between the two marks."""
    until, earlier, covered = settlement.mark + settlement.moved, settlement.mark, []
    for day in days:
        index = day.figures.dividend_index
        if settlement.mark < index and earlier < until and earlier < index:
            covered.append(day.day)
        earlier = max(earlier, index)
    if not covered:
        raise BadArgument(f"Entry {settlement.number} paid no dividends of closed days.")
    return DaysCovered(covered[0], covered[-1], len(covered))

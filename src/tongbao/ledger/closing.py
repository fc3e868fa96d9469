"""Days to close: each day of a program's time zone that has ended, from the day of its launch."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from tongbao.engine.receipts import Rejection
from tongbao.ledger.door import Ledger
from tongbao.ledger.models import Entry
from tongbao.ledger.values import LedgerError, Outcome

AT_ONCE: Final = 31
"""So many days are closed in one go unless somebody asked for more: a close cannot be undone, and
a clock that jumped ahead would close days that are still to come."""

_TRIES: Final = 5
_DAY: Final = timedelta(days=1)


class DayNotClosed(LedgerError):
    """A day's close was not accepted: ``reason`` is the engine's or the ledger's word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The day could not be closed: {reason}")


class TooManyDays(LedgerError):
    """More days than `AT_ONCE` are open: a clock jumped, or nobody closed them for long."""

    def __init__(self, days: int) -> None:
        self.days = days
        super().__init__(_TOO_MANY.format(days=days, most=AT_ONCE))


def launched_at(program: int, *, using: str = "default") -> datetime:
    """Return when a program was launched: its genesis says so."""
    body = Entry.objects.using(using).values_list("body", flat=True).get(program=program, number=0)
    return datetime.fromisoformat(msgspec.json.decode(body)["recorded_at"])


def last_ended(moment: datetime, timezone: str) -> date:
    """Return the last day that has ended in a time zone (IANA's name).

    >>> from datetime import UTC
    >>> str(last_ended(datetime(2027, 3, 1, 15, 59, tzinfo=UTC), "Asia/Shanghai"))
    '2027-02-28'
    >>> str(last_ended(datetime(2027, 3, 1, 16, 0, tzinfo=UTC), "Asia/Shanghai"))
    '2027-03-01'
    """
    return moment.astimezone(ZoneInfo(timezone)).date() - _DAY


def ended_at(day: date, timezone: str) -> datetime:
    """Return the moment when a day ends in a time zone; the calendar's last day ends with it."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    following = day + _DAY
    return datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(timezone))


def first_open(last_day: str, launched: datetime, timezone: str) -> date:
    """Return the first day that is not closed: after the last closed one, or the launch's own.

    >>> str(first_open("2027-02-28", datetime.min, "Asia/Shanghai"))
    '2027-03-01'
    """
    if last_day:
        closed = date.fromisoformat(last_day)
        return closed if closed == date.max else closed + _DAY
    return launched.astimezone(ZoneInfo(timezone)).date()


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from the first to the last."""
    for step in range((last - first).days + 1):
        yield first + step * _DAY


def days_open(first: date, last: date, *, catch_up: bool = False) -> list[date]:
    """Return the days from the first open one to the last ended one, which are to be closed.

    Raises:
        TooManyDays: there are more than `AT_ONCE`, and ``catch_up`` does not allow that.
    """
    days = list(days_between(first, last))
    if len(days) > AT_ONCE and not catch_up:
        raise TooManyDays(len(days))
    return days


def close(ledger: Ledger, day: date, *, wait: float = 60.0) -> Outcome:
    """Close a day, under the id ``close-<day>``; whoever comes second gets the same receipt.

    A number follows the id where a command of another kind has taken it.

    Raises:
        DayNotClosed: a later day was closed before, or nobody knows a free id.
        NotSettled, ProgramPaused: as `Ledger.submit` does.
    """
    outcome = None
    for attempt in range(1, _TRIES + 1):
        command_id = f"close-{day}" if attempt == 1 else f"close-{day}-{attempt}"
        command = {"id": command_id, "type": "close_day", "day": str(day)}
        outcome = ledger.submit(command, wait=wait)
        if outcome.ok:
            return outcome
        error = None if outcome.receipt is None else outcome.receipt.error
        if error is not Rejection.ID_REUSED:
            raise DayNotClosed(str(error or outcome.refusal))
    raise DayNotClosed(str(Rejection.ID_REUSED))


_TOO_MANY: Final = (
    "{days} days are open, more than {most}: none was closed. If the clock is right, close them with "
    "`tongbao worker --once --catch-up`"
)

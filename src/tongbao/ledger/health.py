"""Whether a database of programs is in order: what it shows, for people and load balancers.

A worker leaves no mark of its own. That one is at work shows in what does not lie about: commands
that wait, days that have ended, announced plans whose moment has come.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.db import DatabaseError, InterfaceError, connections
from django.db.migrations.executor import MigrationExecutor
from msgspec import Struct

from tongbao.ledger import closing
from tongbao.ledger.models import Head, Inbox, Program
from tongbao.ledger.programs import DRAFT, RUNNING

WAITS_AT_MOST: Final = timedelta(minutes=1)
CLOSES_WITHIN: Final = timedelta(hours=1)
CLOCKS_DIFFER_BY: Final = timedelta(minutes=1)


class Cause(StrEnum):
    """What is not in order."""

    MISSING = "no_database"
    READ_ONLY = "database_read_only"
    UNREACHABLE = "database_unreachable"
    NOT_MIGRATED = "not_migrated"
    BACKLOG = "commands_wait"
    DAY_OPEN = "day_not_closed"
    DAYS_HELD = "too_many_days_open"
    DAY_AHEAD = "closed_day_not_ended"
    PLAN_DUE = "plan_not_in_force"


class Problem(Struct, frozen=True):
    """What is not in order, in which program ("": the whole database), since how many seconds.

    Of `Cause.DAY_AHEAD`, in how many: the day that was closed too early is yet to end.
    """

    cause: Cause
    program: str = ""
    seconds: int = 0


class ProgramHealth(Struct, frozen=True):
    """A launched program: its status, what waits, the first of it for how many seconds.

    ``last_day`` is the last closed one, "" if there is none; ``number`` the last entry's.
    """

    program: str
    status: str
    number: int
    waiting: int
    oldest_seconds: int
    last_day: str


class Health(Struct, frozen=True):
    """A database's health; ``ok`` if there is no problem."""

    ok: bool
    database: bool
    migrated: bool
    programs: tuple[ProgramHealth, ...]
    problems: tuple[Problem, ...]


def health(using: str = "default", *, now: datetime | None = None) -> Health:
    """Look at the database with that alias; whatever is wrong with it is in the answer."""
    now = now or datetime.now(UTC)
    if not _exists(using):
        return _bad(Cause.MISSING, database=False)
    try:
        if not _is_migrated(using):
            return _bad(Cause.NOT_MIGRATED, database=True)
        looked = list(_programs(using, now))
    except (DatabaseError, InterfaceError) as error:
        connections[using].close()
        read_only = connections[using].vendor == "sqlite" and _READ_ONLY in str(error)
        return _bad(Cause.READ_ONLY if read_only else Cause.UNREACHABLE, database=False)
    problems = tuple(problem for _, found in looked for problem in found)
    programs = tuple(program for program, _ in looked)
    return Health(not problems, database=True, migrated=True, programs=programs, problems=problems)


def _bad(cause: Cause, *, database: bool) -> Health:
    problems = (Problem(cause),)
    return Health(ok=False, database=database, migrated=False, programs=(), problems=problems)


def _exists(using: str) -> bool:
    """Say whether the database's file is there: asking would make an empty one."""
    connection = connections[using]
    return connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]).exists()


def _is_migrated(using: str) -> bool:
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes("ledger"))


def _programs(using: str, now: datetime) -> Iterator[tuple[ProgramHealth, list[Problem]]]:
    for program in Program.objects.using(using).order_by("name"):
        head = Head.objects.using(using).filter(program=program.program).first()
        if head is None or head.status == DRAFT:
            continue
        waiting = Inbox.objects.using(using).filter(program=program.program, outcome__isnull=True)
        first = waiting.order_by("ticket").values_list("arrived_at", flat=True).first()
        oldest = timedelta(0) if first is None else max(timedelta(0), now - first)
        problems = []
        if head.status == RUNNING:
            cause, by = _days(program, head, using, now)
            late = {
                Cause.BACKLOG: oldest - WAITS_AT_MOST,
                cause: by,
                Cause.PLAN_DUE: now - (head.next_plan_at or now) - WAITS_AT_MOST,
            }
            problems = [
                Problem(why, program.name, int(much.total_seconds()))
                for why, much in late.items()
                if much > timedelta(0)
            ]
        shown = ProgramHealth(
            program.name,
            head.status,
            head.number,
            waiting.count(),
            int(oldest.total_seconds()),
            head.last_day,
        )
        yield shown, problems


def _days(program: Program, head: Head, using: str, now: datetime) -> tuple[Cause, timedelta]:
    """Return what may be wrong with a program's days, and by how much."""
    zone = program.timezone
    if head.last_day:
        ahead = closing.ended_at(date.fromisoformat(head.last_day), zone) - now
        if ahead > CLOCKS_DIFFER_BY:
            return Cause.DAY_AHEAD, ahead
    launched = closing.launched_at(program.program, using=using)
    first = closing.first_open(head.last_day, launched, zone)
    late = now - closing.ended_at(first, zone) - CLOSES_WITHIN
    held = (closing.last_ended(now, zone) - first).days + 1 > closing.AT_ONCE
    return Cause.DAYS_HELD if held else Cause.DAY_OPEN, late


_READ_ONLY: Final = "readonly"
"""SQLite's word, in its messages, for a file that it may not write to."""

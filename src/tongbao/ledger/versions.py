"""A plan's versions: announced with notice, never edited, in force from their moment on.

Version 1 is the launch plan. Another is announced `plan_notice_days` ahead, counted in whole days
of 24 hours from the moment of the announcement, and may be withdrawn until it takes effect. Every
version is a whole plan: the one that takes effect last is in force, whatever was announced before.

Settling turns what is due into `change_plan` commands, inside its transaction and before anything
else::

    for version, command in due_commands(program_id, now, using):
        ...  # let the engine decide; then, with the entry's number or None,
        applied(program_id, version, number, using)
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import F, Max, Min, QuerySet
from msgspec import Struct

from tongbao.engine.plan import PLAN_FIELDS, Plan, plan_fields, plan_from_fields
from tongbao.ledger.arguments import (
    check_moment,
    check_number,
    check_using,
    is_whole,
    quoted,
)
from tongbao.ledger.journal import canonical, timestamp
from tongbao.ledger.models import Entry, Head, PlanVersion
from tongbao.ledger.programs import DRAFT, BadSetting, check_who, found, locked
from tongbao.ledger.values import LedgerError, NotLaunched, PlanNotAllowed

FARTHEST: Final = timedelta(days=3653)
"""How far ahead a version may take effect: ten years; what is farther is a slip of the pen."""

BY_COMMAND: Final = "change_plan"
"""Who announced a version that came as a command, in a program without notice."""


class PlanDoesNotFollow(PlanNotAllowed):
    """A running program cannot take that plan: ``field`` is ``found``, but must keep ``bound``.

    issue_price and min_supply stay as they are; max_supply is at least what was issued.
    """

    def __init__(self, field: str, found: int, bound: int) -> None:
        self.field, self.found, self.bound = field, found, bound
        rule = "at least what was issued already," if field == "max_supply" else "as it is,"
        super().__init__(f"{field} cannot become {found}: it must be {rule} {bound}")


class NoticeTooShort(PlanNotAllowed):
    """A version must be announced ``days`` ahead, so it can take effect at ``earliest``."""

    def __init__(self, days: int, earliest: datetime) -> None:
        self.days, self.earliest = days, earliest
        when = timestamp(earliest)
        ahead = "1 day" if days == 1 else f"{days} days"
        super().__init__(f"A plan is announced {ahead} ahead: it can take effect from {when}")


class TooFarAhead(PlanNotAllowed):
    """A version takes effect by ``latest``, ten years from now."""

    def __init__(self, latest: datetime) -> None:
        self.latest = latest
        super().__init__(f"A plan takes effect within ten years, by {timestamp(latest)}")


class NoSuchVersion(LedgerError):
    """The program's plan has no version of that number."""


class NotToBeWithdrawn(LedgerError):
    """The version took effect, or was withdrawn before."""


class VersionState(StrEnum):
    """Where a version stands."""

    ANNOUNCED = "announced"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class Change(Struct, frozen=True):
    """A field of the plan (the engine's name), before and after."""

    field: str
    before: object
    after: object


class Version(Struct, frozen=True):
    """A version of a plan; ``number`` is the entry that brought it into force.

    ``changes`` compares it with the version before it in the order in which they take effect.
    """

    version: int
    state: VersionState
    plan: Plan
    announced_at: datetime
    announced_by: str
    effective_at: datetime
    number: int | None
    withdrawn_at: datetime | None
    changes: tuple[Change, ...]


def announce(
    name: str,
    plan: Mapping[str, object],
    effective_at: datetime | None = None,
    *,
    who: str = "",
    using: str = "default",
    now: datetime | None = None,
) -> Version:
    """Announce a plan that takes effect at that moment, or as soon as the notice allows.

    ``plan`` has the engine's JSON fields. What the engine would refuse is refused here already.

    Raises:
        NoSuchProgram, NotLaunched, PlanRefused.
        PlanDoesNotFollow, NoticeTooShort, TooFarAhead: all of them PlanNotAllowed.
        BadSetting: ``who`` is no short line of text, or the moment has no time zone.
        BadArgument: no such alias, or ``now`` has no time zone.
    """
    check_using(using)
    check_who(who)
    _check_moment(effective_at)
    now = _moment(now).astimezone(UTC)  # elsewhere a day may have 23 or 25 hours
    new = plan_from_fields(plan)
    with transaction.atomic(using=using):
        program, head = locked(name, using)
        if head.status == DRAFT:
            raise NotLaunched(_DRAFT.format(name=program.name))
        _check_follows(new, head)
        effective_at = _checked_moment(effective_at, now, program.plan_notice_days)
        row = PlanVersion.objects.using(using).create(
            program=program.program,
            version=_next_version(program.program, using),
            plan=canonical(plan_fields(new)),
            announced_at=now,
            announced_by=who,
            effective_at=effective_at,
        )
        _note_next(program.program, using)
    return next(v for v in history(name, using=using) if v.version == row.version)


def withdraw(
    name: str, version: int, *, using: str = "default", now: datetime | None = None
) -> None:
    """Take back an announced version before it takes effect.

    Raises:
        NoSuchProgram, NoSuchVersion.
        NotToBeWithdrawn: its moment has come, or it was withdrawn before.
        BadArgument: no such alias, or ``now`` has no time zone.
    """
    check_using(using)
    now = _moment(now)
    with transaction.atomic(using=using):
        program, _ = locked(name, using)
        rows = PlanVersion.objects.using(using).filter(program=program.program)
        rows = rows.filter(version=_whole(version))
        row = rows.first()
        if row is None:
            raise NoSuchVersion(_NO_SUCH.format(name=program.name, version=quoted(version)))
        if row.withdrawn_at is not None:
            raise NotToBeWithdrawn(_WITHDRAWN.format(version=version))
        if row.number is not None or row.effective_at <= now:
            raise NotToBeWithdrawn(_IN_FORCE.format(version=version))
        rows.update(withdrawn_at=now)
        _note_next(program.program, using)


def history(name: str, *, using: str = "default") -> list[Version]:
    """Return all versions of a program's plan, in the order in which they take or took effect.

    Raises:
        NoSuchProgram: no program has that name.
    """
    program_id = found(name, using).program
    head = Head.objects.using(using).only("plan_version").get(program=program_id)
    rows = PlanVersion.objects.using(using).filter(program=program_id)
    applied = [row for row in rows if row.number is not None]
    others = [row for row in rows if row.number is None]
    in_order = (
        *sorted(applied, key=lambda row: (row.number, row.version)),
        *sorted(others, key=lambda row: (row.effective_at, row.version)),
    )
    return list(_told(in_order, head.plan_version))


def due_commands(program_id: int, now: datetime, using: str) -> list[tuple[int, dict[str, object]]]:
    """Return the versions whose moment has come, each with its command, in the order to settle.

    The command's id is ``plan-<version>``; where another command has taken it, a number follows.
    """
    _check_place(program_id, using)
    check_moment("now", now)
    rows = _pending(program_id, using).filter(effective_at__lte=now)
    return [
        (
            row.version,
            {
                "id": _free_id(program_id, row.version, using),
                "type": "change_plan",
                "plan": msgspec.json.decode(row.plan),
                "at": timestamp(row.effective_at),
            },
        )
        for row in rows.order_by("effective_at", "version")
    ]


def applied(program_id: int, version: int, number: int | None, using: str) -> datetime | None:
    """Note the entry that brought a due version into force; return when the next one is due.

    Without a number the version is dropped: the engine refused it after all, for more points
    were issued since the announcement than its max_supply allows. Writes the head's plan_version
    and next_plan_at, not its plan.
    """
    _check_place(program_id, using)
    check_number("version", version)
    if number is not None:
        check_number("number", number)
    rows = PlanVersion.objects.using(using).filter(program=program_id, version=version)
    if number is None:
        rows.update(withdrawn_at=F("effective_at"))
    else:
        rows.update(number=number)
        Head.objects.using(using).filter(program=program_id).update(plan_version=version)
    return _note_next(program_id, using)


def submitted(
    program_id: int, plan: Mapping[str, object], number: int, now: datetime, using: str
) -> int:
    """Note a plan that came as a command of its own (no notice), by its entry; return its version.

    Writes the head's plan_version, not its plan.
    """
    _check_place(program_id, using)
    check_number("number", number)
    check_moment("now", now)
    version = _next_version(program_id, using)
    PlanVersion.objects.using(using).create(
        program=program_id,
        version=version,
        plan=canonical(plan_fields(plan_from_fields(plan))),
        announced_at=now,
        announced_by=BY_COMMAND,
        effective_at=now,
        number=number,
    )
    Head.objects.using(using).filter(program=program_id).update(plan_version=version)
    return version


def _check_place(program_id: object, using: object) -> None:
    check_using(using)
    check_number("program_id", program_id)


def _whole(version: object) -> int:
    """Return a version's number, or one that no version has."""
    return version if isinstance(version, int) and is_whole(version, 1, _GREATEST) else 0


def _moment(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    check_moment("now", now)
    return now


def _check_moment(moment: object) -> None:
    if moment is not None and (not isinstance(moment, datetime) or moment.utcoffset() is None):
        raise BadSetting("effective_at", "A plan takes effect at a moment with its time zone")


def _check_follows(plan: Plan, head: Head) -> None:
    """Refuse what the engine's change_plan refuses of a sound plan (spec: «Commands»)."""
    current = plan_from_fields(msgspec.json.decode(head.plan))
    for field in ("issue_price", "min_supply"):
        new, old = getattr(plan, field), getattr(current, field)
        if new != old:
            raise PlanDoesNotFollow(field, new, old)
    if plan.max_supply < head.issued:
        raise PlanDoesNotFollow("max_supply", plan.max_supply, head.issued)


def _checked_moment(effective_at: datetime | None, now: datetime, days: int) -> datetime:
    earliest = now + timedelta(days=days)
    if effective_at is None:
        return earliest
    if effective_at < earliest:
        raise NoticeTooShort(days, earliest)
    if effective_at > now + FARTHEST:
        raise TooFarAhead(now + FARTHEST)
    return effective_at.astimezone(UTC)


def _next_version(program_id: int, using: str) -> int:
    rows = PlanVersion.objects.using(using).filter(program=program_id)
    greatest: int | None = rows.aggregate(greatest=Max("version"))["greatest"]
    return (greatest or 0) + 1


def _pending(program_id: int, using: str) -> QuerySet[PlanVersion]:
    rows = PlanVersion.objects.using(using)
    return rows.filter(program=program_id, number=None, withdrawn_at=None)


def _note_next(program_id: int, using: str) -> datetime | None:
    """Write into the head when the next version is due."""
    least: datetime | None = _pending(program_id, using).aggregate(least=Min("effective_at"))[
        "least"
    ]
    Head.objects.using(using).filter(program=program_id).update(next_plan_at=least)
    return least


def _free_id(program_id: int, version: int, using: str) -> str:
    """Return an id that no accepted command bears, or the change would never be accepted."""
    entries = Entry.objects.using(using).filter(program=program_id)
    name, tries = f"plan-{version}", 1
    while entries.filter(command_id=name).exists():
        tries += 1
        name = f"plan-{version}-{tries}"
    return name


def _told(rows: Iterable[PlanVersion], in_force: int) -> Iterable[Version]:
    before: Plan | None = None
    for row in rows:
        plan = plan_from_fields(msgspec.json.decode(row.plan))
        state = _state(row, in_force)
        yield Version(
            version=row.version,
            state=state,
            plan=plan,
            announced_at=row.announced_at,
            announced_by=row.announced_by,
            effective_at=row.effective_at,
            number=row.number,
            withdrawn_at=row.withdrawn_at,
            changes=() if before is None else _changes(before, plan),
        )
        if state not in {VersionState.WITHDRAWN, VersionState.REFUSED}:
            before = plan


def _state(row: PlanVersion, in_force: int) -> VersionState:
    if row.number is not None:
        return VersionState.IN_FORCE if row.version == in_force else VersionState.REPLACED
    if row.withdrawn_at is None:
        return VersionState.ANNOUNCED
    # Nobody withdraws at the moment or later: what fell then was refused by the engine.
    late = row.withdrawn_at >= row.effective_at
    return VersionState.REFUSED if late else VersionState.WITHDRAWN


def _changes(before: Plan, after: Plan) -> tuple[Change, ...]:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in PLAN_FIELDS)
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


_GREATEST: Final = 2**31 - 1  # what the column holds
_DRAFT: Final = (
    "{name} is a draft, whose plan can still be replaced: "
    "`tongbao program replace-plan {name} --plan FILE`"
)
_NO_SUCH: Final = (
    "The plan of {name} has no version {version}; `tongbao program show {name}` lists all"
)
_WITHDRAWN: Final = "Version {version} was withdrawn already"
_IN_FORCE: Final = (
    "Version {version} has taken effect, and a plan in force is not withdrawn. "
    "Announce another version"
)

"""Programs: made as drafts, launched once, paused and resumed, listed.

A draft's plan may be replaced. The launch writes the journal's genesis, entry 0; from then on the
plan changes only by announcement (`tongbao.ledger.versions`). Many programs live in one database;
nothing here reads or writes another's rows.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import available_timezones

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from msgspec import Struct

from tongbao.engine.plan import Plan, plan_fields, plan_from_fields
from tongbao.engine.state import Figures
from tongbao.ledger.arguments import check_moment, check_number, check_text, check_using, quoted
from tongbao.ledger.journal import BEFORE_GENESIS, canonical, chained, genesis_body
from tongbao.ledger.models import Entry, Freeze, Head, Inbox, PlanVersion, Program
from tongbao.ledger.values import (
    BadName,
    LedgerError,
    NoSuchProgram,
    NotLaunched,
    ProgramExists,
    ProgramMoved,
)

DRAFT: Final = "draft"
RUNNING: Final = "running"
PAUSED: Final = "paused"
MOVED: Final = "moved"
LONGEST_NOTICE: Final = 366
LONGEST_NAME: Final = 64
LONGEST_WHO: Final = 128
NOT_BEGUN: Final = -1
"""A draft's entry number: its journal has no entry yet."""

_NAME: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{LONGEST_NAME - 1}}}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_ID_BITS: Final = 53  # whole in every reader of JSON


class BadSetting(LedgerError):
    """A currency, time zone or notice that a program cannot have; ``setting`` names which."""

    def __init__(self, setting: str, message: str) -> None:
        self.setting = setting
        super().__init__(message)


class AlreadyLaunched(LedgerError):
    """Only a draft can be altered or discarded, and this program was launched."""


class Overview(Struct, frozen=True):
    """A program as it stands.

    ``number`` and ``hash`` are the journal's last entry's, ``number`` is `NOT_BEGUN` in a draft.
    ``figures`` has money in minor units of ``currency``, points in atoms.
    """

    program_id: int
    name: str
    currency: str
    timezone: str
    plan_notice_days: int
    created_at: datetime
    status: str
    number: int
    hash: str
    plan: Plan
    plan_version: int
    next_plan_at: datetime | None
    figures: Figures


class FreezeNote(Struct, frozen=True):
    """One line of the log of freezes: who froze or released an account, when and why."""

    account: str
    frozen: bool
    at: datetime
    who: str
    why: str


def create(
    name: str,
    plan: Mapping[str, object],
    *,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    plan_notice_days: int = 7,
    using: str = "default",
    now: datetime | None = None,
) -> int:
    """Make a draft of a program and return its id, made at random here.

    ``plan`` has the engine's JSON fields (money in minor units, points in atoms, rates in basis
    points); ``timezone`` is an IANA zone, in which its days are named.

    Raises:
        BadName: the name is not fit for an address or a file.
        BadSetting: currency, time zone or notice.
        BadArgument: no such alias, or a moment without its time zone.
        PlanRefused: with every problem of the plan.
        ProgramExists: the name is taken, if only in other capitals.
    """
    check_using(using)
    now = _moment(now)
    _check_name(name)
    _check_settings(currency, timezone, plan_notice_days)
    text = canonical(plan_fields(plan_from_fields(plan)))
    program = Program(
        name=name,
        currency=currency,
        timezone=timezone,
        plan_notice_days=plan_notice_days,
        created_at=now,
    )
    with transaction.atomic(using=using):
        twin = Program.objects.using(using).filter(name__iexact=name).first()
        if twin is not None:
            raise ProgramExists(_EXISTS.format(name=twin.name))
        return _insert(program, text, using)


def replace_plan(name: str, plan: Mapping[str, object], *, using: str = "default") -> None:
    """Give a draft another plan.

    Raises:
        NoSuchProgram, PlanRefused.
        AlreadyLaunched: announce a new version instead.
    """
    check_using(using)
    text = canonical(plan_fields(plan_from_fields(plan)))
    with transaction.atomic(using=using):
        program, head = locked(name, using)
        if head.status != DRAFT:
            raise AlreadyLaunched(_ANNOUNCE.format(name=program.name))
        Head.objects.using(using).filter(program=program.program).update(plan=text)


def discard(name: str, *, using: str = "default") -> None:
    """Remove a draft, as if it had never been; a launched program stays for ever.

    Raises:
        NoSuchProgram, AlreadyLaunched.
    """
    check_using(using)
    with transaction.atomic(using=using):
        program, head = locked(name, using)
        if head.status != DRAFT:
            raise AlreadyLaunched(_KEPT.format(name=program.name))
        for table in (Inbox, Head, Program):
            table.objects.using(using).filter(program=program.program).delete()


def launch(
    name: str, *, using: str = "default", who: str = "", now: datetime | None = None
) -> None:
    """Let a draft begin: write the genesis and version 1 of its plan; let a paused one go on.

    Nothing happens to a program that runs.

    Raises:
        NoSuchProgram: no program has that name.
        ProgramMoved: it runs in another database by now.
        BadSetting: ``who`` is no short line of text.
        BadArgument: no such alias, or a moment without its time zone.
    """
    check_using(using)
    check_who(who)
    now = _moment(now)
    with transaction.atomic(using=using):
        program, head = locked(name, using)
        _refuse_moved(head)
        change: dict[str, object] = {"status": RUNNING}
        if head.status == DRAFT:
            change |= _begin(program, head, who, now, using)
        Head.objects.using(using).filter(program=program.program).update(**change)


def pause(name: str, *, using: str = "default") -> None:
    """Let a program settle nothing until it is launched again; nothing happens if it is paused.

    Raises:
        NoSuchProgram: no program has that name.
        NotLaunched: a draft settles nothing anyway.
    """
    check_using(using)
    with transaction.atomic(using=using):
        program, head = locked(name, using)
        if head.status == DRAFT:
            raise NotLaunched(_NOT_LAUNCHED.format(name=program.name))
        _refuse_moved(head)
        Head.objects.using(using).filter(program=program.program).update(status=PAUSED)


def listing(*, using: str = "default") -> list[Overview]:
    """Return all programs, by name."""
    check_using(using)
    heads = {head.program: head for head in Head.objects.using(using).all()}
    programs = Program.objects.using(using).order_by("name")
    return [_overview(p, heads[p.program]) for p in programs if p.program in heads]


def overview(name: str, *, using: str = "default") -> Overview:
    """Return how a program stands; raise NoSuchProgram if there is none of that name."""
    program = found(name, using)
    return _overview(program, _head(program, Head.objects.using(using)))


def waiting(program_id: int, *, using: str = "default") -> int:
    """Return how many commands wait in a program's inbox."""
    check_using(using)
    check_number("program_id", program_id)
    rows = Inbox.objects.using(using).filter(program=program_id, outcome__isnull=True)
    return rows.count()


def _refuse_moved(head: Head) -> None:
    """Refuse to wake a program here that may run elsewhere."""
    if head.status == MOVED:
        raise ProgramMoved("The program was moved to another database; open it there.")


def freezes(name: str, account: str | None = None, *, using: str = "default") -> list[FreezeNote]:
    """Return the log of freezes of a program, or of one account in it, by time.

    Raises:
        NoSuchProgram: no program has that name.
    """
    rows = Freeze.objects.using(using).filter(program=found(name, using).program)
    if account is not None:
        check_text("account", account)
        rows = rows.filter(account=account)
    return [
        FreezeNote(row.account, row.frozen, row.at, row.who, row.why)
        for row in rows.order_by("at", "account", "serial")
    ]


def found(name: str, using: str) -> Program:
    """Return a program's row in the directory; raise NoSuchProgram if there is none."""
    check_using(using)
    row = None
    if isinstance(name, str):
        row = Program.objects.using(using).filter(name=name).first()
    if row is None:
        raise NoSuchProgram(_NO_SUCH.format(name=quoted(name)))
    return row


def lengthen_notice(name: str, days: int, *, using: str = "default") -> int:
    """See that new plans of a program are announced at least so many days ahead; return the days.

    A longer notice stays. One without any (0 days: plans as commands, for tests) stays without.

    Raises:
        NoSuchProgram: no program has that name.
        BadSetting: the days are no whole number from 0 to 366.
    """
    check_using(using)
    with transaction.atomic(using=using):
        program, _ = locked(name, using)
        _check_settings(program.currency, program.timezone, days)
        if 0 < program.plan_notice_days < days:
            program.plan_notice_days = days
            program.save(using=using, update_fields=["plan_notice_days"])
        return program.plan_notice_days


def locked(name: str, using: str) -> tuple[Program, Head]:
    """Return a program and its head, locked until the transaction ends.

    On SQLite the whole database is locked since the transaction began.

    Raises:
        NoSuchProgram: no program has that name.
    """
    program = found(name, using)
    return program, _head(program, Head.objects.using(using).select_for_update())


def _head(program: Program, heads: QuerySet[Head]) -> Head:
    head = heads.filter(program=program.program).first()
    if head is None:  # the draft was discarded a moment ago
        raise NoSuchProgram(_NO_SUCH.format(name=quoted(program.name)))
    return head


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadName(_BAD_NAME.format(name=quoted(name)))


def _check_settings(currency: object, timezone: object, plan_notice_days: object) -> None:
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise BadSetting("currency", _BAD_CURRENCY.format(found=quoted(currency)))
    # Names as IANA writes them, also where the file system does not mind capitals.
    if not isinstance(timezone, str) or timezone not in available_timezones() - _NO_ZONES:
        raise BadSetting("timezone", _BAD_ZONE.format(found=quoted(timezone)))
    days = -1 if isinstance(plan_notice_days, bool) else plan_notice_days
    if not isinstance(days, int) or not 0 <= days <= LONGEST_NOTICE:
        raise BadSetting("plan_notice_days", _BAD_NOTICE.format(found=quoted(plan_notice_days)))


def _insert(program: Program, plan: str, using: str) -> int:
    """Write the draft's rows; raise ProgramExists if another took the name meanwhile."""
    program.program = secrets.randbelow(2**_ID_BITS - 1) + 1
    try:
        with transaction.atomic(using=using):
            program.save(using=using, force_insert=True)
    except IntegrityError:
        raise ProgramExists(_EXISTS.format(name=program.name)) from None
    Head.objects.using(using).create(
        program=program.program,
        status=DRAFT,
        number=NOT_BEGUN,
        hash=BEFORE_GENESIS,
        plan=plan,
        plan_version=0,
        next_plan_at=None,
        turnover="{}",
        **msgspec.structs.asdict(Figures()),
    )
    return program.program


def _begin(
    program: Program, head: Head, who: str, now: datetime, using: str
) -> Mapping[str, object]:
    """Write entry 0 and the plan's version 1; return what changes in the head."""
    plan = msgspec.json.decode(head.plan)
    body = genesis_body(program.name, program.currency, plan, now)
    first = chained(BEFORE_GENESIS, body)
    Entry.objects.using(using).create(
        program=program.program, number=0, command_id=None, body=body, hash=first
    )
    PlanVersion.objects.using(using).create(
        program=program.program,
        version=1,
        plan=head.plan,
        announced_at=now,
        announced_by=who,
        effective_at=now,
        number=0,
    )
    return {"number": 0, "hash": first, "plan_version": 1}


def _overview(program: Program, head: Head) -> Overview:
    return Overview(
        program_id=program.program,
        name=program.name,
        currency=program.currency,
        timezone=program.timezone,
        plan_notice_days=program.plan_notice_days,
        created_at=program.created_at,
        status=head.status,
        number=head.number,
        hash=head.hash,
        plan=plan_from_fields(msgspec.json.decode(head.plan)),
        plan_version=head.plan_version,
        next_plan_at=head.next_plan_at,
        figures=Figures(**{name: getattr(head, name) for name in Figures.__struct_fields__}),
    )


def check_who(who: object) -> None:
    """Raise BadSetting unless that is a short line of text, or none."""
    if not isinstance(who, str) or len(who) > LONGEST_WHO or not who.isprintable():
        raise BadSetting("who", f"Who does it is a line of at most {LONGEST_WHO} characters")


def _moment(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    check_moment("now", now)
    return now


_NO_ZONES: Final = frozenset({"localtime", "Factory"})  # not the same everywhere
_BAD_NAME: Final = (
    "{name} cannot be a program's name: it becomes part of addresses and file names, so it has 1 "
    "to 64 of the letters a to z (or A to Z), digits, - and _, and begins with a letter or digit"
)
_EXISTS: Final = "There is a program called {name} already; choose another name"
_NO_SUCH: Final = "No program is called {name}; `tongbao program list` names all"
_NOT_LAUNCHED: Final = "{name} is a draft; `tongbao program launch {name}` lets it begin"
_ANNOUNCE: Final = (
    "{name} was launched, so its plan is not replaced; announce a new version with "
    "`tongbao program announce {name}`"
)
_KEPT: Final = (
    "{name} was launched, so its journal is kept; `tongbao program pause {name}` stops it"
)
_BAD_CURRENCY: Final = "{found} is no currency: write its three letters of ISO 4217, such as CNY"
_BAD_ZONE: Final = "{found} is no time zone: write a name of IANA's, such as Asia/Shanghai"
_BAD_NOTICE: Final = "{found} is no number of days from 0 to 366 for the notice of a new plan"

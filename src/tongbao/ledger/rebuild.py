"""Balances are a cache of the journal: recompute them through the engine, compare, or write anew.

The journal is read from genesis. Each body must be, byte for byte, what the engine makes of the
command in it, and the chain of hashes must hold. Then every figure that the tables keep is held
against what came out: the program's figures, turnover and plan, accounts, statements' lines,
closed days, refunded purchases.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any, Final

import msgspec
from django.db import connections
from msgspec import Struct

from tongbao.engine import commands
from tongbao.engine.entry import Entry
from tongbao.engine.invariants import check_all
from tongbao.engine.plan import plan_fields, plan_from_fields
from tongbao.engine.program import Program
from tongbao.engine.state import Account, exit_key
from tongbao.engine.units import InvariantBroken
from tongbao.ledger import models
from tongbao.ledger.door import Ledger
from tongbao.ledger.fields import name_of, stored
from tongbao.ledger.journal import BEFORE_GENESIS, canonical, chained, entry_body, read
from tongbao.ledger.settle import shown
from tongbao.ledger.storage import storage_for
from tongbao.ledger.storage.face import BALANCES, LINE_FIELDS, AccountRow, HeadRow, LineRow, Writes
from tongbao.ledger.values import LedgerError, NotLaunched

_PAGE: Final = 2000
_SHOWN: Final = 20
_KEPT_BESIDE: Final = ("ledger_line", "ledger_day", "ledger_refunded", "ledger_account")


class Difference(Struct, frozen=True):
    """Something that is not what the journal says: where, what was found, what was expected."""

    place: str
    found: str
    expected: str


class Rebuilt(Struct, frozen=True):
    """What a rebuild found: entries read, accounts, and the first differences (all counted)."""

    entries: int
    accounts: int
    differences: tuple[Difference, ...]
    count: int

    @property
    def ok(self) -> bool:
        """Whether every figure is what the journal says."""
        return self.count == 0


def check(ledger: Ledger, progress: Callable[[int, int], None] | None = None) -> Rebuilt:
    """Recompute everything from genesis and compare every figure; nothing is written.

    ``progress`` is told how many entries are done, and of how many. Memory grows with accounts
    and entries: about 0.7 GB for a million purchases.

    Raises:
        NotLaunched: there is no journal yet.
    """
    storage = storage_for(ledger.program_id, ledger.using)
    with storage.snapshot():
        try:
            head = storage.head()
        except ValueError as error:
            told = Difference("the program's row", str(error), "whole numbers")
            return Rebuilt(0, 0, (told,), 1)
        if head is None or head.status == "draft":
            raise NotLaunched(f"{ledger.name!r} has no journal yet.")
        replay = _Replay(ledger, head.number)
        replay.run(progress)
        if not replay.broken:
            _compare(ledger, head, replay)
        beyond = models.Entry.objects.using(ledger.using).filter(
            program=ledger.program_id, number__gt=head.number
        )
        replay.differ(f"entries after the last, {head.number}", beyond.count(), 0)
    return replay.result()


def write_anew(ledger: Ledger, progress: Callable[[int, int], None] | None = None) -> Rebuilt:
    """Write all that is kept beside the journal anew from it; nobody settles meanwhile.

    Raises:
        NotLaunched: there is no journal yet.
        LedgerError: the journal itself is not sound; nothing was written.
    """
    storage = storage_for(ledger.program_id, ledger.using)
    with ledger.held():
        head = storage.head()
        if head is None or head.status == "draft":
            raise NotLaunched(f"{ledger.name!r} has no journal yet.")
        last = models.Entry.objects.using(ledger.using).filter(program=ledger.program_id)
        number = last.order_by("-number").values_list("number", flat=True)[0]
        replay = _Replay(ledger, number, keep=True)
        replay.run(progress)
        if replay.broken:
            worst = replay.result().differences[0]
            raise LedgerError(f"the journal is not sound at {worst.place}; nothing was written")
        with connections[ledger.using].cursor() as cursor:
            for table in _KEPT_BESIDE:
                cursor.execute(f"DELETE FROM {table} WHERE program = %s", (ledger.program_id,))
        storage.write(replay.writes())
        for name in _frozen_by_log(ledger):
            models.Account.objects.using(ledger.using).filter(
                program=ledger.program_id, name=name
            ).update(frozen=True)
        storage.write_head(replay.head(head))
    return replay.result()


class _Replay:
    """The journal read once more, and everything that follows from it."""

    def __init__(self, ledger: Ledger, last: int, *, keep: bool = False) -> None:
        self._ledger = ledger
        self._last = last
        self._keep = keep
        self._found: list[Difference] = []
        self._count = 0
        self.broken = False
        self.hash = BEFORE_GENESIS
        self.number = -1
        self.program: Program | None = None
        self.turnover: dict[str, int] = {}
        self.days: list[tuple[str, int, str, str]] = []
        self.lines: list[LineRow] = []
        self.line_marks: dict[str, Any] = {}
        self.refunded: dict[str, int] = {}
        self.plans: dict[int, str] = {}
        self.currency = ""

    def run(self, progress: Callable[[int, int], None] | None) -> None:
        """Read every entry; stop at the first that is not sound."""
        for number, command_id, body, found_hash in _entries(self._ledger, self._last):
            self.number += 1
            self.hash = chained(self.hash, body)
            if number != self.number:
                self._break(self.number, f"entry {number}", f"entry {self.number}")
            elif self.hash != found_hash:
                self._break(number, f"hash {found_hash}", f"hash {self.hash}")
            elif (told := self._apply(number, command_id, body)) is not None:
                self._break(number, *told)
            if self.broken:
                return
            if progress is not None and number % _PAGE == 0:
                progress(number + 1, self._last + 1)
        if progress is not None:
            progress(self.number + 1, self._last + 1)
        if self.number != self._last:
            self._break(self._last, "no entry", "the journal's last entry")
        elif self.program is not None:
            try:
                accounts = self.program.accounts.values()
                check_all(self.program.figures, accounts, self.program.plan.max_supply)
            except InvariantBroken as error:
                self._break(self._last, str(error), "every promise kept")

    def differ(self, place: str, found: object, expected: object) -> None:
        """Note a figure that is not what it should be."""
        if found != expected:
            self._count += 1
            if len(self._found) < _SHOWN:
                self._found.append(Difference(place, str(found), str(expected)))

    def result(self) -> Rebuilt:
        """Return what was found."""
        accounts = 0 if self.program is None else len(self.program.accounts)
        return Rebuilt(self.number + 1, accounts, tuple(self._found), self._count)

    def writes(self) -> Writes:
        """Return the rows to write."""
        everyone = () if self.program is None else self.program.accounts.values()
        accounts = {
            a.name: AccountRow(a, frozen=False, bound=exit_key(a) if a.points else None)
            for a in everyone
        }
        return Writes([], self.lines, accounts, {}, self.refunded, self.days)

    def head(self, kept: HeadRow) -> HeadRow:
        """Return the program's row as it should be."""
        if self.program is None:
            return kept
        plan = canonical(plan_fields(self.program.plan))
        return HeadRow(
            *(kept.status, self.number, self.hash, plan, kept.plan_version, kept.next_plan_at),
            canonical(self.turnover),
            self.program.figures,
        )

    def _apply(self, number: int, command_id: str | None, body: str) -> tuple[str, str] | None:
        """Let the engine decide the command again; return what is amiss, found and expected."""
        fields = read(body)
        if self.program is None:
            self.program = Program(plan_from_fields(fields["plan"]))
            self.plans[0] = canonical(fields["plan"])
            self.currency = fields["currency"]
            return None
        command = commands.parse(fields["command"])
        outcome = self.program.execute(command)
        if outcome.entry is None:
            return "an accepted command", f"{outcome.receipt.error or 'sent twice'}"
        made = entry_body(number, command, outcome.receipt, outcome.entry, fields["recorded_at"])
        if made != body:
            return body, made
        if command_id != command.id:
            return f"command id {command_id}", command.id
        self._take(number, command, outcome.entry)
        return None

    def _take(self, number: int, command: commands.Command, entry: Entry) -> None:
        for cause, source, _, target, _, amount in entry.moves:
            if amount:
                moved = f"{cause} {source} {target}"
                self.turnover[moved] = self.turnover.get(moved, 0) + amount
        for was, account in entry.changed:
            if shown(was) != (now := shown(account)):
                self._note_line(stored(account.name), number, now)
        if isinstance(command, commands.Refund) and entry.work.recorded is not None:
            self.refunded[command.purchase] = entry.work.recorded[1].refunded
        if isinstance(command, commands.ChangePlan):
            self.plans[number] = canonical(plan_fields(entry.work.plan))
        if isinstance(command, commands.CloseDay):
            figures = canonical(msgspec.structs.asdict(entry.work.figures))
            self.days.append((command.day, number, figures, canonical(self.turnover)))

    def _note_line(self, name: str, number: int, now: tuple[int, ...]) -> None:
        if self._keep:
            self.lines.append((name, number, *now))  # type: ignore[arg-type]  # six figures
        else:
            _mark(self.line_marks, name, number, now)

    def _break(self, number: int, found: str, expected: str) -> None:
        self.broken = True
        self.differ(f"entry {number}", found, expected)


def _compare(ledger: Ledger, head: HeadRow, replay: _Replay) -> None:
    """Hold every figure in the tables against the replayed ones."""
    if replay.program is None:
        return
    expected = replay.head(head)
    for field in ("number", "hash", "plan", "turnover"):
        replay.differ(f"program, {field}", getattr(head, field), getattr(expected, field))
    for field in head.figures.__struct_fields__:
        found = getattr(head.figures, field)
        replay.differ(f"program, {field}", found, getattr(expected.figures, field))
    _compare_accounts(ledger, replay, dict(replay.program.accounts))
    using, program = ledger.using, ledger.program_id
    days = models.Day.objects.using(using).filter(program=program).order_by("number")
    found_days = list(days.values_list("day", "number", "figures", "turnover"))
    replay.differ("closed days", len(found_days), len(replay.days))
    for found_day, day in zip(found_days, replay.days, strict=False):
        replay.differ(f"day {day[0]}", found_day, day)
    refunded = _rows(ledger, "SELECT purchase, refunded FROM ledger_refunded WHERE program = %s")
    sums = {name_of(purchase): _whole(amount) for purchase, amount in refunded}
    for purchase in sorted(sums.keys() | replay.refunded.keys()):
        place = f"refunded of {purchase}"
        replay.differ(place, sums.get(purchase, 0), replay.refunded.get(purchase, 0))
    directory = models.Program.objects.using(using).filter(program=program)
    currency = directory.values_list("currency", flat=True).first()
    replay.differ("program, currency", currency, replay.currency)
    versions = models.PlanVersion.objects.using(using).filter(program=program, number__isnull=False)
    plans = {row.number: row.plan for row in versions if row.number is not None}
    for number in sorted(plans.keys() | replay.plans.keys()):
        place = f"plan of entry {number}"
        replay.differ(place, plans.get(number, "no version"), replay.plans.get(number, "no plan"))
    marks: dict[str, Any] = {}
    for name, number, *values in _lines(ledger):
        _mark(marks, name, number, tuple(map(_whole, values)))
    for name in sorted(marks.keys() | replay.line_marks.keys()):
        one, other = (
            m[name].hexdigest() if name in m else "none" for m in (marks, replay.line_marks)
        )
        replay.differ(f"statement of {name}", one, other)


def _compare_accounts(ledger: Ledger, replay: _Replay, expected: dict[str, Account]) -> None:
    frozen = _frozen_by_log(ledger)
    for row in _accounts(ledger):
        name, kind, referrer, is_frozen, bound, *numbers = row
        name = name_of(name)
        account = expected.pop(name, None)
        if account is None:
            replay.differ(f"account {name}", "there", "not there")
            continue
        replay.differ(f"account {name}, kind", kind, account.kind)
        known = None if referrer is None else name_of(referrer)
        replay.differ(f"account {name}, referrer", known, account.referrer)
        for field, number in zip(("opening", *BALANCES), numbers, strict=True):
            replay.differ(f"account {name}, {field}", _whole(number), getattr(account, field))
        replay.differ(f"account {name}, frozen", bool(is_frozen), name in frozen)
        key = exit_key(account) if account.points else None
        found = None if bound is None else _whole(bound)
        fits = found == key or (isinstance(found, int) and key is not None and found <= key)
        replay.differ(f"account {name}, exit_bound", key if fits else found, key)
    for name in expected:
        replay.differ(f"account {name}", "not there", "there")


def _mark(marks: dict[str, Any], name: str, number: int, values: tuple[int | str, ...]) -> None:
    """Add a statement's line to the digest of its account."""
    digest = marks.get(name)
    if digest is None:
        digest = marks[name] = blake2b(digest_size=16)
    digest.update(repr((number, *values)).encode())


def _frozen_by_log(ledger: Ledger) -> frozenset[str]:
    rows = models.Freeze.objects.using(ledger.using).filter(program=ledger.program_id)
    last = dict(rows.order_by("serial").values_list("account", "frozen"))
    return frozenset(name for name, frozen in last.items() if frozen)


def _entries(ledger: Ledger, last: int) -> Iterator[tuple[int, str | None, str, str]]:
    rows = models.Entry.objects.using(ledger.using).filter(program=ledger.program_id)
    after = -1
    while page := list(
        rows.filter(number__gt=after, number__lte=last)
        .order_by("number")
        .values_list("number", "command_id", "body", "hash")[:_PAGE]
    ):
        yield from page
        after = page[-1][0]


def _accounts(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    """Yield the columns of a program's accounts, whole numbers as they are stored."""
    columns = ", ".join(("opening", *BALANCES))
    query = (
        f"SELECT name, kind, referrer, frozen, exit_bound, {columns} FROM ledger_account "
        "WHERE program = %s AND name > %s ORDER BY name LIMIT %s"
    )
    after = ""
    while page := _rows(ledger, query, after, _PAGE):
        yield from page
        after = page[-1][0]


def _lines(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    """Yield a program's lines by account (as stored) and number."""
    query = (
        f"SELECT account, number, {', '.join(LINE_FIELDS)} FROM ledger_line "
        "WHERE program = %s AND (account, number) > (%s, %s) ORDER BY account, number LIMIT %s"
    )
    after: tuple[str, int] = ("", -1)
    while page := _rows(ledger, query, *after, _PAGE):
        yield from page
        after = page[-1][:2]


def _rows(ledger: Ledger, query: str, *values: object) -> list[tuple[Any, ...]]:
    with connections[ledger.using].cursor() as cursor:
        cursor.execute(query, (ledger.program_id, *values))  # type: ignore[arg-type]  # any values
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _whole(number: object) -> int | str:
    """Return a stored number, or its text if it is none."""
    try:
        return int(str(number))
    except ValueError:
        return str(number)

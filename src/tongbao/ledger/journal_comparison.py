"""The tables held against the journal's replay: every figure, page by page.

What both have under a key is read in the keys' order and matched on the way, so that neither
needs to be held whole.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, TypeVar

from django.db import connections
from msgspec import Struct

from tongbao.engine.plan import plan_fields
from tongbao.engine.state import Account, exit_key
from tongbao.ledger import models
from tongbao.ledger.door import Ledger
from tongbao.ledger.fields import name_of
from tongbao.ledger.journal import canonical
from tongbao.ledger.journal_replay import JournalReplay, Made
from tongbao.ledger.storage.face import BALANCES, LINE_FIELDS, HeadRow

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""

PAGE: Final = 2000
"""How many rows of a table are held at once."""

_SHOWN: Final = 20
_T = TypeVar("_T")


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


class Comparison:
    """Every figure in the tables held against the replayed ones, page by page."""

    def __init__(self, ledger: Ledger, replay: JournalReplay, progress: Progress | None) -> None:
        """Begin; `take` is called after each page, `finish` after the last."""
        self._ledger = ledger
        self._replay = replay
        self._progress = progress
        self._lines_done = 0
        lines = models.Line.objects.using(ledger.using).filter(program=ledger.program_id)
        self._total = replay.last + 1 + (0 if progress is None else lines.count())
        self._marks: dict[str, Any] = {}
        self._compared = -1
        self._found: list[Difference] = []
        self._count = 0

    def take(self, made: Made) -> None:
        """Compare what a page of entries made beside the accounts and the program's figures."""
        for name, number, *values in made.lines:
            if name not in self._marks:
                self._marks[name] = blake2b(digest_size=16)
            _add(self._marks[name], number, values)
        first, self._compared = self._compared, self._replay.number
        days = {day[1]: day for day in made.days}
        self._compare_all(
            {row.number: _day(row) for row in self._rows(models.Day, first)},
            days,
            lambda number: f"day {days[number][0] if number in days else f'of entry {number}'}",
        )
        plans = {row.number: row.plan for row in self._rows(models.PlanVersion, first)}
        self._compare_all(plans, made.plans, lambda number: f"plan of entry {number}")
        self._tell()

    def finish(self, head: HeadRow) -> None:
        """Compare what the whole journal made, unless it is not sound itself."""
        replay, ledger = self._replay, self._ledger
        if replay.broken is not None:
            broken = replay.broken
            self._differ(f"entry {broken.number}", broken.found, broken.expected)
        elif replay.store is not None:
            self._compare_program(head)
            self._compare_accounts(dict(replay.store.accounts))
            self._compare_refunded()
            self._compare_lines()
        beyond = models.Entry.objects.using(ledger.using).filter(
            program=ledger.program_id, number__gt=head.number
        )
        self._differ(f"entries after the last, {head.number}", beyond.count(), 0)

    def result(self) -> Rebuilt:
        """Return what was found."""
        store = self._replay.store
        accounts = 0 if store is None else len(store.accounts)
        return Rebuilt(self._replay.number + 1, accounts, tuple(self._found), self._count)

    def _differ(self, place: str, found: object, expected: object) -> None:
        """Note a figure that is not what it should be."""
        if found != expected:
            self._count += 1
            if len(self._found) < _SHOWN:
                self._found.append(Difference(place, str(found), str(expected)))

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._replay.number + 1 + self._lines_done, self._total)

    def _rows(self, model: Any, after: int) -> Any:  # noqa: ANN401  # rows of either
        """Return a page's rows of days or plans."""
        rows = model.objects.using(self._ledger.using).filter(program=self._ledger.program_id)
        return rows.filter(number__gt=after, number__lte=self._compared).order_by("number")

    def _compare_all(
        self, found: dict[int, _T], made: dict[int, _T], place: Callable[[int], str]
    ) -> None:
        for number in sorted(found.keys() | made.keys()):
            self._differ(place(number), found.get(number, "none"), made.get(number, "none"))

    def _compare_program(self, head: HeadRow) -> None:
        expected = head_of(self._replay, head)
        for field in ("number", "hash", "plan", "turnover"):
            self._differ(f"program, {field}", getattr(head, field), getattr(expected, field))
        for field in head.figures.__struct_fields__:
            found = getattr(head.figures, field)
            self._differ(f"program, {field}", found, getattr(expected.figures, field))
        using, program = self._ledger.using, self._ledger.program_id
        directory = models.Program.objects.using(using).filter(program=program)
        currency = directory.values_list("currency", flat=True).first()
        self._differ("program, currency", currency, self._replay.currency)
        days = models.Day.objects.using(using).filter(program=program)
        self._differ("closed days", days.count(), self._replay.days)
        versions = models.PlanVersion.objects.using(using).filter(program=program)
        beyond = versions.filter(number__gt=self._replay.number).order_by("number")
        self._differ("plans of entries to come", beyond.count(), 0)

    def _compare_refunded(self) -> None:
        for purchase, found, made in _match(
            _refunded(self._ledger), self._replay.refunded.in_order()
        ):
            self._differ(f"refunded of {name_of(purchase)}", found or 0, made or 0)

    def _compare_lines(self) -> None:
        made = ((name, self._marks[name].hexdigest()) for name in sorted(self._marks))
        for name, one, other in _match(self._found_lines(), made):
            self._differ(f"statement of {name}", one or "none", other or "none")

    def _found_lines(self) -> Iterator[tuple[str, str]]:
        """Yield the digest of each statement as it is stored."""
        for name, lines in groupby(_lines(self._ledger), itemgetter(0)):
            digest = blake2b(digest_size=16)
            for _, number, *values in lines:
                _add(digest, number, map(_whole, values))
                self._lines_done += 1
                if self._lines_done % PAGE == 0:
                    self._tell()
            yield name, digest.hexdigest()
        self._tell()

    def _compare_accounts(self, expected: dict[str, Account]) -> None:
        frozen = set(frozen_by_log(self._ledger))
        for row in _accounts(self._ledger):
            name, kind, referrer, is_frozen, bound, *numbers = row
            name = name_of(name)
            account = expected.pop(name, None)
            if account is None:
                self._differ(f"account {name}", "there", "not there")
                continue
            self._differ(f"account {name}, kind", kind, account.kind)
            known = None if referrer is None else name_of(referrer)
            self._differ(f"account {name}, referrer", known, account.referrer)
            for field, number in zip(("opening", *BALANCES), numbers, strict=True):
                self._differ(f"account {name}, {field}", _whole(number), getattr(account, field))
            self._differ(f"account {name}, frozen", bool(is_frozen), name in frozen)
            key = exit_key(account) if account.points else None
            found = None if bound is None else _whole(bound)
            fits = found == key or (isinstance(found, int) and key is not None and found <= key)
            self._differ(f"account {name}, exit_bound", key if fits else found, key)
        for name in expected:
            self._differ(f"account {name}", "not there", "there")


def head_of(replay: JournalReplay, kept: HeadRow) -> HeadRow:
    """Return the program's row as it should be."""
    if replay.store is None:
        return kept
    plan = canonical(plan_fields(replay.store.plan))
    return HeadRow(
        *(kept.status, replay.number, replay.hash, plan, kept.plan_version, kept.next_plan_at),
        canonical(replay.turnover),
        replay.store.figures,
    )


def frozen_by_log(ledger: Ledger) -> Iterator[str]:
    """Yield the accounts whose last note in the log says that they are frozen."""
    query = (
        "SELECT account FROM ledger_freeze f WHERE f.program = %s AND f.frozen AND f.account > %s "
        "AND NOT EXISTS (SELECT 1 FROM ledger_freeze g WHERE g.program = %s "
        "AND g.account = f.account AND g.serial > f.serial) ORDER BY account LIMIT %s"
    )
    after = ""
    while page := _rows(ledger, query, after, ledger.program_id, PAGE):
        yield from (name_of(name) for (name,) in page)
        after = page[-1][0]


def _add(digest: Any, number: int, values: Iterable[int | str]) -> None:  # noqa: ANN401  # a hash
    """Add a statement's line to the digest of its account."""
    digest.update(repr((number, *values)).encode())


def _match(
    found: Iterator[tuple[str, _T]], made: Iterator[tuple[str, _T]]
) -> Iterator[tuple[str, _T | None, _T | None]]:
    """Yield each key of two that come in order, and what either has under it."""
    one, other = next(found, None), next(made, None)
    while one is not None or other is not None:
        key = min(pair[0] for pair in (one, other) if pair is not None)
        is_found, is_made = one is not None and one[0] == key, other is not None and other[0] == key
        yield (
            key,
            one[1] if one is not None and is_found else None,
            other[1] if other is not None and is_made else None,
        )
        if is_found:
            one = next(found, None)
        if is_made:
            other = next(made, None)


def _day(row: models.Day) -> tuple[str, int, str, str]:
    return row.day, row.number, row.figures, row.turnover


def _refunded(ledger: Ledger) -> Iterator[tuple[str, int | str]]:
    """Yield the purchases as they are stored, in order, and how much of them was refunded."""
    query = (
        "SELECT purchase, refunded FROM ledger_refunded "
        "WHERE program = %s AND purchase > %s ORDER BY purchase LIMIT %s"
    )
    after = ""
    while page := _rows(ledger, query, after, PAGE):
        yield from ((purchase, _whole(amount)) for purchase, amount in page)
        after = page[-1][0]


def _accounts(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    """Yield the columns of a program's accounts, whole numbers as they are stored."""
    columns = ", ".join(("opening", *BALANCES))
    query = (
        f"SELECT name, kind, referrer, frozen, exit_bound, {columns} FROM ledger_account "
        "WHERE program = %s AND name > %s ORDER BY name LIMIT %s"
    )
    after = ""
    while page := _rows(ledger, query, after, PAGE):
        yield from page
        after = page[-1][0]


def _lines(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    """Yield a program's lines by account (as stored) and number."""
    query = (
        f"SELECT account, number, {', '.join(LINE_FIELDS)} FROM ledger_line "
        "WHERE program = %s AND (account, number) > (%s, %s) ORDER BY account, number LIMIT %s"
    )
    after: tuple[str, int] = ("", -1)
    while page := _rows(ledger, query, *after, PAGE):
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

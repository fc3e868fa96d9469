"""The journal once more through the engine, page by page.

Memory grows with accounts, not with entries: of what grows with the journal only a page is held,
and the sums refunded lie in a temporary file. Pages are cut by keys, so any pooler carries them.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, structs

from tongbao.engine import commands
from tongbao.engine.decide import decide
from tongbao.engine.entry import Entry
from tongbao.engine.invariants import check_all, check_step
from tongbao.engine.memory import MemoryStore
from tongbao.engine.plan import plan_fields, plan_from_fields
from tongbao.engine.state import PurchaseRecord
from tongbao.engine.units import InvariantBroken
from tongbao.ledger import models
from tongbao.ledger.door import Ledger
from tongbao.ledger.fields import stored
from tongbao.ledger.journal import (
    BEFORE_GENESIS,
    canonical,
    chained,
    entry_body,
    read,
    read_purchase,
)
from tongbao.ledger.reading import rows
from tongbao.ledger.settle import shown
from tongbao.ledger.storage import storage_for
from tongbao.ledger.storage.face import DayRow, LineRow

PAGE: Final = 1000
"""How many entries are held at once."""

_NO_ENTRY: Final = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
_Found = tuple[int, str | None, str, str]


class Break(Struct, frozen=True):
    """The first entry that is not sound: what was found there, what was expected."""

    number: int
    found: str
    expected: str


class Made(Struct):
    """What a page of entries makes, besides the accounts and the program's figures.

    ``plans`` by the entries that brought them into force; ``refunded`` the sums by purchase.
    """

    lines: list[LineRow] = []
    days: list[DayRow] = []
    plans: dict[int, str] = {}
    refunded: dict[str, int] = {}


class _Read(Struct, frozen=True):
    """An entry whose number and hash are right, the command in it and when it was settled."""

    number: int
    command_id: str | None
    body: str
    hash: str
    command: commands.Command
    at: str


class RefundedSums:
    """How much of each purchase was refunded, in a temporary file that nobody else sees."""

    def __init__(self) -> None:
        """Begin without any."""
        self._raw = sqlite3.connect("", isolation_level=None)
        self._raw.execute("PRAGMA journal_mode = OFF")
        self._raw.execute(
            "CREATE TABLE refunded (purchase TEXT PRIMARY KEY, amount TEXT) WITHOUT ROWID"
        )

    def note(self, sums: Mapping[str, int]) -> None:
        """Take in the sums of these purchases as they are now."""
        self._raw.execute("BEGIN")
        self._raw.executemany(
            "INSERT OR REPLACE INTO refunded VALUES (?, ?)",
            [(stored(purchase), str(amount)) for purchase, amount in sums.items()],
        )
        self._raw.execute("COMMIT")

    def find(self, purchase: str) -> int:
        """Return the sum of that purchase."""
        query = "SELECT amount FROM refunded WHERE purchase = ?"
        row = self._raw.execute(query, (stored(purchase),)).fetchone()
        return 0 if row is None else int(row[0])

    def in_order(self) -> Iterator[tuple[str, int]]:
        """Yield the purchases as they are stored, in the order of their bytes, and their sums."""
        for name, amount in self._raw.execute("SELECT * FROM refunded ORDER BY purchase"):
            yield name, int(amount)

    def close(self) -> None:
        """Let go of the file."""
        self._raw.close()


class JournalReplay:
    """A program's journal from its genesis on, and the state that follows from it."""

    def __init__(self, ledger: Ledger, last: int) -> None:
        """Begin before the genesis; `pages` reads up to the entry ``last``."""
        self._ledger = ledger
        self.last = last
        self._repeated = _find_repeated(ledger, last)
        self.broken: Break | None = None
        self.number = -1
        self.hash = BEFORE_GENESIS
        self.store: MemoryStore | None = None
        self.currency = ""
        self.turnover: dict[str, int] = {}
        self.days = 0
        self.refunded = RefundedSums()

    def pages(self) -> Iterator[Made]:
        """Yield what each page makes, one after the other; end at the first unsound entry."""
        while page := self._next_page():
            made = Made()
            entries, broken = self._read(page, made)
            if self.store is not None:
                self.store.keep_purchases(self._purchases(entries))
                broken = self._apply_all(self.store, entries, made) or broken
            if broken is not None:
                self.broken, self.number = broken, broken.number
                return
            self.refunded.note(made.refunded)
            yield made
        self._check_end()

    def close(self) -> None:
        """Let go of what was kept beside memory."""
        self.refunded.close()

    def _next_page(self) -> list[_Found]:
        entries = models.Entry.objects.using(self._ledger.using)
        page = entries.filter(
            program=self._ledger.program_id, number__gt=self.number, number__lte=self.last
        ).order_by("number")
        return list(page.values_list("number", "command_id", "body", "hash")[:PAGE])

    def _read(self, page: Sequence[_Found], made: Made) -> tuple[list[_Read], Break | None]:
        """Return the entries up to the first whose number, hash or text is not right, and that."""
        entries: list[_Read] = []
        number, digest = self.number, self.hash
        for found, command_id, body, found_hash in page:
            number += 1
            if found != number:
                return entries, Break(number, f"entry {found}", f"entry {number}")
            try:
                digest = chained(digest, body)
                if digest != found_hash:
                    return entries, Break(number, f"hash {found_hash}", f"hash {digest}")
                fields = read(body)
                if number == 0:
                    self._begin(fields, digest, made)
                    continue
                command, at = commands.parse(fields["command"]), fields["recorded_at"]
            except _NO_ENTRY:
                return entries, Break(number, body, "an entry of a journal")
            entries.append(_Read(number, command_id, body, digest, command, at))
        return entries, None

    def _begin(self, fields: Mapping[str, Any], digest: str, made: Made) -> None:
        self.store = MemoryStore(plan_from_fields(fields["plan"]))
        self.currency = fields["currency"]
        made.plans[0] = canonical(fields["plan"])
        self.number, self.hash = 0, digest

    def _purchases(self, entries: Sequence[_Read]) -> dict[str, PurchaseRecord]:
        """Return the records of the purchases before these entries that they refund."""
        names = {e.command.purchase for e in entries if isinstance(e.command, commands.Refund)}
        if not names:
            return {}
        storage = storage_for(self._ledger.program_id, self._ledger.using)
        records = {}
        for name, entry in storage.entries(sorted(names)).items():
            fields = read(entry.body) if entry.number <= self.number else {}
            if "purchase" in fields:
                records[name] = read_purchase(fields["purchase"], self.refunded.find(name))
        return records

    def _apply_all(self, store: MemoryStore, entries: Sequence[_Read], made: Made) -> Break | None:
        """Let the engine decide the commands again; return the first that is not what it makes."""
        for entry in entries:
            receipt, work = decide(store, entry.command)
            if work is None:
                told = ("an accepted command", str(receipt.error))
            elif entry.number == self._repeated:
                told = ("an accepted command", "sent twice")
            else:
                before = store.figures
                check_step(before, work.figures, work.changed, work.plan.max_supply)
                store.apply(work)
                done = Entry(work, before)
                anew = entry_body(entry.number, entry.command, receipt, done, entry.at)
                if anew == entry.body and entry.command_id == entry.command.id:
                    self._take(entry, done, made)
                    continue
                told = (entry.body, anew)
                if anew == entry.body:
                    told = (f"command id {entry.command_id}", entry.command.id)
            return Break(entry.number, *told)
        return None

    def _take(self, entry: _Read, done: Entry, made: Made) -> None:
        self.number, self.hash = entry.number, entry.hash
        command, work = entry.command, done.work
        for cause, source, _, target, _, amount in done.moves:
            if amount:
                moved = f"{cause} {source} {target}"
                self.turnover[moved] = self.turnover.get(moved, 0) + amount
        for was, account in done.changed:
            if shown(was) != (now := shown(account)):
                made.lines.append((stored(account.name), entry.number, *now))
        if isinstance(command, commands.Refund) and work.recorded is not None:
            made.refunded[command.purchase] = work.recorded[1].refunded
        if isinstance(command, commands.ChangePlan):
            made.plans[entry.number] = canonical(plan_fields(work.plan))
        if isinstance(command, commands.CloseDay):
            self.days += 1
            figures = canonical(structs.asdict(work.figures))
            made.days.append((command.day, entry.number, figures, canonical(self.turnover)))

    def _check_end(self) -> None:
        if self.store is None or self.number != self.last:
            self.broken = Break(self.last, "no entry", "the journal's last entry")
            return
        try:
            check_all(self.store.figures, self.store.accounts.values(), self.store.plan.max_supply)
        except InvariantBroken as error:
            self.broken = Break(self.last, str(error), "every promise kept")


def _find_repeated(ledger: Ledger, last: int) -> int | None:
    """Return the first entry whose command id an earlier one has; the tables' key forbids it."""
    program = ledger.program_id
    query = (
        "SELECT min(e.number) FROM ledger_entry e WHERE e.program = %s AND e.number <= %s "
        "AND EXISTS (SELECT 1 FROM ledger_entry b WHERE b.program = %s "
        "AND b.command_id = e.command_id AND b.number < e.number)"
    )
    ((number,),) = rows(ledger.using, query, (program, last, program))
    return None if number is None else int(number)

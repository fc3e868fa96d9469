"""What the ledger's tests stand on: programs, other people's locks, dumps, and a second opinion.

The second opinion trusts nothing but the journal's text: it recomputes the chain by itself, plays
the commands to an engine in memory, and holds every receipt, figure and balance against it.
"""

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import psycopg

from tests.ledger.databases import SQLITE, Database
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program
from tongbao.engine.receipts import encode_receipt
from tongbao.engine.state import exit_key
from tongbao.ledger import models, programs, versions
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.storage.face import BALANCES

TABLES: Final = (
    *("ledger_program", "ledger_head", "ledger_account", "ledger_entry", "ledger_line"),
    *("ledger_day", "ledger_refunded", "ledger_inbox", "ledger_plan_version", "ledger_freeze"),
)
ONE_POINT: Final = 1_000_000  # atoms


def opened(database: Database, name: str = "wine", *, notice: int = 7, **changes: object) -> Ledger:
    """A launched program with the founding example's plan, changed where told."""
    plan = {**FOUNDING_EXAMPLE, **changes}
    programs.create(name, plan, plan_notice_days=notice, using=database.alias)
    programs.launch(name, using=database.alias)
    return open_program(name, using=database.alias)


def purchase(command_id: str, member: str = "m1", paid: int = 10_000) -> dict[str, object]:
    return {"id": command_id, "type": "purchase", "member": member, "paid": paid}


def redeem(command_id: str, account: str = "m1", points: object = "all") -> dict[str, object]:
    return {"id": command_id, "type": "redeem", "account": account, "points": points}


def deposit(command_id: str, account: str = "m1", amount: int = 100) -> dict[str, object]:
    return {"id": command_id, "type": "deposit", "account": account, "amount": amount}


def dump(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the ledger's tables."""
    rows = {table: database.execute(f"SELECT * FROM {table}") for table in TABLES}
    return {table: sorted(found, key=repr) for table, found in rows.items()}


def connected(database: Database) -> Any:  # noqa: ANN401  # sqlite3's or psycopg's, much alike
    """A connection of somebody else's, who commits each statement unless they begin."""
    if database.vendor == SQLITE:
        path = database.url.removeprefix("sqlite:///")
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=60)
    return psycopg.connect(database.url, autocommit=True)


@contextmanager
def locked_elsewhere(database: Database, ledger: Ledger) -> Iterator[Any]:
    """Let somebody else hold the program's lock; they commit at the end."""
    with closing(connected(database)) as other:
        if database.vendor == SQLITE:
            other.execute("BEGIN IMMEDIATE")
        else:
            other.execute("BEGIN")
            query = "SELECT 1 FROM ledger_head WHERE program = %s FOR UPDATE"
            other.execute(query, (ledger.program_id,))
        yield other
        other.execute("COMMIT")


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for it to come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.002)


class Caller(threading.Thread):
    """A thread with one thing to do; `answer` joins it and raises what it raised."""

    def __init__(self, work: Callable[[], object], database: Database) -> None:
        super().__init__(daemon=True)
        self._work, self._alias = work, database.alias
        self._answer: object = None
        self._error: BaseException | None = None
        self.seconds = 0.0
        self.start()

    def run(self) -> None:
        from django.db import connections  # noqa: PLC0415  # the thread's own connections

        began = time.monotonic()
        try:
            self._answer = self._work()
        except BaseException as error:  # noqa: BLE001  # it is raised again by `answer`
            self._error = error
        finally:
            self.seconds = time.monotonic() - began
            connections.close_all()

    def answer(self, seconds: float = 30.0) -> Any:  # noqa: ANN401  # whatever the work gives
        self.join(seconds)
        assert not self.is_alive(), "the thread hangs"
        if self._error is not None:
            raise self._error
        return self._answer


def journal(ledger: Ledger) -> list[tuple[int, str | None, str, str]]:
    """The journal's rows: number, command id, body, hash."""
    rows = models.Entry.objects.using(ledger.using).filter(program=ledger.program_id)
    return list(rows.order_by("number").values_list("number", "command_id", "body", "hash"))


def replayed(ledger: Ledger) -> Program:
    """The engine's own program after the journal's commands; every entry is checked on the way."""
    rows = journal(ledger)
    genesis = json.loads(rows[0][2])
    program = Program(plan_from_fields(genesis["plan"]))
    before = bytes(32)
    for place, (number, command_id, body, written) in enumerate(rows):
        fields = json.loads(body)
        assert number == place == fields["number"], "the journal has no gaps"
        assert body == json.dumps(fields, sort_keys=True, separators=(",", ":"))
        before = hashlib.sha256(before + body.encode("ascii")).digest()
        assert before.hex() == written, f"the chain breaks at {number}"
        if number:
            outcome = program.submit(fields["command"])
            assert outcome.entry is not None, f"entry {number} is no new command"
            assert json.loads(encode_receipt(outcome.receipt)) == fields["receipt"]
            assert fields["command"]["id"] == command_id
            assert fields["pool"] == [program.figures.reserve, program.figures.supply]
    return program


def check_books(ledger: Ledger) -> Program:
    """Hold everything that is stored against a replay of the journal; return the replay."""
    rows = journal(ledger)
    program = replayed(ledger)
    program.check()
    standing = ledger.standing()
    assert (standing.number, standing.hash) == (rows[-1][0], rows[-1][3])
    assert standing.figures == program.figures
    assert standing.plan == program.plan
    _check_accounts(ledger, program)
    given_back = {purchase: r.refunded for purchase, r in program.purchases.items() if r.refunded}
    refunded = models.Refunded.objects.using(ledger.using).filter(program=ledger.program_id)
    assert dict(refunded.values_list("purchase", "refunded")) == given_back
    assert_days(ledger, rows)
    return program


def _check_accounts(ledger: Ledger, program: Program) -> None:
    stored = models.Account.objects.using(ledger.using).filter(program=ledger.program_id)
    rows = {row.name: row for row in stored}
    assert rows.keys() == program.accounts.keys()
    for name, account in program.accounts.items():
        row = rows[name]
        assert (row.kind, row.opening, row.referrer) == (
            account.kind,
            account.opening,
            account.referrer,
        )
        for field in BALANCES:
            assert getattr(row, field) == getattr(account, field), (name, field)
        if account.points:
            assert row.exit_bound <= exit_key(account)
        else:
            assert row.exit_bound is None


def assert_days(ledger: Ledger, rows: Sequence[tuple[int, str | None, str, str]]) -> None:
    closed = {
        command["day"]: number
        for number, _, body, _ in rows
        if number and (command := json.loads(body)["command"])["type"] == "close_day"
    }
    days = models.Day.objects.using(ledger.using).filter(program=ledger.program_id)
    assert dict(days.values_list("day", "number")) == closed


def announced(ledger: Ledger, plan: Mapping[str, object], *, days_ago: int = 1) -> int:
    """Announce a plan so long ago that its moment came that many days ago; return its version."""
    now = datetime.now(UTC) - timedelta(days=days_ago + 7)
    return versions.announce(ledger.name, plan, using=ledger.using, now=now).version


def plain(struct: msgspec.Struct) -> Mapping[str, object]:
    return msgspec.structs.asdict(struct)

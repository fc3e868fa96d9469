"""A crowd of processes at one program, some of which are killed: `python -m tests.ledger.crowd`.

One process starts all others by forking, before it opens any connection of its own. What a process
was promised it writes down at once, in a file to which all append::

    told ID NUMBER      submitted, and accepted as that entry
    left ID             in the inbox, and the caller's transaction is committed

A process that was killed is begun anew, and first sends again what it was sending when it died.
What went wrong otherwise is written as `wrong`, and fails whoever looks.
"""

import itertools
import json
import mmap
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from msgspec import Struct

IDLE, COMING, HOLDING, WRITING = range(4)
"""Where a process is: it settles once it holds the lock, and writes until its commit returns."""
PATIENCE: Final = 15.0  # seconds for the database to come back
SLOT: Final = 16  # bytes in the memory that all share: where it is, and the count of its rounds


class Order(Struct, frozen=True):
    """What to do, as JSON in the first argument: kills, or rounds for each process.

    ``restarts``: the database itself comes and goes, so that lost connections are no fault.
    ``unlocked``: the program's lock is taken away.
    """

    url: str
    program: str
    promises: str
    roles: list[str]
    rounds: int = 0
    kills: int = 0
    seconds: float = 0.0
    seed: int = 1
    restarts: bool = False
    unlocked: bool = False


class Crowd:
    """The processes, each with a slot in the memory that all share."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.shared = mmap.mmap(-1, SLOT * len(order.roles))
        self.processes: dict[int, int] = {}  # place by process
        self.random = random.Random(order.seed)
        self.counts: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Let all do their work; kill as ordered, then let them end; return what happened."""
        for place in range(len(self.order.roles)):
            self.begin(place)
        if self.order.kills:
            while self.counts["kills"] < self.order.kills:
                self.kill_one()
        time.sleep(self.order.seconds)
        if self.order.kills or self.order.seconds:
            for place in range(len(self.order.roles)):
                self.shared[place * SLOT + 1] = 1  # the sign to end
        for process, place in self.processes.items():
            _, status = os.waitpid(process, 0)
            if status:
                self.counts["wrong"] += 1
                sys.stderr.write(f"process {place} ended with {status}\n")
        return self.counts

    def begin(self, place: int) -> None:
        """Fork a process for the place."""
        self.shared[place * SLOT] = IDLE
        process = os.fork()
        if process:
            self.processes[process] = place
            return
        status = 1
        try:
            Member(self.order, place, self.shared).work()
            status = 0
        except BaseException:  # noqa: BLE001  # whatever it is, it is told and fails the test
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)

    def kill_one(self) -> None:
        """Kill a process that settles: at once, or a random moment after it was seen to."""
        want = self.random.choice((HOLDING, HOLDING, WRITING, WRITING, COMING))
        process, place = self.found(want)
        time.sleep(self.random.choice((0.0, 0.0, 0.0005, 0.002)) * self.random.random())
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        del self.processes[process]
        if status != signal.SIGKILL:
            self.counts["wrong"] += 1
            sys.stderr.write(f"process {place} had ended with {status}\n")
        self.counts["kills"] += 1
        where = self.shared[place * SLOT]
        self.counts["in flight"] += where in {HOLDING, WRITING}
        self.counts["while writing"] += where == WRITING
        self.begin(place)
        time.sleep(self.random.random() * 0.06)

    def found(self, want: int) -> tuple[int, int]:
        """Return a process that is where it is wanted; any after a while."""
        end = time.monotonic() + 0.2
        while time.monotonic() < end:
            there = [p for p in self.processes.items() if self.shared[p[1] * SLOT] == want]
            if there:
                return self.random.choice(there)
        return self.random.choice(list(self.processes.items()))


class Member:
    """One process of the crowd."""

    def __init__(self, order: Order, place: int, shared: mmap.mmap) -> None:
        self.order, self.place, self.shared = order, place, shared
        self.role = order.roles[place]
        self.promises = os.open(order.promises, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        from tongbao.ledger.door import open_program  # noqa: PLC0415  # Django is set up in main

        self.open = open_program

    @property
    def done(self) -> int:
        """How many rounds this place has begun; it outlives its processes."""
        return int.from_bytes(self.shared[self.place * SLOT + 8 : self.place * SLOT + 16], "big")

    @done.setter
    def done(self, value: int) -> None:
        self.shared[self.place * SLOT + 8 : self.place * SLOT + 16] = value.to_bytes(8, "big")

    def work(self) -> None:
        """Do the rounds; the one that was cut short by a kill is done again."""
        self.watch()
        ledger = self.patiently(lambda: self.open(self.order.program))
        act = getattr(self, self.role)
        while not self.shared[self.place * SLOT + 1] and not 0 < self.order.rounds <= self.done:
            self.patiently(lambda: act(ledger, self.done))
            self.done += 1

    def patiently(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever the work gives
        """Do it again as long as the database is away, if it is known to come and go."""
        from django.db import Error, connection  # noqa: PLC0415  # likewise
        from psycopg import Error as Lost  # noqa: PLC0415  # likewise

        from tongbao.ledger.values import (  # noqa: PLC0415  # likewise
            DatabaseTrouble,
            NotSettled,
        )

        end = time.monotonic() + PATIENCE
        while True:
            try:
                return work()
            except (Error, Lost, NotSettled, DatabaseTrouble):
                if not self.order.restarts or time.monotonic() > end:
                    raise
                if self.role == "enqueues":  # the transaction is the caller's, and the connection
                    connection.close()
                time.sleep(0.02)

    def promised(self, *words: object) -> None:
        os.write(self.promises, (" ".join(map(str, words)) + "\n").encode())

    def submits(self, ledger: Any, n: int) -> None:  # noqa: ANN401  # a Ledger
        """Purchases, paid in for other people's accounts too, sometimes sent twice."""
        name = f"{self.place}-{n}"
        member = ("shared", f"m{self.place}", f"new{name}")[n % 3]  # the same when sent again
        command = {"id": name, "type": "purchase", "member": member, "paid": 100 + n}
        for _ in range(1 + (n % 7 == 0)):
            outcome = ledger.submit(command, wait=30)
            check(outcome.ok, command, outcome)
            self.promised("told", name, outcome.number)

    def groups(self, ledger: Any, n: int) -> None:  # noqa: ANN401  # likewise
        """Pairs: a purchase and what is taken out of it at once."""
        name, account = f"{self.place}-{n}", f"g{self.place}"
        pair = [
            {"id": f"{name}a", "type": "purchase", "member": account, "paid": 10_000},
            {"id": f"{name}b", "type": "deposit", "account": account, "amount": 7},
        ]
        first, second = ledger.submit_group(pair, wait=30)
        check(first.ok and second.ok, first, second)
        check(second.number == first.number + 1, first, second)
        self.promised("told", f"{name}a", first.number)
        self.promised("told", f"{name}b", second.number)

    def enqueues(self, ledger: Any, n: int) -> None:  # noqa: ANN401  # likewise
        """Write to the inbox in a transaction of its own, and leave it to others."""
        from django.db import transaction  # noqa: PLC0415  # likewise

        name = f"{self.place}-{n}"
        command = {"id": name, "type": "purchase", "member": f"q{self.place}", "paid": 5_000}
        with transaction.atomic():
            ledger.enqueue(command)
        self.promised("left", name)
        if n % 8 == 7:
            ledger.settle(wait=30)
            check(ledger.outcome(name).ok, name)

    def settles(self, ledger: Any, n: int) -> None:  # noqa: ANN401  # likewise
        """Settle what waits."""
        ledger.settle(wait=30)
        time.sleep(0.002)

    def looks(self, ledger: Any, n: int) -> None:  # noqa: ANN401  # likewise
        """Preview, look at the standing, and read a statement that must add up."""
        from tongbao.ledger.values import NotSettled  # noqa: PLC0415  # likewise

        try:
            seen = ledger.preview(
                {"id": "seen", "type": "redeem", "account": "shared", "points": 1}
            )
            check(seen.receipt is not None, seen)
        except NotSettled:
            self.promised("looked", "in vain")
        figures = ledger.standing().figures
        check(figures.supply == figures.points + figures.treasury, figures)
        check(figures.supply == figures.issued - figures.burned, figures)
        account = ledger.account("shared")
        check(account is None or account.quota >= 0, account)

    def reads(self, ledger: Any, n: int) -> None:  # noqa: ANN401  # likewise
        """Read a statement from its newest line back; each line starts where the one before ended."""
        from tongbao.ledger.statements import statement  # noqa: PLC0415  # likewise

        if ledger.account("shared") is not None:
            items = statement(ledger, "shared", limit=20).items
            for item, before in itertools.pairwise(items):
                check(item.balance.minus(item.change) == before.balance, item, before)

    def watch(self) -> None:
        """Note in the shared memory where this process is; take the lock away if so ordered."""
        from tongbao.ledger.storage import storage_for  # noqa: PLC0415  # likewise

        kind: Any = type(storage_for(1, "default"))
        real, write, spot = kind.locked, kind.write, self.place * SLOT

        @contextmanager
        def watched(storage: Any, seconds: float | None) -> Iterator[Any]:  # noqa: ANN401  # either
            self.shared[spot] = COMING
            try:
                with real(storage, seconds) as head:
                    self.shared[spot] = HOLDING if head is not None else IDLE
                    yield head
            finally:
                self.shared[spot] = IDLE

        def writing(storage: Any, writes: Any) -> None:  # noqa: ANN401  # likewise
            self.shared[spot] = WRITING
            write(storage, writes)

        kind.locked, kind.write = watched, writing
        if self.order.unlocked:
            unlock()


def unlock() -> None:
    """Take the program's lock away: nobody waits for anybody."""
    from tongbao.ledger.storage import storage_for  # noqa: PLC0415  # Django is set up in main

    kind: Any = type(storage_for(1, "default"))
    if kind.locks_rows:
        real = kind._execute

        def execute(storage: Any, query: str, values: Any) -> Any:  # noqa: ANN401  # a cursor
            return real(
                storage, query.replace(" FOR UPDATE", "").replace(" SKIP LOCKED", ""), values
            )

        kind._execute = execute
    else:
        real_raw = kind._raw
        kind._raw = lambda storage: Unlocked(real_raw(storage))


class Unlocked:
    """A connection to SQLite that locks only when it writes."""

    def __init__(self, raw: Any) -> None:  # noqa: ANN401  # sqlite3's
        self._raw = raw

    def execute(self, sql: str, *values: Any) -> Any:  # noqa: ANN401  # a cursor
        return self._raw.execute(sql.replace("BEGIN IMMEDIATE", "BEGIN DEFERRED"), *values)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # all else is the connection's
        return getattr(self._raw, name)


def check(holds: object, *told: object) -> None:
    """Survives -O."""
    if not holds:
        raise AssertionError(told)


def main() -> None:
    order = json.loads(sys.argv[1])
    os.environ["TONGBAO_DATABASE"] = order["url"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongbao.site.settings"
    import django  # noqa: PLC0415  # the environment comes first

    django.setup()
    from tongbao.ledger import door, statements  # noqa: F401, PLC0415  # once, for all that fork

    counts = Crowd(Order(**order)).run()
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    main()

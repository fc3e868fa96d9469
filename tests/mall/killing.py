"""Processes that kill themselves at the Nth write of a shopper's way, and others that look after.

Run as ``python -m tests.mall.killing '{"url": …, "folder": …, "first": 1, "step": 1}'`` with an
opened mall at ``url`` (SQLite, or PostgreSQL with a server whose databases may be copied). For
each N a child walks `tests.mall.way` and is killed (SIGKILL) right before its Nth commit, which is
every state that a crash can leave; another reconciles, twice, looks at what there is, walks the
way to its end and looks again. A line of JSON for each N tells what it saw.
"""

# ruff: noqa: ANN401  # whatever psycopg takes and gives

import json
import os
import shutil
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

WRITES: Final = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Seen:
    """What was seen after the Nth write was not made."""

    at: int
    killed: bool
    first: list[str] = field(default_factory=list)
    second: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    between: dict[str, int] = field(default_factory=dict)
    end: dict[str, int] = field(default_factory=dict)
    trouble: str = ""


class Killer:
    """Counts what is about to become durable, and kills at the Nth."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0

    def tick(self) -> None:
        """One more is about to be written."""
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, raw: Any) -> None:
        """Watch a connection of either kind."""
        if isinstance(raw, sqlite3.Connection):
            raw.set_trace_callback(lambda sql: self.saw(sql, inside=raw.in_transaction))
        else:
            self.watch_psycopg(raw)

    def saw(self, sql: str, *, inside: bool) -> None:
        """Look at a statement that is about to run."""
        words = sql.lstrip().upper()
        if words.startswith("COMMIT") or (not inside and words.startswith(WRITES)):
            self.tick()

    def watch_psycopg(self, raw: Any) -> None:
        """Watch the three ways in which psycopg is asked to commit."""
        from psycopg.pq import TransactionStatus  # noqa: PLC0415

        execute, commit, cursors = raw.execute, raw.commit, raw.cursor
        idle = TransactionStatus.IDLE

        def executed(query: Any, *args: Any, **named: Any) -> Any:
            self.saw(str(query), inside=raw.info.transaction_status != idle)
            return execute(query, *args, **named)

        def committed() -> None:
            self.tick()
            commit()

        def cursor(*args: Any, **named: Any) -> Any:
            made = cursors(*args, **named)
            run = made.execute

            def ran(query: Any, *values: Any, **more: Any) -> Any:
                if raw.autocommit and raw.info.transaction_status == idle:
                    self.saw(str(query), inside=False)
                return run(query, *values, **more)

            made.execute = ran
            return made

        raw.execute, raw.commit, raw.cursor = executed, committed, cursor


def forked(work: Callable[[], object], path: Path | None = None) -> int:
    """Run work in a child, its answer written as JSON to ``path``; return how the child ended."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            answer = work()
            if path is not None:
                path.write_text(json.dumps(answer), "utf-8")
            code = 0
        except BaseException:  # noqa: BLE001  # a child must not go on as its parent
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def walk_and_die(at: int) -> None:
    """Walk the way, to be killed at the Nth write."""
    from django.db import connection  # noqa: PLC0415  # set up by then

    from tests.mall import way  # noqa: PLC0415

    connection.ensure_connection()
    Killer(at).watch(connection.connection)
    way.walk()


def look_after(at: int, *, killed: bool, late: bool) -> dict[str, Any]:
    """Reconcile twice, look, walk to the end (unless it is too late for that), look again."""
    from django.utils import timezone  # noqa: PLC0415  # set up by then

    from tests.mall import way  # noqa: PLC0415
    from tests.mall.looking import money, problems, states  # noqa: PLC0415
    from tongbao.mall.sales.reconcile import reconcile  # noqa: PLC0415

    seen = Seen(at, killed)
    now = timezone.now() + (timedelta(days=1) if late else timedelta())
    seen.first = [str(one) for one in reconcile(now)]
    seen.second = [str(one) for one in reconcile(now)]
    seen.states, seen.between = states(), money()
    seen.trouble = problems()
    if not late:
        way.walk()
        seen.end = money()
        seen.trouble += problems() + "".join(str(one) for one in reconcile(timezone.now()))
    return asdict(seen)


def main() -> None:
    """Do what the order says; print a line for each N."""
    order = json.loads(sys.argv[1])
    url, folder = order["url"], Path(order["folder"])
    os.environ.update(
        DJANGO_SETTINGS_MODULE="tongbao.site.mall",
        TONGBAO_SANDBOX="yes",
        TONGBAO_SECRET="x" * 50,
        TONGBAO_FILES=str(folder / "files"),
        TONGBAO_DATABASE=url,
    )
    import django  # noqa: PLC0415  # with its settings

    django.setup()
    from django.db import connections  # noqa: PLC0415

    import tests.mall.looking  # noqa: PLC0415  # the children need not import it again
    import tests.mall.way  # noqa: PLC0415

    import_module("tongbao.mall.sales.reconcile")

    copies = Copies(url, folder)
    copies.begin(tests.mall.way.prepare)
    copies.fresh()
    tests.mall.way.walk()  # what is loaded on the way need not be loaded by each child again
    copies.leave(connections.settings["default"]["NAME"])
    at = order["first"]
    while at <= order.get("last", 10**6):
        killed = False
        for late in order.get("late", [False]):
            copies.fresh()
            code = forked(lambda: walk_and_die(at))  # noqa: B023  # called at once
            killed = code == -signal.SIGKILL
            if code not in {0, -signal.SIGKILL}:
                sys.exit(f"The child at {at} ended with {code}.")
            answer = folder / "seen.json"
            work = lambda: look_after(at, killed=killed, late=late)  # noqa: B023, E731
            if forked(work, answer):
                sys.exit(f"Looking after {at} failed.")
            print(answer.read_text("utf-8"), flush=True)  # noqa: T201
        if not killed:
            break
        at += order["step"]


class Copies:
    """Fresh copies of one prepared database; whoever forks has no connection open."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.is_sqlite = url.startswith("sqlite")
        self.base = folder / "base.sqlite3"
        self.copy = folder / "copy.sqlite3"

    def begin(self, prepare: Callable[[], None]) -> None:
        """Prepare what every copy begins with."""
        from django.db import connections  # noqa: PLC0415

        named = connections.settings["default"]
        if self.is_sqlite:
            shutil.copyfile(self.url.removeprefix("sqlite:///"), self.base)
            named["NAME"] = str(self.base)
        self.original = named["NAME"]
        prepare()
        if self.is_sqlite:
            with connections["default"].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.leave(str(self.copy) if self.is_sqlite else "killed")

    def leave(self, name: str) -> None:
        """Close the connection; whoever opens one from now on opens the copy."""
        from django.db import connections  # noqa: PLC0415

        connections["default"].close()
        del connections["default"]
        connections.settings["default"]["NAME"] = name

    def fresh(self) -> None:
        """Make a copy, in place of the one before."""
        if self.is_sqlite:
            for suffix in ("-wal", "-shm"):
                Path(f"{self.copy}{suffix}").unlink(missing_ok=True)
            shutil.copyfile(self.base, self.copy)
            return
        import psycopg  # noqa: PLC0415

        server = self.url.rpartition("/")[0] + "/postgres"
        with psycopg.connect(server, autocommit=True) as raw:
            raw.execute("DROP DATABASE IF EXISTS killed WITH (FORCE)")
            raw.execute(f'CREATE DATABASE killed TEMPLATE "{self.original}"')


if __name__ == "__main__":
    main()

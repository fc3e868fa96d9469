"""A fresh, migrated database for each test, SQLite or PostgreSQL, under an alias of its own.

Both are copies of a template that is migrated once per process. The alias never comes twice, so
that nothing which a test leaves behind (a cached program, a thread's connection) meets the next.
"""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final, TypeVar

from django.core.management import call_command
from django.db import connections

from tests.ledger.cluster import Cluster
from tongbao.site import databases

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
VENDORS: Final = (SQLITE, POSTGRESQL)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Database:
    """A database of the tests: Django knows it as ``alias``, another process finds it at ``url``."""

    alias: str
    vendor: str
    url: str

    def execute(self, sql: str, *values: str | int | None) -> list[tuple[object, ...]]:
        """Run a statement behind the application's back, `%s` for values; return its rows."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []

    def lift_protection(self) -> None:
        """Take away what keeps the journal append-only, as somebody who owns the tables can."""
        call_command("migrate", "ledger", "0001", database=self.alias, verbosity=0)

    def at_once(self, works: Sequence[Callable[[], Answer]]) -> list[Answer]:
        """Run the works, each in a thread of its own, all let go together; return their answers.

        A thread's connections are closed at its end. The first work that raises, raises here.
        """
        gate = threading.Barrier(len(works))

        def run(work: Callable[[], Answer]) -> Answer:
            try:
                gate.wait()
                return work()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(works)) as pool:
            return [done.result() for done in [pool.submit(run, work) for work in works]]


@dataclass(slots=True)
class Templates:
    """The migrated templates of this process, made when first asked for."""

    folder: Path
    cluster: Callable[[], Cluster]
    _serial: Iterator[int] = field(default_factory=count)
    _made: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def copy(self, vendor: str) -> Iterator[Database]:
        """Give a copy of the vendor's template under a new alias; gone afterwards."""
        template = self._made.get(vendor) or self._make(vendor)
        name = f"{vendor}_{next(self._serial)}"
        if vendor == SQLITE:
            path = self.folder / f"{name}.sqlite3"
            shutil.copyfile(template, path)
            with known(Database(name, vendor, f"sqlite:///{path}")) as database:
                yield database
            for left in self.folder.glob(f"{path.name}*"):
                left.unlink()
        else:
            cluster = self.cluster()
            cluster.execute(f"CREATE DATABASE {name} TEMPLATE {template} {cluster.quick_copy}")
            with known(Database(name, vendor, cluster.url(name))) as database:
                yield database
            cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _make(self, vendor: str) -> str:
        if vendor == SQLITE:
            made = str(self.folder / "template.sqlite3")
            with known(Database("template", vendor, f"sqlite:///{made}")) as template:
                call_command("migrate", "ledger", database=template.alias, verbosity=0)
            with closing(sqlite3.connect(made)) as plain:  # nothing is left in its write-ahead log
                plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            made = "template_ledger"
            cluster = self.cluster()
            cluster.execute(f"CREATE DATABASE {made}")
            with known(Database("template", vendor, cluster.url(made))) as template:
                call_command("migrate", "ledger", database=template.alias, verbosity=0)
        self._made[vendor] = made
        return made


@contextmanager
def known(database: Database) -> Iterator[Database]:
    """Let Django know the database under its alias; afterwards this thread's connection closes."""
    given = databases.database(database.url)
    complete = connections.configure_settings({"default": {}, database.alias: given})
    connections.settings[database.alias] = complete[database.alias]
    try:
        yield database
    finally:
        connections[database.alias].close()
        del connections[database.alias]
        del connections.settings[database.alias]

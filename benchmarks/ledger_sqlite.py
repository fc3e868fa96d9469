"""Purchases on SQLite by 16 threads of one process, each waiting for its receipt.

Bound: at least as many a second as bare sqlite3 inserts and commits from one thread, on the same
disk in the same run; both databases in WAL mode with synchronous=FULL.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.buyers import crowd
from benchmarks.cluster import begun
from benchmarks.measure import Result, clock
from tests.ledger.databases import SQLITE, Database, known

THREADS, PAIRS, SECONDS = 16, 9, 2


def measure() -> Result:
    """Return purchases a second as a multiple of bare transactions a second."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/ledger.sqlite3"
        with known(Database("benchmark", SQLITE, url)) as database:
            begun(database, {})
        with (
            closing(_bare(Path(folder, "bare.sqlite3"))) as bare,
            crowd(url, 1, THREADS) as buyers,
        ):
            buyers.buy(1)
            pairs = [(buyers.buy(SECONDS)[0], _commits(bare, SECONDS)) for _ in range(PAIRS)]
    rate, commits = (median(pair[place] for pair in pairs) for place in (0, 1))
    detail = f"{rate:,.0f} purchases/s; {commits:,.0f} bare transactions/s"
    ratio = median(ours / theirs for ours, theirs in pairs)
    return Result("SQLite, 1 × 16 / bare commits", ratio, 1, "×", detail, at_least=True)


def _bare(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE purchase (id INTEGER PRIMARY KEY, member TEXT, paid INTEGER)")
    return connection


def _commits(connection: sqlite3.Connection, seconds: float) -> float:
    """Return how many inserts a second are committed one by one."""
    count = 0
    start = clock()
    while clock() < start + seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO purchase (member, paid) VALUES ('m1', 10000)")
        connection.execute("COMMIT")
        count += 1
    return count / (clock() - start)

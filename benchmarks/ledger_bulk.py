"""Purchases submitted 1,000 at a time, against the fastest that pgbench -s 1 is on this cluster.

Bound: 4 times as many a second, each with its journal entry, statement's line, balances and
receipt; by one client, and by two of which one decides while the other's commit is under way.
pgbench's rate is the larger of the rounds before and after, in the way that was fastest. Beside
it, without bound: how long a bare COPY of the same rows into the same tables takes, a commit for
every 1,000 purchases. The program has as many members as pgbench has accounts.
"""

from collections.abc import Sequence
from statistics import median
from typing import Final

import psycopg
from msgspec import Struct

from benchmarks.buyers import MEMBERS, Crowd, crowd
from benchmarks.cluster import Peer, best, durable, missing, program_on
from benchmarks.filled import Group, fill
from benchmarks.measure import Result, Skipped, paired, timed
from tongbao.ledger.door import Ledger

BATCH, PAIRS, SECONDS = 1_000, 3, 4
COPIED: Final = 30  # batches
_WRITTEN: Final = {
    "ledger_entry": "number BETWEEN {first} AND {last}",
    "ledger_line": "number BETWEEN {first} AND {last}",
    "ledger_account": (
        "name IN (SELECT account FROM ledger_line WHERE number BETWEEN {first} AND {last})"
    ),
}


class _Round(Struct, frozen=True):
    """Purchases a second by one client and by two; pgbench's transactions a second."""

    one: float
    two: float
    bare: float


def measure() -> Sequence[Result | Skipped]:
    """Return the rates of one client and of two, and how far the first is from COPY."""
    why = missing()
    if why is not None:
        return [Skipped("1,000 at a time / pgbench", why)]
    with durable() as cluster, program_on(cluster, "bulk") as (database, ledger):
        fill(database, ledger, [Group(MEMBERS, quota=20_000, spread=1_000)])
        peer = best(cluster)
        with crowd(database.url, 2, 1, BATCH) as two:
            rounds = _rounds(peer, two)
        with program_on(cluster, "copied") as (empty, _):
            copied = _copied(ledger, database.url, empty.url)
    bare = f"{peer.name()}: {median(one.bare for one in rounds):,.0f}"
    return [
        _result(name, [(getattr(one, field), one.bare) for one in rounds], copied, bare)
        for field, name in (("one", "1 client"), ("two", "2 clients"))
    ]


def _rounds(peer: Peer, two: Crowd) -> Sequence[_Round]:
    one = Crowd(two.processes[:1])
    two.buy(1)
    rounds = []
    before = peer.run(SECONDS).rate
    for _ in range(PAIRS):
        alone, both = one.buy(SECONDS)[0], two.buy(SECONDS)[0]
        after = peer.run(SECONDS).rate
        rounds.append(_Round(alone, both, max(before, after)))
        before = after
    return rounds


def _result(clients: str, pairs: Sequence[tuple[float, float]], copied: float, bare: str) -> Result:
    rate = median(ours for ours, _ in pairs)
    detail = (
        f"{rate:,.0f} purchases/s, {1e6 / rate:.0f} µs each (bare COPY {copied * 1e6:.0f}); {bare}"
    )
    name = f"1,000 at a time, {clients} / pgbench"
    return Result(name, paired(pairs), 4, "×", detail, at_least=True)


def _copied(ledger: Ledger, source_url: str, target_url: str) -> float:
    """Return the seconds a purchase that COPY takes for what the last batches wrote."""
    end = ledger.standing().number
    with psycopg.connect(source_url) as source, psycopg.connect(target_url) as target:
        times = []
        for batch in range(COPIED):
            last = end - batch * BATCH
            # A program of its own for each batch: an account is then written in every batch again.
            rows = {
                table: _rows(source, table, where.format(first=last - BATCH + 1, last=last), batch)
                for table, where in _WRITTEN.items()
            }
            times.append(timed(lambda rows=rows: _copy(target, rows)))  # type: ignore[misc]
    return median(times) / BATCH


def _rows(source: psycopg.Connection, table: str, where: str, program: int) -> bytes:
    listed = source.execute(f"SELECT * FROM {table} LIMIT 0").description or ()
    columns = ", ".join(column.name for column in listed if column.name != "program")
    query = f"COPY (SELECT {program}, {columns} FROM {table} WHERE {where}) TO STDOUT"
    with source.cursor().copy(query.encode()) as copy:
        return b"".join(map(bytes, copy))


def _copy(target: psycopg.Connection, rows: dict[str, bytes]) -> None:
    for table, text in rows.items():
        listed = target.execute(f"SELECT * FROM {table} LIMIT 0").description or ()
        columns = ", ".join(column.name for column in listed if column.name != "program")
        with target.cursor().copy(f"COPY {table} (program, {columns}) FROM STDIN".encode()) as copy:
            copy.write(text)
    target.commit()

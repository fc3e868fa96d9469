"""`tongbao ledger rebuild --check` against `json.loads` over the same export. Bound: 60 times.

On SQLite, 120,000 entries, settled 1,000 at a time: purchases, and among them redemptions,
refunds, withdrawals, deposits and closes of days. Every figure of the tables is compared.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.audit import command
from benchmarks.cluster import begun
from benchmarks.measure import Result, in_steps, paired, timed
from tests.ledger.databases import SQLITE, Database, known
from tongbao.ledger import rebuild
from tongbao.ledger.door import Ledger
from tongbao.ledger.export import export_lines

COMMANDS, BATCH, MEMBERS, PAIRS = 125_000, 1_000, 30_000, 3


def measure() -> Result:
    """Return the time of the check as a multiple of the bare reading's."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'ledger.sqlite3')}"
        with known(Database("rebuilt", SQLITE, url)) as database:
            ledger = begun(database, {"dividend_bps": 300})
            _settle(ledger)
            last = ledger.standing().number
            lines = list(export_lines(ledger.program_id, last, using=ledger.using))
            times = list(_times(ledger, lines))
    entries = len(lines)
    assert entries >= 100_000, entries
    size = sum(map(len, lines)) / entries
    took, bare = (median(column) / entries * 1e6 for column in zip(*times, strict=True))
    detail = f"{took:.0f} µs an entry, bare {bare:.1f}; {entries:,} entries, {size:.0f} bytes each"
    return Result("rebuild --check / json.loads", paired(times), 60, "×", detail)


def _settle(ledger: Ledger) -> None:
    rng = random.Random(5)
    for first in in_steps(range(0, COMMANDS, BATCH), "settling"):
        batch = [command(rng, n, MEMBERS) for n in range(first, first + BATCH)]
        ledger.submit_many([msgspec.to_builtins(one) for one in batch])


def _times(ledger: Ledger, lines: list[bytes]) -> Iterator[tuple[float, float]]:
    def read() -> None:
        for line in lines:
            json.loads(line)

    def check() -> None:
        rebuilt = rebuild.check(ledger)
        assert rebuilt.ok, rebuilt.differences

    for _ in range(PAIRS):
        before = timed(read)
        took = timed(check)
        yield took, (before + timed(read)) / 2

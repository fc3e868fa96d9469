"""The databases that benchmarks measure on, and pgbench, which they are measured against.

A scratch cluster with PostgreSQL's own settings: it waits for the disk, as in production. It is
made where temporary files are, which should be no file system in memory.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from django.core.management import call_command
from msgspec import Struct

from tests.ledger import cluster
from tests.ledger.cluster import MISSING, Cluster
from tests.ledger.databases import POSTGRESQL, Database, known
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.ledger import programs
from tongbao.ledger.door import Ledger, open_program

PROGRAM: Final = "bench"
_SECONDS: Final = 2
_WAYS: Final = tuple((clients, way) for clients in (1, 8, 32) for way in ("simple", "prepared"))


class Pace(Struct, frozen=True):
    """What pgbench told: transactions per second, and the average latency in seconds."""

    rate: float
    latency: float


class Peer(Struct, frozen=True):
    """pgbench's TPC-B at scale 1, with so many clients and in that query mode."""

    cluster: Cluster
    clients: int
    mode: str

    def run(self, seconds: int) -> Pace:
        """Run for so many seconds."""
        said = _pgbench(
            self.cluster,
            *("-b", "tpcb-like", "-s", "1", "-c", str(self.clients), "-M", self.mode),
            *("-n", "-T", str(seconds)),
        )
        rate = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
        latency = re.search(r"^latency average = ([\d.]+) ms", said, re.MULTILINE)
        if rate is None or latency is None:
            raise cluster.ClusterFailed(f"pgbench gave no figures:\n{said}")
        return Pace(float(rate[1]), float(latency[1]) / 1e3)

    def name(self) -> str:
        """Return how it was called."""
        return f"pgbench -s 1 -c {self.clients} -M {self.mode}"


def missing() -> str | None:
    """Return why nothing can be measured on PostgreSQL here, None if it can."""
    found = cluster.binaries()
    if found is None:
        return MISSING
    return None if (found / "pgbench").exists() else "pgbench is not installed on this machine"


@contextmanager
def durable() -> Iterator[Cluster]:
    """Give a cluster with default settings, and in it a database that pgbench has filled."""
    with cluster.scratch() as made:
        made.execute("CREATE DATABASE pgbench")
        _pgbench(made, "-i", "-q", "-s", "1")
        yield made


@contextmanager
def program_on(
    made: Cluster, database: str, **changes: object
) -> Iterator[tuple[Database, Ledger]]:
    """Give a database of that name with a program of the founding example in it, launched."""
    made.execute(f"CREATE DATABASE {database}")
    with known(Database(database, POSTGRESQL, made.url(database))) as fresh:
        yield fresh, begun(fresh, changes)


def begun(database: Database, changes: Mapping[str, object]) -> Ledger:
    """Launch a program of the founding example in an empty database."""
    call_command("migrate", "ledger", database=database.alias, verbosity=0)
    programs.create(PROGRAM, {**FOUNDING_EXAMPLE, **changes}, using=database.alias)
    programs.launch(PROGRAM, using=database.alias)
    return open_program(PROGRAM, using=database.alias)


def best(made: Cluster) -> Peer:
    """Return pgbench in the way in which it is fastest here; each way's better of two rounds."""
    peers = [Peer(made, clients, way) for clients, way in _WAYS]
    rates = [[peer.run(_SECONDS).rate for peer in peers] for _ in range(2)]
    better = [max(pair) for pair in zip(*rates, strict=True)]
    return peers[better.index(max(better))]


def _pgbench(made: Cluster, *options: str) -> str:
    command = [str(made.binaries / "pgbench"), *options, made.url("pgbench")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise cluster.ClusterFailed(f"pgbench failed:\n{done.stderr[-2000:]}")
    return done.stdout

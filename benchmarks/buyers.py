"""Processes that buy: each opens the program by itself, as the workers of a web server do.

The benchmark starts them, waits until each is connected, and lets them go for one round after
another: a line with the seconds goes in, a line with what happened comes out.
"""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from django.db import connections
from msgspec import Struct
from msgspec import json as coded

from benchmarks.cluster import PROGRAM
from tongbao.ledger.door import Ledger, open_program

MEMBERS: Final = 100_000  # as many as pgbench -s 1 has accounts
_ROOT: Final = Path(__file__).parents[1]
_START: Final = (
    "from benchmarks.ready import make_ready; make_ready(); "
    "from benchmarks.buyers import main; main()"
)


class Round(Struct, frozen=True):
    """What a process did: purchases and the seconds they took, one latency for each call."""

    purchases: int
    seconds: float
    latencies: list[float]


class Crowd(Struct, frozen=True):
    """Buyers that wait to be let go."""

    processes: tuple["subprocess.Popen[str]", ...]

    def buy(self, seconds: float) -> tuple[float, list[float]]:
        """Let all buy for so long; return their purchases per second and sorted latencies."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(f"{seconds}\n")
            process.stdin.flush()
        rounds = [coded.decode(_line(process), type=Round) for process in self.processes]
        rate = sum(one.purchases / one.seconds for one in rounds)
        return rate, sorted(latency for one in rounds for latency in one.latencies)


@contextmanager
def crowd(url: str, processes: int, threads: int, batch: int = 1) -> Iterator[Crowd]:
    """Start buyers of the program in that database; a call of each submits ``batch`` purchases."""
    path = os.pathsep.join([str(_ROOT / "src"), str(_ROOT)])
    started = tuple(
        subprocess.Popen(
            [sys.executable, "-c", _START, str(threads), str(batch)],
            cwd=_ROOT,
            env={**os.environ, "TONGBAO_DATABASE": url, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    )
    try:
        for process in started:
            assert _line(process) == "ready\n"
        yield Crowd(started)
    finally:
        for process in started:
            process.communicate()  # no more rounds: it ends


def main() -> None:
    """Be one of these processes, until no more rounds come in."""
    threads, batch = map(int, sys.argv[1:])
    ledger = open_program(PROGRAM)
    gate = threading.Barrier(threads + 1)
    buyers = [_Buyer(ledger, f"{os.getpid()}-{n}", batch, gate) for n in range(threads)]
    for buyer in buyers:
        buyer.start()
    gate.wait()
    print("ready", flush=True)
    for line in sys.stdin:
        for buyer in buyers:
            buyer.until = time.perf_counter() + float(line)
        start = time.perf_counter()
        gate.wait()
        gate.wait()
        seconds = time.perf_counter() - start
        latencies = [latency for buyer in buyers for latency in buyer.latencies]
        done = Round(len(latencies) * batch, seconds, latencies)
        print(coded.encode(done).decode(), flush=True)
    os._exit(0)  # the buyers' threads wait for a round that does not come


class _Buyer(threading.Thread):
    """One client: buys, waits for the receipt, buys again."""

    def __init__(self, ledger: Ledger, name: str, batch: int, gate: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.until = 0.0
        self.latencies: list[float] = []
        self._ledger = ledger
        self._prefix = name
        self._batch = batch
        self._gate = gate

    def run(self) -> None:
        connections[self._ledger.using].ensure_connection()
        rng = random.Random(self._prefix)
        serial = count()
        clock = time.perf_counter
        self._gate.wait()
        while True:
            self._gate.wait()
            self.latencies = []
            while (start := clock()) < self.until:
                self._buy(
                    [purchase(rng, f"{self._prefix}-{next(serial)}") for _ in range(self._batch)]
                )
                self.latencies.append(clock() - start)
            self._gate.wait()

    def _buy(self, commands: Sequence[dict[str, object]]) -> None:
        if len(commands) == 1:
            assert self._ledger.submit(commands[0]).ok
        else:
            assert all(outcome.ok for outcome in self._ledger.submit_many(commands))


def purchase(rng: random.Random, command_id: str, members: int = MEMBERS) -> dict[str, object]:
    """Return a purchase of 100.00 by a random member, as JSON fields."""
    member = f"m{rng.randrange(members)}"
    return {"id": command_id, "type": "purchase", "member": member, "paid": 10_000}


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()

"""32 clients, each submits one purchase and waits for its receipt, against pgbench with 32 clients.

As two web workers of 16 threads each, and as 32 processes. Bounds: at least as many purchases a
second as `pgbench -b tpcb-like -s 1 -c 32 -M prepared` has transactions, which trip over one hot
row as purchases do over one shared price; p99 within 3 times pgbench's average latency. The
program has as many members as pgbench has accounts; rounds of both take turns.
"""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from benchmarks.buyers import MEMBERS, Crowd, crowd
from benchmarks.cluster import Peer, durable, missing, program_on
from benchmarks.filled import Group, fill
from benchmarks.measure import Result, Skipped, paired

CLIENTS, PAIRS, SECONDS = 32, 3, 5
SHAPES = ((2, 16), (32, 1))  # processes, threads in each


class _Pair(Struct, frozen=True):
    """Purchases and pgbench's transactions a second; p99 and pgbench's average in seconds."""

    rate: float
    bare_rate: float
    p99: float
    bare_latency: float


def measure() -> Sequence[Result | Skipped]:
    """Return rate and latency for both shapes."""
    why = missing()
    if why is not None:
        return [Skipped("interactive purchases / pgbench", why)]
    results: list[Result] = []
    with durable() as cluster:
        peer = Peer(cluster, CLIENTS, "prepared")
        for processes, threads in SHAPES:
            with program_on(cluster, f"interactive_{processes}") as (database, ledger):
                fill(database, ledger, [Group(MEMBERS, quota=20_000, spread=1_000)])
                with crowd(database.url, processes, threads) as buyers:
                    buyers.buy(1)
                    pairs = [_pair(peer, buyers) for _ in range(PAIRS)]
            results += _results(f"{processes} × {threads}", pairs)
    return results


def _pair(peer: Peer, buyers: Crowd) -> _Pair:
    bare = peer.run(SECONDS)
    rate, latencies = buyers.buy(SECONDS)
    return _Pair(rate, bare.rate, latencies[len(latencies) * 99 // 100], bare.latency)


def _results(shape: str, pairs: Sequence[_Pair]) -> Sequence[Result]:
    rate, bare_rate, p99, bare_latency = (
        median(getattr(pair, field) for pair in pairs) for field in _Pair.__struct_fields__
    )
    rates = paired([(pair.rate, pair.bare_rate) for pair in pairs])
    latencies = paired([(pair.p99, pair.bare_latency) for pair in pairs])
    detail = f"{rate:,.0f} purchases/s, pgbench {bare_rate:,.0f}"
    slow = f"{p99 * 1e3:.1f} ms, pgbench {bare_latency * 1e3:.1f} ms"
    return (
        Result(f"purchases, {shape} / pgbench", rates, 1, "×", detail, at_least=True),
        Result(f"p99, {shape} / pgbench average", latencies, 3, "×", slow),
    )

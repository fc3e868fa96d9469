"""32 clients, each submits one purchase and waits for its receipt, against pgbench with 32 clients.

As two web workers of 16 threads each, and as 32 processes. Bounds: at least as many purchases a
second as `pgbench -b tpcb-like -s 1 -c 32 -M prepared` has transactions, which trip over one hot
row as purchases do over one shared price; p99 within 3 times pgbench's average latency.
"""

from collections.abc import Sequence
from statistics import median

from benchmarks.buyers import crowd
from benchmarks.cluster import Peer, durable, missing, program_on
from benchmarks.measure import Result, Skipped

CLIENTS, PAIRS, SECONDS = 32, 3, 5
SHAPES = ((2, 16), (32, 1))


def measure() -> Sequence[Result | Skipped]:
    """Return rate and latency for both shapes."""
    why = missing()
    if why is not None:
        return [Skipped("interactive purchases", why)]
    results: list[Result] = []
    with durable() as cluster:
        peer = Peer(cluster, CLIENTS, "prepared")
        for processes, threads in SHAPES:
            name = f"interactive_{processes}"
            with (
                program_on(cluster, name) as (database, _),
                crowd(database.url, processes, threads) as buyers,
            ):
                buyers.buy(1)
                paces, rates, slowest = [], [], []
                for _ in range(PAIRS):
                    paces.append(peer.run(SECONDS))
                    rate, latencies = buyers.buy(SECONDS)
                    rates.append(rate)
                    slowest.append(latencies[len(latencies) * 99 // 100])
            shape = f"{processes} × {threads}"
            ratio = median(r / pace.rate for r, pace in zip(rates, paces, strict=True))
            detail = f"{median(rates):,.0f} purchases/s, pgbench {median(p.rate for p in paces):,.0f}"
            results.append(Result(f"purchases, {shape} / pgbench", ratio, 1, "×", detail, True))
            ratio = median(s / pace.latency for s, pace in zip(slowest, paces, strict=True))
            detail = (
                f"{median(slowest) * 1e3:.1f} ms, pgbench {median(p.latency for p in paces) * 1e3:.1f} ms"
            )
            results.append(Result(f"p99, {shape} / pgbench average", ratio, 3, "×", detail))
    return results

"""A purchase's time with 1,000,000 members in the program against that with 1,000. Bound: 1.5 times.

On PostgreSQL, submitted 100 and 1,000 at a time by random members. The members are not there by
their purchases, which would take long: the server writes their accounts and the figures that fit
them (see `filled`), in two databases, so that the small program's tables are small too.
"""

import random
from collections.abc import Sequence

from benchmarks.buyers import purchase
from benchmarks.cluster import durable, missing, program_on
from benchmarks.filled import Group, fill
from benchmarks.measure import Result, Skipped, in_steps, paired, timed
from tongbao.engine.invariants import check_all
from tongbao.ledger.door import Ledger

FEW, MANY = 1_000, 1_000_000
QUOTA, SPREAD = 20_000, 1_000  # minor units; what 100.00 gives, and a little by which they differ
STEPS = ((100, 60), (1_000, 15))  # so many at a time, so many pairs


def measure() -> Sequence[Result | Skipped]:
    """Return the time with many members as a multiple of the time with few, for both steps."""
    why = missing()
    if why is not None:
        return [Skipped("purchases, 1,000,000 / 1,000 members", why)]
    with (
        durable() as cluster,
        program_on(cluster, "few") as (small, few),
        program_on(cluster, "many") as (large, many),
    ):
        fill(small, few, [Group(FEW, QUOTA, SPREAD)])
        fill(large, many, [Group(MANY, QUOTA, SPREAD)])
        results = [_compare(few, many, batch, pairs) for batch, pairs in STEPS]
        standing, everybody = few.standing(), few.accounts([f"m{n}" for n in range(FEW)])
    # That what was written without a journal is a state in which all promises hold.
    check_all(standing.figures, everybody.values(), standing.plan.max_supply)
    return results


def _compare(few: Ledger, many: Ledger, batch: int, pairs: int) -> Result:
    rng = random.Random(batch)
    times = []
    for pair in in_steps(range(pairs), f"{batch:,} at a time"):
        less = _took(few, FEW, f"{batch}-{pair}", batch, rng)
        times.append((_took(many, MANY, f"{batch}-{pair}", batch, rng), less))
    each, other = (sum(column) / pairs / batch * 1e6 for column in zip(*times, strict=True))
    detail = f"{each:.0f} µs each among {MANY:,}, {other:.0f} µs among {FEW:,}"
    return Result(f"{batch:,} at a time, {MANY:,} / {FEW:,}", paired(times), 1.5, "×", detail)


def _took(ledger: Ledger, members: int, prefix: str, batch: int, rng: random.Random) -> float:
    commands = [purchase(rng, f"{prefix}-{n}", members) for n in range(batch)]

    def buy() -> None:
        assert all(outcome.ok for outcome in ledger.submit_many(commands))

    return timed(buy)

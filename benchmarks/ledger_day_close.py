"""Closes of days over 1,000,000 holders on PostgreSQL, with their commits.

Bounds: 20 ms where nobody exits; where 10,000 exit, at most 1.5 times as long for each exit as
where 1,000 do. Every day has a dividend. The server writes the holders' accounts (see `filled`):
those of the first groups have so little quota that the dividends of one later day bring them to
their exit, a group a day.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from msgspec import Struct

from benchmarks.cluster import durable, missing, program_on
from benchmarks.filled import POINTS, WORTH, Group, fill
from benchmarks.measure import Result, Skipped, paired, timed
from tongbao.ledger.door import Ledger

HOLDERS, PAIRS, QUIET_DAYS = 1_000_000, 3, 25
FEW, MANY = 1_000, 10_000
PLENTY = 20_000
FIRST, STEP = 150, 100  # minor units of dividends until the first group exits, then from day to day
# Purchases fill the dividend fund and barely move the price.
PLAN = {"backing_bps": 1, "dividend_bps": 9_999}


class _Close(Struct, frozen=True):
    seconds: float
    exits: int


def measure() -> Sequence[Result | Skipped]:
    """Return the milliseconds of a quiet close, and how the time grows with the exits."""
    why = missing()
    if why is not None:
        return [Skipped("a day close on PostgreSQL", why)]
    counts = (FEW, MANY) * PAIRS
    # The middle of the step, so that the price may rise a little with each exit's fee.
    groups = [
        Group(count, WORTH + FIRST + STEP * day - 75, spread=50) for day, count in enumerate(counts)
    ]
    rest = Group(HOLDERS - sum(counts), PLENTY, spread=1_000)
    with durable() as cluster, program_on(cluster, "closes", **PLAN) as (database, ledger):
        fill(database, ledger, [*groups, rest])
        quiet = [_close(ledger, day, dividend=1) for day in range(QUIET_DAYS)]
        busy = []
        for day in range(len(counts)):
            dividend = STEP if day else FIRST - QUIET_DAYS
            busy.append(_close(ledger, QUIET_DAYS + day, dividend))
    assert not any(close.exits for close in quiet)
    assert tuple(close.exits for close in busy) == counts, [close.exits for close in busy]
    return [_quiet(quiet), _busy(busy)]


def _quiet(closes: Sequence[_Close]) -> Result:
    times = sorted(close.seconds * 1e3 for close in closes)
    detail = f"{HOLDERS:,} holders, {len(closes)} closes, {times[0]:.1f} to {times[-1]:.1f} ms"
    return Result("a day close, nobody exits, stored", median(times), 20, "ms", detail)


def _busy(closes: Sequence[_Close]) -> Result:
    small, large = ([close.seconds for close in closes[place::2]] for place in (0, 1))
    pairs = [(more / MANY, less / FEW) for more, less in zip(large, small, strict=True)]
    detail = f"{median(large) * 1e3:,.0f} ms with {MANY:,}, {median(small) * 1e3:,.0f} with {FEW:,}"
    name = f"an exit, of {MANY:,} / {FEW:,} in a close"
    return Result(name, paired(pairs), 1.5, "×", detail)


def _close(ledger: Ledger, number: int, dividend: int) -> _Close:
    """Close a day on which everybody who holds as much as the first is due that much."""
    paid = dividend * (ledger.standing().figures.points // POINTS)
    bought = {"id": f"buy-{number}", "type": "purchase", "member": "patron", "paid": paid}
    assert ledger.submit(bought).ok
    day = str(date(2026, 1, 1) + timedelta(days=number))
    command = {"id": f"close-{number}", "type": "close_day", "day": day}
    exits = []

    def close() -> None:
        receipt = ledger.submit(command, wait=60).receipt
        assert receipt is not None
        assert receipt.error is None
        exits.append(len(receipt.exits))

    return _Close(timed(close), exits[0])

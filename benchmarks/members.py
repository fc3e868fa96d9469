"""The time of a purchase with 1,000,000 members against that with 1,000. Bound: 1.5 times."""

from benchmarks.measure import Result, paired, program_with, purchases, timed
from tongbao.engine.commands import Purchase
from tongbao.engine.program import Program

FEW, MANY, PAIRS, STEP = 1_000, 1_000_000, 30, 3_000
NO_QUOTA_IN_REACH = {"quota_bps": 10_000_000}


def measure() -> Result:
    """Return the time with many members as a multiple of the time with few."""
    many = program_with(MANY, **NO_QUOTA_IN_REACH)
    few = program_with(FEW, **NO_QUOTA_IN_REACH)
    times = []
    for pair in range(PAIRS):
        slow = purchases(f"{pair}-", STEP, MANY, seed=pair)
        fast = purchases(f"{pair}-", STEP, FEW, seed=pair)
        less = timed(lambda todo=fast: _execute(few, todo))  # type: ignore[misc]
        times.append((timed(lambda todo=slow: _execute(many, todo)), less))  # type: ignore[misc]
    each = sum(slow for slow, _ in times) / (PAIRS * STEP)
    detail = f"{each * 1e6:.1f} µs a purchase among {MANY:,}"
    return Result("a purchase, 1,000,000 / 1,000 members", paired(times), 1.5, "×", detail)


def _execute(program: Program, commands: list[Purchase]) -> None:
    for command in commands:
        program.execute(command)

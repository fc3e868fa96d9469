"""One million purchases by 100,000 members through the engine, receipts included.

Bound: 100 times the bare loop. Each pair times 20,000 of the one right after
20,000 of the other, so that a busy machine slows both.
"""

from benchmarks.measure import Result, bare_loop, paired, purchases, timed
from tongbao.engine.commands import Purchase
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program

PAIRS, STEP, MEMBERS = 50, 20_000, 100_000


def measure() -> Result:
    """Return the engine's time as a multiple of the bare loop's."""
    program = Program(plan_from_fields(FOUNDING_EXAMPLE))
    times = []
    for pair in range(PAIRS):
        commands = purchases(f"{pair}-", STEP, MEMBERS, seed=pair)
        bare = timed(lambda: bare_loop(STEP))
        times.append((timed(lambda todo=commands: _execute(program, todo)), bare))  # type: ignore[misc]
    each = sum(engine for engine, _ in times) / (PAIRS * STEP)
    detail = f"{each * 1e6:.1f} µs a purchase; {len(program.accounts):,} members"
    return Result("purchases / bare loop", paired(times), 100, "×", detail)


def _execute(program: Program, commands: list[Purchase]) -> None:
    execute = program.execute
    receipts = [execute(command).receipt for command in commands]
    assert all(receipt.ok for receipt in receipts)

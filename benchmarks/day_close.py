"""A day close over 1,000,000 holders when nobody exits. Bound: one millisecond.

The close itself, with the checks that run after every command; the checks
that sum up every account anew run beside it and are told apart.
"""

from datetime import date, timedelta
from statistics import median

from benchmarks.measure import Result, program_with, timed
from tongbao.engine.commands import CloseDay, Purchase

HOLDERS, DAYS = 1_000_000, 50


def measure() -> Result:
    """Return the milliseconds of one close."""
    program = program_with(HOLDERS, quota_bps=10_000_000, dividend_bps=3000)
    closes = []
    for n in range(DAYS):
        program.execute(Purchase(id=f"day-{n}", member=f"m{n}", paid=1_000_000))
        day = str(date(2026, 1, 1) + timedelta(days=n))
        close = CloseDay(id=f"close-{n}", day=day)
        closes.append(1e3 * timed(lambda command=close: program.execute(command)))  # type: ignore[misc]
    holders = sum(1 for account in program.accounts.values() if account.points)
    assert holders == HOLDERS
    full = timed(program.check)
    detail = (
        f"{holders:,} holders, {program.figures.dividend_payable:,} paid; full check {full:.1f} s"
    )
    return Result("a day close, nobody exits", median(closes), 1, "ms", detail)

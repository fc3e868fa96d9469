"""What the benchmarks share: the bare peer, programs full of members, the printed line."""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from msgspec import Struct

from tongbao.engine.commands import Purchase
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program

clock = time.perf_counter


class Result(Struct, frozen=True):
    """One measured ratio and its bound: the most it may be, or the least."""

    name: str
    ratio: float
    bound: float
    unit: str
    detail: str
    at_least: bool = False

    def line(self) -> str:
        """Return the result as a line of the report."""
        if self.at_least:
            verdict = "reaches" if self.ratio >= self.bound else "BELOW"
        else:
            verdict = "within" if self.ratio <= self.bound else "OVER"
        measured = f"{self.ratio:.3g} {self.unit}"
        return f"{self.name:<40}{measured:>12}  {verdict} {self.bound:g}   {self.detail}"


class Skipped(Struct, frozen=True):
    """What could not be measured here, and why."""

    name: str
    why: str

    def line(self) -> str:
        """Return the omission as a line of the report."""
        return f"{self.name:<40}{'-':>12}  SKIPPED: {self.why}"


def bare_loop(purchases: int) -> None:
    """Run the peer: the two lines that a points pool cannot do without."""
    reserve = 3000
    supply = 21_000_000
    for _ in range(purchases):
        reserve += 3000
        supply += 2100 * supply // reserve


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that the work took."""
    start = clock()
    work()
    return clock() - start


def purchases(prefix: str, count: int, members: int, seed: int) -> list[Purchase]:
    """Return purchases of 100.00 by random members."""
    rng = random.Random(seed)
    return [
        Purchase(id=f"{prefix}{n}", member=f"m{rng.randrange(members)}", paid=10_000)
        for n in range(count)
    ]


def program_with(members: int, **changes: object) -> Program:
    """Return a program of the founding example in which every member bought once."""
    program = Program(plan_from_fields({**FOUNDING_EXAMPLE, **changes}))
    for n in in_steps(range(members), f"{members:,} members"):
        program.execute(Purchase(id=f"first-{n}", member=f"m{n}", paid=10_000))
    return program


def in_steps(items: Sequence[int], label: str) -> Iterator[int]:
    """Yield the items, with a line on standard error that tells how far it is."""
    shown = sys.stderr.isatty()
    for n in items:
        if shown and n % 50_000 == 0:
            sys.stderr.write(f"\r{label}: {100 * n // len(items)} % ")
        yield n
    if shown:
        sys.stderr.write("\r" + " " * 40 + "\r")


def paired(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the median ratio of pairs that were timed one right after the other."""
    return median(one / other for one, other in pairs)

"""Searches long for a gang's gain: `python -m tests.attacks.search --sequences 100000 [PRESET ...]`.

Each seed is one sequence under the preset, with or without top-ups, vouchers, cancellations and
honest orders as its number says. What breaks a bound is printed with its seed, and the exit status
is 1; the last line of a preset has its counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from tests.attacks.gang import Rules, told
from tongbao.plans.presets import PRESETS

BATCH = 500


def rules_of(preset: str, seed: int) -> Rules:
    """Return what is possible in the sequence of that number: every mix comes round in sixteen."""
    return Rules(
        preset,
        topups=not seed & 1,
        vouchers=not seed & 2,
        cancels=not seed & 4,
        honest=not seed & 8,
    )


def search(preset: str, seeds: range) -> tuple[Counter[str], list[str]]:
    """Play these sequences; return how many moves of each kind there were, and what broke."""
    kinds, broken = Counter[str](), []
    for seed in seeds:
        try:
            tale = told(rules_of(preset, seed), seed, 6 + seed % 20)
        except AssertionError as error:
            broken.append(f"{preset} seed {seed}: {error}")
            continue
        kinds.update(move.kind for move in tale.moves)
    return kinds, broken


def main(arguments: Iterable[str]) -> int:
    """Search under each preset on all cores; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.search")
    parser.add_argument("presets", nargs="*", default=list(PRESETS), metavar="PRESET")
    parser.add_argument("--sequences", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first sequence")
    options = parser.parse_args(list(arguments))
    bad = False
    for preset in options.presets:
        begun, kinds, broken = time.monotonic(), Counter[str](), list[str]()
        last = options.first + options.sequences
        batches = [range(n, min(n + BATCH, last)) for n in range(options.first, last, BATCH)]
        with ProcessPoolExecutor() as pool:
            done = pool.map(search, [preset] * len(batches), batches)
            for number, (moves, breaks) in enumerate(done, start=1):
                kinds.update(moves)
                broken += breaks
                for line in breaks:
                    sys.stdout.write(f"{line}\n")
                if sys.stderr.isatty():
                    sys.stderr.write(f"\r{preset}: {number * BATCH:,}")
        counts = ", ".join(f"{count:,} × {kind}" for kind, count in sorted(kinds.items()))
        took = time.monotonic() - begun
        played = f"{preset}: {options.sequences:,} sequences, {len(broken)} broken"
        sys.stdout.write(f"{played}; {counts}; {took:.0f} s\n")
        bad = bad or bool(broken)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

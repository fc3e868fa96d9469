"""Run all benchmarks, or those named: ``python -m benchmarks [purchases replay …]``."""

import sys
from collections.abc import Sequence
from importlib import import_module

from benchmarks.measure import Result, Skipped
from benchmarks.ready import make_ready

NAMES = (
    *("purchases", "replay", "members", "day_close"),
    *("ledger_interactive", "ledger_bulk", "ledger_members", "ledger_day_close"),
    *("ledger_sqlite", "rebuild", "audit", "mall_search", "mall_pages", "mall_slow_clients"),
)


def main() -> None:
    """Print a line for each figure: the ratio, its bound, what was measured."""
    make_ready()
    for name in sys.argv[1:] or NAMES:
        if name not in NAMES:
            sys.exit(f"There is no benchmark {name}; there are {', '.join(NAMES)}.")
        measured: Result | Skipped | Sequence[Result | Skipped]
        measured = import_module(f"benchmarks.{name}").measure()
        for one in (measured,) if isinstance(measured, Result | Skipped) else measured:
            print(one.line(), flush=True)


if __name__ == "__main__":
    main()

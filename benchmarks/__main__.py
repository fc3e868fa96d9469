"""Run all benchmarks, or those named: ``python -m benchmarks [purchases replay …]``."""

import sys
from importlib import import_module

NAMES = ("purchases", "replay", "members", "day_close")


def main() -> None:
    """Print one line for each benchmark: the ratio, its bound, what was measured."""
    for name in sys.argv[1:] or NAMES:
        if name not in NAMES:
            sys.exit(f"There is no benchmark {name}; there are {', '.join(NAMES)}.")
        print(import_module(f"benchmarks.{name}").measure().line(), flush=True)


if __name__ == "__main__":
    main()

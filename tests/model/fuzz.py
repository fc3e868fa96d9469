"""A seeded random comparison of the engine with the naive model.

    python -m tests.model.fuzz --seconds 60 --seed 1

Prints the first stream on which they differ (shortened, as JSON lines that `--replay` reads again)
and exits with status 1; 0 when time ran out without a difference.
"""

# ruff: noqa: T201 - a command that prints what it found

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from tests.model import streams
from tests.model.compare import Pair
from tests.model.naive import Naive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Fields = dict[str, Any]


def main() -> int:
    """Run until the time is over, or until a stream is found on which the two differ."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--length", type=int, default=120, help="commands in a stream")
    options.add_argument("--replay", type=Path, help="a file with a plan and commands, one a line")
    chosen = options.parse_args()
    if chosen.replay:
        plan, *commands = map(json.loads, chosen.replay.read_text(encoding="utf-8").splitlines())
        return report(plan, commands, difference(plan, commands))
    end = time.monotonic() + chosen.seconds
    seed, count, seen = chosen.seed, 0, Counter[str]()
    while time.monotonic() < end:
        plan, commands, wrong = one_stream(seed, chosen.length, seen)
        count += len(commands)
        if wrong:
            print(f"# seed {seed}: {wrong}")
            commands = shortened(plan, commands)
            return report(plan, commands, difference(plan, commands))
        seed += 1
    print(f"{seed - chosen.seed} streams, {count} commands, no difference")
    for route, times in sorted(seen.items()):
        print(f"  {times:8} {route}")
    return 0


class Both(Protocol):
    """What a stream is grown against: a Pair, or the model alone."""

    model: Naive

    def submit(self, received: Any) -> Fields: ...  # noqa: ANN401


class ModelAlone:
    """The model in a Pair's place, for what only asks where a stream gets to."""

    def __init__(self, plan: Fields) -> None:
        self.model = Naive(plan)

    def submit(self, received: Any) -> Fields:  # noqa: ANN401
        return self.model.submit(received)


def grow(
    seed: int, length: int, seen: Counter[str], both: Callable[[Fields], Both] = Pair
) -> Iterator[tuple[Fields, Any]]:
    """Yield a plan with each line of the seed's stream, before `both` gets it."""
    dice = streams.Dice(Random(seed))
    plan = streams.plan(dice)
    pair = both(plan)
    received: list[Fields] = []
    ready = streams.beginning(dice)
    for i in range(length):
        line = ready.pop(0) if ready else streams.anything(dice, pair.model, received, f"c{i}")
        yield plan, line
        receipt = pair.submit(line)
        seen.update(happened(line, receipt, pair.model.routes))
        if receipt.get("error") != "malformed":
            received.append(line)


def one_stream(seed: int, length: int, seen: Counter[str]) -> tuple[Fields, list[Any], str]:
    """Grow a stream until it is long enough or the two differ on it."""
    plan: Fields = {}
    lines: list[Any] = []
    try:
        for plan, line in grow(seed, length, seen):  # noqa: B007 - the plan is the same each time
            lines.append(line)
    except Exception as error:  # noqa: BLE001 - any failure of the engine is a finding
        return plan, lines, f"{type(error).__name__}: {error}"
    return plan, lines, ""


def happened(line: Any, receipt: Fields, routes: list[str]) -> list[str]:  # noqa: ANN401
    """What a command reached, in words, for the corpus's own coverage."""
    kind = line.get("type") if isinstance(line, dict) else None
    if receipt.get("error") == "malformed":
        kind = "line"
    outcome = receipt.get("error", "ok")
    return [f"{kind}: {outcome}", *(f"{route} ({kind})" for route in routes)]


def difference(plan: Fields, commands: list[Any]) -> str:
    """The first difference on a stream, '' if there is none."""
    pair = Pair(plan)
    for line in commands:
        try:
            pair.submit(line)
        except Exception as error:  # noqa: BLE001 - any failure of the engine is a finding
            return f"{type(error).__name__}: {error}"
    return ""


def shortened(plan: Fields, commands: list[Any]) -> list[Any]:
    """Leave out whatever the difference does not need, from large pieces to single commands."""
    size = len(commands) // 2
    while size:
        start = 0
        while start < len(commands):
            fewer = commands[:start] + commands[start + size :]
            if difference(plan, fewer):
                commands = fewer
            else:
                start += size
        size //= 2
    return commands


def report(plan: Fields, commands: list[Any], wrong: str) -> int:
    """Print the stream, ready for --replay."""
    if not wrong:
        print("no difference")
        return 0
    print(json.dumps(plan))
    for line in commands:
        print(json.dumps(line))
    print(f"# {wrong}")
    return 1


if __name__ == "__main__":
    sys.exit(main())

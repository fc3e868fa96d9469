"""The same million purchases through `tongbao replay`, JSON in and out, as one process.

Bound: 150 times the bare loop, which runs before and after.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from benchmarks.measure import Result, bare_loop, purchases, timed
from tongbao.engine.example import FOUNDING_EXAMPLE

PURCHASES, MEMBERS = 1_000_000, 100_000


def measure() -> Result:
    """Return the command's time, from start to end, as a multiple of the bare loop's."""
    with tempfile.TemporaryDirectory() as folder:
        plan, stream = Path(folder, "plan.json"), Path(folder, "commands.jsonl")
        receipts = Path(folder, "receipts.jsonl")
        plan.write_bytes(msgspec.json.encode(dict(FOUNDING_EXAMPLE)))
        with stream.open("wb") as file:
            for command in purchases("o", PURCHASES, MEMBERS, seed=1):
                file.write(msgspec.json.encode(command) + b"\n")
        code = "from tongbao.cli.main import main; main()"
        replay = [sys.executable, "-c", code, "replay", "--plan", str(plan)]
        replay += ["--receipts", str(receipts), str(stream)]
        before = timed(lambda: bare_loop(PURCHASES))
        took = timed(lambda: subprocess.run(replay, check=True))
        bare = (before + timed(lambda: bare_loop(PURCHASES))) / 2
        with receipts.open("rb") as file:
            assert sum(b'"ok"' in line for line in file) == PURCHASES
    detail = f"{took:.1f} s for {PURCHASES:,} purchases, process start included"
    return Result("tongbao replay / bare loop", took / bare, 150, "×", detail)

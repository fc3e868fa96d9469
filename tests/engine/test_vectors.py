"""The conformance streams: receipts and state, byte for byte, through both doors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tongbao.cli.main import main
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program
from tongbao.engine.receipts import encode_receipt
from tongbao.engine.snapshot import encode_state

VECTORS = Path(__file__).parents[1] / "vectors"
STREAMS = sorted(path.parent for path in VECTORS.glob("*/plan.json"))

every_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.name)


def test_all_streams_are_there() -> None:
    assert [path.name for path in STREAMS] == [f"{n:04}" for n in range(24)] + ["wine"]


@every_stream
def test_replay_reproduces_a_stream_byte_for_byte(stream: Path, tmp_path: Path) -> None:
    receipts, state = tmp_path / "receipts.jsonl", tmp_path / "state.json"
    arguments = ["--plan", stream / "plan.json", "--receipts", receipts, "--state", state]
    arguments += [stream / "commands.jsonl"]
    run = CliRunner().invoke(main, ["replay", *map(str, arguments)])
    assert (run.exit_code, run.output) == (0, "")
    assert receipts.read_bytes() == (stream / "receipts.jsonl").read_bytes()
    assert state.read_bytes() == (stream / "state.json").read_bytes()


@every_stream
def test_a_program_reproduces_a_stream_and_keeps_every_promise_on_the_way(stream: Path) -> None:
    program = Program(plan_from_fields(json.loads((stream / "plan.json").read_bytes())))
    commands = (stream / "commands.jsonl").read_text(encoding="utf-8").splitlines()
    receipts = (stream / "receipts.jsonl").read_text(encoding="utf-8").splitlines()
    for command, receipt in zip(commands, receipts, strict=True):
        outcome = program.submit(received(command))
        assert encode_receipt(outcome.receipt) == receipt, command
        program.check()
    expected = (stream / "state.json").read_text(encoding="utf-8")
    assert "".join(encode_state(program)) == expected


def received(line: str) -> object:
    """Return what a line holds; None, which is no command either, if it is no JSON."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def test_a_real_process_reproduces_the_founding_stream(tmp_path: Path) -> None:
    stream, state = VECTORS / "wine", tmp_path / "state.json"
    with (stream / "commands.jsonl").open("rb") as commands:
        run = subprocess.run(
            [
                *(sys.executable, "-c", "from tongbao.cli.main import main; main()", "replay"),
                *("--plan", str(stream / "plan.json"), "--state", str(state)),
            ],
            stdin=commands,
            capture_output=True,
            check=False,
        )
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout == (stream / "receipts.jsonl").read_bytes()
    assert state.read_bytes() == (stream / "state.json").read_bytes()

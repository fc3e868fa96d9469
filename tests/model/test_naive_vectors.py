"""The naive model reproduces the conformance streams, and keeps what always holds on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.model import invariants
from tests.model.naive import Naive

STREAMS = sorted(path.parent for path in Path(__file__).parents[1].glob("vectors/*/plan.json"))


def test_the_streams_are_there() -> None:
    assert len(STREAMS) == 25


@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.name)
def test_the_naive_model_reproduces_a_conformance_stream(stream: Path) -> None:
    model = Naive(json.loads((stream / "plan.json").read_text(encoding="utf-8")))
    commands = (stream / "commands.jsonl").read_text(encoding="utf-8").splitlines()
    receipts = (stream / "receipts.jsonl").read_text(encoding="utf-8").splitlines()
    for line, receipt in zip(commands, receipts, strict=True):
        before = model.s
        assert list(model.submit_line(line).items()) == list(json.loads(receipt).items()), line
        invariants.check(model.s["plan"], before, model.s)
    expected = json.loads((stream / "state.json").read_text(encoding="utf-8"))
    assert model.state() == expected
    assert list(model.state()["accounts"]) == list(expected["accounts"])

"""The engine against the naive model, after every command of streams that Hypothesis makes.

What is compared is in tests/model/compare.py: receipts, the complete state, the seven invariants by
the model's arithmetic on the engine's figures, and the running sums of the engine's postings.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.model import streams
from tests.model.compare import Pair

DATA = st.data()


class EngineAndModel(RuleBasedStateMachine):
    """One rule a kind of command, so that Hypothesis may leave whole kinds out of a stream."""

    pair: Pair
    received: list[dict[str, Any]]

    @initialize(data=DATA)
    def begin(self, data: st.DataObject) -> None:
        choose = streams.Draws(data.draw)
        plan = streams.plan(choose)
        note(json.dumps(plan))
        self.pair = Pair(plan)
        self.received = []
        for command in streams.beginning(choose):
            self.feed(command)

    def feed(self, line: Any) -> None:  # noqa: ANN401
        note(json.dumps(line))
        if self.pair.submit(line).get("error") != "malformed":
            self.received.append(line)

    def make(self, data: st.DataObject, kind: str) -> None:
        id_ = f"c{len(self.pair.received)}"
        self.feed(streams.command(streams.Draws(data.draw), self.pair.model, kind, id_))

    @rule(data=DATA)
    def enroll(self, data: st.DataObject) -> None:
        self.make(data, "enroll")

    @rule(data=DATA)
    def open_merchant(self, data: st.DataObject) -> None:
        self.make(data, "open_merchant")

    @rule(data=DATA, times=st.integers(1, 3))
    def purchase(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self.make(data, "purchase")

    @rule(data=DATA)
    def refund(self, data: st.DataObject) -> None:
        self.make(data, "refund")

    @rule(data=DATA)
    def redeem(self, data: st.DataObject) -> None:
        self.make(data, "redeem")

    @rule(data=DATA)
    def pay_points(self, data: st.DataObject) -> None:
        self.make(data, "pay_points")

    @rule(data=DATA)
    def pay_wallet(self, data: st.DataObject) -> None:
        self.make(data, "pay_wallet")

    @rule(data=DATA)
    def convert(self, data: st.DataObject) -> None:
        self.make(data, "convert")

    @rule(data=DATA)
    def pay_credit(self, data: st.DataObject) -> None:
        self.make(data, "pay_credit")

    @rule(data=DATA)
    def redeem_credit(self, data: st.DataObject) -> None:
        self.make(data, "redeem_credit")

    @rule(data=DATA)
    def withdraw(self, data: st.DataObject) -> None:
        self.make(data, "withdraw")

    @rule(data=DATA)
    def deposit(self, data: st.DataObject) -> None:
        self.make(data, "deposit")

    @rule(data=DATA)
    def change_plan(self, data: st.DataObject) -> None:
        self.make(data, "change_plan")

    @rule(data=DATA)
    def close_day(self, data: st.DataObject) -> None:
        self.make(data, "close_day")

    @rule(data=DATA)
    def odd(self, data: st.DataObject) -> None:
        id_ = f"c{len(self.pair.received)}"
        self.feed(streams.odd(streams.Draws(data.draw), self.pair.model, id_))

    @precondition(lambda self: bool(self.received))
    @rule(data=DATA)
    def resent(self, data: st.DataObject) -> None:
        self.feed(streams.resent(streams.Draws(data.draw), self.received))


def run(examples: int, steps: int, *, derandomize: bool) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=derandomize,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(EngineAndModel, settings=chosen)


def test_the_engine_agrees_with_the_naive_model_after_every_command() -> None:
    run(examples=80, steps=40, derandomize=True)


@pytest.mark.long
@pytest.mark.parametrize("steps", [20, 60, 150])
def test_the_engine_agrees_with_the_naive_model_on_thousands_of_streams(steps: int) -> None:
    run(examples=40_000 // steps, steps=steps, derandomize=False)

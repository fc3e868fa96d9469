"""Where the engine breaks a promise, the command is refused and nobody else is stopped."""

import logging
from typing import Any

import pytest

from tests.ledger.databases import Database
from tests.ledger.stage import check_books, opened, purchase
from tongbao.engine.invariants import check_step
from tongbao.engine.units import InvariantBroken
from tongbao.ledger import settle
from tongbao.ledger.values import Refusal


def test_a_command_that_breaks_a_promise_is_refused_and_the_others_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = opened(database)

    def breaking(before: Any, after: Any, changed: Any, most: int) -> None:  # noqa: ANN401  # the engine's
        if any(account.name == "marked-name" for _, account in changed):
            raise InvariantBroken("5: nothing of marked-name is negative")
        check_step(before, after, changed, most)

    monkeypatch.setattr(settle, "check_step", breaking)
    for n, member in enumerate(("m1", "marked-name", "m2")):
        ledger.enqueue(purchase(f"o{n}", member))
    with caplog.at_level(logging.CRITICAL, "tongbao.ledger"):
        assert ledger.settle() == 3
    outcomes = [ledger.outcome(f"o{n}") for n in range(3)]
    assert [o is not None and o.ok for o in outcomes] == [True, False, True]
    assert outcomes[1] is not None
    assert outcomes[1].refusal is Refusal.DEFECT
    assert ledger.account("marked-name") is None
    told = [vars(record) for record in caplog.records if record.message == "promise_broken"]
    assert [t["promise"] for t in told] == ["5"]
    assert "marked-name" not in str(told)
    check_books(ledger)

"""The journal's bodies are canonical JSON, whatever is in them."""

import json
from typing import Any

import pytest

from tests.ledger.stage import deposit, purchase, redeem
from tongbao.engine.commands import parse
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program
from tongbao.ledger.journal import canonical, entry_body, read_receipt, receipt_fields

ODD = 'a"b\\c\x00\x7f 通宝 \ud800'
PLAN = {
    **FOUNDING_EXAMPLE,
    "dividend_bps": 500,
    "referral_points_bps": [500, 200],
    "grant_bps": 6000,
    "referral_cash_bps": [100, 100],
    "quota_bps": 3600,
}
COMMANDS: list[dict[str, Any]] = [
    {"id": "e0", "type": "enroll", "member": "zero"},
    {"id": "e1", "type": "enroll", "member": ODD, "referrer": "zero", "at": "2026-01-02"},
    {"id": "e2", "type": "enroll", "member": "two", "referrer": ODD},
    {"id": "m", "type": "open_merchant", "merchant": "shop"},
    purchase(ODD, "two"),
    purchase("p2", "zero", 50_000),
    {"id": "c", "type": "close_day", "day": "2026-01-02"},
    deposit("d", "shop", 70),
    {"id": "r", "type": "refund", "purchase": ODD, "amount": 500},
    redeem("all", "zero"),
    *(purchase(f"q{n}", f"n{n}", 80_000) for n in range(12)),  # some of whom exit
    {"id": "plan", "type": "change_plan", "plan": {**PLAN, "exit_fee_bps": 7}},
]


def bodies() -> list[str]:
    program, made = Program(plan_from_fields(PLAN)), []
    for number, fields in enumerate(COMMANDS, 1):
        command = parse(fields)
        outcome = program.execute(command)
        assert outcome.entry is not None, (fields, outcome.receipt)
        made.append(entry_body(number, command, outcome.receipt, outcome.entry, "2026"))
    return made


def test_bodies_are_canonical_json() -> None:
    made = bodies()
    assert any('"exits":[{' in body for body in made), "somebody exits"
    for body in made:
        fields = json.loads(body)
        assert json.dumps(fields, sort_keys=True, separators=(",", ":")) == body
        assert canonical(fields) == body


def test_a_body_holds_the_command_as_it_was_received() -> None:
    assert [json.loads(body)["command"] for body in bodies()] == COMMANDS


@pytest.mark.parametrize("place", range(len(COMMANDS)))
def test_a_receipt_is_read_back_as_it_was(place: int) -> None:
    body = json.loads(bodies()[place])
    receipt = read_receipt(body["receipt"])
    assert receipt_fields(receipt) == body["receipt"]
    assert receipt.id == COMMANDS[place]["id"]

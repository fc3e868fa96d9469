"""A desk to try commands at: each is submitted, its promises summed up anew, its answer handed back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from tongbao.engine.plan import plan_from_fields
from tongbao.engine.postings import Cause
from tongbao.engine.program import Outcome, Program
from tongbao.engine.receipts import Receipt
from tongbao.engine.snapshot import encode_state
from tongbao.engine.state import Account

OWNED: Final = ("wallet", "points", "credit")

# The plan of the spec's founding example.
FOUNDING: Final[Mapping[str, object]] = {
    "issue_price": 100,
    "max_supply": 10**14,
    "backing_base": "sales",
    "backing_bps": 3000,
    "grant_bps": 7000,
    "dividend_base": "sales",
    "dividend_bps": 0,
    "quota_base": "sales",
    "quota_bps": 20000,
    "merchant_quota_bps": 20000,
    "exit_fee_bps": 1000,
    "goods_fee_bps": 0,
    "referral_points_bps": [],
    "referral_cash_bps": [],
    "cash_redemption": True,
    "cash_withdrawal": True,
    "min_supply": 10**6,
    "min_holding": 10**4,
}


def program_of(**changes: object) -> Program:
    """Begin a program with the founding plan, changed where told."""
    return Program(plan_from_fields({**FOUNDING, **changes}))


def check_moves(outcome: Outcome) -> None:
    """Hold each move of an entry to its form: a cause there is, an owner only where somebody owns."""
    for cause, source, giver, target, taker, _ in outcome.entry.moves if outcome.entry else ():
        assert cause in get_args(Cause)
        assert (giver != "") is (source in OWNED), (cause, source, giver)
        assert (taker != "") is (target in OWNED), (cause, target, taker)


class Desk:
    """A program and running numbers for the commands' ids."""

    def __init__(self, **changes: object) -> None:
        self.program = program_of(**changes)
        self.sent = 0

    def submit(self, kind: str, **fields: object) -> Outcome:
        self.sent += 1
        outcome = self.program.submit({"id": f"c{self.sent}", "type": kind, **fields})
        self.program.check()
        check_moves(outcome)
        return outcome

    def receipt(self, kind: str, **fields: object) -> Receipt:
        """Return the receipt of a command that must be accepted."""
        receipt = self.submit(kind, **fields).receipt
        assert receipt.ok, (kind, fields, receipt.error)
        return receipt

    def ok(self, kind: str, **fields: object) -> Mapping[str, int]:
        """Return the figures of a command that must be accepted."""
        return self.receipt(kind, **fields).fields

    def refused(self, kind: str, **fields: object) -> str:
        """Return why a command that must change nothing is rejected."""
        before = everything(self.program)
        outcome = self.submit(kind, **fields)
        assert everything(self.program) == before
        assert outcome.entry is None
        assert outcome.receipt.exits == ()
        return str(outcome.receipt.error)

    def buy(self, member: str, paid: int, **fields: object) -> Mapping[str, int]:
        return self.ok("purchase", member=member, paid=paid, **fields)

    @property
    def last_id(self) -> str:
        return f"c{self.sent}"

    def account(self, name: str) -> Account:
        return self.program.accounts[name]


def everything(program: Program) -> tuple[object, ...]:
    """Return all that a program holds, to be compared: nothing of it may be left behind."""
    accounts = [repr(account) for account in program.accounts.values()]
    purchases = [(name, repr(record)) for name, record in program.purchases.items()]
    state = "".join(encode_state(program))
    return state, repr(program.figures), accounts, purchases, program.plan

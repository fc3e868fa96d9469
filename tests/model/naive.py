"""A naive model of spec/engine.md: dicts, lists and loops over all accounts, integers only.

It shares no code with tongbao.engine and is written to be compared with the spec line by line, not
to be fast: every least key is found by a walk over all accounts, every command works on a copy of
everything. `tests.model.invariants` checks its states, and the engine's, for what always holds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.model import commands
from tests.model.pool import FIGURES, NotAcceptedError, Pool
from tests.model.reading import malformed, plan_problem, same

if TYPE_CHECKING:
    from collections.abc import Callable

Fields = dict[str, Any]

ACCOUNT = ("kind", "points", "quota", "owed", "wallet", "credit", "mark", "fraction")
EXECUTE: dict[str, Callable[[Pool, Fields], Fields]] = {
    "enroll": commands.enroll,
    "open_merchant": commands.open_merchant,
    "purchase": commands.purchase,
    "refund": commands.refund,
    "redeem": commands.redeem,
    "pay_points": commands.pay_points,
    "pay_wallet": commands.pay_wallet,
    "convert": commands.convert,
    "pay_credit": commands.pay_credit,
    "redeem_credit": commands.redeem_credit,
    "withdraw": commands.withdraw,
    "deposit": commands.deposit,
    "change_plan": commands.change_plan,
    "close_day": commands.close_day,
}


class Naive:
    """One program of the model: `submit` a command, read `s` (all of its state) or `state()`."""

    def __init__(self, plan: Fields) -> None:
        problem = plan_problem(plan)
        if problem:
            raise ValueError(problem)
        self.pool = Pool(plan)
        self.first: dict[str, tuple[Fields, Fields]] = {}

    @property
    def s(self) -> Fields:
        """The whole state."""
        return self.pool.s

    @property
    def routes(self) -> list[str]:
        """Where the last command led, in words."""
        return self.pool.routes

    def state(self) -> Fields:
        """The state in the conformance vectors' format."""
        accounts = {name: {f: a[f] for f in ACCOUNT} for name, a in self.s["accounts"].items()}
        return {f: self.s[f] for f in FIGURES} | {"accounts": accounts}

    def submit_line(self, line: str) -> Fields:
        """The receipt of one line of a stream."""
        try:
            received = json.loads(line)
        except ValueError:
            received = None
        return self.submit(received)

    def submit(self, c: Any) -> Fields:  # noqa: ANN401
        """The receipt of one received JSON value; the state changes only if it is accepted."""
        self.pool.exits, self.pool.routes = [], []
        if malformed(c):
            return rejected(c.get("id") if isinstance(c, dict) else None, "malformed")
        if c["id"] in self.first:
            command, receipt = self.first[c["id"]]
            if not same(command, c):
                return rejected(c["id"], "id_reused")
            self.routes.append("sent again")
            return copied(receipt)
        before = self.s
        self.pool.s = self.pool.copy()
        try:
            fields = EXECUTE[c["type"]](self.pool, c)
            self.pool.sweep()
        except NotAcceptedError as rejection:
            self.pool.s = before
            self.pool.routes = [f"rejected after {route}" for route in self.routes]
            return rejected(c["id"], rejection.args[0])
        receipt = {"id": c["id"], "status": "ok"} | fields | {"exits": self.pool.exits}
        self.first[c["id"]] = (copied(c), copied(receipt))
        return receipt


def rejected(id_: object, error: str) -> Fields:
    return {"id": id_, "status": "rejected", "error": error}


def copied(x: Fields) -> Fields:
    again: Fields = json.loads(json.dumps(x))
    return again

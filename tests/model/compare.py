"""The engine and the naive model, side by side: one command in, everything compared.

`Pair.submit` feeds both, then compares the receipt and the complete state, checks what always holds
on the engine's figures, and keeps running sums of the engine's postings and deltas, which have to
reproduce every balance. It raises DifferentError with the first thing that is not equal.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.model import invariants
from tests.model.naive import ACCOUNT, Naive
from tests.model.pool import FIGURES
from tongbao.engine.commands import parse_line
from tongbao.engine.plan import plan_fields, plan_from_fields
from tongbao.engine.program import Program
from tongbao.engine.receipts import encode_receipt

if TYPE_CHECKING:
    from tongbao.engine.entry import Entry

Fields = dict[str, Any]

MORE = ("opening", "referrer", *invariants.TALLIES)
DELTAS = ("quota", "owed", "mark", "fraction")
OWNED = {"wallet": "money", "points": "points", "credit": "credit"}
FORK_EVERY = 8
MONEY = ("reserve", "dividend_fund", "dividend_payable", "paid_out", "refunded")


class DifferentError(AssertionError):
    """The engine and the model do not agree."""


def same(what: str, engine: object, model: object) -> None:
    if engine != model:
        raise DifferentError(f"{what}: engine {engine!r}, expected {model!r}")


def same_fields(what: str, engine: Fields, model: Fields) -> None:
    for name in {**engine, **model}:
        same(f"{what} {name}", engine.get(name), model.get(name))


def engine_state(program: Program) -> Fields:
    """The engine's complete state, in the shape that `invariants.check` reads."""
    figures = program.figures
    state: Fields = {f: getattr(figures, f) for f in (*FIGURES, "closes", "money_in")}
    fields = (*ACCOUNT, *MORE)
    accounts = program.accounts.items()
    state["accounts"] = {name: {f: getattr(a, f) for f in fields} for name, a in accounts}
    return state


def model_state(model: Naive) -> Fields:
    state: Fields = {f: model.s[f] for f in (*FIGURES, "closes", "money_in")}
    fields = (*ACCOUNT, *MORE)
    accounts = model.s["accounts"].items()
    state["accounts"] = {name: {f: a[f] for f in fields} for name, a in accounts}
    return state


def engine_purchases(program: Program) -> Fields:
    return {
        id_: {
            "paid": p.paid,
            "contribution": p.contribution,
            "dividend": p.dividend,
            "gained": p.gained,
            "index": p.index,
            "closes": p.closes,
            "refunded": p.refunded,
            "names": [party.name for party in p.parties],
            "granted": [party.granted for party in p.parties],
            "commissions": [party.commission for party in p.parties],
        }
        for id_, p in program.purchases.items()
    }


def model_purchases(model: Naive) -> Fields:
    kept = ("paid", "contribution", "dividend", "gained", "index", "closes", "refunded", "granted")
    return {
        id_: {f: p[f] for f in kept}
        | {"names": [p["buyer"], *p["chain"]], "commissions": [0, *p["commissions"]]}
        for id_, p in model.s["purchases"].items()
    }


class Books:
    """Running sums of all postings and deltas that the engine ever gave."""

    def __init__(self) -> None:
        self.places: Counter[tuple[str, str]] = Counter()
        self.fields: Counter[tuple[str, str]] = Counter()

    def add(self, entry: Entry) -> None:
        for move in entry.movements:
            if move.amount <= 0 or move.source == move.target:
                raise DifferentError(f"no proper movement: {move}")
            self.places[move.unit, move.source] -= move.amount
            self.places[move.unit, move.target] += move.amount
        for delta in entry.deltas:
            self.fields[delta.account, delta.field] += delta.amount

    def check(self, state: Fields) -> None:
        """Every balance of the state is the sum of its postings, and nothing else is left over."""
        expected: Counter[tuple[str, str]] = Counter()
        for place in MONEY:
            expected["money", place] = state[place]
        for place in ("treasury", "burned"):
            expected["points", place] = state[place]
        expected["points", "issuance"] = -state["issued"]
        for name, a in state["accounts"].items():
            for place, unit in OWNED.items():
                expected[unit, f"{place}:{name}"] = a[place]
        expected["credit", "credit_issued"] = -invariants.total(state, "credit")
        got = dict(self.places)
        outside = [got.pop(("money", place), 0) for place in ("sales", "deposits")]
        same("money from outside, by postings", -sum(outside), state["money_in"])
        same_fields("sum of postings", _filled(got), _filled(expected))
        deltas: Counter[tuple[str, str]] = Counter()
        for field in ("dividend_index", "closes"):
            deltas["", field] = state[field]
        for name, a in state["accounts"].items():
            for field in (*DELTAS, *invariants.TALLIES):
                deltas[name, field] = a[field]
        same_fields("sum of deltas", _filled(self.fields), _filled(deltas))


def _filled(counts: dict[tuple[str, str], int]) -> Fields:
    return {f"{a} {b}": n for (a, b), n in counts.items() if n}


class Pair:
    """One program run by the engine and by the model at once."""

    def __init__(self, plan: Fields) -> None:
        self.model = Naive(plan)
        self.program = Program(plan_from_fields(plan))
        self.books = Books()
        self.first_plan = plan
        self.received: list[Any] = []
        self.state = engine_state(self.program)

    def submit(self, received: Any) -> Fields:  # noqa: ANN401
        """Feed both, compare everything, return the receipt."""
        self.received.append(json.loads(json.dumps(received)))
        fresh = not isinstance(received, dict) or not _known(self.model, received.get("id"))
        if len(self.received) % FORK_EVERY == 0:
            self._fork_and_forget(received)
        expected = self.model.submit(received)
        outcome = self.program.submit(received)
        receipt: Fields = json.loads(encode_receipt(outcome.receipt))
        same("receipt", list(receipt.items()), list(expected.items()))
        order = [[list(e) for e in r.get("exits", ())] for r in (receipt, expected)]
        same("order of the exits' fields", *order)
        accepted = fresh and receipt["status"] == "ok"
        command, echoed = parse_line(json.dumps(received).encode())
        same("the line is a command", command is not None, expected.get("error") != "malformed")
        same("id of the line", echoed, expected["id"])
        same("an entry is given", outcome.entry is not None, accepted)
        before, after = self.state, engine_state(self.program)
        if not accepted:
            same("state after a rejection or a command sent again", after, before)
        self._check_state(before, after)
        if outcome.entry is not None:
            self.books.add(outcome.entry)
            self.books.check(after)
        self.state = after
        return receipt

    def _fork_and_forget(self, received: Any) -> None:  # noqa: ANN401
        """What a fork is asked leaves no trace in the program that it came from."""
        fork = self.program.fork()
        same("state of a fork", engine_state(fork), self.state)
        fork.submit(received)
        fork.submit({"id": "fork", "type": "close_day", "day": "9999-12-31"})
        same("state after a fork was used", engine_state(self.program), self.state)
        self.program.check()

    def _check_state(self, before: Fields, after: Fields) -> None:
        plan, expected = self.model.s["plan"], model_state(self.model)
        same_fields("figure", {**after, "accounts": 0}, {**expected, "accounts": 0})
        same("accounts, in order", list(after["accounts"]), list(expected["accounts"]))
        for name, account in after["accounts"].items():
            same_fields(f"account {name}", account, expected["accounts"][name])
        same("purchases", engine_purchases(self.program), model_purchases(self.model))
        day = self.model.s["last_day"]
        same("last day", self.program.figures.last_day, day.isoformat() if day else "")
        same("plan", _listed(plan_fields(self.program.plan)), _listed(plan))
        same("price", self.program.price_scaled(), self.model.pool.price())
        invariants.check(plan, before, after)
        self.program.check()


def _known(model: Naive, id_: object) -> bool:
    return isinstance(id_, str) and id_ in model.first


def _listed(plan: Any) -> Fields:  # noqa: ANN401
    there = {name: v for name, v in dict(plan).items() if v is not None}
    return {name: list(v) if isinstance(v, tuple | list) else v for name, v in there.items()}

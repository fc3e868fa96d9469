"""The naive model's pool: the state and the rules that commands share, by loops over all accounts.

Written from spec/engine.md («State») alone, and sharing no code with tongbao.engine. Beside the
state that the spec names it keeps its own tallies of where quota went (gained, lost, taken and
forfeited, per account) and of all money that came in, so that what always holds can be checked.
`routes` notes in words where the rules led, for the corpus's own coverage.
"""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]

ATOMS = 1_000_000
BPS = 10_000
SCALE = 10**18

FIGURES = (
    "reserve",
    "supply",
    "treasury",
    "issued",
    "burned",
    "dividend_fund",
    "dividend_payable",
    "dividend_index",
    "paid_out",
    "refunded",
)
ZEROS = (
    *("points", "quota", "owed", "wallet", "credit", "fraction"),
    *("gained", "lost", "taken", "forfeited"),
)


class NotAcceptedError(Exception):
    """Rejects a command; its only argument is the receipt's error."""


def ceil(a: int, b: int) -> int:
    return -((-a) // b)


class Pool:
    """One program's state `s` (dicts all the way down) and what the last command did to it."""

    def __init__(self, plan: Fields) -> None:
        self.s: Fields = dict.fromkeys(FIGURES, 0)
        self.s |= {"plan": dict(plan), "last_day": None, "closes": 0, "money_in": 0}
        self.s |= {"accounts": {}, "purchases": {}}
        self.exits: list[Fields] = []
        self.routes: list[str] = []

    def copy(self) -> Fields:
        """Everything again, down to the dicts that commands change in place."""
        accounts = {name: dict(a) for name, a in self.s["accounts"].items()}
        purchases = {name: dict(p) for name, p in self.s["purchases"].items()}
        return {**self.s, "accounts": accounts, "purchases": purchases}

    def value(self, x: int) -> int:
        worth: int = x * self.s["reserve"] // self.s["supply"] if x else 0
        return worth

    def price(self) -> int:
        s = self.s
        scaled: int = s["reserve"] * SCALE // s["supply"] if s["supply"] else 0
        return scaled

    def accounts(self) -> list[Fields]:
        return list(self.s["accounts"].values())

    def eligible(self) -> int:
        return sum(a["points"] for a in self.accounts())

    def least(self) -> tuple[int, int, str] | None:
        """(key, opening number, name) of the account with points whose key is least."""
        keys = [
            (a["quota"] * SCALE // a["points"] + a["mark"], a["opening"], name)
            for name, a in self.s["accounts"].items()
            if a["points"]
        ]
        return min(keys) if keys else None

    def member(self, name: str, error: str = "unknown_member") -> Fields:
        return self.account(name, error, "member")

    def merchant(self, name: str) -> Fields:
        return self.account(name, "unknown_merchant", "merchant")

    def account(self, name: str, error: str = "unknown_account", kind: str | None = None) -> Fields:
        found: Fields | None = self.s["accounts"].get(name)
        if found is None or (kind and found["kind"] != kind):
            raise NotAcceptedError(error)
        return found

    def new_account(self, name: str, kind: str, referrer: str | None) -> None:
        fresh: Fields = dict.fromkeys(ZEROS, 0)
        fresh |= {"kind": kind, "referrer": referrer, "mark": self.s["dividend_index"]}
        self.s["accounts"][name] = fresh | {"opening": len(self.s["accounts"])}

    def settle(self, a: Fields) -> None:
        accrued = a["points"] * (self.s["dividend_index"] - a["mark"]) + a["fraction"]
        due = accrued // SCALE
        a["fraction"] = accrued % SCALE
        if due > a["quota"]:
            self.routes.append("settle: due above quota")
            due = a["quota"]
            a["fraction"] = 0
        a["mark"] = self.s["dividend_index"]
        a["wallet"] += due
        self.s["dividend_payable"] -= due
        self.take_out(a, due)

    def take_out(self, a: Fields, amount: int) -> None:
        a["quota"] -= amount
        a["taken"] += amount

    def gain(self, a: Fields, q: int) -> None:
        debt = min(a["owed"], q)
        a["owed"] -= debt
        a["quota"] += q - debt
        a["gained"] += q

    def mint(self, v: int) -> int:
        if self.s["supply"] > 0:
            atoms = v * self.s["supply"] // self.s["reserve"]
        else:
            atoms = v * ATOMS // self.s["plan"]["issue_price"]
        return self.capped(atoms)

    def capped(self, atoms: int) -> int:
        room: int = self.s["plan"]["max_supply"] - self.s["issued"]
        if atoms > room:
            self.routes.append("mint: capped by max_supply")
            return room
        return atoms

    def burn(self, x: int, out: int, route: str) -> None:
        self.s["burned"] += x
        self.destroy(x, out, route)

    def destroy(self, x: int, out: int, route: str) -> None:
        s = self.s
        R, S = s["reserve"], s["supply"]  # noqa: N806 - the spec's letters
        s["supply"] -= x
        s["reserve"] -= out
        if s["supply"] >= s["plan"]["min_supply"]:
            return
        self.routes.append(f"wind-up: {route}")
        if s["treasury"]:
            self.routes.append("wind-up with credit")
        for name, a in s["accounts"].items():
            if not a["points"] and not a["credit"]:
                continue
            self.settle(a)
            worth = min(a["points"] * R // S, a["quota"])
            a["wallet"] += worth + a["credit"]
            s["reserve"] -= worth + a["credit"]
            self.take_out(a, worth)
            exit_ = {
                "account": name,
                "points": a["points"],
                "gross": worth,
                "net": worth,
                "credit": a["credit"],
            }
            self.exits.append(exit_)
            a["points"] = a["credit"] = 0
        s["burned"] += s["supply"]
        s["dividend_fund"] += s["reserve"]
        s["supply"] = s["reserve"] = s["treasury"] = 0

    def release(self) -> int:
        s = self.s
        if not s["treasury"]:
            return 0
        credit = sum(a["credit"] for a in self.accounts())
        surplus: int = s["treasury"] - ceil(credit * s["supply"], s["reserve"])
        if surplus <= 0:
            return 0
        s["treasury"] -= surplus
        self.burn(surplus, 0, "release")
        return surplus

    def sweep(self, where: str = "") -> None:
        while True:
            first = self.least()
            if first is None or self.price() + self.s["dividend_index"] < first[0]:
                return
            name = first[2]
            a = self.s["accounts"][name]
            self.settle(a)
            gross = min(self.value(a["points"]), a["quota"])
            net = gross - ceil(gross * self.s["plan"]["exit_fee_bps"], BPS)
            points = a["points"]
            self.take_out(a, gross)
            a["forfeited"] += a["quota"]
            a["points"] = a["quota"] = 0
            a["wallet"] += net
            self.exits.append({"account": name, "points": points, "gross": gross, "net": net})
            self.routes.append(f"exit{where}" if gross else "exit: worth nothing")
            self.burn(points, net, "exit")

    def chosen(self, a: Fields, points: int | str) -> int:
        """The atoms that a redemption or conversion names, if no dust is left behind."""
        x: int = a["points"] if isinstance(points, str) else points
        if x > a["points"] or x == 0:
            raise NotAcceptedError("insufficient_points")
        if 0 < a["points"] - x < self.s["plan"]["min_holding"]:
            raise NotAcceptedError("dust_remaining")
        return x

"""What always holds (spec/engine.md), by the model's own arithmetic, on anybody's figures.

A complete state is a dict: the vectors' figures, `money_in`, and `accounts`, each with the vectors'
fields plus gained, lost, taken and forfeited. `check` takes the states before and after a command,
the model's or the engine's.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.model.pool import ATOMS, FIGURES, SCALE

if TYPE_CHECKING:
    from collections.abc import Iterator

Fields = dict[str, Any]

AMOUNTS = ("points", "quota", "owed", "wallet", "credit", "mark", "fraction")
TALLIES = ("gained", "lost", "taken", "forfeited")


def total(state: Fields, field: str) -> int:
    return sum(a[field] for a in state["accounts"].values())


def price(state: Fields) -> Fraction | None:
    """Minor units per atom, exactly; None for an empty pool."""
    return Fraction(state["reserve"], state["supply"]) if state["supply"] else None


def check(plan: Fields, before: Fields, after: Fields) -> None:
    """Raise AssertionError, naming the invariant, if one of the seven is broken after a command."""
    wrong = [*price_never_falls(plan, before, after), *broken(plan, after)]
    assert not wrong, wrong


def price_never_falls(plan: Fields, before: Fields, after: Fields) -> list[str]:
    was, now = price(before), price(after)
    if now is None:
        return []
    if was is None:
        was = Fraction(plan["issue_price"], ATOMS)
    return [] if now >= was else [f"1: the price fell from {was} to {now}"]


def broken(plan: Fields, s: Fields) -> list[str]:
    """What a single state gets wrong of invariants 2 to 7."""
    return [*of_points(plan, s), *of_money(s), *of_dividends(s), *of_quota(s)]


def of_points(plan: Fields, s: Fields) -> Iterator[str]:
    if (
        s["supply"] != total(s, "points") + s["treasury"]
        or s["supply"] != s["issued"] - s["burned"]
    ):
        yield "2: supply is not what accounts and treasury hold, or not issued less burned"
    if s["issued"] > plan["max_supply"]:
        yield "2: more issued than max_supply"
    if s["treasury"] * s["reserve"] < total(s, "credit") * s["supply"]:
        yield "4: the credit is not backed"


def of_money(s: Fields) -> Iterator[str]:
    places = ("reserve", "dividend_fund", "dividend_payable", "paid_out", "refunded")
    if s["money_in"] != sum(s[p] for p in places) + total(s, "wallet"):
        yield "3: money in is not where money is"
    if (s["reserve"] > 0) != (s["supply"] > 0):
        yield "6: reserve without supply, or supply without reserve"
    ratio = price(s) or Fraction(0)
    due = sum(a["points"] * ratio // 1 + a["credit"] for a in s["accounts"].values())
    if due > s["reserve"]:
        yield "6: not everybody could redeem at once"


def of_dividends(s: Fields) -> Iterator[str]:
    accounts = s["accounts"].values()
    index = s["dividend_index"]
    owing = sum(a["points"] * (index - a["mark"]) + a["fraction"] for a in accounts)
    if owing > s["dividend_payable"] * SCALE:
        yield "5: more dividends accrued than payable"
    if any(s[f] < 0 for f in FIGURES) or any(a[f] < 0 for a in accounts for f in AMOUNTS):
        yield "5: something is negative"
    if any(a["mark"] > index or a["fraction"] >= SCALE for a in accounts):
        yield "5: a mark ahead of the index, or a fraction of a whole fen"


def of_quota(s: Fields) -> Iterator[str]:
    for name, a in s["accounts"].items():
        if a["quota"] - a["owed"] != a["gained"] - a["lost"] - a["taken"] - a["forfeited"]:
            yield f"7: the quota of {name} does not add up"
        if a["taken"] > a["gained"]:
            yield f"7: {name} took out more than the quota gained"

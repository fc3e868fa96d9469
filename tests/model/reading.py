"""The naive model's reading of plans and commands: what is refused, what is malformed.

Written from spec/engine.md («Plan», «Commands») alone, and sharing no code with tongbao.engine.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Fields = dict[str, Any]

WHOLE = ("issue_price", "max_supply", "min_supply", "min_holding")
AT_LEAST_ONE = ("issue_price", "max_supply", "min_supply")
RATES = (
    "backing_bps",
    "grant_bps",
    "dividend_bps",
    "quota_bps",
    "merchant_quota_bps",
    "exit_fee_bps",
    "goods_fee_bps",
)
REFERRALS = ("referral_points_bps", "referral_cash_bps")
BASES = {
    "backing_base": ("sales", "profit"),
    "dividend_base": ("sales", "profit"),
    "quota_base": ("sales", "contribution"),
}
SWITCHES = ("cash_redemption", "cash_withdrawal")
NEEDED = (*WHOLE, *RATES, *REFERRALS, *BASES, *SWITCHES)

COMMANDS = {
    "enroll": {"member": "name", "referrer?": "name"},
    "open_merchant": {"merchant": "name"},
    "purchase": {"member": "name", "paid": "amount", "profit?": "profit"},
    "refund": {"purchase": "name", "amount": "amount"},
    "redeem": {"account": "name", "points": "points"},
    "pay_points": {"member": "name", "merchant": "name", "amount": "amount"},
    "pay_wallet": {"payer": "name", "payee": "name", "amount": "amount"},
    "convert": {"member": "name", "points": "points"},
    "pay_credit": {"payer": "name", "payee": "name", "amount": "amount"},
    "redeem_credit": {"merchant": "name", "amount": "amount"},
    "withdraw": {"account": "name", "amount": "amount"},
    "deposit": {"account": "name", "amount": "amount"},
    "change_plan": {"plan": "object"},
    "close_day": {"day": "day"},
}


def plan_problem(p: Any) -> str | None:  # noqa: ANN401
    """Why the plan's own check refuses `p`, or None."""
    if not isinstance(p, dict):
        return "not an object"
    for problems in (unknown_or_missing, no_figure, no_choice, broken_promise):
        for problem in problems(p):
            return problem
    return None


def unknown_or_missing(p: Fields) -> Iterator[str]:
    for name in p:
        if name not in NEEDED and name != "spend_per_point":
            yield f"{name} is unknown"
    for name in NEEDED:
        if name not in p:
            yield f"{name} is missing"


def no_figure(p: Fields) -> Iterator[str]:
    for name in (*WHOLE, *RATES, "spend_per_point"):
        if name in p and not is_figure(p[name], 10**18):
            yield f"{name} is no figure"
    for name in (*AT_LEAST_ONE, "spend_per_point"):
        if name in p and p[name] < 1:
            yield f"{name} is less than 1"
    for name in RATES:
        if p[name] > 10**7:
            yield f"{name} is too high"


def no_choice(p: Fields) -> Iterator[str]:
    for name in REFERRALS:
        if not isinstance(p[name], list) or len(p[name]) > 2:
            yield f"{name} is no list of at most two"
        elif not all(is_figure(rate, 10**4) for rate in p[name]):
            yield f"{name} has a bad rate"
    for name, choices in BASES.items():
        if not isinstance(p[name], str) or p[name] not in choices:
            yield f"{name} is none of {choices}"
    for name in SWITCHES:
        if p[name] is not True and p[name] is not False:
            yield f"{name} is no switch"


def broken_promise(p: Fields) -> Iterator[str]:
    if p["grant_bps"] + sum(p["referral_points_bps"]) > 10000:
        yield "it would dilute holders"
    if p["exit_fee_bps"] >= 10000 or p["goods_fee_bps"] >= 10000:
        yield "a fee takes all"
    if p["backing_base"] == "profit" and p["quota_base"] == "sales":
        yield "quota without backing"


def is_int(x: object) -> bool:
    return type(x) is int


def is_figure(x: Any, most: int) -> bool:  # noqa: ANN401
    return is_int(x) and 0 <= x <= most


def real_day(text: object) -> date | None:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date(int(text[:4]), int(text[5:7]), int(text[8:]))
    except ValueError:
        return None


def well_formed(kind: str, x: Any) -> bool:  # noqa: ANN401
    forms = {
        "name": isinstance(x, str) and 1 <= len(x) <= 128,
        "amount": is_int(x) and 1 <= x <= 10**15,
        "profit": is_int(x) and -(10**15) <= x <= 10**15,
        "points": (isinstance(x, str) and x == "all") or (is_int(x) and 1 <= x <= 10**15),
        "day": real_day(x) is not None,
        "object": isinstance(x, dict),
    }
    return forms[kind]


def malformed(c: Any) -> bool:  # noqa: ANN401
    if not isinstance(c, dict) or not well_formed("name", c.get("id")):
        return True
    if not isinstance(c.get("type"), str) or c["type"] not in COMMANDS:
        return True
    known = ["id", "type", "at"]
    for field, kind in COMMANDS[c["type"]].items():
        name = field.removesuffix("?")
        known.append(name)
        absent = field.endswith("?") and c.get(name) is None
        if not absent and (name not in c or not well_formed(kind, c[name])):
            return True
    if "at" in c and not isinstance(c["at"], str):
        return True
    return any(name not in known for name in c)


def same(a: object, b: object) -> bool:
    """Equal as JSON: key order does not matter, but 1, 1.0 and true are three things."""
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)

"""Plans and command streams that reach every command, every rejection and the edges of each.

One generator serves two drivers: `Dice` (a seeded random stream, for the corpus and for
`tests.model.fuzz`) and `Draws` (Hypothesis, which can shrink what it finds). The generator looks at
the model's state to place its amounts on the edges: a balance, one more, what leaves just less than
min_holding behind.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hypothesis import strategies as st

from tests.model.reading import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from tests.model.naive import Naive

Fields = dict[str, Any]
T = TypeVar("T")

NAMES = ("m0", "m1", "m2", "m3", "m4", "s0", "s1")
STRANGE_NAMES = ("", "x" * 129, 5, None, True, ["m0"])
MERCHANTS = ("s0", "s1")
HUGE = 10**15


class Choices(Protocol):
    """Where a generator's decisions come from."""

    def whole(self, low: int, high: int) -> int: ...

    def pick(self, options: Sequence[T]) -> T: ...


class Dice:
    """Decisions from a seeded random stream."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def pick(self, options: Sequence[T]) -> T:
        return self.random.choice(options)


class Draws:
    """Decisions from Hypothesis."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def whole(self, low: int, high: int) -> int:
        chosen: int = self.draw(st.integers(low, high))
        return chosen

    def pick(self, options: Sequence[T]) -> T:
        chosen: T = self.draw(st.sampled_from(options))
        return chosen


# ---------------------------------------------------------------- plans


def plan(choose: Choices) -> Fields:
    """A plan that the plan's own check accepts, of very different temper."""
    pick = choose.pick

    def mostly(usual: Sequence[Any], edges: Sequence[Any]) -> Any:  # noqa: ANN401
        return pick(edges if choose.whole(0, 5) == 0 else usual)

    fields: Fields = {
        "issue_price": mostly((100, 100, 1000), (1, 7, 10**6 + 1, 10**7, 10**18)),
        "max_supply": mostly((10**14, 10**18), (5 * 10**7, 10**6, 3)),
        "backing_base": pick(("sales", "sales", "profit")),
        "backing_bps": mostly((3000, 3000, 5000), (9999, 10_000, 10**7, 1, 0)),
        "dividend_base": pick(("sales", "profit")),
        "dividend_bps": mostly((0, 500, 2000, 3000), (5000, 10_000)),
        "quota_base": pick(("sales", "contribution")),
        "quota_bps": mostly((20_000, 30_000, 12_000, 4000), (2200, 0, 1, 10**7)),
        "merchant_quota_bps": mostly((20_000, 10_000), (11_000, 0, 10**6)),
        "exit_fee_bps": mostly((1000, 0), (1, 9999)),
        "goods_fee_bps": mostly((0, 500), (1, 9999)),
        "referral_cash_bps": mostly(([], [500], [500, 200]), ([10_000, 0], [0, 300])),
        "cash_redemption": pick((True, True, False)),
        "cash_withdrawal": pick((True, True, False)),
        "min_supply": mostly((10**6, 10**6, 10**7), (1, 10**8, 10**18)),
        "min_holding": mostly((10**4, 10**6), (0, 1, 10**18)),
    }
    referral = mostly(([], [1000], [1000, 500]), ([0, 2500], [5000, 5000], [10_000]))
    room = 10_000 - sum(referral)
    fields["referral_points_bps"] = referral
    fields["grant_bps"] = min(room, mostly((7000, 8500, 10_000), (0, 1)))
    if pick((False, False, False, True)):
        fields["spend_per_point"] = mostly((20_000, 1000), (1, 10**6, 10**18))
    if fields["backing_base"] == "profit":
        fields["quota_base"] = "contribution"
    return fields


def changed_plan(choose: Choices, current: Fields) -> Fields:
    """The plan with a field or two of another, and sometimes one that makes it a refused one."""
    other = plan(choose)
    new = dict(current)
    keep = ("issue_price", "min_supply", "max_supply")
    for _ in range(choose.whole(1, 3)):
        name = choose.pick([name for name in other if name not in keep])
        new[name] = other[name]
    if choose.pick((False, False, True)):
        name = choose.pick([*keep, *new, *keep, "exit_fee_bps", "goods_fee_bps", "grant_bps"])
        new[name] = choose.pick(
            (3, -1, None, 1000.0, 0, True, [1, 2, 3], 10**18 + 1, "sales", 10_001)
        )
    if new.get("spend_per_point", 0) is None:  # the spec leaves open what null means here
        del new["spend_per_point"]
    if choose.pick((False,) * 9 + (True,)):
        new.pop(choose.pick(list(new)))
    if choose.pick((False,) * 19 + (True,)):
        new["generosity"] = 1
    return new


# ---------------------------------------------------------------- commands


def command(choose: Choices, model: Naive, kind: str, id_: str) -> Fields:
    """A command of that kind, mostly sensible, often on an edge of what the model would accept."""
    made: Fields = {"id": id_, "type": kind}
    made |= MAKERS[kind](choose, model)
    if choose.pick((False, False, False, True)):
        made["at"] = choose.pick(("2026-01-02T03:04:05", "", "any string"))
    return made


def amount(choose: Choices, edges: Sequence[int], low: int = 1, high: int = 30_000) -> int:
    """An amount near one of the edges, or anywhere between low and high."""
    if not edges or not choose.whole(0, 2):
        return choose.whole(low, high)
    found = choose.pick(edges) + choose.pick((0, 0, 1, -1))
    return min(max(found, 1), HUGE)


def account_name(choose: Choices, model: Naive, kind: str | None = None) -> str:
    """Mostly an open account (of that kind), sometimes any name at all."""
    there = [n for n, a in model.s["accounts"].items() if kind in (None, a["kind"])]
    return choose.pick(there) if there and choose.whole(0, 11) else choose.pick((*NAMES, "nobody"))


def holder_name(choose: Choices, model: Naive, field: str, kind: str | None = None) -> str:
    """Mostly an account that has something of the field."""
    accounts = model.s["accounts"].items()
    rich = [n for n, a in accounts if a[field] and kind in (None, a["kind"])]
    return choose.pick(rich) if rich and choose.whole(0, 5) else account_name(choose, model, kind)


def of(model: Naive, name: str, field: str) -> int:
    found: int = model.s["accounts"].get(name, {}).get(field, 0)
    return found


def points(choose: Choices, model: Naive, name: str) -> int | str:
    """All, half, a value's worth, or what leaves about min_holding behind."""
    held, least = of(model, name, "points"), model.s["plan"]["min_holding"]
    if choose.whole(0, 3) == 0:
        return "all"
    edges = [held, held - least, held // 2, held - 1, 1]
    return amount(choose, edges, 1, max(held, 1))


def enroll(choose: Choices, model: Naive) -> Fields:
    member = choose.pick(NAMES)
    if choose.pick((False, True, True)):
        return {"member": member, "referrer": account_name(choose, model, "member")}
    return {"member": member} | choose.pick(({}, {"referrer": None}))


def open_merchant(choose: Choices, model: Naive) -> Fields:
    return {"merchant": choose.pick((*MERCHANTS, *MERCHANTS, *NAMES))}


def purchase(choose: Choices, model: Naive) -> Fields:
    made: Fields = {"member": choose.pick(NAMES[:5] if choose.whole(0, 9) else NAMES)}
    paid = amount(choose, (10_000, 10_000, 30_000, 200_000, 1, 10**6), 1, 100_000)
    if not choose.whole(0, 39):
        paid = choose.pick((HUGE, 10**9))
    made["paid"] = paid
    profits = (paid // 3, paid // 3, paid, 0, -5, -HUGE, paid + 1, None)
    needed = "profit" in (model.s["plan"]["backing_base"], model.s["plan"]["dividend_base"])
    if choose.whole(0, 19 if needed else 1):
        made["profit"] = choose.pick(profits)
        if made["profit"] is not None:
            made["profit"] = min(made["profit"], HUGE)
    return made


def refund(choose: Choices, model: Naive) -> Fields:
    bought = model.s["purchases"]
    if not bought or not choose.whole(0, 14):
        return {"purchase": choose.pick(("nothing", "c0", "c1")), "amount": choose.whole(1, 100)}
    id_ = choose.pick(list(bought))
    left = bought[id_]["paid"] - bought[id_]["refunded"]
    return {"purchase": id_, "amount": amount(choose, (left, left, left // 3, 1), 1, max(left, 1))}


def redeem(choose: Choices, model: Naive) -> Fields:
    name = holder_name(choose, model, "points")
    return {"account": name, "points": points(choose, model, name)}


def pay_points(choose: Choices, model: Naive) -> Fields:
    name = holder_name(choose, model, "points", "member")
    held, least = of(model, name, "points"), model.s["plan"]["min_holding"]
    edges = [model.pool.value(held), model.pool.value(held) - 2, model.pool.value(held) // 2]
    edges.append(model.pool.value(max(held - least, 0)))
    made = {"member": name, "merchant": account_name(choose, model, "merchant")}
    return made | {"amount": amount(choose, edges)}


def convert(choose: Choices, model: Naive) -> Fields:
    name = holder_name(choose, model, "points", "member")
    return {"member": name, "points": points(choose, model, name)}


def two(choose: Choices, model: Naive, field: str) -> Fields:
    payer = holder_name(choose, model, field)
    kind = "merchant" if of(model, payer, "opening") and choose.whole(0, 4) else None
    payee = account_name(choose, model, kind) if choose.whole(0, 9) else payer
    return {"payer": payer, "payee": payee, "amount": money(choose, model, payer, field)}


def pay_wallet(choose: Choices, model: Naive) -> Fields:
    return two(choose, model, "wallet")


def pay_credit(choose: Choices, model: Naive) -> Fields:
    return two(choose, model, "credit")


def redeem_credit(choose: Choices, model: Naive) -> Fields:
    name = holder_name(choose, model, "credit", "merchant")
    return {"merchant": name, "amount": money(choose, model, name, "credit")}


def withdraw(choose: Choices, model: Naive) -> Fields:
    name = holder_name(choose, model, "wallet")
    return {"account": name, "amount": money(choose, model, name, "wallet")}


def money(choose: Choices, model: Naive, name: str, field: str) -> int:
    has = of(model, name, field)
    return amount(choose, (has, has // 2, 1), 1, max(has, 100))


def deposit(choose: Choices, model: Naive) -> Fields:
    return {"account": account_name(choose, model), "amount": amount(choose, (1, 5000, HUGE))}


def change_plan(choose: Choices, model: Naive) -> Fields:
    return {"plan": changed_plan(choose, model.s["plan"])}


def close_day(choose: Choices, model: Naive) -> Fields:
    last = model.s["last_day"] or date(2024, 2, 27)
    later = choose.pick((1, 1, 1, 1, 1, 2, 0, -1, 366, 367))
    return {"day": (last + timedelta(days=later)).isoformat()}


MAKERS = {
    "enroll": enroll,
    "open_merchant": open_merchant,
    "purchase": purchase,
    "refund": refund,
    "redeem": redeem,
    "pay_points": pay_points,
    "pay_wallet": pay_wallet,
    "convert": convert,
    "pay_credit": pay_credit,
    "redeem_credit": redeem_credit,
    "withdraw": withdraw,
    "deposit": deposit,
    "change_plan": change_plan,
    "close_day": close_day,
}

OFTEN = (
    *("purchase",) * 14,
    *("refund",) * 6,
    *("redeem",) * 4,
    *("pay_points",) * 4,
    *("convert",) * 5,
    *("pay_credit",) * 4,
    *("redeem_credit",) * 3,
    *("close_day",) * 4,
    *("pay_wallet", "pay_wallet", "withdraw", "withdraw", "deposit"),
    *("enroll", "enroll", "open_merchant", "change_plan"),
)


# ---------------------------------------------------------------- odd lines and re-sent ids


def resent(choose: Choices, received: Sequence[Fields]) -> Fields:
    """An id again: the same command (in another order of fields), or another under that id."""
    kind = choose.pick(list(dict.fromkeys(c["type"] for c in received)))
    found = choose.pick([c for c in received if c["type"] == kind])
    again = dict(reversed(list(found.items())))
    change = choose.whole(0, 4)
    if change == 1:
        again["at"] = "another time"
    elif change == 2:
        again["type"], again["day"] = "close_day", "2030-01-01"
        again = {name: again[name] for name in ("id", "type", "day")}
    elif change == 3 and "amount" in again:
        again["amount"] = max(again["amount"] - 1, 1)
    return again


def odd(choose: Choices, model: Naive, id_: str) -> Any:  # noqa: ANN401
    """Something that is nearly a command."""
    made = command(choose, model, choose.pick(OFTEN), id_)
    spoil = choose.whole(0, 7)
    names = [name for name in made if name not in ("at", "type")]
    if spoil == 0:
        return choose.pick(
            (None, [], [made], "purchase", 5, 1.5, True, {}, {"id": id_}, {"id": [1]})
        )
    if spoil == 1:
        del made[choose.pick([name for name in names if name not in ("profit", "referrer")])]
    elif spoil == 2:
        made[choose.pick(("extra", "ID", "currency", "profits"))] = 1
    elif spoil == 3:
        made["at"] = choose.pick((5, True, ["2026"]))
    elif spoil == 4:
        made["type"] = choose.pick(("fly", "", None, 5, ["purchase"], "Purchase", "purchase "))
    else:
        name = choose.pick(names)
        kinds = {"id": "name"} | {n.removesuffix("?"): k for n, k in COMMANDS[made["type"]].items()}
        made[name] = choose.pick(SPOILT[kinds[name]])
        if made[name] is None and f"{name}?" in COMMANDS[made["type"]]:
            made[name] = []
    return made


SPOILT: dict[str, tuple[Any, ...]] = {
    "name": STRANGE_NAMES,
    "amount": (0, -1, HUGE + 1, 1000.0, 1e3, True, "100", None, [1]),
    "profit": (HUGE + 1, -HUGE - 1, 1.0, False, "1"),
    "points": (0, -1, HUGE + 1, "ALL", "all ", "", 1.0, True, None, {}),
    "day": ("2026-W07-1", "2026-02-30", "20260203", "2026-2-3", "0000-01-01", "", 20260203, None),
    "object": (None, [], "plan", 5),
}


def beginning(choose: Choices) -> list[Fields]:
    """Most names opened, members in a line of referrers: where a stream can start from."""
    commands: list[Fields] = [
        {"id": f"b{s}", "type": "open_merchant", "merchant": s} for s in MERCHANTS
    ]
    for i, member in enumerate(NAMES[:4]):
        referrer = NAMES[i - 1] if i and choose.whole(0, 2) else None
        made = {"id": f"b{member}", "type": "enroll", "member": member, "referrer": referrer}
        commands.append(made)
    return [c for c in commands if choose.whole(0, 9)]


def anything(choose: Choices, model: Naive, received: Sequence[Fields], id_: str) -> Any:  # noqa: ANN401
    """The next line of a random stream."""
    if received and not choose.whole(0, 24):
        return resent(choose, received)
    if not choose.whole(0, 24):
        return odd(choose, model, id_)
    return command(choose, model, choose.pick(OFTEN), id_)

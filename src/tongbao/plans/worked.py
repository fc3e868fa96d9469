"""Worked numbers for one plan, computed by running the engine on made-up orders.

Nothing here knows a formula: the numbers are receipts and balances.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from tongbao.engine.program import Program
from tongbao.engine.receipts import Receipt
from tongbao.engine.state import Account
from tongbao.engine.units import ATOMS, BPS
from tongbao.plans.estimates import ASSUMED_PROFIT
from tongbao.plans.files import PlanFile
from tongbao.plans.findings import Subject
from tongbao.plans.money import minor_digits

ORDERS: Final = 1000
SNAPSHOT: Final = 100
_SHOWN: Final = (1, 2, 3, 4, 10, 100, 1000)
_LINEAR_ORDER: Final = 10
_PRICE_DIGITS: Final = 4
_DAY: Final = "2026-01-01"
_FIRST, _SECOND, _THIRD = "first", "second", "third"


class Step(Struct, frozen=True):
    """The pool after so many orders: what the last of them got, what a point costs.

    ``first_value`` is what the first buyer's points are worth, None once they are sold.
    """

    orders: int
    points: int
    price: str
    first_value: int | None


class Left(Struct, frozen=True):
    """One member's points in the pool of `SNAPSHOT` orders, and what they would bring.

    ``gross``, ``fee`` and ``net`` are of selling, None where members may not;
    ``dividend`` is this member's part of one day close over all those orders.
    """

    order: int
    points: int
    value: int
    dividend: int
    gross: int | None = None
    fee: int | None = None
    net: int | None = None


class Referred(Struct, frozen=True):
    """What a referrer gets from one sample order of an invitee, at one level."""

    level: int
    points: int
    worth: int
    cash: int
    cash_without_purchase: int


class Worked(Struct, frozen=True):
    """All worked numbers of a plan; money in minor units, points in atoms."""

    sample: int
    profit: int | None
    refused: str = ""
    contribution: int = 0
    dividend: int = 0
    commission: int = 0
    quota: int = 0
    linear_paid: int = 0
    linear_points: int = 0
    steps: tuple[Step, ...] = ()
    first_exit: int | None = None
    reserve: int = 0
    holders: int = 0
    below_average: int = 0
    distributed: int = 0
    forced_out: int = 0
    early: Left | None = None
    late: Left | None = None
    referred: tuple[Referred, ...] = ()


def work_out(plan_file: PlanFile) -> Worked:
    """Run sample orders by different buyers through the plan and return what came out."""
    subject = Subject(plan_file)
    sample = subject.sample
    profit = sample * ASSUMED_PROFIT.numerator // ASSUMED_PROFIT.denominator
    needs_profit = "profit" in (plan_file.plan.backing_base, plan_file.plan.dividend_base)
    shop = _Shop(Program(plan_file.plan), sample, profit if needs_profit else None)
    first = shop.order(1)
    if first.error is not None:
        return Worked(sample, shop.profit, refused=str(first.error))
    record = shop.program.purchases["order-1"]
    steps, exits = [_step(shop, 1, first, plan_file.currency)], [1] if first.exits else []
    linear_paid = _LINEAR_ORDER * (plan_file.plan.spend_per_point or 0)
    snapshot = shop.program.fork()
    for number in range(2, ORDERS + 1):
        receipt = shop.order(number)
        if receipt.exits:
            exits.append(number)
        if number in _SHOWN:
            steps.append(_step(shop, number, receipt, plan_file.currency))
        if number == SNAPSHOT:
            snapshot = shop.program.fork()
    return _with_snapshot(
        snapshot,
        Worked(
            sample,
            shop.profit,
            contribution=record.contribution,
            dividend=record.dividend,
            commission=sum(sample * bps // BPS for bps in plan_file.plan.referral_cash_bps),
            quota=record.gained,
            linear_paid=linear_paid,
            linear_points=_linear_points(plan_file, linear_paid),
            steps=tuple(steps),
            first_exit=exits[0] if exits else None,
            referred=_referred(plan_file, shop),
        ),
    )


class _Shop(Struct, frozen=True):
    """A program and the order that all its buyers place."""

    program: Program
    sample: int
    profit: int | None

    def order(self, number: int, member: str = "") -> Receipt:
        """Let a member, by default a new one, place the sample order."""
        buyer = member or f"buyer-{number}"
        command = {"id": f"order-{number}", "type": "purchase", "member": buyer}
        paid = {"paid": self.sample, "profit": self.profit}
        return self.program.submit(command | paid).receipt


def _linear_points(plan_file: PlanFile, paid: int) -> int:
    """Return the points that the first buyer gets for an order of ten times spend_per_point."""
    if not paid:
        return 0
    shop = _Shop(Program(plan_file.plan), paid, paid)
    receipt = shop.order(1)
    return receipt.fields["points"] if receipt.ok else 0


def _step(shop: _Shop, number: int, receipt: Receipt, currency: str) -> Step:
    program = shop.program
    first = program.accounts["buyer-1"]
    return Step(
        number,
        receipt.fields["points"],
        price_text(program.figures.reserve, program.figures.supply, currency),
        program.value(first.points) if first.points else None,
    )


def price_text(reserve: int, supply: int, currency: str) -> str:
    """Return the price of a point in the currency, rounded half up to 4 digits.

    >>> price_text(9000, 48_195_000, "CNY")
    '1.8674'
    """
    if not supply:
        return "-"
    above = reserve * ATOMS * 10**_PRICE_DIGITS
    below = supply * 10 ** minor_digits(currency)
    rounded = (2 * above + below) // (2 * below)
    whole, rest = divmod(rounded, 10**_PRICE_DIGITS)
    return f"{whole:,}.{rest:0{_PRICE_DIGITS}d}"


def _with_snapshot(program: Program, worked: Worked) -> Worked:
    """Add who has what after `SNAPSHOT` orders, and what one day close would pay."""
    holders = [account for account in program.accounts.values() if account.points]
    reserve = program.figures.reserve
    below = sum(program.value(a.points) * len(holders) < reserve for a in holders)
    closing = program.fork()
    close = {"id": "close", "type": "close_day", "day": _DAY}
    receipt = closing.submit(close).receipt
    fields = {name: getattr(worked, name) for name in Worked.__struct_fields__}
    fields |= {
        "reserve": reserve,
        "holders": len(holders),
        "below_average": below,
        "distributed": receipt.fields["distributed"],
        "forced_out": len(receipt.exits),
    }
    if holders:
        paid = {exit_.account: exit_.net for exit_ in receipt.exits}
        fields["early"] = _left(program, closing, holders[0], paid)
        fields["late"] = _left(program, closing, holders[-1], paid)
    return Worked(**fields)


def _left(
    program: Program, closing: Program, account: Account, paid_at_exit: Mapping[str, int]
) -> Left:
    order = int(account.name.rpartition("-")[2])
    value = program.value(account.points)
    sell = {"id": "sell", "type": "redeem", "account": account.name, "points": "all"}
    sold = program.fork().submit(sell).receipt
    money = sold.fields if sold.ok else {}
    return Left(
        order,
        account.points,
        value,
        _dividend(closing, account) - paid_at_exit.get(account.name, 0),
        money.get("gross"),
        money.get("fee"),
        money.get("net"),
    )


def _dividend(closing: Program, before: Account) -> int:
    """Return what the close brought to the wallet; turning points into credit settles it."""
    program = closing.fork()
    after = program.accounts[before.name]
    if after.points:
        turn = {"id": "turn", "type": "convert", "member": before.name, "points": "all"}
        program.submit(turn)
        after = program.accounts[before.name]
    return after.wallet - before.wallet


def _referred(plan_file: PlanFile, like: _Shop) -> tuple[Referred, ...]:
    plan = plan_file.plan
    levels = max(len(plan.referral_points_bps), len(plan.referral_cash_bps))
    found = []
    for level in range(1, levels + 1):
        bought = _invite(_Shop(Program(plan), like.sample, like.profit), level, buys=True)
        idle = _invite(_Shop(Program(plan), like.sample, like.profit), level, buys=False)
        found.append(Referred(level, bought[0], bought[1], bought[2], idle[2]))
    return tuple(found)


def _invite(shop: _Shop, level: int, *, buys: bool) -> tuple[int, int, int]:
    """Return the points, their worth and the cash that an order below them brings a referrer."""
    program = shop.program
    names = (_FIRST, _SECOND, _THIRD)[: level + 1]
    for name, referrer in zip(names, (None, *names), strict=False):
        program.submit(
            {"id": f"join-{name}", "type": "enroll", "member": name, "referrer": referrer}
        )
    shop.order(1, _FIRST if buys else "somebody")
    before = program.accounts[_FIRST]
    points, wallet = before.points, before.wallet
    reserve, supply = program.figures.reserve, program.figures.supply
    shop.order(2, names[-1])
    after = program.accounts[_FIRST]
    gained = after.points - points
    worth = gained * reserve // supply if supply and gained > 0 else 0
    return max(0, gained), worth, after.wallet - wallet

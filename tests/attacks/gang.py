"""A gang in a mall: three members who invited each other and a merchant of theirs, honest people beside them.

One sequence is a world and some moves, all from one seed. What the gang has at the end may be more
than at the beginning only by money that was nobody's, and by what honest orders left to whoever
holds points; nobody honest may be able to leave with less than before, and the mall's own pocket
must not have paid. `python -m tests.attacks.search --sequences 100000 wine` searches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from random import Random

import msgspec

from tests.attacks.mall_market import TENDERS, MallMarket, Part, State, Terms
from tests.attacks.test_any_gang import nobodys
from tongbao.plans.presets import preset

MEMBERS = ("gao", "gus", "gil")
SHOP = "gmart"
GANG = (*MEMBERS, SHOP)
HONEST = ("vera", "vito", "vivi")
AMOUNTS = (1, 2, 3, 99, 100, 1_000, 7_777, 10_000, 50_000, 10**6)


@dataclass(frozen=True)
class Rules:
    """What is possible in a search."""

    preset: str
    topups: bool = True
    vouchers: bool = True
    cancels: bool = True
    honest: bool = True


@dataclass(frozen=True)
class Move:
    """One thing somebody does, with all its figures: the real mall can repeat it."""

    kind: str
    who: str = ""
    shop: str = ""
    number: str = ""
    tenders: tuple[int, int, int, int] = (0, 0, 0, 0)
    amount: int = 0
    face: int = 0
    cost: int = 0
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Tale:
    """A world, and what was done in it so far."""

    rules: Rules
    seed: int
    market: MallMarket
    moves: list[Move] = field(default_factory=list)
    goods: int = 0
    days: int = 0
    honestly: int = 0  # what the mall had of honest orders

    # ---- what somebody does; each notes a move if it was done

    def note(self, done: bool, move: Move) -> bool:
        if done:
            self.moves.append(move)
        return done

    def buy(
        self, who: str, shop: str, tenders: tuple[int, int, int, int], face: int = 0, cost: int = 0
    ) -> Part | None:
        named = dict(zip(TENDERS, tenders, strict=True))
        part = self.market.pay(who, shop, named, face, cost)
        number = part.number if part else ""
        move = Move("buy", who, shop, number, tenders, face=face, cost=cost)
        self.note(part is not None, move)
        return part

    def settle(self, part: Part) -> bool:
        before = self._received(part)
        done = self.market.settle(part)
        self._count_goods(part, before)
        if done and part.is_face:
            self.goods += part.cost  # what anybody would have paid for it elsewhere
        return self.note(done, Move("settle", number=part.number))

    def cancel(self, part: Part, *, by_merchant: bool) -> bool:
        done = self.market.cancel(part, by_merchant=by_merchant)
        kind = "merchant_cancels" if by_merchant else "cancel"
        return self.note(done, Move(kind, number=part.number))

    def give_back(self, part: Part, amount: int) -> bool:
        before = self._received(part)
        done = self.market.return_slice(part, amount)
        self._count_goods(part, before)
        return self.note(done, Move("return", number=part.number, amount=amount))

    def expire(self, part: Part) -> bool:
        """Let a voucher's time run out: its worth comes back, less the goods fee, by itself."""
        done = self.market.return_slice(part, part.total)
        return self.note(done, Move("expire", number=part.number, amount=part.total))

    def command(self, kind: str, **fields: object) -> bool:
        done = self.market.submit(kind, **fields).receipt.ok
        if done and kind == "withdraw":
            self.market.pocket[str(fields["account"])] += int(str(fields["amount"]))
        return self.note(done, Move("command", fields={"type": kind, **fields}))

    def _received(self, part: Part) -> int:
        """Return what the honest shop has, if it sold this: its goods are worth what it got."""
        if part.merchant != "stall":
            return 0
        account = self.market.account("stall")
        return account.wallet + account.credit

    def _count_goods(self, part: Part, before: int) -> None:
        if part.merchant == "stall" and part.member in MEMBERS:
            self.goods += self._received(part) - before

    # ---- what it comes to

    def has(self) -> Fraction:
        """Return all that the gang has: in the program at full worth, in pockets, in goods."""
        pockets = sum(self.market.pocket[name] for name in GANG)
        return self.market.riches(GANG) + pockets + self.goods

    def mall_has(self) -> int:
        """Return what the mall has, without what waits in its account for others."""
        account = self.market.account("mall")
        waiting = sum(
            part.left["wallet"]
            + part.left["credit"]
            + part.left["points"]
            - part.fee_of(part.left["points"])
            for part in self.market.parts
            if part.state is State.WAITING
        )
        due = sum(
            part.left["provider"] for part in self.market.parts if part.state is State.WAITING
        )
        return self.market.outside["mall"] + account.wallet + account.credit - waiting - due


@cache
def plan_fields(name: str) -> Mapping[str, object]:
    """Return the fields of a preset's plan."""
    return msgspec.structs.asdict(preset(name).plan)


def told(rules: Rules, seed: int, moves: int = 14, *, hold: bool = True) -> Tale:
    """Play one sequence and hold it to its bounds.

    Raises:
        AssertionError: the gang gained, or somebody honest paid for it.
    """
    chance = Random(f"{rules.preset}-{seed}")
    terms = Terms(chance.choice([0, 200]), chance.choice([0, 60]), chance.choice([0, 3500, 10_000]))
    tale = Tale(rules, seed, MallMarket(terms, plan_fields(rules.preset), (SHOP, "stall")))
    _begin(tale, chance)
    start = Start.of(tale)
    for _ in range(moves):
        if rules.honest and chance.random() < 0.2:
            _honest(tale, chance, start)
        else:
            _act(tale, chance)
    _end(tale, chance)
    if hold:
        start.hold(tale)
    return tale


@dataclass
class Start:
    """What everybody had when the gang set out, and what came honestly since."""

    had: Fraction
    mall: int
    free: Fraction
    claims: dict[str, int]
    fees: dict[str, Fraction]
    growth: Fraction = Fraction(0)
    left: Fraction = Fraction(0)  # the fees of those who left, whether they came again or not

    def part_with(self, market: MallMarket) -> None:
        """Count what leaving cost those who have no points any more."""
        for name in [name for name in self.fees if not market.account(name).points]:
            self.left += self.fees.pop(name)

    @classmethod
    def of(cls, tale: Tale) -> Start:
        market = tale.market
        there = [name for name in HONEST if name in market.program.accounts]
        claims = dict(market.claims(there))
        fees = {name: market.wealth(name) - claims[name] for name in there}
        fees_back = sum(
            part.shares.get("platform", 0) for part in market.parts if part.member in MEMBERS
        )  # what of a gang's order the mall gives back with it
        return cls(tale.has() + fees_back, tale.honestly, nobodys(market), claims, fees)

    def hold(self, tale: Tale) -> None:
        """See that nobody honest has less, and that the gang has no more than it may have."""
        market = tale.market
        market.nobody_lost(self.claims)
        assert tale.mall_has() >= self.mall, ("the mall paid", self.mall - tale.mall_has())
        self.part_with(market)
        gain = tale.has() - self.had
        assert gain <= self.free + self.left + self.growth, ("gain", float(gain))


def _begin(tale: Tale, chance: Random) -> None:
    """Honest people buy, the gang joins, perhaps with points of its own."""
    for name in HONEST:
        tale.command("enroll", member=name)
    tale.command("enroll", member="gao")
    tale.command("enroll", member="gus", referrer="gao")
    tale.command("enroll", member="gil", referrer="gus")
    for name in HONEST[: chance.randint(1, 3)]:
        _order(tale, name, chance.choice([1_000, 10_000, 123_456]))
    if chance.random() < 0.5:
        shop = chance.choice([SHOP, "stall"])
        part = tale.buy("gus", shop, (chance.choice([10_000, 10**6]), 0, 0, 0))
        assert part is not None
        tale.settle(part)
    if chance.random() < 0.5:
        _close_day(tale)


def _order(tale: Tale, name: str, amount: int) -> None:
    before = tale.mall_has()
    part = tale.buy(name, "stall", (amount, 0, 0, 0))
    assert part is not None
    tale.settle(part)
    tale.honestly += tale.mall_has() - before


def _honest(tale: Tale, chance: Random, start: Start) -> None:
    """Let somebody honest buy, or a day close; what an order leaves to all is growth."""
    if chance.random() < 0.3:
        _close_day(tale)
        return
    market, name = tale.market, chance.choice(HONEST)
    start.part_with(market)
    mall, put_in = tale.honestly, market.put_in()
    claims = market.claims(HONEST)
    stall, had = market.account("stall").wallet, tale.has()
    _order(tale, name, chance.choice([100, 1_000, 10_000, 123_456]))
    paid = market.put_in() - put_in - (market.account("stall").wallet - stall)
    start.mall += tale.honestly - mall
    after = market.claims(HONEST)
    gained = sum(after.values()) - sum(claims.values())
    # An order raises claims also by the fees of exits that it causes, and claims are whole units:
    # what it brings the gang is then more than what it left, and is the honest order's all the same.
    brought = tale.has() - had
    start.growth += max(Fraction(paid - gained), brought)
    for one in HONEST:
        start.claims[one] = max(start.claims.get(one, 0), after[one])
        if market.account(one).points:
            start.fees[one] = market.wealth(one) - after[one]


def _close_day(tale: Tale) -> None:
    tale.days += 1
    tale.command("close_day", day=f"2026-{1 + tale.days // 28:02}-{1 + tale.days % 28:02}")


def _act(tale: Tale, chance: Random) -> None:
    """Do any one thing that the gang can do."""
    doings: list[Callable[[Tale, Random], object]] = [
        _buy,
        _buy,
        _settle,
        _settle,
        _return,
        _engine,
    ]
    doings += [_engine, _engine, _buy_face] if tale.rules.topups else [_engine, _engine]
    if tale.rules.vouchers:
        doings += [_voucher, _voucher]
    if tale.rules.cancels:
        doings += [_cancel, _cancel]
    chance.choice(doings)(tale, chance)


def _tenders(tale: Tale, chance: Random, who: str) -> tuple[int, int, int, int]:
    """Return any mix of what the member has, and of money from outside."""
    account = tale.market.account(who)
    has = (account.wallet + tale.market.due(who), account.credit, int(tale.market.value(who)))
    inside = [chance.choice([0, 0, most, most // 2, min(most, 1)]) for most in has]
    outside = chance.choice([0, *AMOUNTS])
    if not outside and not any(inside):
        outside = 100
    return (outside, inside[0], inside[1], inside[2])


def _buy(tale: Tale, chance: Random) -> None:
    who, shop = chance.choice(MEMBERS), chance.choice([SHOP, SHOP, "stall"])
    tale.buy(who, shop, _tenders(tale, chance, who))


def _buy_face(tale: Tale, chance: Random) -> None:
    """Buy a top-up: by provider or wallet, at its face or near it."""
    who = chance.choice(MEMBERS)
    wallet = tale.market.account(who).wallet + tale.market.due(who)
    inside = chance.choice([0, 0, wallet, wallet // 2])
    outside = chance.choice([0, 100, 10_000])
    paid = inside + outside
    if not paid:
        return
    face = chance.choice([paid, paid, paid * 9 // 10 or 1])
    tale.buy(who, "mall", (outside, inside, 0, 0), face, max(1, face * 98 // 100))


def _voucher(tale: Tale, chance: Random) -> None:
    """Buy a voucher of the gang's own shop, or let one expire."""
    waiting = [part for part in _open(tale, State.WAITING) if part.is_voucher and part.total]
    if waiting and chance.random() < 0.6:
        tale.expire(chance.choice(waiting))
        return
    who = chance.choice(MEMBERS)
    part = tale.buy(who, SHOP, _tenders(tale, chance, who))
    if part is not None:
        part.is_voucher = True


def _open(tale: Tale, *states: State) -> Sequence[Part]:
    return [one for one in tale.market.parts if one.state in states and one.member in MEMBERS]


def _settle(tale: Tale, chance: Random) -> None:
    parts = _open(tale, State.WAITING)
    if parts:
        tale.settle(chance.choice(parts))


def _cancel(tale: Tale, chance: Random) -> None:
    parts = [one for one in _open(tale, State.WAITING) if not one.is_face]
    if parts:
        part = chance.choice(parts)
        tale.cancel(part, by_merchant=part.merchant == SHOP and chance.random() < 0.5)


def _return(tale: Tale, chance: Random) -> None:
    parts = [p for p in _open(tale, State.WAITING, State.SETTLED) if p.total and not p.is_face]
    if parts:
        part = chance.choice(parts)
        tale.give_back(part, chance.choice([part.total, max(1, part.total // 3), 1]))


def _engine(tale: Tale, chance: Random) -> None:
    """Do something at the wallet's pages or the till."""
    market = tale.market
    one = chance.choice([name for name in GANG if market.account(name).points] or GANG)
    points = chance.choice(["all", chance.randint(1, market.account(one).points + 1)])
    match chance.choice(["redeem", "convert", "pay_credit", "redeem_credit", "withdraw"]):
        case "redeem":
            tale.command("redeem", account=one, points=points)
        case "convert":
            tale.command("convert", member=one, points=points)
        case "pay_credit":
            rich = max(MEMBERS, key=lambda name: market.account(name).credit)
            amount = max(1, market.account(rich).credit)
            tale.command("pay_credit", payer=rich, payee=SHOP, amount=amount)
        case "redeem_credit":
            credit = market.account(SHOP).credit
            amount = chance.choice([max(1, credit), max(1, credit // 2)])
            tale.command("redeem_credit", merchant=SHOP, amount=amount)
        case _:
            cash = market.account(one).wallet
            tale.command("withdraw", account=one, amount=max(1, cash))


def _end(tale: Tale, chance: Random) -> None:
    """Close what is open, so that nothing is on its way."""
    for part in _open(tale, State.WAITING):
        if chance.random() < 0.5 or part.is_face or not tale.cancel(part, by_merchant=False):
            tale.settle(part)

"""The world around a program, for attacks: who has which cash, and what everybody could still get.

Cash is conserved here as it is outside: what a buyer pays the shop has; what the shop hands to the
program it has no more; what it returns at a refund it pays itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

from tests.engine.desk import Desk
from tongbao.engine.receipts import Receipt

SCALE = 10**18


class Market(Desk):
    """A desk, what the shop has of each order, each person's pocket (below 0: spent in all)."""

    def __init__(self, **plan: object) -> None:
        super().__init__(**plan)
        self.till = Counter[str]()
        self.pocket = Counter[str]()

    def order(self, member: str, paid: int, **fields: object) -> str:
        """Let the member pay an order; return its id, for a refund."""
        self.buy(member, paid, **fields)
        self.sold(self.last_id)
        return self.last_id

    def sold(self, purchase: str) -> None:
        """Note in pocket and till what an accepted order cost and brought."""
        record = self.program.purchases[purchase]
        commissions = sum(party.commission for party in record.chain)
        self.pocket[record.buyer] -= record.paid
        self.till[purchase] = record.paid - record.contribution - record.dividend - commissions

    def give_back(self, purchase: str, amount: int) -> Receipt:
        """Refund late, and return what the spec lets the shop return: amount less shortfall."""
        receipt = self.receipt("refund", purchase=purchase, amount=amount)
        returned = max(0, amount - receipt.fields["shortfall"])
        self.pocket[self.program.purchases[purchase].buyer] += returned
        self.till[purchase] += receipt.fields["recovered"] - returned
        return receipt

    def shop_bears(self, purchase: str) -> int:
        """Return what the order left the shop short of, against an order of only what was kept."""
        record = self.program.purchases[purchase]
        took = [record.contribution, record.dividend, *(p.commission for p in record.chain)]
        given_up = sum(t - t * record.refunded // record.paid for t in took)
        return record.paid - record.refunded - given_up - self.till[purchase]

    def cash_in(self, *names: str) -> None:
        """Sell all points, where that gives anything, and take all cash out."""
        for name in names:
            self.submit("redeem", account=name, points="all")
            self.take_cash(name)

    def take_cash(self, name: str) -> None:
        cash = self.account(name).wallet + self.due(name)
        if cash:
            self.ok("withdraw", account=name, amount=cash)
            self.pocket[name] += cash

    def accrued(self, name: str) -> Fraction:
        """Return the dividends since the account's last settlement, as far as its quota reaches."""
        a = self.account(name)
        since = self.program.figures.dividend_index - a.mark
        return min(Fraction(a.points * since + a.fraction, SCALE), Fraction(a.quota))

    def due(self, name: str) -> int:
        return int(self.accrued(name))

    def value(self, name: str) -> Fraction:
        """Return what the account's points are worth, exactly and before any fee."""
        figures = self.program.figures
        points = self.account(name).points
        return Fraction(points * figures.reserve, figures.supply) if points else Fraction(0)

    def wealth(self, name: str) -> Fraction:
        """Return everything of the account in the program, before fees."""
        a = self.account(name)
        return self.value(name) + self.accrued(name) + a.wallet + a.credit

    def claim(self, name: str) -> int:
        """Return what the account could leave with right now: cash, credit, points less the fee.

        Never more than its quota. This is what nobody else may lessen.
        """
        a, due = self.account(name), self.due(name)
        gross = min(int(self.value(name)), a.quota - due)
        fee = -(-gross * self.program.plan.exit_fee_bps // 10_000)
        return a.wallet + a.credit + due + gross - fee

    def claims(self, names: Iterable[str]) -> Mapping[str, int]:
        return {name: self.claim(name) for name in names}

    def nobody_lost(self, before: Mapping[str, int]) -> None:
        """Assert that each of these can still leave with at least what they could before."""
        now = self.claims(before)
        assert {n: (before[n], now[n]) for n in before if now[n] < before[n]} == {}

    def put_in(self) -> int:
        """Return what the program took in and has not given out again."""
        figures = self.program.figures
        return figures.money_in - figures.paid_out - figures.refunded

    def riches(self, names: Iterable[str]) -> Fraction:
        """Return all that these people have in the program."""
        there = [name for name in names if name in self.program.accounts]
        return sum((self.wealth(name) for name in there), Fraction(0))


class Raid:
    """A gang that owns its shops sets out; from now on nobody else puts money in or takes it out.

    Its orders cost it what the program takes in; what the program gives out is the gang's.
    """

    def __init__(self, market: Market, *gang: str) -> None:
        self.market, self.gang = market, gang
        others = [name for name in market.program.accounts if name not in gang]
        self.claims = market.claims(others)
        self.fees = {n: market.wealth(n) - self.claims[n] for n in others if market.value(n)}
        self.had = market.riches(gang) - market.put_in()

    def fees_of_exits(self) -> Fraction:
        """Return what leaving cost those whose quota was reached: not theirs before, if they left.

        They have at least what they could have left with (`gain` sees to that): this is the most
        that the pool kept of theirs.
        """
        gone = [name for name in self.fees if not self.market.account(name).points]
        return sum((self.fees[name] for name in gone), Fraction(0))

    def gain(self) -> Fraction:
        """Return what the gang has more than before; see that nobody else lost on the way."""
        self.market.nobody_lost(self.claims)
        return self.market.riches(self.gang) - self.market.put_in() - self.had

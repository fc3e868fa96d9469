"""The daybook: what every accepted command moved, by day, by member and in all.

It listens to entries and receipts only. It never computes what the engine
should have done; it adds up what the engine says it did.
"""

from collections import Counter
from datetime import date
from typing import Final

from msgspec import Struct

from tongbao.engine.entry import Entry
from tongbao.engine.program import Program
from tongbao.engine.receipts import Receipt
from tongbao.engine.state import Account, Figures
from tongbao.engine.units import ATOMS
from tongbao.lab.timeline import Event

PRICE_DIGITS: Final = 6

DAY_COUNTS: Final = (
    *("orders", "sales", "refunds", "refunded_sales", "contributed", "dividend_in"),
    *("commissions", "distributed", "burned_surplus", "exits", "exits_net"),
    *("redemptions", "redemptions_net", "conversions", "converted"),
)
"""What is counted anew every day."""

_GRANTS: Final = frozenset({"grant", "referral_grant"})


class MemberBook(Struct):
    """What one member did and got; money in minor units."""

    joined: date
    purchases: int = 0
    paid: int = 0
    refunded_sales: int = 0
    contributed: int = 0
    dividends: int = 0
    redeemed_net: int = 0
    exits: int = 0
    exit_net: int = 0


class _Earned(Struct):
    """What a posted order brought, its profit, and how much of it was refunded later."""

    paid: int
    profit: int | None
    refunded: int = 0


class Daybook:
    """Adds up a run, day by day and member by member.

    ``costs`` holds for each holder what their points were worth when granted:
    at the price of the grant, before the order's own contribution; less in
    proportion where a refund takes points back.
    """

    def __init__(self, issue_price: int) -> None:
        self._issue_price = issue_price
        self.members: dict[str, MemberBook] = {}
        self.costs: dict[str, int] = {}
        self.flows: Counter[tuple[str, str, str]] = Counter()
        self.rejected: Counter[tuple[str, str]] = Counter()
        self.rejected_money: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()
        self.days: list[dict[str, object]] = []
        self.first_price = ""
        self._day: Counter[str] = Counter()
        self._quota = 0
        self._earned: dict[str, _Earned] = {}

    def purchase(self, event: Event, receipt: Receipt, entry: Entry | None) -> None:
        """Book a purchase."""
        if entry is None:
            self._reject("purchase", receipt, event.amount)
            return
        day = self._day
        contribution = receipt.fields["contribution"]
        day["orders"] += 1
        day["sales"] += event.amount
        day["contributed"] += contribution
        day["dividend_in"] += receipt.fields["dividend"]
        book = self.members.get(event.member)
        if book is None:
            book = self.members[event.member] = MemberBook(event.time.date())
        book.purchases += 1
        book.paid += event.amount
        book.contributed += contribution
        self._earned[event.id] = _Earned(event.amount, event.profit)
        self._book(receipt, entry)

    def refund(self, event: Event, receipt: Receipt, entry: Entry | None) -> None:
        """Book a late refund."""
        if entry is None:
            self._reject("refund", receipt, event.amount)
            return
        self._day["refunds"] += 1
        self._day["refunded_sales"] += event.amount
        self.members[event.member].refunded_sales += event.amount
        self._earned[event.purchase].refunded += event.amount
        shortfall = receipt.fields["shortfall"]
        self.totals["recovered"] += receipt.fields["recovered"]
        self.totals["shortfall"] += shortfall
        self.totals["shortfalls"] += shortfall > 0
        self._book(receipt, entry)

    def sale(self, kind: str, receipt: Receipt, entry: Entry | None) -> bool:
        """Book a member's redemption or conversion; return whether it was accepted."""
        if entry is None:
            self._reject(kind, receipt, 0)
            return False
        day = self._day
        if kind == "redeem":
            day["redemptions"] += 1
            day["redemptions_net"] += receipt.fields["net"]
        else:
            day["conversions"] += 1
            day["converted"] += receipt.fields["credit"]
        self._book(receipt, entry)
        return True

    def close(self, receipt: Receipt, entry: Entry) -> None:
        """Book a day close."""
        self._day["distributed"] += receipt.fields["distributed"]
        self._day["burned_surplus"] += receipt.fields["burned"]
        self._book(receipt, entry)

    def end_day(self, day: date, program: Program) -> None:
        """Write the day's row, once everything of the day is booked."""
        figures = program.figures
        row: dict[str, object] = {"day": day}
        row.update((name, self._day[name]) for name in DAY_COUNTS)
        row.update(
            members=len(self.members),
            holders=len(self.costs),
            reserve=figures.reserve,
            supply_atoms=figures.supply,
            treasury_atoms=figures.treasury,
            price=price_text(figures),
            dividend_fund=figures.dividend_fund,
            dividend_payable=figures.dividend_payable,
            wallets=figures.wallets,
            credit=figures.credit,
            quota_outstanding=self._quota,
        )
        self.days.append(row)
        self.totals.update({name: self._day[name] for name in DAY_COUNTS})
        self._day.clear()
        if not self.first_price and figures.supply:
            self.first_price = price_text(figures)

    @property
    def profit(self) -> int | None:
        """The profit of what was bought and not returned; None if not all of it is known."""
        total = 0
        for earned in self._earned.values():
            if earned.profit is None:
                return None
            total += earned.profit * (earned.paid - earned.refunded) // earned.paid
        return total if self._earned else None

    def rejections(self, kind: str) -> int:
        """Return how many commands of this kind the rules rejected."""
        return sum(count for (other, _), count in self.rejected.items() if other == kind)

    def _reject(self, kind: str, receipt: Receipt, amount: int) -> None:
        self.rejected[kind, str(receipt.error)] += 1
        self.rejected_money[kind] += amount

    def _book(self, receipt: Receipt, entry: Entry) -> None:
        granted: dict[str, int] = {}
        for cause, source, _, target, taker, amount in entry.moves:
            self.flows[cause, source, target] += amount
            if cause in _GRANTS:
                granted[taker] = granted.get(taker, 0) + self._worth(amount, entry.figures_before)
            elif target == "wallet":
                self._income(cause, taker, amount)
        for gone in receipt.exits:
            if gone.credit is None:
                self._day["exits"] += 1
                self._day["exits_net"] += gone.net
            else:
                self.totals["wind_ups"] += 1
                self.totals["wind_ups_net"] += gone.net + (gone.credit or 0)
            if gone.account in self.members:
                self.members[gone.account].exits += 1
        for before, after in entry.changed:
            self._quota += after.quota - (before.quota if before is not None else 0)
            self._cost(before, after, granted.get(after.name, 0))

    def _income(self, cause: str, taker: str, amount: int) -> None:
        book = self.members.get(taker)
        if book is None:
            return
        if cause == "dividend":
            book.dividends += amount
        elif cause == "redemption":
            book.redeemed_net += amount
        elif cause in {"exit", "wind_up"}:
            book.exit_net += amount
        elif cause == "commission":
            self._day["commissions"] += amount

    def _worth(self, atoms: int, before: Figures) -> int:
        if before.supply:
            return atoms * before.reserve // before.supply
        return atoms * self._issue_price // ATOMS

    def _cost(self, before: Account | None, after: Account, granted: int) -> None:
        held = before.points if before is not None else 0
        if not after.points:
            self.costs.pop(after.name, None)
        elif after.points < held:
            self.costs[after.name] = self.costs[after.name] * after.points // held
        elif after.points > held:
            self.costs[after.name] = self.costs.get(after.name, 0) + granted


def price_text(figures: Figures) -> str:
    """Return reserve / supply in minor units per point as a decimal, cut off after six digits."""
    if not figures.supply:
        return _decimal(0)
    return _decimal(figures.reserve * ATOMS * 10**PRICE_DIGITS // figures.supply)


def _decimal(scaled: int) -> str:
    whole, rest = divmod(scaled, 10**PRICE_DIGITS)
    return f"{whole}.{rest:0{PRICE_DIGITS}d}"

"""The report's own figures: what follows from the summary and the two tables.

Sums are Python integers, for a column of 64-bit numbers can outgrow 64 bits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final, cast

import polars as pl

from tongbao.engine.plan import Plan
from tongbao.engine.units import BPS
from tongbao.lab.report_groups import Group, Holder, group_of
from tongbao.lab.result import BacktestOptions, BacktestResult
from tongbao.plans.words import Lang

FIFTHS: Final = 5
LARGEST: Final = 5
_CURVE_POINTS: Final = 60
_FLAT: Final = 200
"""A price that moved by less than one part in so many did not move."""
_ORDERS: Final = ("", "purchase")
SPREAD_EDGES: Final = ((1, 4), (1, 2), (1, 1), (2, 1), (5, 1))
"""Upper edges of the groups of members, as fractions of the average; the last group has none."""


@dataclass(frozen=True, slots=True)
class Payout:
    """What there must be if everybody leaves at the end, in minor units; credit is no money."""

    points: int
    wallets: int
    dividends: int
    credit: int
    left_in_fund: int

    @property
    def owed(self) -> int:
        """What the shop owes members in money: cash if they may take it out, else to be spent."""
        return self.points + self.wallets + self.dividends


class Figures:
    """A backtest's result, read for the report."""

    def __init__(self, result: BacktestResult) -> None:
        self.summary: Mapping[str, object] = result.summary
        self.days: pl.DataFrame = result.days
        self.plan: Plan = result.plan_file.plan
        self.plan_name: str = result.plan_file.name
        self.options: BacktestOptions = result.options
        self._members = result.members.sort("order_number")

    def amount(self, key: str, inner: str | None = None) -> int:
        """Return a whole number of the summary, or of an object in it."""
        found = self.summary[key]
        if inner is not None:
            found = cast("Mapping[str, object]", found)[inner]
        if not isinstance(found, int):
            raise TypeError(f"summary.{key} is no whole number: {found!r}")
        return found

    def ratio(self, key: str) -> Decimal:
        """Return a ratio or a price of the summary; one that is missing counts as 0."""
        return Decimal(str(self.summary[key] or 0))

    def column(self, name: str) -> list[int]:
        """Return a column of the days' table as whole numbers."""
        return [int(value) for value in self.days[name].to_list()]

    def dates(self) -> list[date]:
        """Return the days."""
        return cast("list[date]", self.days["day"].to_list())

    def grants_all(self) -> bool:
        """Return whether grants use up the contribution, so that orders don't move the price."""
        plan = self.plan
        by_sales = plan.spend_per_point is None or plan.backing_base == "sales"
        return by_sales and plan.grant_bps + sum(plan.referral_points_bps) == BPS

    def flat(self) -> bool:
        """Return whether the price could hardly move, and did not."""
        prices = [price for price in self.prices() if price]
        if not prices or not self.grants_all():
            return False
        return (max(prices) - min(prices)) * _FLAT < min(prices)

    def left_already(self) -> bool:
        """Return whether the members sold everything after the last day."""
        return self.options.behaviour == "leave-at-end"

    def payout(self) -> Payout:
        """Return what there must be if everybody leaves at the end.

        Where they have left already, the figures at the end hold what they were paid.
        """
        gone, net = self.left_already(), self.amount("leave_today", "net")
        wallets, due, credit = map(self.amount, ("wallets", "dividend_payable", "credit"))
        if not self.plan.cash_redemption:
            return Payout(0, wallets, due, credit if gone else credit + net, 0)
        if gone:
            return Payout(net, wallets - net, due, credit, self.amount("dividend_fund"))
        left = self.amount("reserve") - net - self.amount("leave_today", "left_in_reserve")
        return Payout(net, wallets, due, credit, max(left, 0))

    def known(self, key: str) -> int | None:
        """Return a whole number of the summary, None where it has none."""
        found = self.summary.get(key)
        return found if isinstance(found, int) else None

    def prices(self) -> list[Decimal]:
        """Return the price at each day's end, 0 where no point existed."""
        return [Decimal(text or 0) for text in self.days["price"].to_list()]

    def has(self) -> list[int]:
        """Return what each member has at the end, by order of joining."""
        return [int(value) for value in self._members["has"].to_list()]

    def text_list(self, key: str, lang: Lang) -> list[str]:
        """Return a list of sentences of the summary in this language."""
        found = cast("list[object]", self.summary[f"{key}_zh" if lang == "zh" else key])
        return [str(sentence) for sentence in found]

    def given_up(self) -> int:
        """Return what the plan took out of the sales, less what refunds brought back."""
        return sum(self.amount("money", k) for k in ("reserve", "dividend_fund", "commissions"))

    def sales(self) -> int:
        """Return the sales that stood: posted orders less late refunds."""
        return self.given_up() + self.amount("money", "kept_by_shop")

    def quotas(self) -> int:
        """Return the quota granted less what refunds took back."""
        return self.amount("quota_granted") - self.amount("quota_lost")

    def money_for_members(self) -> int:
        """Return all that the orders brought for members: no more can ever be paid out of them."""
        return self.amount("money", "reserve") + self.amount("money", "dividend_fund")

    def fillable(self) -> Decimal:
        """Return the largest share of the quotas that this money can fill, whoever gets it."""
        return Decimal(self.money_for_members()) / self.quotas()

    def rejected(self) -> dict[str, int]:
        """Return how many orders the rules rejected, by reason, most first.

        A key of the summary is a reason, or a kind of command and a reason.
        """
        counted = cast("Mapping[str, int]", self.summary.get("rejected_commands", {}))
        found: dict[str, int] = {}
        for key, count in counted.items():
            kind, _, reason = key.rpartition(": ")
            if kind in _ORDERS:
                found[reason] = found.get(reason, 0) + count
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def rejected_amount(self) -> int | None:
        """Return what the rejected orders cost."""
        amount = self.known("rejected_orders_amount")
        return self.known("rejected_amount") if amount is None else amount

    def cohorts(self) -> list[Group]:
        """Return the members by month of joining."""
        parts = self._members.partition_by("cohort", maintain_order=True)
        return sorted((group_of(str(part["cohort"][0]), part) for part in parts), key=_by_name)

    def fifths(self) -> list[Group]:
        """Return the members in five groups of nearly one size, by order of joining."""
        count = self._members.height
        if count < FIFTHS:
            return []
        edges = [count * n // FIFTHS for n in range(FIFTHS + 1)]
        return [
            group_of(str(n + 1), self._members.slice(low, high - low))
            for n, (low, high) in enumerate(pairwise(edges))
        ]

    def tenths(self) -> tuple[Group, Group] | None:
        """Return the first and the last tenth of the members to join, if there are ten."""
        tenth = self._members.height // 10
        if not tenth:
            return None
        oldest, newest = self._members.head(tenth), self._members.tail(tenth)
        return group_of("oldest", oldest), group_of("newest", newest)

    def everybody(self) -> Group | None:
        """Return all members as one group."""
        return group_of("all", self._members) if self._members.height else None

    def largest(self) -> list[Holder]:
        """Return the members who have most, who joined first before equals."""
        order = ["has", "order_number"]
        top = self._members.sort(order, descending=[True, False]).head(LARGEST)
        rows = top.select("member", "joined", "paid", "has").iter_rows()
        return [Holder(str(name), joined, paid, has) for name, joined, paid, has in rows]

    def spread(self) -> list[int]:
        """Return how many members are in each group of SPREAD_EDGES and above the last."""
        has = self.has()
        total, count = sum(has), len(has)
        counts = [0] * (len(SPREAD_EDGES) + 1)
        for value in has:
            place = next(
                (n for n, (a, b) in enumerate(SPREAD_EDGES) if value * count * b < a * total),
                len(SPREAD_EDGES),
            )
            counts[place] += 1
        return counts

    def lorenz(self) -> list[tuple[float, float]]:
        """Return points of the curve: share of the members, share of what they have."""
        has = sorted(self.has())
        total = sum(has)
        if total <= 0:
            return []
        sums, running = [0], 0
        for value in has:
            running += value
            sums.append(running)
        places = sorted({len(has) * n // _CURVE_POINTS for n in range(_CURVE_POINTS + 1)})
        return [(place / len(has), sums[place] / total) for place in places]

    def months(self) -> list[tuple[str, int, int]]:
        """Return each month with its sales and what the plan took out of them."""
        found: dict[str, list[int]] = {}
        taken = zip(
            *(self.column(k) for k in ("contributed", "dividend_in", "commissions")), strict=True
        )
        for day, sales, parts in zip(self.dates(), self.column("sales"), taken, strict=True):
            month = found.setdefault(f"{day:%Y-%m}", [0, 0])
            month[0] += sales
            month[1] += sum(parts)
        return [(name, sales, cost) for name, (sales, cost) in found.items()]

    def monthly(self, column: str) -> list[tuple[str, int]]:
        """Return each month's sum of a column."""
        found: dict[str, int] = {}
        for day, value in zip(self.dates(), self.column(column), strict=True):
            found[f"{day:%Y-%m}"] = found.get(f"{day:%Y-%m}", 0) + value
        return list(found.items())


def running_total(values: Sequence[int]) -> list[int]:
    """Return the sums so far.

    >>> running_total([1, 2, 3])
    [1, 3, 6]
    """
    sums: list[int] = []
    for value in values:
        sums.append((sums[-1] if sums else 0) + value)
    return sums


def _by_name(group: Group) -> str:
    return group.name

"""What the wallet's page shows, read with a fixed, small number of queries.

Money is in minor units, points in atoms, shares in basis points, floored.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Min, Sum

from tongbao.ledger.dividends import DividendSums, dividend_sums
from tongbao.ledger.door import Ledger
from tongbao.ledger.prices import Price, price_days
from tongbao.ledger.values import Outcome, Refusal, Standing
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.shop.dividends import pays_dividends
from tongbao.mall.wallet.holdings import Holdings, holdings, worth

BPS: Final = 10_000
_NOTHING: Final = DividendSums(0, 0, 0, "", 0)


@dataclass(frozen=True, slots=True)
class Selling:
    """What selling all points would bring now; without figures where it would bring nothing."""

    gross: int
    fee: int
    net: int
    outcome: Outcome

    @property
    def can_be(self) -> bool:
        """Whether it would be accepted."""
        return self.outcome.ok

    @property
    def is_frozen(self) -> bool:
        """Whether it is because the account is frozen that it would not be."""
        return self.outcome.refusal is Refusal.FROZEN


@dataclass(frozen=True, slots=True)
class Change:
    """How the present points' worth moved since the close of ``day``; ``price_bps`` of the price.

    ``price_bps`` is None where there was no price at that close.
    """

    day: str
    worth: int
    price_bps: int | None


@dataclass(frozen=True, slots=True)
class Ring:
    """A quota in three parts that add up to ``whole``: taken out, in points now, still open."""

    whole: int
    taken: int
    in_points: int

    @property
    def open(self) -> int:
        """What is between the points' worth and the forced sale."""
        return self.whole - self.taken - self.in_points

    @property
    def left(self) -> int:
        """What may still be taken out at most."""
        return self.whole - self.taken

    @property
    def taken_bps(self) -> int:
        """What was taken out, of the whole."""
        return self.taken * BPS // self.whole if self.whole else 0

    @property
    def points_bps(self) -> int:
        """What is in points, of the whole."""
        return self.filled_bps - self.taken_bps

    @property
    def filled_bps(self) -> int:
        """The part that is taken out or in points: at all of it the points are sold."""
        return (self.taken + self.in_points) * BPS // self.whole if self.whole else 0


@dataclass(frozen=True, slots=True)
class Pending:
    """Points of paid orders that are not settled yet: estimates."""

    orders: int = 0
    points: int = 0
    worth: int = 0
    first_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """A member's wallet."""

    standing: Standing
    holdings: Holdings
    selling: Selling | None
    change: Change | None
    ring: Ring
    dividends: DividendSums
    pending: Pending

    @property
    def is_paused(self) -> bool:
        """Whether the program takes no commands now."""
        return self.standing.status != "running"

    @property
    def has_dividends(self) -> bool:
        """Whether dividends are paid, or this member has received some."""
        return bool(pays_dividends(self.standing) or self.dividends.total)


def overview(ledger: Ledger, user: User) -> Overview:
    """Return what there is to show of a member's wallet."""
    standing = ledger.standing()
    has = holdings(ledger, user.account, standing)
    return Overview(
        standing,
        has,
        selling(ledger, has),
        change(ledger, has),
        Ring(has.taken + has.quota, has.taken, min(has.worth, has.quota)),
        dividend_sums(ledger, user.account) if has.is_open else _NOTHING,
        pending(user, has.price),
    )


def selling(ledger: Ledger, has: Holdings) -> Selling | None:
    """Return what selling everything would bring now; None where there is nothing to sell."""
    if not has.points:
        return None
    everything = {
        "id": f"{has.account}-look",
        "type": "redeem",
        "account": has.account,
        "points": "all",
    }
    outcome = ledger.preview(everything)
    fields = outcome.fields
    return Selling(fields.get("gross", 0), fields.get("fee", 0), fields.get("net", 0), outcome)


def change(ledger: Ledger, has: Holdings) -> Change | None:
    """Return how the worth moved since the last close; None before the first one."""
    closed = price_days(ledger, limit=1).days
    if not closed:
        return None
    before = closed[0].price
    moved = has.worth - worth(has.points, before)
    return Change(closed[0].day, moved, moved_bps(before, has.price))


def moved_bps(before: Price, now: Price) -> int | None:
    """Return by what share of the price before it moved; None where either was none."""
    if not before.supply or not before.reserve or not now.supply:
        return None
    old, new = before.reserve * now.supply, now.reserve * before.supply
    return (new - old) * BPS // old


def pending(user: User, price: Price) -> Pending:
    """Return the points that are on their way from paid orders, by their estimates."""
    waiting = Part.objects.filter(
        sale__user=user,
        sale__state=Sale.State.PAID,
        state__in=[Part.State.WAITING, Part.State.RECEIVED],
    ).aggregate(
        orders=Count("sale", distinct=True), points=Sum("estimate_atoms"), due=Min("due_at")
    )
    points = int(waiting["points"] or 0)
    return Pending(waiting["orders"], points, worth(points, price), waiting["due"])

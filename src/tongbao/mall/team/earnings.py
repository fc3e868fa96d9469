"""What the orders of people whom a member invited earned that member."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from tongbao.ledger.door import Ledger
from tongbao.ledger.effects import CauseCode
from tongbao.ledger.statements import Filters, Item, statement
from tongbao.ledger.values import UnknownAccount
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.split import earning
from tongbao.mall.shop.models import Shop

LATEST: Final = 2000
"""So many of the latest earnings are added up; who has more is told so."""

BPS: Final = 10_000
_AT_ONCE: Final = 500
_CAUSES: Final = (CauseCode.REFERRAL, CauseCode.REFERRAL_REFUND)


class Earned(Struct, frozen=True):
    """What was earned by somebody's orders: points in atoms, cash in minor units."""

    points: int = 0
    cash: int = 0

    def plus(self, points: int, cash: int) -> "Earned":
        """Return the sums."""
        return Earned(self.points + points, self.cash + cash)

    @property
    def some(self) -> bool:
        """Whether anything was earned."""
        return bool(self.points or self.cash)


class Earnings(Struct, frozen=True):
    """Earnings by the buyer's account, and their sum; ``is_whole``: nothing older was left out."""

    by_buyer: Mapping[str, Earned]
    total: Earned
    is_whole: bool


class Levels(Struct, frozen=True):
    """What a plan gives for invitations, level by level: basis points, see the plan's rules."""

    points_bps: tuple[int, ...]
    cash_bps: tuple[int, ...]

    def __len__(self) -> int:
        return max(len(self.points_bps), len(self.cash_bps))

    def of(self, level: int) -> tuple[int, int]:
        """Return the rates of a level, the first is 0."""
        return _at(self.points_bps, level), _at(self.cash_bps, level)


def levels(ledger: Ledger) -> Levels:
    """Return what the plan in force gives for invitations; levels without any rate are left out."""
    plan = ledger.standing().plan
    given = Levels(tuple(plan.referral_points_bps), tuple(plan.referral_cash_bps))
    most = max((n + 1 for n in range(len(given)) if any(given.of(n))), default=0)
    return Levels(given.points_bps[:most], given.cash_bps[:most])


def earnings(ledger: Ledger, account: str) -> Earnings:
    """Return what a member's invitations earned, by the journal; nothing without an account."""
    by_buyer: dict[str, Earned] = {}
    total, seen, cursor = Earned(), 0, None
    while seen < LATEST:
        try:
            page = statement(
                ledger,
                account,
                cursor=cursor,
                limit=_AT_ONCE,
                filters=Filters(causes=_CAUSES),
            )
        except UnknownAccount:
            break
        for item in page.items:
            buyer = _buyer(item)
            points, cash = item.change.points, item.change.wallet
            by_buyer[buyer] = by_buyer.get(buyer, Earned()).plus(points, cash)
            total = total.plus(points, cash)
        seen += len(page.items)
        cursor = page.cursor
        if cursor is None:
            break
    return Earnings(by_buyer, total, cursor is None)


def pending(shop: Shop, buyers: Sequence[User], level: int) -> Mapping[int, Earned]:
    """Return by buyer about what their paid, not yet settled orders will earn one of that level.

    An estimate at today's plan and price, in which the member's own quota is not looked at.
    """
    standing = shop.ledger.standing()
    plan, figures = standing.plan, standing.figures
    points_bps, cash_bps = levels(shop.ledger).of(level)
    waiting = Part.objects.filter(
        sale__user__in=buyers,
        sale__state=Sale.State.PAID,
        state__in=[Part.State.WAITING, Part.State.RECEIVED],
    ).values_list("sale__user", "provider_minor", "wallet_minor", "profit_minor", "cost_minor")
    found: dict[int, Earned] = {}
    for user, provider, wallet, profit, cost in waiting:
        paid = earning(provider + wallet, cost)
        base = paid if plan.backing_base == "sales" else min(profit, paid)
        worth = base * plan.backing_bps // BPS * points_bps // BPS
        atoms = (
            worth * figures.supply // figures.reserve
            if figures.reserve
            else worth * 1_000_000 // plan.issue_price
        )
        found[user] = found.get(user, Earned()).plus(atoms, paid * cash_bps // BPS)
    return found


def _buyer(item: Item) -> str:
    return str(item.cause.facts.get("buyer", ""))


def _at(rates: tuple[int, ...], level: int) -> int:
    return rates[level] if level < len(rates) else 0

"""What an order would bring: points that are pending until it is final. An estimate, no promise."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from tongbao.mall.checkout.bill import Bill
from tongbao.mall.people.models import User
from tongbao.mall.sales.estimates import BPS, Estimate, estimate
from tongbao.mall.sales.split import earning
from tongbao.mall.sales.splitting import spread_kinds
from tongbao.mall.sales.tenders import TenderForm
from tongbao.mall.shop.models import Shop


@dataclass(frozen=True, slots=True)
class Expected:
    """About how many points, and the earliest day on which they settle."""

    estimate: Estimate
    earliest: datetime


def expected(shop: Shop, user: User, what: Bill, form: TenderForm) -> Expected | None:
    """Return what the order would bring if it was paid like that; None where nothing counts.

    Money from wallet and provider counts, credit and points do not. One look ahead for each
    margin that occurs, whatever the number of goods. Of what is bought at its face value only what
    its provider leaves counts, as profit.

    Raises:
        LedgerError: as `estimate` does.
    """
    totals = [group.total_minor for group in what.groups]
    if not form.is_valid():
        return None
    split = form.split
    tenders = [split.provider, split.wallet, split.credit, split.points]
    parts = spread_kinds(tenders, totals, [group.is_face for group in what.groups])
    paid: dict[int, int] = defaultdict(int)
    for group, (provider, wallet, *_rest) in zip(what.groups, parts, strict=True):
        if group.is_face:
            paid[BPS] += earning(provider + wallet, group.cost_minor)
        else:
            paid[group.merchant.margin_bps] += provider + wallet
    each = [estimate(shop, user, amount, margin) for margin, amount in sorted(paid.items())]
    sold = [one.sold_minor for one in each if one.sold_minor is not None]
    whole = Estimate(
        sum(one.points_atoms for one in each),
        sum(one.worth_minor for one in each),
        sum(sold) if sold else None,
    )
    if not whole.points_atoms:
        return None
    return Expected(whole, timezone.now() + timedelta(days=shop.return_days))

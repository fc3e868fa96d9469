"""Orders that wait for a payment hold goods for nothing, so how much and how often has bounds.

All unpaid orders together hold, of each kind of goods, at most a share of what was not sold, and a
shopper's no more than that share of what nobody else was promised; a piece may be had by whoever holds
none. So many orders of one wait at once, and so many a day were never paid. What is paid from
wallet, credit and points alone is paid at once, and is not bounded here. Strangers with many accounts
are bounded by that, a piece each, and by the time to pay.

The shopper's row is locked first, the stock is locked by whoever asks: both until the order is written.
"""

from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongbao.mall.people.models import User
from tongbao.mall.sales.models import OrderLine, Sale
from tongbao.mall.shop.models import Shop

BPS: Final = 10_000
A_DAY: Final = 10
"""So many orders of a shopper are placed in 24 hours and never paid."""


def trouble_of(shop: Shop, user: User) -> str:
    """Lock the shopper, and return why no more orders may wait for a payment, or nothing."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    orders = Sale.objects.filter(user=user, order__isnull=False)
    waiting = orders.filter(state=Sale.State.PENDING).count()
    if waiting >= shop.unpaid_most:
        words = ngettext(
            "%(count)d order of yours is not paid yet. Pay or cancel it first.",
            "%(count)d orders of yours are not paid yet. Pay or cancel one of them first.",
            waiting,
        )
        return words % {"count": waiting}
    since = timezone.now() - timedelta(days=1)
    lapsed = orders.filter(provider_minor__gt=0, paid_at=None, created_at__gte=since)
    if lapsed.count() >= A_DAY:
        return _(
            "Too many of your orders were not paid today. Pay from your wallet, or try tomorrow."
        )
    return ""


def most_of(shop: Shop, user: User, record: Any) -> int:  # noqa: ANN401  # Oscar has no types
    """Return how many more of a locked stock record's goods a shopper's unpaid orders may hold."""
    lines = OrderLine.objects.filter(stockrecord=record.pk, order__sale__state=Sale.State.PENDING)
    sums = lines.aggregate(
        all=Sum("quantity"), mine=Sum("quantity", filter=Q(order__sale__user=user))
    )
    held, mine = int(sums["all"] or 0), int(sums["mine"] or 0)
    free = record.net_stock_level
    together = _share(shop, free + held) - held
    return max(1 - mine, min(_share(shop, free + mine) - mine, together))


def _share(shop: Shop, count: int) -> int:
    return -(-count * shop.unpaid_share_bps // BPS)

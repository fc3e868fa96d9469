"""What a merchant's account holds, and what came into it day by day."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tongbao.ledger.merchants import receivables
from tongbao.mall.desk.access import at, shown
from tongbao.mall.sales import goods
from tongbao.mall.sales.leaves import leaves
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.pages import paged

_DAYS = 30
_SHOWN = 6  # of them on a page


@login_required
@require_GET
def balances(request: HttpRequest, account: str) -> HttpResponse:
    """Show wallet, credit and points as the ledger has them, and the last days."""
    merchant, shop = at(request, account), the_shop()
    first = timezone.now().astimezone(shop.zone).date() - timedelta(days=_DAYS)
    report = receivables(shop.ledger, merchant.account, first=f"{first:%Y-%m-%d}")
    holder = shop.ledger.account(merchant.account)
    waiting = Part.objects.filter(
        merchant=merchant,
        sale__state=Sale.State.PAID,
        state__in=[Part.State.WAITING, Part.State.RECEIVED],
    ).prefetch_related("returns")
    context = {
        "at": "money",
        "holder": holder,
        "page_obj": paged(request, list(reversed(report.days)), _SHOWN),
        "total": report.total,
        "waiting": sum(goods.left_minor(part) for part in waiting),
        "days_count": _DAYS,
        "leaves": leaves(shop, merchant.margin_bps),
    }
    return shown(request, merchant, "desk/money.html", context)

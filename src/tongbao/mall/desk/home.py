"""The desk's first pages: which merchant, and its day so far."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from tongbao.mall.desk.access import at, shown, worker
from tongbao.mall.desk.waiting import midnight, open_returns, paid_since, to_ship, with_goods
from tongbao.mall.merchants.access import merchants_of
from tongbao.mall.people.roles import is_operator
from tongbao.mall.services.models import Voucher
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.pages import paged

_LATEST = 8


@login_required
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Go to the merchant that one works for; with several, choose; operators see all."""
    user = worker(request)
    mine = merchants_of(user)
    first, runs_it = list(mine[:2]), is_operator(user)
    if not first and not runs_it:
        raise Http404
    if len(first) == 1 and not runs_it:
        return redirect("desk:today", first[0].account)
    known = {"page_obj": paged(request, mine), "runs_it": runs_it}
    return render(request, "desk/choose.html", known)


@login_required
@require_GET
def today(request: HttpRequest, account: str) -> HttpResponse:
    """Show what came in since midnight, and what waits for somebody."""
    merchant = at(request, account)
    since = midnight(the_shop())
    paid = paid_since(merchant, since)
    figures = paid.aggregate(
        count=Count("pk"),
        provider=Sum("provider_minor", default=0),
        wallet=Sum("wallet_minor", default=0),
        credit=Sum("credit_minor", default=0),
        points=Sum("points_minor", default=0),
        in_person=Count("pk", filter=Q(sale__order__isnull=True)),
    )
    used = Voucher.objects.filter(part__merchant=merchant, state=Voucher.State.USED)
    context = {
        "at": "today",
        "figures": figures,
        "total": sum(figures[name] for name in ("provider", "wallet", "credit", "points")),
        "to_ship": to_ship(merchant).count(),
        "returns": open_returns(merchant).count(),
        "used": used.filter(ended_at__gte=since).count(),
        "latest": with_goods(paid)[:_LATEST],
    }
    return shown(request, merchant, "desk/today.html", context)

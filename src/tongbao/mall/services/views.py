"""A shopper's vouchers and top-ups."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tongbao.ledger.values import LedgerError
from tongbao.mall.people.models import User
from tongbao.mall.sales import returns
from tongbao.mall.sales.refusals import NotNow
from tongbao.mall.services import paybacks, topups, vouchers
from tongbao.mall.services.models import Topup, Voucher
from tongbao.mall.services.targets import masked
from tongbao.mall.shop import qr
from tongbao.mall.shop.pages import paged


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List one's vouchers, those that can be used first, and one's top-ups."""
    user = _shopper(request)
    mine = Voucher.objects.filter(part__sale__user=user).select_related("part__merchant")
    tops = Topup.objects.filter(part__sale__user=user).order_by("-created_at", "unit")
    tab = "topups" if request.GET.get("tab") == "topups" else "vouchers"
    usable = mine.filter(state=Voucher.State.ISSUED).order_by("expires_at", "pk")
    others = mine.exclude(state=Voucher.State.ISSUED).order_by("-ended_at", "-pk")
    context = {
        "tab": tab,
        "usable": usable,
        "page_obj": paged(request, tops if tab == "topups" else others),
        "has_any": mine.exists(),
    }
    return render(request, "services/index.html", context)


@login_required
@require_GET
def voucher(request: HttpRequest, number: int) -> HttpResponse:
    """Show a voucher with its code; as long as it is not used the page asks again."""
    found = _own_voucher(request, number)
    if _is_seen(request, found.state):
        return HttpResponse(status=204)
    can_use = found.state == Voucher.State.ISSUED and found.expires_at > timezone.now()
    context = {
        "voucher": found,
        "can_use": can_use,
        "back_minor": _back(found) if can_use else 0,
        # The desk knows what to do with it, whoever scans it.
        "qr": qr.drawn(f"/desk/voucher/{found.code}/") if can_use else "",
        "days_left": max(0, (found.expires_at - timezone.now()).days),
    }
    template = (
        "services/_voucher.html" if getattr(request, "htmx", False) else "services/voucher.html"
    )
    return render(request, template, context)


@login_required
@require_POST
def give_back(request: HttpRequest, number: int) -> HttpResponse:
    """Give an unused voucher back for what was paid for it."""
    found = _own_voucher(request, number)
    try:
        vouchers.give_back(found, paybacks.ASKED)
    except vouchers.NotUsable:
        messages.warning(request, _("This voucher can no longer be returned."))
    else:
        if paybacks.pay_back(found.part):
            messages.success(request, _("The voucher is returned and refunded to you."))
        else:
            messages.info(request, _("The voucher is returned. The refund follows."))
    return redirect("services:voucher", number)


@login_required
@require_GET
def topup(request: HttpRequest, number: UUID) -> HttpResponse:
    """Show a top-up; as long as it is not decided the page asks again."""
    rows = Topup.objects.select_related("part__merchant", "part__sale", "payback")
    found = get_object_or_404(rows, pk=number, part__sale__user=_shopper(request))
    if found.next_at is not None and found.next_at <= timezone.now():
        topups.advance(timezone.now(), sale=found.part.sale)
        found = rows.get(pk=number)
    if _is_seen(request, found.state):
        return HttpResponse(status=204)
    context = {"topup": found, "target": masked(found.target)}
    template = "services/_topup.html" if getattr(request, "htmx", False) else "services/topup.html"
    return render(request, template, context)


def _own_voucher(request: HttpRequest, number: int) -> Voucher:
    rows = Voucher.objects.select_related(
        "part__merchant", "part__sale", "payback", "line__product"
    )
    return get_object_or_404(rows, pk=number, part__sale__user=_shopper(request))


def _back(voucher: Voucher) -> int:
    """Return what giving a voucher back now brings: what was paid, for points less the goods fee."""
    if not voucher.part.points_minor:
        return voucher.worth_minor
    try:
        return returns.quote(voucher.part, voucher.worth_minor).back.total_minor
    except (NotNow, LedgerError):  # another return is in the way, say: told when it is tried
        return voucher.worth_minor


def _is_seen(request: HttpRequest, state: str) -> bool:
    """Say whether htmx asks and nothing has changed: then the page is left alone."""
    return bool(getattr(request, "htmx", False)) and request.GET.get("seen") == state


def _shopper(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user

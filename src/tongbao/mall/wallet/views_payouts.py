"""The operator's page of withdrawals: who is to be paid, and what became of it."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongbao.mall.people.models import User
from tongbao.mall.people.roles import is_operator
from tongbao.mall.shop.pages import paged
from tongbao.mall.wallet import withdrawals
from tongbao.mall.wallet.models import Withdrawal
from tongbao.mall.wallet.views import user_of

_OPEN: Final = ("settled", "paying")


@require_safe
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """Show what is to be paid, the oldest first; with ``?all=1`` everything, the newest first."""
    _operator(request)
    rows = Withdrawal.objects.select_related("user")
    everything = bool(request.GET.get("all"))
    if everything:
        rows = rows.order_by("-created_at", "id")
    else:
        rows = rows.filter(state__in=_OPEN).order_by("created_at", "id")
    given = {"page_obj": paged(request, rows), "everything": everything}
    return render(request, "wallet/payouts.html", given)


@require_POST
@login_required
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note what the operator did about one."""
    by = _operator(request)
    withdrawal = get_object_or_404(Withdrawal.objects.select_related("user"), pk=pk)
    did, is_news = request.POST.get("did"), True
    match did:
        case "begun":
            withdrawals.begin(withdrawal, by)
        case "ask":
            withdrawals.go_on(withdrawal)
        case "paid":
            reference = request.POST.get("reference", "").strip()[:128]
            is_news = withdrawals.mark_paid(withdrawal, by=by, reference=reference)
        case "failed":
            why = request.POST.get("why", "").strip()
            is_news = withdrawals.mark_failed(withdrawal, by=by, why=why)
    withdrawal.refresh_from_db()
    if withdrawal.is_with_provider and (did == "ask" or not is_news):
        messages.warning(
            request,
            _("The provider is still paying it; its answer decides. Ask again in a while."),
        )
    return redirect("wallet:payouts")


def _operator(request: HttpRequest) -> User:
    """Return the operator; for everybody else there is no such page."""
    user = user_of(request)
    if not is_operator(user):
        raise Http404
    return user

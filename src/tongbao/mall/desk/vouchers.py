"""Verifying vouchers: scan or enter, see what it is, use it once."""

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tongbao.mall.desk.access import at, shown, worker
from tongbao.mall.merchants.access import merchants_of
from tongbao.mall.people.masking import masked
from tongbao.mall.people.models import User
from tongbao.mall.services import codes
from tongbao.mall.services.models import Voucher
from tongbao.mall.services.vouchers import NotUsable, presented, use
from tongbao.mall.shop.pages import paged

_TWICE: Final = timedelta(seconds=10)
"""A second press of the button within this is the first once more, not a second guest."""


@login_required
@require_GET
def scanned(request: HttpRequest, code: str) -> HttpResponse:
    """Go on with a voucher's QR code: to the desk for its merchant, to its page for its owner."""
    user = worker(request)
    found = Voucher.objects.select_related("part__merchant", "part__sale")
    voucher = found.filter(code=codes.read(code) or "").first()
    if voucher is None:
        raise Http404
    merchant = voucher.part.merchant
    if merchants_of(user).filter(pk=merchant.pk).exists():
        return redirect(f"{reverse('desk:vouchers', args=[merchant.account])}?code={voucher.code}")
    if voucher.part.sale.user_id == user.pk:
        return redirect("services:voucher", voucher.pk)
    raise Http404


@login_required
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, account: str) -> HttpResponse:
    """Look a code up and show what it is; a post uses it."""
    merchant = at(request, account)
    is_post = request.method == "POST"
    typed = (request.POST if is_post else request.GET).get("code", "").strip()
    voucher = presented(merchant, typed) if typed else None
    if is_post and voucher is not None:
        address = f"{request.path}?code={voucher.code}"
        try:
            use(voucher, worker(request))
        except NotUsable as refused:
            if not _is_pressed_twice(refused.voucher, worker(request)):
                messages.error(request, _("This voucher cannot be used. Nothing has changed."))
                return redirect(address)
        return redirect(f"{address}&accepted=1")
    last = Voucher.objects.filter(part__merchant=merchant, state=Voucher.State.USED)
    context = {
        "at": "vouchers",
        "typed": typed[:40],
        "voucher": voucher,
        "owner": masked(voucher.part.sale.user) if voucher else "",
        "is_accepted": voucher is not None
        and "accepted" in request.GET
        and voucher.state == Voucher.State.USED
        and voucher.used_by_id == worker(request).pk,
        "is_expired": voucher is not None and voucher.expires_at <= timezone.now(),
        "is_bad": bool(typed) and codes.read(typed) is None,
        "page_obj": paged(request, last.select_related("used_by").order_by("-ended_at", "-pk"), 10),
    }
    return shown(request, merchant, "desk/vouchers.html", context)


def _is_pressed_twice(voucher: Voucher, user: User) -> bool:
    """Say whether the same person has accepted the voucher just now."""
    ended_at = voucher.ended_at
    is_own = voucher.state == Voucher.State.USED and voucher.used_by_id == user.pk
    return is_own and ended_at is not None and timezone.now() - ended_at < _TWICE

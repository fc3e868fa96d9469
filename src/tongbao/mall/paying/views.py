"""What the outside calls: the providers' callbacks; and the page that shoppers come back to."""

import logging
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from tongbao.ledger.logs import failure
from tongbao.mall.paying import charges, providers
from tongbao.mall.paying.models import Charge
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.paying.standing import Standing, of_charge

_LOG: Final = logging.getLogger("tongbao.mall.paying")


@csrf_exempt  # a provider has no session; its signature says who it is
@require_POST
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's message. What is not answered by 200 the provider sends again.

    Whatever stands in a signed one, a message that cannot be read is answered by 400.
    """
    try:
        known = providers.named(provider)
    except providers.UnknownProvider:
        return _plain("unknown provider", 404)
    try:
        notification = known.confirm(request.headers, request.body)
    except providers.BadSignature:
        _LOG.warning("callback_refused", extra={"provider": known.code})
        return _plain("bad signature", 400)
    except Exception as error:  # noqa: BLE001  # odd content, met by code that did not expect it
        failure(_LOG, "callback_unreadable", error)
        return _plain("bad message", 400)
    try:
        charges.take(notification, known.code)
    except providers.BadMessage as error:
        failure(_LOG, "callback_unreadable", error)
        return _plain("bad message", 400)
    except charges.UnknownCharge as error:
        _LOG.warning("callback_unknown", extra={"provider": known.code, "why": str(error)})
        return _plain("unknown charge", 404)
    return _plain("ok", 200)


@never_cache
@require_safe
@login_required
def back(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Show what became of a charge; asks the provider, and asks again until it is decided."""
    charge = get_object_or_404(Charge, pk=charge_id, user=request.user)
    is_down = False
    try:
        charge = charges.ask(charge, unless_asked_since=charges.ASK_AGAIN)
    except PayingError:
        is_down = True
    standing = _standing(charge)
    part = bool(getattr(request, "htmx", False))
    return render(
        request,
        "paying/standing.html" if part else "paying/back.html",
        {"charge": charge, "standing": standing, "is_down": is_down},
    )


def _standing(charge: Charge) -> Standing:
    path = settings.MALL_CHARGE_PAGES.get(charge.purpose)
    if path is None:
        return of_charge(charge)
    found: Standing = import_string(path)(charge)
    return found


def _plain(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, content_type="text/plain", status=status)

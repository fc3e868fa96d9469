"""Selling points and turning them into credit: ask, show the exact figures, do exactly that."""

import re
from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongbao.ledger.values import LedgerError, NotSettled, Outcome
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.troubles import told
from tongbao.mall.wallet import actions
from tongbao.mall.wallet.actions import FIGURES, KINDS, ONCE, Kind, Quote
from tongbao.mall.wallet.forms import PointsForm
from tongbao.mall.wallet.holdings import Holdings, holdings
from tongbao.mall.wallet.refusals import refused
from tongbao.mall.wallet.views import shop_of, user_of

CONFLICT: Final = 409
_WHOLE: Final = re.compile(r"[0-9]{1,20}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def redeem(request: HttpRequest) -> HttpResponse:
    """Sell points for cash."""
    return _act(request, "redeem")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def convert(request: HttpRequest) -> HttpResponse:
    """Turn points into credit."""
    return _act(request, "convert")


@require_safe
@login_required
def done(request: HttpRequest, kind: str, once: str) -> HttpResponse:
    """Show what became of a confirmed form; whoever sent it twice comes here twice."""
    if kind not in KINDS or not ONCE.fullmatch(once):
        raise Http404
    shop, user = shop_of(request), user_of(request)
    found = actions.found(shop.ledger, user.account, kind, once)
    has = holdings(shop.ledger, user.account)
    return render(request, "wallet/done.html", {"done": found, "kind": kind, "has": has})


def _act(request: HttpRequest, kind: Kind) -> HttpResponse:
    shop, user = shop_of(request), user_of(request)
    if request.method == "POST":
        return _carry_out(request, shop, kind)
    has = holdings(shop.ledger, user.account)
    if not ({"points", "share"} & set(request.GET)):
        return _form(request, kind, has, PointsForm(has.points))
    form = PointsForm(has.points, request.GET)
    if not form.is_valid():
        return _form(request, kind, has, form)
    once, done = request.GET.get("once", ""), None
    if ONCE.fullmatch(once):
        done = actions.found(shop.ledger, user.account, kind, once)
    the_same = done is not None and done.command["points"] == form.cleaned_data["points"]
    if the_same or (done is not None and form.cleaned_data["share"]):
        return redirect("wallet:done", kind, once)  # come back to, or opened in another tab
    if done is not None or not ONCE.fullmatch(once):
        once = uuid4().hex
    return _look(request, shop, kind, has, form, once)


def _look(
    request: HttpRequest,
    shop: Shop,
    kind: Kind,
    has: Holdings,
    form: PointsForm,
    once: str,
) -> HttpResponse:
    """Show the exact figures, or why it cannot be."""
    try:
        quote = actions.quote(shop.ledger, has, kind, form.cleaned_data["points"])
    except LedgerError as error:
        form.add_error(None, told(error))
        return _form(request, kind, has, form)
    if isinstance(quote, Outcome):
        form.add_error("points", refused(shop, has, kind, quote, form.cleaned_data["points"]))
        return _form(request, kind, has, form)
    return _confirm(request, kind, has, quote, once)


def _carry_out(request: HttpRequest, shop: Shop, kind: Kind) -> HttpResponse:
    once, points = request.POST.get("once", ""), _number(request.POST, "points")
    shown = {name: _number(request.POST, name) for name in FIGURES[kind]}
    if not ONCE.fullmatch(once) or not points or None in shown.values():
        return redirect(f"wallet:{kind}")
    user, trouble = user_of(request), ""
    figures = {name: value for name, value in shown.items() if value is not None}
    try:
        outcome = actions.carry_out(shop.ledger, user.account, kind, once, points, figures)
    except LedgerError as error:
        if isinstance(error, NotSettled) and error.may_still_settle:
            return redirect("wallet:done", kind, once)
        trouble = told(error)
    else:
        # Under a taken id something was done before: its page says what.
        if outcome.ok or _error(outcome) == "id_reused":
            return redirect("wallet:done", kind, once)
        trouble = _("The figures have changed, so nothing was done. Here are the new ones.")
    return _again(request, shop, kind, points, figures, once, trouble)


def _again(
    request: HttpRequest,
    shop: Shop,
    kind: Kind,
    points: int,
    shown: Mapping[str, int],
    once: str,
    trouble: str,
) -> HttpResponse:
    """Show the figures as they are now, beside those that were shown before."""
    has = holdings(shop.ledger, user_of(request).account)
    form = PointsForm(has.points, {"points": _typed(points)})
    form.is_valid()
    try:
        quote = actions.quote(shop.ledger, has, kind, points)
    except LedgerError as error:
        form.add_error(None, told(error))
        return _form(request, kind, has, form, CONFLICT)
    if isinstance(quote, Outcome):
        form.add_error("points", refused(shop, has, kind, quote, points))
        return _form(request, kind, has, form, CONFLICT)
    return _confirm(request, kind, has, quote, once, trouble=trouble, before=shown)


def _form(
    request: HttpRequest, kind: Kind, has: Holdings, form: PointsForm, status: int = 200
) -> HttpResponse:
    given = {"kind": kind, "has": has, "form": form, "once": uuid4().hex}
    return render(request, "wallet/points_form.html", given, status=status)


def _confirm(
    request: HttpRequest,
    kind: Kind,
    has: Holdings,
    quote: Quote,
    once: str,
    *,
    trouble: str = "",
    before: Mapping[str, int] | None = None,
) -> HttpResponse:
    given = {
        "kind": kind,
        "has": has,
        "quote": quote,
        "once": once,
        "trouble": trouble,
        "before": before,
        "frozen_figures": quote.figures.items(),
    }
    status = CONFLICT if trouble else 200
    return render(request, "wallet/points_confirm.html", given, status=status)


def _error(outcome: Outcome) -> str:
    return "" if outcome.receipt is None else str(outcome.receipt.error or "")


def _number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "")
    return int(text) if _WHOLE.fullmatch(text) else None


def _typed(points: int) -> str:
    return f"{points // 1_000_000}.{points % 1_000_000:06d}"

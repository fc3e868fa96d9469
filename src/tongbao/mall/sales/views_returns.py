"""Giving something back: choose, see exactly what comes back and why, then ask; or take it back."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongbao.ledger.values import LedgerError
from tongbao.mall.sales import returns, settlement
from tongbao.mall.sales.forms import ReturnForm
from tongbao.mall.sales.models import Part
from tongbao.mall.sales.refusals import NotNow, Why
from tongbao.mall.sales.returns import Quote
from tongbao.mall.sales.shown import PartShown, part_shown
from tongbao.mall.sales.views import own_part, shopper
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.troubles import told

_FIGURES: Final = ("back", "shortfall", "points")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to go back: its worth, and how many of which lines where it is by lines."""

    amount_minor: int
    lines: Mapping[str, int]
    reason: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, number: str, part: int) -> HttpResponse:
    """Show the choice; then what comes back for it; then write the wish down."""
    shop = the_shop()
    one = part_shown(shop, _settled_first(request, number, part))
    if not one.can_return:
        messages.warning(request, _closed(one))
        return redirect("sales:detail", number)
    form = ReturnForm(shop, one, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "sales/return.html", {"one": one, "form": form})
    chosen = Chosen(form.amount_minor, form.chosen_lines, form.cleaned_data["reason"])
    try:
        quote = returns.quote(one.part, chosen.amount_minor)
    except NotNow as error:
        form.add_error(None, str(error))
        return render(request, "sales/return.html", {"one": one, "form": form})
    except LedgerError as error:
        form.add_error(None, told(error))
        return render(request, "sales/return.html", {"one": one, "form": form})
    if "ask" in request.POST:
        if _is_seen(request, quote):
            return _asked(request, number, one.part, chosen)
        messages.warning(request, _("The figures have changed. Please check the new ones."))
    context = {"one": one, "form": form, "quote": quote, "chosen": chosen, "shown": _shown(quote)}
    context["worth_minor"] = quote.back.points_minor + quote.fee_minor  # paid in points
    return render(request, "sales/return_check.html", context)


@login_required
@require_POST
def take_back(request: HttpRequest, number: str, part: int, pk: int) -> HttpResponse:
    """Take back a wish that nobody decided yet."""
    row = own_part(request, number, part)
    found = [one for one in row.returns.all() if one.pk == pk]
    if not found:
        raise Http404
    try:
        returns.refuse(found[0], shopper(request))
        messages.success(request, _("Your return request is withdrawn."))
    except NotNow as error:
        messages.warning(request, str(error))
    return redirect("sales:detail", number)


def _asked(request: HttpRequest, number: str, part: Part, chosen: Chosen) -> HttpResponse:
    try:
        returns.ask(part, chosen.amount_minor, chosen.lines, chosen.reason)
        messages.success(
            request, _("Your return request has been sent. We let you know once it is decided.")
        )
    except NotNow as error:
        messages.warning(request, str(error))
    return redirect("sales:detail", number)


def _shown(quote: Quote) -> dict[str, int]:
    """Return the figures that whoever asks has seen, as the page sends them back."""
    return {
        "back": quote.back.total_minor,
        "shortfall": quote.shortfall_minor,
        "points": quote.points_atoms,
    }


def _is_seen(request: HttpRequest, quote: Quote) -> bool:
    """Say whether nobody is worse off by this quote than by the figures that the page showed."""
    seen: dict[str, int] = {}
    for name in _FIGURES:
        text = request.POST.get(name, "")
        if not (text.isascii() and text.isdigit()):
            return False
        seen[name] = int(text[:30])
    now = _shown(quote)
    return now["back"] >= seen["back"] and all(
        now[name] <= seen[name] for name in ("shortfall", "points")
    )


def _settled_first(request: HttpRequest, number: str, pk: int) -> Part:
    """Return the part; one whose window is over is settled before its figures are shown."""
    part = own_part(request, number, pk)
    if part.state != Part.State.RECEIVED or part.due_at is None or part.due_at > timezone.now():
        return part
    with suppress(NotNow, LedgerError):  # the worker tries again; until then it comes back as it is
        settlement.settle_part(part)
    return own_part(request, number, pk)


def _closed(one: PartShown) -> str:
    if one.open_return is not None:
        return _("This order already has an open return. Wait until it is decided.")
    if one.left_minor and not one.asks_left:
        return str(NotNow(Why.TOO_OFTEN))
    return _("There is nothing left to return in this order.")

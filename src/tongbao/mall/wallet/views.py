"""The wallet's own page, its curve, its dividends."""

from typing import Any, Final, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from tongbao.ledger.dividends import dividend_days, dividend_sums
from tongbao.ledger.prices import Price
from tongbao.ledger.reading import BadPage
from tongbao.ledger.statements import statement
from tongbao.ledger.values import UnknownAccount
from tongbao.mall.people.models import User
from tongbao.mall.shop import context
from tongbao.mall.shop.dividends import pays_dividends
from tongbao.mall.shop.models import Shop
from tongbao.mall.wallet.causes import lines
from tongbao.mall.wallet.curve import BOTTOM, HEIGHT, LABELS, LEFT, RANGES, RIGHT, WIDTH, curve
from tongbao.mall.wallet.models import Withdrawal
from tongbao.mall.wallet.overview import overview

LATEST: Final = 5
DAYS: Final = 31
_DEFAULT: Final = "month"


def shop_of(request: HttpRequest) -> Shop:
    """Return the mall's settings, read once per request."""
    return cast("Shop", context.shop(request)["shop"])


def user_of(request: HttpRequest) -> User:
    """Return who is logged in."""
    return cast("User", request.user)


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show what somebody has, what it is worth, and what can be done with it."""
    shop, user = shop_of(request), user_of(request)
    seen = overview(shop.ledger, user)
    items = (
        statement(shop.ledger, user.account, limit=LATEST).items if seen.holdings.is_open else ()
    )
    moving = Withdrawal.objects.filter(
        user=user, state__in=["requested", "settled", "paying"]
    ).order_by("-created_at")[:3]
    return render(
        request,
        "wallet/home.html",
        {
            "seen": seen,
            "has": seen.holdings,
            "lines": lines(shop, user, items),
            "moving": moving,
            "pay_address": _pay_address(),
            **_drawing(shop, seen.holdings.price, request.GET.get("range")),
        },
    )


@require_safe
@login_required
def curve_part(request: HttpRequest) -> HttpResponse:
    """Give the price curve of another range, for the page that shows one."""
    shop, chosen = shop_of(request), request.GET.get("range")
    if not getattr(request, "htmx", False):
        return redirect(f"{reverse('wallet:home')}?range={_chosen(chosen)}#curve")
    figures = shop.ledger.standing().figures
    drawing = _drawing(shop, Price(figures.reserve, figures.supply), chosen)
    return render(request, "wallet/curve.html", drawing)


@require_safe
@login_required
def dividends(request: HttpRequest) -> HttpResponse:
    """Show what each closed day brought, page by page; where none ever does, the wallet."""
    ledger, user = shop_of(request).ledger, user_of(request)
    before = request.GET.get("before") or None
    found: dict[str, Any] = {"sums": None, "page": None}
    try:
        found["sums"] = dividend_sums(ledger, user.account)
        found["page"] = dividend_days(ledger, user.account, before=before, limit=DAYS)
    except UnknownAccount:
        pass
    except BadPage:  # an address that no page gave
        return redirect("wallet:dividends")
    if not pays_dividends(ledger.standing()) and not (found["sums"] and found["sums"].total):
        return redirect("wallet:home")
    part = "wallet/dividend_days.html" if getattr(request, "htmx", False) else ""
    return render(request, part or "wallet/dividends.html", found)


def _drawing(shop: Shop, price: Price, chosen: str | None) -> dict[str, object]:
    name = _chosen(chosen)
    return {
        "curve": curve(shop.ledger, price, name),
        "chosen": name,
        "ranges": [(code, LABELS[code]) for code in RANGES],
        "box": {"width": WIDTH, "height": HEIGHT, "left": LEFT, "bottom": BOTTOM, "right": RIGHT},
    }


def _chosen(name: str | None) -> str:
    return name if name in RANGES else _DEFAULT


def _pay_address() -> str:
    """Return where one pays in person; empty in a mall without it."""
    try:
        return reverse("instore:index")
    except NoReverseMatch:
        return ""

"""A shopper's orders: the list, one order with each part's way, its receipt."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tongbao.ledger.prices import price_entries
from tongbao.ledger.values import LedgerError
from tongbao.mall.paying import charges, providers
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.people.models import User
from tongbao.mall.sales import attempts, booking, goods, placing, receiving
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.refusals import NotNow
from tongbao.mall.sales.shown import (
    TABS,
    PartShown,
    in_tab,
    of_user,
    part_shown,
    state_of,
    why_cancelled,
)
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.money import money
from tongbao.mall.shop.pages import paged
from tongbao.mall.shop.troubles import told

_SHOWN: Final = 3  # goods of an order in the list
WORDS: Final = {
    ChargeRefund.State.WANTED: gettext_lazy("being refunded"),
    ChargeRefund.State.DONE: gettext_lazy("refunded"),
    ChargeRefund.State.FAILED: gettext_lazy(
        "not refunded yet: we are sorting it out with the provider"
    ),
    ChargeRefund.State.WALLET: gettext_lazy(
        "paid into your wallet: the provider could not refund it"
    ),
    ChargeRefund.State.OUTSIDE: gettext_lazy("refunded, arranged by us with the provider"),
}
"""What became of money that goes back through the provider."""


@login_required
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """List what one bought, the newest first; a tab narrows it."""
    shop = the_shop()
    tab = request.GET.get("tab", "all")
    if tab not in TABS:
        tab = "all"
    page = paged(request, in_tab(of_user(shopper(request)), tab), size=10)
    rows = [_row(shop, sale) for sale in page.object_list]
    context = {"tabs": TABS, "tab": tab, "page_obj": page, "rows": rows}
    return render(request, "sales/orders.html", context)


@login_required
@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order: what it has, where it stands, what may be done.

    One that waits for its payment is followed up first, so that nobody waits for the reconciler.
    """
    sale = own(request, number)
    if sale.state == Sale.State.PENDING:
        _go_on(sale)
    return render(request, "sales/order.html", shown(request, number))


@login_required
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Show an order as a receipt that can be printed; only of what was paid."""
    context = shown(request, number)
    if context["sale"].paid_at is None:
        raise Http404
    return render(request, "sales/receipt.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def received(request: HttpRequest, number: str, part: int) -> HttpResponse:
    """Ask whether the goods of a part are there, which cannot be undone; a post notes that they are."""
    row = own_part(request, number, part)
    if request.method != "POST":
        if row.state != Part.State.WAITING or row.shipped_at is None:
            return redirect("sales:detail", number)
        there = [line for line in goods.lines(row, the_shop().currency) if line.left]
        context = {"part": row, "lines": there, "days": row.terms.return_days}
        return render(request, "sales/receive_check.html", context)
    try:
        if row.state == Part.State.WAITING and row.shipped_at is None:
            messages.warning(request, _("These goods have not been shipped yet."))
        else:
            receiving.receive(row)
            messages.success(request, _("Thank you. The return window starts now."))
    except NotNow as error:
        messages.warning(request, str(error))
    except LedgerError as error:
        messages.warning(request, told(error))
    return redirect("sales:detail", number)


def shopper(request: HttpRequest) -> User:
    """Return who is logged in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def own(request: HttpRequest, number: str) -> Sale:
    """Return the reader's own sale of that number, or raise Http404."""
    return get_object_or_404(of_user(shopper(request)), number=number)


def own_part(request: HttpRequest, number: str, part: int) -> Part:
    """Return a part of the reader's own sale, or raise Http404."""
    for one in own(request, number).parts.all():
        if one.pk == part:
            return one
    raise Http404


def shown(request: HttpRequest, number: str) -> dict[str, Any]:
    """Return what the order's page and its receipt show."""
    shop, sale = the_shop(), own(request, number)
    word, colour = state_of(sale)
    refunds: list[ChargeRefund] = []
    if sale.charge is not None:
        refunds = [one for one in refunds_of(sale) if not _is_of_return(sale, one)]
    is_held = sale.charge is not None and charges.is_held(sale.charge)
    parts = [_priced(shop, part_shown(shop, part)) for part in sale.parts.all()]
    rest = booking.rest_of(sale) if sale.goods_fee_minor else None
    return {
        "sale": sale,
        "word": word,
        "colour": colour,
        **_to_pay(sale),
        "why": why_cancelled(sale),
        "parts": parts,
        "is_held": is_held,
        "is_sent": any(part.ships for part in parts),
        "refunds": [
            (one, money(one.amount_minor, one.currency), WORDS[ChargeRefund.State(one.state)])
            for one in refunds
        ],
        "can_cancel": _can_cancel(sale),
        "provider_label": _provider_label(sale),
        "kept_minor": booking.kept_fee(sale),
        "rest": rest,
        "points_back_minor": rest.tenders.points_minor - rest.goods_fee_minor if rest else 0,
        "returned_minor": sum(
            row.total_minor for p in parts for row in p.returns if row.state == Return.State.DONE
        ),
        "shipping_minor": sale.total_minor - sum(x.total_minor for p in parts for x in p.lines)
        if sale.order_id
        else 0,
    }


def refunds_of(sale: Sale) -> "QuerySet[ChargeRefund]":
    """Return what goes back through providers for a sale, of all attempts to pay it."""
    same = ChargeRefund.objects.filter(charge__purpose="sale", charge__reference=sale.number)
    return same.select_related("charge").order_by("created_at")


def _is_of_return(sale: Sale, refund: ChargeRefund) -> bool:
    """Say whether a refund is a part's return's, which the part shows itself."""
    own = refund.key.startswith(f"{sale.number}-") and refund.key != f"{sale.number}-back"
    return own and sale.state != Sale.State.CANCELLED


def _to_pay(sale: Sale) -> dict[str, Any]:
    """Return what the page of an order that waits for its payment needs besides."""
    now, until = timezone.now(), sale.pay_by
    declined = sale.charge is not None and sale.charge.state == Charge.State.FAILED
    can_pay = attempts.can_pay(sale, now)
    return {
        "can_pay": can_pay,
        "pay_until": until,
        "minutes_left": max(0, -(-(until - now) // timedelta(minutes=1))),
        "is_declined": declined and sale.state == Sale.State.PENDING,
        "ways_to_pay": _ways(sale) if can_pay else [],
    }


def _ways(sale: Sale) -> list[providers.Provider]:
    """Return the providers that may collect for a sale, the one that it is with first.

    A payment in person stays with its own: its page and its bill wait for that.
    """
    current = sale.charge.provider if sale.charge is not None else ""
    offered = sorted(providers.offered(), key=lambda one: one.code != current)
    return [one for one in offered if one.code == current] if sale.is_immediate else offered


def _go_on(sale: Sale) -> None:
    """Find out what became of it: ask the provider, or settle the internal part."""
    try:
        if sale.charge is not None and sale.charge.state != Charge.State.CONFIRMED:
            is_open = sale.charge.state == Charge.State.STARTED
            pause = charges.ASK_AGAIN if is_open else charges.ASK_DECLINED
            charges.ask(sale.charge, unless_asked_since=pause)
        else:
            placing.finish(sale)
    except (PayingError, LedgerError):
        return  # it stays pending: the page asks again


def _provider_label(sale: Sale) -> str:
    """Return the name of the sale's provider; its code, where it is not offered any more."""
    if sale.charge is None:
        return _("Payment provider")
    try:
        return providers.named(sale.charge.provider).label
    except providers.UnknownProvider:
        return str(sale.charge.provider)


def _can_cancel(sale: Sale) -> bool:
    if sale.state == Sale.State.PENDING:
        return True
    parts = [part for part in sale.parts.all() if part.state != Part.State.CANCELLED]
    return sale.state == Sale.State.PAID and all(
        part.state == Part.State.WAITING and part.shipped_at is None and not part.returns.all()
        for part in parts
    )


def _priced(shop: Shop, one: PartShown) -> PartShown:
    """Add the price of a point at which a part's points settled, from the journal."""
    if not one.part.purchase_id or not one.part.points_atoms:
        return one
    outcome = shop.ledger.outcome(one.part.purchase_id)
    if outcome is None or outcome.number is None:
        return one
    (entry, *_more) = price_entries(shop.ledger, after=outcome.number - 1, limit=1).entries
    return replace(one, price=int(entry.price.per_point))


def _row(shop: Shop, sale: Sale) -> dict[str, Any]:
    word, colour = state_of(sale)
    parts = [part_shown(shop, part) for part in sale.parts.all()]
    lines = [line for part in parts for line in part.lines]
    return {
        "sale": sale,
        "word": word,
        "colour": colour,
        "parts": parts,
        "lines": lines,
        "more": len(lines) - _SHOWN,
        "address": reverse("sales:detail", args=[sale.number]),
        "pending_atoms": sum(
            int(part.part.estimate_atoms)
            for part in parts
            if part.part.state in {Part.State.WAITING, Part.State.RECEIVED}
        )
        if sale.state == Sale.State.PAID
        else 0,
    }

"""Orders at the desk: what is to be shipped, and how each part was split."""

from dataclasses import dataclass
from typing import Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tongbao.ledger.values import LedgerError
from tongbao.mall.desk.access import at, shown, worker
from tongbao.mall.desk.waiting import parts, to_ship, with_goods
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.people.masking import masked
from tongbao.mall.people.roles import is_operator
from tongbao.mall.sales import cancelling, goods, leftover, receiving
from tongbao.mall.sales.leftover import Slice
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.refusals import NotNow
from tongbao.mall.sales.ways_back import BY_MALL, BY_MERCHANT
from tongbao.mall.services.completing import has_goods
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.pages import paged
from tongbao.mall.shop.troubles import told

TABS: Final = {
    "ship": gettext_lazy("To ship"),
    "shipped": gettext_lazy("On the way"),
    "received": gettext_lazy("Received"),
    "settled": gettext_lazy("Settled"),
    "all": gettext_lazy("All"),
}
# How what was paid is split, in the order in which odd units are given (sales.splitting).
SPLIT: Final = (
    ("to_supplier", gettext_lazy("To the provider of the service")),
    ("to_merchant", gettext_lazy("To the merchant")),
    ("to_reserve", gettext_lazy("To the reserve")),
    ("to_dividends", gettext_lazy("To dividends")),
    ("to_commissions", gettext_lazy("Referral rewards")),
    ("to_platform", gettext_lazy("Platform fee")),
    ("to_provider", gettext_lazy("Payment provider's fee")),
)


class ShipForm(forms.Form):
    """What the shopper may know of a shipment."""

    note = forms.CharField(
        label=gettext_lazy("Carrier and tracking number (shown to the shopper)"),
        max_length=120,
        required=False,
    )


@login_required
@require_GET
def listed(request: HttpRequest, account: str) -> HttpResponse:
    """List the merchant's parts of orders, by where they stand."""
    merchant = at(request, account)
    tab = request.GET.get("tab", "ship")
    tab = tab if tab in TABS else "all"
    page = paged(request, with_goods(_in_tab(merchant, tab)))
    context = {"at": "orders", "tabs": TABS, "tab": tab, "page_obj": page}
    return shown(request, merchant, "desk/orders.html", context)


@login_required
@require_GET
def detail(request: HttpRequest, account: str, part: int) -> HttpResponse:
    """Show a part: what is in it, for whom, how it was paid and split."""
    merchant = at(request, account)
    return _detail(request, merchant, _own(merchant, part), ShipForm())


@login_required
@require_POST
def ship(request: HttpRequest, account: str, part: int) -> HttpResponse:
    """Note that the goods were sent off."""
    merchant = at(request, account)
    row, form = _own(merchant, part), ShipForm(request.POST)
    if not form.is_valid() or not has_goods(row):
        return _detail(request, merchant, row, form, status=400)
    try:
        receiving.ship(row, form.cleaned_data["note"])
        messages.success(request, _("Marked as shipped. The shopper has been notified."))
    except NotNow as error:
        messages.warning(request, str(error))
    return redirect("desk:order", account, part)


@login_required
@require_POST
def cancel(request: HttpRequest, account: str, part: int) -> HttpResponse:
    """Cancel the merchant's part of an order; what was paid for it goes back.

    The merchant pays the goods fee on what was paid in points; the mall only where an operator
    says so.
    """
    merchant = at(request, account)
    row, by = _own(merchant, part), worker(request)
    for_mall = request.POST.get("fee") == BY_MALL and is_operator(by)
    try:
        done = cancelling.cancel_part(row, BY_MALL if for_mall else BY_MERCHANT, by)
    except NotNow as error:
        messages.warning(request, str(error))
    except LedgerError as error:
        messages.warning(request, told(error))
    else:
        if done.state == Part.State.CANCELLED:
            messages.success(request, _("Cancelled. What was paid goes back to the shopper."))
    return redirect("desk:order", account, part)


def split_of(part: Part) -> list[tuple[str, int]]:
    """Return the figures that a settled part was split into, all of them, with their names."""
    return [(str(label), getattr(part, name)) for name, label in SPLIT]


def _in_tab(merchant: Merchant, tab: str) -> QuerySet[Part]:
    mine = parts(merchant)
    if tab == "ship":
        return to_ship(merchant)
    if tab == "shipped":
        return mine.filter(state=Part.State.WAITING, shipped_at__isnull=False)
    if tab in {"received", "settled"}:
        return mine.filter(state=tab)
    return mine


def _own(merchant: Merchant, number: int) -> Part:
    rows = parts(merchant).select_related(
        "merchant", "sale__user", "sale__order__shipping_address__country", "sale__payment__code"
    )
    return get_object_or_404(rows, pk=number)


@dataclass(frozen=True, slots=True)
class BackIfCancelled:
    """What goes back if a part is cancelled now: all that is left, and the fee that is paid for it."""

    tenders: Slice
    goods_fee_minor: int
    others: int  # parts of the same order that go on


def _back_if_cancelled(part: Part) -> BackIfCancelled:
    rest = leftover.left(part)
    others = part.sale.parts.exclude(pk=part.pk).exclude(state=Part.State.CANCELLED).count()
    return BackIfCancelled(rest.tenders, rest.goods_fee_minor, others)


def _detail(
    request: HttpRequest, merchant: Merchant, part: Part, form: ShipForm, *, status: int = 200
) -> HttpResponse:
    is_waiting = part.state == Part.State.WAITING and part.sale.state == Sale.State.PAID
    with_goods = has_goods(part)
    context = {
        "at": "orders",
        "part": part,
        "sale": part.sale,
        "payer": masked(part.sale.user),
        "lines": goods.lines(part, the_shop().currency),
        "form": form,
        "can_ship": is_waiting and with_goods,
        "cancel": _back_if_cancelled(part) if is_waiting and cancelling.is_open(part) else None,
        "is_operator": is_operator(worker(request)),
        "split": split_of(part) if part.state == Part.State.SETTLED else [],
        "returns": Return.objects.filter(part=part, cancelled_by="").order_by("pk"),
        "vouchers": part.vouchers.order_by("pk"),
        "topups": part.topups.order_by("created_at", "unit"),
    }
    return shown(request, merchant, "desk/order.html", context, status=status)

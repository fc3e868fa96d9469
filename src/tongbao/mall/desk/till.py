"""The till at the desk: what comes in, at once; bills for an amount."""

import re
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongbao.mall.desk.access import at, shown, worker
from tongbao.mall.desk.waiting import midnight
from tongbao.mall.instore.codes import codes_of, path_of
from tongbao.mall.instore.models import Bill, PayCode, Payment
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.people.masking import masked
from tongbao.mall.sales import cancelling
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.ways_back import BY_MERCHANT
from tongbao.mall.shop import qr
from tongbao.mall.shop.amounts import MoneyField
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.money import SIGNS

FRESH: Final = timedelta(seconds=45)  # how long what came in is shown large
_SHOWN: Final = 12
_ONCE: Final = re.compile(r"[0-9A-Za-z-]{8,40}")
_UNTIL: Final = {
    "15": gettext_lazy("15 minutes"),
    "60": gettext_lazy("1 hour"),
    "1440": gettext_lazy("1 day"),
    "": gettext_lazy("no time limit"),
}


class BillForm(forms.Form):
    """An amount to ask for."""

    def __init__(self, merchant: Merchant, currency: str, data: Any = None) -> None:  # noqa: ANN401  # of Oscar or Django, without types
        super().__init__(data)
        mine = codes_of(merchant).filter(closed_at=None)
        self.fields["amount"] = MoneyField(currency, label=_("Amount"))
        self.fields["note"] = forms.CharField(
            label=_("Description (shown to the shopper)"), max_length=80, required=False
        )
        self.fields["code"] = forms.ModelChoiceField(
            mine, label=_("Counter or table"), empty_label=None, initial=mine.first()
        )
        self.fields["until"] = forms.ChoiceField(
            label=_("Payable within"), choices=list(_UNTIL.items()), required=False, initial="60"
        )
        self.fields["is_reusable"] = forms.BooleanField(
            label=_("Several people can pay it, each the full amount"), required=False
        )


@login_required
@require_GET
def screen(request: HttpRequest, account: str) -> HttpResponse:
    """Show what comes in, as it comes in."""
    merchant = at(request, account)
    codes = codes_of(merchant).filter(closed_at=None)
    context = {"at": "till", "codes": codes, **_incoming(merchant)}
    return shown(request, merchant, "desk/till.html", context)


@login_required
@require_GET
def feed(request: HttpRequest, account: str) -> HttpResponse:
    """Answer the till's question, each second: nothing where nothing has changed."""
    merchant = at(request, account)
    incoming = _incoming(merchant)
    if request.GET.get("seen") == incoming["mark"]:
        return HttpResponse(status=204)
    return shown(request, merchant, "desk/_incoming.html", incoming)


@login_required
@require_http_methods(["GET", "POST"])
def new_bill(request: HttpRequest, account: str) -> HttpResponse:
    """Ask for an amount: a code of its own for it."""
    merchant, user = at(request, account), worker(request)
    shop = the_shop()
    form = BillForm(merchant, shop.currency, request.POST or None)
    if request.method == "POST" and form.is_valid():
        once = request.POST.get("once", "")
        if not _ONCE.fullmatch(once):
            raise Http404
        minutes = form.cleaned_data["until"]
        made, _new = Bill.objects.get_or_create(
            key=f"{user.pk}-{once}",
            defaults={
                "code": form.cleaned_data["code"],
                "amount_minor": form.cleaned_data["amount"],
                "note": form.cleaned_data["note"],
                "is_reusable": form.cleaned_data["is_reusable"],
                "created_by": user,
                "expires_at": timezone.now() + timedelta(minutes=int(minutes)) if minutes else None,
            },
        )
        return redirect("desk:bill", account, _own_bill(merchant, made.token).token)
    context = {"at": "till", "form": form, "sign": SIGNS.get(shop.currency, shop.currency)}
    return shown(request, merchant, "desk/bill_new.html", context)


@login_required
@require_GET
def bill(request: HttpRequest, account: str, token: str) -> HttpResponse:
    """Show a bill's code to the shopper, and the tick as soon as it is paid."""
    merchant = at(request, account)
    found = _own_bill(merchant, token)
    payments = found.payments.select_related("sale__user").order_by("-pk")
    rows = list(payments[:_SHOWN])
    paid = [one for one in rows if one.sale.state == Sale.State.PAID]
    is_over = found.expires_at is not None and found.expires_at <= timezone.now()
    seen = "-".join(f"{one.pk}{one.sale.state[:2]}" for one in rows)
    seen = f"{seen}-{int(is_over)}{int(found.closed_at is not None)}"
    if getattr(request, "htmx", False) and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = {
        "at": "till",
        "bill": found,
        "seen": seen,
        "paid": [(one, masked(one.sale.user)) for one in paid],
        "is_paid": bool(paid) and not found.is_reusable,
        "is_held": any(one.sale.state == Sale.State.PENDING for one in rows),
        "is_over": is_over,
        "qr": qr.drawn(path_of(found.code, found)),
        "address": qr.address(path_of(found.code, found)),
    }
    template = "desk/_bill.html" if getattr(request, "htmx", False) else "desk/bill.html"
    return shown(request, merchant, template, context)


@login_required
@require_POST
def close_bill(request: HttpRequest, account: str, token: str) -> HttpResponse:
    """Take a bill back, also from somebody who has begun to pay it and has not paid."""
    merchant = at(request, account)
    found = _own_bill(merchant, token)
    for holder in Payment.objects.select_related("sale").filter(holds=found):
        if holder.sale.state == Sale.State.PENDING:
            cancelling.cancel(holder.sale, BY_MERCHANT)
    with transaction.atomic():
        found = Bill.objects.select_for_update().get(pk=found.pk)
        if Payment.objects.filter(holds=found).exists():
            messages.warning(request, _("It has been paid, or its payment is being processed."))
        elif found.closed_at is None:
            found.closed_at = timezone.now()
            found.save(update_fields=["closed_at"])
    return redirect("desk:bill", account, token)


def _own_bill(merchant: Merchant, token: str) -> Bill:
    rows = Bill.objects.select_related("code__merchant").filter(code__merchant=merchant)
    return get_object_or_404(rows, token=token)


def _incoming(merchant: Merchant) -> dict[str, Any]:
    """Return what the till shows, and a mark that changes exactly when that does."""
    since = midnight(the_shop())
    rows = Payment.objects.filter(code__in=PayCode.objects.filter(merchant=merchant))
    rows = rows.filter(sale__created_at__gte=since).select_related("sale__user", "code", "bill")
    payments = list(rows.order_by("-pk")[:_SHOWN])
    fresh = timezone.now() - FRESH
    latest = next((one for one in payments if one.sale.state == Sale.State.PAID), None)
    if latest is not None and (latest.sale.paid_at is None or latest.sale.paid_at < fresh):
        latest = None
    mark = "-".join(
        [str(latest.pk if latest else 0)] + [f"{p.pk}{p.sale.state[:2]}" for p in payments]
    )
    return {
        "rows": [(one, masked(one.sale.user)) for one in payments],
        "latest": latest,
        "payer": masked(latest.sale.user) if latest else "",
        "mark": mark,
    }

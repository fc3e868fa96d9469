"""The shopper's side of paying in person: scan, pay, see at once what became of it."""

import re
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tongbao.ledger.values import LedgerError
from tongbao.mall.instore import till
from tongbao.mall.instore.models import Bill, PayCode, Payment
from tongbao.mall.paying import charges
from tongbao.mall.paying.models import Charge
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, placing
from tongbao.mall.sales.estimates import Estimate, estimate
from tongbao.mall.sales.means import CannotPay, check
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.shown import why_cancelled
from tongbao.mall.sales.tenders import USE, TenderForm
from tongbao.mall.shop.amounts import MoneyField
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.money import SIGNS
from tongbao.mall.shop.pages import paged
from tongbao.mall.shop.troubles import told

_LOOKS: Final = frozenset({USE, "look"})  # buttons that only show the page again
_ONCE: Final = re.compile(r"[0-9A-Za-z-]{8,40}")
CLOSED: Final = {
    till.Closed.CODE: gettext_lazy("This code is no longer in use. Ask for the current one."),
    till.Closed.MERCHANT: gettext_lazy("This merchant is not accepting payments at the moment."),
    till.Closed.BILL: gettext_lazy("The merchant has withdrawn this bill."),
    till.Closed.EXPIRED: gettext_lazy("This bill has expired. Ask for a new one."),
    till.Closed.PAID: gettext_lazy("This bill has already been paid."),
    till.Closed.HELD: gettext_lazy("Someone is paying this bill right now."),
    till.Closed.TRIED: gettext_lazy(
        "You have tried several times without paying. Ask the merchant for a new bill."
    ),
}


class AmountForm(forms.Form):
    """How much is to be paid, typed by the shopper."""

    def __init__(self, currency: str, *args: Any, **options: Any) -> None:  # noqa: ANN401  # of Oscar or Django, without types
        super().__init__(*args, **options)
        self.fields["amount"] = MoneyField(currency, label=_("Amount"))


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Say how one pays in person, find a code that was typed, list what one paid so."""
    typed = request.GET.get("code", "").strip().lower()
    unknown = False
    if typed:
        if PayCode.objects.filter(code=typed).exists():
            return redirect("instore:code", typed)
        unknown = True
    rows = Payment.objects.filter(sale__user=shopper(request)).order_by("-pk")
    page = paged(request, rows.select_related("sale", "code__merchant"))
    context = {"page_obj": page, "typed": typed, "unknown": unknown}
    return render(request, "instore/index.html", context)


@login_required
def at_code(request: HttpRequest, code: str) -> HttpResponse:
    """Pay at a merchant's code: first the amount, then how."""
    found = get_object_or_404(PayCode.objects.select_related("merchant"), code=code)
    return _at(request, found, None)


@login_required
def at_bill(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """Pay what a merchant asks for."""
    rows = Bill.objects.select_related("code__merchant").filter(code__code=code)
    bill = get_object_or_404(rows, token=token)
    return _at(request, bill.code, bill)


@login_required
@require_GET
def payment(request: HttpRequest, number: str) -> HttpResponse:
    """Show what became of a payment; as long as that is open the page asks again."""
    found = own(request, number)
    if found.sale.state == Sale.State.PENDING:
        _look(found.sale)
        found = own(request, number)
    sale = found.sale
    at_provider = sale.charge is not None and sale.charge.state == Charge.State.STARTED
    seen = f"{sale.state}-{int(at_provider)}"
    if _is_seen(request, seen):
        return HttpResponse(status=204)
    context = {
        "seen": seen,
        "payment": found,
        "sale": sale,
        "part": sale.parts.get(),
        "why": why_cancelled(sale),
        "at_provider": at_provider,
    }
    template = (
        "instore/_payment.html" if getattr(request, "htmx", False) else "instore/payment.html"
    )
    return render(request, template, context)


@login_required
@require_POST
def go_on(request: HttpRequest, number: str) -> HttpResponse:
    """Go to the provider's page again."""
    return redirect(_onward(request, own(request, number).sale))


@login_required
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Give a payment up that is not paid yet."""
    sale = own(request, number).sale
    if sale.state == Sale.State.PENDING and not cancelling.cancel(sale, "shopper"):
        messages.warning(
            request, _("This payment is being processed and can no longer be cancelled.")
        )
    return redirect("instore:payment", number)


def shopper(request: HttpRequest) -> User:
    """Return who is logged in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def own(request: HttpRequest, number: str) -> Payment:
    """Return a payment of the shopper's own."""
    rows = Payment.objects.select_related("sale__charge", "code__merchant", "bill")
    return get_object_or_404(rows, sale__number=number, sale__user=shopper(request))


def _at(request: HttpRequest, code: PayCode, bill: Bill | None) -> HttpResponse:
    shop, user = the_shop(), shopper(request)
    if request.method == "POST":
        before = Payment.objects.filter(key=_key(request, user), code=code, bill=bill).first()
        if before is not None:  # sent twice: one payment
            return redirect("instore:payment", before.sale.number)
    closed = till.why_closed(code, bill, user)
    if closed is not None:
        return _shut(request, code, bill, closed)
    data = request.POST if request.method == "POST" else request.GET
    typed = AmountForm(shop.currency, data if bill is None and "amount" in data else None)
    amount = bill.amount_minor if bill is not None else None
    if amount is None and typed.is_valid():
        amount = typed.cleaned_data["amount"]
    context: dict[str, object] = {
        "code": code,
        "bill": bill,
        "typed": typed,
        "amount": amount,
        "sign": SIGNS.get(shop.currency, shop.currency),
    }
    if amount is None:
        return render(request, "instore/amount.html", context)
    chooser = TenderForm(shop, user, amount, data)
    if request.method == "POST" and not _LOOKS & request.POST.keys() and chooser.is_valid():
        wish = till.Wish(_key(request, user), amount, chooser.split, chooser.provider_code)
        answer = _paid(request, shop, code, bill, wish)
        if answer is not None:
            return answer
    context |= {
        "form": chooser,
        "once": request.POST.get("once", ""),
        "estimate": _estimate(shop, user, chooser, code.merchant.margin_bps),
    }
    return render(request, "instore/pay.html", context)


def _paid(
    request: HttpRequest, shop: Shop, code: PayCode, bill: Bill | None, wish: till.Wish
) -> HttpResponse | None:
    """Pay; None where the page is shown again, with a message why."""
    user = shopper(request)
    try:
        check(shop, user, wish.tenders)
        sale = till.pay(shop, user, code, bill, wish)
    except till.NotPayable as error:
        return _shut(request, code, bill, error.why)
    except till.KeyTaken:
        messages.error(request, _("This form has already been sent. Please start again."))
        return redirect(request.path)
    except CannotPay as error:
        messages.error(request, str(error))
        return None
    except LedgerError as error:
        messages.error(request, told(error))
        return None
    return redirect(_onward(request, sale))


def _shut(request: HttpRequest, code: PayCode, bill: Bill | None, why: till.Closed) -> HttpResponse:
    mine = None
    if why in {till.Closed.PAID, till.Closed.HELD}:
        mine = Payment.objects.filter(holds=bill, sale__user=shopper(request)).first()
        if mine is not None:
            return redirect("instore:payment", mine.sale.number)
    context = {"code": code, "words": CLOSED[why], "is_paid": why is till.Closed.PAID}
    return render(request, "instore/closed.html", context, status=410)


def _onward(request: HttpRequest, sale: Sale) -> str:
    """Return where to go on: to the provider's page while it waits for that, or to the result."""
    here = reverse("instore:payment", args=[sale.number])
    charge = sale.charge
    if sale.state != Sale.State.PENDING or charge is None or charge.state != Charge.State.STARTED:
        return here
    try:
        return charges.page(charge, settings.ADDRESS + here)
    except PayingError:
        messages.warning(
            request,
            _("The payment provider is not responding at the moment. Try again in a minute."),
        )
        return here


def _look(sale: Sale) -> None:
    """Find out what became of it: ask the provider, settle the internal part."""
    try:
        if sale.charge is not None and sale.charge.state == Charge.State.STARTED:
            charges.ask(sale.charge, unless_asked_since=charges.ASK_AGAIN)
        else:
            placing.finish(sale)
    except (PayingError, LedgerError):
        return  # it stays pending: the page asks again


def _estimate(shop: Shop, user: User, chooser: TenderForm, margin_bps: int) -> Estimate:
    try:
        return estimate(shop, user, chooser.paid_minor, margin_bps)
    except LedgerError:
        return Estimate()


def _is_seen(request: HttpRequest, seen: str) -> bool:
    """Say whether htmx asks and nothing has changed: then the page is left alone."""
    return bool(getattr(request, "htmx", False)) and request.GET.get("seen") == seen


def _key(request: HttpRequest, user: User) -> str:
    once = request.POST.get("once", "")
    if not _ONCE.fullmatch(once):
        raise Http404
    return f"{user.pk}-{once}"

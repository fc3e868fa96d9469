"""The sandbox provider's pay page: it stands for another company's, with buttons for what may happen."""

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from tongbao.mall.paying import bank
from tongbao.mall.paying.models import Charge, SandboxPayment

DELAYS: Final = (5, 30, 120)
"""Seconds that «pay later» may take."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def pay(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Show the sandbox's pay page of a charge, and do there what its button says."""
    if not settings.SANDBOX:
        raise Http404
    charge = get_object_or_404(Charge, pk=charge_id, user=request.user, provider="sandbox")
    payment = get_object_or_404(SandboxPayment, charge=charge.pk)
    if request.method != "POST":
        context = {"charge": charge, "payment": payment, "delays": DELAYS}
        return render(request, "paying/sandbox.html", context)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        return HttpResponseBadRequest("unknown act", content_type="text/plain")
    act(request, payment)
    bank.deliver_due()
    return redirect(payment.return_url)


def _pay(_request: HttpRequest, payment: SandboxPayment) -> None:
    bank.pay(payment.charge)


def _fail(_request: HttpRequest, payment: SandboxPayment) -> None:
    bank.fail(payment.charge)


def _later(request: HttpRequest, payment: SandboxPayment) -> None:
    given = request.POST.get("delay", "")
    seconds = int(given) if given in {str(delay) for delay in DELAYS} else DELAYS[0]
    bank.pay(payment.charge, after=timedelta(seconds=seconds))
    timer = threading.Timer(seconds + 0.5, _deliver_later)
    timer.daemon = True
    timer.start()


def _twice(_request: HttpRequest, payment: SandboxPayment) -> None:
    paid = bank.pay(payment.charge)
    bank.message(paid)


def _again(_request: HttpRequest, payment: SandboxPayment) -> None:
    paid = bank.pay(payment.charge)
    bank.message(paid, event=bank.other_event())


def _lost(_request: HttpRequest, payment: SandboxPayment) -> None:
    bank.pay(payment.charge, callback=False)


def _forged(_request: HttpRequest, payment: SandboxPayment) -> None:
    # Nobody has paid: a stranger only says so.
    payment.state = SandboxPayment.State.PAID
    payment.paid_minor, payment.paid_currency = payment.amount_minor, payment.currency
    bank.message(payment, forged=True)


def _too_little(_request: HttpRequest, payment: SandboxPayment) -> None:
    bank.pay(payment.charge, amount_minor=payment.amount_minor - 1)


def _foreign(_request: HttpRequest, payment: SandboxPayment) -> None:
    bank.pay(payment.charge, currency="XTS")


def _then_fine(_request: HttpRequest, payment: SandboxPayment) -> None:
    bank.fail(payment.charge)
    bank.deliver_due()
    bank.pay(payment.charge)


def _down(_request: HttpRequest, _payment: SandboxPayment) -> None:
    for call in ("query", "refund"):
        bank.outage(call, times=3)


def _refuse(_request: HttpRequest, _payment: SandboxPayment) -> None:
    bank.outage("refund", answer="failed")


_ACTS: Final[Mapping[str, Callable[[HttpRequest, SandboxPayment], None]]] = {
    "pay": _pay,
    "fail": _fail,
    "later": _later,
    "twice": _twice,
    "again": _again,
    "lost": _lost,
    "forged": _forged,
    "too_little": _too_little,
    "foreign": _foreign,
    "then_fine": _then_fine,
    "down": _down,
    "refuse": _refuse,
}


def _deliver_later() -> None:
    try:
        bank.deliver_due()
    finally:
        connections.close_all()

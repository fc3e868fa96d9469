"""Paying an order at a provider: as often as it takes, until its time is up.

A declined card ends no order. Each try is a charge of its own; the order points to the one by which
it is to be paid now (`Sale.charge`), and whichever is confirmed first pays it, an earlier one too.
What is paid besides goes back (`charges.take`).
"""

from contextlib import suppress
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from tongbao.mall.paying import charges, providers
from tongbao.mall.paying.models import Charge
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.sales import states
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.refusals import NotNow, Why

MOST: Final = 20
"""So many times an order may be tried to pay."""


def can_pay(sale: Sale, now: datetime) -> bool:
    """Say whether a sale waits for a provider's money that the shopper may still send."""
    charge = sale.charge
    if sale.state != Sale.State.PENDING or charge is None or charges.is_held(charge):
        return False
    if charge.state == Charge.State.STARTED:
        return True
    return (
        charge.state == Charge.State.FAILED
        and not sale.is_immediate
        and now < sale.pay_by
        and charge.attempt < MOST
    )


def begin(sale: Sale, provider: str) -> Charge:
    """Return the charge by which a sale is paid at a provider now: the open one, or a new attempt.

    Not inside a transaction; `charges.page` has its address. In two tabs at once it is one attempt.

    Raises:
        NotNow: it is paid, its time is up, or it was tried too often.
        UnknownProvider: nobody offers that provider.
    """
    known = providers.named(provider)
    before = sale.charge
    if before is not None and (before.provider, before.state) != (provider, Charge.State.STARTED):
        with suppress(PayingError):  # then we do not know: what is paid twice goes back
            charges.ask(before)
    with transaction.atomic(durable=True):
        row = states.locked(sale.pk)
        charge = row.charge
        if row.state != Sale.State.PENDING or charge is None or _is_paid(charge):
            raise NotNow(Why.NOTHING_TO_PAY)
        if charge.state == Charge.State.STARTED and charge.provider == provider:
            return charge
        if row.is_immediate or timezone.now() >= row.pay_by:
            raise NotNow(Why.PAY_TIME_UP)
        if charge.attempt >= MOST:
            raise NotNow(Why.TOO_MANY_ATTEMPTS)
        row.charge = charges.retry(charge, known)
        row.save(update_fields=["charge"])
    return row.charge


def _is_paid(charge: Charge) -> bool:
    """Say whether a provider holds money for it, in whichever amount."""
    return charge.state == Charge.State.CONFIRMED or charges.is_held(charge)

"""The sandbox provider's own side: what a payer does there, and what it then tells the mall.

It stands for another company. Pages and tests work its knobs: paid, failed, later, with a lost, a
doubled, a forged or a wrong callback, with refunds that fail, and with outages. A callback is
delivered by really calling the mall's own view at the address that it gave, in this thread and
outside of transactions: so it needs no second server, and SQLite's one writer is never waited for
by whoever holds it.
"""

import logging
import sys
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.urls import resolve
from django.utils import timezone

from tongbao.mall.paying.models import SandboxMessage, SandboxOutage, SandboxPayment
from tongbao.mall.paying.providers import Notification, RefundState
from tongbao.mall.paying.sandbox import SIGNATURE, reference, signature, told, written

_LOG: Final = logging.getLogger("tongbao.mall.paying")
AT_ONCE: Final = timedelta()


def pay(
    charge: UUID,
    *,
    after: timedelta = AT_ONCE,
    amount_minor: int | None = None,
    currency: str = "",
    callback: bool = True,
) -> SandboxPayment:
    """Let a payment be paid, now or after a while; write down the callback, unless it gets lost.

    With ``amount_minor`` or ``currency`` something else is paid than was asked. What was decided
    before stays so; failing comes before paying, as when a second card works.
    """
    with transaction.atomic():
        payment = SandboxPayment.objects.select_for_update().get(charge=charge)
        if payment.state != SandboxPayment.State.PAID:
            payment.state = SandboxPayment.State.PAID
            payment.paid_minor = payment.amount_minor if amount_minor is None else amount_minor
            payment.paid_currency = currency or payment.currency
            payment.at = timezone.now() + after
            payment.save()
            if callback:
                message(payment, due_at=payment.at)
    return payment


def fail(charge: UUID, *, after: timedelta = AT_ONCE, callback: bool = True) -> SandboxPayment:
    """Let a payment fail, now or after a while."""
    with transaction.atomic():
        payment = SandboxPayment.objects.select_for_update().get(charge=charge)
        if payment.state == SandboxPayment.State.OPEN:
            payment.state = SandboxPayment.State.FAILED
            payment.paid_currency = payment.currency
            payment.at = timezone.now() + after
            payment.save()
            if callback:
                message(payment, due_at=payment.at)
    return payment


def message(
    payment: SandboxPayment,
    *,
    event: str = "",
    due_at: datetime | None = None,
    forged: bool = False,
) -> SandboxMessage:
    """Write down a callback that tells of a decided payment, as of the moment when it is due.

    ``event`` gives it another name than it had before; ``forged`` another signature than ours.
    """
    due_at = due_at or timezone.now()
    known = told(payment)
    state = "confirmed" if payment.state == SandboxPayment.State.PAID else "failed"
    body = written(
        Notification(
            event=event or known.event,
            charge_id=payment.charge,
            state=type(known.state)(state),
            amount_minor=payment.paid_minor,
            currency=payment.paid_currency,
            provider_ref=reference(payment),
        )
    )
    return SandboxMessage.objects.create(
        payment=payment,
        event=event or known.event,
        body=body.decode(),
        signature="0" * 64 if forged else signature(body),
        due_at=due_at,
    )


def other_event() -> str:
    """Return a name that no event has."""
    return f"again-{uuid4()}"


def deliver(sent: SandboxMessage) -> int:
    """Call the mall's callback address with a message; return the status that it answers."""
    address = urlsplit(sent.payment.notify_url)
    body = sent.body.encode()
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": address.path,
            "SERVER_NAME": address.hostname or "localhost",
            "SERVER_PORT": str(address.port or 80),
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            f"HTTP_{SIGNATURE.upper().replace('-', '_')}": sent.signature,
            "wsgi.url_scheme": address.scheme,
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
        }
    )
    match = resolve(address.path)
    try:
        status = match.func(request, *match.args, **match.kwargs).status_code
    except Exception:  # noqa: BLE001  # as a server answers what breaks
        _LOG.exception("callback_broke")
        status = 500
    SandboxMessage.objects.filter(pk=sent.pk).update(sent_at=timezone.now(), status=status)
    return int(status)


def deliver_due() -> list[int]:
    """Deliver what is due and was not sent; return the statuses that the mall answered."""
    due = SandboxMessage.objects.filter(sent_at=None, due_at__lte=timezone.now())
    return [deliver(one) for one in due.select_related("payment").order_by("due_at", "pk")]


def outage(call: str, times: int = 1, answer: str = "down") -> None:
    """Be down for the next calls of that kind: start, query or refund.

    Of refunds the answer may also be one of `RefundState`: pending, failed.
    """
    if answer != "down":
        RefundState(answer)
    SandboxOutage.objects.update_or_create(call=call, defaults={"left": times, "answer": answer})

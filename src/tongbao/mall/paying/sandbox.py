"""The sandbox provider: a payment provider that moves no money and does whatever it is told to.

Its side of the wire is `tongbao.mall.paying.bank`; here is the mall's. Callbacks are JSON, signed
by HMAC-SHA256 over the body with a key derived from settings.SECRET_KEY.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from tongbao.mall.paying.models import (
    Charge,
    ChargeRefund,
    SandboxOutage,
    SandboxPayment,
    SandboxRefund,
)
from tongbao.mall.paying.providers import (
    BadSignature,
    Notification,
    Paid,
    ProviderDown,
    RefundState,
    Started,
)

SIGNATURE: Final = "X-Sandbox-Signature"
_SALT: Final = "tongbao.mall.paying.sandbox"
_OPEN_FOR: Final = timedelta(days=1)
_LONGEST: Final = 10_000  # bytes
_FIELDS: Final = frozenset({"event", "charge", "state", "amount_minor", "currency", "ref"})


class Sandbox:
    """The provider, as `providers.Provider` asks for it."""

    code = "sandbox"

    @property
    def label(self) -> str:
        """Its name for shoppers."""
        return _("Sandbox (moves no money)")

    def start(self, charge: Charge, return_url: str, notify_url: str) -> Started:
        """Open the payment, or find it open."""
        _answer_unless_down("start")
        payment, _new = SandboxPayment.objects.get_or_create(
            charge=charge.pk,
            defaults={
                "amount_minor": charge.amount_minor,
                "currency": charge.currency,
                "return_url": return_url,
                "notify_url": notify_url,
            },
        )
        address = settings.ADDRESS + reverse("paying:sandbox", args=[charge.pk])
        return Started(address, reference(payment))

    def confirm(self, headers: Mapping[str, str], body: bytes) -> Notification:
        """Read a callback of the sandbox's."""
        given = headers.get(SIGNATURE, "")
        if len(body) > _LONGEST or not constant_time_compare(given, signature(body)):
            raise BadSignature("The signature is not the sandbox's.")
        return _read(body)

    def query(self, charge: Charge) -> Notification | None:
        """Tell how the payment stands at this moment."""
        _answer_unless_down("query")
        payment = SandboxPayment.objects.filter(charge=charge.pk).first()
        return None if payment is None else told(payment)

    def refund(self, charge: Charge, refund: ChargeRefund) -> RefundState:
        """Send money back, once for each refund's id and never more than was paid."""
        answer = _answer_unless_down("refund")
        if answer is not None:
            return answer
        with transaction.atomic():
            payment = (
                SandboxPayment.objects.select_for_update()
                .filter(charge=charge.pk, state=SandboxPayment.State.PAID)
                .first()
            )
            if payment is None:
                return RefundState.FAILED
            if refund.currency != payment.paid_currency:
                return RefundState.FAILED
            before = payment.refunds.filter(refund=refund.pk).first()
            if before is not None:
                same = before.amount_minor == refund.amount_minor
                return RefundState.DONE if same else RefundState.FAILED
            gone = payment.refunds.aggregate(sum=Sum("amount_minor", default=0))["sum"]
            if gone + refund.amount_minor > payment.paid_minor:
                return RefundState.FAILED
            try:
                with transaction.atomic():
                    SandboxRefund.objects.create(
                        payment=payment, refund=refund.pk, amount_minor=refund.amount_minor
                    )
            except IntegrityError:  # the id was used for another payment
                return RefundState.FAILED
        return RefundState.DONE


def signature(body: bytes) -> str:
    """Return the sandbox's signature of a body."""
    return salted_hmac(_SALT, body, algorithm="sha256").hexdigest()


def reference(payment: SandboxPayment) -> str:
    """Return the sandbox's own name for a payment."""
    return f"sandbox-{payment.pk}"


def told(payment: SandboxPayment) -> Notification:
    """Return what the sandbox says of a payment at this moment."""
    now = timezone.now()
    decided = payment.at is not None and payment.at <= now
    if payment.state == SandboxPayment.State.OPEN and now - payment.created_at > _OPEN_FOR:
        return Notification(
            event=f"{payment.charge}-expired",
            charge_id=payment.charge,
            state=Paid.FAILED,
            amount_minor=0,
            currency=payment.currency,
            provider_ref=reference(payment),
        )
    state = {
        SandboxPayment.State.OPEN: Paid.OPEN,
        SandboxPayment.State.PAID: Paid.CONFIRMED,
        SandboxPayment.State.FAILED: Paid.FAILED,
    }[SandboxPayment.State(payment.state)]
    return Notification(
        event=f"{payment.charge}-{payment.state}",
        charge_id=payment.charge,
        state=state if decided else Paid.OPEN,
        amount_minor=payment.paid_minor,
        currency=payment.paid_currency,
        provider_ref=reference(payment),
    )


def written(notification: Notification) -> bytes:
    """Return a notification as the body of a callback."""
    fields = {
        "event": notification.event,
        "charge": str(notification.charge_id),
        "state": str(notification.state),
        "amount_minor": notification.amount_minor,
        "currency": notification.currency,
        "ref": notification.provider_ref,
    }
    return json.dumps(fields, sort_keys=True).encode()


def _read(body: bytes) -> Notification:
    try:
        fields = json.loads(body)
        if set(fields) != _FIELDS or type(fields["amount_minor"]) is not int:
            raise BadSignature("That is no message of the sandbox's.")
        return Notification(
            event=fields["event"],
            charge_id=UUID(fields["charge"]),
            state=Paid(fields["state"]),
            amount_minor=fields["amount_minor"],
            currency=fields["currency"],
            provider_ref=fields["ref"],
        )
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadSignature("That is no message of the sandbox's.") from error


def _answer_unless_down(call: str) -> RefundState | None:
    """Use up one of the outages that were ordered for that call (see `bank.outage`)."""
    with transaction.atomic():
        outage = SandboxOutage.objects.select_for_update().filter(call=call, left__gt=0).first()
        if outage is None:
            return None
        outage.left -= 1
        outage.save(update_fields=["left"])
    if outage.answer == "down":
        raise ProviderDown("The sandbox is down, as it was told to be.")
    return RefundState(outage.answer)

"""Money asked of a payment provider, and money sent back."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Charge(models.Model):
    """Money that a provider collects from somebody for something in the mall.

    ``purpose`` and ``reference`` say for what; whoever handles that purpose is told when the
    charge is decided. What a declined charge was for may be paid by another: each ``attempt`` is a
    charge of its own, and at most one of them is open or confirmed. ``id`` is random: it stands in
    addresses. ``trouble`` is set where what the provider said does not fit, for the operator to
    look at with the provider.
    """

    class Trouble(models.TextChoices):
        """What does not fit."""

        MISMATCH = "mismatch"  # another amount or currency was paid: it counts as not paid
        LATE = "late"  # paid when nothing waited for it any more: all of it goes back
        TAKEN_BACK = "taken_back"  # said to have failed after it was confirmed: it still counts

    class State(models.TextChoices):
        """What became of it; `CONFIRMED` never changes again.

        A failed one is confirmed after all only where what it was for still waits for its money.
        """

        STARTED = "started"
        CONFIRMED = "confirmed"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=32)
    purpose = models.CharField(max_length=16)
    reference = models.CharField(max_length=128)
    attempt = models.PositiveSmallIntegerField(default=1)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=State, default=State.STARTED)
    provider_ref = models.CharField(max_length=128, blank=True)
    address = models.CharField(max_length=500, blank=True)  # of the provider's pay page
    trouble = models.CharField(max_length=12, choices=Trouble, blank=True)
    told_minor = models.PositiveBigIntegerField(null=True, blank=True)  # in that trouble's message
    told_currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # when the provider was last queried
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "reference", "attempt"], name="one_charge_an_attempt"
            ),
            models.UniqueConstraint(
                fields=["purpose", "reference"],
                condition=models.Q(state__in=["started", "confirmed"]),
                name="one_live_charge",
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="charge_positive"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], condition=models.Q(state="started"), name="charge_open"
            )
        ]


class ChargeRefund(models.Model):
    """Money of a charge that goes back to whoever paid; ``key`` names why, once.

    Written in the transaction that decides it; the provider is asked afterwards, as often as
    needed, always under the same id.
    """

    class State(models.TextChoices):
        """What became of it."""

        WANTED = "wanted"
        DONE = "done"
        FAILED = "failed"  # refused by the provider: somebody has to decide, see `refused`
        WALLET = "wallet"  # goes into the payer's wallet instead
        OUTSIDE = "outside"  # settled by hand, as ``reference`` says; ``decided_by`` says so

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=128, unique=True)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)  # the charge's, or what was paid instead of it
    state = models.CharField(max_length=12, choices=State, default=State.WANTED)
    tries = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=~models.Q(state="outside")
                | (
                    ~models.Q(reference="")
                    & models.Q(decided_by__isnull=False, done_at__isnull=False)
                ),
                name="refund_outside_is_signed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], condition=models.Q(state="wanted"), name="refund_wanted"
            )
        ]


class Callback(models.Model):
    """A provider's signed message that was taken; the same event never counts twice."""

    provider = models.CharField(max_length=32)
    event = models.CharField(max_length=128)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="callbacks")
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event"], name="one_callback")
        ]


class SandboxPayment(models.Model):
    """The sandbox provider's own book: what it was asked to collect, and what became of it.

    It stands for another company's database: the mall itself never looks into it. Something that
    is ``decided`` for a later moment (``at``) is not yet so before it.
    """

    class State(models.TextChoices):
        """What the payer did."""

        OPEN = "open"
        PAID = "paid"
        FAILED = "failed"

    charge = models.UUIDField(unique=True)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    return_url = models.CharField(max_length=500)
    notify_url = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    paid_minor = models.PositiveBigIntegerField(default=0)
    paid_currency = models.CharField(max_length=3, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class SandboxMessage(models.Model):
    """A callback that the sandbox provider sends when its moment has come."""

    payment = models.ForeignKey(SandboxPayment, on_delete=models.CASCADE, related_name="messages")
    event = models.CharField(max_length=128)
    body = models.TextField()
    signature = models.CharField(max_length=128)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True)  # what the mall answered


class SandboxRefund(models.Model):
    """Money that the sandbox provider sent back, once for each id that it was asked under."""

    payment = models.ForeignKey(SandboxPayment, on_delete=models.CASCADE, related_name="refunds")
    refund = models.UUIDField(unique=True)
    amount_minor = models.PositiveBigIntegerField()


class SandboxOutage(models.Model):
    """That the sandbox provider is down for the next so many calls of one kind."""

    call = models.CharField(max_length=12, unique=True)  # start, query, refund
    left = models.PositiveIntegerField(default=0)
    answer = models.CharField(max_length=12, default="down")  # of refunds also: pending, failed

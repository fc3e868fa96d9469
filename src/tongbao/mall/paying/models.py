"""Money asked of a payment provider, and money sent back."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Charge(models.Model):
    """Money that a provider collects from somebody for something in the mall.

    ``purpose`` and ``reference`` say for what; whoever handles that purpose is told when the
    charge is decided. ``id`` is random: it stands in addresses.
    """

    class State(models.TextChoices):
        """What became of it; `CONFIRMED` and `FAILED` never change again."""

        STARTED = "started"
        CONFIRMED = "confirmed"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=32)
    purpose = models.CharField(max_length=16)
    reference = models.CharField(max_length=128)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=State, default=State.STARTED)
    provider_ref = models.CharField(max_length=128, blank=True)
    address = models.CharField(max_length=500, blank=True)  # of the provider's pay page
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["purpose", "reference"], name="one_charge_each"),
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
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=128, unique=True)
    amount_minor = models.PositiveBigIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.WANTED)
    tries = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_positive")
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

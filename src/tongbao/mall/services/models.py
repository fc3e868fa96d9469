"""What is sold and not shipped: vouchers that a merchant takes once, top-ups of somebody's account.

Both belong to a line of an order and to that merchant's part of the sale. Amounts are whole minor
units of the program's currency.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from tongbao.mall.sales.models import OrderLine, Part, Return


class Voucher(models.Model):
    """One unit of a service, had against its code.

    ``worth_minor`` is what was paid for it and goes back if it is never used. From `RETURNING` on
    it cannot be used; ``payback`` is the return that carries its money.
    """

    class State(models.TextChoices):
        """Where it stands."""

        ISSUED = "issued"
        USED = "used"
        RETURNING = "returning"  # given back or expired; the money is not yet on its way
        RETURNED = "returned"

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="vouchers")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    unit = models.PositiveIntegerField()  # of the line's quantity, from 1
    code = models.CharField(max_length=16, unique=True)
    title = models.CharField(max_length=255)
    worth_minor = models.PositiveBigIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.ISSUED)
    why = models.CharField(max_length=16, blank=True)  # it goes back: asked, expired, returned
    issued_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # used, given back or expired
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    payback = models.ForeignKey(
        Return, null=True, blank=True, on_delete=models.PROTECT, related_name="vouchers"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "unit"], name="one_voucher_each")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"], condition=models.Q(state="issued"), name="voucher_unused"
            ),
            models.Index(
                fields=["part"], condition=models.Q(state="returning"), name="voucher_going_back"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown(self) -> str:
        """The code in groups of four, in capitals, as people read it."""
        return "-".join(self.code[i : i + 4] for i in range(0, len(self.code), 4)).upper()


class Topup(models.Model):
    """An amount that a provider puts on somebody's account: a phone, a fuel card, a meter.

    ``id`` is what the provider is asked under, as often as needed; the provider does it once.
    """

    class Kind(models.TextChoices):
        """What is topped up; it says how a target looks."""

        PHONE = "phone"
        FUEL = "fuel"
        UTILITY = "utility"

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"  # to be handed to the provider
        SENT = "sent"  # the provider has it, or may have it, and has not decided
        DONE = "done"
        FAILED = "failed"  # the money is not yet on its way back
        RETURNED = "returned"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="topups")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    unit = models.PositiveIntegerField()  # of the line's quantity, from 1
    title = models.CharField(max_length=255)
    kind = models.CharField(max_length=12, choices=Kind)
    target = models.CharField(max_length=32)
    face_minor = models.PositiveBigIntegerField()  # what is put on the account
    worth_minor = models.PositiveBigIntegerField()  # what was paid for it
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    why = models.CharField(max_length=32, blank=True)  # it failed: target, refused, unavailable
    provider = models.CharField(max_length=32, blank=True)
    provider_ref = models.CharField(max_length=128, blank=True)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)  # when to go on with it
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    payback = models.ForeignKey(
        Return, null=True, blank=True, on_delete=models.PROTECT, related_name="topups"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "unit"], name="one_topup_each")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "sent"]),
                name="topup_open",
            ),
            models.Index(
                fields=["part"], condition=models.Q(state="failed"), name="topup_going_back"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Handover(models.Model):
    """That a part's goods were received, while something else of it is still to come."""

    part = models.OneToOneField(Part, on_delete=models.PROTECT, related_name="handover")
    at = models.DateTimeField(auto_now_add=True)


class SandboxTopup(models.Model):
    """What the sandbox provider remembers: one row for each id, however often it is asked."""

    id = models.UUIDField(primary_key=True)
    target = models.CharField(max_length=32)
    amount_minor = models.PositiveBigIntegerField()
    queries = models.PositiveIntegerField(default=0)

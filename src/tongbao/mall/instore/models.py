"""Paying in person: a merchant's codes, the amounts it asks for, what came in through them."""

import secrets
from typing import ClassVar, Final

from django.conf import settings
from django.db import models

from tongbao.mall.merchants.models import Merchant
from tongbao.mall.sales.models import Sale

_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks like another


def fresh_code() -> str:
    """Return a new name for a code's address."""
    return "".join(secrets.choice(_LETTERS) for _ in range(10))


def fresh_token() -> str:
    """Return a new name for a bill's address; nobody finds it by trying."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


class PayCode(models.Model):
    """A merchant's standing QR code, at a counter or on a table; it lasts until it is closed."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=16, unique=True, default=fresh_code)
    label = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["merchant", "-id"], name="code_of_merchant")]

    def __str__(self) -> str:
        return self.label


class Bill(models.Model):
    """An amount that a merchant asks for, under an address of its own.

    One that is no `is_reusable` is paid at most once, by whoever is first.
    """

    code = models.ForeignKey(PayCode, on_delete=models.PROTECT, related_name="bills")
    token = models.CharField(max_length=24, unique=True, default=fresh_token)
    amount_minor = models.PositiveBigIntegerField()
    note = models.CharField(max_length=80, blank=True)
    is_reusable = models.BooleanField(default=False)
    key = models.CharField(max_length=64, unique=True)  # of the form that made it
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="bill_positive")
        ]
        indexes: ClassVar = [models.Index(fields=["code", "-id"], name="bill_of_code")]

    def __str__(self) -> str:
        return self.note or self.token


class Payment(models.Model):
    """A sale in person: through which code, for which bill.

    ``holds`` is the bill while this payment has it for itself: from the beginning until the sale
    is cancelled, where the bill is paid once.
    """

    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, related_name="payment")
    code = models.ForeignKey(PayCode, on_delete=models.PROTECT, related_name="payments")
    bill = models.ForeignKey(
        Bill, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    holds = models.OneToOneField(
        Bill, null=True, blank=True, on_delete=models.PROTECT, related_name="held_by"
    )
    key = models.CharField(max_length=64, unique=True)  # of the form that was sent

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "-id"], name="payment_of_code")]

    def __str__(self) -> str:
        return self.sale.number

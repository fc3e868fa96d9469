"""A merchant's standing codes: made, renewed, closed; where each leads to."""

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from tongbao.mall.instore.models import Bill, PayCode
from tongbao.mall.merchants.models import Merchant


def codes_of(merchant: Merchant) -> QuerySet[PayCode]:
    """Return a merchant's codes: the oldest first."""
    found = PayCode.objects.filter(merchant=merchant).select_related("merchant")
    return found.order_by("pk")


def path_of(code: PayCode, bill: Bill | None = None) -> str:
    """Return the path of the pay page that a code, or a bill at it, leads to."""
    if bill is None:
        return reverse("instore:code", args=[code.code])
    return reverse("instore:bill", args=[code.code, bill.token])


def make(merchant: Merchant, label: str) -> PayCode:
    """Make a new code."""
    return PayCode.objects.create(merchant=merchant, label=label)


def close(code: PayCode) -> None:
    """Close a code for good; what is being paid through it is not touched."""
    PayCode.objects.filter(pk=code.pk, closed_at=None).update(closed_at=timezone.now())


def renew(code: PayCode) -> PayCode:
    """Close a code and make another one in its place; a closed one is left alone.

    Use it when somebody has put a sticker of their own over it.
    """
    with transaction.atomic():
        locked = PayCode.objects.select_for_update().get(pk=code.pk)
        if locked.closed_at is not None:
            return locked
        locked.closed_at = timezone.now()
        locked.save(update_fields=["closed_at"])
        return PayCode.objects.create(merchant_id=locked.merchant_id, label=locked.label)

"""When a part of a sale counts as received: everything in it has been had.

Goods were handed over, vouchers used or paid back, top-ups done or paid back.
"""

from typing import Any, Final

from django.db.models import QuerySet

from tongbao.mall.sales import goods, receiving
from tongbao.mall.sales.models import OrderLine, Part, Sale
from tongbao.mall.services import kinds
from tongbao.mall.services.models import Handover, Topup, Voucher

VOUCHER_OPEN: Final = (Voucher.State.ISSUED, Voucher.State.RETURNING)
TOPUP_OPEN: Final = (Topup.State.WAITING, Topup.State.SENT, Topup.State.FAILED)


def lines_of(part: Part) -> "QuerySet[Any]":
    """Return the order lines that are in a part: its merchant's."""
    lines = OrderLine.objects.filter(
        goods.of_kind(part.kind), order=part.sale.order_id, partner=part.merchant.partner_id
    ).select_related("face_line")
    found: QuerySet[Any] = lines.select_related("product__product_class").order_by("pk")
    return found


def has_goods(part: Part) -> bool:
    """Say whether something in a part is to be shipped."""
    return any(kinds.kind_of(line.product) == kinds.GOODS for line in lines_of(part))


def note_goods(part: Part) -> None:
    """Note that a part's goods were handed over, if it has any."""
    if has_goods(part):
        Handover.objects.get_or_create(part=part)


def complete(part: Part) -> bool:
    """Mark a part as received if it waits for nothing more; return whether this did it."""
    fresh = Part.objects.select_related("sale", "merchant").get(pk=part.pk)
    if fresh.state != Part.State.WAITING or fresh.sale.state != Sale.State.PAID or is_open(fresh):
        return False
    if has_goods(fresh) and not Handover.objects.filter(part=fresh).exists():
        return False
    receiving.receive(fresh)
    return True


def is_open(part: Part) -> bool:
    """Say whether a voucher or a top-up of a part is neither had nor paid back."""
    return (
        Voucher.objects.filter(part=part, state__in=VOUCHER_OPEN).exists()
        or Topup.objects.filter(part=part, state__in=TOPUP_OPEN).exists()
    )

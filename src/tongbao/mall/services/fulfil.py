"""What a paid order brings besides goods, and when a part of it counts as received.

A part is received when everything in it has been had: goods handed over, vouchers used or given
back, top-ups done or paid back. The hooks run in the transaction of what happened.
"""

import logging
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tongbao.mall.sales import receiving
from tongbao.mall.sales.models import OrderLine, Part, Return, Sale
from tongbao.mall.sales.splitting import allocate
from tongbao.mall.services import kinds, topups, vouchers
from tongbao.mall.services.models import Handover, Topup, Voucher
from tongbao.mall.shop.models import the_shop

_log = logging.getLogger(__name__)
_VOUCHER_OPEN: Final = (Voucher.State.ISSUED, Voucher.State.RETURNING)
_TOPUP_OPEN: Final = (Topup.State.WAITING, Topup.State.SENT, Topup.State.FAILED)


def on_paid(sale: Sale) -> None:
    """Issue the vouchers and write down the top-ups of a sale that was paid."""
    if sale.order is None:
        return
    now = timezone.now()
    local = now.astimezone(the_shop().zone)
    for part in sale.parts.select_related("merchant"):
        for line in lines_of(part):
            kind = kinds.kind_of(line.product)
            if kind == kinds.GOODS:
                continue
            whole = kinds.minor(line.line_price_incl_tax, sale.order.currency)
            worths = allocate(whole, [1] * line.quantity)
            if kind == kinds.VOUCHER:
                vouchers.issue(part, line, worths, local)
            else:
                topups.open_topups(part, line, worths, now)
    if Topup.objects.filter(part__sale=sale).exists():
        transaction.on_commit(partial(_begin, sale.pk), robust=True)


def on_cancelled(sale: Sale) -> None:
    """Let nothing of a cancelled sale be had any more: its money goes back as a whole."""
    now = timezone.now()
    Voucher.objects.filter(part__sale=sale, state__in=_VOUCHER_OPEN).update(
        state=Voucher.State.RETURNED, why="cancelled", ended_at=now
    )
    Topup.objects.filter(part__sale=sale, state=Topup.State.WAITING).update(
        state=Topup.State.RETURNED, why="cancelled", decided_at=now, next_at=None
    )


def lines_of(part: Part) -> "QuerySet[Any]":
    """Return the order lines that are in a part: its merchant's."""
    lines = OrderLine.objects.filter(order=part.sale.order_id, partner=part.merchant.partner_id)
    found: QuerySet[Any] = lines.select_related("product__product_class").order_by("pk")
    return found


def has_goods(part: Part) -> bool:
    """Say whether something in a part is to be shipped."""
    return any(kinds.kind_of(line.product) == kinds.GOODS for line in lines_of(part))


def may_be_received(part: Part) -> bool:
    """Say whether a part whose goods are handed over is received with that.

    If vouchers or top-ups of it are still open, it is not: that the goods are there is noted, and
    the last of the others completes it.
    """
    if not _is_open(part):
        return True
    if has_goods(part):
        Handover.objects.get_or_create(part=part)
    return False


def complete(part: Part) -> bool:
    """Mark a part as received if that was the last thing it waited for; return whether it was."""
    fresh = Part.objects.select_related("sale", "merchant").get(pk=part.pk)
    if fresh.state != Part.State.WAITING or fresh.sale.state != Sale.State.PAID or _is_open(fresh):
        return False
    if has_goods(fresh) and not Handover.objects.filter(part=fresh).exists():
        return False
    receiving.receive(fresh)
    return True


def _is_open(part: Part) -> bool:
    return (
        part.vouchers.filter(state__in=_VOUCHER_OPEN).exists()
        or part.topups.filter(state__in=_TOPUP_OPEN).exists()
    )


def _begin(sale_id: int) -> None:
    """Hand a sale's top-ups in right after it was paid; the worker does what fails here."""
    from tongbao.mall.services.advancing import advance_topups  # noqa: PLC0415  # it uses this

    advance_topups(timezone.now(), sale_id=sale_id)

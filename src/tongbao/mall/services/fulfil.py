"""What a sale brings besides goods: hooks, called in the transaction of what happened."""

from collections import Counter
from decimal import Decimal
from functools import partial
from typing import Final

from django.db import transaction
from django.utils import timezone

from tongbao.mall.sales.exact import to_minor
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.splitting import allocate
from tongbao.mall.services import kinds, paybacks, topups, vouchers
from tongbao.mall.services.completing import VOUCHER_OPEN, complete, is_open, lines_of, note_goods
from tongbao.mall.services.models import Topup, Voucher
from tongbao.mall.shop.models import the_shop

_BEGUN_TOPUP: Final = (Topup.State.SENT, Topup.State.DONE, Topup.State.FAILED)


def on_paid(sale: Sale) -> None:
    """Issue the vouchers and write down the top-ups of a sale that was paid."""
    if sale.order is None:
        return
    shop, now = the_shop(), timezone.now()
    local, currency = now.astimezone(shop.zone), shop.currency
    for part in sale.parts.select_related("sale", "merchant").order_by("pk"):
        for line in lines_of(part):
            kind = kinds.kind_of(line.product)
            if kind == kinds.GOODS:
                continue
            worths = _each(line.line_price_incl_tax, line.quantity, currency)
            if kind == kinds.VOUCHER:
                vouchers.issue(part, line, worths, local)
            else:
                # What an offer took off is not taken off the account.
                faces = _each(line.line_price_before_discounts_incl_tax, line.quantity, currency)
                topups.open_topups(part, line, worths, faces, now)
    if Topup.objects.filter(part__sale=sale).exists():
        # The first try is made at once; what fails there is the worker's.
        transaction.on_commit(partial(topups.advance, now, sale=sale), robust=True)


def on_cancelled(sale: Sale) -> None:
    """Let nothing of a cancelled sale be had any more: its money goes back as a whole."""
    now = timezone.now()
    Voucher.objects.filter(part__sale=sale, state__in=VOUCHER_OPEN).update(
        state=Voucher.State.RETURNED, why="cancelled", ended_at=now
    )
    Topup.objects.filter(part__sale=sale, state=Topup.State.WAITING).update(
        state=Topup.State.RETURNED, why="cancelled", decided_at=now, next_at=None
    )


def is_begun(sale: Sale) -> bool:
    """Say whether a voucher of a sale was used, or a top-up of it handed in."""
    return (
        Voucher.objects.filter(part__sale=sale, state=Voucher.State.USED).exists()
        or Topup.objects.filter(part__sale=sale, state__in=_BEGUN_TOPUP).exists()
    )


def waits(part: Part) -> bool:
    """Say whether a part whose goods were handed over still waits for vouchers or top-ups.

    Then it is not received yet: that the goods are there is noted, and the last of the others
    completes it.
    """
    if not is_open(part):
        return False
    note_goods(part)
    return True


def on_returned(return_: Return) -> None:
    """Take back the unused vouchers that a return brought back, so that nobody uses them.

    By its lines and how many of each; all that are left where it is about the whole part. The
    service's own returns name theirs, see `paybacks`.
    """
    part, now = return_.part, timezone.now()
    taken = Counter({int(line): int(count) for line, count in return_.lines.items()})
    unused = Voucher.objects.select_for_update().filter(part=part, state=Voucher.State.ISSUED)
    is_whole = part.state == Part.State.RETURNED
    for voucher in unused.order_by("line_id", "-unit"):
        if not is_whole and taken[voucher.line_id] <= 0:
            continue
        taken[voucher.line_id] -= 1
        voucher.state, voucher.why = Voucher.State.RETURNED, "returned"
        voucher.ended_at, voucher.payback = now, return_
        voucher.save(update_fields=["state", "why", "ended_at", "payback"])
    paybacks.close(return_)
    complete(part)


def _each(whole: Decimal, quantity: int, currency: str) -> list[int]:
    """Divide a line's price among its units, in minor units."""
    return allocate(to_minor(whole, currency), [1] * quantity)

"""What a sale brings besides goods: hooks, called in the transaction of what happened."""

from decimal import Decimal
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
                row = getattr(line, "face_line", None)
                if row is None:  # of an order from before faces were kept
                    whole = line.line_price_before_discounts_incl_tax
                    faces = _each(whole, line.quantity, currency)
                else:
                    faces = [row.face_minor] * line.quantity
                provider = "" if row is None else row.provider
                topups.open_topups(part, line, worths, faces, now, provider)
    if Topup.objects.filter(part__sale=sale).exists():
        # The first try is made at once; what fails there is the worker's.
        def first_try() -> None:  # with a name: Django logs it
            topups.advance(now, sale=sale)

        transaction.on_commit(first_try, robust=True)


def on_cancelled(sale: Sale) -> None:
    """Let nothing of a cancelled sale be had any more: its money goes back as a whole."""
    now = timezone.now()
    Voucher.objects.filter(part__sale=sale, state__in=VOUCHER_OPEN).update(
        state=Voucher.State.RETURNED, why="cancelled", ended_at=now
    )
    Topup.objects.filter(part__sale=sale, state=Topup.State.WAITING).update(
        state=Topup.State.RETURNED, why="cancelled", decided_at=now, next_at=None
    )


def is_begun(part: Part) -> bool:
    """Say whether a voucher of a part was used, or a top-up of it handed in."""
    return (
        Voucher.objects.filter(part=part, state=Voucher.State.USED).exists()
        or Topup.objects.filter(part=part, state__in=_BEGUN_TOPUP).exists()
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
    """Note the vouchers and top-ups that a return brought back; where all of it is back, all."""
    part, now = return_.part, timezone.now()
    paybacks.close(return_)
    if part.state in {Part.State.RETURNED, Part.State.CANCELLED}:
        # Its money is back as a whole: nothing of it may be had any more.
        Voucher.objects.filter(part=part, state__in=VOUCHER_OPEN, payback=None).update(
            state=Voucher.State.RETURNED, why="returned", ended_at=now, payback=return_
        )
        Topup.objects.filter(
            part=part, state__in=[Topup.State.WAITING, Topup.State.FAILED], payback=None
        ).update(
            state=Topup.State.RETURNED,
            why="returned",
            decided_at=now,
            next_at=None,
            payback=return_,
        )
    complete(part)


def _each(whole: Decimal, quantity: int, currency: str) -> list[int]:
    """Divide a line's price among its units, in minor units."""
    return allocate(to_minor(whole, currency), [1] * quantity)

"""The end of a sale: cancelled, with what goes back of it, exactly once.

What was paid outside is wanted back from its provider; what was paid inside goes back by a group of
commands that waits in the inbox. Every step is under an id of its own, so nothing goes back twice.
"""

import logging
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.paying import charges
from tongbao.mall.paying.models import Charge
from tongbao.mall.sales import booking, discounts, states, stock
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.shop.models import Shop, the_shop

_LOG: Final = logging.getLogger("tongbao.mall.sales")


def is_funded(sale: Sale) -> bool:
    """Say whether all that is paid from outside is there: what is paid inside is being booked."""
    return sale.charge is None or sale.charge.state == Charge.State.CONFIRMED


def end(sale: Sale, why: str) -> None:
    """Cancel a locked sale of which nothing was booked inside; the provider's part goes back."""
    _cancel(sale, why, back_at=None)
    if sale.charge is not None and sale.charge.state == Charge.State.CONFIRMED:
        charges.refund(sale.charge, f"{sale.number}-back", sale.provider_minor)


def undo(sale: Sale, shop: Shop, why: str) -> None:
    """Cancel a locked, paid sale, and set out what gives back all that is still there of it."""
    sale.why_cancelled = why[:32]  # decides on the goods fee
    rest = booking.rest_of(sale)
    commands = booking.back(sale, shop.ledger, shop.account)
    _cancel(sale, why, back_at=None if commands else timezone.now())
    if commands:
        shop.ledger.enqueue_group(commands)
    if sale.charge is not None and rest.tenders.provider_minor:
        charges.refund(sale.charge, f"{sale.number}-back", rest.tenders.provider_minor)


def close(sale: Sale, why: str) -> bool:
    """Cancel a locked, paid sale whose parts were all cancelled, each with its money; say whether."""
    if Part.objects.filter(sale=sale).exclude(state=Part.State.CANCELLED).exists():
        return False
    _cancel(sale, why, back_at=timezone.now())
    return True


def give_back(sale: Sale) -> bool:
    """See that what was paid inside a cancelled sale is back; say whether it is.

    Not inside a transaction; any number of times, by anybody. If the mall's own account could not
    pay (somebody took money out of it), the group is sent again on each call, and a line is
    logged: the way out is a deposit to that account.
    """
    shop = the_shop()
    if sale.charge is not None:
        charges.send_refunds(charge=sale.charge)
    sale = Sale.objects.select_related("user").get(pk=sale.pk)
    if sale.state != Sale.State.CANCELLED or sale.paid_at is None or sale.back_at is not None:
        return sale.state == Sale.State.CANCELLED
    commands = booking.back(sale, shop.ledger, shop.account)
    try:
        shop.ledger.settle(wait=10.0)
        verdict = booking.verdict(shop.ledger, commands)
        if verdict is None or not verdict.ok:
            # Refused before: the ids are not used up, and the same commands count once.
            verdict = booking.judged(shop.ledger.submit_group(commands))
    except booking.STANDSTILL:
        return False
    if not verdict.ok:
        _LOG.error("cannot_give_back", extra={"sale": sale.number, "why": verdict.why})
        return False
    with transaction.atomic(durable=True):
        row = states.locked(sale.pk)
        if row.back_at is None:
            row.back_at = timezone.now()
            row.save(update_fields=["back_at"])
            _tell_back(row)
    return True


def _cancel(sale: Sale, why: str, back_at: datetime | None) -> None:
    was_paid = sale.state == Sale.State.PAID
    states.move(
        sale,
        Sale.State.CANCELLED,
        why_cancelled=why[:32],
        cancelled_at=timezone.now(),
        back_at=back_at,
    )
    parts = Part.objects.select_for_update().filter(sale=sale).order_by("pk")
    open_ = [part for part in parts if part.state != Part.State.CANCELLED]
    for part in open_:
        states.move(part, Part.State.CANCELLED)
    if sale.order is not None:
        type(sale.order).objects.filter(pk=sale.order.pk).update(status="Cancelled")
    discounts.free(sale)  # before the stock, in which order everybody locks
    stock.free(sale, open_)
    facts: dict[str, int | str] = {"sale": sale.number, "why": sale.why_cancelled}
    facts |= {"total": sale.total_minor, "paid": int(was_paid or is_charged(sale))}
    facts["basket"] = int(sale.order_id is not None)
    tell(sale.user, Kind.ORDER_CANCELLED, sale.number, facts)
    for path in settings.MALL_SALE_CANCELLED:
        import_string(path)(sale)


def is_charged(sale: Sale) -> bool:
    """Say whether a provider collected something for a sale."""
    return sale.charge is not None and sale.charge.state == Charge.State.CONFIRMED


def _tell_back(sale: Sale) -> None:
    rest = booking.rest_of(sale).tenders
    amount = rest.wallet_minor + rest.points_minor + rest.credit_minor - booking.kept_fee(sale)
    facts: dict[str, int | str] = {"sale": sale.number, "amount": amount, "points": 0}
    tell(sale.user, Kind.REFUND, f"{sale.number}-back", facts)

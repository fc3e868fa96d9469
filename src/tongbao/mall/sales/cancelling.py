"""Cancelling a sale: unpaid ones end, of paid ones what was paid goes back, exactly once.

A cancellation is one transaction: the sale and its parts are cancelled, stock returns, the group
that gives wallet, credit and points back waits in the inbox, the provider's part is wanted back.
What a crash after it leaves is in the inbox and in the wanted refund: `give_back` (through
`paid.finish`) and `charges.send_refunds` go on with them, from the page or the reconciler. Every
step is under an id of its own, so nothing goes back twice.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from tongbao.ledger.values import LedgerError
from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.paying import charges
from tongbao.mall.paying.models import Charge
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.sales import booking, states, stock
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.shop.models import Shop, the_shop

_LOG: Final = logging.getLogger("tongbao.mall.sales")


def cancel(sale: Sale, why: str) -> bool:
    """Cancel a sale and give back what was paid; say whether it is cancelled now.

    Not inside a transaction. It cannot be where something of it was shipped, received or asked to
    be returned, and not while its payment is being booked: then nothing has changed. Cancelling
    what is cancelled changes nothing and succeeds. ``why`` is a code of at most 32 letters. Where
    it is `booking.BY_SHOPPER`, what was paid in points comes back less its goods fee.
    """
    shop = the_shop()
    with transaction.atomic(durable=True):
        row = states.locked(sale.pk)
        if row.state == Sale.State.PENDING and not is_funded(row):
            end(row, why)
        elif row.state == Sale.State.PAID and _is_untouched(row):
            _undo(row, shop, why)
        cancelled = row.state == Sale.State.CANCELLED
    if cancelled:
        give_back(row)
    return cancelled


def expire(sale: Sale) -> bool:
    """Cancel a sale that nobody paid in time, unless the provider says that it was paid.

    Not inside a transaction; say whether it is cancelled now. While the provider cannot be asked
    the sale stays as it is.
    """
    if sale.charge is not None:
        try:
            charges.ask(sale.charge)
        except (PayingError, LedgerError) as error:
            _LOG.warning("expiry_waits", extra={"sale": sale.number, "why": type(error).__name__})
            return False
    return cancel(sale, "expired") if _is_pending(sale) else False


def expire_due(now: datetime) -> int:
    """Cancel what was to be paid by then and is not; return how many sales that were.

    One that fails, for whatever reason, is told in the log and holds up no other.
    """
    before = now - timedelta(minutes=the_shop().pay_minutes)
    due = Sale.objects.filter(state=Sale.State.PENDING, created_at__lt=before)
    count = 0
    for sale in due.select_related("charge").order_by("created_at"):
        try:
            count += expire(sale)
        except Exception:  # noqa: BLE001  # told in the log, with its trace
            _LOG.exception("expiry_failed", extra={"sale": sale.number})
    return count


def is_funded(sale: Sale) -> bool:
    """Say whether all that is paid from outside is there: what is paid inside is being booked."""
    return sale.charge is None or sale.charge.state == Charge.State.CONFIRMED


def end(sale: Sale, why: str) -> None:
    """Cancel a locked sale of which nothing was booked inside; the provider's part goes back."""
    _cancelled(sale, why, back_at=None)
    if sale.charge is not None and sale.charge.state == Charge.State.CONFIRMED:
        charges.refund(sale.charge, f"{sale.number}-back", sale.provider_minor)


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
    commands = booking.back(sale, shop.account)
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


def _is_pending(sale: Sale) -> bool:
    return Sale.objects.filter(pk=sale.pk, state=Sale.State.PENDING).exists()


def _is_untouched(sale: Sale) -> bool:
    """Say whether nothing of a locked sale was shipped, had or asked back."""
    parts = list(Part.objects.select_for_update().filter(sale=sale).order_by("pk"))
    asked = Return.objects.filter(part__sale=sale).exclude(state=Return.State.REFUSED)
    begun = any(import_string(path)(sale) for path in settings.MALL_SALE_BEGUN)
    return not (begun or asked.exists()) and all(
        part.state == Part.State.WAITING and part.shipped_at is None for part in parts
    )


def _undo(sale: Sale, shop: Shop, why: str) -> None:
    """Cancel a locked, paid sale, and set out what gives everything back."""
    sale.why_cancelled = why[:32]  # decides on the goods fee
    commands = booking.back(sale, shop.account)
    _cancelled(sale, why, back_at=None if commands else timezone.now())
    if commands:
        shop.ledger.enqueue_group(commands)
    if sale.charge is not None:
        charges.refund(sale.charge, f"{sale.number}-back", sale.provider_minor)


def _cancelled(sale: Sale, why: str, back_at: datetime | None) -> None:
    now = timezone.now()
    states.move(
        sale, Sale.State.CANCELLED, why_cancelled=why[:32], cancelled_at=now, back_at=back_at
    )
    for part in Part.objects.select_for_update().filter(sale=sale).order_by("pk"):
        states.move(part, Part.State.CANCELLED)
    if sale.order is not None:
        type(sale.order).objects.filter(pk=sale.order.pk).update(status="Cancelled")
    stock.free(sale)
    tell(
        sale.user,
        Kind.ORDER_CANCELLED,
        sale.number,
        {"sale": sale.number, "why": sale.why_cancelled, "total": sale.total_minor},
    )
    for path in settings.MALL_SALE_CANCELLED:
        import_string(path)(sale)


def _tell_back(sale: Sale) -> None:
    amount = sale.wallet_minor + sale.points_minor + sale.credit_minor - booking.kept_fee(sale)
    facts: dict[str, int | str] = {"sale": sale.number, "amount": amount, "points": 0}
    tell(sale.user, Kind.REFUND, f"{sale.number}-back", facts)

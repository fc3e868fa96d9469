"""Cancelling a sale or a merchant's part of it: what was paid goes back, exactly once.

A cancellation by the shopper is one transaction: the sale and its parts are cancelled, stock
returns, the group that gives wallet, credit and points back waits in the inbox, the provider's
part is wanted back. What a crash after it leaves is in the inbox and in the wanted refund:
`ending.give_back` (through `paid.finish`) and `charges.send_refunds` go on with them, from the page
or the reconciler.

A merchant, or the mall, cancels part by part, and pays the goods fee on what was paid in points
(`ways_back`). So the ledger has to agree, and it goes as a return goes: approved with its group in
one transaction, noted in a second one, and where the ledger refuses it the part stands as before.
Once all parts of a sale are cancelled, so is the sale.
"""

import logging
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from tongbao.ledger.values import LedgerError
from tongbao.mall.paying import charges
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.people.models import User
from tongbao.mall.sales import ending, returns, states
from tongbao.mall.sales.ending import is_funded
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.refusals import NotNow, Refused, Why
from tongbao.mall.sales.ways_back import BY_SHOPPER
from tongbao.mall.shop.models import the_shop

_LOG: Final = logging.getLogger("tongbao.mall.sales")


def cancel(sale: Sale, why: str, by: User | None = None) -> bool:
    """Cancel a sale and give back what was paid; say whether it is cancelled now.

    Not inside a transaction. It cannot be where something of it was shipped, received or asked to
    be returned, and not while its payment is being booked: then nothing has changed. Cancelling
    what is cancelled changes nothing and succeeds. ``why`` is a code of at most 32 letters; of a
    paid sale it says who cancels, and so who pays the goods fee.

    Raises:
        NotNow: the merchant has to pay a goods fee that its wallet cannot pay, see `cancel_part`.
        LedgerError: as `cancel_part`.
    """
    with transaction.atomic(durable=True):
        row = states.locked(sale.pk)
        if row.state == Sale.State.PENDING and not is_funded(row):
            ending.end(row, why)
        elif row.state == Sale.State.PAID and why == BY_SHOPPER and _is_untouched(row):
            ending.undo(row, the_shop(), why)
        is_by_parts = row.state == Sale.State.PAID and why != BY_SHOPPER and _is_untouched(row)
    if is_by_parts:
        for part in row.parts.exclude(state=Part.State.CANCELLED).order_by("pk"):
            cancel_part(part, why, by)
        row.refresh_from_db()
    cancelled = row.state == Sale.State.CANCELLED
    if cancelled:
        ending.give_back(row)
    return cancelled


def cancel_part(part: Part, cancelled_by: str, by: User | None = None) -> Part:
    """Cancel what is left of a merchant's part of a paid sale; what was paid for it goes back.

    Not inside a transaction; the other parts go on. ``cancelled_by`` is the merchant or the mall
    (`ways_back`): all of it comes back, and whoever cancels pays the goods fee on what was paid in
    points. A part that is cancelled is returned as it is.

    Raises:
        NotNow: it was shipped, had or asked back; or the merchant's wallet cannot pay the fee
            (`Why.FEE_SHORT`): nothing was done.
        LedgerError: as `Ledger.settle` does; what was begun is gone on with later.
    """
    with transaction.atomic(durable=True):
        row = states.locked_part(part.pk)
        begun = row.returns.filter(state=Return.State.APPROVED).exclude(cancelled_by="").first()
        if begun is None and row.state != Part.State.CANCELLED:
            if row.sale.state != Sale.State.PAID:
                raise NotNow(Why.NOT_PAID)
            if not is_open(row):
                raise NotNow(Why.NOT_CANCELLABLE)
            begun = returns.begin_cancelling(row, cancelled_by, by)
    if begun is not None:
        try:
            returns.finish(begun.pk)
        except Refused as refused:
            if refused.why is Why.MERCHANT_SHORT:
                raise NotNow(Why.FEE_SHORT) from refused
            raise
    return Part.objects.get(pk=part.pk)


def is_open(part: Part) -> bool:
    """Say whether nothing of a part was shipped, received, had or is asked back."""
    asked = part.returns.filter(state__in=(Return.State.ASKED, Return.State.APPROVED))
    return (
        part.state == Part.State.WAITING
        and part.shipped_at is None
        and not asked.exists()
        and not any(import_string(path)(part) for path in settings.MALL_PART_BEGUN)
    )


def expire(sale: Sale) -> bool:
    """Cancel a sale that nobody paid in time, unless the provider says that it was paid.

    Not inside a transaction; say whether it is cancelled now. While the provider cannot be asked
    the sale stays as it is.
    """
    for charge in charges.attempts("sale", sale.number):
        try:
            charges.ask(charge)
        except (PayingError, LedgerError) as error:
            _LOG.warning("expiry_waits", extra={"sale": sale.number, "why": type(error).__name__})
            return False
    return cancel(sale, "expired") if _is_pending(sale) else False


def expire_due(now: datetime) -> int:
    """Cancel what was to be paid by then and is not; return how many sales that were.

    One that fails, for whatever reason, is told in the log and holds up no other.
    """
    due = Sale.objects.filter(state=Sale.State.PENDING, pay_by__lt=now)
    count = 0
    for sale in due.select_related("charge").order_by("created_at"):
        try:
            count += expire(sale)
        except Exception:  # noqa: BLE001  # told in the log, with its trace
            _LOG.exception("expiry_failed", extra={"sale": sale.number})
    return count


def _is_pending(sale: Sale) -> bool:
    return Sale.objects.filter(pk=sale.pk, state=Sale.State.PENDING).exists()


def _is_untouched(sale: Sale) -> bool:
    """Say whether nothing of a locked sale was shipped, had or asked back; cancelled parts aside."""
    rows = Part.objects.select_for_update().filter(sale=sale).order_by("pk")
    parts = [part for part in rows if part.state != Part.State.CANCELLED]
    returned = Return.objects.filter(part__in=parts).exclude(state=Return.State.REFUSED)
    return not returned.exists() and all(is_open(part) for part in parts)

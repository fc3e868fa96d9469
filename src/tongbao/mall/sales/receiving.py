"""Handing over: a part is shipped, then received, and its return window begins to run.

A window is counted in whole days of 24 hours from the moment of receipt; how many, and when goods
that were shipped count as received, are the part's own terms (`terms`). Where there is no window,
the part is settled as soon as the transaction that notes its receipt is committed.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import override

from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.sales import settlement, states, stock
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.refusals import NotNow, Why
from tongbao.mall.sales.states import locked_part

_LOG: Final = logging.getLogger("tongbao.mall.sales")


def ship(part: Part, note: str = "") -> Part:
    """Note that a part was sent off, with what the shopper may know (carrier, number).

    Doing it again changes the note.

    Raises:
        NotNow: it is not paid, or was received or cancelled.
    """
    with transaction.atomic():
        row = _waiting(part.pk)
        if row.shipped_at is None:
            stock.hand_over(row)
            row.shipped_at = timezone.now()
        row.shipping_note = note[:120]
        row.save(update_fields=["shipped_at", "shipping_note"])
        with override(row.sale.user.language or settings.LANGUAGE_CODE):
            facts = {"sale": row.sale.number, "merchant": row.merchant.name}
        tell(row.sale.user, Kind.ORDER_SHIPPED, str(row.pk), facts)
    return row


def receive(part: Part, at: datetime | None = None) -> Part:
    """Note that a part was received (now, if no moment is given); its return window begins.

    One that was received before is returned as it is, so is one that waits for something besides
    its goods (settings.MALL_PART_WAITS). May be called inside a transaction.

    Raises:
        NotNow: it is not paid, or was cancelled or returned.
    """
    at = at or timezone.now()
    with transaction.atomic():
        row = locked_part(part.pk)
        if row.state in {Part.State.RECEIVED, Part.State.SETTLED}:
            return row
        _check_waiting(row)
        # Every one of them is asked, for they also note that the goods are there.
        waiting = [import_string(path)(row) for path in settings.MALL_PART_WAITS]
        if any(waiting):
            return row
        states.receive(row, at)
        if row.terms.return_days == 0:

            def settle() -> None:  # by its name the log tells a failure: a partial has none
                settlement.settle_part(row)

            # A failure here is mended by the next round of `settling.settle_due`.
            transaction.on_commit(settle, robust=True)
    return row


def receive_overdue(now: datetime) -> int:
    """Count as received what was shipped so long ago; return how many parts that were.

    One that was returned or cancelled in this moment, or waits for something else, is left out.
    One that fails for another reason is told in the log and holds up no other.
    """
    count = 0
    for part in _overdue(now):
        if part.shipped_at is None:
            continue
        days = timedelta(days=part.terms.receive_days)
        try:
            count += receive(part, part.shipped_at + days).state == Part.State.RECEIVED
        except NotNow:
            continue
        except Exception:  # noqa: BLE001  # told in the log, with its trace
            _LOG.exception("part_not_received", extra={"part": part.pk})
    return count


def _overdue(now: datetime) -> list[Part]:
    waiting = Part.objects.filter(
        state=Part.State.WAITING, sale__state=Sale.State.PAID, shipped_at__isnull=False
    )
    found: list[Part] = []
    for days in waiting.values_list("terms__receive_days", flat=True).distinct():
        before = now - timedelta(days=days)
        rows = waiting.filter(terms__receive_days=days, shipped_at__lte=before)
        found += rows.select_related("terms").order_by("shipped_at", "pk")
    return found


def _waiting(part_id: int) -> Part:
    row = locked_part(part_id)
    _check_waiting(row)
    return row


def _check_waiting(row: Part) -> None:
    if row.sale.state != Sale.State.PAID:
        raise NotNow(Why.NOT_PAID)
    if row.state != Part.State.WAITING:
        raise NotNow(Why.NOT_WAITING)

"""Settling what is due: every so often, and at night.

Each part is settled by itself (`settlement`): one that cannot be settled stays as it is, is told
in the log, and holds nobody else up. In batches, so that the ledger settles many groups at once.
"""

import logging
from datetime import datetime
from typing import Final

from django.db.models import Q

from tongbao.ledger.values import LedgerError
from tongbao.mall.sales import booking, holds, receiving, settlement, unanswered
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.refusals import NotNow, Refused
from tongbao.mall.sales.settlement import settle_part
from tongbao.mall.shop.models import the_shop

__all__ = ["due", "settle_due", "settle_part"]

_BATCH: Final = 100
_LOG: Final = logging.getLogger("tongbao.mall.sales")


def due(now: datetime) -> list[int]:
    """Return the numbers of the parts to settle, and of those whose settlement was begun."""
    received = Part.objects.filter(state=Part.State.RECEIVED, sale__state=Sale.State.PAID)
    ready = Q(due_at__lte=now) & ~holds.held()
    begun = Q(settling_at__isnull=False)
    return list(
        received.filter(ready | begun).order_by("due_at", "pk").values_list("pk", flat=True)
    )


def settle_due(now: datetime) -> int:
    """Receive what is overdue, decide returns that nobody has, settle what is due; count the last.

    Several may do it at the same time: each part is settled once. One that fails, for whatever
    reason, is told in the log and holds up no other.

    Raises:
        LedgerError: the ledger as a whole does not settle now; what was begun is gone on with.
    """
    receiving.receive_overdue(now)
    unanswered.decide(now)
    ids = due(now)
    return sum(_batch(ids[start : start + _BATCH], now) for start in range(0, len(ids), _BATCH))


def _batch(ids: list[int], now: datetime) -> int:
    begun: list[tuple[int, datetime]] = []
    for part_id in ids:
        try:
            token = settlement.begin(part_id, now)
        except Exception as error:  # noqa: BLE001  # told in the log
            _tell(part_id, error)
            continue
        if token is not None:
            begun.append((part_id, token))
    settled = Part.objects.filter(pk__in=ids, state=Part.State.SETTLED).count()
    if begun:
        the_shop().ledger.settle()
    for part_id, token in begun:
        try:
            settled += settlement.finish(part_id, token, is_settled=True)
        except Exception as error:  # noqa: BLE001  # told in the log
            _tell(part_id, error)
    return settled


def _tell(part_id: int, error: Exception) -> None:
    """Note what a part could not be settled for: the reason's kind, no name."""
    why = type(error).__name__
    if isinstance(error, Refused) and error.outcome is not None:
        why = booking.why(error.outcome) or why
    expected = isinstance(error, (NotNow, LedgerError))
    trace = None if expected else error
    _LOG.error("part_not_settled", extra={"part": part_id, "why": why}, exc_info=trace)

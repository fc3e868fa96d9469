"""Forgetting why old commands were refused: the inbox keeps that for a while, the journal never."""

from datetime import datetime, timedelta
from typing import Final

from tongbao.ledger.models import Inbox

KEPT: Final = timedelta(days=30)
_AT_ONCE: Final = 1000


def prune(program: int, before: datetime, *, using: str = "default") -> int:
    """Remove from a program's inbox what arrived before that moment and was refused.

    Returns how many rows that were. What still waits stays, however old. A few at a time, so that
    nobody waits for it.
    """
    removed = 0
    refused = Inbox.objects.using(using).filter(
        program=program, outcome__isnull=False, arrived_at__lt=before
    )
    while True:
        ids = list(refused.order_by("command_id").values_list("command_id", flat=True)[:_AT_ONCE])
        if ids:
            # Asked again for the outcome: one of them may have been sent anew meanwhile.
            removed += refused.filter(command_id__in=ids).delete()[0]
        if len(ids) < _AT_ONCE:
            return removed

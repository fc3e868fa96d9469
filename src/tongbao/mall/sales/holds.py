"""Returns that are asked for: how often and how little, whether one holds a settlement, and until when.

Asking costs nothing, so what it does to a merchant's money has bounds (docs/mall.md has the table):

- a return holds its part's settlement if it was asked for before the window ended, and nobody
  refused one of that part before. Any other goes its way without holding anything: the part is
  settled as it would be, and the return is a late one.
- the merchant answers until ``answer_by``; from then on the operator may, too; at ``decide_by`` it is
  decided by itself (`unanswered`). So a part is settled at the latest twice the mall's
  ``answer_days`` after its window ended.
- an amount is at least a share of the part, unless it is all that is left; and a part has only so
  many returns. Goods by the piece may be worth less. What the mall pays back by itself counts not.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from tongbao.mall.sales.goods import counted
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.refusals import NotNow, Why

BPS: Final = 10_000
HOLDING: Final = Q(state=Return.State.APPROVED) | Q(state=Return.State.ASKED, holds=True)
"""The returns that hold a settlement."""


def held() -> Exists:
    """Return the condition that one of a part's returns holds its settlement."""
    return Exists(Return.objects.filter(HOLDING, part=OuterRef("pk")))


def is_held(part: Part) -> bool:
    """Say whether one of a part's returns holds its settlement."""
    return part.returns.filter(HOLDING).exists()


def terms_of(part: Part, now: datetime) -> dict[str, Any]:
    """Return what a return of a locked part that is asked for now has: its moments, whether it holds."""
    inside = is_inside(part, now)
    refused = part.returns.filter(state=Return.State.REFUSED, cancelled_by="")
    by_others = refused.exclude(decided_by=part.sale.user_id, decided_by__isnull=False)
    days = timedelta(days=part.terms.answer_days)
    return {
        "holds": inside and not by_others.exists(),
        "is_late": not inside,
        "answer_by": now + days,
        "decide_by": now + 2 * days,
    }


def is_inside(part: Part, now: datetime) -> bool:
    """Say whether a part's return window is not over yet."""
    if part.state == Part.State.RECEIVED:
        return part.due_at is not None and now < part.due_at
    return part.state == Part.State.WAITING


def check_limits(part: Part, amount_minor: int, lines: Mapping[str, int]) -> None:
    """Raise NotNow if a return of that much is too little, or one too many for the part."""
    if asks_left(part) <= 0:
        raise NotNow(Why.TOO_OFTEN)
    if not lines and amount_minor < least_minor(part):
        raise NotNow(Why.BELOW_LEAST)


def asks_left(part: Part) -> int:
    """Return how many more returns of a part may be asked for; reads `part.returns`."""
    asked = sum(one.answer_by is not None for one in part.returns.all())
    return max(0, part.terms.returns_most - asked)


def least_minor(part: Part) -> int:
    """Return the least amount of a return, in minor units: a share of the part, rounded up.

    All that is left is always enough. Reads `part.returns`.
    """
    gone = sum(one.amount_minor for one in counted(part.returns.all()))
    share = -(-part.total_minor * part.terms.return_least_bps // BPS)
    return min(max(1, share), max(0, part.total_minor - gone))

"""Tell somebody something: call it in the transaction of what happened."""

from collections.abc import Mapping
from enum import StrEnum


from tongbao.mall.notices.models import Notice
from tongbao.mall.people.models import User


class Kind(StrEnum):
    """Kinds of messages."""

    ORDER_PAID = "order_paid"  # sale, total
    ORDER_CANCELLED = "order_cancelled"  # sale, why
    ORDER_SHIPPED = "order_shipped"  # sale, merchant
    POINTS_SETTLED = "points_settled"  # sale, points, quota
    DIVIDEND = "dividend"  # amount, first_day, last_day
    EXIT_AHEAD = "exit_ahead"  # percent
    EXIT = "exit"  # gross, net, points
    RETURN_DECIDED = "return_decided"  # sale, amount, state
    REFUND = "refund"  # sale, amount, points
    WITHDRAWAL = "withdrawal"  # amount, state
    VOUCHER = "voucher"  # sale, state
    TOPUP = "topup"  # sale, state
    PLAN_CHANGED = "plan_changed"  # from
    PAID_IN_PERSON = "paid_in_person"  # sale, merchant, total


def tell(user: User, kind: Kind, key: str, facts: Mapping[str, int | str]) -> bool:
    """Write a message down, once for each key; return whether it is new.

    Money in ``facts`` is in minor units, points in atoms.
    """
    _, new = Notice.objects.get_or_create(
        key=f"{kind}:{key}", defaults={"user": user, "kind": str(kind), "facts": dict(facts)}
    )
    return new

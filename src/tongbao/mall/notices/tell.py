"""Tell somebody something: call it in the transaction of what happened."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tongbao.mall.notices.models import Notice
from tongbao.mall.people.models import User


class Kind(StrEnum):
    """Kinds of messages; beside each the facts that it has.

    Money is in minor units, points in atoms, percent in whole percent; ``sale`` is its number.
    """

    ORDER_PAID = "order_paid"  # sale, total
    ORDER_CANCELLED = "order_cancelled"  # sale, why, paid, basket; of a part: merchant, amount
    ORDER_SHIPPED = "order_shipped"  # sale, merchant
    POINTS_SETTLED = (
        "points_settled"  # sale, points, quota; version, paid_version where they differ
    )
    DIVIDEND = "dividend"  # amount, day
    EXIT_AHEAD = "exit_ahead"  # percent, quota
    EXIT = "exit"  # points, gross, net
    RETURN_DECIDED = "return_decided"  # sale, amount, state (approved, refused)
    REFUND = "refund"  # sale, amount, points; wallet: there instead of where it came from
    WITHDRAWAL = "withdrawal"  # amount, state (requested, paid, failed)
    VOUCHER = "voucher"  # sale, state (issued, used, asked, expired)
    TOPUP = "topup"  # sale, state (success, failed)
    PLAN_CHANGED = "plan_changed"  # version, from
    PAID_IN_PERSON = "paid_in_person"  # sale, merchant, total
    ORDER_TO_SHIP = "order_to_ship"  # for a merchant's staff: sale, merchant, account, part, total
    INVITED_POINTS = "invited_points"  # for an inviter: friend (masked), points


LEGAL: Final = frozenset(
    {
        Kind.ORDER_PAID,
        Kind.ORDER_CANCELLED,
        Kind.REFUND,
        Kind.RETURN_DECIDED,
        Kind.WITHDRAWAL,
        Kind.EXIT,
        Kind.PLAN_CHANGED,
    }
)
"""What the mall owes people by law or contract: confirmations of what they bought, what became of
their money, and changes of the rules. These cannot be switched off."""


def tell(user: User, kind: Kind, key: str, facts: Mapping[str, int | str]) -> bool:
    """Write a message down, once for each key; return whether it is new."""
    _, new = Notice.objects.get_or_create(
        key=f"{kind}:{key}", defaults={"user": user, "kind": str(kind), "facts": dict(facts)}
    )
    return new

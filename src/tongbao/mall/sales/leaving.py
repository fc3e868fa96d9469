"""Whoever wants to leave: whether an order is under way, and what is erased of those before."""

from typing import Final

from django.db.models import Q
from oscar.core.loading import get_model

from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Part, Return, Sale

_OPEN_SALE: Final = Q(state=Sale.State.PENDING) | Q(
    state=Sale.State.PAID, parts__state__in=[Part.State.WAITING, Part.State.RECEIVED]
)
_OPEN_RETURNS: Final = (Return.State.ASKED, Return.State.APPROVED)


def is_open(user: User) -> bool:
    """Say whether a sale waits for payment, a part for its end, or a return for its money."""
    open_returns = Return.objects.filter(part__sale__user=user, state__in=_OPEN_RETURNS)
    return Sale.objects.filter(_OPEN_SALE, user=user).exists() or open_returns.exists()


def erase(user: User) -> None:
    """Forget where orders went, what was asked about them, and what was noted on them.

    What was bought, from whom, when and for how much stays: books are kept of it. What is still
    under way keeps everything until its end.
    """
    mine = Sale.objects.filter(user=user)
    under_way = mine.filter(_OPEN_SALE | Q(parts__returns__state__in=_OPEN_RETURNS))
    ended = mine.exclude(pk__in=under_way.values("pk"))
    orders = list(ended.exclude(order=None).values_list("order", flat=True))
    for kind in ("ShippingAddress", "BillingAddress"):
        get_model("order", kind).objects.filter(order__in=orders).delete()
    get_model("order", "OrderNote").objects.filter(order__in=orders).delete()
    get_model("order", "LineAttribute").objects.filter(line__order__in=orders).update(value="")
    get_model("order", "Order").objects.filter(pk__in=orders).update(guest_email="")
    Part.objects.filter(sale__in=ended).exclude(shipping_note="").update(shipping_note="")
    Return.objects.filter(part__sale__in=ended).update(reason="", answer="")

"""Whether somebody who wants to leave still has an order under way."""

from django.db.models import Q

from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Part, Return, Sale


def is_open(user: User) -> bool:
    """Say whether a sale waits for payment, a part for its end, or a return for its money."""
    open_sales = Q(state=Sale.State.PENDING) | Q(
        state=Sale.State.PAID, parts__state__in=[Part.State.WAITING, Part.State.RECEIVED]
    )
    open_returns = Return.objects.filter(
        part__sale__user=user, state__in=[Return.State.ASKED, Return.State.APPROVED]
    )
    return Sale.objects.filter(open_sales, user=user).exists() or open_returns.exists()

"""What every template has at hand."""

from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Subquery, Sum
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from oscar.core.loading import get_model

from tongbao.mall.shop.models import Shop, the_shop

_PLACES: Final = {
    "basket": "basket",
    "checkout": "basket",
    "search": "search",
    "catalogue": "goods",
    "wallet": "wallet",
    "team": "me",
    "pay": "wallet",
    "auth": "me",
    "accounts": "me",
    "me": "me",
    "orders": "me",
    "messages": "me",
    "services": "me",
    "desk": "me",
}


def shop(request: HttpRequest) -> dict[str, object]:
    """Give the mall's settings as ``shop``, read once per request, and what its frame shows.

    ``here`` is the part of the mall that the page belongs to; ``basket_count`` how many things
    are in the basket and ``has_unread`` whether messages wait, asked for when first shown.
    """
    frame = SimpleLazyObject(lambda: _frame(request))
    first = request.path.strip("/").partition("/")[0]
    return {
        "shop": shop_of(request),
        "here": _PLACES.get(first, "" if first else "home"),
        "basket_count": SimpleLazyObject(lambda: frame[0]),
        "has_unread": SimpleLazyObject(lambda: frame[1]),
    }


def shop_of(request: HttpRequest) -> Shop:
    """Return the mall's settings, read once per request."""
    found: Shop | None = getattr(request, "shop", None)
    if found is None:
        found = request.shop = the_shop()  # type: ignore[attr-defined]  # kept for this request
    return found


def _frame(request: HttpRequest) -> tuple[int, bool]:
    """Count the things in the reader's basket and ask for unread messages.

    It is one query; for a stranger without a basket none.
    """
    user = getattr(request, "user", None)
    here = None
    if settings.OSCAR_BASKET_COOKIE_OPEN in request.COOKIES:
        # A stranger's, or to be merged into that of somebody who just logged in: Oscar does it.
        basket = getattr(request, "basket", None)
        here = 0 if basket is None else int(basket.num_items)
    if user is None or not user.is_authenticated:
        return here or 0, False
    lines = get_model("basket", "Line").objects.filter(
        basket__owner=OuterRef("pk"), basket__status="Open"
    )
    # Of the kinds that somebody does not want in the mall, none is shown there.
    unwanted = get_model("notices", "Choice").objects.filter(user=user.pk, in_mall=False)
    unread = get_model("notices", "Notice").objects.filter(user=OuterRef("pk"), read_at=None)
    asked: dict[str, Any] = {
        "unread": Exists(unread.exclude(kind__in=unwanted.values("kind"))),
        "count": Subquery(
            lines.order_by().values("basket__owner").annotate(n=Sum("quantity")).values("n")
        ),
    }
    if here is not None:
        del asked["count"]
    users: Any = get_user_model().objects
    found = users.values(**asked).get(pk=user.pk)
    return int(found["count"] or 0) if here is None else here, bool(found["unread"])

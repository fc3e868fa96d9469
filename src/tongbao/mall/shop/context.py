"""What every template has at hand."""

from typing import Final

from django.conf import settings
from django.db.models import Sum
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
    "team": "wallet",
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
    are in the basket, asked for when it is first shown.
    """
    first = request.path.strip("/").partition("/")[0]
    return {
        "shop": shop_of(request),
        "here": _PLACES.get(first, "" if first else "home"),
        "basket_count": SimpleLazyObject(lambda: basket_count(request)),
    }


def shop_of(request: HttpRequest) -> Shop:
    """Return the mall's settings, read once per request."""
    found: Shop | None = getattr(request, "shop", None)
    if found is None:
        found = request.shop = the_shop()  # type: ignore[attr-defined]  # kept for this request
    return found


def basket_count(request: HttpRequest) -> int:
    """Count the things in the reader's basket: one query, for a stranger without basket none."""
    if settings.OSCAR_BASKET_COOKIE_OPEN in request.COOKIES:
        # A stranger's, or to be merged into that of somebody who just logged in: Oscar does it.
        basket = getattr(request, "basket", None)
        return 0 if basket is None else int(basket.num_items)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    lines = get_model("basket", "Line").objects
    counted = lines.filter(basket__owner=user.pk, basket__status="Open").aggregate(
        count=Sum("quantity")
    )
    return int(counted["count"] or 0)

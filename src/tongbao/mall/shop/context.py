"""What every template has at hand."""

from typing import Final

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

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


# Every page asks this; written as SQL, for building it from models took longer than running it.
# Of the kinds that somebody does not want in the mall, none is shown there.
_FRAME: Final = """
SELECT (SELECT SUM(line.quantity)
        FROM basket_line line JOIN basket_basket basket ON basket.id = line.basket_id
        WHERE basket.owner_id = %(user)s AND basket.status = 'Open'),
       EXISTS (SELECT 1 FROM notices_notice notice
               WHERE notice.user_id = %(user)s AND notice.read_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM notices_choice choice
                               WHERE choice.user_id = %(user)s AND choice.in_mall = %(no)s
                               AND choice.kind = notice.kind))
"""


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
    with connection.cursor() as cursor:
        cursor.execute(_FRAME, {"user": user.pk, "no": False})
        count, has_unread = cursor.fetchone()
    return int(count or 0) if here is None else here, bool(has_unread)

"""The mall's front page, and suggestions while somebody types."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongbao.mall.shop.cards import cards, of_each_kind
from tongbao.mall.shop.context import shop_of
from tongbao.mall.shop.pitch import pitch
from tongbao.mall.shop.search import suggest
from tongbao.mall.shop.shelf import the_shelf

_FIRST: Final = 6
_MORE: Final = 12
_LATEST: Final = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the front page: what this mall is, six goods of different kinds, then more of them."""
    shop = shop_of(request)
    shelf = the_shelf(shop.currency)
    buyable = [good for good in shelf.goods if good.in_stock]
    # What sells best; as long as nothing did, what the shop put first.
    best = sorted(buyable, key=lambda good: (-good.sold, good.place))
    first = of_each_kind(best, _FIRST)
    more = [good for good in best[: _FIRST + _MORE] if good not in first][:_MORE]
    latest = [good for good in buyable[-_LATEST:][::-1] if good not in first and good not in more]
    shown = cards(shelf, [*first, *more, *latest], shop.currency)
    return render(
        request,
        "mall/home.html",
        {
            "pitch": pitch(shop),
            "aisles": shelf.beneath(),
            "sellers": len(shelf.sellers),
            "first": shown[: len(first)],
            "more": shown[len(first) : len(first) + len(more)],
            "latest": shown[len(first) + len(more) :],
        },
    )


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Show what a few letters may be the beginning of; a part of a page."""
    shop = shop_of(request)
    text = request.GET.get("q", "")
    shelf = the_shelf(shop.currency)
    aisles, goods = suggest(shelf, text)
    known = {"aisles": aisles, "goods": goods, "query": text}
    return render(request, "mall/suggestions.html", known)

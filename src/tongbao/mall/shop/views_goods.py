"""Goods: all of them, a category's, a search's, and each by itself."""

from itertools import islice
from typing import Any, Final
from urllib.parse import unquote

from django.db.models import Avg, Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from oscar.core.loading import get_model

from tongbao.mall.sales.estimates import BPS, Estimate, estimate
from tongbao.mall.services.faces import face_of, is_face, is_sold
from tongbao.mall.services.kinds import FACE
from tongbao.mall.shop import names, refused
from tongbao.mall.shop.asking import read
from tongbao.mall.shop.cards import aisle_url, cards
from tongbao.mall.shop.context import shop_of
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import digits, money
from tongbao.mall.shop.pages import paged
from tongbao.mall.shop.search import find
from tongbao.mall.shop.shelf import Aisle, Shelf, the_shelf
from tongbao.mall.shop.views_reviews import has_received

_PER_PAGE: Final = 24
_ALIKE: Final = 8
_FEW: Final = 100
_REVIEWS: Final = 3
_MOST_AT_ONCE: Final = 99
_FOR_MACHINES: Final = frozenset({"topup_kind", "face_cost"})


@require_safe
def listing(request: HttpRequest, category_slug: str = "", pk: str = "") -> HttpResponse:
    """Show goods: of a category, or all; narrowed by words, prices, merchant, what is there.

    Asked for by htmx it gives only the part of the page that changes.
    """
    shop = shop_of(request)
    shelf = the_shelf(shop.currency)
    aisle = None
    if pk:
        aisle = shelf.aisles.get(int(pk))
        if aisle is None:
            raise Http404
        if aisle.slug != category_slug:
            return HttpResponsePermanentRedirect(aisle_url(aisle))
    asked = read(request.GET, shelf, shop.currency, aisle)
    found = find(shelf, asked.wish)
    page = paged(request, found.goods, _PER_PAGE)
    part = getattr(request, "htmx", False) and not request.htmx.history_restore_request  # type: ignore[attr-defined]  # django-htmx
    response = render(
        request,
        "mall/listing_part.html" if part else "mall/listing.html",
        {
            "aisle": aisle,
            "above": _above(shelf, aisle),
            "asked": asked,
            "query": asked.wish.text,
            "found": found,
            "count": len(found.goods),
            "page_obj": page,
            "cards": cards(shelf, list(page.object_list), shop.currency),
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def product(request: HttpRequest, product_slug: str, pk: str) -> HttpResponse:
    """Show a good: its pictures, its price, what buying it brings, what people say of it."""
    del product_slug  # the address below has it
    shop = shop_of(request)
    one = get_object_or_404(_products(), pk=int(pk))
    if not (one.is_public and (one.parent is None or one.parent.is_public)):
        raise Http404
    if one.is_child:
        return HttpResponsePermanentRedirect(one.parent.get_absolute_url())
    here = reverse("catalogue:detail", args=[one.slug, one.pk])
    if unquote(here) != unquote(request.path):
        return HttpResponsePermanentRedirect(here)
    shelf = the_shelf(shop.currency)
    variants = [_offer(child, shop) for child in _children(one)] or [_offer(one, shop)]
    offers = [offer for offer in variants if offer["record"] is not None]
    cheapest = min(offers, key=lambda offer: offer["price_minor"], default=None)
    place = shelf.places.get(one.pk)
    good = None if place is None else shelf.goods[place]
    aisle = shelf.aisles.get(good.aisles[0]) if good and good.aisles else None
    reviews = _reviews(one, request)
    again = refused.take(request, one)
    return render(
        request,
        "mall/product.html",
        {
            "product": one,
            "facts": _facts(one, shop.currency),
            "again": again,
            "questions": _questions(one, again),
            "images": [image.original for image in one.images.all()][:6],
            "variants": variants if one.is_parent else [],
            "offer": cheapest,
            "in_stock": any(offer["most"] for offer in offers),
            "estimate": _estimate(shop, request, cheapest),
            "aisle": aisle,
            "above": _above(shelf, aisle),
            "alike": cards(shelf, _alike(shelf, aisle, place), shop.currency),
            **reviews,
        },
    )


def _products() -> Any:  # noqa: ANN401  # Oscar has no types
    model = get_model("catalogue", "Product")
    return model.objects.select_related("product_class", "parent").prefetch_related(
        _records(),
        "images",
        "attribute_values__attribute",
        "product_class__options__option_group__options",
        "product_options__option_group__options",
    )


def _records() -> Any:  # noqa: ANN401  # Oscar has no types
    records = get_model("partner", "StockRecord").objects.order_by("id")
    return Prefetch("stockrecords", records.select_related("partner__merchant"))


def _children(one: Any) -> Any:  # noqa: ANN401  # Oscar has no types
    if not one.is_parent:
        return ()
    children = one.children.filter(is_public=True).order_by("id")
    return children.select_related("product_class").prefetch_related(_records())


def _offer(one: Any, shop: Shop) -> dict[str, Any]:  # noqa: ANN401  # Oscar has no types
    """Return for how much a product is sold, by whom, and how many one may take."""
    records = [
        record
        for record in one.stockrecords.all()
        if record.price is not None and record.price_currency == shop.currency
    ]
    merchant = getattr(records[0].partner, "merchant", None) if records else None
    if merchant is None:
        return {"product": one, "record": None, "price_minor": 0, "merchant": None, "most": 0}
    record = records[0]
    most = _MOST_AT_ONCE
    kind = one.get_product_class()
    if kind is None or kind.track_stock:
        most = max(0, min(most, record.net_stock_level))
    if not merchant.is_open or not is_sold(shop, one, merchant.account):
        most = 0
    price = int(record.price.scaleb(digits(shop.currency)))
    face = face_of(one, shop.currency) if is_face(one) else None
    return {
        "product": one,
        "record": record,
        "price_minor": price,
        "merchant": merchant,
        "most": most,
        "earns_minor": face.earns(price) if face else 0,
        "is_face": face is not None,
    }


def _estimate(shop: Shop, request: HttpRequest, offer: dict[str, Any] | None) -> Estimate | None:
    if offer is None or offer["merchant"] is None:
        return None
    user = request.user if request.user.is_authenticated else None
    if is_face(offer["product"]):
        return estimate(shop, user, offer["earns_minor"], BPS)
    return estimate(shop, user, offer["price_minor"], offer["merchant"].margin_bps)


def _facts(one: Any, currency: str) -> list[tuple[str, str]]:  # noqa: ANN401  # Oscar has no types
    """Return what a good's attributes say to people; codes of its kind are for the machine."""
    return [
        (names.attribute(value.attribute.name), _fact(value, currency))
        for value in one.attribute_values.all()
        if value.attribute.code not in _FOR_MACHINES and value.value not in {None, ""}
    ]


def _fact(value: Any, currency: str) -> str:  # noqa: ANN401  # Oscar has no types
    """Write an attribute's value; a face value is an amount of the mall's currency."""
    if value.attribute.code != FACE:
        return str(value.value_as_text)
    face = face_of(value.product, currency)
    return str(value.value_as_text) if face is None else money(face.face_minor, currency)


def _questions(one: Any, again: refused.Refused) -> list[refused.Question]:  # noqa: ANN401  # Oscar
    """Return what a shopper fills in to buy it, such as a number to top up."""
    there = {option.pk: option for option in one.product_class.options.all()}
    there |= {option.pk: option for option in one.product_options.all()}
    return [
        refused.Question(
            option,
            names.option(option.name),
            again.typed.get(option.code, ()),
            again.errors.get(option.code, ""),
        )
        for option in there.values()
    ]


def _reviews(one: Any, request: HttpRequest) -> dict[str, Any]:  # noqa: ANN401  # Oscar
    approved = one.reviews.filter(status=1)
    sums = approved.aggregate(count=Count("pk"), mean=Avg("score"))
    first: list[Any] = []
    if sums["count"]:
        first = list(approved.select_related("user").order_by("-delta_votes", "-pk")[:_REVIEWS])
    return {
        "reviews": first,
        "review_count": sums["count"],
        "rating": sums["mean"],
        "may_review": request.user.is_authenticated
        and not any(review.user_id == request.user.pk for review in first)
        and has_received(request.user.pk, one.pk),
    }


def _above(shelf: Shelf, aisle: Aisle | None) -> list[Aisle]:
    return [] if aisle is None else [shelf.aisles[pk] for pk in aisle.path[:-1]]


def _alike(shelf: Shelf, aisle: Aisle | None, place: int | None) -> list[Any]:
    """Return the goods in stock that stand nearest on the shelf, in the same category."""
    if aisle is None or place is None:
        return []
    there = (aisle.goods & shelf.in_stock) - {place}
    if len(there) <= _FEW:
        near = sorted(there, key=lambda at: (abs(at - place), at))
    else:  # outwards, rather than sorting all of a long aisle
        steps = (at for far in range(1, len(shelf.goods)) for at in (place - far, place + far))
        near = list(islice((at for at in steps if at in there), _ALIKE))
    return [shelf.goods[at] for at in near[:_ALIKE]]

"""Goods as pages show them in lists: with the prices and the pictures of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from oscar.core.loading import get_model

from tongbao.mall.shop.money import digits, is_chinese
from tongbao.mall.shop.shelf import Aisle, Good, Seller, Shelf


@dataclass(frozen=True, slots=True)
class Card:
    """A good in a list. ``price_minor`` is None where nobody sells it any more."""

    pk: int
    title: str
    url: str
    price_minor: int | None
    ranges: bool
    in_stock: bool
    seller: str
    rating: float
    key: int
    image: Any


def cards(shelf: Shelf, goods: Sequence[Good], currency: str) -> list[Card]:
    """Return the cards of some goods: two queries, however many there are."""
    keys = [good.pk for good in goods]
    prices, images = _prices(keys, currency), _images(keys)
    made = []
    for good in goods:
        offered = prices.get(good.pk, [])
        seller = shelf.sellers.get(good.partner)
        made.append(
            Card(
                pk=good.pk,
                title=good.title,
                url=reverse("catalogue:detail", args=[good.slug, good.pk]),
                price_minor=min(offered, default=None),
                ranges=len(set(offered)) > 1,
                in_stock=good.in_stock,
                seller=seller_name(seller) if seller else "",
                rating=good.rating,
                key=hue(good),
                image=images.get(good.pk),
            )
        )
    return made


def hue(good: Good) -> int:
    """Return what decides the colour of a good's card: its category."""
    return good.aisles[0] if good.aisles else good.pk


def seller_name(seller: Seller) -> str:
    """Return a merchant's name in the reader's language."""
    return seller.name_zh if is_chinese() else seller.name_en


def aisle_name(aisle: Aisle) -> str:
    """Return a category's name in the reader's language, where there is a translation of it."""
    return gettext(aisle.name) if aisle.name else ""


def aisle_url(aisle: Aisle) -> str:
    """Return the address of a category's page."""
    return reverse("catalogue:category", kwargs={"category_slug": aisle.slug, "pk": aisle.pk})


def _prices(keys: list[int], currency: str) -> dict[int, list[int]]:
    records = (
        get_model("partner", "StockRecord")
        .objects.filter(price__isnull=False, price_currency=currency)
        .filter(Q(product__in=keys) | Q(product__parent__in=keys))
        .order_by("id")
        .values_list("product_id", "product__parent_id", "price")
    )
    found: dict[int, list[int]] = {}
    seen: set[int] = set()
    for product, parent, price in records:
        if product not in seen:
            seen.add(product)
            found.setdefault(parent or product, []).append(int(price.scaleb(digits(currency))))
    return found


def _images(keys: list[int]) -> dict[int, Any]:
    images = get_model("catalogue", "ProductImage").objects.filter(product__in=keys)
    found: dict[int, Any] = {}
    for one in images.order_by("display_order", "id"):
        found.setdefault(one.product_id, one.original)
    return found

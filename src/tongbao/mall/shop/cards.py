"""Goods as pages show them in lists: with the prices and the pictures of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from oscar.core.loading import get_model

from tongbao.mall.shop import names
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
    image: Any


def cards(shelf: Shelf, goods: Sequence[Good], currency: str) -> list[Card]:
    """Return the cards of some goods: two queries, however many there are."""
    keys = [good.pk for good in goods]
    offers, images = _offers(keys, currency), _images(keys)
    made = []
    for good in goods:
        prices, in_stock = offers.get(good.pk, ([], False))
        seller = shelf.sellers.get(good.partner)
        made.append(
            Card(
                pk=good.pk,
                title=good.title,
                url=reverse("catalogue:detail", args=[good.slug, good.pk]),
                price_minor=min(prices, default=None),
                ranges=len(set(prices)) > 1,
                in_stock=in_stock,
                seller=seller_name(seller) if seller else "",
                rating=good.rating,
                image=images.get(good.pk),
            )
        )
    return made


def of_each_kind(goods: Sequence[Good], most: int) -> list[Good]:
    """Return the first good of each category, then the first of the rest: at most so many."""
    seen: set[int] = set()
    first = []
    for good in goods:
        kind = good.aisles[0] if good.aisles else -good.pk
        if kind not in seen:
            seen.add(kind)
            first.append(good)
    return [*first, *(good for good in goods[:most] if good not in first)][:most]


def seller_name(seller: Seller) -> str:
    """Return a merchant's name in the reader's language."""
    return seller.name_zh if is_chinese() else seller.name_en


def aisle_name(aisle: Aisle) -> str:
    """Return a category's name in the reader's language, where there is a translation of it."""
    return names.category(aisle.name)


def aisle_url(aisle: Aisle) -> str:
    """Return the address of a category's page."""
    return reverse("catalogue:category", kwargs={"category_slug": aisle.slug, "pk": aisle.pk})


def _offers(keys: list[int], currency: str) -> dict[int, tuple[list[int], bool]]:
    """Read prices and whether any variant is in stock, by the key of the product or its parent."""
    # By keys, not by an OR over both tables: that would read every record there is.
    variants = get_model("catalogue", "Product").objects.filter(Q(pk__in=keys) | Q(parent__in=keys))
    records = (
        get_model("partner", "StockRecord")
        .objects.filter(price__isnull=False, price_currency=currency)
        .filter(product__in=variants.values("pk"))
        .order_by("id")
        .values_list(
            "product_id",
            "product__parent_id",
            "product__product_class__track_stock",
            "product__parent__product_class__track_stock",
            "price",
            "num_in_stock",
            "num_allocated",
        )
    )
    found: dict[int, tuple[list[int], bool]] = {}
    seen: set[int] = set()
    for product, parent, own, above, price, held, promised in records:
        if product in seen:
            continue  # Oscar sells from the first record of a product
        seen.add(product)
        is_tracked = above if own is None else own
        prices, in_stock = found.get(parent or product, ([], False))
        found[parent or product] = (
            [*prices, int(price.scaleb(digits(currency)))],
            in_stock or not is_tracked or (held or 0) - (promised or 0) > 0,
        )
    return found


def _images(keys: list[int]) -> dict[int, Any]:
    images = get_model("catalogue", "ProductImage").objects.filter(product__in=keys)
    found: dict[int, Any] = {}
    for one in images.order_by("display_order", "id"):
        found.setdefault(one.product_id, one.original)
    return found

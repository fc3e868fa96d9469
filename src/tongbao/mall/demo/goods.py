"""Filling a shop's shelves: categories, goods and their prices, thousands at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.text import slugify
from oscar.core.loading import get_model

from tongbao.mall.merchants.models import Merchant
from tongbao.mall.services import kinds
from tongbao.mall.shop.money import digits

Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
ProductCategory = get_model("catalogue", "ProductCategory")
ProductClass = get_model("catalogue", "ProductClass")
StockRecord = get_model("partner", "StockRecord")

_BATCH: Final = 500
IN_STOCK: Final = 500


@dataclass(frozen=True, slots=True)
class Article:
    """Something to sell; the price in minor units."""

    sku: str
    title: str
    description: str
    price_minor: int
    category: str
    merchant: str
    kind: str = kinds.GOODS
    facts: Mapping[str, object] = field(default_factory=dict)  # attributes of its kind


def make_categories(names: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Make top-level categories, given as slug and name, in that order; by slug."""
    found = {}
    for slug, name in names:
        there = Category.objects.filter(slug=slug).first()
        found[slug] = there or Category.objects.add_root({"slug": slug, "name": name})
    return found


def stock(
    articles: Sequence[Article],
    categories: Mapping[str, Any],
    merchants: Mapping[str, Merchant],
    currency: str,
    told: Callable[[int, int], None],
) -> None:
    """Put the articles on the shelves, in the order given: the first ones are shown first.

    All or none of them; on an empty catalogue.
    """
    kinds.open_kinds()
    classes = {found.slug: found for found in ProductClass.objects.all()}
    with transaction.atomic():
        for start in range(0, len(articles), _BATCH):
            part = articles[start : start + _BATCH]
            products = Product.objects.bulk_create(_products(part, classes))
            ProductCategory.objects.bulk_create(
                ProductCategory(product=product, category=categories[article.category])
                for product, article in zip(products, part, strict=True)
            )
            StockRecord.objects.bulk_create(
                StockRecord(
                    product=product,
                    partner=merchants[article.merchant].partner,
                    partner_sku=article.sku,
                    price_currency=currency,
                    price=major(article.price_minor, currency),
                    num_in_stock=IN_STOCK if article.kind == kinds.GOODS else None,
                )
                for product, article in zip(products, part, strict=True)
            )
            _note_facts(products, part)
            told(start + len(part), len(articles))


def major(minor: int, currency: str) -> Decimal:
    """Return an amount as Oscar writes it.

    >>> major(1275, "GBP")
    Decimal('12.75')
    """
    return Decimal(minor).scaleb(-digits(currency))


def _products(articles: Iterable[Article], classes: Mapping[str, Any]) -> Iterable[Any]:
    for article in articles:
        slug = slugify(article.title, allow_unicode=True)[:200] or slugify(article.sku)
        yield Product(
            structure=Product.STANDALONE,
            upc=article.sku,
            title=article.title,
            slug=slug,
            description=article.description,
            product_class=classes[article.kind],
        )


def _note_facts(products: Sequence[Any], articles: Sequence[Article]) -> None:
    """Write the attributes of the few articles that have any."""
    for product, article in zip(products, articles, strict=True):
        for code, value in article.facts.items():
            attribute = product.product_class.attributes.get(code=code)
            attribute.save_value(product, value)

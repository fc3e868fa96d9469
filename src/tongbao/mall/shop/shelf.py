"""The goods as lists and searches need them: read once, kept until something changes.

Everything that can be bought stands in memory in a few lists and sets, so that a search costs no
query but the one that asks whether anything has changed since. What was added or taken away is
there at once; a change of words or prices within a few seconds, of stock within a minute, so that
a busy shop does not read its shelves again after every sale. Lists show prices and what is sold
out as they are, see `cards`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic, perf_counter
from typing import Any, Final

from django.db import connections
from django.utils.translation import override
from oscar.core.loading import get_model

from tongbao.mall.services.faces import unsold
from tongbao.mall.shop import names
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.money import digits
from tongbao.mall.shop.words import spellings, spoken

RESTOCK_SECONDS: Final = 5.0
"""How old a change of words or prices may be before the shelf is read again."""

RECOUNT_SECONDS: Final = 60.0
"""How old the shelf may be at all: what is sold leaves no date."""

NAMED_IN: Final = ("en", "zh-hans")
"""The languages in whose names for a category its goods are found."""

_KEPT: Final = 3  # shelves of different databases: a process has one, tests have several
_REST: Final = 50  # a shelf is read again for at most one fiftieth of the time
_STAMP: Final = """
SELECT (SELECT COUNT(*) FROM catalogue_product), (SELECT MAX(id) FROM catalogue_product),
       (SELECT COUNT(*) FROM catalogue_productcategory),
       (SELECT MAX(id) FROM catalogue_productcategory),
       (SELECT COUNT(*) FROM catalogue_category), (SELECT MAX(id) FROM partner_stockrecord),
       (SELECT MAX(date_updated) FROM catalogue_product),
       (SELECT MAX(date_updated) FROM partner_stockrecord)"""
_SLOW: Final = 6  # from here on, the stamp's parts that may wait


@dataclass(frozen=True, slots=True)
class Good:
    """Something for sale. ``price_minor`` is the least of its variants' prices."""

    place: int
    pk: int
    title: str
    slug: str
    price_minor: int
    in_stock: bool
    partner: int
    aisles: tuple[int, ...]
    rating: float
    sold: int


@dataclass(frozen=True, slots=True)
class Aisle:
    """A category; ``path`` has the keys from the outermost to its own, ``goods`` places."""

    pk: int
    name: str
    slug: str
    description: str
    path: tuple[int, ...]
    in_menu: bool
    goods: frozenset[int]


@dataclass(frozen=True, slots=True)
class Seller:
    """A merchant, as lists name it."""

    partner: int
    name_en: str
    name_zh: str
    goods: frozenset[int]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All goods in the order in which they were put there; sets hold their places."""

    stamp: tuple[object, ...] = ()
    read_at: float = 0.0
    cost: float = 0.0
    goods: tuple[Good, ...] = ()
    places: Mapping[int, int] = field(default_factory=dict)  # by the product's key
    aisles: Mapping[int, Aisle] = field(default_factory=dict)
    sellers: Mapping[int, Seller] = field(default_factory=dict)
    in_stock: frozenset[int] = frozenset()
    words: Mapping[str, frozenset[int]] = field(default_factory=dict)
    of_aisles: Mapping[str, frozenset[int]] = field(default_factory=dict)  # by words of their names
    spelled: Mapping[str, str] = field(default_factory=dict)  # where that is not as in `words`
    vocabulary: tuple[str, ...] = ()  # the words in order
    by_price: tuple[int, ...] = ()
    by_rating: tuple[int, ...] = ()

    def beneath(self, aisle: Aisle | None = None) -> list[Aisle]:
        """Return the categories right below one, or the outermost, that have goods."""
        above = () if aisle is None else aisle.path
        return [
            one
            for one in self.aisles.values()
            if one.path[:-1] == above and one.goods and one.in_menu
        ]


_kept: Final[dict[str, Shelf]] = {}
_lock: Final = Lock()


def the_shelf(currency: str) -> Shelf:
    """Return the shelf of the catalogue: one query, more only after a change."""
    database = str(connections["default"].settings_dict["NAME"])
    stamp = _stamp()
    kept = _kept.get(database)
    if kept is not None and _fresh(kept, stamp):
        return kept
    with _lock:
        kept = _kept.get(database)
        if kept is None or not _fresh(kept, stamp):
            kept = _filled(stamp, currency)
            _kept.pop(database, None)
            while len(_kept) >= _KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[database] = kept
    return kept


def forget() -> None:
    """Read the shelves again at the next look."""
    with _lock:
        _kept.clear()


def _fresh(kept: Shelf, stamp: tuple[object, ...]) -> bool:
    if kept.stamp[:_SLOW] != stamp[:_SLOW]:
        return False
    limit = RECOUNT_SECONDS if kept.stamp == stamp else RESTOCK_SECONDS
    return monotonic() - kept.read_at < max(limit, kept.cost * _REST)


def _stamp() -> tuple[object, ...]:
    with connections["default"].cursor() as cursor:
        cursor.execute(_STAMP)
        return tuple(cursor.fetchone())


def _filled(stamp: tuple[object, ...], currency: str) -> Shelf:
    began = perf_counter()
    offers = _offers(currency)
    for pk in unsold(the_shop()):
        offers.pop(pk, None)
    aisles_of = defaultdict(list)
    ways = get_model("catalogue", "ProductCategory").objects.order_by("id")
    for product, category in ways.values_list("product_id", "category_id"):
        aisles_of[product].append(category)
    paths = _paths()
    goods = _goods(offers, aisles_of, paths)
    words = defaultdict(set)
    for good in goods:
        for word in spoken(good.title):
            words[word].add(good.place)
    aisles = _aisles(goods, paths)
    return Shelf(
        stamp=stamp,
        read_at=monotonic(),
        cost=perf_counter() - began,
        goods=tuple(goods),
        places={good.pk: good.place for good in goods},
        aisles=aisles,
        sellers=_sellers(goods),
        in_stock=frozenset(good.place for good in goods if good.in_stock),
        words={word: frozenset(places) for word, places in words.items()},
        of_aisles=named(aisles.values()),
        spelled=spelled(good.title for good in goods),
        vocabulary=tuple(sorted(words)),
        by_price=tuple(one.place for one in sorted(goods, key=lambda one: one.price_minor)),
        by_rating=tuple(
            one.place for one in sorted(goods, key=lambda one: (-one.rating, -one.sold))
        ),
    )


def named(aisles: Iterable[Aisle]) -> dict[str, frozenset[int]]:
    """Return the places of goods by the words of their categories' names, in every language."""
    found: dict[str, set[int]] = defaultdict(set)
    for aisle in aisles:
        for language in NAMED_IN:
            with override(language):
                name = names.category(aisle.name)
            for word in spoken(name):
                found[word] |= aisle.goods
    return {word: frozenset(places) for word, places in found.items() if places}


def spelled(titles: Iterable[str]) -> dict[str, str]:
    """Return how words are mostly written of which the index keeps only a stem.

    >>> spelled(["Christmas tree", "Christmas trees", "Red tree"])
    {'christma': 'christmas'}
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for title in titles:
        for word, run in spellings(title):
            counts[word][run] += 1
    mostly = {word: runs.most_common(1)[0][0] for word, runs in counts.items()}
    return {word: run for word, run in mostly.items() if run != word}


@dataclass(slots=True)
class _Offer:
    """What the stock records of a product and its variants come to."""

    price_minor: int
    in_stock: bool
    partner: int


def _offers(currency: str) -> dict[int, _Offer]:
    """Read the stock records: by the key of the product, or of its parent."""
    found: dict[int, _Offer] = {}
    first: set[int] = set()
    records = (
        get_model("partner", "StockRecord")
        .objects.filter(
            price__isnull=False,
            price_currency=currency,
            product__is_public=True,
        )
        .order_by("id")
        .values_list(
            "product_id",
            "product__parent_id",
            "product__product_class__track_stock",
            "product__parent__product_class__track_stock",
            "price",
            "num_in_stock",
            "num_allocated",
            "partner_id",
            "partner__merchant",
        )
    )
    places = digits(currency)
    for pk, parent, tracked, above, price, held, promised, partner, merchant in records.iterator():
        if pk in first:
            continue  # Oscar sells from the first record of a product
        first.add(pk)
        if merchant is None:
            continue  # a partner that is none of our merchants sells nothing
        is_tracked = above if tracked is None else tracked
        in_stock = not is_tracked or (held or 0) - (promised or 0) > 0
        minor = int(price.scaleb(places))
        there = found.get(parent or pk)
        if there is None:
            found[parent or pk] = _Offer(minor, in_stock, partner)
        else:
            there.price_minor = min(there.price_minor, minor)
            there.in_stock = there.in_stock or in_stock
    return found


def _goods(
    offers: Mapping[int, _Offer],
    aisles_of: Mapping[int, list[int]],
    paths: Mapping[int, tuple[Any, tuple[int, ...]]],
) -> list[Good]:
    products = (
        get_model("catalogue", "Product")
        .objects.filter(is_public=True, parent=None)
        .order_by("id")
        .values_list("id", "title", "slug", "rating", "stats__num_purchases")
    )
    goods: list[Good] = []
    for pk, title, slug, rating, sold in products.iterator():
        offer = offers.get(pk)
        if offer is None:
            continue  # nobody sells it
        aisles = tuple(one for one in aisles_of.get(pk, ()) if one in paths)
        goods.append(
            Good(
                place=len(goods),
                pk=pk,
                title=title,
                slug=slug,
                price_minor=offer.price_minor,
                in_stock=offer.in_stock,
                partner=offer.partner,
                aisles=aisles,
                rating=rating or 0.0,
                sold=sold or 0,
            )
        )
    return goods


def _paths() -> dict[int, tuple[Any, tuple[int, ...]]]:
    """Read the categories that may be seen, in the tree's order, each with the keys down to it."""
    categories = get_model("catalogue", "Category").objects.filter(
        is_public=True, ancestors_are_public=True
    )
    found: dict[int, tuple[Any, tuple[int, ...]]] = {}
    trail: list[int] = []
    for one in categories.order_by("path"):
        del trail[one.depth - 1 :]
        trail.append(one.pk)
        found[one.pk] = (one, tuple(trail))
    return found


def _aisles(
    goods: list[Good], paths: Mapping[int, tuple[Any, tuple[int, ...]]]
) -> dict[int, Aisle]:
    inside = defaultdict(set)
    for good in goods:
        for aisle in good.aisles:
            for above in paths[aisle][1]:
                inside[above].add(good.place)
    found = {}
    for pk, (one, path) in paths.items():
        slug = "/".join(paths[above][0].slug for above in path)
        found[pk] = Aisle(
            pk=pk,
            name=one.name,
            slug=slug,
            description=one.description,
            path=path,
            in_menu=not one.exclude_from_menu,
            goods=frozenset(inside[pk]),
        )
    return found


def _sellers(goods: list[Good]) -> dict[int, Seller]:
    inside = defaultdict(set)
    for good in goods:
        inside[good.partner].add(good.place)
    partners = get_model("partner", "Partner").objects.filter(pk__in=inside)
    named = partners.values_list("pk", "name", "merchant__name_en", "merchant__name_zh")
    return {
        pk: Seller(pk, english or name, chinese or name, frozenset(inside[pk]))
        for pk, name, english, chinese in named.order_by("pk")
    }

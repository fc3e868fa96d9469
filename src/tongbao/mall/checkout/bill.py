"""What a basket comes to: each merchant's goods and share of the shipping, in minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final

from django.utils.translation import gettext as _

from tongbao.mall.merchants.models import Merchant
from tongbao.mall.sales import goods
from tongbao.mall.sales.exact import NotExact, to_minor
from tongbao.mall.sales.models import Part
from tongbao.mall.sales.placing import Draft
from tongbao.mall.sales.split import earning
from tongbao.mall.sales.splitting import allocate
from tongbao.mall.sales.untyped import Basket, BasketLine, Method
from tongbao.mall.services import faces
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import digits, money

_COLUMN: Final = Decimal("9999999999.99")  # the most that Oscar's columns hold


@dataclass(frozen=True, slots=True)
class Item:
    """A line: its goods and what they cost, after discounts and before."""

    line: BasketLine
    unit_minor: int
    total_minor: int
    before_minor: int
    trouble: str
    earlier_minor: int = 0  # what one cost when it was put in, where that was another price
    cost_minor: int = 0  # what the provider of what is bought at its face value charges
    is_face: bool = False

    @property
    def fewer(self) -> int:
        """One fewer."""
        return int(self.line.quantity) - 1

    @property
    def more(self) -> int:
        """One more."""
        return int(self.line.quantity) + 1

    @property
    def options(self) -> list[tuple[str, str]]:
        """What was chosen: name and value of each option."""
        return [(one.option.name, str(one.value)) for one in self.line.attributes.all()]


@dataclass(frozen=True, slots=True)
class Group:
    """One merchant's goods, and its share of the shipping.

    What is bought at its face value is a group of its own (``kind``), and so are vouchers.
    """

    merchant: Merchant
    items: tuple[Item, ...]
    shipping_minor: int = 0
    kind: str = Part.Kind.GOODS

    @property
    def is_face(self) -> bool:
        """Whether it is bought at its face value, and so paid in money alone."""
        return self.kind == Part.Kind.FACE

    @property
    def cost_minor(self) -> int:
        """What the providers of what is bought at its face value charge."""
        return sum(item.cost_minor for item in self.items)

    @property
    def earns_minor(self) -> int:
        """What of it earns points, if it is paid in money."""
        return earning(self.total_minor, self.cost_minor)

    @property
    def goods_minor(self) -> int:
        """Its goods after discounts."""
        return sum(item.total_minor for item in self.items)

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.goods_minor + self.shipping_minor


@dataclass(frozen=True, slots=True)
class Bill:
    """What a basket comes to; ``troubles`` say why it cannot be bought as it is.

    ``above`` is the one of them that is about no single line: the whole is too much. ``orphans``
    are lines of no merchant, each with its trouble: they can only be taken out.
    """

    groups: tuple[Group, ...]
    shipping_minor: int
    troubles: tuple[str, ...]
    above: str = ""
    orphans: tuple[Item, ...] = ()

    @property
    def goods_minor(self) -> int:
        """All goods after discounts."""
        return sum(group.goods_minor for group in self.groups)

    @property
    def before_minor(self) -> int:
        """All goods before discounts."""
        return sum(item.before_minor for group in self.groups for item in group.items)

    @property
    def discount_minor(self) -> int:
        """What offers and codes took off the goods."""
        return self.before_minor - self.goods_minor

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.goods_minor + self.shipping_minor

    @property
    def face_minor(self) -> int:
        """What of it is paid in money alone: what is bought at its face value."""
        return sum(group.total_minor for group in self.groups if group.is_face)

    @property
    def face_earns_minor(self) -> int:
        """What of that earns points."""
        return sum(group.earns_minor for group in self.groups if group.is_face)

    def drafts(self) -> list[Draft]:
        """Return the merchants' parts of the sale."""
        return [
            Draft(group.merchant, group.total_minor, group.kind, group.cost_minor)
            for group in self.groups
        ]


def bill(shop: Shop, basket: Basket, method: Method = None) -> Bill:
    """Return what a basket comes to, with that way of shipping or without any.

    The basket's lines were read by `lines.loaded`. The cost of shipping is divided over the
    merchants whose goods are shipped, in proportion to these.
    """
    items: dict[tuple[Merchant, str], list[Item]] = {}
    troubles = []
    orphans = []
    for line in basket.all_lines():
        merchant = getattr(line.stockrecord.partner, "merchant", None)
        item = _item(shop, line, merchant)
        if item.trouble:
            troubles.append(item.trouble)
        if merchant is None:
            orphans.append(item)
        else:
            kind = faces.part_kind(line.product)
            items.setdefault((merchant, kind), []).append(item)
    cost = 0 if method is None or not items else _cost(shop, basket, method)
    whole = cost + sum(one.before_minor for found in items.values() for one in found)
    above = ""
    if whole > most_minor(shop.currency):
        above = _(
            "An order can total at most %(amount)s. Reduce the quantity or place several orders."
        )
        above %= {"amount": money(most_minor(shop.currency), shop.currency)}
        troubles.append(above)
    ordered = sorted(items, key=lambda one: (one[0].pk, Part.Kind.values.index(one[1])))
    shares = allocate(cost, _weights([items[one] for one in ordered])) if cost else [0] * len(items)
    groups = tuple(
        Group(one[0], tuple(items[one]), share, one[1])
        for one, share in zip(ordered, shares, strict=True)
    )
    return Bill(groups, cost, tuple(troubles), above, tuple(orphans))


def most_minor(currency: str) -> int:
    """Return what an order may come to, before discounts, in minor units."""
    places = Decimal(1).scaleb(-min(2, digits(currency)))
    return to_minor(_COLUMN.quantize(places, ROUND_DOWN), currency)


def _cost(shop: Shop, basket: Basket, method: Method) -> int:
    return to_minor(method.calculate(basket).incl_tax, shop.currency)


def _weights(groups: Sequence[list[Item]]) -> list[int]:
    shipped = [
        sum(item.total_minor for item in items if item.line.product.is_shipping_required)
        for items in groups
    ]
    if any(shipped):
        return shipped
    # Goods for nothing are shipped too: then by the number of merchants.
    return [int(any(i.line.product.is_shipping_required for i in items)) for items in groups]


def _item(shop: Shop, line: BasketLine, merchant: Merchant | None) -> Item:
    title = line.product.get_title()
    gone = _("“%(title)s” is currently unavailable. Remove it to continue.") % {"title": title}
    price = line.purchase_info.price
    if not _is_sold(shop, line, merchant):
        return Item(line, 0, 0, 0, gone)
    face = faces.face_of(line.product, shop.currency) if faces.is_face(line.product) else None
    try:
        unit = to_minor(price.incl_tax, shop.currency)
        total = to_minor(line.line_price_incl_tax_incl_discounts, shop.currency)
    except NotExact:
        return Item(line, 0, 0, 0, gone)
    then = line.price_incl_tax
    earlier = 0 if then is None or then == price.incl_tax else to_minor(then, shop.currency)
    trouble = _stock_trouble(line, title) or _too_many(line, title)
    cost = 0 if face is None else face.cost_minor * line.quantity
    whole = unit * line.quantity
    return Item(line, unit, total, whole, trouble, earlier, cost, face is not None)


def _is_sold(shop: Shop, line: BasketLine, merchant: Merchant | None) -> bool:
    info = line.purchase_info
    return (
        merchant is not None
        and merchant.is_open
        and line.product.is_public
        and faces.is_sold(shop, line.product, merchant.account)
        and info.price.exists
        and info.price.currency == shop.currency
        # The price is that of the goods' first stock record; it must be this merchant's.
        and info.stockrecord.pk == line.stockrecord_id
    )


def _too_many(line: BasketLine, title: str) -> str:
    most = goods.most_of(line.product)
    if line.quantity <= most:
        return ""
    return _("You can order at most %(count)d of “%(title)s”. Reduce the quantity to continue.") % {
        "title": title,
        "count": most,
    }


def _stock_trouble(line: BasketLine, title: str) -> str:
    availability = line.purchase_info.availability
    if availability.is_purchase_permitted(line.quantity)[0]:
        return ""
    left = max(0, getattr(availability, "num_available", 0) or 0)
    if not left:
        return _("“%(title)s” is sold out. Remove it to continue.") % {"title": title}
    return _("Only %(count)d of “%(title)s” are left. Reduce the quantity to continue.") % {
        "title": title,
        "count": left,
    }

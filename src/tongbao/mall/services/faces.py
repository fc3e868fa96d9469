"""What is bought at its face value: top-ups, gift cards, whatever is as good as money.

Such a product says its face itself (the attribute ``face``, in the mall's currency): it is what
whoever gets it has, and neither the price before a discount nor after. It costs the mall what its
provider charges: a top-up's says so, of anything else the attribute ``face_cost`` does; where
nobody says, it is the face. Only what is left of the price after that earns points.

Only the mall's own merchant sells it: whoever else did would be paid for what the mall's provider
delivers. What cannot be sold so is neither offered nor put in a basket nor ordered.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db.models import Q
from oscar.core.loading import get_model

from tongbao.mall.sales.exact import NotExact, to_minor
from tongbao.mall.sales.models import FaceLine, OrderLine, Part, Sale, VoucherLine
from tongbao.mall.sales.split import earning
from tongbao.mall.services import kinds, providers
from tongbao.mall.shop.models import Shop, the_shop

_LONGEST: Final = 20
_DIGITS: Final = 9  # before the point: what Oscar's own prices have


@dataclass(frozen=True, slots=True)
class Face:
    """One unit: what it is worth to whoever gets it, and what it costs the mall; minor units.

    ``provider`` is the code of a top-up's, nothing where nobody takes its kind or it is no top-up.
    """

    face_minor: int
    cost_minor: int
    provider: str = ""

    def earns(self, price_minor: int) -> int:
        """Return what of a price is left after its provider: that much earns points."""
        return earning(price_minor, self.cost_minor)


def is_face(product: Any) -> bool:  # noqa: ANN401  # of Oscar or Django, without types
    """Say whether a product is bought at its face value: a top-up, or whatever says its face."""
    if product is None:
        return False
    return kinds.kind_of(product) == kinds.TOPUP or bool(kinds.attribute(product, kinds.FACE))


def face_of(product: Any, currency: str) -> Face | None:  # noqa: ANN401  # likewise
    """Return a product's face and cost, None where it says no amount: then it cannot be sold."""
    face = amount_of(kinds.attribute(product, kinds.FACE), currency)
    if not face:
        return None
    kind = kinds.topup_kind(product)
    if kinds.kind_of(product) == kinds.TOPUP:
        provider = None if kind is None else providers.provider_for(kind)
        if kind is None or provider is None:
            return Face(face, face)
        return Face(face, max(0, provider.cost_minor(kind, face, currency)), provider.code)
    written = kinds.attribute(product, kinds.FACE_COST)
    cost = face if written in {None, ""} else amount_of(written, currency)
    return None if cost is None else Face(face, cost)


def amount_of(text: object, currency: str) -> int | None:
    """Return an amount of money in minor units, None where the text is none that there is."""
    try:
        amount = Decimal(str(text or "").strip()[:_LONGEST])
        if not amount.is_finite() or amount.adjusted() > _DIGITS:
            return None
        minor = to_minor(amount, currency)
    except (InvalidOperation, NotExact):
        return None
    return minor if minor >= 0 else None


def is_sold(shop: Shop, product: Any, account: str) -> bool:  # noqa: ANN401  # likewise
    """Say whether that merchant may sell a product: at its face value only the mall's own may."""
    if not is_face(product):
        return True
    return account == shop.account and face_of(product, shop.currency) is not None


def is_for_sale(shop: Shop, product: Any) -> bool:  # noqa: ANN401  # likewise
    """Say whether whoever has a product is a merchant of the mall that may sell it.

    A parent, which nobody has itself, is: its variants say.
    """
    record = product.stockrecords.select_related("partner__merchant").order_by("pk").first()
    if record is None:
        return is_sold(shop, product, "")
    merchant = getattr(record.partner, "merchant", None)
    return merchant is not None and is_sold(shop, product, merchant.account)


def unsold(shop: Shop) -> frozenset[int]:
    """Return the products that are bought at their face value and are not to be offered."""
    product = get_model("catalogue", "Product")
    written = Q(attribute_values__attribute__code=kinds.FACE) | Q(
        parent__attribute_values__attribute__code=kinds.FACE
    )
    by_class = Q(product_class__slug=kinds.TOPUP) | Q(parent__product_class__slug=kinds.TOPUP)
    found = (
        product.objects.filter(by_class | written)
        .distinct()
        .select_related("product_class", "parent__product_class")
    )
    rows = found.prefetch_related(
        "attribute_values__attribute",
        "parent__attribute_values__attribute",
        "stockrecords__partner__merchant",
    )
    return frozenset(one.pk for one in rows if not _is_offered(shop, one))


def part_kind(product: Any) -> Part.Kind:  # noqa: ANN401  # likewise
    """Return in which of a merchant's parts of a sale a product is."""
    if is_face(product):
        return Part.Kind.FACE
    is_voucher = kinds.kind_of(product) == kinds.VOUCHER
    return Part.Kind.VOUCHER if is_voucher else Part.Kind.GOODS


def on_placed(sale: Sale) -> None:
    """Write down what of an order is vouchers, and the face and cost, as they are now, of the rest.

    That is of what it has at its face value.
    """
    if sale.order is None:
        return
    currency = the_shop().currency
    for part in sale.parts.exclude(kind=Part.Kind.GOODS).select_related("sale", "merchant"):
        lines = OrderLine.objects.filter(order=sale.order, partner=part.merchant.partner_id)
        for line in lines.select_related("product__product_class").order_by("pk"):
            if part_kind(line.product) != part.kind:
                continue
            if part.kind == Part.Kind.VOUCHER:
                VoucherLine.objects.create(part=part, line=line)
                continue
            face = face_of(line.product, currency)
            if face is not None:
                FaceLine.objects.create(
                    part=part,
                    line=line,
                    face_minor=face.face_minor,
                    cost_minor=face.cost_minor,
                    provider=face.provider,
                )


def _is_offered(shop: Shop, product: Any) -> bool:  # noqa: ANN401  # of Oscar, without types
    if not is_face(product):
        return True
    records = sorted(product.stockrecords.all(), key=lambda record: record.pk)
    if not records:  # a parent: its variants say
        return True
    merchant = getattr(records[0].partner, "merchant", None)
    return merchant is not None and is_sold(shop, product, merchant.account)

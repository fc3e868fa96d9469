"""The kinds of products: Oscar's product classes, with what each needs to be fulfilled."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Q
from oscar.core.loading import get_model

from tongbao.mall.services.models import Topup, Voucher

GOODS: Final = "goods"
VOUCHER: Final = "voucher"
TOPUP: Final = "topup"
FACE: Final = "face"  # what whoever gets it has, in the mall's currency: it is as good as money
FACE_COST: Final = "face_cost"  # what its provider charges the mall for it, where no top-up says so
TARGET: Final = "target"  # the option that holds whose account is topped up
USUAL_DAYS: Final = 90  # a voucher's, where its product does not say
MOST_DAYS: Final = 1096

_ATTRIBUTES: Final = (
    (VOUCHER, "voucher_days", "Valid for days", "integer"),
    (TOPUP, "topup_kind", "Kind", "text"),  # a value of `Topup.Kind`
    *((kind, FACE, "Face value", "text") for kind in (TOPUP, VOUCHER, GOODS)),
    *((kind, FACE_COST, "Cost of the face value", "text") for kind in (VOUCHER, GOODS)),
)


@transaction.atomic
def open_kinds() -> None:
    """Make the product classes, their attributes and options; nothing that is there changes."""
    classes, attributes = (
        get_model("catalogue", name) for name in ("ProductClass", "ProductAttribute")
    )
    option, _ = get_model("catalogue", "Option").objects.get_or_create(
        code=TARGET, defaults={"name": "Number to top up", "type": "text", "required": True}
    )
    made = {}
    for slug, name in ((GOODS, "Goods"), (VOUCHER, "Voucher"), (TOPUP, "Top-up")):
        made[slug], _ = classes.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "requires_shipping": slug == GOODS,
                "track_stock": slug == GOODS,
            },
        )
    made[TOPUP].options.add(option)
    for slug, code, name, kind in _ATTRIBUTES:
        attributes.objects.get_or_create(
            product_class=made[slug],
            code=code,
            defaults={"name": name, "type": kind, "required": False},
        )


def kind_of(product: Any) -> str:  # noqa: ANN401  # of Oscar or Django, without types
    """Return a product's kind; what is gone from the catalogue or of another class is goods."""
    if product is None:
        return GOODS
    slug = product.get_product_class().slug
    return slug if slug in {VOUCHER, TOPUP} else GOODS


def valid_for(product: Any) -> timedelta:  # noqa: ANN401  # of Oscar or Django, without types
    """Return how long a voucher of that product is good."""
    days = attribute(product, "voucher_days")
    return timedelta(days=min(max(int(days), 1), MOST_DAYS) if days else USUAL_DAYS)


def longest_use(now: datetime) -> timedelta:
    """Return how long after a payment a voucher may be used: the longest on sale, the last open one."""
    product, value = (get_model("catalogue", name) for name in ("Product", "ProductAttributeValue"))
    kind = Q(product_class__slug=VOUCHER) | Q(parent__product_class__slug=VOUCHER)
    days = 0
    if product.objects.filter(kind).exists():
        written = value.objects.filter(attribute__code="voucher_days")
        days = max(USUAL_DAYS, written.aggregate(most=Max("value_integer"))["most"] or 0)
    last = Voucher.objects.filter(state=Voucher.State.ISSUED).aggregate(at=Max("expires_at"))["at"]
    open_one = timedelta() if last is None else last - now
    return max(timedelta(days=min(days, MOST_DAYS)), open_one)


def topup_kind(product: Any) -> Topup.Kind | None:  # noqa: ANN401  # of Oscar or Django, without types
    """Return what a product tops up, None where its attribute names nothing that there is."""
    named = str(attribute(product, "topup_kind") or "").strip().lower()
    return Topup.Kind(named) if named in Topup.Kind.values else None


def attribute(product: Any, code: str) -> Any:  # noqa: ANN401  # of Oscar or Django, without types
    """Return an attribute's value; a variant that has none has its parent's.

    Reads `attribute_values`, which callers prefetch.
    """
    for one in (product, product.parent):
        for value in () if one is None else one.attribute_values.all():
            if value.attribute.code == code and value.value not in {None, ""}:
                return value.value
    return None

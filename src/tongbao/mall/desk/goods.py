"""Goods in the dashboard: what a sale of each leaves, and who may sell what is as good as money."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from tongbao.mall.merchants.models import Merchant
from tongbao.mall.sales.leaves import Sold, Worked, by_margin, leaves_of
from tongbao.mall.sales.split import earning
from tongbao.mall.services import faces, kinds
from tongbao.mall.services.models import Topup
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.money import digits

StockRecord = get_model("partner", "StockRecord")
_PART: Final = "stockrecord_formset"


@dataclass(frozen=True, slots=True)
class Offered:
    """A product as a merchant sells it: what a sale leaves; the cost is None where nobody said."""

    merchant: Merchant
    price_minor: int
    cost_minor: int | None
    is_face: bool
    worked: Worked


def work_out(products: Iterable[Any]) -> dict[int, list[Offered]]:
    """Return by product what a sale at its price leaves each merchant that has it."""
    shop = the_shop()
    records = list(
        StockRecord.objects.filter(product__in=list(products), partner__merchant__isnull=False)
        .exclude(price=None)
        .filter(price_currency=shop.currency)
        .select_related("partner__merchant", "cost", "product__product_class", "product__parent")
        .prefetch_related(
            "product__attribute_values__attribute", "product__parent__attribute_values__attribute"
        )
        .order_by("pk")
    )
    sold = [_sold(shop, record) for record in records]
    found: dict[int, list[Offered]] = {}
    for record, one, worked in zip(records, sold, leaves_of(shop, sold), strict=True):
        cost = getattr(record, "cost", None)
        offered = Offered(
            record.partner.merchant,
            one.amount,
            None if cost is None else cost.minor,
            faces.is_face(record.product),
            worked,
        )
        found.setdefault(record.product_id, []).append(offered)
    return found


def check_form(product_class: Any, form: Any, formsets: Mapping[str, Any]) -> bool:  # noqa: ANN401  # of Oscar, without types
    """Refuse a product at its face value that could never be sold; say at which field why.

    Only the mall's own merchant sells it: whoever else did would be paid for what the mall's
    provider delivers. Its face, its cost and what it tops up have to be readable.
    """
    if not form.is_valid():
        return False
    given, product = form.cleaned_data, form.instance
    is_topup = product_class.slug == kinds.TOPUP
    face = given.get("attr_face") or _inherited(product, kinds.FACE)
    if not is_topup and not face:
        return True
    shop = the_shop()
    _check_amounts(form, shop, face, is_needed=is_topup and not product.is_parent)
    topped = str(given.get("attr_topup_kind") or _inherited(product, "topup_kind") or "")
    if is_topup and not product.is_parent and topped.strip().lower() not in Topup.Kind.values:
        form.add_error(
            "attr_topup_kind",
            _("Enter what is topped up: %(kinds)s.") % {"kinds": ", ".join(Topup.Kind.values)},
        )
    sellers = list(_others(formsets[_PART], shop))
    for one in sellers:
        one.add_error("partner", _only_own(shop))
    if product.pk and product.is_parent and _sold_by_others(product, shop):
        form.add_error(None, _only_own(shop))
    return form.is_valid() and not sellers


def _check_amounts(form: Any, shop: Shop, face: object, *, is_needed: bool) -> None:  # noqa: ANN401  # likewise
    wrong = _("Enter an amount in %(currency)s, such as 50.00.") % {"currency": shop.currency}
    if (face or is_needed) and not faces.amount_of(face, shop.currency):
        form.add_error("attr_face", wrong)
    cost = form.cleaned_data.get("attr_face_cost")
    if cost and faces.amount_of(cost, shop.currency) is None:
        form.add_error("attr_face_cost", wrong)


def _others(formset: Any, shop: Shop) -> Iterator[Any]:  # noqa: ANN401  # likewise
    """Yield the lines of a formset that name another merchant than the mall's own."""
    for one in formset.forms:
        given = getattr(one, "cleaned_data", {})
        partner = given.get("partner")
        if partner is not None and not given.get("DELETE"):
            merchant = getattr(partner, "merchant", None)
            if merchant is None or merchant.account != shop.account:
                yield one


def _sold_by_others(product: Any, shop: Shop) -> bool:  # noqa: ANN401  # likewise
    records = StockRecord.objects.filter(product__parent=product)
    return bool(records.exclude(partner__merchant__account=shop.account).exists())


def _only_own(shop: Shop) -> str:
    own = Merchant.objects.filter(account=shop.account).first()
    return _(
        "Only the mall's own merchant (%(name)s) sells top-ups and whatever else has a face value: it "
        "is the mall that its provider charges."
    ) % {"name": own.name if own else shop.name}


def _inherited(product: Any, code: str) -> object:  # noqa: ANN401  # likewise
    """Return a parent's attribute, which a variant without one has."""
    return None if product.parent is None else kinds.attribute(product.parent, code)


def _sold(shop: Shop, record: Any) -> Sold:  # noqa: ANN401  # likewise
    price = int(record.price.scaleb(digits(shop.currency)))
    product = record.product
    if faces.is_face(product):
        face = faces.face_of(product, shop.currency)
        cost = price if face is None else face.cost_minor
        # What its provider charges beyond the price is the mall's to pay.
        return Sold(price, earning(price, cost), max(0, cost - price), cost)
    sold = by_margin(price, record.partner.merchant.margin_bps)
    known = getattr(record, "cost", None)
    return sold if known is None else Sold(price, sold.profit, known.minor)

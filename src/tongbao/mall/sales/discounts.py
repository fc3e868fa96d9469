"""What an order took of offers and codes: counted when it is placed, free again when it is cancelled.

Oscar counts each use of a code and of an offer while it writes an order, whether that is ever paid.
An order that is cancelled whole (never paid, failed, too late, or before anything of it was sent)
gives all of it back in the transaction that cancels it, so exactly once. What is returned later was
had: its code stays used.

Rows are locked in one order by everybody: offers, then codes, then stock (`stock`), each by its key.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from oscar.core.loading import get_model

from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.untyped import Basket

Code: TypeAlias = Any  # voucher.Voucher

Offer = get_model("offer", "ConditionalOffer")
Voucher = get_model("voucher", "Voucher")
VoucherApplication = get_model("voucher", "VoucherApplication")
OrderDiscount = get_model("order", "OrderDiscount")


def lock(basket: Basket) -> bool:
    """Lock the offers that apply to a basket, and its codes; say whether there are any.

    Then the basket is to be read again: what was left of them may have gone meanwhile.
    """
    offers = [row["offer"].pk for row in basket.offer_applications]
    list(Offer.objects.select_for_update().filter(pk__in=offers).order_by("pk"))
    codes = list(basket.vouchers.select_for_update(of=("self",)).order_by("pk"))
    return bool(offers or codes)


def hold(sale: Sale) -> None:
    """Lock what an order took of offers and codes, before its stock: its last part may end it."""
    if sale.order is not None:
        _held(sale)


def free(sale: Sale) -> None:
    """Give back what a cancelled order took of offers and codes; a sale in person took nothing."""
    if sale.order is None:
        return
    discounts, offers, codes = _held(sale)
    used = VoucherApplication.objects.filter(order=sale.order)
    for row in discounts:
        offer, code = offers.get(row.offer_id), codes.get(row.voucher_id)
        if offer is not None:  # none of these falls below nothing, whoever counted in between
            offer.num_applications = max(0, offer.num_applications - (row.frequency or 0))
            offer.total_discount = max(0, offer.total_discount - row.amount)
            offer.num_orders = max(0, offer.num_orders - 1)
        if code is not None:
            code.total_discount = max(0, code.total_discount - row.amount)
    for code in codes.values():
        code.num_orders = max(0, code.num_orders - used.filter(voucher=code).count())
        code.save()
    for offer in offers.values():
        offer.save()  # open again, where it was used up
    used.delete()
    # The order keeps what it would have had taken off, but counts for no limit any more.
    OrderDiscount.objects.filter(order=sale.order).update(frequency=0)


def codes_of(sale: Sale) -> list[Code]:
    """Return the codes that took something off an order, as far as they are there still."""
    rows = OrderDiscount.objects.filter(order=sale.order, voucher_id__isnull=False)
    return list(Voucher.objects.filter(pk__in=rows.values("voucher_id")).order_by("pk"))


def bring_back(basket: Basket, sale: Sale) -> None:
    """Put an order's codes into a basket, those that its owner may use."""
    for code in codes_of(sale):
        if code.is_active() and code.is_available_to_user(user=basket.owner)[0]:
            basket.vouchers.add(code)


def _held(sale: Sale) -> tuple[list[Any], dict[int | None, Any], dict[int | None, Any]]:
    """Return an order's discounts, and the offers and codes of them, which are locked then."""
    discounts = list(OrderDiscount.objects.filter(order=sale.order).order_by("pk"))
    used = VoucherApplication.objects.filter(order=sale.order).values_list("voucher_id", flat=True)
    offers = _locked(Offer, [row.offer_id for row in discounts])
    codes = _locked(Voucher, [*(row.voucher_id for row in discounts), *used])
    return discounts, offers, codes


def _locked(model: Any, keys: Iterable[int | None]) -> dict[int | None, Any]:  # noqa: ANN401  # Oscar has no types
    """Lock these rows in the order of their keys."""
    wanted = {key for key in keys if key is not None}
    rows = model.objects.select_for_update().filter(pk__in=wanted)
    return {row.pk: row for row in rows.order_by("pk")}

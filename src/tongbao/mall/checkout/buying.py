"""Turning a basket into an order and a sale: one transaction, and what follows it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from oscar.core.loading import get_class, get_model

from tongbao.mall.checkout import unpaid
from tongbao.mall.checkout.bill import Bill, bill
from tongbao.mall.checkout.lines import loaded
from tongbao.mall.checkout.shipping import Repository
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import discounts, placing
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.tenders import in_money
from tongbao.mall.sales.untyped import Address, Method, Request
from tongbao.mall.sales.untyped import Basket as BasketRow
from tongbao.mall.shop.models import Shop

OrderCreator, OrderNumberGenerator = (
    get_class("order.utils", name) for name in ("OrderCreator", "OrderNumberGenerator")
)
OrderTotalCalculator = get_class("checkout.calculators", "OrderTotalCalculator")
Basket = get_model("basket", "Basket")
StockRecord = get_model("partner", "StockRecord")


class CannotBuy(Exception):
    """It cannot be bought like that; the message says why and the way out, in words."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen on the review page, and the total that stood there."""

    basket_id: int
    total_minor: int
    split: placing.Split
    provider: str
    method: str
    address: Address  # an unsaved order.ShippingAddress, or None
    keep_address: Callable[[Address], Address]  # saves it


def bought(user: User, basket_id: int) -> Sale | None:
    """Return what this user bought with that basket, if it was bought already."""
    found = Sale.objects.filter(user_id=user.pk, order__basket_id=basket_id)
    return found.select_related("charge").first()


def buy(request: Request, shop: Shop, choice: Choice) -> Sale:
    """Place the order; a basket that was bought before gives the sale of that time.

    Raises:
        CannotBuy: sold out, changed since it was shown, or nothing in it.
        LedgerError: the ledger does not answer. Nothing is placed where it was not reached; and
            where it was, the sale stands as pending and goes on by itself.
    """
    enrolled(request.user, shop.ledger)
    with transaction.atomic():
        found = Basket.objects.select_for_update().filter(pk=choice.basket_id, owner=request.user)
        basket = found.first()
        if basket is None:
            raise CannotBuy(_("Your basket has changed. Please check it again."))
        before = bought(request.user, choice.basket_id)
        if before is not None:
            return before
        if not basket.can_be_edited:  # open, or of one thing that is bought now
            raise CannotBuy(_("Your basket has changed. Please check it again."))
        basket.strategy = request.strategy
        loaded(basket, request.user, request)
        if discounts.lock(basket):
            loaded(basket, request.user, request)
        if choice.split.provider:
            trouble = unpaid.trouble_of(shop, request.user)
            if trouble:
                raise CannotBuy(trouble)
        sale = _placed(request, shop, basket, choice)
    return placing.finish(sale)


def _placed(request: Request, shop: Shop, basket: BasketRow, choice: Choice) -> Sale:
    method = _method(request, basket, choice)
    what = bill(shop, basket, method)
    _check(what, choice, shop.currency)
    _check_stock(shop, request.user, basket, waits=bool(choice.split.provider))
    shipping_charge = method.calculate(basket)
    number = str(OrderNumberGenerator().order_number(basket))
    address = choice.keep_address(choice.address) if basket.is_shipping_required() else None
    try:
        order = OrderCreator().place_order(
            user=request.user,
            order_number=number,
            basket=basket,
            shipping_address=address,
            shipping_method=method,
            shipping_charge=shipping_charge,
            total=OrderTotalCalculator().calculate(basket, shipping_charge),
            request=request,
        )
    except ValueError as error:  # a code that was used up or does not apply to this shopper
        raise CannotBuy(str(error)) from error
    basket.submit()
    return placing.place(
        shop,
        request.user,
        number,
        what.drafts(),
        choice.split,
        choice.provider,
        order=order,
    )


def _method(request: Request, basket: BasketRow, choice: Choice) -> Method:
    if basket.is_shipping_required() and choice.address is None:
        raise CannotBuy(_("Choose a delivery address."))
    methods = Repository().get_shipping_methods(
        basket=basket, user=request.user, request=request, shipping_addr=choice.address
    )
    for method in methods:
        if method.code == choice.method:
            return method
    raise CannotBuy(_("That shipping method is no longer available. Choose another one."))


def _check(what: Bill, choice: Choice, currency: str) -> None:
    if what.troubles:
        raise CannotBuy(" ".join(what.troubles))
    if not what.groups:
        raise CannotBuy(_("Your basket is empty. Add something to it first."))
    if what.total_minor != choice.total_minor:
        raise CannotBuy(_("Prices or quantities have changed. Please check the new total."))
    if what.face_minor > choice.split.provider + choice.split.wallet:
        raise CannotBuy(in_money(what.face_minor, currency))


def _check_stock(shop: Shop, user: User, basket: BasketRow, *, waits: bool) -> None:
    """Lock the stock, in one order for everybody, and see that all of it is there still.

    An order that ``waits`` for its payment holds only a share of it.
    """
    wanted: Counter[int] = Counter()
    for line in basket.all_lines():
        if line.product.get_product_class().track_stock:
            wanted[line.stockrecord_id] += line.quantity
    records = StockRecord.objects.select_for_update(of=("self",)).filter(pk__in=wanted)
    for record in records.select_related("product").order_by("pk"):
        if record.net_stock_level < wanted[record.pk]:
            title = record.product.get_title()
            if record.net_stock_level <= 0:
                raise CannotBuy(_("“%(title)s” has just sold out.") % {"title": title})
            raise CannotBuy(
                _("Only %(count)d of “%(title)s” are left now.")
                % {"title": title, "count": record.net_stock_level}
            )
        most = unpaid.most_of(shop, user, record) if waits else wanted[record.pk]
        if wanted[record.pk] > most:
            title = record.product.get_title()
            words = _(
                "Of “%(title)s” you can order at most %(count)d more before paying, so that some are "
                "left for others. Choose fewer, or pay all of it from your wallet."
            )
            raise CannotBuy(words % {"title": title, "count": max(0, most)})

"""Orders that the demo's people made long ago: in the shop's books as the ledger settled them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from django.contrib.sites.models import Site
from django.db import transaction
from oscar.core.loading import get_model

from tongbao.mall.demo.goods import major
from tongbao.mall.demo.play import Settled, account_of
from tongbao.mall.demo.source import Line
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.people.models import User
from tongbao.mall.sales import terms
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.shop.models import Shop

Order = get_model("order", "Order")
OrderLine = get_model("order", "Line")
ShippingAddress = get_model("order", "ShippingAddress")
StockRecord = get_model("partner", "StockRecord")
UserAddress = get_model("address", "UserAddress")

RETURN_DAYS: Final = 7  # that derive.py waited before a purchase became final
_SHIPPED_AFTER: Final = timedelta(hours=20)
_ADDRESS: Final = ("first_name", "last_name", "line1", "line4", "postcode", "country_id")


class Bought(Protocol):
    """What a line of an order says."""

    @property
    def sku(self) -> str:
        """What it is."""

    @property
    def quantity(self) -> int:
        """How many."""

    @property
    def amount_minor(self) -> int:
        """What they cost together."""


@transaction.atomic
def write_past_orders(
    shop: Shop,
    lines: Sequence[Line],
    settled: Sequence[Settled],
    users: Mapping[str, User],
    merchants: Mapping[str, Merchant],
    shift: timedelta,
) -> None:
    """Write the orders of ``users`` (by account), paid through a provider at their time.

    Each part has the figures of its settlement. The source's times are the shop's own.
    """
    records = {
        record.partner_sku: record
        for record in StockRecord.objects.filter(
            partner_sku__in={line.sku for line in lines}
        ).select_related("product", "partner")
    }
    by_order: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_order[line.order].append(line)
    parts: dict[str, list[Settled]] = defaultdict(list)
    for one in settled:
        parts[one.order].append(one)
    for number, those in by_order.items():
        at = (those[0].at + shift).replace(tzinfo=shop.zone)
        user = users[account_of(those[0].member)]
        order = write_order(shop, number, user, sum(line.amount_minor for line in those), at)
        write_lines(shop, order, those, records)
        _sale(shop, order, user, parts[number], merchants, at)


def write_order(  # Oscar has no types
    shop: Shop, number: str, user: User, total_minor: int, at: datetime
) -> Any:  # noqa: ANN401
    """Write an order as the checkout would, shipped for nothing to the user's address."""
    total = major(total_minor, shop.currency)
    nothing = major(0, shop.currency)
    home = UserAddress.objects.filter(user=user).first()
    address = None
    if home is not None:
        fields = {name: getattr(home, name) for name in _ADDRESS}
        address = ShippingAddress.objects.create(**fields)
    return Order.objects.create(
        number=number,
        site=Site.objects.get_current(),
        user=user,
        currency=shop.currency,
        total_incl_tax=total,
        total_excl_tax=total,
        shipping_incl_tax=nothing,
        shipping_excl_tax=nothing,
        shipping_address=address,
        shipping_method="Standard",
        shipping_code="standard",
        date_placed=at,
    )


def write_lines(
    shop: Shop,
    order: Any,  # noqa: ANN401  # Oscar has no types
    lines: Sequence[Bought],
    records: Mapping[str, Any],
) -> None:
    """Write an order's lines; ``records`` are the stock records by SKU."""
    rows = []
    for line in lines:
        record = records[line.sku]
        total = major(line.amount_minor, shop.currency)
        each = major(line.amount_minor // line.quantity, shop.currency)
        rows.append(
            OrderLine(
                order=order,
                partner=record.partner,
                partner_name=record.partner.name,
                partner_sku=line.sku,
                stockrecord=record,
                product=record.product,
                title=record.product.title,
                upc=line.sku,
                quantity=line.quantity,
                line_price_incl_tax=total,
                line_price_excl_tax=total,
                line_price_before_discounts_incl_tax=total,
                line_price_before_discounts_excl_tax=total,
                unit_price_incl_tax=each,
                unit_price_excl_tax=each,
                num_allocated=0,
            )
        )
    OrderLine.objects.bulk_create(rows)


def _sale(
    shop: Shop,
    order: Any,  # noqa: ANN401  # Oscar has no types
    user: User,
    settled: Sequence[Settled],
    merchants: Mapping[str, Merchant],
    at: datetime,
) -> None:
    sale = Sale.objects.create(
        number=order.number,
        order=order,
        user=user,
        state=Sale.State.PAID,
        provider_minor=sum(one.paid for one in settled),
        paid_at=at,
    )
    Sale.objects.filter(pk=sale.pk).update(created_at=at)
    parts = [_part(sale, one, merchants[one.merchant], at) for one in settled]
    terms.pin(shop, Part.objects.bulk_create(parts), plan_version=1)


def _part(sale: Sale, one: Settled, merchant: Merchant, at: datetime) -> Part:
    figures = one.figures
    return Part(
        sale=sale,
        merchant=merchant,
        state=Part.State.SETTLED,
        provider_minor=one.paid,
        profit_minor=one.paid * merchant.margin_bps // 10_000,
        estimate_atoms=one.points,
        shipped_at=at + _SHIPPED_AFTER,
        # The history waits from the order on; the mall from the arrival of the goods.
        received_at=max(at + _SHIPPED_AFTER, one.at - timedelta(days=RETURN_DAYS)),
        due_at=one.at,
        settled_at=one.at,
        purchase_id=one.purchase_id,
        plan_version=1,
        points_atoms=one.points,
        settled_minor=one.paid,
        to_reserve=figures.to_reserve,
        to_dividends=figures.to_dividends,
        to_commissions=figures.to_commissions,
        to_platform=figures.to_platform,
        to_provider=figures.to_provider,
        to_merchant=figures.to_merchant,
    )

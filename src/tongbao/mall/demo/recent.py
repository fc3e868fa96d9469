"""Orders of the last days, placed and paid through the mall's own doors, each at another point.

The clock is the only thing that is not true: they are dated back, so that one is on its way and
another in its return window.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from oscar.core.loading import get_model

from tongbao.mall.demo.orders import write_lines, write_order
from tongbao.mall.demo.play import NotPlayed
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.tell import Kind
from tongbao.mall.paying import bank, charges
from tongbao.mall.paying.models import Charge
from tongbao.mall.people.models import User
from tongbao.mall.sales import placing, receiving, returns
from tongbao.mall.sales.exact import to_minor
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.services import completing, faces, kinds
from tongbao.mall.services.models import Topup, Voucher
from tongbao.mall.shop.models import Shop

LineAttribute = get_model("order", "LineAttribute")
Option = get_model("catalogue", "Option")
StockRecord = get_model("partner", "StockRecord")

_PROVIDER: Final = "sandbox"


class Reached(StrEnum):
    """How far a recent order is."""

    PAID = "paid"
    SHIPPED = "shipped"
    RECEIVED = "received"
    RETURNING = "returning"


@dataclass(frozen=True, slots=True)
class Basket:
    """A recent order: SKUs with quantities, when, how far it is.

    ``wallet`` pays as much as there is in the wallet, up to this many minor units; a provider
    pays the rest. ``target`` is what a top-up in it is for.
    """

    number: str
    items: tuple[tuple[str, int], ...]
    days_ago: int
    reached: Reached
    wallet: int = 0
    target: str = ""


@dataclass(frozen=True, slots=True)
class _Item:
    """A line of a basket; the names are those that `write_lines` reads."""

    sku: str
    quantity: int
    amount_minor: int
    merchant: str
    part: str  # the kind of part that it is in
    cost_minor: int


def place_recent(shop: Shop, user: User, baskets: Sequence[Basket], now: datetime) -> None:
    """Let a user, whose member account is open, have made these orders. Not in a transaction.

    Raises:
        NotPlayed: one of them was not paid.
        LedgerError: as the ledger raises it.
    """
    user.refresh_from_db()
    for basket in baskets:
        at = now - timedelta(days=basket.days_ago)
        began = timezone.now()
        sale = _placed(shop, user, basket, at)
        if sale.state != Sale.State.PAID:
            raise NotPlayed(f"{basket.number}: {sale.state} {sale.why_cancelled}")
        Sale.objects.filter(pk=sale.pk).update(created_at=at, paid_at=at)
        Charge.objects.filter(sale=sale).update(created_at=at, decided_at=at)
        _date_back(sale, began - at)
        waiting = sale.parts.filter(state=Part.State.WAITING)
        for part in waiting.exclude(kind=Part.Kind.VOUCHER):
            _go_on(shop, part, basket.reached, at)


def _date_back(sale: Sale, by: timedelta) -> None:
    """Date back what paying brought about at once: vouchers, top-ups, the messages."""
    ago = timedelta(0) - by
    Voucher.objects.filter(part__sale=sale).update(
        issued_at=F("issued_at") + ago, expires_at=F("expires_at") + ago
    )
    Topup.objects.filter(part__sale=sale).update(
        created_at=F("created_at") + ago, decided_at=F("decided_at") + ago
    )
    sale.parts.exclude(state=Part.State.WAITING).update(
        received_at=F("received_at") + ago, due_at=F("due_at") + ago
    )
    Notice.objects.filter(user=sale.user, facts__sale=sale.number).update(at=F("at") + ago)


def _placed(shop: Shop, user: User, basket: Basket, at: datetime) -> Sale:
    records = {
        record.partner_sku: record
        for record in StockRecord.objects.filter(
            partner_sku__in=[sku for sku, _ in basket.items]
        ).select_related("product__product_class", "partner__merchant")
    }
    items = [_item(records[sku], quantity, shop.currency) for sku, quantity in basket.items]
    sums: Counter[tuple[str, str]] = Counter()
    costs: Counter[tuple[str, str]] = Counter()
    for item in items:
        sums[item.merchant, item.part] += item.amount_minor
        costs[item.merchant, item.part] += item.cost_minor
    merchants = Merchant.objects.in_bulk([name for name, _ in sums], field_name="account")
    drafts = [
        placing.Draft(merchants[name], amount, part, costs[name, part])
        for (name, part), amount in sums.items()
    ]
    account = shop.ledger.account(user.account)
    wallet = min(basket.wallet, 0 if account is None else account.wallet)
    provided = sums.total() - wallet
    with transaction.atomic():
        order = write_order(shop, basket.number, user, sum(sums.values()), at)
        write_lines(shop, order, items, records)
        _allocate(order)
        _note_target(order, basket.target)
        sale = placing.place(
            shop,
            user,
            basket.number,
            drafts,
            placing.Split(provider=provided, wallet=wallet),
            _PROVIDER if provided else "",
            order,
        )
    if sale.charge is not None:
        charges.page(sale.charge)
        bank.pay(sale.charge.pk, callback=False)
        charges.ask(sale.charge)
    return placing.finish(sale)


def _item(record: Any, quantity: int, currency: str) -> _Item:  # noqa: ANN401  # Oscar has no types
    is_face = faces.is_face(record.product)
    face = faces.face_of(record.product, currency) if is_face else None
    return _Item(
        sku=record.partner_sku,
        quantity=quantity,
        amount_minor=to_minor(record.price, currency) * quantity,
        merchant=record.partner.merchant.account,
        part=faces.part_kind(record.product),
        cost_minor=0 if face is None else face.cost_minor * quantity,
    )


def _allocate(order: Any) -> None:  # noqa: ANN401  # Oscar has no types
    for line in order.lines.select_related("stockrecord", "product__product_class"):
        if line.stockrecord.can_track_allocations:
            line.stockrecord.allocate(line.quantity)
            line.num_allocated = line.quantity
            line.save(update_fields=["num_allocated"])


def _note_target(order: Any, target: str) -> None:  # noqa: ANN401  # Oscar has no types
    option = Option.objects.get(code=kinds.TARGET)
    for line in order.lines.all() if target else ():
        if kinds.kind_of(line.product) == kinds.TOPUP:
            LineAttribute.objects.create(line=line, option=option, type=kinds.TARGET, value=target)


def _go_on(shop: Shop, part: Part, reached: Reached, at: datetime) -> None:
    """Ship a part a day after the order, receive it two days after; or ask for some of it back."""
    if reached == Reached.PAID:
        return
    receiving.ship(part, "Royal Mail" if shop.currency == "GBP" else "顺丰速运")
    Part.objects.filter(pk=part.pk).update(shipped_at=at + timedelta(days=1))
    Notice.objects.filter(key=f"{Kind.ORDER_SHIPPED}:{part.pk}").update(at=at + timedelta(days=1))
    if reached == Reached.SHIPPED:
        return
    received = receiving.receive(part, at + timedelta(days=2))
    if reached == Reached.RETURNING:
        lines = completing.lines_of(part)
        line = lines[0]
        each = to_minor(line.unit_price_incl_tax, shop.currency)
        returns.ask(received, each, {str(line.pk): 1}, "Arrived with a chip in the rim.")

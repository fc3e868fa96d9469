"""What waits for a merchant's staff, and what came in."""

from datetime import datetime, time
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tongbao.mall.merchants.models import Merchant
from tongbao.mall.sales import goods
from tongbao.mall.sales.models import OrderLine, Part, Return, Sale
from tongbao.mall.services.kinds import TOPUP, VOUCHER
from tongbao.mall.shop.models import Shop

_NOT_SHIPPED: Final = (VOUCHER, TOPUP)


def parts(merchant: Merchant) -> QuerySet[Part]:
    """Return a merchant's parts of what was ever paid, the newest first, with who and what."""
    found = Part.objects.filter(merchant=merchant, sale__paid_at__isnull=False)
    return found.select_related("sale__user", "sale__order", "sale__payment__code").order_by("-pk")


def with_goods(found: QuerySet[Part]) -> QuerySet[Part]:
    """Read the parts' goods with them, for a list that names them."""
    return found.select_related(
        "sale__user", "sale__order", "sale__payment__code", "merchant"
    ).prefetch_related("sale__order__lines__face_line", "sale__order__lines__voucher_line")


def paid_since(merchant: Merchant, since: datetime) -> QuerySet[Part]:
    """Return the parts that were paid since then and are not cancelled, the last paid first."""
    found = parts(merchant).filter(sale__state=Sale.State.PAID, sale__paid_at__gte=since)
    found = found.exclude(state=Part.State.CANCELLED)
    return found.order_by("-sale__paid_at", "-pk")


def to_ship(merchant: Merchant) -> QuerySet[Part]:
    """Return the parts with goods that nobody has sent off, the oldest first."""
    of_part = OrderLine.objects.filter(
        order=OuterRef("sale__order"), partner=OuterRef("merchant__partner")
    )
    service = Q(product__product_class__slug__in=_NOT_SHIPPED) | Q(
        product__parent__product_class__slug__in=_NOT_SHIPPED
    )
    found = parts(merchant).filter(
        state=Part.State.WAITING, sale__state=Sale.State.PAID, shipped_at=None
    )
    shipped = Q()
    for kind in (Part.Kind.GOODS, Part.Kind.FACE):
        shipped |= Q(Exists(of_part.filter(goods.of_kind(kind)).exclude(service)), kind=kind)
    return found.filter(shipped).order_by("sale__paid_at", "pk")


def open_returns(merchant: Merchant) -> QuerySet[Return]:
    """Return the returns that somebody has to decide, the oldest first."""
    found = Return.objects.filter(
        part__merchant=merchant, state=Return.State.ASKED, cancelled_by=""
    )
    # What vouchers and top-ups bring back by themselves is nobody's to decide.
    found = found.filter(vouchers=None, topups=None)
    return found.select_related("part__sale__user", "part__sale__order").order_by("pk")


def midnight(shop: Shop) -> datetime:
    """Return when the mall's day began."""
    local = timezone.now().astimezone(shop.zone)
    return datetime.combine(local.date(), time.min, shop.zone)

"""What pages say of an order's sale."""

from typing import Any

from django import template

from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.shown import state_of
from tongbao.mall.shop.names import order_state

register = template.Library()


@register.filter
def sale_state(order: Any) -> str:  # noqa: ANN401  # Oscar has no types
    """Name where an order of Oscar's stands: its sale's state, as the shopper reads it."""
    sale = Sale.objects.filter(order=order).prefetch_related("parts__merchant").first()
    return order_state(order.status) if sale is None else state_of(sale)[0]


@register.filter
def sale_parts(order: Any) -> "list[Part]":  # noqa: ANN401  # Oscar has no types
    """Return the merchants' parts of an order of Oscar's."""
    return list(Part.objects.filter(sale__order=order).select_related("merchant").order_by("pk"))

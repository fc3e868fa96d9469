"""What lists at the desk say of a part: what is in it, and for whom."""

from django import template

from tongbao.mall.people.masking import masked
from tongbao.mall.sales.goods import rows_of
from tongbao.mall.sales.models import Part

register = template.Library()


@register.filter
def goods_of(part: Part) -> str:
    """Name a part's goods with their quantities; nothing of a sale in person."""
    order = part.sale.order
    if order is None:
        return ""
    return ", ".join(f"{row.title} × {row.quantity}" for row in rows_of(part, order.lines.all()))


@register.filter
def buyer_of(part: Part) -> str:
    """Return the buyer as the merchant may see them in a list."""
    return masked(part.sale.user)

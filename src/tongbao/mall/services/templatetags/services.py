"""Tags of vouchers and top-ups, for the pages of orders and products."""

from typing import Any

from django import template

from tongbao.mall.sales.models import Part
from tongbao.mall.services import kinds

register = template.Library()


@register.inclusion_tag("services/_of_part.html", takes_context=True)
def services_of(context: template.Context, part: Part) -> dict[str, Any]:
    """Show the vouchers and top-ups of a part, with links: ``{% services_of part %}``."""
    vouchers = part.vouchers.order_by("pk") if part.sale.order_id else []
    topups = part.topups.order_by("created_at", "unit") if part.sale.order_id else []
    return {"vouchers": vouchers, "topups": topups, "shop": context["shop"]}


@register.filter
def product_kind(product: Any) -> str:  # noqa: ANN401  # of Oscar or Django, without types
    """Give a product's kind: goods, voucher or topup."""
    return kinds.kind_of(product)


@register.simple_tag
def voucher_days(product: Any) -> int:  # noqa: ANN401  # of Oscar or Django, without types
    """Give for how many days a voucher of that product is good."""
    return kinds.valid_for(product).days


@register.simple_tag
def topup_kind_of(product: Any) -> str:  # noqa: ANN401  # of Oscar or Django, without types
    """Give what a product tops up: phone, fuel or utility."""
    return str(kinds.topup_kind(product) or "")

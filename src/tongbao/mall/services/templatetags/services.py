"""Tags of vouchers and top-ups, for the pages of orders and products."""

from typing import Any

from django import template

from tongbao.mall.sales.models import Part
from tongbao.mall.services import arrival, kinds

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


@register.simple_tag(takes_context=True)
def points_come(context: template.Context, product: Any) -> str:  # noqa: ANN401  # likewise
    """Say when the points of a product come: ``{% points_come product %}``."""
    return arrival.points_come(arrival.had_of([product]), context["shop"].return_days)


@register.simple_tag(takes_context=True)
def points_wait(context: template.Context, bill: Any) -> str:  # noqa: ANN401  # likewise
    """Say until when the points of a basket's order are pending: ``{% points_wait bill %}``."""
    return arrival.points_wait(_of_bill(bill), context["shop"].return_days)


@register.simple_tag(takes_context=True)
def agreement(context: template.Context, bill: Any) -> str:  # noqa: ANN401  # likewise
    """Say what whoever orders a basket agrees to: ``{% agreement bill %}``."""
    shop = context["shop"]
    return arrival.agreement(_of_bill(bill), shop.pay_minutes, shop.return_days)


@register.simple_tag
def return_window(one: Any) -> str:  # noqa: ANN401  # likewise
    """Say how long the return window of a part as it is shown is: ``{% return_window one %}``."""
    had = arrival.had_of(line.row.product for line in one.lines)
    return arrival.window(had, one.part.terms.return_days)


def _of_bill(bill: Any) -> arrival.Had:  # noqa: ANN401  # likewise
    return arrival.had_of(item.line.product for group in bill.groups for item in group.items)

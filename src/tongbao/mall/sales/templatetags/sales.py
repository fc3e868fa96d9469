"""Tags of the pages of orders."""

from typing import Any

from django import template

from tongbao.mall.sales import shown

register = template.Library()


@register.simple_tag
def photo(row: Any) -> Any:
    """Give the picture of an order line's product: ``{% photo row as image %}``."""
    return shown.photo(row)

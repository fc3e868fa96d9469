"""What Oscar gives without types, by name; and requests as its middlewares leave them."""

from typing import Any, TypeAlias

from django.http import HttpRequest

from tongbao.mall.people.models import User

Basket: TypeAlias = Any  # basket.Basket
BasketLine: TypeAlias = Any  # basket.Line
Order: TypeAlias = Any  # order.Order
OrderLine: TypeAlias = Any  # order.Line
Product: TypeAlias = Any  # catalogue.Product
Method: TypeAlias = Any  # a way of shipping
Address: TypeAlias = Any  # order.ShippingAddress or address.UserAddress
Rows: TypeAlias = Any  # a queryset of one of these
OscarForm: TypeAlias = Any


class Request(HttpRequest):
    """A request with the basket of whoever sends it; where a view wants a log-in, with a user."""

    user: User  # views that read it let nobody else in
    basket: Basket
    strategy: Any
    htmx: Any

"""Services to buy, and a shopper who has bought some."""

from contextlib import nullcontext
from typing import Any
from unittest import mock

from django.test import override_settings
from oscar.core.loading import get_model

from tests.mall.checkout.way import pay, put, rich
from tests.mall.stage import Mall
from tongbao.mall.merchants.opening import open_own
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.services import faces
from tongbao.mall.services.kinds import open_kinds

ONE_PART = mock.patch.object(faces, "part_kind", return_value=Part.Kind.GOODS)
SANDBOX = override_settings(MALL_TOPUP_PROVIDERS=["tongbao.mall.services.sandbox.Sandbox"])


def offer(mall: Mall, kind: str, upc: str, price: str, **attributes: Any) -> Any:  # noqa: ANN401  # of Oscar or Django, without types
    """Put a voucher of the merchant «tea» on sale, or a top-up of the mall's own.

    A top-up's face is its price, where no ``face`` is given.
    """
    open_kinds()
    merchant = mall.merchant("tea")
    if kind == "topup":
        merchant = open_own(mall.shop)
        attributes = {"face": price, **attributes}
    product = get_model("catalogue", "Product").objects.create(
        title=f"The {upc}",
        slug=upc,
        upc=upc,
        product_class=get_model("catalogue", "ProductClass").objects.get(slug=kind),
        structure="standalone",
    )
    for name, value in attributes.items():
        setattr(product.attr, name, value)
    product.save()
    product.stockrecords.create(
        partner=merchant.partner,
        partner_sku=upc,
        price_currency="CNY",
        price=price,
    )
    return product


def bought(
    mall: Mall,
    upc: str,
    quantity: int = 1,
    *,
    also: str = "",
    together: bool = False,
    user: User | None = None,
    **options: str,
) -> Sale:
    """Let a shopper buy it, with ``also`` in the same order, all from the wallet.

    ``together``: as an order from before vouchers had a part of their own.
    """
    with ONE_PART if together else nullcontext():
        return _bought(mall, upc, quantity, also, user or rich(mall), options)


def _bought(
    mall: Mall, upc: str, quantity: int, also: str, user: User, options: dict[str, str]
) -> Sale:
    client = mall.client(user)
    put(client, mall, upc, quantity, **options)
    total = mall.product(upc).stockrecords.get().price * quantity
    if also:
        put(client, mall, also)
        total += mall.product(also).stockrecords.get().price
    answer = pay(client, wallet=str(total))
    assert answer.status_code == 302, answer.content.decode()
    return Sale.objects.get(user=user, state=Sale.State.PAID)

"""What an order's page says of services, of failed ones, and of orders from before."""

from typing import Any

import pytest
from oscar.core.loading import get_model

from tests.mall.checkout.way import put, rich
from tests.mall.sales.test_views import ordered, part_of, shown
from tests.mall.services.goods import bought, offer
from tests.mall.stage import Mall
from tongbao.mall.sales import returns
from tongbao.mall.sales.models import Sale


@pytest.fixture
def voucher(mall: Mall) -> Sale:
    """A paid order of a voucher alone."""
    offer(mall, "voucher", "dinner", "88.00")
    return bought(mall, "dinner")


def test_an_order_of_services_alone_is_not_being_prepared_and_goes_to_no_address(
    mall: Mall, voucher: Sale
) -> None:
    country = get_model("address", "Country").objects.get()
    address = get_model("order", "ShippingAddress").objects.create(
        first_name="Ann", line1="Somewhere 1", line4="Town", country=country
    )
    order: Any = voucher.order
    type(order).objects.filter(pk=order.pk).update(shipping_address=address)
    text = shown(mall.client(voucher.user), voucher)
    assert "Being prepared" not in text
    assert "To be used or delivered" in text
    assert "Deliver to" not in text


def test_what_went_back_before_it_was_there_is_not_still_to_come(mall: Mall, voucher: Sale) -> None:
    returns.automatic(part_of(voucher), 8_800, "failed")
    text = shown(mall.client(voucher.user), voucher)
    assert "Refunded" in text
    assert "To be used or delivered" not in text


def test_an_order_from_before_names_what_it_was_paid_with(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user)
    Sale.objects.filter(pk=sale.pk).update(provider_minor=10_000, wallet_minor=0)
    text = shown(mall.client(user), sale)
    assert "<dt></dt>" not in text
    assert "<dt>Payment provider</dt>" in text


def test_the_reason_of_a_return_tells_how_long_it_may_be(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user)
    path = f"/orders/{sale.number}/parts/{part_of(sale).pk}/return/"
    client = mall.client(user)
    assert "At most 500 characters." in client.get(path).content.decode()
    order: Any = sale.order
    line = order.lines.get()
    page = client.post(path, {f"line-{line.pk}": "1", "reason": "x" * 501})
    assert "at most 500 characters" in page.content.decode()


def test_the_number_to_top_up_is_named_in_chinese_from_basket_to_order(mall: Mall) -> None:
    offer(mall, "topup", "phone-50", "50.00", topup_kind="phone")
    user = rich(mall)
    sale = bought(mall, "phone-50", user=user, target="13800138000")
    client = mall.client(user, "zh-hans")
    put(client, mall, "phone-50", target="13800138000")
    for path in ("/basket/", "/checkout/", f"/orders/{sale.number}/"):
        text = client.get(path, follow=True).content.decode()
        assert "13800138000" in text
        assert "Number to top up" not in text
        assert "充值号码" in text, path

"""Huge quantities and totals are refused on the page, before any column overflows."""

import pytest
from oscar.core.loading import get_model

from tests.mall.checkout.test_basket import line_id, lines
from tests.mall.checkout.way import pay, put, rich
from tests.mall.services.goods import bought, offer
from tests.mall.stage import Mall
from tongbao.mall.instore import codes
from tongbao.mall.sales.models import Sale


@pytest.fixture(params=["mall", "mall_on_postgresql"])
def either(request: pytest.FixtureRequest) -> Mall:
    found: Mall = request.getfixturevalue(request.param)
    return found


def test_an_order_has_at_most_two_hundred_vouchers_of_a_kind(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "1.00")
    user = mall.user()
    client = mall.client(user)
    page = client.get(put(client, mall, "dinner", 201)["Location"]).content.decode()
    assert "You can order at most 200 of this item." in page
    assert lines(user) == {}
    put(client, mall, "dinner", 150)
    put(client, mall, "dinner", 51)  # with those that are there already
    assert lines(user) == {"dinner": 150}
    answer = client.post("/basket/", {"line": line_id(user), "quantity": "999"}, follow=True)
    assert "You can order at most 200 of this item." in answer.content.decode()
    assert lines(user) == {"dinner": 200}


def test_two_hundred_are_two_hundred_vouchers(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "1.00")
    assert bought(mall, "dinner", 200).parts.get().vouchers.count() == 200


def test_too_many_that_came_together_stop_the_checkout(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "1.00")
    user = rich(mall)
    client = mall.client(user)
    put(client, mall, "dinner", 1)
    get_model("basket", "Line").objects.update(quantity=300)
    assert "You can order at most 200" in client.get("/basket/").content.decode()
    assert client.get("/checkout/preview/").status_code == 302


@pytest.mark.parametrize("quantity", [10_000, 10**12, 10**30])
def test_a_quantity_without_end_is_refused(either: Mall, quantity: int) -> None:
    get_model("partner", "StockRecord").objects.update(num_in_stock=2**31 - 1)
    client = either.client(either.user())
    page = client.get(put(client, either, "tea-1", quantity)["Location"]).content.decode()
    assert "You can order at most 9999 of this item." in page


def test_an_order_above_what_its_columns_hold_is_told_so(either: Mall) -> None:
    mall = either
    mall.product("tea-1").stockrecords.update(price="9999999.99", num_in_stock=10**6)
    client = mall.client(rich(mall, wallet=10**15))
    put(client, mall, "tea-1", 1001)
    page = client.get("/basket/").content.decode()
    assert "An order can total at most ¥9,999,999,999.99." in page
    assert client.get("/checkout/preview/").status_code == 302
    get_model("basket", "Line").objects.update(quantity=1000)
    assert pay(client, wallet="9999999990.00").status_code == 302
    assert Sale.objects.get().total_minor == 999_999_999_000


@pytest.mark.parametrize("amount", ["10000000000000.01", "9" * 30])
def test_in_person_the_largest_amount_is_told(either: Mall, amount: str) -> None:
    code = codes.make(either.merchant("tea"), "Counter 1")
    page = either.client(rich(either)).get(f"/till/{code.code}/", {"amount": amount})
    assert page.status_code == 200
    assert "The maximum is" in page.content.decode()

"""Orders that wait for a payment hold a bounded part of the stock; others can still buy."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from tests.mall.checkout.way import pay, put, rich
from tests.mall.stage import Mall
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling
from tongbao.mall.sales.models import Sale


def stocked(mall: Mall, count: int) -> None:
    mall.product("tea-1").stockrecords.update(num_in_stock=count)


def tries(mall: Mall, user: User, quantity: int, **tenders: str) -> str:
    """Order so many teas; return the page's text where it did not become an order, else nothing."""
    client, before = mall.client(user), Sale.objects.count()
    client.post("/basket/", {"line": "0"})  # opens the basket
    put(client, mall, "tea-1", quantity)
    answer = pay(client, **(tenders or {"provider": "sandbox"}))
    if Sale.objects.count() > before:
        return ""
    text: str = answer.content.decode()
    client.post("/basket/", {"line": str(_line(user)), "quantity": "0"})
    return text


def _line(user: User) -> int:
    from oscar.core.loading import get_model  # noqa: PLC0415

    pk: int = get_model("basket", "Line").objects.filter(basket__owner=user).latest("pk").pk
    return pk


@pytest.mark.parametrize(("stock", "most"), [(1000, 500), (5, 3), (2, 1), (1, 1)])
def test_one_shopper_holds_at_most_half_of_a_stock(any_mall: Mall, stock: int, most: int) -> None:
    mall, user = any_mall, rich(any_mall)
    stocked(mall, stock)
    if most < stock:
        page = tries(mall, user, most + 1)
        assert f"you can order at most {most} more before paying" in page
    assert tries(mall, user, most) == ""


def test_several_orders_of_one_shopper_hold_no_more_than_one(mall: Mall) -> None:
    user = rich(mall)
    stocked(mall, 10)
    assert tries(mall, user, 3) == ""
    assert "at most 2 more" in tries(mall, user, 3)
    assert tries(mall, user, 2) == ""


def test_others_can_still_buy(mall: Mall) -> None:
    stocked(mall, 10)
    assert tries(mall, rich(mall), 5) == ""
    for _ in range(4):
        assert "at most 1 more" in tries(mall, other := rich(mall), 2)  # half is held already
        assert tries(mall, other, 1) == ""


def test_many_accounts_hold_half_of_a_stock_together_and_a_piece_each(mall: Mall) -> None:
    stocked(mall, 1000)
    for _ in range(4):
        assert tries(mall, rich(mall), 100) == ""
    assert "at most 100 more" in tries(mall, rich(mall), 101)
    assert tries(mall, rich(mall), 100) == ""
    for _ in range(3):
        assert "at most 1 more" in tries(mall, other := rich(mall), 2)
        assert tries(mall, other, 1) == ""
    assert mall.product("tea-1").stockrecords.get().net_stock_level == 497


def test_what_is_paid_at_once_may_be_all_of_it(mall: Mall) -> None:
    stocked(mall, 10)
    assert tries(mall, rich(mall), 10, wallet="1000.00") == ""
    assert Sale.objects.get().state == "paid"


def test_three_unpaid_orders_are_the_most_until_one_is_cancelled(mall: Mall) -> None:
    user = rich(mall)
    for _ in range(3):
        assert tries(mall, user, 1) == ""
    assert "3 orders of yours are not paid yet." in tries(mall, user, 1)
    assert tries(mall, user, 1, wallet="100.00") == ""
    assert cancelling.cancel(Sale.objects.filter(state="pending")[0], "shopper")
    assert tries(mall, user, 1) == ""


def test_ordering_and_cancelling_all_day_ends(mall: Mall) -> None:
    user = rich(mall)
    for _ in range(10):
        assert tries(mall, user, 1) == ""
        assert cancelling.cancel(Sale.objects.latest("pk"), "shopper")
    assert "Too many of your orders were not paid today." in tries(mall, user, 1)
    assert tries(mall, rich(mall), 1) == ""


def test_of_orders_at_once_together_no_more_is_held(mall_on_postgresql: Mall) -> None:
    mall = mall_on_postgresql
    stocked(mall, 8)
    clients: list[Client] = []
    for _ in range(4):
        client = mall.client(rich(mall))
        put(client, mall, "tea-1", 4)
        clients.append(client)

    def order(client: Client) -> None:
        try:
            pay(client, provider="sandbox")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(order, clients))
    # The first has 4 of 8; of the 4 that are left nobody may hold more than 2.
    assert Sale.objects.count() == 1
    assert mall.product("tea-1").stockrecords.get().num_allocated == 4

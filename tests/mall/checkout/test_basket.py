"""The basket's page."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from tests.mall.checkout.way import put
from tests.mall.stage import Mall
from tongbao.mall.people.models import User


def lines(user: User) -> dict[str, int]:
    """Return what is in a user's basket: upc → quantity."""
    rows = get_model("basket", "Line").objects.filter(basket__owner=user, basket__status="Open")
    return {row.product.upc: row.quantity for row in rows}


def line_id(user: User) -> int:
    """Return the only line's id."""
    return int(get_model("basket", "Line").objects.get(basket__owner=user).pk)


def test_an_empty_basket_says_so(mall: Mall) -> None:
    page = mall.client().get("/basket/")
    assert "Your basket is empty." in page.content.decode()


def test_goods_stand_by_merchant_with_what_they_cost(mall: Mall) -> None:
    client = mall.client(mall.user())
    put(client, mall, "tea-1")
    put(client, mall, "wine-2", 2)
    text = client.get("/basket/").content.decode()
    # 100.00 of tea and two bottles of 59.90
    assert "Tea House" in text
    assert "Wine Cellar" in text
    assert "¥119.80" in text
    assert "¥219.80" in text


def test_the_same_post_twice_puts_something_in_once(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1", once="0123456789")
    put(client, mall, "tea-1", once="0123456789")
    assert lines(user) == {"tea-1": 1}


def test_a_quantity_is_set_and_not_added_to(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1")
    for _ in range(2):
        client.post("/basket/", {"line": line_id(user), "quantity": "3"})
    assert lines(user) == {"tea-1": 3}


def test_zero_takes_a_line_out(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1")
    client.post("/basket/", {"line": line_id(user), "quantity": "0"})
    assert lines(user) == {}


def test_what_was_taken_out_can_be_put_back_once_with_what_was_chosen(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1", 3)
    page = client.post("/basket/", {"line": line_id(user), "quantity": "0"}, follow=True)
    assert "Removed: Tea House 1" in page.content.decode()
    client.post("/basket/", {"undo": "1"})
    assert lines(user) == {"tea-1": 3}
    client.post("/basket/", {"undo": "1"})
    assert lines(user) == {"tea-1": 3}
    assert "Removed" not in client.get("/basket/").content.decode()


def test_full_width_digits_are_a_quantity(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1")
    client.post("/basket/", {"line": line_id(user), "quantity": "１２"})
    assert lines(user) == {"tea-1": 12}


@pytest.mark.parametrize(("count", "shown"), [(1, "1"), (10, "10"), (99, "99"), (150, "99+")])
def test_the_badge_is_one_pill_and_follows_a_change(mall: Mall, count: int, shown: str) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1", 2)
    htmx = {"HX-Request": "true"}
    change = {"line": line_id(user), "quantity": str(count)}
    part = client.post("/basket/", change, headers=htmx).content.decode()
    for text in (part, client.get("/").content.decode()):
        for place in ("top", "tabs"):
            assert re.search(rf'id="basket-count-{place}"[^>]*>{re.escape(shown)}</b>', text)


@pytest.mark.parametrize("quantity", ["", "many", "1e3", "²", "-3", "1.5", "0x2", "12345678", "٣"])
def test_a_quantity_that_is_none_changes_nothing(mall: Mall, quantity: str) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1", 2)
    page = client.post("/basket/", {"line": line_id(user), "quantity": quantity}, follow=True)
    assert lines(user) == {"tea-1": 2}
    assert "Enter a whole number, such as 2." in page.content.decode()


def test_more_than_there_is_becomes_what_there_is(mall: Mall) -> None:
    mall.product("tea-1").stockrecords.update(num_in_stock=4)
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1")
    page = client.post("/basket/", {"line": line_id(user), "quantity": "9"}, follow=True)
    assert lines(user) == {"tea-1": 4}
    assert "Only 4 left." in page.content.decode()


def test_a_line_of_somebody_elses_basket_is_not_touched(mall: Mall) -> None:
    ann, bob = mall.user("ann"), mall.user("bob")
    put(mall.client(ann), mall, "tea-1")
    mall.client(bob).post("/basket/", {"line": line_id(ann), "quantity": "5"})
    assert lines(ann) == {"tea-1": 1}


def test_a_strangers_basket_is_kept_at_log_in(mall: Mall) -> None:
    client, user = mall.client(), mall.user()
    put(client, mall, "tea-1", 2)
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    client.get("/basket/")
    assert lines(user) == {"tea-1": 2}


def test_what_is_sold_out_meanwhile_is_marked_and_stops_the_checkout(mall: Mall) -> None:
    client = mall.client(mall.user())
    put(client, mall, "tea-1")
    mall.product("tea-1").stockrecords.update(num_in_stock=0)
    text = client.get("/basket/").content.decode()
    assert "is sold out" in text
    assert (
        "/checkout/" not in text.split('id="basket"')[1].split("</footer>")[0].split("<footer")[0]
    )


def test_a_price_that_moved_since_is_told(mall: Mall) -> None:
    client = mall.client(mall.user())
    put(client, mall, "tea-1")
    mall.product("tea-1").stockrecords.update(price="90.00")
    text = client.get("/basket/").content.decode()
    assert "The price has changed from ¥100.00 to ¥90.00 since you added it." in text


def test_htmx_gets_only_the_basket(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1")
    page = client.post(
        "/basket/", {"line": line_id(user), "quantity": "2"}, headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    assert text.lstrip().startswith('<div id="basket"')
    assert "¥200.00" in text


@pytest.mark.parametrize("goods", [("tea-1",), ("tea-1", "tea-2", "wine-1", "wine-2")])
def test_the_page_reads_as_often_for_one_line_as_for_four(
    mall: Mall, goods: tuple[str, ...]
) -> None:
    client = mall.client(mall.user())
    for upc in goods:
        put(client, mall, upc)
    client.get("/basket/")  # site, content types
    with CaptureQueriesContext(connection) as queries:
        client.get("/basket/")
    assert len(queries) <= 18


def test_a_client_without_a_basket_can_change_nothing(mall: Mall) -> None:
    page = mall.client().post("/basket/", {"line": "1", "quantity": "2"}, follow=True)
    assert "This item is no longer in your basket." in page.content.decode()

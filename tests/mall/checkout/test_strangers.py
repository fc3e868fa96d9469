"""Goods under a partner of Oscar's that is no merchant of the mall: they are not for sale."""

import re

import pytest
from django.test import Client
from oscar.core.loading import get_model

from tests.mall.checkout.test_basket import line_id, lines
from tests.mall.checkout.way import put
from tests.mall.stage import Mall


def estrange(mall: Mall, upc: str = "tea-1") -> None:
    """Put goods under a partner that is no merchant."""
    rogue = get_model("partner", "Partner").objects.create(name="Rogue Trader")
    mall.product(upc).stockrecords.update(partner=rogue)


def test_their_page_says_that_they_are_unavailable(mall: Mall) -> None:
    estrange(mall)
    page = mall.client().get(mall.product().get_absolute_url(), follow=True)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Currently unavailable." in text
    assert "Sold out" not in text
    assert "/basket/add/" not in text
    assert "In stock" not in text


def test_no_shelf_and_no_search_offers_them(mall: Mall) -> None:
    estrange(mall)
    for path in ("/search/?q=Tea+House", "/catalogue/"):
        text = mall.client().get(path, follow=True).content.decode()
        assert "Tea House 2" in text
        assert "Tea House 1" not in text
        assert "Rogue Trader" not in text


def test_they_cannot_be_put_in_a_basket(mall: Mall) -> None:
    estrange(mall)
    user = mall.user()
    client = mall.client(user)
    page = client.post(f"/basket/add/{mall.product().pk}/", {"quantity": 1}, follow=True)
    assert "Currently unavailable." in page.content.decode()
    assert lines(user) == {}


def test_nor_put_back_after_they_were_taken_out(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1")
    client.post("/basket/", {"line": line_id(user), "quantity": "0"})
    estrange(mall)
    page = client.post("/basket/", {"undo": "1"}, follow=True)
    assert lines(user) == {}
    assert "Currently unavailable." in page.content.decode()


def test_a_line_that_is_there_already_is_shown_with_its_trouble(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1")
    put(client, mall, "wine-2")
    estrange(mall)
    text = client.get("/basket/").content.decode()
    assert "“Tea House 1” is currently unavailable. Remove it to continue." in text
    assert "Change the marked items to continue." in text
    assert "Rogue Trader" not in text
    assert re.search(r'id="basket-total">\s*¥59.90', text)
    assert text.count('name="line"') >= 2
    assert client.get("/checkout/preview/").status_code == 302


@pytest.mark.parametrize("others", [False, True])
def test_such_a_line_can_be_removed_and_the_rest_bought(mall: Mall, *, others: bool) -> None:
    user = mall.user()
    client = mall.client(user)
    put(client, mall, "tea-1")
    pk = line_id(user)
    if others:
        put(client, mall, "wine-2")
    estrange(mall)
    assert f'value="{pk}"' in client.get("/basket/").content.decode()
    page = client.post("/basket/", {"line": pk, "quantity": "0"}, follow=True).content.decode()
    assert lines(user) == ({"wine-2": 1} if others else {})
    assert ("Go to checkout" in page) == others


def operator(mall: Mall) -> Client:
    """Log an operator in."""
    return mall.client(mall.operator())


def test_the_stock_form_lists_the_malls_merchants_only(mall: Mall) -> None:
    get_model("partner", "Partner").objects.create(name="Rogue Trader")
    path = f"/dashboard/catalogue/products/{mall.product().pk}/"
    text = operator(mall).get(path).content.decode()
    match = re.search(r'<select[^>]*name="stockrecords-0-partner".*?</select>', text, re.DOTALL)
    assert match
    names = re.findall(r"<option[^>]*>([^<]+)</option>", match[0])
    assert {"Tea House", "Wine Cellar"} <= set(names)
    assert "Rogue Trader" not in text

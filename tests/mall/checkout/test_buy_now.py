"""«Buy now»: one thing goes to the checkout, the basket stays as it is."""

import re
from typing import Any

import pytest
from django.test import Client
from oscar.core.loading import get_model

from tests.mall.checkout.test_basket import lines
from tests.mall.checkout.test_placing_orders import code_for_a_tenth
from tests.mall.checkout.way import ADDRESS, address, hidden, put, rich
from tests.mall.people.test_logging_in import is_in, log_in
from tests.mall.people.test_registering import mailed_code, register
from tests.mall.services.goods import offer
from tests.mall.stage import Mall
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Sale

NOW = "/checkout/preview/?now=1"


def buy_now(client: Client, mall: Mall, upc: str, quantity: int = 1, **options: str) -> Any:  # noqa: ANN401  # a page
    """Press «Buy now» on a product's page; return where it leads."""
    given = {"quantity": quantity, "now": "1", **options}
    answer = client.post(f"/basket/add/{mall.product(upc).pk}/", given)
    assert answer.status_code == 302
    return client.get(answer["Location"])


def goods_of(page: Any) -> list[tuple[str, str]]:  # noqa: ANN401  # a page
    """Return titles and quantities of what a review page is about."""
    text = page.content.decode()
    found = re.findall(r'translate="no">([^<]+)</span></span>.*?× (\d+)</div>', text, re.DOTALL)
    return [(title.strip(), quantity) for title, quantity in found]


def order_of(user: User) -> list[tuple[str, int]]:
    """Return what the only order of somebody has in it."""
    order = Sale.objects.get(user=user).order
    assert order is not None
    return list(order.lines.values_list("upc", "quantity"))


def test_the_product_page_says_where_its_buttons_lead(mall: Mall) -> None:
    text = mall.client().get(mall.product().get_absolute_url()).content.decode()
    button = re.search(r"<button[^>]*>Buy now</button>", text)
    assert button is not None
    assert 'name="now"' in button[0]


def test_only_that_goes_to_the_checkout_in_its_quantity(mall: Mall) -> None:
    user = rich(mall)
    client = mall.client(user)
    put(client, mall, "wine-2", 3)
    page = buy_now(client, mall, "tea-1", 2)
    assert page.status_code == 200
    assert goods_of(page) == [("Tea House 1", "2")]
    assert lines(user) == {"wine-2": 3}
    text = page.content.decode()
    assert mall.product().get_absolute_url() in text
    assert "Edit basket" not in text


def test_it_is_paid_and_the_basket_is_untouched(mall: Mall) -> None:
    user = rich(mall)
    client = mall.client(user)
    put(client, mall, "wine-2", 3)
    page = buy_now(client, mall, "tea-1", 2)
    answer = client.post(NOW, {**hidden(page), "place": "1", "wallet": "200.00"})
    assert order_of(user) == [("tea-1", 2)]
    sale = Sale.objects.get(user=user)
    assert answer["Location"] == f"/orders/{sale.number}/"
    assert sale.paid_at is not None
    assert lines(user) == {"wine-2": 3}
    # The same page sent again gives the same order; what was bought is not there to be bought again.
    client.post(NOW, {**hidden(page), "place": "1", "wallet": "200.00"})
    assert Sale.objects.filter(user=user).count() == 1
    assert client.get(NOW)["Location"] == "/basket/"


def test_the_basket_is_paid_as_before_while_something_waits_to_be_bought_now(mall: Mall) -> None:
    user = rich(mall)
    client = mall.client(user)
    put(client, mall, "wine-2")
    buy_now(client, mall, "tea-1")
    page = client.get("/checkout/preview/")
    assert goods_of(page) == [("Wine Cellar 2", "1")]
    client.post("/checkout/preview/", {**hidden(page), "place": "1", "wallet": "59.90"})
    assert order_of(user) == [("wine-2", 1)]
    assert goods_of(client.get(NOW)) == [("Tea House 1", "1")]


def test_a_second_one_replaces_the_first(mall: Mall) -> None:
    user = rich(mall)
    client = mall.client(user)
    first = buy_now(client, mall, "tea-1", 4)
    second = buy_now(client, mall, "wine-2")
    assert goods_of(second) == [("Wine Cellar 2", "1")]
    # Back to the first page and on from there: it has changed, and nothing is ordered.
    page = client.post(NOW, {**hidden(first), "place": "1", "wallet": "400.00"})
    assert "Your basket has changed. Please check it again." in page.content.decode()
    assert not Sale.objects.filter(user=user).exists()
    # The same thing once more is not twice as many.
    assert goods_of(buy_now(client, mall, "wine-2")) == [("Wine Cellar 2", "1")]
    assert get_model("basket", "Basket").objects.filter(owner=user, status="Saved").count() == 1


def test_what_is_in_the_basket_does_not_count_against_the_quantity(mall: Mall) -> None:
    client = mall.client(rich(mall))
    stock = mall.product().stockrecords.get()
    stock.num_in_stock = 5
    stock.num_allocated = 0
    stock.save()
    put(client, mall, "tea-1", 5)
    assert goods_of(buy_now(client, mall, "tea-1", 5)) == [("Tea House 1", "5")]


def test_more_than_there_is_leads_back_to_the_product_that_says_so(mall: Mall) -> None:
    user = rich(mall)
    client = mall.client(user)
    mall.product().stockrecords.update(num_in_stock=5, num_allocated=None)
    page = buy_now(client, mall, "tea-1", 3)
    assert goods_of(page) == [("Tea House 1", "3")]
    mall.product().stockrecords.update(num_in_stock=2)
    back = client.get(NOW, follow=True)
    assert back.redirect_chain[-1][0] == mall.product().get_absolute_url()
    assert "Only 2 of “Tea House 1” are left." in back.content.decode()
    assert lines(user) == {}


def test_a_stranger_logs_in_and_comes_back_to_it(mall: Mall) -> None:
    user = rich(mall)
    client = mall.client()
    put(client, mall, "wine-2")
    page = buy_now(client, mall, "tea-1", 2)
    assert page.status_code == 302
    login = page["Location"]
    assert login.startswith("/auth/login/?next=")
    shown = client.get(login).content.decode()
    wanted = re.search(r'name="next" value="([^"]+)"', shown)
    assert wanted is not None
    answer = log_in(client, user.email, next=wanted[1])
    assert is_in(client)
    assert answer["Location"] == NOW
    assert goods_of(client.get(NOW)) == [("Tea House 1", "2")]
    client.get("/basket/")
    assert lines(user) == {"wine-2": 1}


def test_a_stranger_registers_and_comes_back_to_it(mall: Mall) -> None:
    client = mall.client()
    buy_now(client, mall, "tea-1")
    page = client.get(f"/auth/login/?next={NOW}").content.decode()
    found = re.search(r'href="(/auth/signup/[^"]*)"', page)
    assert found is not None
    shown = client.get(found[1].replace("&amp;", "&")).content.decode()
    wanted = re.search(r'name="next" value="([^"]+)"', shown)
    assert wanted is not None
    register(client, "new@example.com", next=wanted[1])
    answer = client.post("/auth/confirm-email/", {"code": mailed_code()})
    assert is_in(client)
    assert answer["Location"] == NOW
    asked = client.get(NOW)
    assert asked["Location"] == "/checkout/shipping-address/?now=1"
    there = client.post(asked["Location"], ADDRESS)
    assert there["Location"] == NOW
    assert goods_of(client.get(NOW)) == [("Tea House 1", "1")]


def test_nobody_gets_what_another_wanted(mall: Mall) -> None:
    ann, bob = rich(mall), mall.user()
    address(bob)
    page = buy_now(mall.client(ann), mall, "tea-1")
    bobs = mall.client(bob)
    assert bobs.get(NOW)["Location"] == "/basket/"
    bobs.post(NOW, {**hidden(page), "place": "1"})
    assert not Sale.objects.exists()


def test_a_service_is_bought_now_too(mall: Mall) -> None:
    user = rich(mall)
    client = mall.client(user)
    offer(mall, "voucher", "massage", "88.00")
    page = buy_now(client, mall, "massage")
    assert goods_of(page) == [("The massage", "1")]
    client.post(NOW, {**hidden(page), "place": "1", "wallet": "88.00"})
    assert order_of(user) == [("massage", 1)]


def test_a_top_up_keeps_its_number(mall: Mall) -> None:
    client = mall.client(rich(mall))
    offer(mall, "topup", "phone-50", "50.00", topup_kind="phone")
    page = buy_now(client, mall, "phone-50", target="138 0013 8000")
    assert goods_of(page) == [("The phone-50", "1")]
    assert "13800138000" in page.content.decode()


def test_a_code_of_the_basket_counts_too(mall: Mall) -> None:
    client = mall.client(rich(mall))
    code_for_a_tenth()
    put(client, mall, "wine-2")
    client.post("/basket/vouchers/add/", {"code": "TENTH"})
    page = buy_now(client, mall, "tea-1")
    assert re.search(r'id="review-total">\s*¥90.00', page.content.decode())


def test_changing_the_address_stays_with_it(mall: Mall) -> None:
    user = rich(mall)
    client = mall.client(user)
    text = buy_now(client, mall, "tea-1").content.decode()
    assert 'href="/checkout/shipping-address/?now=1"' in text
    assert f'hx-post="{NOW}"' in text
    where = client.get("/checkout/shipping-address/?now=1")
    changing = re.search(r'href="(/checkout/user-address/edit/[^"]*)"', where.content.decode())
    assert changing is not None
    assert changing[1].endswith("?now=1")
    form = {name.removeprefix("new-"): value for name, value in ADDRESS.items()}
    assert client.post(changing[1], form)["Location"] == "/checkout/shipping-address/?now=1"


@pytest.mark.parametrize("now", [{}, {"now": "1"}])
def test_what_was_refused_is_an_error_at_its_field_and_what_was_typed_stays(
    mall: Mall, now: dict[str, str]
) -> None:
    client = mall.client(rich(mall))
    offer(mall, "topup", "phone-50", "50.00", topup_kind="phone")
    product = mall.product("phone-50")
    answer = client.post(
        f"/basket/add/{product.pk}/", {"quantity": 2, "target": "<12>345", **now}, follow=True
    )
    assert answer.redirect_chain[-1][0] == product.get_absolute_url()
    text = answer.content.decode()
    field = re.search(r'<input[^>]*name="target"[^>]*>', text)
    assert field is not None
    assert 'value="&lt;12&gt;345"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="target-help target_error"' in field[0]
    assert re.search(r'id="target_error" role="alert">Enter a mobile number', text)
    assert re.search(r'name="quantity" value="2"', text)
    assert text.count("Enter a mobile number") == 1
    # Once: the page itself is as it was.
    assert "target_error" not in client.get(product.get_absolute_url()).content.decode()


OPTIONS: dict[str, tuple[str, str, str]] = {
    "integer": ("integer", "many", 'value="many"'),
    "float": ("float", "wide", 'value="wide"'),
    "date": ("date", "31.12.", 'value="31.12."'),
    "text": ("text", "", ""),
}


@pytest.mark.parametrize("kind", OPTIONS)
def test_every_kind_of_question_says_at_its_field_what_is_wrong(mall: Mall, kind: str) -> None:
    what, typed, kept = OPTIONS[kind]
    product = mall.product()
    option = get_model("catalogue", "Option").objects.create(
        name="Engraving", code="engraving", type=what, required=True
    )
    other = get_model("catalogue", "Option").objects.create(name="Note", code="note", type="text")
    product.product_class.options.add(option, other)
    client = mall.client()
    given = {"quantity": 1, "engraving": typed, "note": "For Ann"}
    answer = client.post(f"/basket/add/{product.pk}/", given, follow=True)
    text = answer.content.decode()
    assert re.search(r'id="option-engraving_error" role="alert">Engraving: \S', text)
    field = re.search(r'<input[^>]*id="option-engraving"[^>]*>', text)
    assert field is not None
    assert kept in field[0]
    assert "option-engraving_error" in field[0]
    assert re.search(r'id="option-note"[^>]*value="For Ann"', text)


def test_too_many_is_an_error_at_the_quantity(mall: Mall) -> None:
    client = mall.client()
    product = mall.product()
    for quantity in ("100000", "", "-3", "abc"):
        answer = client.post(f"/basket/add/{product.pk}/", {"quantity": quantity}, follow=True)
        text = answer.content.decode()
        assert re.search(r'id="quantity_error" role="alert">\S', text), quantity


@pytest.mark.parametrize(
    ("kind", "comes", "terms"),
    [
        ("voucher", "7 days after the voucher was used.", "A voucher that was not used"),
        ("topup", "7 days after the top-up has arrived.", "A top-up that fails is refunded"),
    ],
)
def test_what_is_no_goods_is_not_spoken_of_as_goods(
    mall: Mall, kind: str, comes: str, terms: str
) -> None:
    client = mall.client(rich(mall))
    more = {"topup_kind": "phone"} if kind == "topup" else {}
    product = offer(mall, kind, "thing", "50.00", **more)
    shown = client.get(product.get_absolute_url()).content.decode()
    if kind == "topup":
        assert re.search(r"<dt[^>]*>Face value</dt><dd[^>]*>¥50.00</dd>", shown)
    assert "received the goods" not in shown
    target = {"target": "138 0013 8000"} if kind == "topup" else {}
    page = buy_now(client, mall, "thing", 1, **target).content.decode()
    assert terms in page
    for words in ("you receive the goods", "return goods", "received the goods"):
        assert words not in page
    if kind == "voucher":
        assert comes in shown
        assert comes in page

"""An order of 0.00 goes every way of an order: placed, paid, shipped, received, settled, returned."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model

from tests.mall.checkout.codes import code, use
from tests.mall.checkout.way import hidden, pay, put, review, rich
from tests.mall.sales.buying import wallet
from tests.mall.stage import Mall
from tongbao.mall.sales import cancelling, receiving, reconcile, returns, settling
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.refusals import NotNow, Why


def filled(mall: Mall, *goods: str, kind: str = "Percentage", value: str = "100") -> Client:
    """Fill a basket and give a code that covers it."""
    client = mall.client(rich(mall))
    for upc in goods:
        put(client, mall, upc)
    assert use(client, code("Multi-use", kind, value))
    return client


def free_sale(mall: Mall, *goods: str, **code_of: str) -> tuple[Client, Sale]:
    client = filled(mall, *(goods or ("tea-1",)), **code_of)
    pay(client)
    return client, Sale.objects.latest("pk")


@pytest.mark.parametrize(
    ("kind", "value"), [("Percentage", "100"), ("Absolute", "100"), ("Absolute", "500")]
)
def test_a_code_worth_the_whole_basket_ends_in_an_order_that_is_paid(
    any_mall: Mall, kind: str, value: str
) -> None:
    _client, sale = free_sale(any_mall, kind=kind, value=value)
    assert (sale.state, sale.total_minor, sale.charge) == ("paid", 0, None)
    assert sale.order is not None
    assert sale.order.status == "Paid"


def test_goods_of_price_nothing_are_ordered(mall: Mall) -> None:
    mall.product("tea-1").stockrecords.update(price="0.00")
    client = mall.client(rich(mall))
    put(client, mall, "tea-1")
    pay(client)
    assert Sale.objects.get().state == "paid"


def test_the_page_says_that_nothing_is_paid_and_no_points_come(mall: Mall) -> None:
    page = review(filled(mall, "tea-1")).content.decode()
    assert "There is nothing to pay: your code or an offer covers all of it." in page
    assert "Nothing is paid, so this order brings no points." in page
    assert 'name="provider"' not in page


def test_it_is_shipped_received_and_settled_without_a_purchase(mall: Mall) -> None:
    client, sale = free_sale(mall)
    part = receiving.ship(sale.parts.get())
    part = receiving.receive(part, timezone.now() - timedelta(days=8))
    before = mall.ledger.standing().number
    settling.settle_due(timezone.now())
    part.refresh_from_db()
    assert (part.state, part.purchase_id, int(part.points_atoms)) == ("settled", "", 0)
    assert mall.ledger.standing().number == before
    page = client.get(f"/orders/{sale.number}/").content.decode()
    assert "Nothing was paid for this, so it brings no points" in page
    assert not [one for one in reconcile.reconcile(timezone.now()) if not one.is_repaired]


def give_back(client: Client, part: Part, **chosen: str) -> None:
    address = f"/orders/{part.sale.number}/parts/{part.pk}/return/"
    page = client.post(address, chosen).content.decode()
    shown = dict(re.findall(r'name="(back|shortfall|points)" value="(\d+)"', page))
    client.post(address, {**chosen, "ask": "1", **shown})


def line_of(part: Part) -> str:
    assert part.sale.order is not None
    return f"line-{part.sale.order.lines.get(partner=part.merchant.partner_id).pk}"


@pytest.mark.parametrize("received", [False, True])
def test_it_is_returned_with_nothing_back_and_the_goods_in_stock_again(
    mall: Mall, received: bool
) -> None:
    client, sale = free_sale(mall)
    part = sale.parts.get()
    if received:
        receiving.receive(receiving.ship(part))
    give_back(client, part, **{line_of(part): "1"})
    asked = part.returns.get()
    assert asked.amount_minor == 0
    done = returns.approve(asked, None, returns.quote(part, 0), restocks=True)
    part.refresh_from_db()
    assert (done.state, done.total_minor, part.state) == ("done", 0, "returned")
    record = mall.product("tea-1").stockrecords.get()
    assert (record.num_in_stock, record.num_allocated or 0) == (1000, 0)
    assert not [one for one in reconcile.reconcile(timezone.now()) if not one.is_repaired]


def test_what_came_back_for_nothing_does_not_come_back_again(mall: Mall) -> None:
    client, sale = free_sale(mall)
    part = sale.parts.get()
    chosen = {line_of(part).removeprefix("line-"): 1}
    asked = returns.ask(part, 0, chosen)
    returns.approve(asked, None, returns.quote(part, 0))
    with pytest.raises(NotNow):
        returns.ask(part, 0, chosen)
    assert "Return items" not in client.get(f"/orders/{sale.number}/").content.decode()


def test_one_of_two_pieces_that_came_back_leaves_the_part_as_it_is(mall: Mall) -> None:
    client = mall.client(rich(mall))
    put(client, mall, "tea-1", 2)
    use(client, code("Multi-use", "Percentage", "100"))
    pay(client)
    part = Part.objects.get()
    chosen = {line_of(part).removeprefix("line-"): 1}
    returns.approve(returns.ask(part, 0, chosen), None, returns.quote(part, 0))
    part.refresh_from_db()
    assert part.state == "waiting"
    with pytest.raises(NotNow) as error:
        returns.ask(part, 0, {line_of(part).removeprefix("line-"): 2})
    assert error.value.why == Why.TOO_MUCH


def test_an_amount_of_nothing_is_no_return(mall: Mall) -> None:
    _client, sale = free_sale(mall)
    with pytest.raises(NotNow) as error:
        returns.ask(sale.parts.get(), 0)
    assert error.value.why == Why.TOO_LITTLE


def test_it_is_cancelled_with_nothing_back(mall: Mall) -> None:
    _client, sale = free_sale(mall)
    assert cancelling.cancel(sale, "shopper")
    sale.refresh_from_db()
    assert (sale.state, sale.back_at is None) == ("cancelled", False)
    assert (mall.product("tea-1").stockrecords.get().num_allocated or 0) == 0


def test_shipping_that_no_code_covers_is_paid(mall: Mall) -> None:
    get_model("shipping", "OrderAndItemCharges").objects.create(
        name="Post", price_per_order="10.00"
    )
    client = filled(mall, "tea-1", "wine-1")
    assert hidden(review(client))["total"] == "1000"
    pay(client, wallet="10.00")
    sale = Sale.objects.get()
    assert (sale.state, sale.wallet_minor) == ("paid", 1000)
    assert [part.total_minor for part in sale.parts.order_by("pk")] == [500, 500]


def test_of_several_merchants_one_may_have_nothing(mall: Mall) -> None:
    mall.product("tea-1").stockrecords.update(price="0.00")
    user = rich(mall)
    client = mall.client(user)
    put(client, mall, "tea-1")
    put(client, mall, "wine-1")
    pay(client, wallet="100.00")
    tea, wine = Part.objects.order_by("merchant__account")
    assert (tea.total_minor, wine.total_minor) == (0, 10_000)
    for part in (tea, wine):
        receiving.receive(receiving.ship(part), timezone.now() - timedelta(days=8))
    settling.settle_due(timezone.now())
    assert set(Part.objects.values_list("state", flat=True)) == {"settled"}
    # 30.00 to the reserve, 10.50 dividends, 2.00 to the platform.
    assert (wallet(mall, "wine"), wallet(mall, "shop")) == (5_750, 0)
    asked = returns.ask(Part.objects.get(pk=tea.pk), 0, {line_of(tea).removeprefix("line-"): 1})
    done = returns.approve(asked, None, returns.quote(tea, 0))
    assert (done.state, done.is_late, done.total_minor) == ("done", True, 0)
    assert wallet(mall, user.account) == 90_000


def test_the_same_order_twice_is_one(mall: Mall) -> None:
    client = filled(mall, "tea-1")
    shown = hidden(review(client))
    for _ in range(2):
        client.post("/checkout/preview/", {**shown, "place": "1"})
    assert Sale.objects.count() == 1


def test_a_total_that_is_missing_orders_nothing(mall: Mall) -> None:
    client = mall.client(rich(mall))
    put(client, mall, "tea-1")
    shown = {**hidden(review(client)), "total": ""}
    client.post("/checkout/preview/", {**shown, "place": "1"})
    assert not Sale.objects.exists()

"""From the basket to a paid order: figures against the ledger, and every second click."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oscar.core.loading import get_model

from tests.mall.checkout.way import ADDRESS, address, hidden, pay, put, review, rich
from tests.mall.stage import Mall
from tongbao.mall.paying import bank
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Part, Sale

SANDBOX = override_settings(
    SANDBOX=True, MALL_PAYMENT_PROVIDERS=["tongbao.mall.paying.sandbox.Sandbox"]
)


def wallet(mall: Mall, account: str) -> int:
    """Return what an account has in its wallet."""
    found = mall.ledger.account(account)
    assert found is not None
    return found.wallet


def stock(mall: Mall, upc: str) -> int:
    """Return how many could still be bought."""
    return int(mall.product(upc).stockrecords.get().net_stock_level)


def code_for_a_tenth() -> None:
    """Let the code TENTH take ten per cent off everything."""
    offers = get_model("offer", "Range").objects.create(
        name="everything", includes_all_products=True
    )
    offer = get_model("offer", "ConditionalOffer").objects.create(
        name="a tenth",
        offer_type="Voucher",
        condition=get_model("offer", "Condition").objects.create(
            range=offers, type="Count", value=1
        ),
        benefit=get_model("offer", "Benefit").objects.create(
            range=offers, type="Percentage", value=10
        ),
    )
    now = timezone.now()
    code = get_model("voucher", "Voucher").objects.create(
        name="a tenth",
        code="TENTH",
        usage="Multi-use",
        start_datetime=now - timedelta(days=1),
        end_datetime=now + timedelta(days=1),
    )
    code.offers.add(offer)


def filled(mall: Mall, user: User, *goods: str) -> Client:
    """Give a browser of that user's, with goods in the basket."""
    client = mall.client(user)
    for upc in goods or ("tea-1", "wine-2"):
        put(client, mall, upc)
    return client


def test_without_an_address_one_is_asked_for_and_kept(mall: Mall) -> None:
    user = mall.user()
    client = filled(mall, user, "tea-1")
    assert client.get("/checkout/", follow=True).redirect_chain[-1][0] == (
        "/checkout/shipping-address/"
    )
    page = client.post("/checkout/shipping-address/", ADDRESS, follow=True)
    assert page.redirect_chain[-1][0] == "/checkout/preview/"
    assert "88 Century Avenue" in page.content.decode()
    assert get_model("address", "UserAddress").objects.get(user=user).first_name == "Li Na"


def test_a_bad_address_is_told_field_by_field(mall: Mall) -> None:
    client = filled(mall, mall.user(), "tea-1")
    page = client.post(
        "/checkout/shipping-address/", {**ADDRESS, "new-postcode": "12", "new-line1": ""}
    )
    assert page.status_code == 200
    text = page.content.decode()
    assert 'id="id_new-postcode_error"' in text
    assert 'id="id_new-line1_error"' in text


def test_an_address_in_full_width_is_read_at_the_checkout_too(mall: Mall) -> None:
    user = mall.user()
    client = filled(mall, user, "tea-1")
    wide = {**ADDRESS, "new-postcode": "２００１２０"}
    page = client.post("/checkout/shipping-address/", wide, follow=True)
    assert page.redirect_chain[-1][0] == "/checkout/preview/"
    assert get_model("address", "UserAddress").objects.get(user=user).postcode == "200120"


def test_an_order_from_the_wallet_is_paid_at_once(mall: Mall) -> None:
    user = rich(mall, 20_000)
    client = filled(mall, user)
    page = pay(client, wallet="159.90")
    sale = Sale.objects.get(user=user)
    # tea 100.00 and wine 59.90
    assert page.headers["Location"] == f"/orders/{sale.number}/"
    assert sale.state == Sale.State.PAID
    assert (wallet(mall, user.account), wallet(mall, "shop")) == (4_010, 15_990)
    parts = {part.merchant.account: part.wallet_minor for part in sale.parts.all()}
    assert parts == {"tea": 10_000, "wine": 5_990}
    assert sale.order is not None
    assert (sale.order.status, sale.order.basket.status) == ("Paid", "Submitted")
    assert sale.order.shipping_address.line1 == "88 Century Avenue"
    assert stock(mall, "tea-1") == 999


@SANDBOX
def test_the_rest_goes_to_the_provider_and_waits_for_it(mall: Mall) -> None:
    user = rich(mall, 20_000)
    client = filled(mall, user)
    page = pay(client, wallet="59.90", provider="sandbox")
    sale = Sale.objects.get(user=user)
    assert sale.charge is not None
    assert f"/pay/sandbox/{sale.charge.pk}/" in page.headers["Location"]
    assert (sale.state, sale.provider_minor, sale.wallet_minor) == ("pending", 10_000, 5_990)
    assert wallet(mall, user.account) == 20_000
    bank.pay(sale.charge.pk)
    bank.deliver_due()
    sale.refresh_from_db()
    assert sale.state == Sale.State.PAID
    assert wallet(mall, user.account) == 14_010


@SANDBOX
def test_by_default_the_provider_has_all_of_it(mall: Mall) -> None:
    page = review(filled(mall, rich(mall)))
    assert '<span class="figure" id="tender-rest">¥159.90</span>' in page.content.decode()


@SANDBOX
def test_a_switch_fills_in_what_there_is_and_empties_again_without_scripts(mall: Mall) -> None:
    client = filled(mall, rich(mall, 5_000))
    shown = hidden(review(client))
    page = client.post("/checkout/preview/", {**shown, "use": "wallet", "provider": "sandbox"})
    text = page.content.decode()
    assert 'name="wallet" value="50.00"' in text
    assert '<span class="figure" id="tender-rest">¥109.90</span>' in text
    assert 'value="no-wallet" aria-checked="true"' in text
    off = {**shown, "wallet": "50.00", "use": "no-wallet", "provider": "sandbox"}
    text = client.post("/checkout/preview/", off).content.decode()
    assert '<span class="figure" id="tender-rest">¥159.90</span>' in text
    assert 'value="wallet" aria-checked="false"' in text
    assert not Sale.objects.exists()


@SANDBOX
def test_htmx_gets_the_form_with_the_chosen_way_of_shipping_and_the_new_total(mall: Mall) -> None:
    charges = get_model("shipping", "OrderAndItemCharges").objects
    charges.create(name="Standard", price_per_order="10.00")
    express = charges.create(name="Express", price_per_order="25.00")
    client = filled(mall, rich(mall), "tea-1")
    page = client.post(
        "/checkout/preview/", {"method": express.code}, headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    assert "<html" not in text
    assert 'id="bar-total" hx-swap-oob="true">¥125.00<' in text


def test_a_double_click_makes_one_order(mall: Mall) -> None:
    user = rich(mall)
    client = filled(mall, user)
    post = {**hidden(review(client)), "place": "1", "wallet": "159.90"}
    first, second = (client.post("/checkout/preview/", post) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Sale.objects.filter(user=user).count() == 1
    assert wallet(mall, user.account) == 100_000 - 15_990


def at_once(*posts: Callable[[], object]) -> None:
    """Do these in threads of their own, all at the same moment."""
    barrier = Barrier(len(posts))

    def do(post: Callable[[], object]) -> None:
        barrier.wait()
        try:
            post()
        finally:
            connections.close_all()

    threads = [Thread(target=do, args=(post,)) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_tabs_at_once_make_one_order(mall: Mall) -> None:
    user = rich(mall)
    tabs = [filled(mall, user), mall.client(user)]
    post = {**hidden(review(tabs[0])), "place": "1", "wallet": "159.90"}
    at_once(*(partial(tab.post, "/checkout/preview/", post) for tab in tabs))
    assert Sale.objects.filter(user=user).count() == 1
    assert wallet(mall, user.account) == 100_000 - 15_990


def test_of_two_who_want_the_last_one_at_once_one_gets_it(mall: Mall) -> None:
    mall.product("tea-1").stockrecords.update(num_in_stock=1)
    clients = [filled(mall, rich(mall), "tea-1") for _ in range(2)]
    posts = [{**hidden(review(one)), "place": "1", "wallet": "100.00"} for one in clients]
    pairs = zip(clients, posts, strict=True)
    at_once(*(partial(one.post, "/checkout/preview/", post) for one, post in pairs))
    assert Sale.objects.count() == 1
    assert stock(mall, "tea-1") == 0


def test_a_second_tab_with_other_goods_in_it_does_not_order_these(mall: Mall) -> None:
    user = rich(mall)
    client = filled(mall, user)
    old = {**hidden(review(client)), "place": "1", "wallet": "159.90"}
    put(client, mall, "tea-2")  # in the other tab
    page = client.post("/checkout/preview/", old, follow=True)
    assert "Prices or quantities have changed." in page.content.decode()
    assert not Sale.objects.exists()


def test_a_price_that_moved_is_shown_before_it_is_paid(mall: Mall) -> None:
    user = rich(mall)
    client = filled(mall, user, "tea-1")
    old = {**hidden(review(client)), "place": "1", "wallet": "100.00"}
    mall.product("tea-1").stockrecords.update(price="101.00")
    page = client.post("/checkout/preview/", old, follow=True)
    text = page.content.decode()
    assert "Prices or quantities have changed." in text
    assert "¥101.00" in text
    assert wallet(mall, user.account) == 100_000


def test_the_last_one_goes_to_whoever_is_first(mall: Mall) -> None:
    mall.product("tea-1").stockrecords.update(num_in_stock=1)
    ann, bob = rich(mall), rich(mall)
    slow, fast = filled(mall, ann, "tea-1"), filled(mall, bob, "tea-1")
    post = {**hidden(review(slow)), "place": "1", "wallet": "100.00"}
    assert Sale.objects.count() == 0
    pay(fast, wallet="100.00")
    page = slow.post("/checkout/preview/", post, follow=True)
    assert "sold out" in page.content.decode()
    assert Sale.objects.get().user == bob
    assert wallet(mall, ann.account) == 100_000


@pytest.mark.parametrize(
    ("tenders", "words"),
    [
        ({"wallet": "2000"}, "You have ¥1,000.00 in your wallet."),
        ({"wallet": "200"}, "This is ¥40.10 more than the total."),
        ({"wallet": "1e2"}, "Enter an amount in digits"),
        ({"wallet": "-5"}, "Enter an amount in digits"),
        ({"credit": "1"}, "You have ¥0.00 in credit."),
        ({"wallet": "100"}, "¥59.90 is still missing"),
    ],
)
@override_settings(MALL_PAYMENT_PROVIDERS=[])
def test_what_cannot_be_paid_so_is_told(mall: Mall, tenders: dict[str, str], words: str) -> None:
    client = filled(mall, rich(mall))
    page = pay(client, **tenders)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not Sale.objects.exists()


@SANDBOX
def test_an_order_that_nobody_pays_after_a_failed_payment_returns_the_stock(mall: Mall) -> None:
    user = rich(mall, 20_000)
    client = filled(mall, user)
    pay(client, wallet="59.90", provider="sandbox")
    sale = Sale.objects.get(user=user)
    assert sale.charge is not None
    assert stock(mall, "tea-1") == 999
    bank.fail(sale.charge.pk)
    bank.deliver_due()
    assert (
        "The last payment did not go through"
        in client.get(f"/orders/{sale.number}/").content.decode()
    )
    assert stock(mall, "tea-1") == 999
    client.post(f"/orders/{sale.number}/cancel/")
    assert (stock(mall, "tea-1"), wallet(mall, user.account)) == (1_000, 20_000)


@SANDBOX
def test_an_order_that_waits_can_be_paid_again_and_cancelled(mall: Mall) -> None:
    user = rich(mall)
    client = filled(mall, user)
    pay(client, provider="sandbox")
    sale = Sale.objects.get(user=user)
    assert sale.charge is not None
    again = client.post(f"/orders/{sale.number}/pay/")
    assert f"/pay/sandbox/{sale.charge.pk}/" in again.headers["Location"]
    page = client.post(f"/orders/{sale.number}/cancel/", follow=True)
    assert "The order is cancelled." in page.content.decode()
    sale.refresh_from_db()
    assert sale.state == Sale.State.CANCELLED


def test_a_code_takes_its_part_off_every_merchants_goods(mall: Mall) -> None:
    code_for_a_tenth()
    user = rich(mall)
    client = filled(mall, user)
    client.post("/basket/vouchers/add/", {"code": "tenth"})
    # 10.00 of 100.00, and 5.99 of 59.90
    assert "−¥15.99" in review(client).content.decode()
    pay(client, wallet="143.91")
    sale = Sale.objects.get(user=user)
    parts = {part.merchant.account: part.wallet_minor for part in sale.parts.all()}
    assert parts == {"tea": 9_000, "wine": 5_391}
    assert wallet(mall, user.account) == 100_000 - 14_391


def test_somebody_elses_address_is_neither_taken_nor_changed(mall: Mall) -> None:
    other = address(mall.user())
    client = filled(mall, rich(mall), "tea-1")
    path = "/checkout/user-address"
    assert [
        client.post("/checkout/shipping-address/", {"address": other.pk}).status_code,
        client.get(f"{path}/edit/{other.pk}/").status_code,
        client.post(f"{path}/delete/{other.pk}/").status_code,
    ] == [404] * 3
    assert get_model("address", "UserAddress").objects.filter(pk=other.pk).exists()


def test_shipping_is_asked_for_and_divided_over_the_merchants(mall: Mall) -> None:
    get_model("shipping", "OrderAndItemCharges").objects.create(
        name="Standard", price_per_order="10.00", free_shipping_threshold="200.00"
    )
    user = rich(mall)
    client = filled(mall, user)
    assert "¥169.90" in review(client).content.decode()
    pay(client, wallet="169.90")
    parts = {p.merchant.account: p.total_minor for p in Part.objects.filter(sale__user=user)}
    # 10.00 by 100.00 : 59.90 is 6.2539 and 3.7461; the odd cent goes to the larger remainder
    assert parts == {"tea": 10_625, "wine": 6_365}


def test_from_its_threshold_on_shipping_is_free(mall: Mall) -> None:
    get_model("shipping", "OrderAndItemCharges").objects.create(
        name="Standard", price_per_order="10.00", free_shipping_threshold="100.00"
    )
    assert "¥159.90" in review(filled(mall, rich(mall))).content.decode()


def test_what_counts_brings_pending_points_and_a_day(mall: Mall) -> None:
    client = filled(mall, rich(mall), "tea-1")
    shown = hidden(review(client))
    page = client.post("/checkout/preview/", {**shown, "wallet": "100.00"})
    text = page.content.decode()
    # the first purchase of an empty pool: 100.00 × 30 % × 70 % at 1.00 a point
    assert '<span class="figure" id="expected-points">21</span>' in text
    assert "¥18.90" in text  # less the fee of a tenth, were they sold now
    assert "¥200.00" not in text  # the ceiling stands in the wallet and the rules
    assert "Ceiling" not in text


@pytest.mark.parametrize("goods", [("tea-1",), ("tea-1", "tea-2", "wine-1", "wine-2")])
@SANDBOX
def test_the_review_page_reads_as_often_for_one_line_as_for_four(
    mall: Mall, goods: tuple[str, ...]
) -> None:
    client = filled(mall, rich(mall), *goods)
    review(client)
    with CaptureQueriesContext(connection) as queries:
        review(client)
    assert len(queries) <= 22

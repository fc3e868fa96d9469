"""What an order took of codes and offers is free again when it is cancelled whole; once, whoever asks."""

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model

from tests.mall.checkout.codes import code, use
from tests.mall.checkout.way import pay, put, rich
from tests.mall.stage import Mall
from tongbao.mall.paying import bank
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, paid, receiving, returns
from tongbao.mall.sales.discounts import OrderDiscount
from tongbao.mall.sales.models import Sale


def ordered(mall: Mall, user: User, voucher: object, **tenders: str) -> tuple[Client, Sale]:
    """Order one tea with that code."""
    client = mall.client(user)
    put(client, mall, "tea-1")
    assert use(client, voucher)
    pay(client, **tenders)
    return client, Sale.objects.filter(user=user).latest("pk")


def again(mall: Mall, user: User, voucher: object) -> bool:
    """Say whether the code can be used in a new basket."""
    client = mall.client(user)
    put(client, mall, "tea-1")
    return use(client, voucher)


def declined(sale: Sale) -> None:
    """The shopper gives up: nothing was paid, and the time to pay is over."""
    cancelling.expire_due(timezone.now() + timedelta(minutes=31))
    sale.refresh_from_db()
    assert sale.state == "cancelled"


def by_the_shopper(sale: Sale) -> None:
    assert cancelling.cancel(sale, "shopper")


USAGES = ["Single use", "Once per customer"]


@pytest.mark.parametrize("usage", USAGES)
@pytest.mark.parametrize("end", [declined, by_the_shopper])
def test_a_code_of_an_unpaid_order_is_free_again(
    any_mall: Mall, usage: str, end: Callable[[Sale], None]
) -> None:
    mall, user, voucher = any_mall, rich(any_mall), code(usage)
    _client, sale = ordered(mall, user, voucher, provider="sandbox")
    assert not again(mall, user, voucher)
    end(sale)
    assert again(mall, user, voucher)
    voucher.refresh_from_db()
    assert (voucher.num_orders, voucher.total_discount) == (0, Decimal(0))


def test_a_code_of_a_paid_order_that_is_cancelled_whole_is_free_again(mall: Mall) -> None:
    user, voucher = rich(mall), code()
    _client, sale = ordered(mall, user, voucher, wallet="95.00")
    assert sale.state == "paid"
    by_the_shopper(sale)
    assert again(mall, user, voucher)


def test_a_code_whose_payment_could_not_be_booked_is_free_again(mall: Mall) -> None:
    user, voucher = rich(mall), code()
    _client, sale = ordered(mall, user, voucher, wallet="45.00", provider="sandbox")
    spend = {"id": "elsewhere", "type": "pay_wallet", "payer": user.account, "payee": "wine"}
    assert mall.ledger.submit({**spend, "amount": 100_000}).ok
    assert sale.charge is not None
    bank.pay(sale.charge.pk)
    bank.deliver_due()
    assert paid.finish(sale).state == "cancelled"
    assert not voucher.applications.exists()
    assert again(mall, user, voucher)


def test_a_code_of_a_paid_order_stays_used_also_when_all_of_it_is_returned(mall: Mall) -> None:
    user, voucher = rich(mall), code()
    _client, sale = ordered(mall, user, voucher, wallet="95.00")
    part = receiving.receive(sale.parts.get())
    asked = returns.ask(part, 9_500)
    assert returns.approve(asked, None, returns.quote(part, 9_500)).state == "done"
    assert not again(mall, user, voucher)


def test_cancelling_twice_frees_a_code_once(mall: Mall) -> None:
    user, voucher = rich(mall), code("Multi-use")
    _client, first = ordered(mall, user, voucher, provider="sandbox")
    ordered(mall, user, voucher, provider="sandbox")
    for _ in range(2):
        by_the_shopper(first)
    voucher.refresh_from_db()
    assert (voucher.num_orders, voucher.applications.count()) == (1, 1)
    assert voucher.total_discount == Decimal(5)


def test_the_basket_that_an_unpaid_order_gives_back_has_its_code(mall: Mall) -> None:
    user, voucher = rich(mall), code()
    client, sale = ordered(mall, user, voucher, provider="sandbox")
    by_the_shopper(sale)
    assert voucher.code in client.get("/basket/").content.decode()
    pay(client, wallet="95.00")
    assert Sale.objects.filter(user=user).latest("pk").total_minor == 9_500


def test_ordering_again_brings_the_code(mall: Mall) -> None:
    user, voucher = rich(mall), code()
    client, sale = ordered(mall, user, voucher, wallet="95.00")
    by_the_shopper(sale)
    client.post(f"/orders/{sale.number}/again/", {"once": "x"})
    assert voucher.code in client.get("/basket/").content.decode()
    pay(client, wallet="95.00")
    assert Sale.objects.filter(user=user).latest("pk").total_minor == 9_500


def test_ordering_a_paid_order_again_does_not_bring_a_code_that_is_used_up(mall: Mall) -> None:
    user, voucher = rich(mall), code()
    client, sale = ordered(mall, user, voucher, wallet="95.00")
    client.post(f"/orders/{sale.number}/again/", {"once": "x"})
    assert voucher.code not in client.get("/basket/").content.decode()


@pytest.mark.parametrize(
    "limit",
    [{"max_global_applications": 1}, {"max_user_applications": 1}, {"max_discount": Decimal(5)}],
)
def test_the_limits_of_an_offer_count_no_order_that_is_cancelled(
    any_mall: Mall, limit: dict[str, Any]
) -> None:
    mall, user = any_mall, rich(any_mall)
    voucher = code("Multi-use", **limit)
    _client, sale = ordered(mall, user, voucher, provider="sandbox")
    assert not again(mall, user, voucher)
    by_the_shopper(sale)
    made = voucher.offers.get()
    assert (made.num_applications, made.total_discount, made.num_orders) == (0, Decimal(0), 0)
    assert made.status == "Open"
    assert again(mall, user, voucher)
    # The order's page still says what would have been taken off.
    assert OrderDiscount.objects.get(order=sale.order).amount == Decimal(5)


def test_counts_that_somebody_set_back_do_not_stop_a_cancellation(any_mall: Mall) -> None:
    mall, user, voucher = any_mall, rich(any_mall), code("Multi-use")
    _client, sale = ordered(mall, user, voucher, provider="sandbox")
    type(voucher).objects.update(num_orders=0, total_discount=0)
    voucher.offers.update(num_applications=0, total_discount=0, num_orders=0)
    by_the_shopper(sale)
    voucher.refresh_from_db()
    assert (voucher.num_orders, voucher.total_discount) == (0, Decimal(0))


def test_of_many_at_once_as_many_use_a_limited_offer_as_it_lets(mall_on_postgresql: Mall) -> None:
    mall, voucher = mall_on_postgresql, code("Multi-use", max_global_applications=2)
    clients = []
    for _ in range(6):
        client = mall.client(rich(mall))
        put(client, mall, "tea-1")
        assert use(client, voucher)
        clients.append(client)

    def order(client: Client) -> None:
        try:
            pay(client, wallet="95.00")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(order, clients))
    made = voucher.offers.get()
    assert (made.num_applications, made.num_orders) == (2, 2)
    assert Sale.objects.filter(wallet_minor=9_500).count() == 2


def test_cancelling_and_ordering_at_once_count_every_use(mall_on_postgresql: Mall) -> None:
    mall, voucher = mall_on_postgresql, code("Multi-use", max_global_applications=100)
    old = [ordered(mall, rich(mall), voucher, provider="sandbox")[1] for _ in range(3)]
    clients = []
    for _ in range(3):
        client = mall.client(rich(mall))
        put(client, mall, "tea-1")
        assert use(client, voucher)
        clients.append(client)

    def done(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(done, lambda sale=sale: by_the_shopper(sale)) for sale in old]  # type: ignore[misc]  # its default is its type
        jobs += [pool.submit(done, lambda c=c: pay(c, wallet="95.00")) for c in clients]  # type: ignore[misc]
        for job in jobs:
            job.result()
    made = voucher.offers.get()
    voucher.refresh_from_db()
    assert (made.num_applications, made.num_orders, voucher.num_orders) == (3, 3, 3)
    assert voucher.total_discount == Decimal(15)


def test_the_file_of_an_offers_orders_is_written_as_all_the_malls_are(mall: Mall) -> None:
    user, voucher = rich(mall), code()
    _client, sale = ordered(mall, user, voucher, wallet="95.00")
    get_model("order", "Order").objects.filter(pk=sale.order_id).update(number="=1+1")
    offer = voucher.offers.get()
    answer = mall.client(mall.operator()).get(f"/dashboard/offers/{offer.pk}/?format=csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # it streams
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(one[0], one[2], one[3]) for one in rows[1:]] == [("'=1+1", "95.00", "5.00")]

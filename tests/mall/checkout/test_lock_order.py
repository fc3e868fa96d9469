"""Offers, codes, stock: everybody locks them in this order, so that nobody waits for one another."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections, transaction

from tests.mall.checkout.codes import code
from tests.mall.checkout.test_codes_come_back import ordered
from tests.mall.checkout.way import rich
from tests.mall.stage import Mall
from tongbao.mall.sales import cancelling
from tongbao.mall.sales.discounts import Offer, OrderDiscount
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.ways_back import BY_MERCHANT, BY_SHOPPER

_HANG = 60.0  # seconds


def wait_until_somebody_waits() -> None:
    """Wait until another connection to this database waits for a row that is locked."""
    until = time.monotonic() + _HANG
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def by_the_shopper(sale: Sale) -> None:
    cancelling.cancel(sale, BY_SHOPPER)


def by_the_merchant(sale: Sale) -> None:
    cancelling.cancel_part(sale.parts.get(), BY_MERCHANT)


@pytest.mark.parametrize("cancel", [by_the_shopper, by_the_merchant])
def test_who_cancels_and_who_orders_the_same_do_not_wait_for_one_another(
    mall_on_postgresql: Mall, cancel: Callable[[Sale], None]
) -> None:
    mall, voucher = mall_on_postgresql, code("Multi-use")
    _client, sale = ordered(mall, rich(mall), voucher, wallet="95.00")
    offers = OrderDiscount.objects.filter(order=sale.order).values_list("offer_id", flat=True)
    record = mall.product("tea-1").stockrecords.get()
    begun = Event()

    def order() -> None:
        """Lock as checkout does, once the other one has begun to wait for it."""
        try:
            with transaction.atomic():
                assert list(Offer.objects.select_for_update().filter(pk__in=list(offers)))
                begun.set()
                wait_until_somebody_waits()
                type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
        finally:
            begun.set()
            connections.close_all()

    def end() -> None:
        try:
            assert begun.wait(_HANG)
            cancel(sale)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(order), pool.submit(end)]:
            done.result(_HANG)
    sale.refresh_from_db()
    assert sale.state == "cancelled"

"""Whoever buys a voucher or a top-up is not told to wait for goods and to send them back."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.mall.checkout.way import pay, put, rich
from tests.mall.services.goods import SANDBOX, offer
from tests.mall.stage import Mall
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Sale
from tongbao.mall.services.arrival import Had, agreement, had_of, points_come, points_wait

PHONE = "13800138000"
PARCELS = {
    "en": re.compile(
        r"receiv\w* (?:the|these|all of these) goods|these goods|return (?:goods|them|items)"
        r"|[Aa]fter receipt|the goods|Deliver to|Received\b|received everything"
    ),
    "zh-hans": re.compile("收货|收到|退货|发货|商品送"),
}


def main(client: Client, address: str) -> str:
    """The words of a page between its frame."""
    text = client.get(address).content.decode()
    body = re.search(r"<main.*?</main>", text, re.DOTALL)
    assert body is not None, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body[0]))


def look(client: Client, language: str, *addresses: str) -> None:
    for address in addresses:
        words = main(client, address)
        found = PARCELS[language].search(words)
        said = "" if found is None else words[max(0, found.start() - 80) : found.end() + 80]
        assert not said, address


@SANDBOX
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["topup", "voucher"])
def test_no_page_on_the_way_of_a_service_speaks_of_a_parcel(
    mall: Mall, kind: str, language: str
) -> None:
    facts = {"topup_kind": "phone", "face": "110.00"} if kind == "topup" else {"voucher_days": 30}
    product = offer(mall, kind, "service", "120.00", **facts)
    user = rich(mall)
    User.objects.filter(pk=user.pk).update(language=language)
    client = mall.client(user, language)
    look(client, language, product.get_absolute_url())
    target: dict[str, Any] = {"target": PHONE} if kind == "topup" else {}
    put(client, mall, "service", **target)
    look(client, language, "/basket/", "/checkout/preview/")
    assert pay(client, wallet="120.00").status_code == 302
    sale = Sale.objects.get(user=user)
    part = sale.parts.get()
    order = f"/orders/{sale.number}/"
    back = f"{order}parts/{part.pk}/return/"
    assert f'href="{back}"' in client.get(order).content.decode()
    look(client, language, order, f"{order}receipt/", "/messages/", "/services/", back)


@SANDBOX
def test_a_basket_of_all_kinds_names_each(mall: Mall) -> None:
    offer(mall, "topup", "phone", "120.00", topup_kind="phone", face="100.00")
    offer(mall, "voucher", "dinner", "50.00", voucher_days=30)
    client = mall.client(rich(mall))
    put(client, mall, "phone", target=PHONE)
    put(client, mall, "dinner")
    put(client, mall, "tea-1")
    words = main(client, "/checkout/preview/")
    assert "7 days after all of it was received, used or topped up." in words
    assert "After receipt you can return goods for 7 days in full" in words
    assert "A voucher that was not used can be returned for what you paid." in words
    assert "A top-up that fails is refunded by itself" in words


def test_goods_alone_are_spoken_of_as_before(mall: Mall) -> None:
    client = mall.client(rich(mall))
    put(client, mall, "tea-1")
    words = main(client, "/checkout/preview/")
    assert "7 days after you receive the goods, while you can still return them." in words
    assert "voucher" not in words
    assert "top-up" not in words.lower()


def test_what_is_gone_from_the_catalogue_was_goods(mall: Mall) -> None:
    assert had_of([None, mall.product()]) == Had.GOODS
    assert had_of([]) == Had.GOODS


@pytest.mark.usefixtures("mall")
def test_without_a_return_window_things_come_at_once() -> None:
    assert points_come(Had.TOPUP, 0) == "They come when the top-up has arrived."
    assert points_wait(Had.VOUCHER, 0).startswith("They arrive once the voucher was used. ")
    assert points_wait(Had.SERVICES, 1).startswith(
        "They stay pending until 1 day after the vouchers"
    )
    assert "points" not in agreement(Had.TOPUP, 30, 7)

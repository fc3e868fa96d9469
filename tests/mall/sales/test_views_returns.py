"""Asking for a return: what the page says comes back, and what then comes."""

import re

from tests.mall.checkout.way import Answer, rich
from tests.mall.sales.test_views import ordered, part_of, settled, shown
from tests.mall.stage import Mall
from tongbao.mall.sales import receiving, returns
from tongbao.mall.sales.models import Part, Return, Sale


def path(sale: Sale, part: Part) -> str:
    """Return the address at which a part is returned."""
    return f"/orders/{sale.number}/parts/{part.pk}/return/"


def line(part: Part, place: int = 0) -> str:
    """Return the field's name of one of the part's lines."""
    assert part.sale.order is not None
    rows = part.sale.order.lines.filter(partner=part.merchant.partner).order_by("pk")
    return f"line-{rows[place].pk}"


def figures(page: Answer) -> dict[str, str]:
    """Return what the page would send on."""
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()))


def wallet(mall: Mall, account: str) -> int:
    """Return what an account has in its wallet."""
    found = mall.ledger.account(account)
    assert found is not None
    return found.wallet


def test_part_of_an_order_comes_back_in_full_inside_the_window(mall: Mall) -> None:
    user = rich(mall, 30_000)
    sale, client = ordered(mall, user, tea_1=3), mall.client(user)
    part = receiving.receive(part_of(sale))
    page = client.post(path(sale, part), {line(part): "1", "reason": "too many"})
    assert '<p class="figure-big mb-3" id="return-back">¥100.00</p>' in page.content.decode()
    client.post(path(sale, part), {**figures(page), "ask": "1"})
    row = Return.objects.get()
    assert (row.state, row.amount_minor, row.reason) == ("asked", 10_000, "too many")
    returns.approve(row, None, returns.quote(part, row.amount_minor))
    assert wallet(mall, user.account) == 10_000
    assert "Returned" in shown(client, sale)


def test_all_goods_bring_all_of_it(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user, tea_1=1, tea_2=3), mall.client(user)
    part = receiving.receive(part_of(sale))
    page = client.post(path(sale, part), {line(part): "1", line(part, 1): "3"})
    assert "¥279.70" in page.content.decode()


def test_an_amount_may_come_back_instead(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user), mall.client(user)
    part = receiving.receive(part_of(sale))
    page = client.post(path(sale, part), {"amount": "12.50"})
    assert 'id="return-back">¥12.50<' in page.content.decode()


def test_too_much_too_little_and_both_are_told(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user), mall.client(user)
    part = receiving.receive(part_of(sale))
    for sent, words in (
        ({"amount": "100.01"}, "At most ¥100.00 can be refunded."),
        ({"amount": "0"}, "Enter an amount greater than zero."),
        ({}, "Choose what to return."),
        ({"amount": "1", line(part): "1"}, "Choose goods or an amount, not both."),
        ({line(part): "2"}, "At most 1 can be refunded."),
    ):
        assert words in client.post(path(sale, part), sent).content.decode()
    assert not Return.objects.exists()


def test_asking_twice_asks_once(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user, tea_1=2), mall.client(user)
    part = receiving.receive(part_of(sale))
    page = client.post(path(sale, part), {line(part): "1"})
    for _ in range(2):
        client.post(path(sale, part), {**figures(page), "ask": "1"})
    assert Return.objects.count() == 1


def test_a_late_return_shows_the_shortfall_and_why_before_anything_is_asked(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user), mall.client(user)
    part = settled(sale)
    # The purchase put in 30.00 + 10.50 and granted 21 points, the only ones: selling them takes
    # 27.00 out, so not all of it can be fetched back.
    assert mall.ledger.submit(
        {"id": "sell", "type": "redeem", "account": user.account, "points": 21_000_000}
    ).ok
    page = client.post(path(sale, part), {line(part): "1"})
    text = page.content.decode()
    told = mall.ledger.preview(
        {"id": "~x", "type": "refund", "purchase": part.purchase_id, "amount": 10_000}
    )
    assert told.ok
    shortfall = told.fields["shortfall"]
    assert shortfall > 0
    back = 10_000 - shortfall
    assert f'id="return-back">¥{back // 100}.{back % 100:02d}<' in text
    assert f"−¥{shortfall // 100}.{shortfall % 100:02d}" in text
    assert "This shortfall is deducted" in text
    assert not Return.objects.exists()


def test_figures_that_moved_are_shown_again_and_nothing_is_asked(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user), mall.client(user)
    part = settled(sale)
    page = client.post(path(sale, part), {line(part): "1"})
    assert mall.ledger.submit(
        {"id": "sell", "type": "redeem", "account": user.account, "points": 21_000_000}
    ).ok
    again = client.post(path(sale, part), {**figures(page), "ask": "1"})
    assert "The figures have changed." in again.content.decode()
    assert not Return.objects.exists()
    client.post(path(sale, part), {**figures(again), "ask": "1"})
    assert Return.objects.get().is_late


def test_a_wish_can_be_taken_back_until_it_is_decided(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user), mall.client(user)
    part = receiving.receive(part_of(sale))
    row = returns.ask(part, 1_000, {}, "")
    page = client.post(f"{path(sale, part)}{row.pk}/back/", follow=True)
    assert "Your return request is withdrawn." in page.content.decode()
    row.refresh_from_db()
    assert row.state == Return.State.REFUSED


def test_figures_that_nobody_was_shown_ask_nothing(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user), mall.client(user)
    part = receiving.receive(part_of(sale))
    client.post(path(sale, part), {line(part): "1", "ask": "1"})
    assert not Return.objects.exists()

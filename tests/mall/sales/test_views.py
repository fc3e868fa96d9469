"""A shopper's orders: lists, one order's way, receipts, and what others may see of them."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.mall.checkout.way import pay, put, rich
from tests.mall.stage import Mall
from tongbao.mall.people.models import User
from tongbao.mall.sales import placing, receiving, settling
from tongbao.mall.sales.models import Part, Sale


def ordered(mall: Mall, user: User, **goods: int) -> Sale:
    """Let a user order goods (``tea_1=2``) and pay from the wallet."""
    client = mall.client(user)
    total = 0
    for name, quantity in (goods or {"tea_1": 1}).items():
        upc = name.replace("_", "-")
        put(client, mall, upc, quantity)
        total += quantity * (10_000 if upc.endswith("1") else 5_990)
    answer = pay(client, wallet=f"{total // 100}.{total % 100:02d}")
    assert answer.status_code == 302, answer.content.decode()
    return Sale.objects.get(number=answer.headers["Location"].split("/")[-2])


def shown(client: Client, sale: Sale) -> str:
    """Return the order's page."""
    page = client.get(f"/orders/{sale.number}/")
    assert page.status_code == 200
    return str(page.content.decode())


def part_of(sale: Sale, merchant: str = "tea") -> Part:
    """Return a merchant's part."""
    return sale.parts.get(merchant__account=merchant)


def settled(sale: Sale, merchant: str = "tea") -> Part:
    """Let a part be received long ago, and settle it."""
    part = part_of(sale, merchant)
    receiving.receive(part, timezone.now() - timedelta(days=8))
    settling.settle_due(timezone.now())
    part.refresh_from_db()
    assert part.state == Part.State.SETTLED
    return part


def test_a_paid_order_shows_its_pending_points(mall: Mall) -> None:
    user = rich(mall)
    text = shown(mall.client(user), ordered(mall, user))
    assert "Being prepared" in text
    assert "About 21 points are pending." in text


def test_shipping_and_receiving_move_the_order_on(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user), mall.client(user)
    part = part_of(sale)
    receiving.ship(part, "SF 12345")
    text = shown(client, sale)
    assert "On its way" in text
    assert "SF 12345" in text
    page = client.post(f"/orders/{sale.number}/parts/{part.pk}/received/", follow=True)
    text = page.content.decode()
    assert "Received" in text
    part.refresh_from_db()
    assert part.due_at is not None
    day = (part.due_at.astimezone(mall.shop.zone)).strftime("%Y-%m-%d")
    assert day in text


def test_receipt_asks_before_and_works_without_a_script(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user), mall.client(user)
    part = part_of(sale)
    path = f"/orders/{sale.number}/parts/{part.pk}/received/"
    assert client.get(path)["Location"] == f"/orders/{sale.number}/"  # not shipped: no question
    receiving.ship(part, "SF 12345")
    page = shown(client, sale)
    assert f'href="{path}"' in page
    assert f'action="{path}"' not in page  # one press alone does nothing
    asked = client.get(path).text
    assert "This cannot be undone." in asked
    assert "The return window of 7 days starts" in asked
    assert "Tea House 1" in asked
    part.refresh_from_db()
    assert part.state == Part.State.WAITING
    client.post(path)
    part.refresh_from_db()
    assert part.state == Part.State.RECEIVED
    assert client.get(path)["Location"] == f"/orders/{sale.number}/"  # no second time


def test_what_was_not_shipped_cannot_be_received(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user)
    part = part_of(sale)
    mall.client(user).post(f"/orders/{sale.number}/parts/{part.pk}/received/")
    part.refresh_from_db()
    assert part.state == Part.State.WAITING


def test_the_points_on_the_page_are_the_ledgers(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user)
    settled(sale)
    account = mall.ledger.account(user.account)
    assert account is not None
    assert account.points == 21_000_000
    text = shown(mall.client(user), sale)
    assert '<dt>Points received</dt><dd><span class="figure">21</span></dd>' in text
    # 30.00 in the reserve behind 21 points
    assert '<dt>Price of a point at that time</dt><dd class="figure">¥1.42</dd>' in text


@pytest.mark.parametrize(
    ("tab", "there"),
    [("all", True), ("pay", False), ("receive", True), ("window", False), ("done", False)],
)
def test_tabs_narrow_the_list(mall: Mall, tab: str, there: bool) -> None:
    user = rich(mall)
    sale = ordered(mall, user)
    text = mall.client(user).get(f"/orders/?tab={tab}").content.decode()
    assert (sale.number in text) is there


def test_a_settled_order_is_done(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user)
    settled(sale)
    client = mall.client(user)
    assert sale.number in client.get("/orders/?tab=done").content.decode()
    assert sale.number not in client.get("/orders/?tab=receive").content.decode()


def test_cancelling_before_shipping_gives_everything_back(mall: Mall) -> None:
    user = rich(mall, 10_000)
    sale = ordered(mall, user)
    page = mall.client(user).post(f"/orders/{sale.number}/cancel/", follow=True)
    assert "You cancelled it." in page.content.decode()
    account = mall.ledger.account(user.account)
    assert account is not None
    assert account.wallet == 10_000
    assert mall.product("tea-1").stockrecords.get().net_stock_level == 1_000


def test_a_shipped_order_cannot_be_cancelled(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user)
    receiving.ship(part_of(sale))
    page = mall.client(user).post(f"/orders/{sale.number}/cancel/", follow=True)
    assert "can no longer be cancelled" in page.content.decode()


def test_ordering_again_fills_the_basket(mall: Mall) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user, tea_1=2, wine_2=1), mall.client(user)
    for _ in range(2):  # a double click
        page = client.post(f"/orders/{sale.number}/again/", {"once": "0123"}, follow=True)
    assert "¥259.90" in page.content.decode()


def test_a_receipt_shows_what_was_paid(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user, tea_1=2, wine_2=1)
    text = mall.client(user).get(f"/orders/{sale.number}/receipt/").content.decode()
    for word in ("Tea House 1", "Wine Cellar 2", "¥200.00", "¥59.90", "¥259.90"):
        assert word in text


def test_nobody_sees_or_moves_anothers_order(mall: Mall) -> None:
    ann, bob = rich(mall), rich(mall)
    sale = ordered(mall, ann)
    part, client = part_of(sale), mall.client(bob)
    base = f"/orders/{sale.number}/"
    assert [
        client.get(base).status_code,
        client.get(f"{base}receipt/").status_code,
        client.get(f"{base}parts/{part.pk}/return/").status_code,
        client.post(f"{base}cancel/").status_code,
        client.post(f"{base}pay/").status_code,
        client.post(f"{base}again/").status_code,
        client.get(f"{base}parts/{part.pk}/received/").status_code,
        client.post(f"{base}parts/{part.pk}/received/").status_code,
        client.post(f"{base}parts/{part.pk}/return/1/back/").status_code,
    ] == [404] * 9
    assert sale.number not in client.get("/orders/").content.decode()


def test_a_part_is_found_only_in_its_own_order(mall: Mall) -> None:
    user = rich(mall)
    first, second = ordered(mall, user), ordered(mall, user)
    path = f"/orders/{first.number}/parts/{part_of(second).pk}/received/"
    assert mall.client(user).post(path).status_code == 404


def test_a_sale_in_person_has_its_page_too(mall: Mall) -> None:
    user = rich(mall)
    with transaction.atomic():
        placed = placing.place(
            mall.shop,
            user,
            "till-1",
            [placing.Draft(mall.merchant(), 5_000)],
            placing.Split(wallet=5_000),
            immediate=True,
        )
    sale, client = placing.finish(placed), mall.client(user)
    assert "paid in store" in client.get("/orders/").content.decode()
    assert "¥50.00" in shown(client, sale)
    assert client.get(f"/orders/{sale.number}/receipt/").status_code == 200
    part = part_of(sale)
    page = client.post(f"/orders/{sale.number}/parts/{part.pk}/return/", {"amount": "20"})
    assert 'id="return-back">¥20.00<' in page.content.decode()


def test_without_orders_the_list_says_so(mall: Mall) -> None:
    text = mall.client(mall.user()).get("/orders/").content.decode()
    assert "You have no orders yet." in text


@pytest.mark.parametrize("count", [1, 4])
def test_the_list_reads_as_often_for_one_order_as_for_four(mall: Mall, count: int) -> None:
    user = rich(mall)
    for _ in range(count):
        ordered(mall, user, tea_1=1, wine_2=1)
    client = mall.client(user)
    client.get("/orders/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/orders/")
    assert len(queries) <= 14


@pytest.mark.parametrize(
    "goods", [{"tea_1": 1}, {"tea_1": 1, "tea_2": 1, "wine_1": 1, "wine_2": 1}]
)
def test_an_order_reads_as_often_for_one_line_as_for_four(
    mall: Mall, goods: dict[str, int]
) -> None:
    user = rich(mall)
    sale, client = ordered(mall, user, **goods), mall.client(user)
    shown(client, sale)
    with CaptureQueriesContext(connection) as queries:
        shown(client, sale)
    assert len(queries) <= 19

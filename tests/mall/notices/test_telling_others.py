"""Messages to others than the buyer: the merchant's staff, and whoever invited the buyer."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from tests.mall.checkout.way import address, pay, put, rich
from tests.mall.sales.buying import buyer
from tests.mall.stage import Mall
from tongbao.mall.notices.choices import choose, shown
from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.tell import Kind
from tongbao.mall.notices.words import worded
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import paid, receiving
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.settlement import settle_part


def ordered(mall: Mall, user: User, *upcs: str) -> Sale:
    """Let somebody order and pay one each of these goods from the wallet."""
    client = mall.client(user)
    for upc in upcs:
        put(client, mall, upc)
    assert pay(client, wallet=f"{len(upcs)}00.00").status_code == 302
    return Sale.objects.get(user=user)


def of(user: User, kind: Kind) -> list[Notice]:
    """Return somebody's messages of a kind."""
    return list(Notice.objects.filter(user=user, kind=str(kind)))


def settled(part: Part) -> None:
    """Receive a part's goods long ago, and settle it."""
    receiving.ship(part)
    part.refresh_from_db()
    receiving.receive(part, timezone.now() - timedelta(days=8))
    part.refresh_from_db()
    assert settle_part(part)


def test_everybody_who_works_for_a_merchant_is_told_of_its_part_once(mall: Mall) -> None:
    first, second, other = mall.staff("tea"), mall.staff("tea"), mall.staff("wine")
    stranger = mall.staff("wine")
    mall.merchant("wine").partner.users.remove(stranger)
    sale = ordered(mall, rich(mall), "tea-1", "wine-1")
    parts = {part.merchant.account: part for part in sale.parts.select_related("merchant")}
    for user, account in ((first, "tea"), (second, "tea"), (other, "wine")):
        (notice,) = of(user, Kind.ORDER_TO_SHIP)
        words = worded(notice, mall.shop)
        assert sale.number in words.text
        assert "100.00" in words.text
        assert words.address == f"/desk/{account}/orders/{parts[account].pk}/"
        assert mall.client(user).get(words.address).status_code == 200
    assert of(stranger, Kind.ORDER_TO_SHIP) == []
    assert of(sale.user, Kind.ORDER_TO_SHIP) == []
    paid._tell_staff(sale)  # again: nothing more
    assert Notice.objects.filter(kind="order_to_ship").count() == 3


def test_the_inviter_is_told_of_the_points_when_they_settle_and_once(mall: Mall) -> None:
    inviter = buyer(mall, points=50_000)  # who has bought something too, so may hold more points
    before = mall.ledger.account(inviter.account)
    user = mall.user("bob", referrer=inviter)
    enrolled(user, mall.ledger)
    give = {"id": "in-1", "type": "deposit", "account": user.account, "amount": 10_000}
    assert mall.ledger.submit(give).ok
    sale = ordered_with_wallet(mall, user)
    assert of(inviter, Kind.INVITED_POINTS) == []  # nothing is earned yet
    (part,) = sale.parts.all()
    settled(part)
    (notice,) = of(inviter, Kind.INVITED_POINTS)
    # A tenth of what the buyer earns counts for the inviter: the ledger's own figure is told.
    account = mall.ledger.account(inviter.account)
    assert before is not None
    assert account is not None
    assert notice.facts["points"] == account.points - before.points > 0
    with translation.override("zh-hans"):
        text = worded(notice, mall.shop).text
    assert "b***" in text
    assert "bob1" not in text
    settle_part(Part.objects.get(pk=part.pk))
    assert len(of(inviter, Kind.INVITED_POINTS)) == 1


def ordered_with_wallet(mall: Mall, user: User) -> Sale:
    """Let a member with an address order tea for 100.00."""
    address(user)
    return ordered(mall, user, "tea-1")


@pytest.mark.parametrize("kind", [Kind.ORDER_TO_SHIP, Kind.INVITED_POINTS])
def test_both_can_be_switched_off(mall: Mall, kind: Kind) -> None:
    user = mall.user()
    Notice.objects.create(user=user, kind=str(kind), key="k", facts={})
    assert shown(user).count() == 1
    choose(user, [], [])
    assert shown(user).count() == 0

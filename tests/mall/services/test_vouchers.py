"""Vouchers: issued, used exactly once, given back, expired."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.mall.checkout.way import address, pay, put
from tests.mall.sales.buying import buyer, wallet
from tests.mall.services.goods import bought, offer
from tests.mall.stage import Mall
from tongbao.mall.sales import cancelling, receiving, returns, settling
from tongbao.mall.sales.models import Part
from tongbao.mall.services import paybacks, vouchers
from tongbao.mall.services.models import Voucher


def test_each_unit_paid_for_has_a_code_of_its_own(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00", voucher_days=30)
    sale = bought(mall, "dinner", 2)
    first, second = Voucher.objects.filter(part__sale=sale).order_by("unit")
    assert first.code != second.code
    assert [first.worth_minor, second.worth_minor] == [8800, 8800]
    last_day = (timezone.now().astimezone(mall.shop.zone) + timedelta(days=30)).date()
    assert first.expires_at.astimezone(mall.shop.zone).date() == last_day
    assert f"{first.expires_at.astimezone(mall.shop.zone):%H:%M:%S}" == "23:59:59"


def test_a_voucher_is_used_once(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    voucher = Voucher.objects.get(part__sale=bought(mall, "dinner"))
    staff = mall.staff("tea")
    found = vouchers.presented(mall.merchant("tea"), voucher.shown)
    assert found == voucher
    assert vouchers.use(voucher, staff).used_by == staff
    with pytest.raises(vouchers.NotUsable) as caught:
        vouchers.use(voucher, staff)
    assert caught.value.voucher.used_by == staff


def test_another_merchant_does_not_find_a_voucher(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    voucher = Voucher.objects.get(part__sale=bought(mall, "dinner"))
    assert vouchers.presented(mall.merchant("wine"), voucher.code) is None


def test_a_part_is_received_when_its_last_voucher_is_used(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner", 2)
    first, second = Voucher.objects.filter(part__sale=sale)
    staff = mall.staff("tea")
    vouchers.use(first, staff)
    assert sale.parts.get().state == Part.State.WAITING
    vouchers.use(second, staff)
    assert sale.parts.get().state == Part.State.RECEIVED


def test_an_unused_voucher_goes_back_for_what_was_paid(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner", 2)
    before = wallet(mall, sale.user.account)
    first, second = Voucher.objects.filter(part__sale=sale)
    vouchers.give_back(first, "asked")
    assert paybacks.pay_back(first.part)
    assert paybacks.pay_back(first.part)  # again: nothing more
    first.refresh_from_db()
    assert first.state == Voucher.State.RETURNED
    assert wallet(mall, sale.user.account) == before + 8800
    with pytest.raises(vouchers.NotUsable):
        vouchers.use(first, mall.staff("tea"))
    vouchers.use(second, mall.staff("tea"))
    part = sale.parts.get()
    assert (part.state, [one.amount_minor for one in part.returns.all()]) == ("received", [8800])


def test_a_voucher_expires_and_is_paid_back_by_itself(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00", voucher_days=1)
    sale = bought(mall, "dinner")
    before = wallet(mall, sale.user.account)
    voucher = Voucher.objects.get(part__sale=sale)
    assert vouchers.advance(voucher.expires_at - timedelta(seconds=1)) == 0
    assert vouchers.advance(voucher.expires_at) == 1
    assert vouchers.advance(voucher.expires_at + timedelta(days=1)) == 0
    voucher.refresh_from_db()
    assert (voucher.state, voucher.why) == ("returned", "expired")
    assert wallet(mall, sale.user.account) == before + 8800
    assert sale.parts.get().state == Part.State.RETURNED


def test_an_expired_voucher_cannot_be_used(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    voucher = Voucher.objects.get(part__sale=bought(mall, "dinner"))
    with pytest.raises(vouchers.NotUsable):
        vouchers.use(voucher, mall.staff("tea"), voucher.expires_at)


def test_goods_beside_an_unused_voucher_settle_at_their_own_time(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00", voucher_days=1096)
    sale = bought(mall, "dinner", also="tea-1")
    goods, voucher = sale.parts.get(kind="goods"), sale.parts.get(kind="voucher")
    assert (goods.total_minor, voucher.total_minor) == (10_000, 8_800)
    receiving.ship(goods)
    receiving.receive(goods)
    settling.settle_due(timezone.now() + timedelta(days=8))
    assert sale.parts.get(kind="goods").state == Part.State.SETTLED
    assert sale.parts.get(kind="voucher").state == Part.State.WAITING
    vouchers.use(Voucher.objects.get(part=voucher), mall.staff("tea"))
    settling.settle_due(timezone.now() + timedelta(days=8))
    assert {part.state for part in sale.parts.all()} == {Part.State.SETTLED}


def test_goods_and_vouchers_in_one_part_are_received_when_the_last_is_had(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner", also="tea-1", together=True)
    part = sale.parts.get()
    receiving.ship(part)
    receiving.receive(part)
    assert sale.parts.get().state == Part.State.WAITING
    vouchers.use(Voucher.objects.get(part=part), mall.staff("tea"))
    assert sale.parts.get().state == Part.State.RECEIVED


@pytest.mark.parametrize("together", [True, False])
def test_a_used_voucher_alone_does_not_receive_the_goods(mall: Mall, *, together: bool) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner", also="tea-1", together=together)
    vouchers.use(Voucher.objects.get(part__sale=sale), mall.staff("tea"))
    part = sale.parts.get(kind="goods")
    assert part.state == Part.State.WAITING
    receiving.receive(part)
    assert {part.state for part in sale.parts.all()} == {Part.State.RECEIVED}


def test_an_order_of_which_a_voucher_was_used_is_not_cancelled(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner", 2)
    vouchers.use(Voucher.objects.filter(part__sale=sale)[0], mall.staff("tea"))
    assert not cancelling.cancel(sale, "shopper")


def test_a_cancelled_order_takes_its_vouchers_along(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner")
    assert cancelling.cancel(sale, "shopper")
    voucher = Voucher.objects.get(part__sale=sale)
    assert (voucher.state, voucher.why) == ("returned", "cancelled")
    with pytest.raises(vouchers.NotUsable):
        vouchers.use(voucher, mall.staff("tea"))


def test_a_return_by_hand_takes_unused_vouchers_of_its_lines(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner", 2)
    part = sale.parts.get()
    assert sale.order is not None
    line = sale.order.lines.get()
    asked = returns.ask(part, 8800, {str(line.pk): 1})
    returns.approve(asked, mall.staff("tea"), returns.quote(part, 8800))
    states = sorted(Voucher.objects.filter(part=part).values_list("state", flat=True))
    assert states == ["issued", "returned"]


def test_what_another_return_holds_up_is_paid_back_later(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner", also="tea-1", together=True)
    part = sale.parts.get()
    other = returns.ask(part, 1000)
    voucher = vouchers.give_back(Voucher.objects.get(part=part), "asked")
    assert not paybacks.pay_back(part)
    returns.refuse(other, mall.staff("tea"), "no")
    vouchers.advance(timezone.now())
    voucher.refresh_from_db()
    assert voucher.state == Voucher.State.RETURNED
    assert [one.amount_minor for one in part.returns.filter(state="done")] == [8800]


@pytest.mark.parametrize("why", ["asked", "expired"])
def test_one_paid_in_points_comes_back_less_the_goods_fee(mall: Mall, why: str) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    user = buyer(mall, points=100_000)
    address(user)
    client = mall.client(user)
    put(client, mall, "dinner", 1)
    assert pay(client, points="88.00").status_code == 302
    voucher = Voucher.objects.get(part__sale__user=user)
    page = client.get(f"/services/vouchers/{voucher.pk}/").content.decode()
    assert "¥79.20" in page  # 10 % of it are the fee
    vouchers.give_back(voucher, why)
    assert paybacks.pay_back(voucher.part)
    assert wallet(mall, user.account) == 7920


def test_whoever_used_a_voucher_reviews_it_and_not_the_goods_beside_it(mall: Mall) -> None:
    dinner = offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner", also="tea-1")
    vouchers.use(Voucher.objects.get(part__sale=sale), mall.staff("tea"))
    client = mall.client(sale.user)
    for product, status in ((dinner, 200), (mall.product("tea-1"), 302)):
        address = f"/catalogue/{product.slug}_{product.pk}/reviews/add/"
        assert client.get(address).status_code == status

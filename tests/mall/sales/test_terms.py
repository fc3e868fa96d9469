"""The terms that somebody bought on stand to the end, whatever the operator changes later."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.mall.checkout.way import rich
from tests.mall.sales.buying import bought, buyer, overdue, pay_for, placed
from tests.mall.sales.test_views import ordered, shown
from tests.mall.services.goods import bought as bought_voucher
from tests.mall.services.goods import offer
from tests.mall.stage import PLAN, Mall
from tongbao.cli.mall_work import duties
from tongbao.ledger import programs, versions
from tongbao.ledger.versions import NoticeTooShort
from tongbao.mall.sales import cancelling, receiving, returns, settling, terms
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.placing import Split
from tongbao.mall.shop.models import Shop

FORM = {
    "name_en": "A",
    "name_zh": "甲",
    "return_days": "0",
    "receive_days": "14",
    "pay_minutes": "30",
    "answer_days": "3",
    "returns_most": "5",
    "unpaid_most": "4",
    "unpaid_share_bps": "20",
    "return_least_bps": "5",
    "platform_fee_bps": "2",
    "provider_fee_bps": "0.6",
    "earn_least_bps": "5",
    "texts_per_place": "30",
    "texts_per_country": "500",
    "texts_per_mall": "1000",
}
"""What the desk's page of terms sends, the window taken away."""


def test_an_order_keeps_the_window_and_the_fees_that_it_was_bought_on(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=10_000), 10_000, Split(wallet=10_000))
    Shop.objects.update(return_days=0, receive_days=1, platform_fee_bps=5_000)
    mall.merchant("tea").__class__.objects.update(margin_bps=0)
    now = timezone.now()
    receiving.ship(part)
    Part.objects.filter(pk=part.pk).update(shipped_at=now - timedelta(days=13))
    assert receiving.receive_overdue(now) == 0  # 14 days were agreed
    got = receiving.receive(part, now)
    assert (got.state, got.due_at) == ("received", now + timedelta(days=7))
    assert settling.settle_due(now + timedelta(days=6)) == 0
    assert settling.settle_due(now + timedelta(days=8)) == 1
    part.refresh_from_db()
    # 30 % reserve, 30 % of a profit of 35 % for dividends, 2 % fee of the platform.
    assert (part.to_reserve, part.to_dividends, part.to_platform) == (3_000, 1_050, 200)


def test_taking_the_window_away_is_asked_for_again(mall: Mall) -> None:
    desk = mall.client(mall.operator())
    assert "as soon as the goods are received" in desk.post("/desk/terms/", FORM).content.decode()
    assert mall.shop.return_days == 7
    assert desk.post("/desk/terms/", {**FORM, "no_window": "on"}).status_code == 302
    assert mall.shop.return_days == 0


def test_a_new_plan_is_announced_further_ahead_than_any_payment_waits(mall: Mall) -> None:
    def days() -> int:
        return programs.overview(mall.shop.program).plan_notice_days

    # 30 minutes to pay, 14 days to receive, 7 to return, 7 + 7 for an answer: 35 days and a bit.
    assert terms.lengthen_notice(mall.shop) == days() == 36
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    Shop.objects.update(return_days=30)
    assert terms.lengthen_notice(mall.shop) == days() == 59
    Shop.objects.update(return_days=0, receive_days=1)
    assert terms.lengthen_notice(mall.shop) == days() == 59  # what is long stays long
    assert part.terms.return_days == 7
    with pytest.raises(NoticeTooShort):
        versions.announce(mall.shop.program, PLAN, timezone.now() + timedelta(days=58))


def test_what_settles_under_a_newer_plan_says_so(mall: Mall) -> None:
    user = buyer(mall, wallet=10_000)
    part = bought(mall, user, 10_000, Split(wallet=10_000))
    assert part.terms.plan_version == 1
    then = timezone.now() - timedelta(days=30)
    new = {**PLAN, "exit_fee_bps": 900}
    effective = timezone.now() - timedelta(seconds=1)
    versions.announce(mall.shop.program, new, effective, now=then)
    assert settling.settle_part(overdue(part))
    part.refresh_from_db()
    assert part.plan_version == 2
    page = mall.client(user).get(f"/orders/{part.sale.number}/").content.decode()
    told = mall.client(user).get("/messages/").content.decode()
    for text in (page, told):
        assert "version 2 of the plan" in text
        assert "when you paid it was version 1" in text


def test_the_time_to_pay_is_the_one_that_an_order_was_placed_with(mall: Mall) -> None:
    Shop.objects.update(pay_minutes=60)
    sale = placed(mall, buyer(mall), {"tea": 10_000}, Split(provider=10_000))
    Shop.objects.update(pay_minutes=1)
    assert cancelling.expire_due(timezone.now() + timedelta(minutes=59)) == 0
    assert cancelling.expire_due(timezone.now() + timedelta(minutes=61)) == 1
    sale.refresh_from_db()
    assert sale.state == Sale.State.CANCELLED


def test_returns_are_asked_for_and_answered_on_the_terms_of_their_sale(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=10_000), 10_000, Split(wallet=10_000))
    Shop.objects.update(returns_most=1, return_least_bps=10_000, answer_days=60)
    first = returns.ask(part, 100)  # 1 % of the part
    assert first.decide_by is not None
    assert first.decide_by - timezone.now() < timedelta(days=15)
    returns.refuse(first, part.sale.user)
    assert returns.ask(part, 5_000).state == Return.State.ASKED  # the second of five


def test_a_fee_that_is_lower_by_the_time_of_paying_holds_and_a_higher_one_does_not(
    mall: Mall,
) -> None:
    sale = placed(mall, buyer(mall), {"tea": 10_000}, Split(provider=10_000))
    Shop.objects.update(platform_fee_bps=100, provider_fee_bps=900)
    part = pay_for(sale).parts.get()
    assert settling.settle_part(overdue(part))
    part.refresh_from_db()
    assert (part.to_platform, part.to_provider) == (100, 60)


def test_the_notice_of_a_plan_covers_the_longest_voucher(mall: Mall) -> None:
    short = terms.longest(mall.shop)
    offer(mall, "voucher", "massage", "100.00", voucher_days=200)
    # Until it is used, the return window, and twice the days to answer.
    assert terms.longest(mall.shop) - short == timedelta(days=200 - 14)
    bought_voucher(mall, "massage")
    mall.product("massage").delete()
    assert terms.longest(mall.shop) > timedelta(days=200 + 7 + 14)


def test_a_window_that_is_shorter_by_the_time_of_paying_does_not_hold_and_a_longer_one_does(
    mall: Mall,
) -> None:
    first, second = (
        placed(mall, buyer(mall), {"tea": 10_000}, Split(provider=10_000)) for _ in range(2)
    )
    Shop.objects.update(return_days=2, receive_days=3)
    own = pay_for(first).parts.get().terms
    assert (own.return_days, own.receive_days) == (7, 14)
    Shop.objects.update(return_days=30, receive_days=40)
    own = pay_for(second).parts.get().terms
    assert (own.return_days, own.receive_days) == (30, 40)


def test_a_longer_window_lengthens_the_notice_by_the_desk_and_by_the_worker(mall: Mall) -> None:
    def days() -> int:
        return programs.overview(mall.shop.program).plan_notice_days

    longer = {**FORM, "return_days": "30"}
    assert mall.client(mall.operator()).post("/desk/terms/", longer).status_code == 302
    assert days() == 51  # 30 minutes, 14 days to receive, 30 to return, 3 + 3 for an answer
    Shop.objects.update(return_days=60)
    (duty,) = (one for one in duties() if one.name == "notice")
    duty.work(timezone.now())
    assert days() == 81


def test_an_order_shows_its_own_window(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user)
    Shop.objects.update(return_days=3)
    page = shown(mall.client(user), sale)
    assert "Return window of this order: 7 days" in page
    assert "3 days" not in page

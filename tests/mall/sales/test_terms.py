"""The terms that somebody bought on stand to the end, whatever the operator changes later."""

from datetime import timedelta

from django.utils import timezone

from tests.mall.sales.buying import bought, buyer
from tests.mall.stage import Mall
from tongbao.mall.sales import receiving, settling
from tongbao.mall.sales.models import Part
from tongbao.mall.sales.placing import Split
from tongbao.mall.shop.models import Shop


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
    form = {
        "name_en": "A",
        "name_zh": "甲",
        "return_days": "0",
        "receive_days": "14",
        "pay_minutes": "30",
        "answer_days": "3",
        "returns_most": "5",
        "return_least_bps": "5",
        "platform_fee_bps": "2",
        "provider_fee_bps": "0.6",
    }
    assert "as soon as the goods are received" in desk.post("/desk/terms/", form).content.decode()
    assert mall.shop.return_days == 7
    assert desk.post("/desk/terms/", {**form, "no_window": "on"}).status_code == 302
    assert mall.shop.return_days == 0

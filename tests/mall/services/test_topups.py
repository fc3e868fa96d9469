"""Top-ups: done, pending, failed and paid back, and never twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from oscar.core.loading import get_model

from tests.mall.checkout.way import put, rich
from tests.mall.sales.buying import wallet
from tests.mall.services.goods import SANDBOX, bought, offer
from tests.mall.stage import Mall
from tongbao.mall.sales import cancelling
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.services import topups
from tongbao.mall.services.models import SandboxTopup, Topup


@pytest.fixture(autouse=True)
def sandbox() -> Iterator[None]:
    with SANDBOX:
        yield


def topped(mall: Mall, last: str, quantity: int = 1) -> Sale:
    """Buy a phone top-up of 50.00 for a number that ends in that digit."""
    offer(mall, "topup", "phone-50", "50.00", topup_kind="phone")
    return bought(mall, "phone-50", quantity, target=f"1380013800{last}")


def later(minutes: int) -> None:
    topups.advance(timezone.now() + timedelta(minutes=minutes))


def test_a_topup_is_done_at_once(mall: Mall) -> None:
    sale = topped(mall, "0")
    topup = Topup.objects.get()
    assert (topup.state, topup.target, topup.face_minor) == ("done", "13800138000", 5000)
    assert sale.parts.get().state == Part.State.RECEIVED


def test_a_pending_topup_is_asked_about_until_it_is_done(mall: Mall) -> None:
    sale = topped(mall, "8")
    assert Topup.objects.get().state == Topup.State.SENT
    later(1)
    assert Topup.objects.get().state == Topup.State.SENT
    assert sale.parts.get().state == Part.State.WAITING
    later(2)
    assert Topup.objects.get().state == Topup.State.DONE
    assert sale.parts.get().state == Part.State.RECEIVED
    assert SandboxTopup.objects.count() == 1


def test_a_failed_topup_is_paid_back_by_itself(mall: Mall) -> None:
    user = rich(mall)
    before = wallet(mall, user.account)
    offer(mall, "topup", "phone-50", "50.00", topup_kind="phone")
    sale = bought(mall, "phone-50", user=user, target="13800138009")
    topup = Topup.objects.get()
    assert (topup.state, topup.why) == ("returned", "refused")
    assert wallet(mall, user.account) == before
    assert sale.parts.get().state == Part.State.RETURNED
    later(10)
    assert wallet(mall, user.account) == before


def test_one_that_fails_later_is_paid_back_then(mall: Mall) -> None:
    sale = topped(mall, "7", quantity=2)
    before = wallet(mall, sale.user.account)
    later(1)
    later(2)
    assert set(Topup.objects.values_list("state", flat=True)) == {"returned"}
    assert wallet(mall, sale.user.account) == before + 10000


def test_a_lost_answer_does_not_top_up_twice(mall: Mall) -> None:
    topped(mall, "6")
    assert Topup.objects.get().state == Topup.State.SENT
    later(1)
    assert Topup.objects.get().state == Topup.State.DONE
    assert SandboxTopup.objects.count() == 1


def test_a_worker_that_comes_with_old_news_does_nothing(mall: Mall) -> None:
    topped(mall, "8")
    old = Topup.objects.get()
    later(1)
    queries = SandboxTopup.objects.get().queries
    topups.follow(old, "CNY", timezone.now() + timedelta(minutes=1))
    assert SandboxTopup.objects.get().queries == queries


def test_a_number_that_cannot_be_is_refused_in_the_basket(mall: Mall) -> None:
    offer(mall, "topup", "phone-50", "50.00", topup_kind="phone")
    client = mall.client(rich(mall))
    put(client, mall, "phone-50", target="12345")
    page = client.get(mall.product("phone-50").get_absolute_url())
    assert "Enter a mobile number" in page.content.decode()
    assert not get_model("basket", "Line").objects.exists()


def test_a_topup_that_nobody_offers_is_paid_back(mall: Mall) -> None:
    with override_settings(MALL_TOPUP_PROVIDERS=[]):
        sale = topped(mall, "0")
    assert (Topup.objects.get().state, Topup.objects.get().why) == ("returned", "unavailable")
    assert sale.parts.get().state == Part.State.RETURNED


def test_an_order_whose_topup_was_handed_in_is_not_cancelled(mall: Mall) -> None:
    sale = topped(mall, "8")
    assert not cancelling.cancel(sale, "shopper")

"""Shipped, received: when the return window begins."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.mall.sales.buying import bought, buyer, placed
from tests.mall.stage import Mall
from tongbao.mall.notices.models import Notice
from tongbao.mall.sales import receiving
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.refusals import NotNow, Why


def test_the_buyer_hears_once_that_it_was_shipped(mall: Mall) -> None:
    user = buyer(mall, wallet=100)
    part = bought(mall, user, 100, Split(wallet=100))
    first = receiving.ship(part, "SF 1").shipped_at
    again = receiving.ship(part, "SF 2")
    assert (again.shipped_at, again.shipping_note) == (first, "SF 2")
    assert Notice.objects.filter(user=user, kind="order_shipped").count() == 1


def test_a_window_is_whole_days_from_the_moment_of_receipt(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    at = datetime(2026, 3, 28, 23, 59, tzinfo=UTC)  # over the change of the clocks in Europe
    assert receiving.receive(part, at).due_at == datetime(2026, 4, 4, 23, 59, tzinfo=UTC)


def test_receiving_again_changes_nothing(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    first = receiving.receive(part, timezone.now() - timedelta(days=1))
    assert receiving.receive(part).received_at == first.received_at


def test_what_is_not_paid_is_neither_shipped_nor_received(mall: Mall) -> None:
    part = placed(mall, buyer(mall), {"tea": 100}, Split(provider=100)).parts.get()
    for act in (receiving.ship, receiving.receive):
        with pytest.raises(NotNow) as not_now:
            act(part)
        assert not_now.value.why is Why.NOT_PAID

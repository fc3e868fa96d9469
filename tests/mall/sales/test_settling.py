"""Settling: points at the right time, merchants paid, exactly once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.mall.sales.buying import bought, buyer, overdue, wallet
from tests.mall.stage import Mall
from tongbao.mall.merchants.opening import open_merchant
from tongbao.mall.notices.models import Notice
from tongbao.mall.people.members import bind
from tongbao.mall.sales import receiving, settlement, settling
from tongbao.mall.sales.models import Part
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.refusals import Refused
from tongbao.mall.shop.models import Shop


def test_a_part_bought_from_the_wallet_settles_by_the_plan(mall: Mall) -> None:
    user = buyer(mall, wallet=10000)
    part = overdue(bought(mall, user, 10000, Split(wallet=10000)))
    assert settling.settle_part(part)
    part.refresh_from_db()
    # 30.00 to the reserve; 30 % of the profit of 35.00; 2 % to the platform; no provider.
    assert (part.to_reserve, part.to_dividends, part.to_commissions) == (3000, 1050, 0)
    assert (part.to_platform, part.to_provider, part.to_merchant) == (200, 0, 5750)
    assert (part.settled_minor, int(part.points_atoms), part.plan_version) == (10000, 21_000_000, 1)
    assert (wallet(mall, user.account), wallet(mall, "shop"), wallet(mall, "tea")) == (0, 0, 5750)


def test_points_and_credit_are_passed_on_to_the_merchant_without_a_purchase(mall: Mall) -> None:
    user = buyer(mall, points=100000, credit=100000)
    part = overdue(bought(mall, user, 3000, Split(credit=2000, points=1000)))
    assert settling.settle_part(part)
    part.refresh_from_db()
    tea = mall.ledger.account("tea")
    assert tea is not None
    assert (tea.wallet, tea.credit) == (900, 2000)  # the plan's fee on goods is 10 %
    assert (part.purchase_id, part.settled_minor, part.state) == ("", 0, "settled")


def test_what_the_mall_itself_sells_stays_in_its_account(mall: Mall) -> None:
    own = open_merchant(mall.shop, "shop", name_en="The mall", name_zh="商城")
    user = buyer(mall, wallet=10000, points=100000, credit=100000)
    tenders = Split(wallet=10000, credit=2000, points=1000)
    part = overdue(bought(mall, user, 13000, tenders, own.account))
    assert settling.settle_part(part)
    shop = mall.ledger.account("shop")
    assert shop is not None
    assert (shop.wallet, shop.credit) == (5750 + 900, 2000)


def test_a_referrers_commission_and_the_providers_fee_are_split_off(mall: Mall) -> None:
    ann, bob = mall.user("ann"), mall.user("bob")
    assert bind(bob, ann.code) == ann
    part = overdue(bought(mall, bob, 10000, Split(provider=10000)))
    assert settling.settle_part(part)
    part.refresh_from_db()
    assert (part.to_commissions, part.to_platform, part.to_provider) == (200, 200, 60)
    assert part.to_merchant == 10000 - 3000 - 1050 - 200 - 200 - 60
    assert (wallet(mall, ann.account), wallet(mall, "tea")) == (200, 5490)


def test_nothing_is_settled_before_its_window_has_passed(mall: Mall) -> None:
    now = timezone.now()
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    assert receiving.receive(part, now).due_at == now + timedelta(days=7)
    assert settling.settle_due(now + timedelta(days=7, seconds=-1)) == 0
    assert settling.settle_due(now + timedelta(days=7)) == 1


def test_without_a_window_it_is_settled_as_soon_as_it_is_received(mall: Mall) -> None:
    Shop.objects.update(return_days=0)
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    receiving.receive(part)
    part.refresh_from_db()
    assert part.state == "settled"


def test_what_was_shipped_long_ago_counts_as_received(mall: Mall) -> None:
    now = timezone.now()
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    receiving.ship(part, "SF 1234")
    Part.objects.update(shipped_at=now - timedelta(days=14))
    assert settling.settle_due(now) == 0
    part.refresh_from_db()
    assert (part.state, part.received_at, part.due_at) == (
        "received",
        now,
        now + timedelta(days=7),
    )


def test_one_that_cannot_be_settled_holds_nobody_up(mall: Mall) -> None:
    users = [buyer(mall, wallet=100) for _ in range(3)]
    parts = [overdue(bought(mall, user, 100, Split(wallet=100))) for user in users]
    # Somebody took what was kept for one buyer: two can be settled, one has to wait.
    mall.ledger.submit({"id": "oops", "type": "withdraw", "account": "shop", "amount": 100})
    assert settling.settle_due(timezone.now()) == 2
    mall.ledger.submit({"id": "back", "type": "deposit", "account": "shop", "amount": 100})
    assert settling.settle_due(timezone.now()) == 1
    assert {part.state for part in Part.objects.all()} == {"settled"}
    assert len(parts) == 3


def test_a_plan_that_changes_in_between_changes_the_split(mall: Mall) -> None:
    part = overdue(bought(mall, buyer(mall, wallet=10000), 10000, Split(wallet=10000)))
    token = settlement.begin(part.pk, timezone.now())
    assert token is not None
    with transaction.atomic():  # what waits goes by another plan than was looked ahead at
        cursor = connection.cursor()
        cursor.execute("SELECT plan FROM ledger_head")
        plan = cursor.fetchone()[0].replace('"backing_bps":3000', '"backing_bps":4000')
        cursor.execute("UPDATE ledger_head SET plan = %s", [plan])
    with pytest.raises(Refused):
        settlement.finish(part.pk, token)
    assert settling.settle_part(part)
    part.refresh_from_db()
    assert (part.to_reserve, part.to_merchant) == (4000, 4750)


def test_many_workers_settle_each_part_once(mall: Mall) -> None:
    users = [buyer(mall, wallet=10000) for _ in range(4)]
    for user in users:
        overdue(bought(mall, user, 10000, Split(wallet=10000)))
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(_settle_in_thread) for _ in range(4)]
        for run in runs:
            run.result()
    assert {part.state for part in Part.objects.all()} == {"settled"}
    assert (wallet(mall, "shop"), wallet(mall, "tea")) == (0, 4 * 5750)


def test_the_buyer_is_told_once(mall: Mall) -> None:
    user = buyer(mall, wallet=10000)
    part = overdue(bought(mall, user, 10000, Split(wallet=10000)))
    settling.settle_part(part)
    settling.settle_part(part)
    told = Notice.objects.get(user=user, kind="points_settled")
    assert told.facts == {"sale": part.sale.number, "points": 21_000_000, "quota": 20000}


def _settle_in_thread() -> None:
    try:
        settling.settle_due(timezone.now())
    finally:
        connection.close()

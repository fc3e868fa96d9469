"""Settling: points at the right time, merchants paid, exactly once."""

from datetime import timedelta

from django.utils import timezone

from tests.mall.sales.buying import bought, buyer, overdue, wallet
from tests.mall.stage import Mall
from tongbao.mall.sales import receiving, settling
from tongbao.mall.sales.models import Part
from tongbao.mall.sales.placing import Split


def test_a_part_bought_from_the_wallet_settles_by_the_plan(mall: Mall) -> None:
    user = buyer(mall, wallet=10000)
    part = overdue(bought(mall, user, 10000, Split(wallet=10000)))
    assert settling.settle_part(part)
    part.refresh_from_db()
    # 30.00 to the reserve; 30 % of the profit of 35.00; 2 % to the platform; no provider.
    assert (part.to_reserve, part.to_dividends, part.to_commissions) == (3000, 1050, 0)
    assert (part.to_platform, part.to_provider, part.to_merchant) == (200, 0, 5750)
    assert (part.settled_minor, part.points_atoms, part.plan_version) == (10000, 21_000_000, 1)
    assert (wallet(mall, user.account), wallet(mall, "shop"), wallet(mall, "tea")) == (0, 0, 5750)

"""The Chinese demo: its journal is the founding example."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.mall.demo.conftest import NOW, audited
from tests.mall.stage import Mall
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.people.models import User
from tongbao.mall.sales.leaves import Leaves, of_merchants
from tongbao.mall.sales.models import Part
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.services.models import Topup


def test_a_point_is_worth_what_the_founding_example_says(wine_mall: Mall) -> None:
    figures = wine_mall.ledger.standing().figures
    assert (figures.reserve, figures.supply) == (300_000, 579_925_594)
    assert figures.reserve * 10**6 // figures.supply == 517  # 5.1731 yuan, in whole fen


def test_the_first_buyer_holds_the_21_points_of_the_founding_example(wine_mall: Mall) -> None:
    account = wine_mall.ledger.account("m-founder001")
    figures = wine_mall.ledger.standing().figures
    assert account is not None
    assert account.points == 21_000_000
    assert account.points * figures.reserve // figures.supply == 10_863  # 108.63


def test_the_days_end_yesterday_one_order_a_day(wine_mall: Mall) -> None:
    figures = wine_mall.ledger.standing().figures
    assert (figures.last_day, figures.closes) == ("2026-11-22", 100)


def test_a_merchant_got_what_reserve_and_fees_left_of_each_order(wine_mall: Mall) -> None:
    # 100.00 less 30.00 for the reserve, 2.00 platform, 0.60 provider: 67.40, a hundred times.
    account = wine_mall.ledger.account("cellar")
    assert account is not None
    assert account.wallet == 674_000


def test_its_goods_and_people_speak_chinese(wine_mall: Mall) -> None:
    page = wine_mall.client(language="zh-hans").get("/").content.decode()
    assert "酒悦商城" in page
    assert wine_mall.product("CH-04").title == "正山小种 100 克"
    assert Merchant.objects.get(account="tea").name_zh == "茶室"


def test_who_was_invited_is_on_the_team_page_with_what_is_pending(wine_mall: Mall) -> None:
    lin = User.objects.get(email="lin@demo.example")
    page = wine_mall.client(lin).get("/team/").content.decode()
    # Of 168.00 and 144.00, 30 % goes to the reserve; 10 % of that in points at 5.1731.
    assert "points worth 10%" in page
    assert ">周*</strong>" in page
    assert ">陈*" in page
    assert "0.97" in page
    assert "0.83" in page


@pytest.mark.usefixtures("wine_mall")
def test_an_order_of_long_ago_was_received_after_it_was_made() -> None:
    for part in Part.objects.exclude(received_at=None):
        assert part.sale.paid_at is not None
        assert part.received_at is not None
        assert part.sale.paid_at <= part.received_at <= part.sale.paid_at + timedelta(days=2)
    for topup in Topup.objects.all():
        paid = topup.part.sale.paid_at
        assert paid is not None
        assert paid <= topup.created_at <= paid + timedelta(hours=1)


def test_the_reconciler_finds_nothing(wine_mall: Mall) -> None:
    assert [str(finding) for finding in reconcile(NOW)] == []


def test_an_auditor_finds_its_journal_in_order(wine_mall: Mall, tmp_path: Path) -> None:
    assert audited(wine_mall, tmp_path) == 0


def test_each_merchant_earns_more_of_a_sale_than_the_terms_ask_for(wine_mall: Mall) -> None:
    # Of 100.00: 30.00 reserve, 2.60 fees, 55.00 goods.
    assert wine_mall.shop.earn_least_bps == 500
    worked = of_merchants(wine_mall.shop)
    assert len(worked) == 4
    for merchant, left in worked:
        assert isinstance(left, Leaves)
        assert (merchant.account, left.earned) == (merchant.account, 1_240)

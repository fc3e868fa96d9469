"""The Chinese demo: its journal is the founding example."""

from pathlib import Path

from tests.mall.demo.conftest import NOW, audited
from tests.mall.stage import Mall
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.sales.reconcile import reconcile


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


def test_the_reconciler_finds_nothing(wine_mall: Mall) -> None:
    assert [str(finding) for finding in reconcile(NOW)] == []


def test_an_auditor_finds_its_journal_in_order(wine_mall: Mall, tmp_path: Path) -> None:
    assert audited(wine_mall, tmp_path) == 0

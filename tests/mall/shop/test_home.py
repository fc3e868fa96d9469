"""The front page: what this mall is, in one screen, with goods; its figures by hand."""

import re
from dataclasses import replace
from fractions import Fraction

import msgspec
import pytest
from oscar.core.loading import get_model

from tests.mall.shop.stock import fill
from tests.mall.stage import Mall
from tongbao.mall.shop.cards import of_each_kind
from tongbao.mall.shop.pitch import pitch, share_back
from tongbao.mall.shop.shelf import Good

GOOD = Good(0, 1, "Tea", "tea", 100, in_stock=True, partner=1, aisles=(7,), rating=0, sold=0)


def test_the_front_page_says_what_this_is_and_what_comes_back(mall: Mall) -> None:
    page = mall.client().get("/").content.decode()
    words = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.search(r"<h1[^>]*>Test Mall</h1>", page)
    # 30 % of each purchase goes into the reserve, 70 % of that in points: 21 of each 100.
    assert "About ¥21 of each ¥100 you spend comes back as points." in re.sub(" +", " ", words)
    assert "Spend them here, or sell them: now for about ¥18.90." in words
    assert "They come 7 days after you received the goods." in words
    assert "what they are worth can fall, too." in words
    assert '<p class="intro-price">One point now: ¥1.00</p>' in page


def test_the_front_page_says_so_in_chinese(mall: Mall) -> None:
    page = mall.client(language="zh-hans").get("/").content.decode()
    assert "每消费 ¥100，约返 <b>¥21</b> 积分。" in page
    # no blanks between
    assert "确认收货 7 天后到账。可在本商城消费，也可卖出，现在卖出得约 ¥18.90。每笔消费都" in page
    assert "1 积分现在 ¥1.00" in page
    assert re.search(r"<h1[^>]*>测试商城</h1>", page)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_front_page_promises_nothing_and_picks_nothing_for_strangers(
    mall: Mall, language: str
) -> None:
    page = mall.client(language=language).get("/").content.decode()
    for word in ("Picked for you", "为您", "drawing reaches", "The drawing", "图中", "<polyline"):
        assert word not in page


def test_six_goods_of_different_kinds_stand_before_everything_else(mall: Mall) -> None:
    fill(mall, 40, aisles=8)
    page = mall.client().get("/").content.decode()
    six = page.split('class="products products-six"')[1].split("</section>")[0]
    assert six.count('class="product-card"') == 6
    assert page.index("products-six") < page.index('class="aisles"')


def test_the_first_of_each_kind_come_before_a_second() -> None:
    kinds = [7, 7, 8, 7, 9]
    goods = [replace(GOOD, place=n, pk=n, aisles=(kind,)) for n, kind in enumerate(kinds)]
    assert [good.pk for good in of_each_kind(goods, 3)] == [0, 2, 4]
    assert [good.pk for good in of_each_kind(goods, 4)] == [0, 2, 4, 1]
    assert [good.pk for good in of_each_kind(goods[:2], 6)] == [0, 1]
    assert of_each_kind([], 6) == []


@pytest.mark.parametrize(
    ("changes", "margin", "share"),
    [
        ({}, 3_500, "21/100"),  # 30 % of all that is paid, 70 % of it in points
        ({"grant_bps": 10_000}, 3_500, "3/10"),
        ({"backing_base": "profit"}, 3_500, "147/2000"),  # of a margin of 35 %: 7.35 %
        ({"backing_base": "profit"}, 0, "0"),
        ({"backing_bps": 0}, 3_500, "0"),
        # At most a point, 1.00 at first, for every 10.00 spent: a tenth, though 21 % is more.
        ({"spend_per_point": 1_000}, 3_500, "1/10"),
        ({"spend_per_point": 100}, 3_500, "21/100"),
    ],
)
def test_what_comes_back_is_the_plans(
    mall: Mall, changes: dict[str, object], margin: int, share: str
) -> None:
    standing = mall.ledger.standing()
    plan = msgspec.structs.replace(standing.plan, **changes)
    assert share_back(msgspec.structs.replace(standing, plan=plan), margin) == Fraction(share)


@pytest.mark.parametrize(
    ("currency", "spent", "back", "sold"),
    [
        ("CNY", "¥100", "¥21", "¥18.90"),
        ("GBP", "£1", "21p", "18.9p"),
        ("USD", "$1", "21¢", "18.9¢"),
        ("JPY", "¥100", "¥21", "¥18"),  # cut, never rounded up
    ],
)
def test_the_share_is_written_as_people_write_money(
    mall: Mall, currency: str, spent: str, back: str, sold: str
) -> None:
    shop = mall.shop
    shop.currency = currency
    told = pitch(shop)
    assert (told.spent, told.back, told.sold) == (spent, back, sold)


def test_an_empty_mall_names_itself_all_the_same(mall: Mall) -> None:
    get_model("catalogue", "Product").objects.all().delete()
    assert "Test Mall</h1>" in mall.client().get("/").content.decode()

"""Drawings of goods that have no photograph: well formed, of the right kind, told apart."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.mall.shop.stock import LONG
from tests.mall.stage import Mall
from tongbao.mall.demo.cellar_goods import ARTICLES
from tongbao.mall.demo.source import catalogue
from tongbao.mall.shop import drawing_words
from tongbao.mall.shop.drawing import GROUNDS, Drawing, draw, drawing_of, kinds

HISTORY = Path(__file__).resolve().parents[3] / "examples/online-retail"
SHOP = Path(__file__).resolve().parents[3] / "src/tongbao/mall/shop"
CSS = (SHOP / "static/mall/drawings.css").read_text("utf-8")


@pytest.mark.parametrize("kind", sorted(kinds()))
@pytest.mark.parametrize("pattern", ["", "dots"])
def test_a_drawing_is_well_formed_and_wears_known_colours(kind: str, pattern: str) -> None:
    svg = ET.fromstring(draw(Drawing(kind, "red", pattern, 0)))  # noqa: S314  # ours
    used = {name for part in svg.iter() for name in part.attrib.get("class", "").split()}
    for name in used - {"pic", "art", "p"}:
        assert f".{name}" in CSS
    assert not any("style" in part.attrib or "id" in part.attrib for part in svg.iter())


def test_every_kind_colour_ground_and_pattern_that_words_name_is_there() -> None:
    named = {*drawing_words.PHRASES, *drawing_words.WORDS, *map(str.strip, drawing_words.CHINESE)}
    assert named == kinds()
    for tone in drawing_words.TONES:
        assert f".tone-{tone} {{" in CSS
    for ground in range(GROUNDS):
        assert f".ground-{ground} {{" in CSS
    patterns = (SHOP / "templates/mall/patterns.html").read_text("utf-8")
    for pattern in {*drawing_words.PATTERNS, *filter(None, drawing_words.VARIED)}:
        assert f'id="pt-{pattern}"' in patterns
        assert f'id="pt-{pattern}-ink"' in patterns


@pytest.mark.parametrize(
    ("title", "kind", "tone", "pattern"),
    [
        ("White hanging heart T-light holder", "heartlight", "white", "hearts"),
        ("Jumbo bag red retrospot", "bag", "red", "dots"),
        ("Assorted colour bird ornament", "bird", None, None),
        ("Jumbo bag pink polkadot", "bag", "pink", "dots"),
        ("Regency cakestand 3 tier", "cakestand", None, None),
        ("Lunch bag black skull", "lunchbag", "black", "stars"),
        ("Spotty bunting", "bunting", None, "dots"),
        ("Set of 3 cake tins pantry design", "tin", None, None),
        ("Pack of 72 retrospot cake cases", "cake", "red", "dots"),
        ("Gardeners kneeling pad cup of tea", "cushion", None, None),
        ("Retrospot heart hot water bottle", "hotwater", "red", "dots"),
        ("Hand over the chocolate sign", "sign", "brown", None),
        ("Alarm clock bakelike green", "clock", "green", None),
        ("贺兰山东麓赤霞珠 750 毫升", "redwine", "red", None),
        ("雷司令半干 750 毫升", "whitewine", "yellow", None),
        ("传统法起泡 750 毫升", "sparkling", None, None),
        ("五年陈熟普 357 克饼", "teacake", "brown", None),
        ("水晶葡萄酒杯 两只", "glasses", "silver", None),
        ("青瓷小酒杯 六只", "cups", "blue", None),
        ("话费充值 50 元", "phone", "orange", None),
        ("Phone top-up £10", "phone", None, None),
        ("Popcorn holder", "popcorn", None, None),
        ("Jumbo bag vintage doily", "bag", None, "leaves"),
        ("Jumbo bag 50's Christmas", "bag", "red", "stars"),
        ("Card Christmas village", "card", None, None),
        ("Glitter Christmas tree", "tree", None, None),
        ("Doormat Christmas village", "doormat", None, None),
        ("Zweckverband", "parcel", None, None),
        ("", "parcel", None, None),
        ("🎁", "parcel", None, None),
    ],
)
def test_the_words_of_a_title_choose_what_is_drawn(
    title: str, kind: str, tone: str | None, pattern: str | None
) -> None:
    chosen = drawing_of(title)
    assert chosen.kind == kind
    assert tone in {None, chosen.tone}
    assert pattern in {None, chosen.pattern}


@pytest.mark.parametrize("title", [LONG, "<b>&\"'", "茶" * 80, "", "🍵 tea", "W" * 40])
def test_a_drawing_repeats_nothing_of_the_title(title: str) -> None:
    drawing = ET.fromstring(draw(drawing_of(title)))  # noqa: S314  # ours
    assert not "".join(drawing.itertext()).strip()
    assert draw(drawing_of(title)) == draw(drawing_of(title))


def test_the_wine_malls_neighbours_are_told_apart() -> None:
    chosen = [drawing_of(article.title) for article in ARTICLES]
    assert all(one != other for one, other in pairwise(chosen))
    assert "parcel" not in {one.kind for one in chosen}


def test_the_gift_shops_neighbours_are_told_apart_and_its_kinds_are_known() -> None:
    chosen = [drawing_of(one.title) for one in catalogue(HISTORY)]
    assert all(one != other for one, other in pairwise(chosen[:240]))
    known = sum(one.kind != "parcel" for one in chosen)
    assert known * 100 > len(chosen) * 90


def test_goods_without_a_photograph_show_a_drawing_and_say_so(mall: Mall) -> None:
    page = mall.client().get("/catalogue/tea-1_1/").content.decode()
    assert "A drawing: there is no photograph yet." in page
    home = mall.client().get("/").content.decode()
    assert home.count('<svg class="pic art') >= 4
    assert home.count('id="pt-dots"') == 1
    for title in re.findall(r'class="product-name"[^>]*>([^<]+)<', home):
        assert home.count(title) == 1

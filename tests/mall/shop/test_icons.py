"""Icons, and the cards that stand in for pictures."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from tests.mall.shop.stock import LONG
from tests.mall.stage import Mall
from tongbao.mall.shop.icons import drawn, strokes
from tongbao.mall.shop.pictures import card, key_words, picture

MALL = Path(__file__).resolve().parents[3] / "src/tongbao/mall"


def test_every_icon_that_a_template_asks_for_is_drawn() -> None:
    asked = set()
    for path in MALL.glob("*/templates/**/*.html"):
        text = path.read_text("utf-8")
        asked |= set(re.findall(r"{% icon \"([^\"]+)\"", text))
        asked |= set(re.findall(r"empty\.html\" with icon=\"([^\"]+)\"", text))
    assert asked - set(strokes()) == set()


@pytest.mark.parametrize("name", sorted(strokes()))
def test_an_icon_is_well_formed(name: str) -> None:
    ET.fromstring(drawn(name))  # noqa: S314  # ours


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("White Hanging Heart T-Light Holder", ["White Hanging", "Heart T-Light", "Holder"]),
        ("Jumbo bag red retrospot", ["Jumbo bag", "red", "retrospot"]),
        ("Lunch bag red retrospot", ["Lunch bag", "red", "retrospot"]),
        ("Set Of 6 Mugs", ["6 Mugs"]),
        ("12 pencils small tube skull", ["12 pencils", "small tube", "skull"]),
        ("话费充值 50 元", ["话费充值", "50元"]),
        ("话费充值 100 元", ["话费充值", "100元"]),
        ("高粱窖藏 42 度 500 毫升", ["高粱窖藏", "42度", "500毫升"]),
        ("贺兰山东麓赤霞珠 750 毫升", ["贺兰山东", "麓赤霞珠", "750毫升"]),
        ("飞天酱香白酒 53度 500ml", ["飞天酱", "香白酒", "53度 500ml"]),
        ("VIP 会员卡", ["VIP", "会员卡"]),
        ("飞天酱香白酒", ["飞天酱", "香白酒"]),
        ("茶", ["茶"]),
        ("2024", ["2024"]),
        ("", []),
        ("!!!", ["!!!"]),
        ("A" * 60, ["A" * 14]),
    ],
)
def test_a_card_has_the_weightiest_words(title: str, lines: list[str]) -> None:
    assert key_words(title) == lines


@pytest.mark.parametrize("title", [LONG, "<b>&\"'", "茶" * 80, "", "🍵 tea", "W" * 40])
def test_a_card_is_well_formed_and_its_words_stay_inside(title: str) -> None:
    drawing = ET.fromstring(card(title, 7))  # noqa: S314  # ours
    texts = drawing.findall(".//text")
    assert all(10 <= int(text.attrib["font-size"]) <= 68 for text in texts)
    assert all(0 < int(text.attrib["y"]) < 400 for text in texts)


def test_an_upload_is_shown_and_a_broken_one_is_not(mall: Mall, tmp_path: Path) -> None:
    path = tmp_path / "media" / "tea.png"
    path.parent.mkdir()
    Image.new("RGB", (900, 600), "#884422").save(path)
    shown = picture("Tea", key=1, image="tea.png", size=200)
    assert 'width="200" height="200"' in shown
    path.with_name("bad.png").write_text("no picture")
    assert picture("Tea", key=1, image="bad.png").startswith("<svg")
    assert picture("Tea", key=1, image="gone.png").startswith("<svg")

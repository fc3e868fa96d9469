"""Icons, and uploaded pictures."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from tests.mall.stage import Mall
from tongbao.mall.shop.icons import drawn, strokes
from tongbao.mall.shop.pictures import picture

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


def test_an_upload_is_shown_and_a_broken_one_is_not(mall: Mall, tmp_path: Path) -> None:
    path = tmp_path / "media" / "tea.png"
    path.parent.mkdir()
    Image.new("RGB", (900, 600), "#884422").save(path)
    shown = picture("Tea", image="tea.png", size=200)
    assert 'width="200" height="200"' in shown
    path.with_name("bad.png").write_text("no picture")
    assert picture("Tea", image="bad.png").startswith("<svg")
    assert picture("Tea", image="gone.png").startswith("<svg")

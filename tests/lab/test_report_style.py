"""The page's colours: the charts use the page's own, and all can be read in light and dark."""

import re
from importlib.resources import files

import pytest

from tongbao.lab import plots_canvas

CSS = files("tongbao.lab").joinpath("templates", "report.css").read_text(encoding="utf-8")
READABLE = 4.5  # WCAG 2.2 AA for text
VISIBLE = 3.0  # WCAG 2.2 AA for graphics


def themes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)[:2]
    colours = [dict(re.findall(r"(--[\w]+): (#[0-9a-f]{6});", block)) for block in (light, dark)]
    return {"light": colours[0], "dark": {**colours[0], **colours[1]}}


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(theme: str) -> None:
    colours = themes()[theme]
    for ink in ("--ink", "--muted", "--c1"):
        for paper in ("--paper", "--ground"):
            assert contrast(colours[ink], colours[paper]) >= READABLE, (ink, paper)
    assert contrast(colours["--ink"], colours["--warn"]) >= READABLE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_and_bars_stand_out_from_the_paper(theme: str) -> None:
    colours = themes()[theme]
    for mark in ("--c1", "--c2", "--c3"):
        assert contrast(colours[mark], colours["--paper"]) >= VISIBLE, mark


def test_the_charts_colours_are_the_light_themes_variables() -> None:
    light = themes()["light"]
    assert {light[name]: name for name in plots_canvas.VARIABLES.values()} == plots_canvas.VARIABLES


def test_the_style_loads_nothing() -> None:
    assert not re.search(r"@import|url\(|http", CSS)

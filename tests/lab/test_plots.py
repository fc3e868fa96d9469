"""The charts: the same bytes every time, words that stay words, colours that follow the page."""

import ast
import inspect
import math
import re
import struct
from datetime import date, timedelta
from itertools import pairwise

import pytest
from matplotlib import font_manager

from tongbao.lab import plots, plots_canvas
from tongbao.lab.plots import Chart, Columns, Drawing, Line, Lines, Row, Rows, Shares

DAYS = tuple(date(2024, 1, 1) + timedelta(days=n) for n in range(400))
DRAWINGS: dict[str, Drawing] = {
    "lines": Lines(DAYS, (Line("", tuple(float(n) for n in range(400))),)),
    "areas": Lines(DAYS, (Line("one", (1.0,) * 400), Line("two", (2.0,) * 400)), stacked=True),
    "columns": Columns(
        ("2024-01", "2024-02"), (Line("bars", (3.0, -1.0)),), Line("dots", (1.0, 1.0)), ("level", 2)
    ),
    "rows": Rows((Row("first", 0.3, "30%"), Row("second", 0.0, "0%", aside=True))),
    "shares": Shares(((0.0, 0.0), (0.5, 0.2), (1.0, 1.0)), "members", "equal"),
}


def chart(name: str, title: str = "Title") -> Chart:
    return Chart(name, title, f"{title}. What it says", DRAWINGS[name])


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_chart_is_the_same_bytes_every_time(name: str) -> None:
    assert plots.svg(chart(name)) == plots.svg(chart(name))
    assert plots.png(chart(name)) == plots.png(chart(name))


@pytest.mark.parametrize("name", DRAWINGS)
def test_an_svg_brings_no_colour_no_font_and_no_address(name: str) -> None:
    svg = plots.svg(chart(name))
    assert svg.startswith('<svg class="chart" viewBox="0 0 270 ')
    assert not re.search(r"#[0-9a-fA-F]{6}", svg)
    assert not re.search(r"font|http|xlink|metadata|<\?xml|DOCTYPE|<!--", svg)
    assert "var(--c1)" in svg


@pytest.mark.parametrize("name", DRAWINGS)
def test_what_an_svg_refers_to_is_in_it_under_the_charts_name(name: str) -> None:
    svg = plots.svg(chart(name))
    ids = re.findall(r'id="([^"]+)"', svg)
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    assert set(ids) == used
    assert all(known.startswith(f"{name}-") for known in ids)


def test_words_stay_words_in_chinese_too() -> None:
    drawing = Rows((Row("积分准备金", 1.0, "¥30.00"),))
    svg = plots.svg(Chart("money", "去向", "积分准备金 ¥30.00", drawing, "zh"))
    assert ">积分准备金</text>" in svg
    assert 'aria-label="积分准备金 ¥30.00"' in svg


def test_a_label_is_escaped() -> None:
    svg = plots.svg(Chart("rows", "t", '"><script>', Rows((Row("<b>&", 1.0, "1"),))))
    assert "<script" not in svg
    assert "<b>" not in svg


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_png_is_600_wide_and_names_no_software(name: str) -> None:
    png = plots.png(chart(name))
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", png[16:20])[0] == 600
    assert b"Software" not in png
    assert b"atplotlib" not in png


def test_nothing_that_python_leaves_out_on_request_guards_a_drawing() -> None:
    for module in (plots, plots_canvas):
        tree = ast.parse(inspect.getsource(module))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]


def test_a_drawing_of_no_known_kind_is_refused() -> None:
    with pytest.raises(AssertionError):
        plots.svg(Chart("odd", "t", "s", "a text"))  # type: ignore[arg-type]  # that is the point


def test_a_gap_stays_a_gap() -> None:
    values = (1.0, math.nan, 2.0)
    assert "nan" not in plots.svg(Chart("gap", "t", "s", Lines(DAYS[:3], (Line("", values),))))


def test_one_day_is_a_dot() -> None:
    svg = plots.svg(Chart("dot", "t", "s", Lines(DAYS[:1], (Line("", (5.0,)),))))
    assert "<use" in svg
    assert ">01-01</text>" in svg


def test_ten_years_of_days_stay_light() -> None:
    days = tuple(date(2014, 1, 1) + timedelta(days=n) for n in range(3650))
    line = Line("", tuple(float(n % 97) for n in range(3650)))
    svg = plots.svg(Chart("long", "t", "s", Lines(days, (line,))))
    assert len(svg) < 20_000


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (date(2024, 1, 1), date(2024, 1, 4), ["01-01", "01-02", "01-03", "01-04"]),
        (date(2024, 1, 20), date(2024, 4, 20), ["2024-02", "2024-03", "2024-04"]),
        (date(2020, 1, 1), date(2023, 12, 31), ["2020-01", "2021-01", "2022-01", "2023-01"]),
    ],
)
def test_an_axis_marks_at_most_four_dates(first: date, last: date, labels: list[str]) -> None:
    assert [text for _, text in plots.date_ticks(first, last)] == labels


@pytest.mark.parametrize("years", [0, 1, 2, 5, 13, 40, 150])
def test_marked_dates_are_in_order_and_inside(years: int) -> None:
    first, last = date(1900, 3, 9), date(1900 + years, 11, 2)
    ticks = plots.date_ticks(first, last)
    assert 1 <= len(ticks) <= 4
    assert all(first.toordinal() <= day <= last.toordinal() for day, _ in ticks)
    assert all(one < two for (one, _), (two, _) in pairwise(ticks))


@pytest.mark.parametrize(
    ("families", "weight"),
    [((), "bold"), (("DejaVu Sans",), "bold"), (("DejaVu Sans", "DejaVu Sans Display"), "normal")],
)
def test_a_title_asks_for_a_weight_that_its_fonts_have(
    families: tuple[str, ...], weight: str, caplog: pytest.LogCaptureFixture
) -> None:
    with plots_canvas.style(families):
        assert plots_canvas.title_weight() == weight
    plots.png(chart("lines"), families)
    assert [record for record in caplog.records if "findfont" in record.message] == []


def test_a_font_without_chinese_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    plots_canvas.chinese_fonts.cache_clear()
    assert plots_canvas.chinese_fonts() == ()
    plots_canvas.chinese_fonts.cache_clear()

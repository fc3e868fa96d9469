"""The report's charts: what each one shows, and how it is drawn.

A chart is a value: numbers and words, no matplotlib in it. `svg` and `png` draw
it, small enough that its words can be read on a phone. Numbers are floats here:
a drawing needs no exact money.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, assert_never

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from tongbao.lab import plots_canvas as canvas
from tongbao.plans.words import Lang

COLOURS: Final = (canvas.FIRST, canvas.SECOND, canvas.THIRD)
MOST_DAYS: Final = 370
_HEIGHT_IN: Final = 2.35
_TITLE_IN: Final = 0.32
_ROW_IN: Final = 0.46
_MOST_DATES: Final = 4
_MONTH_STEPS: Final = (1, 2, 3, 4, 6, 12, 24, 36, 60, 120, 240, 600, 1200)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name and a number for each day; NaN leaves a gap."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over days; stacked as areas on request."""

    days: tuple[date, ...]
    lines: tuple[Line, ...]
    stacked: bool = False
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Upright bars side by side for each label; ``dots`` stand on top of them, ``level`` across."""

    labels: tuple[str, ...]
    bars: tuple[Line, ...]
    dots: Line | None = None
    level: tuple[str, float] | None = None
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One lying bar: its words, its length and the text at its end; ``aside`` greys it."""

    name: str
    value: float
    text: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Lying bars, one below the other, each with its own words above it."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """A Lorenz curve: cumulative share of what is held, the least first, beside equal shares."""

    points: tuple[tuple[float, float], ...]
    curve: str
    equal: str


Drawing = Lines | Columns | Rows | Shares


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its name (of the file), its title and what it says in one sentence."""

    name: str
    title: str
    says: str
    drawing: Drawing
    lang: Lang = field(default="en")


def svg(chart: Chart) -> str:
    """Return the chart as an SVG element for a page, without the title that the page gives it."""
    with canvas.style(salt=chart.name):
        return canvas.inline_svg(_drawn(chart, title=False), chart.name, chart.says)


def png(chart: Chart, families: Sequence[str] = ()) -> bytes:
    """Return the chart with its title as a PNG file's bytes, in the light theme."""
    with canvas.style(families, chart.name):
        return canvas.png_bytes(_drawn(chart, title=True))


def short_number(value: float, lang: Lang) -> str:
    """Return a number for an axis, shortened by the language's own steps.

    >>> short_number(2_500_000, "en"), short_number(2_500_000, "zh"), short_number(0.5, "en")
    ('2.5m', '250万', '0.5')
    >>> short_number(1200, "en"), short_number(-3e9, "en"), short_number(1e13, "zh")
    ('1,200', '−3bn', '10万亿')
    """
    english = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e4, "k"))
    chinese = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
    sign, size = ("−" if value < 0 else ""), abs(value)
    for step, name in chinese if lang == "zh" else english:
        if size >= step:
            unit = 1e3 if name == "k" else step
            return f"{sign}{_plain(size / unit)}{name}"
    return f"{sign}{_plain(size)}"


def date_ticks(first: date, last: date) -> list[tuple[int, str]]:
    """Return at most four days to mark on an axis, as ordinals with their words.

    >>> date_ticks(date(2010, 12, 1), date(2011, 12, 9))[:2]
    [(734107, '2010-12'), (734228, '2011-04')]
    >>> date_ticks(date(2024, 1, 3), date(2024, 1, 3))
    [(738888, '01-03')]
    """
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    for step in _MONTH_STEPS:
        firsts = [date(m // 12, m % 12 + 1, 1) for m in months if (m - months[0]) % step == 0]
        inside = [day for day in firsts if first <= day <= last]
        if len(inside) <= _MOST_DATES:
            break
    if len(inside) > 1:
        return [(day.toordinal(), f"{day:%Y-%m}") for day in inside]
    span = (last - first).days
    gap = max(1, math.ceil((span + 1) / _MOST_DATES))
    days = [first + timedelta(days=n) for n in range(0, span + 1, gap)]
    return [(day.toordinal(), f"{day:%m-%d}") for day in days]


def thinned(length: int, most: int = MOST_DAYS) -> list[int]:
    """Return at most ``most`` evenly spaced positions, the last one always among them.

    >>> thinned(10, 3), thinned(2, 3), thinned(0)
    ([3, 6, 9], [0, 1], [])
    """
    if length <= most:
        return list(range(length))
    return [length - 1 - (length * n // most) for n in range(most)][::-1]


def _plain(size: float) -> str:
    """Return up to three telling digits, no trailing zeros, thousands grouped."""
    if size == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(size)))
    text = f"{size:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _drawn(chart: Chart, *, title: bool) -> Figure:
    drawing = chart.drawing
    height = _ROW_IN * len(drawing.rows) if isinstance(drawing, Rows) else _HEIGHT_IN
    extra = _TITLE_IN if title else 0.0
    figure = canvas.blank(height + extra)
    room = height / (height + extra)
    if title:
        figure.text(
            0.02, 1 - 0.1 / (height + extra), chart.title, va="top", weight=canvas.title_weight()
        )
    match drawing:
        case Lines():
            _draw_lines(figure, room, drawing, chart.lang)
        case Columns():
            _draw_columns(figure, room, drawing, chart.lang)
        case Rows():
            _draw_rows(figure, room, drawing)
        case Shares():
            _draw_shares(figure, room, drawing)
        case _:
            assert_never(drawing)
    return figure


def _axes(figure: Figure, room: float, *, legend: bool) -> Axes:
    bottom, top = 0.125 * room, (0.88 if legend else 0.96) * room
    return figure.add_axes((0.145, bottom, 0.785, top - bottom))


def _legend(axes: Axes, names: Sequence[tuple[str, str, str]]) -> None:
    """Write the names in equal slots above the axes, each behind a mark of its kind."""
    above = axes.transAxes
    for slot, (kind, name, colour) in enumerate(names):
        x = slot / len(names)
        marker = {"line": "_", "bar": "s", "dot": "o"}[kind]
        mark = Line2D([x + 0.015], [1.09], color=colour, marker=marker, markersize=6)
        mark.set(transform=above, clip_on=False, markeredgewidth=2 if kind == "line" else 0)
        axes.add_line(mark)
        axes.text(x + 0.045, 1.09, name, transform=above, va="center_baseline", color=canvas.INK)


def _scale(axes: Axes, top: float, bottom: float, lang: Lang, *, percent: bool) -> None:
    """Start at zero and mark four or five round numbers."""
    axes.set_ylim(min(0.0, bottom * 1.08), top * 1.08 if top > 0 else 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    shown: Callable[[float, int], str] = (
        (lambda value, _: f"{_plain(abs(value) * 100)}%")
        if percent
        else (lambda value, _: short_number(value, lang))
    )
    axes.yaxis.set_major_formatter(FuncFormatter(shown))


def _draw_lines(figure: Figure, room: float, drawing: Lines, lang: Lang) -> None:
    axes = _axes(figure, room, legend=len(drawing.lines) > 1)
    keep = thinned(len(drawing.days))
    days = [drawing.days[n].toordinal() for n in keep]
    base = [0.0] * len(keep)
    top = bottom = 0.0
    for line, colour in zip(drawing.lines, COLOURS, strict=False):
        values = [line.values[n] for n in keep]
        if drawing.stacked:
            values = [low + value for low, value in zip(base, values, strict=True)]
            axes.fill_between(days, base, values, color=colour, alpha=0.3, linewidth=0)
            base = values
        lone = len(days) == 1
        axes.plot(days, values, "o" if lone else "-", color=colour, linewidth=1.5, markersize=5)
        known = [value for value in values if not math.isnan(value)]
        top, bottom = max([top, *known]), min([bottom, *known])
    _scale(axes, top, bottom, lang, percent=drawing.percent)
    ticks = date_ticks(drawing.days[0], drawing.days[-1])
    axes.set_xticks([day for day, _ in ticks], [text for _, text in ticks])
    margin = 0.5 if len(days) == 1 else (days[-1] - days[0]) * 0.01
    axes.set_xlim(days[0] - margin, days[-1] + margin)
    if len(drawing.lines) > 1:
        kind = "bar" if drawing.stacked else "line"
        pairs = zip(drawing.lines, COLOURS, strict=False)
        _legend(axes, [(kind, line.name, colour) for line, colour in pairs])


def _draw_columns(figure: Figure, room: float, drawing: Columns, lang: Lang) -> None:
    names = [
        *(("bar", bar.name, c) for bar, c in zip(drawing.bars, COLOURS, strict=False)),
        *([("dot", drawing.dots.name, canvas.SECOND)] if drawing.dots else []),
        *([("line", drawing.level[0], canvas.SECOND)] if drawing.level else []),
    ]
    axes = _axes(figure, room, legend=len(names) > 1)
    places, several = range(len(drawing.labels)), len(drawing.bars)
    width = 0.76 / several
    for n, (bar, colour) in enumerate(zip(drawing.bars, COLOURS, strict=False)):
        left = [place - 0.38 + width * (n + 0.5) for place in places]
        axes.bar(left, bar.values, width, color=colour, linewidth=0)
    numbers = [value for bar in drawing.bars for value in bar.values]
    if drawing.dots:
        (dots,) = axes.plot(places, drawing.dots.values, "o", color=canvas.SECOND, markersize=5)
        dots.set(markeredgecolor=canvas.PAPER, markeredgewidth=0.7)
        numbers += drawing.dots.values
    if drawing.level:
        axes.axhline(drawing.level[1], color=canvas.SECOND, linewidth=1.5)
        numbers.append(drawing.level[1])
    _scale(axes, max(numbers), min(numbers), lang, percent=drawing.percent)
    if min(numbers) < 0:
        axes.axhline(0, color=canvas.MUTED, linewidth=0.8)
    step = max(1, math.ceil(len(places) / (_MOST_DATES if len(places) > 6 else 6)))  # noqa: PLR2004  # six short words fit
    shown = [place for place in places if place % step == 0]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.set_xticks(shown, [drawing.labels[place] for place in shown])
    axes.set_xlim(-0.6, max(len(places) - 0.4, 2.6))
    if len(names) > 1:
        _legend(axes, names)


def _draw_rows(figure: Figure, room: float, drawing: Rows) -> None:
    axes = figure.add_axes((0.02, 0, 0.96, room))
    axes.set_axis_off()
    axes.set_xlim(0, max(row.value for row in drawing.rows) or 1.0)
    axes.set_ylim(len(drawing.rows), 0)
    for n, row in enumerate(drawing.rows):
        axes.barh(n + 0.68, axes.get_xlim()[1], 0.3, color=canvas.GRID, linewidth=0)
        colour = canvas.MUTED if row.aside else canvas.FIRST
        axes.barh(n + 0.68, row.value, 0.3, color=colour, linewidth=0)
        whole = axes.get_yaxis_transform()
        axes.text(0, n + 0.42, row.name, transform=whole)
        axes.text(1, n + 0.42, row.text, ha="right", transform=whole)


def _draw_shares(figure: Figure, room: float, drawing: Shares) -> None:
    axes = _axes(figure, room, legend=True)
    people, held = zip(*drawing.points, strict=True)
    axes.fill_between(people, held, people, color=canvas.FIRST, alpha=0.18, linewidth=0)
    axes.plot((0, 1), (0, 1), "--", color=canvas.SECOND, linewidth=1.2)
    axes.plot(people, held, "-", color=canvas.FIRST, linewidth=1.6)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    marks = [0, 0.25, 0.5, 0.75, 1]
    words = ["0", "25%", "50%", "75%", "100%"]
    axes.set_xticks(marks, words)
    axes.set_yticks(marks, words)
    names = (("line", drawing.curve, canvas.FIRST), ("line", drawing.equal, canvas.SECOND))
    _legend(axes, names)

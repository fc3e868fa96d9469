"""From a drawn chart to a PNG file and to an SVG that lives inside a page.

Both come from the same drawing. The SVG carries no colours and no fonts of its
own: colours become the page's CSS variables, so that they follow dark mode, and
texts stay texts. The same chart always gives the same bytes.
"""

import io
import logging
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

INK: Final = "#1d2530"
MUTED: Final = "#586374"
GRID: Final = "#dfe4ea"
PAPER: Final = "#fffffe"
FIRST: Final = "#0a6c74"
SECOND: Final = "#b4540a"
THIRD: Final = "#6f4aa0"

VARIABLES: Final = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--paper",
    FIRST: "--c1",
    SECOND: "--c2",
    THIRD: "--c3",
}
"""The CSS variable that stands for each of the charts' colours in a page."""

WIDTH_IN: Final = 3.75
FONT_SIZE: Final = 10
PNG_DPI: Final = 160
_BOLD: Final = 600  # the least weight that matplotlib takes for bold without a word

_LATIN_FONT: Final = "DejaVu Sans"  # ships with matplotlib, so that widths agree on all machines
_CJK_FILES: Final = (
    *("NotoSansCJK-Regular", "NotoSansCJKsc-Regular", "NotoSansSC-Regular", "NotoSansSC"),
    *("SourceHanSansSC-Regular", "SourceHanSansCN-Regular", "DroidSansFallbackFull"),
    *("wqy-microhei", "wqy-zenhei", "PingFang", "Hiragino Sans GB", "STHeiti Light", "msyh"),
)
_STYLE: Final[dict[str, object]] = {
    "axes.edgecolor": GRID,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "figure.facecolor": PAPER,
    "font.size": FONT_SIZE,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.5,
    "path.simplify": True,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.labelcolor": MUTED,
    "xtick.major.size": 0,
    "xtick.major.pad": 7,
    "ytick.labelcolor": MUTED,
    "ytick.major.size": 0,
    "ytick.major.pad": 4,
}


@contextmanager
def style(families: Iterable[str] = (), salt: str = "tongbao") -> Iterator[None]:
    """Draw and save in the house's style, in these fonts or in the one that is always there."""
    settings = {**_STYLE, "font.family": list(families) or [_LATIN_FONT], "svg.hashsalt": salt}
    with mpl.rc_context(settings):  # type: ignore[arg-type]  # its keys are 300 literals
        yield


def blank(height_in: float) -> Figure:
    """Return an empty figure of the one width, outside matplotlib's global list of figures."""
    figure = Figure(figsize=(WIDTH_IN, height_in))
    FigureCanvasAgg(figure)
    return figure


def png_bytes(figure: Figure) -> bytes:
    """Return the figure as a PNG in the light theme, without date or version."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return out.getvalue()


def inline_svg(figure: Figure, name: str, label: str) -> str:
    """Return the figure as an SVG element for a page; ``label`` is plain text, escaped here."""
    out = io.StringIO()
    figure.patch.set_visible(False)
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with warnings.catch_warnings():  # glyphs that this font lacks, the page's fonts will bring
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(out, format="svg", metadata=nothing)
    return _for_page(out.getvalue(), name, label)


@cache
def chinese_fonts() -> tuple[str, ...]:
    """Return font families for Chinese labels in PNGs: one found here that has them, or nothing.

    Looks at the files, not at matplotlib's list, which does not notice new fonts.
    """
    found = {Path(path).stem: path for path in sorted(font_manager.findSystemFonts())}
    for stem in _CJK_FILES:
        if stem in found and _has_chinese(found[stem]):
            font_manager.fontManager.addfont(found[stem])
            bold = found.get(stem.replace("Regular", "Bold"))
            if bold is not None and bold != found[stem]:
                font_manager.fontManager.addfont(bold)
            family = font_manager.FontProperties(fname=found[stem]).get_name()
            return (_LATIN_FONT, family)
    return ()


def title_weight() -> str:
    """Return «bold» if every font in use has it, else «normal»: matplotlib complains otherwise."""
    entries = font_manager.fontManager.ttflist
    bold = {one.name for one in entries if _weight_of(one) >= _BOLD}
    return "bold" if bold.issuperset(mpl.rcParams["font.family"]) else "normal"


def _weight_of(entry: font_manager.FontEntry) -> int:
    names: dict[str, int] = font_manager.weight_dict
    return entry.weight if isinstance(entry.weight, int) else names.get(entry.weight, 0)


def _has_chinese(path: str) -> bool:
    try:
        characters = FT2Font(path).get_charmap()
    except (OSError, RuntimeError, ValueError) as problem:
        logging.getLogger(__name__).debug("font %s is of no use: %s", path, problem)
        return False
    return all(ord(character) in characters for character in "积分收益上限员准备金")


_PROLOGUE: Final = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_METADATA: Final = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_COMMENT: Final = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_OPENING: Final = re.compile(r"<svg\b[^>]*?viewBox=\"([^\"]+)\"[^>]*>", re.DOTALL)
_FONT: Final = re.compile(r"font(-size|-family|-weight)?: [^;\"]*;? ?")
_ID: Final = re.compile(r"\bid=\"([^\"]+)\"")
_REFERENCE: Final = re.compile(r"(url\(#|href=\"#)([^\")]+)")
_TURN: Final = re.compile(r" transform=\"rotate\(-?0 [^\"]*\)\"")
_STYLE_BLOCK: Final = re.compile(r"\s*<style type=\"text/css\">.*?</style>", re.DOTALL)
_DECIMALS: Final = re.compile(r"(\d+\.\d{2})\d+")


def _for_page(svg: str, name: str, label: str) -> str:
    """Strip what a page has itself, make ids unique in it and leave the colours to it."""
    body = _PROLOGUE.sub("", svg)
    for pattern in (_METADATA, _COMMENT, _STYLE_BLOCK, _FONT, _TURN):
        body = pattern.sub("", body)
    body = body.replace("xlink:href", "href")
    used = {match[2] for match in _REFERENCE.finditer(body)}
    body = _ID.sub(lambda m: f'id="{name}-{m[1]}"' if m[1] in used else "", body)
    body = _REFERENCE.sub(lambda m: f"{m[1]}{name}-{m[2]}", body)
    body = _DECIMALS.sub(r"\1", body)
    for colour, variable in VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    opening = f'<svg class="chart" viewBox="\\1" role="img" aria-label="{_escaped(label)}">'
    return _OPENING.sub(lambda m: opening.replace("\\1", m[1]), body, count=1).strip()


def _escaped(text: str) -> str:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return text

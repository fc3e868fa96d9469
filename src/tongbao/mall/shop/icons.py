"""The mall's own icons, drawn into the page; their strokes are in icons.svg beside this file."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_SYMBOL: Final = re.compile(r'<symbol id="([a-z-]+)">(.+)</symbol>')
_UNKNOWN: Final = "dot"


@cache
def strokes() -> dict[str, SafeString]:
    """Return what draws each icon, by its name; tests hold every template to these names."""
    sprite = Path(__file__).with_name("icons.svg").read_text("utf-8")
    return {name: mark_safe(svg) for name, svg in _SYMBOL.findall(sprite)}  # noqa: S308  # ours


def drawn(name: str, css: str = "") -> SafeString:
    """Return an icon's SVG, for the eye only: what it means stands beside it in words.

    An unknown name gives a dot.
    """
    known = strokes()
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        css,
        known.get(name, known[_UNKNOWN]),
    )

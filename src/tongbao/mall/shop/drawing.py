"""Drawings of goods, for those that have no photograph: by the kind that a title names.

Our own, in the SVG files of `drawings/`: they show which kind of thing it is, never this very one.
Colour, pattern and ground are the title's words' or, where it names none, any that stay the same
for it, so that neighbours on a page are told apart.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from zlib import crc32

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tongbao.mall.shop import drawing_words as known

GROUNDS: Final = 8
"""How many grounds there are: the classes ``ground-0`` … of drawings.css."""

UNKNOWN: Final = "parcel"
_ANY_TONE: Final = ("red", "pink", "blue", "sky", "green", "yellow", "orange", "purple")
# The ground that is nearly a tone's own colour: the next one is taken.
_TOO_NEAR: Final = {
    "pink": 1,
    "sky": 2,
    "silver": 2,
    "green": 3,
    "brown": 4,
    "purple": 5,
    "yellow": 6,
    "gold": 6,
    "orange": 7,
    "white": 0,
}
_SYMBOL: Final = re.compile(r'<symbol id="([a-z-]+)" data-w="(\d+)">(.+)</symbol>')
_WORD: Final = re.compile(r"[a-z]+|\d+")
_PATTERNED: Final = re.compile(r'(<(?:path|rect|circle|ellipse)) class="[a-z]+ p"([^>]*/>)')
_PATTERNED_GROUP: Final = re.compile(r'<g class="[a-z]+ p">(.+?)</g>')
_PALE: Final = frozenset({"white", "silver"})


@dataclass(frozen=True, slots=True)
class Drawing:
    """A kind of thing in a colour, with a pattern (empty: none), on a ground."""

    kind: str
    tone: str
    pattern: str
    ground: int


def drawing_of(title: str) -> Drawing:
    """Return the drawing for a title: always the same.

    >>> drawing_of("Jumbo bag red retrospot").kind, drawing_of("贺兰山东麓赤霞珠 750 毫升").kind
    ('bag', 'redwine')
    """
    text = title.lower()
    words = _WORD.findall(text)
    chance = crc32(title.encode())
    tone = _named(text, words, known.TONES) or _ANY_TONE[chance % len(_ANY_TONE)]
    pattern = _named(text, words, known.PATTERNS)
    if pattern is None:
        pattern = known.VARIED[(chance >> 8) % len(known.VARIED)]
    ground = (chance >> 16) % GROUNDS
    if _TOO_NEAR.get(tone) == ground:
        ground = (ground + 1 + (chance >> 24) % (GROUNDS - 1)) % GROUNDS
    return Drawing(_kind(text, words), tone, pattern, ground)


def draw(drawing: Drawing) -> SafeString:
    """Return the SVG: 400 by 400, for the eye only, in the colours of drawings.css."""
    width, shapes = _shapes()[drawing.kind]
    if drawing.pattern:
        ink = "-ink" if drawing.tone in _PALE else ""
        shapes = _with_pattern(shapes, f"{drawing.pattern}{ink}")
    stage = '<path class="t" d="M-400 296H800v104H-400z"/>' if width else ""
    shadow = f'<ellipse class="s" cx="200" cy="316" rx="{width}" ry="11"/>' if width else ""
    return format_html(
        '<svg class="pic art tone-{} ground-{}" viewBox="28 16 344 344" aria-hidden="true" '
        'focusable="false" preserveAspectRatio="xMidYMid meet">'
        '<rect class="ground" x="-400" width="1200" height="400"/>{}</svg>',
        drawing.tone,
        drawing.ground,
        mark_safe(stage + shadow + shapes),  # noqa: S308  # ours
    )


@cache
def _shapes() -> Mapping[str, tuple[int, str]]:
    """Return half a shadow's width (0: it hangs or lies) and the shapes, by kind."""
    folder = Path(__file__).with_name("drawings")
    return {
        name: (int(width), svg)
        for path in sorted(folder.glob("*.svg"))
        for name, width, svg in _SYMBOL.findall(path.read_text("utf-8"))
    }


def kinds() -> frozenset[str]:
    """Return the names of all drawings."""
    return frozenset(_shapes())


@cache
def _with_pattern(shapes: str, pattern: str) -> str:
    """Lay the pattern over every surface that takes one."""
    over = rf'\g<0>\1 fill="url(#pt-{pattern})"\2'
    shapes = _PATTERNED_GROUP.sub(rf'\g<0><g fill="url(#pt-{pattern})">\1</g>', shapes)
    return _PATTERNED.sub(over, shapes)


def _kind(text: str, words: Iterable[str]) -> str:
    for kind, phrases in known.PHRASES.items():
        if any(phrase in text for phrase in phrases.split("|")):
            return kind
    single = _singles()
    named = [word for word in words if word in single]
    if named:
        strong = [word for word in named if word not in known.WEAK]
        return single[(strong or named)[-1]]
    for kind, marks in known.CHINESE.items():
        if any(mark in text for mark in marks.split()):
            return kind.strip()
    return UNKNOWN


@cache
def _singles() -> Mapping[str, str]:
    return {word: kind for kind, words in known.WORDS.items() for word in words.split()}


def _named(text: str, words: Iterable[str], names: Mapping[str, str]) -> str | None:
    """Return the first of these that the title names: a word of it, or Chinese within it."""
    there = set(words)
    for name, marks in names.items():
        for mark in marks.split():
            if mark in there or (not mark.isascii() and mark in text):
                return name
    return None

"""Pictures of goods: the shop's own, or a card set from the title's words where there is none."""

import logging
import re
import unicodedata
from itertools import combinations, pairwise
from typing import Any, Final
from zlib import crc32

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from sorl.thumbnail import get_thumbnail

HUES: Final = 12
"""How many colours there are: the classes ``hue-0`` … of shop.css."""

_LOG: Final = logging.getLogger("tongbao.mall")
_SIDE: Final = 400  # of a card, in its own units
_ROOM: Final = 328  # for a line of words
_LARGEST: Final = 68
_LINE: Final = 1.12  # line height
_MOST_LINES: Final = 3
_CHINESE_LINE: Final = 5
_LETTERS: Final = 14  # of a line
_IDLE: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "the",
        "of",
        "in",
        "on",
        "with",
        "for",
        "to",
        "by",
        "set",
        "pack",
        "pc",
        "pcs",
        "piece",
        "pieces",
        "x",
        "assorted",
    ]
)
_WORD: Final = re.compile(r"[^\s,;:/()·【】（）+|]+")
_NUMBER_OF: Final = re.compile(r"(?<=\d)\s+(?=[\u3400-\u9fff])")  # 500 毫升 is one word
_HAS_NUMBER: Final = re.compile(r"\d")
_WIDE: Final = frozenset("mwMW%@&")
_NARROW: Final = frozenset("iljtfrI.,'!|-1")
# Strokes and areas in the card's upper right; one of them by chance that stays.
_MOTIFS: Final = (
    '<circle cx="300" cy="96" r="150"/><circle cx="300" cy="96" r="96"/>',
    '<path d="M400 0v250A250 250 0 0 1 150 0z"/><path d="M400 0v130A130 130 0 0 1 270 0z"/>',
    '<path d="M170 0h70L400 160v70zM290 0h70l40 40v70z"/>',
    '<path d="M240 30c90-20 140 40 130 150-90 10-150-40-130-150zM200 160c50 0 75 34 66 84z"/>',
    '<path d="M196 60a34 34 0 1 1 68 0zM296 60a34 34 0 1 1 68 0zM296 160a34 34 0 1 1 68 0z"/>',
    '<path d="M300-60l110 110-110 110L190 50z"/><path d="M350 110l70 70-70 70-70-70z"/>',
    '<path d="M150 60q42-60 84 0t84 0 84 0v-60H150zM230 130q30-44 60 0t60 0 60 0v-50H230z"/>',
    '<path d="M280-40h160v220H280a60 60 0 0 1-60-60V20z"/><path d="M300 30h70v80h-70z"/>',
)


def picture(title: str, *, key: int, image: Any = None, size: int = 400) -> SafeString:  # noqa: ANN401
    """Return an image element: of the uploaded file, or a drawn card in the colour of ``key``.

    It is for the eye: the title stands beside it. ``size`` is the upload's width and height.
    """
    if image:
        try:
            thumb = get_thumbnail(image, f"{size}x{size}", crop="center", quality=82)
            shown = thumb.url, thumb.width, thumb.height
        except Exception:  # noqa: BLE001  # whatever a broken file makes the library stumble on
            _LOG.warning("The picture %s cannot be read; a card stands in for it.", image)
        else:
            return format_html(
                '<img class="pic" src="{}" width="{}" height="{}" alt="" loading="lazy">', *shown
            )
    return card(title, key)


def card(title: str, key: int) -> SafeString:
    """Return the drawn card: the title's weightiest words, large, on the colour of ``key``."""
    lines = key_words(title)
    size = min(_LARGEST, *(int(_ROOM / _width(line)) for line in lines)) if lines else _LARGEST
    low = _SIDE - 44
    texts = format_html_join(
        "",
        '<text x="36" y="{}" font-size="{}">{}</text>',
        (
            (int(low - (len(lines) - 1 - number) * size * _LINE), size, line)
            for number, line in enumerate(lines)
        ),
    )
    return format_html(
        '<svg class="pic hue-{}" viewBox="0 0 400 400" preserveAspectRatio="xMidYMax slice" '
        'aria-hidden="true" focusable="false">'
        '<rect class="pic-ground" width="400" height="400"/><g class="pic-motif">{}</g>'
        '<g class="pic-words" translate="no">{}</g></svg>',
        key % HUES,
        mark_safe(_MOTIFS[crc32(title.encode()) % len(_MOTIFS)]),  # noqa: S308  # ours
        texts,
    )


def key_words(title: str) -> list[str]:
    """Return up to three short lines with what a title says: all of it where there is room.

    Words that say little go; numbers stay, each with what it counts. Of a title that is too long
    the middle goes, for the beginning and the end tell goods apart.

    >>> key_words("Jumbo bag red retrospot")
    ['Jumbo bag', 'red', 'retrospot']
    >>> key_words("Set of 6 hanging tins")
    ['6 hanging', 'tins']
    >>> key_words("飞天酱香白酒 53度 500ml")
    ['飞天酱', '香白酒', '53度 500ml']
    >>> key_words("高粱窖藏 42 度 500 毫升")
    ['高粱窖藏', '42度', '500毫升']
    """
    words = _WORD.findall(_NUMBER_OF.sub("", title))
    if any(map(_is_chinese, words)):
        return _chinese_lines(words)
    weighty = [
        word[:_LETTERS]
        for word in words
        if word.lower() not in _IDLE and any(map(str.isalnum, word))
    ] or [word[:_LETTERS] for word in words]
    while True:
        lines = [line.replace("\u00a0", " ") for line in _latin_lines(_counted(weighty))]
        if all(len(line) <= _LETTERS for line in lines):
            return lines
        del weighty[len(weighty) // 2]


def _counted(words: list[str]) -> list[str]:
    """Put each number together with the word after it: no line breaks between them."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].isdigit():
            joined[-1] += f"\u00a0{word}"
        else:
            joined.append(word)
    return joined


def _latin_lines(words: list[str]) -> list[str]:
    """Divide words into lines: the longest as short as it can be, the first ones rather full."""
    if not words:
        return []
    count = min(_MOST_LINES, len(words))
    ways = (
        [" ".join(words[begin:end]) for begin, end in pairwise((0, *cuts, len(words)))]
        for cuts in combinations(range(1, len(words)), count - 1)
    )
    return min(ways, key=lambda lines: (max(map(len, lines)), *(-len(line) for line in lines)))


def _chinese_lines(words: list[str]) -> list[str]:
    """Return the name in one line or two, and then the figures, if need be in one line."""
    names = [word for word in words if not _HAS_NUMBER.search(word)]
    figures = [word[:_LETTERS] for word in words if _HAS_NUMBER.search(word)]
    lines: list[str] = []
    for word in names:
        if not _is_chinese(word) or len(word) <= _CHINESE_LINE:
            lines.append(word[:_LETTERS])
            continue
        rows = -(-len(word) // _CHINESE_LINE)
        step = -(-len(word) // rows)
        lines += [word[at : at + step] for at in range(0, len(word), step)]
    lines = lines[: _MOST_LINES - 1] if figures else lines[:_MOST_LINES]
    if len(lines) + len(figures) > _MOST_LINES:
        figures = [" ".join(figures[:2])]
    return lines + figures


def _is_chinese(word: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" for letter in word)


def _width(line: str) -> float:
    """Return about how wide a line is, in its letters' height."""
    return sum(_letter_width(letter) for letter in line) or 1.0


def _letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in {"W", "F"}:
        return 1.0
    # Of the widest bold face that a device may have in its place.
    if letter in _NARROW:
        return 0.42
    if letter in _WIDE:
        return 1.06
    return 0.82 if letter.isupper() else 0.7

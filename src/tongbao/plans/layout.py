"""Plain text for terminals: wrapping and tables that know how wide Chinese signs are."""

import unicodedata
from typing import Final

from msgspec import Struct

COLUMNS: Final = 80


def width(text: str) -> int:
    """Return how many terminal columns the text takes.

    >>> width("points"), width("积分")
    (6, 4)
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def wrapped(text: str, *, first: str = "", rest: str = "", columns: int = COLUMNS) -> str:
    """Return the text in lines of at most so many columns, each after its indent.

    Latin text breaks at spaces, Chinese between signs, but never before a
    closing mark nor after an opening one; a longer word stands alone.

    >>> print(wrapped("价格等于准备金除以流通量。", columns=12))
    价格等于准备
    金除以流通
    量。
    """
    lines, line, room = [], "", columns - width(first)
    for piece in _pieces(text):
        if line and width((line + piece).rstrip()) > room:
            lines.append(line.rstrip())
            line, room = "", columns - width(rest)
        line += piece if line else piece.lstrip()
    lines.append(line.rstrip())
    return "\n".join((rest if n else first) + line for n, line in enumerate(lines))


class Table(Struct, frozen=True):
    """Rows of cells; the first ``left`` columns are words, the others figures."""

    rows: tuple[tuple[str, ...], ...]
    left: int = 0

    def drawn(self, *, indent: str = "  ", gap: str = "   ") -> str:
        """Return the rows as columns, words aligned left and figures right.

        >>> print(Table((("order", "积分"), ("1", "21"))).drawn())
          order   积分
              1     21
        """
        widths = [max(map(width, column)) for column in zip(*self.rows, strict=True)]
        lines = (
            gap.join(
                _padded(cell, size, left=place < self.left)
                for place, (cell, size) in enumerate(zip(row, widths, strict=True))
            )
            for row in self.rows
        )
        return "\n".join(f"{indent}{line}".rstrip() for line in lines)


def _padded(cell: str, size: int, *, left: bool) -> str:
    blank = " " * (size - width(cell))
    return cell + blank if left else blank + cell


def _pieces(text: str) -> list[str]:
    """Split the text where a line may break."""
    pieces, start = [], 0
    for here in range(1, len(text)):
        if _may_break(text[here - 1], text[here]):
            pieces.append(text[start:here])
            start = here
    return [*pieces, text[start:]]


def _may_break(before: str, after: str) -> bool:
    if after.isspace() or after in _CLOSING or before in _OPENING:
        return False
    return before.isspace() or width(before + after) > len(before + after)


_CLOSING: Final = "，。；：、！？）》」』”’…％,.;:!?)»"
_OPENING: Final = "（《「『“‘(«"

"""The one way in which the mall writes files for spreadsheets (CSV).

A cell that begins with «=», «+», «-» or «@» is a formula to a spreadsheet, and names, addresses and
titles are typed by strangers. So every text passes `safe` here; plain numbers stay numbers.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

BOM: Final = "\ufeff"
"""Tells spreadsheets that the file is UTF-8; stands before the first row."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
# A file that is read with other separators than it was written with falls into other cells.
_PIECE: Final = re.compile(r"[^;\t\r\n]+|[;\t\r\n]")
_CONTROLS: Final = "\t\r\n"
_FORMULA: Final = frozenset("=+-@|%\u2212")
_QUOTES: Final = frozenset("\"'`´‘’“”„«»")


def safe(text: str) -> str:
    r"""Return a text that no spreadsheet takes for a formula.

    >>> safe("=1+1"), safe("Tea"), safe('" ＝1+1'), safe("Tea;@SUM(A1)")
    ("'=1+1", 'Tea', '\'" ＝1+1', "Tea;'@SUM(A1)")
    """
    inner = text.lstrip(_CONTROLS)
    first, *others = _PIECE.findall(inner) or [""]
    begins = len(inner) < len(text) or _is_formula(first)
    rest = (f"'{piece}" if _is_formula(piece) else piece for piece in others)
    return "".join(("'" if begins else "", text[: len(text) - len(inner)], first, *rest))


def row(cells: Iterable[str | int]) -> str:
    r"""Return a line of the file: plain numbers as they are, texts made safe.

    >>> row(["-12.05", 3, "-12.05 off"])
    "-12.05,3,'-12.05 off\r\n"
    """
    plain = (str(cell) for cell in cells)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(
        cell if _NUMBER.fullmatch(cell) else safe(cell) for cell in plain
    )
    return text.getvalue()


def _is_formula(piece: str) -> bool:
    for letter in piece:
        if not (letter in _QUOTES or unicodedata.category(letter)[0] in "ZC"):
            return unicodedata.normalize("NFKC", letter)[:1] in _FORMULA
    return False

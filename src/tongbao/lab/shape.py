"""The shape of a text file: what separates its columns, and where their names stand."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from tongbao.lab.problems import quoted
from tongbao.plans.words import Text

SAMPLE_LINES: Final = 200
"""Lines at the beginning of a file by which its shape is found."""

_DELIMITERS: Final = ",\t;|"
_SEP: Final = re.compile(r'"?sep=(.)"?[,;\t| ]*', re.IGNORECASE)
_WITHIN: Final = 50
_DOUBT: Final = 10
_TOLD: Final = 3


class Shape(Struct, frozen=True):
    """A delimiter, how many records stand above the columns' names, and what to tell of it."""

    delimiter: str
    above: int
    notes: tuple[Text, ...]


class _Try(Struct, frozen=True):
    """A file's records by one delimiter: its likelihood, and the place of the names."""

    delimiter: str
    above: int
    records: list[list[str]]
    score: float


def shape_of(lines: Sequence[str]) -> Shape:
    r"""Return the shape of a file with these first lines.

    >>> shape_of(["sep=;\n", "a;b\n", "1;2,5\n"]).delimiter
    ';'
    >>> shape_of(["Orders of May\n", "\n", "no,total\n", "1,2.50\n"]).above
    1
    """
    first = next((line.strip("\r\n") for line in lines if line.strip()), "")
    given = _SEP.fullmatch(first)
    tries = [_try(lines, delimiter) for delimiter in (given[1] if given else _DELIMITERS)]
    best = max(tries, key=lambda one: one.score)  # the first of equals
    notes = []
    if best.delimiter != ",":
        shown = _TAB if best.delimiter == "\t" else quoted(best.delimiter)
        notes.append(_DELIMITER.fill(delimiter=shown))
    if best.above:
        skipped = [best.delimiter.join(cells) for cells in best.records[: best.above]]
        shown = ", ".join(quoted(text) for text in skipped[:_TOLD])
        more = " …" if len(skipped) > _TOLD else ""
        notes.append(_ABOVE.fill(count=best.above, lines=shown + more))
    return Shape(best.delimiter, best.above, tuple(notes))


def _try(lines: Sequence[str], delimiter: str) -> _Try:
    """Return the records that a delimiter makes; likely are many columns, alike in all rows."""
    records = []
    try:
        for cells in csv.reader(lines, delimiter=delimiter):
            bare = [cell.strip() for cell in cells]
            while bare and not bare[-1]:
                bare.pop()
            if bare:
                records.append(bare)
    except csv.Error:
        pass  # a row too long or broken: what stands above it says enough
    counted = Counter(len(cells) for cells in records if len(cells) > 1)
    if not counted:
        return _Try(delimiter, 0, records, 0)
    width = max(counted, key=lambda n: (counted[n], n))
    above = _above(records, width)
    score = counted[width] / len(records) * (width - 1)
    if above:
        score /= 2
    names = records[above]
    others = set(_DELIMITERS) - {delimiter, ","}
    doubtful = sum(cell[:1].isdigit() or bool(others & set(cell)) for cell in names)
    if 2 * doubtful > len(names):
        score /= _DOUBT
    return _Try(delimiter, above, records, score)


def _above(records: Sequence[Sequence[str]], width: int) -> int:
    """Return how many records stand above the names: these fill a row, and none begins in digits."""
    full = [
        place
        for place, cells in enumerate(islice(records, _WITHIN))
        if len(cells) >= width and 2 * sum(map(bool, cells)) > width
    ]
    named = (p for p in full if not any(cell[:1].isdigit() for cell in records[p]))
    return next(named, full[0] if full else 0)


_TAB = Text("a tab", "制表符")
_DELIMITER = Text("the columns are separated by {delimiter}", "各列以 {delimiter} 分隔")
_ABOVE = Text(
    "{count:line|lines} above the columns' names {count:=was|were} skipped: {lines}",
    "跳过了列名上面的 {count} 行：{lines}",
)

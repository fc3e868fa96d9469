"""What can go wrong while a file is read, and the rows that come out of it."""

import zlib
from pathlib import Path
from typing import Final

import polars as pl

from tongbao.lab.cells import Cell
from tongbao.lab.problems import CellError, LabError, quoted
from tongbao.plans.words import Text

Row = tuple[int, tuple[Cell, ...] | CellError]
"""A line number and the wanted cells, or what is wrong with the row as a whole."""

_UNREADABLE: Final = (OSError, EOFError, zlib.error)


class Reading:
    """Turns what goes wrong while a file is read into a problem with its name."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Begin to read."""

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        """Name the file."""
        if isinstance(
            fault, (*_UNREADABLE, pl.exceptions.PolarsError, pl.exceptions.PanicException)
        ):
            raise unreadable(self._path, fault) from None
        if isinstance(fault, ValueError | OverflowError) and not isinstance(fault, UnicodeError):
            raise unreadable(self._path, fault) from None


def unreadable(path: Path, fault: BaseException) -> LabError:
    """Return the problem that a fault of the system or of a library makes of a file."""
    said = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    first = (said or type(fault).__name__).splitlines()[0]
    return LabError(_UNREADABLE_FILE.fill(fault=quoted(first)), file=path.name)


_UNREADABLE_FILE = Text("can't be read: {fault}", "无法读取：{fault}")
EMPTY = Text("the file has no columns and no rows", "文件没有任何列和行")
EMPTY_OUT = Text(
    "Export the orders again, with a first line that names the columns.",
    "请重新导出订单，第一行应为列名。",
)

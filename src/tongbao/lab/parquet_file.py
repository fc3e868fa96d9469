"""Reading a Parquet file, after a child process has tried it.

A damaged Parquet file can make polars abort the whole process (it allocates
what a broken length asks for), which no exception handler sees. So a child
reads it first, and only what it survived is read here.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from tongbao.lab.problems import LabError
from tongbao.lab.reading import EMPTY, EMPTY_OUT, Reading, Row
from tongbao.plans.words import Text

_SLICE: Final = 50_000
_TRIAL: Final = """
import sys
import polars
try:
    path, *columns = sys.argv[1:]
    polars.read_parquet_schema(path)
    if columns:
        polars.read_parquet(path, columns=columns)
except BaseException:
    sys.exit(1)
"""


class ParquetSource:
    """A Parquet table, read in slices."""

    kind = "Parquet"
    notes = ()
    decimal_comma = False

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._tried: set[str] = set()
        self._number = 0
        self.size = 0
        self._try(())
        with Reading(path):
            self._names = tuple(pl.read_parquet_schema(path))
        self.columns = tuple(column.strip() for column in self._names)
        if not self.columns:
            raise LabError(EMPTY, EMPTY_OUT, file=path.name)

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Yield each row's number and its cells of the wanted columns."""
        names = [self._names[self.columns.index(column)] for column in wanted]
        self._try(names)
        with Reading(self._path):
            # One name may serve two roles: read it once, hand it out twice.
            table = pl.read_parquet(self._path, columns=list(dict.fromkeys(names)))
        self.size, self._number = table.height, 0
        for part in table.iter_slices(_SLICE):
            with Reading(self._path):
                cells = [part.get_column(column).to_list() for column in names]
            for row in zip(*cells, strict=True):
                self._number += 1
                yield self._number, row

    def position(self) -> int:
        """Return how many rows were read."""
        return self._number

    def _try(self, names: Sequence[str]) -> None:
        """Refuse the file if a child process can't read these columns."""
        untried = [name for name in names if name not in self._tried]
        if names and not untried:
            return
        if not _survives(self._path, untried):
            raise LabError(_DAMAGED, _DAMAGED_OUT, file=self.name)
        self._tried.update(untried)


def _survives(path: Path, columns: Sequence[str]) -> bool:
    """Return whether a child process can read these columns."""
    if not sys.executable:
        return True
    command = [sys.executable, "-P", "-c", _TRIAL, str(path), *columns]
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603  # this Python
    return done.returncode == 0


_DAMAGED = Text("this is no sound Parquet file", "这不是完好的 Parquet 文件")
_DAMAGED_OUT = Text("Export or copy the file again.", "请重新导出或复制该文件。")

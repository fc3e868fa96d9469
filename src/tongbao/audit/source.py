"""Reading an export's lines: from a file, compressed or not, or from standard input."""

import gzip
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, Final, cast

from tongbao.audit.problems import Unusable

FIRST_LINE_MOST: Final = 1 << 20
"""No genesis is longer (bytes); what has no line's end before that is no export."""

LINE_MOST: Final = 1 << 28
"""No line is longer (bytes): an entry that winds up a pool of a million accounts is not."""

_GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 1 << 20
_ENTRY: Final = b'{"body":{"command":{'
"""How every entry after the genesis begins: what is long and begins otherwise is none."""


class Source:
    """An open export; ``size`` is the file's length in bytes, None where it is not known."""

    __slots__ = ("_lines", "_raw", "size")

    def __init__(self, raw: BinaryIO, lines: BinaryIO, size: int | None) -> None:
        """Read ``lines``, unpacked from ``raw`` where the export is compressed."""
        self._raw, self._lines, self.size = raw, lines, size

    def lines(self) -> Iterator[bytes]:
        """Yield the lines with their ends.

        Raises:
            Unusable: the file is damaged, or so long without a line's end that it is no export.
                A line without end is not read to its end.
        """
        try:
            first = self._lines.readline(FIRST_LINE_MOST)
            if len(first) == FIRST_LINE_MOST:
                raise Unusable("first_line")
            if first:
                yield first
            number = 1
            while line := self._lines.readline(_PIECE):
                number += 1
                yield line if len(line) < _PIECE else self._long(line, number)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Unusable("damaged", str(error)) from None
        except OSError as error:
            raise Unusable("unreadable", error.strerror or str(error)) from None

    def _long(self, line: bytes, number: int) -> bytes:
        """Return a line of which so much is read already, with the rest of it."""
        pieces, length = [line], len(line)
        while not pieces[-1].endswith(b"\n"):
            if length > LINE_MOST or not line.startswith(_ENTRY):
                raise Unusable("long_line", str(number))
            piece = self._lines.readline(_PIECE)
            if not piece:
                break
            pieces.append(piece)
            length += len(piece)
        return b"".join(pieces)

    def position(self) -> int:
        """Return how many bytes of the file were read; 0 where that is not known."""
        return 0 if self.size is None else self._raw.tell()


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open an export; ``-`` is standard input.

    Raises:
        Unusable: the file is missing or cannot be read.
    """
    with _opened(path) as raw:
        packed = raw.peek(2)[:2] == _GZIP  # type: ignore[attr-defined]  # buffered, both of them
        lines = gzip.GzipFile(fileobj=raw) if packed else raw
        yield Source(raw, lines, _size_of(raw))  # type: ignore[arg-type]  # both read alike


def _size_of(raw: BinaryIO) -> int | None:
    try:
        status = os.fstat(raw.fileno())
    except OSError:  # no file of the system's
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        reader = BufferedReader(cast("RawIOBase", sys.stdin.buffer))
        try:
            yield reader
        finally:
            reader.detach()
        return
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Unusable("unreadable", reason or str(error)) from None
    with file:
        yield file

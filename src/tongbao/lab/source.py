"""Opening a file of orders: CSV (also gzipped, also in Chinese encodings) or Parquet.

What a file is shows in its first bytes, not in its name. Cells come out as they
are, with the line (CSV, the line on which the row begins) or row (Parquet) they
stand in; reading them is the work of cells.py.
"""

import codecs
import csv
import gzip
import io
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import IO, Final, Protocol, cast

from tongbao.lab.encodings import (
    CHINESE,
    GUESSED,
    SAMPLE_BYTES,
    UTF8,
    WESTERN,
    encoding_by_words,
    marked_encoding,
)
from tongbao.lab.parquet_file import ParquetSource
from tongbao.lab.problems import CellError, LabError, quoted
from tongbao.lab.reading import EMPTY, EMPTY_OUT, Reading, Row, unreadable
from tongbao.lab.shape import SAMPLE_LINES, shape_of
from tongbao.plans.words import Text

LARGEST_FILE: Final = 16 * 2**30
"""Bytes of unpacked text at which reading stops: no shop's orders are that large."""

_LONGEST_LINE: Final = 2**20
_CHUNK: Final = 2**16
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


class Source(Protocol):
    """A file of orders, opened."""

    @property
    def name(self) -> str:
        """The file's name for messages."""

    @property
    def kind(self) -> str:
        """What it is: its form and, of text, its encoding."""

    @property
    def notes(self) -> tuple[Text, ...]:
        """What had to be guessed or skipped: encoding, delimiter, lines above the columns."""

    @property
    def decimal_comma(self) -> bool:
        """Whether amounts may be written with a decimal comma."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names, in the file's order, outer blanks cut off."""

    @property
    def size(self) -> int:
        """How much there is to read: the file's bytes as they lie there, or its rows."""

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Yield each row's line and its cells of the wanted columns."""

    def position(self) -> int:
        """Return how much of the size was read; only while rows are taken."""


def open_source(path: Path, encoding: str | None = None) -> Source:
    """Open a file of orders; text in this encoding, or in the likeliest if None.

    Raises:
        LabError: if it is missing, empty, or neither CSV nor Parquet.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as fault:
        raise unreadable(path, fault) from None
    if head.startswith(_PARQUET):
        return ParquetSource(path)
    if head.startswith((_ZIP, _OLD_EXCEL)):
        raise LabError(_WORKBOOK, _WORKBOOK_OUT, file=path.name)
    if not head:
        raise LabError(EMPTY, EMPTY_OUT, file=path.name)
    return _CsvSource(path, encoding, packed=head.startswith(_GZIP))


class _CsvSource:
    """Text with a line of column names; the encoding is tried out on the whole file."""

    def __init__(self, path: Path, encoding: str | None, *, packed: bool) -> None:
        self.name = path.name
        self._path = path
        self._packed = packed
        with self._reading():
            self.size = path.stat().st_size
        self._raw: IO[bytes] | None = None
        self._encoding = self._find_encoding() if encoding is None else self._given(encoding)
        guessed = GUESSED.get(self._encoding) if encoding is None else None
        self.kind = f"CSV{' (gzip)' if packed else ''}, {self._encoding.removesuffix('-sig')}"
        with self._reading(), self._text() as text:
            shape = shape_of(list(islice(self._lines(text), SAMPLE_LINES)))
        self._delimiter, self._above = shape.delimiter, shape.above
        self.notes = (*(() if guessed is None else (guessed,)), *shape.notes)
        self.decimal_comma = self._delimiter == ";"  # as spreadsheets write it where commas do
        with closing(self._records()) as records:
            filled = (cells for _, cells in records if any(map(str.strip, cells)))
            header = next(islice(filled, self._above, None), [])
        self.columns = tuple(_bare(cell).strip() for cell in header)
        if not any(self.columns):
            raise LabError(EMPTY, EMPTY_OUT, file=self.name)

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Yield each row's line and its cells of the wanted columns."""
        places = [self.columns.index(column) for column in wanted]
        width = len(self.columns)
        names = self._above + 1
        for line, cells in self._records():
            if not any(map(str.strip, cells)):
                continue
            if names:
                names -= 1
            elif len(cells) < width or any(cells[width:]):
                yield line, CellError(_WIDTH.fill(cells=len(cells), columns=width), _WIDTH_OUT)
            else:
                row = tuple([cells[place] for place in places])
                if '="' in "".join(row):
                    row = tuple(map(_bare, row))
                yield line, row

    def position(self) -> int:
        """Return how many of the file's bytes were read."""
        return 0 if self._raw is None or self._raw.closed else self._raw.tell()

    def _open(self) -> IO[bytes]:
        if not self._packed:
            self._raw = self._path.open("rb")
            return self._raw
        unpacked = gzip.GzipFile(self._path, "rb")
        self._raw = cast("IO[bytes]", unpacked.fileobj)
        return cast("IO[bytes]", unpacked)

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self._open(), self._encoding, newline="")

    def _find_encoding(self) -> str:
        with self._reading(), self._open() as file:
            head = file.read(SAMPLE_BYTES)
        likely = [marked_encoding(head), UTF8, encoding_by_words(head)]
        for encoding in likely:
            if encoding is not None and self._decodes(encoding):
                return encoding
        if self._is_western() and self._decodes(WESTERN):
            return WESTERN
        return CHINESE if self._decodes(CHINESE) else self._no_text()

    def _given(self, encoding: str) -> str:
        """Return the encoding that the user names, if the file is in it."""
        try:
            "".encode(encoding)
            fits = self._decodes(encoding)
        except (LookupError, ValueError, TypeError):
            raise LabError(_NO_ENCODING.fill(encoding=quoted(encoding)), _NO_ENCODING_OUT) from None
        if not fits:
            reason = _OTHER_ENCODING.fill(encoding=quoted(encoding))
            raise LabError(reason, _NO_ENCODING_OUT, file=self.name)
        return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding

    def _is_western(self) -> bool:
        """Return whether bytes beyond ASCII often stand alone, as letters with accents do.

        In Chinese text they come in pairs and in runs of pairs, and hardly one stands alone.
        """
        alone = together = 0
        with self._reading(), self._open() as file:
            while chunk := file.read(_CHUNK):
                for run in _HIGH.findall(chunk):
                    if len(run) == 1:
                        alone += 1
                    else:
                        together += len(run)
        return alone > 0 and 2 * alone >= together

    def _decodes(self, encoding: str) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)()
        total = 0
        with self._reading(), self._open() as file:
            while chunk := file.read(_CHUNK):
                total += len(chunk)
                if total > LARGEST_FILE:
                    raise LabError(_TOO_LARGE.fill(limit=LARGEST_FILE), file=self.name)
                try:
                    decoder.decode(chunk)
                except UnicodeError:
                    return False
        try:
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
        return True

    def _no_text(self) -> str:
        """Name the first line that is no text in any of the encodings."""
        with self._reading(), self._open() as file:
            lines = iter(lambda: file.readline(_LONGEST_LINE), b"")
            bad = (n for n, content in enumerate(lines, 1) if not _is_text(content))
            line = next(bad, None)
        raise LabError(_NO_TEXT, _NO_TEXT_OUT, file=self.name, line=line)

    def _lines(self, text: io.TextIOBase) -> Iterator[str]:
        for number, line in enumerate(iter(lambda: text.readline(_LONGEST_LINE), ""), 1):
            if len(line) == _LONGEST_LINE and not line.endswith("\n"):
                raise LabError(_LONG_LINE, file=self.name, line=number)
            yield line

    def _records(self) -> Generator[tuple[int, list[str]], None, None]:
        """Yield each record with the line on which it begins."""
        begins = 1
        with self._reading(), self._text() as text:
            reader = csv.reader(self._lines(text), delimiter=self._delimiter, strict=True)
            try:
                for cells in reader:
                    yield begins, cells
                    begins = reader.line_num + 1
            except csv.Error as fault:
                reason = _BROKEN_ROW.fill(fault=str(fault))
                raise LabError(reason, _BROKEN_ROW_OUT, file=self.name, line=begins) from None
            except UnicodeError:
                raise LabError(_NO_TEXT, _NO_TEXT_OUT, file=self.name, line=begins) from None

    def _reading(self) -> Reading:
        return Reading(self._path)


def _bare(cell: str) -> str:
    """Return a cell without the ="…" by which some shops keep spreadsheets from reckoning."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > len('="'):
        return cell[2:-1].replace('""', '"')
    return cell


def _is_text(content: bytes) -> bool:
    for encoding in (UTF8, CHINESE):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


_WORKBOOK = Text("this is an Excel workbook or a zip file", "这是 Excel 工作簿或 zip 文件")
_WORKBOOK_OUT = Text(
    "Save the sheet as «CSV UTF-8» and give that file.", "请把工作表另存为“CSV UTF-8”后再试。"
)
_TOO_LARGE = Text(
    "more than {limit} bytes once unpacked; split the file",
    "解压后超过 {limit} 字节，请拆分文件",
)
_NO_TEXT = Text(
    "this is no text in UTF-8 or GB 18030 (GBK)", "内容既不是 UTF-8 也不是 GB 18030（GBK）文本"
)
_NO_TEXT_OUT = Text(
    "Save the file as UTF-8 and try again, or name its encoding, for example --encoding cp1251.",
    "请把文件另存为 UTF-8 后再试，或指明编码，例如 --encoding big5。",
)
_NO_ENCODING = Text(
    "--encoding: there is no encoding {encoding}", "--encoding：没有编码 {encoding}"
)
_OTHER_ENCODING = Text("this is no text in {encoding}", "内容不是 {encoding} 编码的文本")
_NO_ENCODING_OUT = Text(
    "Common ones are utf-8, gb18030, big5, cp1252 and utf-16; without --encoding it is guessed.",
    "常见的有 utf-8、gb18030、big5、cp1252 和 utf-16；不写 --encoding 则自动判断。",
)
_LONG_LINE = Text("the line has more than a million characters", "这一行超过一百万个字符")
_BROKEN_ROW = Text("the row is no CSV: {fault}", "这一行不是有效的 CSV：{fault}")
_BROKEN_ROW_OUT = Text(
    "A quotation mark that is not closed, or not doubled inside quotes, is the usual cause.",
    "常见原因：引号没有成对，或引号内的引号没有写成两个。",
)
_WIDTH = Text(
    "the row has {cells:cell|cells}, but there {columns:=is|are} {columns:column|columns}",
    "这一行有 {cells} 个单元格，但共有 {columns} 列",
)
_WIDTH_OUT = Text(
    "Quote texts that hold the separator, or leave such rows out with --skip-bad-rows.",
    "含有分隔符的文字请加引号，或用 --skip-bad-rows 跳过这些行。",
)

"""What can be wrong with a file of orders: one exception that says where, what, and the way out."""

from collections.abc import Sequence

from tongbao.plans.words import Lang, Text, plain

SHOWN = 60
"""How many characters of a bad cell a message quotes."""


class LabError(Exception):
    """The orders can't be read or used.

    ``file`` is the file's name, ``line`` the line (CSV) or row (Parquet) where
    it is known, ``field`` the column. ``reason`` says what is wrong and
    ``way_out`` what to do about it, in both languages.
    """

    def __init__(
        self,
        reason: Text,
        way_out: Text | None = None,
        *,
        file: str = "",
        line: int | None = None,
        field: str = "",
    ) -> None:
        self.file = file
        self.line = line
        self.field = field
        self.reason = reason
        self.way_out = way_out
        super().__init__(self.say("en"))

    def say(self, lang: Lang) -> str:
        """Return the whole message: file, line, field, reason, way out."""
        line = "" if self.line is None else _LINE.say(lang, line=self.line)
        field = _FIELD.say(lang, field=quoted(self.field)) if self.field else ""
        places = [plain(self.file).say(lang) if self.file else "", line, field]
        place = _COMMA.say(lang).join(part for part in places if part)
        reason = self.reason.say(lang)
        text = f"{place}{_COLON.say(lang)}{reason}" if place else reason
        return text if self.way_out is None else f"{text}\n{self.way_out.say(lang)}"

    def at(self, file: str, line: int | None) -> "LabError":
        """Return the same problem with the place where it was found."""
        return LabError(
            self.reason,
            self.way_out,
            file=self.file or file,
            line=line if self.line is None else self.line,
            field=self.field,
        )

    def with_notes(self, notes: Sequence[Text]) -> "LabError":
        """Return the same problem with what had been assumed before it was met."""
        if not notes:
            return self
        parts = [] if self.way_out is None else [self.way_out]
        parts.extend(_NOTE.fill(note=note) for note in notes)
        way_out = Text("\n".join(p.en for p in parts), "\n".join(p.zh for p in parts))
        return LabError(self.reason, way_out, file=self.file, line=self.line, field=self.field)


class CellError(ValueError):
    """A cell can't be read; the reader of its row adds file, line and field."""

    def __init__(self, reason: Text, way_out: Text | None = None) -> None:
        self.reason = reason
        self.way_out = way_out
        super().__init__(reason.say("en"))


def quoted(value: object) -> str:
    r"""Return a value from a file for a message: short, on one line, printable.

    >>> quoted("a\nb")
    "'a\\nb'"
    """
    text = value if isinstance(value, str) else str(value)
    cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return repr(cut) if cut.isprintable() else ascii(cut)


_LINE = Text("line {line}", "第 {line} 行")
_FIELD = Text("field {field}", "字段 {field}")
_NOTE = Text("Mind: {note}.", "注意：{note}。")
_COMMA = Text(", ", "，")
_COLON = Text(": ", "：")

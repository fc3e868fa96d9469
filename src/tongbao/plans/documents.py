"""Reading a plan file's text into a table of keys, with the line that each key stands in.

Whatever the bytes are, the outcome is a `Document` or an `UnreadableError` that says why.
"""

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from tongbao.plans.words import Text, plain

Format = Literal["toml", "json"]

LARGEST_BYTES: Final = 65_536
MOST_KEYS: Final = 100
"""A plan has about twenty keys; a file with more than this is another file."""


class UnreadableError(ValueError):
    """The file cannot be read as a plan at all; line, reason and way out say why."""

    def __init__(self, reason: Text, way_out: Text, line: int | None = None) -> None:
        self.reason = reason
        self.way_out = way_out
        self.line = line
        super().__init__(reason.say("en"))


class Document(Struct, frozen=True):
    """A decoded file: its table of keys, its format and its text."""

    format: Format
    table: dict[str, object]
    text: str

    def line_of(self, key: str) -> int | None:
        """Return the line in which the key is first written, counted from 1."""
        name = re.escape(key)
        toml = rf"""^[ \t]*(?:\[+[ \t]*)?(["']?){name}\1[ \t]*[=.\]]"""
        pattern = toml if self.format == "toml" else rf'"{name}"\s*:'
        found = re.search(pattern, self.text, re.MULTILINE)
        return self.text.count("\n", 0, found.start()) + 1 if found else None


def read_document(path: str | os.PathLike[str]) -> Document:
    """Return the decoded file: TOML, or JSON where its name or its first sign says so.

    Raises:
        UnreadableError: whatever else the path or the bytes are.
    """
    return decode(_bytes(path), json_expected=os.fspath(path).endswith(".json"))


def decode(raw: bytes, *, json_expected: bool = False) -> Document:
    """Return the decoded bytes of a plan file.

    Raises:
        UnreadableError: if they are too many, no UTF-8, or neither TOML nor JSON.
    """
    if len(raw) > LARGEST_BYTES:
        raise UnreadableError(_TOO_LARGE, _IS_IT_A_PLAN)
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(_NO_UTF8, _SAVE_AS_UTF8, line) from None
    if not text.strip():
        raise UnreadableError(_EMPTY, _START_WITH_A_PRESET)
    is_json = json_expected or text.lstrip().startswith("{")
    document = _decoded_json(text) if is_json else _decoded_toml(text)
    if len(document.table) > MOST_KEYS:
        raise UnreadableError(_TOO_MANY_KEYS.fill(most=MOST_KEYS), _IS_IT_A_PLAN)
    return document


def _bytes(path: str | os.PathLike[str]) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableError(_MISSING, _CHECK_THE_NAME) from None
    except IsADirectoryError:
        raise UnreadableError(_DIRECTORY, _CHECK_THE_NAME) from None
    except PermissionError:
        raise UnreadableError(_FORBIDDEN, _ASK_FOR_ACCESS) from None
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableError(_UNREADABLE.fill(reason=reason or "?"), _CHECK_THE_NAME) from None


def _decoded_toml(text: str) -> Document:
    if deep := _DEEP_KEY.search(text):  # the parser takes the square of its depth in time
        line = text.count("\n", 0, deep.end()) + 1
        raise UnreadableError(_TOO_DEEP, _IS_IT_A_PLAN, line)
    try:
        return Document("toml", tomllib.loads(text), text)
    except RecursionError:
        raise UnreadableError(_TOO_DEEP, _IS_IT_A_PLAN) from None
    except ValueError as error:  # also numbers of thousands of digits
        if _is_long_number(error):
            raise _too_long_number(text) from None
        found = re.search(r" \(at line (\d+), column \d+\)", str(error))
        line = int(found[1]) if found else text.rstrip("\n").count("\n") + 1
        detail = re.sub(r" \(at [^()]*\)\Z", "", str(error))
        raise UnreadableError(
            _NO_TOML.fill(detail=_printable(detail)), _toml_way_out(text, line), line
        ) from None


def _toml_way_out(text: str, line: int) -> Text:
    """Guess the usual slips from the line: missing quotes, quotes or signs of another script."""
    written = text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
    if len(written) > _LONGEST_LINE:
        return _ONE_PER_LINE
    if re.search("[“”‘’＂＝，［］]", written):  # the very signs that are wrong here
        return _FULL_WIDTH
    bare = re.fullmatch(r"\s*([A-Za-z_]+)\s*=\s*([^\s\"'\[{#][^\"'#]*?)\s*(?:#.*)?", written)
    if bare and bare[2] not in ("true", "false"):
        return _QUOTES_MISSING.fill(key=bare[1], value=_printable(bare[2]))
    return _ONE_PER_LINE


def _decoded_json(text: str) -> Document:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise UnreadableError(_TOO_DEEP, _IS_IT_A_PLAN) from None
    except json.JSONDecodeError as error:
        detail = plain(_printable(error.msg))
        raise UnreadableError(_NO_JSON.fill(detail=detail), _JSON_WAY_OUT, error.lineno) from None
    except ValueError as error:  # a key twice, NaN, a number of thousands of digits
        if _is_long_number(error):
            raise _too_long_number(text) from None
        detail = plain(_printable(str(error)))
        raise UnreadableError(_NO_JSON.fill(detail=detail), _JSON_WAY_OUT) from None
    if not isinstance(value, dict):
        raise UnreadableError(_NO_OBJECT, _JSON_WAY_OUT, 1)
    return Document("json", value, text)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table: dict[str, object] = {}
    for name, value in pairs:
        if name in table:
            message = f"the name {name!a} stands there twice"
            raise ValueError(message)
        table[name] = value
    return table


def _no_constant(name: str) -> object:
    message = f"{name} is no number"
    raise ValueError(message)


def _is_long_number(error: ValueError) -> bool:
    """Return whether Python refused to turn so many digits into a number."""
    return "int_max_str_digits" in str(error)


def _too_long_number(text: str) -> UnreadableError:
    digits = re.search(r"[0-9_]{1000}", text)
    line = text.count("\n", 0, digits.start()) + 1 if digits else None
    return UnreadableError(_LONG_NUMBER, _IS_IT_A_PLAN, line)


def _printable(text: str) -> str:
    """Return the text fit for a terminal: no control signs, no lone surrogates, not too long."""
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"


_LONGEST_SHOWN: Final = 120
_LONGEST_LINE: Final = 500
_KEY_PART: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DEEP_KEY: Final = re.compile(
    rf"(?:^|[\[{{,])[ \t]*{_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART}){{16}}", re.MULTILINE
)
_MISSING: Final = Text("there is no such file", "文件不存在")
_DIRECTORY: Final = Text("this is a directory, not a file", "这是一个目录，不是文件")
_FORBIDDEN: Final = Text("the system does not let you read it", "没有读取权限")
_UNREADABLE: Final = Text("it cannot be read: {reason}", "无法读取：{reason}")
_TOO_LARGE: Final = Text(
    "it is larger than 64 KiB; a plan takes a few", "文件超过 64 KiB；方案文件通常只有几 KiB"
)
_NO_UTF8: Final = Text("the text is not UTF-8", "文本不是 UTF-8 编码")
_EMPTY: Final = Text("the file is empty", "文件是空的")
_TOO_DEEP: Final = Text("it is nested too deeply", "嵌套层数过深")
_TOO_MANY_KEYS: Final = Text(
    "it has more than {most} keys; a plan has about twenty",
    "文件中的键超过 {most} 个；方案通常只有二十来个",
)
_LONG_NUMBER: Final = Text("a number in it has thousands of digits", "其中有一个数长达数千位")
_NO_TOML: Final = Text("this is not TOML: {detail}", "TOML 语法错误：{detail}")
_NO_JSON: Final = Text("this is not JSON: {detail}", "JSON 语法错误：{detail}")
_NO_OBJECT: Final = Text(
    "a plan in JSON is an object {{…}} of the engine's fields",
    "JSON 方案必须是由引擎字段组成的对象 {{…}}",
)
_CHECK_THE_NAME: Final = Text("Check the name and the folder.", "请检查文件名和所在文件夹。")
_ASK_FOR_ACCESS: Final = Text(
    "Change its permissions, or copy it to a folder of yours.",
    "请修改文件权限，或把它复制到自己的文件夹。",
)
_IS_IT_A_PLAN: Final = Text(
    "Check that this is the plan and not another file.", "请确认这是方案文件，而不是别的文件。"
)
_SAVE_AS_UTF8: Final = Text(
    "Save the file as UTF-8 in your editor.", "请在编辑器中把文件另存为 UTF-8 编码。"
)
_START_WITH_A_PRESET: Final = Text(
    "Start from a preset: tongbao plan new --preset wine",
    "可以从预设方案开始：tongbao plan new --preset wine --lang zh",
)
_ONE_PER_LINE: Final = Text(
    'Write one key = "value" per line, and each key once.',
    '每行写一个 键 = "值"，每个键只写一次。',
)
_QUOTES_MISSING: Final = Text(
    'Put the value in quotes: {key} = "{value}"', '请给值加上英文引号：{key} = "{value}"'
)
_FULL_WIDTH: Final = Text(
    'Use plain ASCII quotes, commas, brackets and equals signs (" , [ ] =), not full-width ones.',
    '请使用英文半角的引号、逗号、方括号和等号（" , [ ] =），不要用全角符号。',
)
_JSON_WAY_OUT: Final = Text(
    "Correct it, or write the plan in TOML: tongbao plan new --preset wine",
    "请修正，或改用 TOML 编写方案：tongbao plan new --preset wine --lang zh",
)

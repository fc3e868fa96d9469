"""Exports that are nearly one, lines without end, and clocks that went back."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.audit.exports import Body, bodies, chain_of
from tests.audit.test_command import LINES, audit, written
from tongbao.audit import source
from tongbao.audit.problems import Unusable
from tongbao.cli.audit_details import form_told

WHOLE = b"".join(LINES)


@pytest.mark.parametrize(
    ("content", "english", "chinese"),
    [
        (b"\xef\xbb\xbf" + WHOLE, "byte order mark", "BOM"),
        (WHOLE.decode().encode("utf-16"), "byte order mark", "BOM"),
        (WHOLE.replace(b"\n", b"\r\n"), "CR LF", "CR LF"),
        (WHOLE.replace(b"\n", b" \n", 1), "spaces before or after", "空格"),
        (b" " + WHOLE, "spaces before or after", "空格"),
        (b"\n" + WHOLE, "line 1 is blank", "空行"),
        (LINES[0][:-1], "cut off", "截断"),
        (json.dumps(json.loads(LINES[0])).encode() + b"\n", "written anew", "重新写过"),
        (b"id,paid\n1,2\n", "its first line is not the genesis", "第一行不是创世账目"),
    ],
)
def test_what_is_different_about_line_1_is_said(
    tmp_path: Path, content: bytes, english: str, chinese: str
) -> None:
    path = written(tmp_path, content)
    for lang, said in (("en", english), ("zh", chinese)):
        result = audit(path, "--lang", lang)
        assert (result.exit_code, result.stdout, said in result.stderr) == (2, "", True)


class Endless:
    """A file that counts what is read of it and has no line's end."""

    def __init__(self, content: bytes) -> None:
        self._left = content
        self.asked = 0

    def readline(self, most: int) -> bytes:
        cut = self._left.find(b"\n", 0, most)
        size = most if cut < 0 else cut + 1
        line, self._left = self._left[:size], self._left[size:]
        line += b"x" * (most - len(line)) if not self._left else b""
        self.asked += len(line)
        return line


@pytest.mark.parametrize(
    ("begins", "read"), [(b'{"a":"', 2 << 20), (b'{"body":{"command":{', 5 << 20)]
)
def test_a_line_without_end_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch, begins: bytes, read: int
) -> None:
    monkeypatch.setattr(source, "LINE_MOST", 3 << 20)
    endless = Endless(LINES[0] + begins)
    taken = source.Source(endless, endless, None)  # type: ignore[arg-type]  # as much as is needed
    lines = taken.lines()
    assert next(lines) == LINES[0]
    with pytest.raises(Unusable) as error:
        next(lines)
    assert (error.value.reason, error.value.detail) == ("long_line", "2")
    assert endless.asked <= read


@pytest.mark.parametrize("packed", [False, True])
def test_a_long_line_is_told_with_its_number(tmp_path: Path, packed: bool) -> None:
    content = WHOLE + b"x" * (2 << 20)
    path = written(tmp_path, gzip.compress(content) if packed else content)
    result = audit(path)
    assert (result.exit_code, f"line {len(LINES) + 1} goes on" in result.stderr) == (2, True)


def test_a_long_line_that_has_an_end_is_read_whole(tmp_path: Path) -> None:
    body = bodies(LINES)
    body[1]["command"]["at"] = "x" * (3 << 20)
    line = chain_of(body)[1]
    with source.open_source(written(tmp_path, LINES[0] + line + LINES[2])) as opened:
        assert list(opened.lines()) == [LINES[0], line, LINES[2]]


def timed(tmp_path: Path, *moments: str) -> Path:
    """A sound export of entries that were recorded at these times."""
    entries: list[Body] = bodies(LINES)
    for entry, moment in zip(entries, moments, strict=False):
        entry["recorded_at"] = f"2026-01-{moment}:00:00.000000Z"
    return written(tmp_path, b"".join(chain_of(entries)))


def notes(result: Result) -> list[tuple[str, int, int]]:
    told = json.loads(result.stdout)
    assert (result.exit_code, told["sound"], told["problem_count"]) == (0, True, 0)
    return [(note["note"], note["entry"], note["count"]) for note in told["notes"]]


def test_a_clock_that_went_back_is_a_note_and_no_problem(tmp_path: Path) -> None:
    path = timed(tmp_path, "05T10", "05T12", "05T11", "05T13", "05T12")
    assert notes(audit(path, "--json")) == [("clock_back", 2, 2)]
    english = " ".join(audit(path).stdout.split())
    assert "The clock went back 2 times, first at entry 2: 2026-01-05 11:00:00 after" in english
    assert "记录时间倒退了 2 次，首次在第 2 条" in audit(path, "--lang", "zh").stdout


def test_entries_recorded_before_the_genesis_are_a_note(tmp_path: Path) -> None:
    path = timed(tmp_path, "05T10", "04T10", "04T10", "05T10", "05T10")
    told = notes(audit(path, "--json"))
    assert told == [("clock_back", 1, 1), ("before_genesis", 1, 2)]
    assert "2 entries were recorded before the genesis" in audit(path).stdout


def test_times_in_order_need_no_note(tmp_path: Path) -> None:
    path = timed(tmp_path, "05T10", "05T10", "05T11", "05T12", "06T00")
    assert notes(audit(path, "--json")) == []
    assert "Worth a note" not in audit(path).stdout


def test_chinese_messages_hold_no_english_of_the_decoder_s(tmp_path: Path) -> None:
    entries = bodies(LINES)
    entries[2]["command"]["paid"] = "much"
    del entries[3]["pool"]
    path = written(tmp_path, b"".join(chain_of(entries)))
    told = json.loads(audit(path, "--lang", "zh", "--json").stdout)["problems"]
    texts = [problem["text"] for problem in told if problem["fault"] == "not_an_entry"]
    assert texts == [
        "正文不是一条账目：类型应为 int，实为 str（位置 $.command.paid）",
        "正文不是一条账目：缺少字段 pool",
    ]
    assert form_told("Something that nobody foresaw", "zh") == "格式不符"


def test_what_the_system_says_is_said_in_chinese(tmp_path: Path) -> None:
    result = audit(tmp_path / "nowhere", "--lang", "zh")
    assert (result.exit_code, "文件不存在" in result.stderr) == (2, True)
    assert "No such file" in audit(tmp_path / "nowhere").stderr

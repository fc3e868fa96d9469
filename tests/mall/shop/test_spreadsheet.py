"""Files for spreadsheets: nothing that strangers typed runs, and figures stay figures."""

import ast
import csv
import io
from pathlib import Path

import pytest

import tongbao
from tongbao.mall.shop.spreadsheet import row, safe

BEGINS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠A",
    "−1",
    "|x",
    "%x",
)


@pytest.mark.parametrize("text", BEGINS)
def test_a_text_that_begins_like_a_formula_is_quoted(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize(
    "before", ["'", '"', " ", "\u00a0", "\u3000", "\ufeff", "\u200b", "“", ' "']
)
def test_quotes_spaces_and_what_cannot_be_seen_before_it_hide_no_formula(before: str) -> None:
    text = f'{before}=HYPERLINK("http://evil.example")'
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("between", [";", "\t", "\r", "\n", "\r\n"])
def test_a_formula_behind_another_programs_separator_is_quoted_too(between: str) -> None:
    assert safe(f"Tea{between}=1+1") == f"Tea{between}'=1+1"


@pytest.mark.parametrize(
    "text", ["茶铺", "Tea", "a=b", "3 - 2", "", "o'clock", "100001-tea-purchase"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


def test_numbers_stay_numbers_and_what_only_begins_like_one_does_not() -> None:
    line = row([12, -3, "-12.05", "+0.5", "-1+1", "-12.05 off", "−5"])
    assert next(csv.reader(io.StringIO(line))) == [
        *("12", "-3", "-12.05", "+0.5"), "'-1+1", "'-12.05 off", "'−5",
    ]  # fmt: skip


def test_no_other_code_of_ours_writes_such_files() -> None:
    room = Path(tongbao.__file__).parent
    writers = [
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"DictWriter", "writer"}
    ]
    assert writers == ["mall/shop/spreadsheet.py"]

"""Whatever a file holds, reading it ends in a history or in a message that names the file."""

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.lab.shop import HEADER, MAPPING
from tongbao.lab import parquet_file
from tongbao.lab.history import History
from tongbao.lab.orders import ReadOptions, read_history
from tongbao.lab.problems import LabError

QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(QUIET, max_examples=8)
"""A Parquet file costs a child process each time."""

CELLS = st.one_of(
    st.sampled_from(["1", "2", "ann", "", "2024-01-01", "2024-01-02 10:00", "5.00", "-2", "¥1"]),
    st.sampled_from(["true", "no", "0", "1e9", "NaN", "999999999999999999", '"', "\x00", "，"]),
    st.text(max_size=8),
)


def outcome(path: Path, mapping: str | None, *, skip: bool) -> History | str:
    """Return the history, or the message; anything else is a defect."""
    try:
        options = ReadOptions(currency="CNY", mapping=mapping, skip_bad_rows=skip)
        history = read_history(path, options)
    except LabError as fault:
        assert path.name in fault.say("en")
        assert path.name in fault.say("zh")
        return fault.say("en")
    assert sum(tally.rows for tally in history.tallies.values()) == history.rows
    return history


@QUIET
@given(st.binary(max_size=300), st.booleans())
@example(b"\x1f\x8b", False)
@example(b"PAR1", False)
@example(b"PAR1" + b"\0" * 40 + b"PAR1", False)
@example(b'"', False)
@example(b"\xff\xfe", False)
@example(b"\xff\xfe\x00\xd8", False)
def test_any_bytes(tmp_path: Path, content: bytes, skip: bool) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    outcome(path, None, skip=skip)
    path.write_bytes(HEADER.encode() + content)
    outcome(path, MAPPING, skip=skip)


@QUIET
@given(st.lists(st.lists(CELLS, min_size=3, max_size=6), max_size=12), st.booleans())
def test_any_cells(tmp_path: Path, rows: list[list[str]], skip: bool) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["no", "who", "when", "total", "back"], *rows])
    path = tmp_path / "orders.csv"
    path.write_text(text.getvalue(), encoding="utf-8", errors="replace", newline="")
    for mapping in (
        MAPPING,
        f"{MAPPING},refund=back",
        "order=no,customer=who,time=when,line_amount=total",
    ):
        outcome(path, mapping, skip=skip)


@QUIET
@given(st.lists(st.tuples(*[CELLS] * 7), max_size=8))
def test_any_cells_in_a_known_export(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    header = [
        "Name",
        "Email",
        "Financial Status",
        "Paid at",
        "Created at",
        "Total",
        "Refunded Amount",
    ]
    text = io.StringIO()
    csv.writer(text).writerows([header, *(("#1", r[1], "paid", *r[3:]) for r in rows), *rows])
    path = tmp_path / "orders.csv"
    path.write_text(text.getvalue(), encoding="utf-8", errors="replace", newline="")
    outcome(path, None, skip=True)


@QUIET
@given(st.data())
def test_any_parquet_table(tmp_path: Path, data: st.DataObject) -> None:
    kinds: dict[Any, st.SearchStrategy[object]] = {
        pl.String: st.text(max_size=6),
        pl.Int64: st.integers(-(2**63), 2**63 - 1),
        pl.Float64: st.floats(),
        pl.Boolean: st.booleans(),
        pl.Datetime("us"): st.datetimes(),
        pl.Date: st.dates(),
        pl.Decimal(20, 4): st.decimals(-1000, 1000, places=4),
        pl.List(pl.Int64): st.lists(st.integers(0, 9), max_size=2),
        pl.Binary: st.binary(max_size=3),
    }
    height = data.draw(st.integers(0, 4))
    columns = []
    for column in ("no", "who", "when", "total"):
        kind = data.draw(st.sampled_from(list(kinds)))
        cell = st.none() | kinds[kind]
        values = data.draw(st.lists(cell, min_size=height, max_size=height))
        columns.append(pl.Series(column, values, dtype=kind))
    path = tmp_path / "orders.parquet"
    pl.DataFrame(columns).write_parquet(path)
    skip = data.draw(st.booleans())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_file, "_survives", lambda *_: True)  # the file is sound
        outcome(path, MAPPING, skip=skip)


@FEW
@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_parquet_file_with_a_changed_byte(tmp_path: Path, place: int, byte: int) -> None:
    path = tmp_path / "orders.parquet"
    table = pl.DataFrame({"no": ["1"], "who": ["a"], "when": ["2024-01-01"], "total": ["5"]})
    packed = io.BytesIO()
    table.write_parquet(packed)
    content = bytearray(packed.getvalue())
    content[place % len(content)] = byte
    path.write_bytes(content)
    outcome(path, MAPPING, skip=False)


@QUIET
@given(st.text(max_size=40))
def test_any_mapping(tmp_path: Path, mapping: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + "1,ann,2024-01-01,5\n", encoding="utf-8")
    try:
        read_history(path, ReadOptions(currency="CNY", mapping=mapping))
    except LabError as fault:
        assert fault.say("en")
        assert fault.say("zh")


@QUIET
@given(st.text(max_size=12), st.text(max_size=12))
def test_any_time_format(tmp_path: Path, time_format: str, when: str) -> None:
    path = tmp_path / "orders.csv"
    text = io.StringIO()
    csv.writer(text).writerows([["no", "who", "when", "total"], ["1", "ann", when, "5"]])
    path.write_text(text.getvalue(), encoding="utf-8", errors="replace", newline="")
    try:
        read_history(path, ReadOptions(currency="CNY", mapping=MAPPING, time_format=time_format))
    except LabError as fault:
        assert "orders.csv" in fault.say("zh")


def test_many_open_quotes_end_soon(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + '1,"a,b\n' * 3000, encoding="utf-8")
    assert isinstance(outcome(path, MAPPING, skip=True), str)

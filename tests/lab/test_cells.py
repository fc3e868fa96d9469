"""Cells are read strictly: what is no amount or time is refused, and nothing is rounded unseen."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.lab.amounts import amount_of
from tongbao.lab.cells import Rounded, mark, scaled, whole
from tongbao.lab.moments import Clock, moment
from tongbao.lab.problems import CellError


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.34", 1234),
        (" 12.3 ", 1230),
        ("12", 1200),
        ("-0.05", -5),
        ("1,234.50", 123450),
        ("1,234,567", 123456700),
        ("12.3400", 1234),
        ("¥12.00", 1200),
        ("￥12.00", 1200),
        ("-£3.50", -350),
        ("£-3.50", -350),
        ("CNY 9.90", 990),
        ("0", 0),
        ("0012.50", 1250),
    ],
)
def test_an_amount_is_read_exactly(text: str, fen: int) -> None:
    assert scaled(text, 2) == fen


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-",
            "abc",
            "12.345",
            "1,23",
            "12,34.00",
            "1.234,50",
            "1e3",
            "--5",
        ),
        *("nan", "inf", "12.", ".5", "1 00", "¥¥5", "0x10", "1_000", "9" * 50, "12.5 斤"),
    ],
)
def test_what_is_no_plain_amount_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        scaled(text, 2)


def test_a_float_is_rounded_half_to_even_at_its_shortest_form_and_counted() -> None:
    rounded = Rounded()
    assert [scaled(x, 2, rounded) for x in (0.125, 0.135, 2.675, 7.1, -0.125)] == [
        *(12, 14, 268, 710, -12),
    ]
    assert rounded.count == 4


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e300, Decimal("NaN"), True, [1]])
def test_no_number_of_a_table_that_is_no_amount_passes(number: object) -> None:
    with pytest.raises(CellError):
        scaled(number, 2)


def test_a_decimal_of_a_table_is_exact_or_refused() -> None:
    assert scaled(Decimal("-12.30"), 2) == -1230
    assert scaled(Decimal("1E+2"), 2) == 10000
    with pytest.raises(CellError):
        scaled(Decimal("0.001"), 2)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        *(("1250.000", 125000), ("0.500", 50), ("-0.050", -5), ("1,234.500", 123450)),
        ("1.2500", 125),
    ],
)
def test_three_decimals_that_can_be_no_thousands_are_decimals(text: str, fen: int) -> None:
    assert amount_of(text, 2) == fen


@pytest.mark.parametrize("text", ["1.250", "-12.000", "¥999.990", "1.000"])
def test_three_decimals_that_may_be_thousands_are_refused(text: str) -> None:
    with pytest.raises(CellError, match="two ways"):
        amount_of(text, 2)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        *(("12,00", 1200), ("1.234,50", 123450), ("1.234.567", 123456700), ("1234,500", 123450)),
        *(("1 234,50", 123450), ("1\u00a0234,5", 123450), ("0,5", 50), ("12.50", 1250)),
        *(("1,234.50", 123450), ("1,234,567", 123456700), ("-7", -700), ("0,500", 50)),
    ],
)
def test_decimal_commas_are_read_where_they_may_be(text: str, fen: int) -> None:
    assert amount_of(text, 2, comma=True) == fen


@pytest.mark.parametrize("text", ["1,234", "1.234", "12.34,5", "1,2,3", "1.234,567.8", "12,345,6"])
def test_a_comma_that_may_mean_either_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        amount_of(text, 2, comma=True)


@given(st.integers(-(10**15), 10**15))
def test_any_amount_written_out_is_read_back(fen: int) -> None:
    sign = "-" if fen < 0 else ""
    assert scaled(f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}", 2) == fen


@pytest.mark.parametrize("text", ["", "12.0", "1,000", "a", "¥5", " ", "1e3", "5 kg"])
def test_minor_units_are_whole(text: str) -> None:
    with pytest.raises(CellError):
        whole(text)
    assert whole(" -12 ") == -12


TEN = datetime(2023, 1, 2, 10, 11, 12)


@pytest.mark.parametrize(
    "cell",
    [
        *("2023-01-02T10:11:12", "2023-01-02 10:11:12", "2023-01-02 10:11:12 +0800"),
        *("2023-01-02T10:11:12Z", "2023-01-02T10:11:12-05:00", "2023/1/2 10:11:12"),
        *("2023.01.02 10:11:12", "2023年1月2日 10:11:12", " 2023-01-02 10:11:12 UTC "),
        datetime(2023, 1, 2, 10, 11, 12, tzinfo=timezone(timedelta(hours=8))),
    ],
)
def test_the_wall_time_that_is_written_counts(cell: object) -> None:
    assert moment(cell) == TEN


def test_a_date_alone_is_its_midnight() -> None:
    assert moment("2023-01-02") == moment(date(2023, 1, 2)) == datetime(2023, 1, 2)


def test_fractions_of_a_second_are_kept_to_the_microsecond() -> None:
    assert moment("2023-01-02T10:11:12.123456789Z") == TEN.replace(microsecond=123456)


@pytest.mark.parametrize(
    "text",
    [
        *("", "02/01/2023", "2023-02-30", "2023-01-02 25:00", "2023-01-02 10:11 PM", "44928"),
        *("1672654272", "0002-01-01", "2023-13-01", "yesterday", "2023-01-02T10", "9999-01-01"),
    ],
)
def test_what_is_no_unmistakable_time_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        moment(text)


def test_other_times_are_read_by_the_format_that_is_given() -> None:
    assert Clock("%d/%m/%Y %H:%M")("02/01/2023 10:11") == datetime(2023, 1, 2, 10, 11)
    assert Clock("%Y-%m-%d %H:%M:%S %z")("2023-01-02 10:11:12 +0800") == TEN
    assert Clock("epoch")("1672654272") == datetime(2023, 1, 2, 10, 11, 12)
    for time_format, text in (("%d/%m/%Y", "2023-01-02"), ("epoch", "x"), ("%", "x"), ("%Q", "x")):
        with pytest.raises(CellError):
            Clock(time_format)(text)


def test_an_epoch_beyond_all_years_is_refused() -> None:
    with pytest.raises(CellError):
        Clock("epoch")("9" * 30)


def test_marks_say_yes_no_or_nothing() -> None:
    assert [mark(x) for x in ("True", "yes", "1", "是", True)] == [True] * 5
    assert [mark(x) for x in ("False", "no", "0", "否", "", None, False)] == [False] * 7
    assert [mark(x) for x in ("2", "12.50", "maybe")] == [None] * 3

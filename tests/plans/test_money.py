"""Amounts, points and percentages are read exactly or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.plans.currencies import MINOR_DIGITS
from tongbao.plans.money import (
    FigureError,
    amount_text,
    format_money,
    format_percent,
    format_points,
    minor_digits,
    parse_money,
    parse_percent,
    parse_points,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1.00", "CNY", 100),
        ("1", "CNY", 100),
        ("0.1", "CNY", 10),
        ("1,234.50", "GBP", 123450),
        (" 200.00 ", "CNY", 20000),
        ("200", "JPY", 200),
        ("200.0", "JPY", 200),
        ("1.234", "KWD", 1234),
        ("-5.00", "CNY", -500),
        ("1.0000", "CNY", 100),
        ("99999999999999999999", "CNY", 9999999999999999999900),
    ],
)
def test_an_amount_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert parse_money(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".5", "5.", "1e3", "1_000", "+1", "--1", "1,23", "1,2345", ",1", "٣", "１"),
        *("NaN", "inf", "0x10", "1.00 CNY", "¥1", "1" * 41, "1.001", "1.2.3"),
    ],
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(FigureError):
        parse_money(text, "CNY")


def test_a_fraction_of_a_yen_is_refused() -> None:
    with pytest.raises(FigureError, match="JPY has 0 digits"):
        parse_money("1.5", "JPY")


@pytest.mark.parametrize("code", ["", "cny", "XXX", "RMB", "人民币", "\x1b[2J", "CN"])
def test_an_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(FigureError):
        minor_digits(code)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("CNY", 2), ("GBP", 2), ("JPY", 0), ("KRW", 0), ("VND", 0), ("KWD", 3), ("TND", 3)],
)
def test_minor_digits_follow_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("text", "bps"),
    [
        ("30%", 3000),
        ("0.5%", 50),
        ("0.01%", 1),
        ("200%", 20000),
        ("30 %", 3000),
        ("30％", 3000),
        ("1,000%", 100000),
        ("0%", 0),
        ("12.50%", 1250),
        ("-1%", -100),
        ("12.500%", 1250),
    ],
)
def test_a_percentage_is_read_exactly(text: str, bps: int) -> None:
    assert parse_percent(text) == bps


@pytest.mark.parametrize("text", ["30", "0.3", "%", "0.001%", "30%%", "thirty%", "", "1e1%"])
def test_what_is_no_exact_percentage_is_refused(text: str) -> None:
    with pytest.raises(FigureError):
        parse_percent(text)


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("1", 10**6),
        ("0.01", 10**4),
        ("0.000001", 1),
        ("100,000,000", 10**14),
        ("100,000,000 points", 10**14),
        ("1 point", 10**6),
        ("2 积分", 2 * 10**6),
    ],
)
def test_points_are_read_exactly(text: str, atoms: int) -> None:
    assert parse_points(text) == atoms


@pytest.mark.parametrize("text", ["0.0000001", "points", "1 pints", "points points", "1points1"])
def test_what_is_no_exact_number_of_points_is_refused(text: str) -> None:
    with pytest.raises(FigureError):
        parse_points(text)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (123450, "CNY", "¥1,234.50"),
        (0, "CNY", "¥0.00"),
        (-5, "GBP", "-£0.05"),
        (1234567, "JPY", "JP¥1,234,567"),
        (1234, "KWD", "KWD 1.234"),
        (100, "USD", "$1.00"),
    ],
)
def test_money_is_shown_with_its_sign(minor: int, currency: str, shown: str) -> None:
    assert format_money(minor, currency) == shown


def test_us_dollars_are_named_in_chinese() -> None:
    assert format_money(100, "USD", "zh") == "US$1.00"


@pytest.mark.parametrize(
    ("atoms", "shown"),
    [
        (579925594, "579.925594"),
        (14700000, "14.7"),
        (10**14, "100,000,000"),
        (1, "0.000001"),
        (0, "0"),
        (-500000, "-0.5"),
    ],
)
def test_points_are_shown_exactly(atoms: int, shown: str) -> None:
    assert format_points(atoms) == shown


@given(st.integers(-(10**18), 10**18), st.sampled_from(sorted(MINOR_DIGITS)))
def test_an_amount_survives_being_written_and_read(minor: int, currency: str) -> None:
    sign = "-" if minor < 0 else ""
    assert parse_money(sign + amount_text(abs(minor), currency), currency) == minor


@given(st.integers(-(10**18), 10**18))
def test_a_percentage_and_points_survive_being_written_and_read(number: int) -> None:
    assert parse_percent(format_percent(number)) == number
    assert parse_points(format_points(number)) == number

"""Amounts that people type are read to the last digit, or refused in plain words."""

import pytest
from django import forms

from tongbao.mall.shop.amounts import (
    LARGEST,
    BadAmount,
    MoneyField,
    PointsField,
    parse_money,
    parse_points,
)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1", 100),
        ("0.01", 1),
        ("12.5", 1250),
        (" 12.50 ", 1250),
        ("1,234.56", 123456),
        ("12,345,678", 1234567800),
        ("007", 700),
        ("１２．３４", 1234),
        ("１，２３４", 123400),
        ("10000000000000.00", LARGEST),
    ],
)
def test_money_is_read_in_minor_units(text: str, minor: int) -> None:
    assert parse_money(text, "CNY") == minor


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", "1.", ".5", "-1", "+1", "1e3", "0x10", "1 000", "1_000", "12.3.4"),
        *("1,23", "12,34,567", ",123", "1,2345", "1234,567", "1.000,00", "¥5", "5元", "一百"),
        *("NaN", "inf", "0", "0.00", "0.001", "1.234", "٣", "१", "½", "²", "1\u200b2", "1" * 41),
        "10000000000000.01",
        "9" * 1000,
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadAmount):
        parse_money(text, "CNY")


def test_a_currency_without_decimals_takes_none() -> None:
    assert parse_money("500", "JPY") == 500
    with pytest.raises(BadAmount, match="without decimals"):
        parse_money("500.5", "JPY")


def test_points_have_six_decimals() -> None:
    assert parse_points("0.000001") == 1
    assert parse_points("1,000.5") == 1_000_500_000
    with pytest.raises(BadAmount, match="at most 6 decimals"):
        parse_points("0.0000001")


class _Form(forms.Form):
    amount = MoneyField("CNY")
    points = PointsField(required=False)


def test_a_form_has_whole_numbers_and_shows_what_was_typed() -> None:
    form = _Form({"amount": "1,000.5", "points": ""})
    assert form.is_valid()
    assert form.cleaned_data == {"amount": 100050, "points": None}
    wrong = _Form({"amount": "lots", "points": "1"})
    assert wrong.errors["amount"] == ["Enter an amount in digits, such as 12.50."]
    assert 'value="lots"' in str(wrong["amount"])


def test_an_initial_amount_is_shown_as_one_would_type_it() -> None:
    form = _Form(initial={"amount": 123450, "points": 1_500_000})
    assert 'value="1234.50"' in str(form["amount"])
    assert 'value="1.500000"' in str(form["points"])

"""A mapping is tried on the file before it is suggested; what is printed works as printed."""

import re
import shlex
from pathlib import Path

import pytest

from tests.lab.shop import read, written
from tongbao.lab.history import History
from tongbao.lab.problems import LabError


def refused(path: Path, mapping: str | None = None, currency: str = "CNY") -> LabError:
    with pytest.raises(LabError) as caught:
        read(path, mapping, currency=currency)
    return caught.value


def followed(path: Path, currency: str = "CNY") -> History:
    """Follow the suggestion just as it is printed."""
    said = refused(path, None, currency).say("en")
    line = next(line for line in said.splitlines() if "--columns" in line)
    words = shlex.split(line[line.index("--columns") :])
    given = dict(zip(words[::2], words[1::2], strict=True))
    names = {"--columns": "mapping", "--time-format": "time_format"}
    return read(
        path, currency=currency, **{names[option]: value for option, value in given.items()}
    )


SQUARE = (
    "Date,Time,Item,Qty,Net Sales,Transaction ID,Customer ID\n"
    "2026-06-27,13:01:09,Tea,1.0,$8.00,T1,C1\n2026-06-27,13:01:09,Cake,1.0,$3.00,T1,C1\n"
)


@pytest.mark.parametrize(
    ("text", "paid"),
    [
        (SQUARE, [1100]),
        ("Order No,Buyer,Date,Qty,Price\n1,ann,2026-01-05,2,1.50\n", [300]),
        ("Order No,Buyer,Date,Total\n1,ann,2026-01-05,1.50\n", [150]),
        ("Order No,Buyer,Date,Total\n1,ann,25/01/2026,1.50\n2,ann,01/02/2026,1.00\n", [150, 100]),
        ("Order No,Buyer,Date,Total\n1,ann,01/25/2026 10:00,1.50\n", [150]),
        ("Order No,Buyer,Date,Total\n1,ann,25.01.2026,1.50\n", [150]),
        ("Order No,Buyer,Date,Total\n1,ann,1767600000,1.50\n", [150]),
        ("订单编号,会员,付款时间,实付金额,订单状态\n1,甲,2026-01-05,1.00,已付款\n", [100]),
        ("Order No,Buyer,Date,Total,Status\n1,ann,2026-01-05,1.50,\n", [150]),
        ("Order No,Buyer,Date,Total,Profit\n1,ann,2026-01-05,1.50,9.00\n", [150]),
        ('"Order No","Buyer","Date","Total"\n"1","it\'s Ann","2026-01-05","1.50"\n', [150]),
        ("Order No,Buyer,Date,Total,Currency\n1,ann,2026-01-05,1.50,\n", [150]),
        ("注文番号,顧客,日時,合計金額\n1,王,2026-01-05,150\n", [15000]),
        ("Id,Customer Name,Date,Total\n1,ann,2026-01-05,1.50\n", [150]),
    ],
)
def test_a_suggestion_works_as_printed(tmp_path: Path, text: str, paid: list[int]) -> None:
    history = followed(written(tmp_path, text), "USD" if "$" in text else "CNY")
    assert [order.paid for order in history.orders] == paid


def test_amounts_that_are_net_of_refunds_are_not_reduced_twice(tmp_path: Path) -> None:
    text = (
        "订单编号,买家会员名,总金额,买家实际支付金额,订单创建时间,退款金额\n"
        "1,甲,64.80,0.00,2026-01-05 10:00:00,64.80\n2,乙,327.70,148.90,2026-01-06 10:00:00,178.80\n"
        "3,丙,102.00,64.00,2026-01-06 11:00:00,38.00\n"
    )
    history = followed(written(tmp_path, text))
    assert sum(order.paid for order in history.orders) == 6480 + 32770 + 10200
    assert sum(order.returned for order in history.orders) == 6480 + 17880 + 3800


def test_day_and_month_that_may_be_either_are_both_said(tmp_path: Path) -> None:
    text = "Order No,Buyer,Date,Total\n1,ann,05/01/2026,1.50\n"
    said = refused(written(tmp_path, text)).say("en")
    assert "--time-format '%d/%m/%Y'" in said
    assert "'%m/%d/%Y'" in said
    assert "01/02/2026 by '%d/%m/%Y', 02/01/2026 by the other" in said


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (
            "Qty,Customer ID,Date\n1,c,2026-01-05\n",
            "order=…,customer=Customer ID,time=Date,amount=…",
        ),
        ("a,b,c\n1,2,3\n", "order=…,customer=…,time=…,amount=…"),
        ("Order No,Buyer,Date,Qty\n1,ann,2026-01-05,1\n", "amount=…"),
    ],
)
def test_what_cannot_be_found_is_left_to_be_named(tmp_path: Path, text: str, missing: str) -> None:
    said = refused(written(tmp_path, text))
    assert missing in said.say("en")
    assert "write a column's name for each …" in said.say("en")
    assert missing in said.say("zh")


def test_a_mapping_that_was_tried_and_does_not_do_says_why(tmp_path: Path) -> None:
    said = refused(written(tmp_path, "Order No,Buyer,Date,Total\n1,ann,soon,1.50\n"))
    assert re.search(r"tried and does not do: line 2, field 'Date': 'soon'", said.say("en"))
    assert "试读不成功" in said.say("zh")


def test_a_state_that_has_to_be_decided_is_still_named(tmp_path: Path) -> None:
    path = written(tmp_path, "Order No,Buyer,Date,Total,Status\n1,ann,2026-01-05,1.50,odd\n")
    said = refused(path)
    assert "status=Status" in said.say("en")
    assert "You will then be asked which states count" in said.say("en")
    assert "'odd'" in said.say("zh")


def test_a_mapping_with_a_gap_is_answered_with_one_that_works(tmp_path: Path) -> None:
    said = refused(written(tmp_path, SQUARE), "order=Transaction ID,time=Date", "USD").say("en")
    assert "customer=Customer ID" in said
    assert "line_amount=Net Sales" in said


def test_a_sign_of_another_currency_is_named_beside_the_mapping(tmp_path: Path) -> None:
    said = refused(written(tmp_path, SQUARE)).say("en")
    assert "line_amount=Net Sales" in said
    assert "'$8.00'" in said

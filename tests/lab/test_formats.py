"""The known exports are known by their columns; for others the message suggests a mapping."""

from pathlib import Path

import pytest

from tests.lab.shop import read, written
from tongbao.lab.formats import layout_of
from tongbao.lab.problems import LabError


@pytest.mark.parametrize(
    ("header", "title"),
    [
        (
            "order_id,customer_id,timestamp,amount_minor,currency,is_refund,n_items,kind",
            "orders with amounts in minor units",
        ),
        (
            "Name,Email,Financial Status,Paid at,Currency,Total,Created at",
            "Shopify's orders export",
        ),
        (
            "order_id,order_number,order_date,status,order_total,customer_email",
            "WooCommerce's orders export",
        ),
        (
            "Order Number,Order Status,Order Date,Email (Billing),Order Total Amount",
            "WooCommerce's orders export",
        ),
        (
            "order_id,date,status,order_total,refunded_total,billing_email",
            "WooCommerce's orders export",
        ),
    ],
)
def test_an_export_is_known_by_its_columns(header: str, title: str) -> None:
    assert layout_of(header.split(","), None, "f").title.say("en") == title


def test_unknown_columns_are_listed_and_a_mapping_is_suggested(tmp_path: Path) -> None:
    text = "订单编号,买家会员名,订单付款时间,买家实际支付金额\n1,甲,2026-01-05 10:00:00,1.00\n"
    with pytest.raises(LabError) as caught:
        read(written(tmp_path, text, "f.csv"), None)
    assert "f.csv" in caught.value.say("zh")
    suggested = "order=订单编号,customer=买家会员名,time=订单付款时间,amount=买家实际支付金额"
    assert suggested in caught.value.say("zh")
    assert suggested in caught.value.say("en")


def test_a_file_without_a_header_says_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path, "1,ann,2024-01-01,5.00\n2,bob,2024-01-02,6.00\n")
    with pytest.raises(LabError, match="put a line with names for the columns above it"):
        read(path, None)


COLUMNS = ("no", "who", "when", "total", "n", "each", "a,b")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("order=no,customer=who,time=when,amount=sum", r"field 'amount': there is no column 'sum'"),
        ("order=no,customer=who,amount=total", "does not say which column is the time"),
        ("order=no,customer=who,time=when", "needs one of amount"),
        ("order=no,customer=who,time=when,quantity=n", "needs one of amount"),
        ("order=no,customer=who,time=when,amount=total,unit_price=each", "needs one of amount"),
        ("order=no,customer=who,time=when,amount=total,amount_minor=total", "needs one of amount"),
        ("order=no,customer=who,time=when,cost=total", "knows no 'cost'"),
        ("order=no,order=who", "names order twice"),
        ("order", "not of the form role=column"),
        ("order=", "not of the form role=column"),
        ("", "does not say which column is the order"),
        ('"order=no', "not of the form role=column"),
    ],
)
def test_a_mapping_that_does_not_fit_says_why(mapping: str, message: str) -> None:
    with pytest.raises(LabError, match=message):
        layout_of(COLUMNS, mapping, "f")


def test_a_column_name_with_a_comma_is_quoted() -> None:
    layout = layout_of(COLUMNS, 'order=no, customer=who, time=when, "amount=a,b"', "f")
    assert layout.columns["amount"] == "a,b"


@pytest.mark.parametrize(
    "mapping",
    [
        '"order=No, of order","customer=Who",time=when,"amount=Sum ""net"", EUR"',
        'order="No, of order",customer="Who",time=when,amount="Sum ""net"", EUR"',
        'order = "No, of order" , customer=Who, time="when", "amount=Sum ""net"", EUR"',
    ],
)
def test_quotes_stand_around_a_pair_or_around_its_column(mapping: str) -> None:
    columns = ["No, of order", "Who", "when", 'Sum "net", EUR']
    layout = layout_of(columns, mapping, "f")
    roles = ("order", "customer", "time", "amount")
    assert [layout.columns[role] for role in roles] == columns


def test_a_column_that_exists_twice_is_refused() -> None:
    with pytest.raises(LabError, match="field 'total': two columns have this name"):
        layout_of(
            ("no", "who", "when", "total", "total"),
            "order=no,customer=who,time=when,amount=total",
            "f",
        )

"""Every row becomes an order or a refund, or is counted with its reason."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from tests.lab.shop import EXAMPLES, HEADER, MAPPING, read, written
from tongbao.lab.history import History
from tongbao.lab.orders import ReadOptions, read_history
from tongbao.lab.problems import LabError


def tallies(history: History) -> dict[str, tuple[int, int]]:
    return {way: (t.rows, t.documents) for way, t in history.tallies.items() if t.rows}


def test_the_bundled_orders_are_counted_as_their_source_says() -> None:
    history = read_history(EXAMPLES / "online_retail_orders.csv.gz", ReadOptions(currency="GBP"))
    # Counted in the file by kind and customer: 18,532 orders and 3,654 cancellations have one.
    assert tallies(history) == {
        "orders": (18532, 18532),
        "refunds": (3654, 3654),
        "without_customer": (3710, 3710),
        "without_amount": (4, 4),
    }
    assert sum(order.paid for order in history.orders) == 891_140_790
    assert sum(refund.amount for refund in history.refunds) == 61_134_209


def test_the_bundled_lines_add_up_to_the_bundled_orders() -> None:
    by_order = read_history(EXAMPLES / "online_retail_orders.csv.gz", ReadOptions(currency="GBP"))
    by_line = read_history(EXAMPLES / "online_retail_lines.parquet", ReadOptions(currency="GBP"))
    assert [(o.id, o.customer, o.time, o.paid) for o in by_line.orders] == [
        (o.id, o.customer, o.time, o.paid) for o in by_order.orders
    ]
    assert [(r.id, r.customer, r.time, r.amount) for r in by_line.refunds] == [
        (r.id, r.customer, r.time, r.amount) for r in by_order.refunds
    ]
    assert by_line.rows == 541_909
    assert "4 orders do not add up to whole minor units" in by_line.notes[0].say("en")


def test_rows_without_customer_or_amount_are_left_out_and_counted(tmp_path: Path) -> None:
    text = "1,ann,2024-01-01,5.00\n2,,2024-01-01,6.00\n3,ann,2024-01-01,0.00\n4, ,2024-01-01,-1\n"
    history = read(written(tmp_path, HEADER + text))
    assert tallies(history) == {
        "orders": (1, 1),
        "without_customer": (2, 2),
        "without_amount": (1, 1),
    }
    assert history.tallies["without_customer"].amount == 500
    assert history.rows == 4


def test_a_negative_amount_is_a_refund(tmp_path: Path) -> None:
    text = "1,ann,2024-01-01,5.00\n2,ann,2024-01-02,-2.00\n"
    (refund,) = read(written(tmp_path, HEADER + text)).refunds
    assert (refund.id, refund.amount, refund.order) == ("2", 200, "")


def test_a_row_marked_as_refund_is_one_whatever_its_sign(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,back\n1,ann,2024-01-01,5.00,no\n2,ann,2024-01-02,2.00,yes\n"
        "3,ann,2024-01-03,-1.00,yes\n4,ann,2024-01-03,-0.50,no\n"
    )
    history = read(written(tmp_path, text), f"{MAPPING},refund=back")
    assert [r.amount for r in history.refunds] == [200, 100, 50]
    assert "1 row with a negative amount is not marked" in history.notes[0].say("en")


def test_a_refund_column_with_amounts_holds_what_came_back_of_the_order(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,back\n1,ann,2024-01-01,5.00,\n2,ann,2024-01-02,9.00,2.50\n"
        "3,ann,2024-01-03,4.00,0.00\n"
    )
    path = written(tmp_path, text)
    for role in ("refund", "refunded"):
        history = read(path, f"{MAPPING},{role}=back")
        assert [order.returned for order in history.orders] == [0, 250, 0]
        assert not history.refunds


def test_a_refund_can_name_its_order(tmp_path: Path) -> None:
    text = "no,who,when,total,of\n1,ann,2024-01-01,5.00,\n2,ann,2024-01-02,-2.00,1\n"
    (refund,) = read(written(tmp_path, text), f"{MAPPING},refund_of=of").refunds
    assert refund.order == "1"


def test_a_refund_with_an_orders_own_id_is_linked_to_it_wherever_it_stands(tmp_path: Path) -> None:
    text = "1,ann,2024-02-02,-1.00\n1,ann,2024-01-01,5.00\n1,ann,2024-01-20,-2.00\n"
    history = read(written(tmp_path, HEADER + text))
    assert [(r.order, r.amount) for r in history.refunds] == [("1", 100), ("1", 200)]


def test_an_id_used_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    text = "1,ann,2024-01-01,5.00\n1,bob,2024-01-02,6.00\n"
    with pytest.raises(
        LabError, match=r"line 3, field 'no': the id '1' was already used on line 2"
    ):
        read(written(tmp_path, HEADER + text))


def test_several_refunds_may_bear_one_id_whose_order_is_before_the_file(tmp_path: Path) -> None:
    text = "1,ann,2024-01-01,5.00\nA9,ann,2024-01-02,-10\nA9,ann,2024-01-03,-5\n"
    for skip in (False, True):
        history = read(written(tmp_path, HEADER + text), skip_bad_rows=skip)
        assert [(r.id, r.amount, r.order) for r in history.refunds] == [
            ("A9", 1000, ""),
            ("A9", 500, ""),
        ]
        assert any("bears the id of another refund" in note.say("en") for note in history.notes)


def test_a_refund_of_another_customers_order_is_counted_and_noted(tmp_path: Path) -> None:
    text = "no,who,when,total,of\n1,ann,2024-01-01,5.00,\n2,bob,2024-01-02,-2.00,1\n"
    history = read(written(tmp_path, text), f"{MAPPING},refund_of=of")
    assert (history.strangers.documents, history.strangers.amount) == (1, 200)
    assert any("an order of another customer" in note.say("en") for note in history.notes)


def test_what_is_left_out_without_a_customer_has_a_net_amount(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,back\n1,ann,2024-01-01,5,no\n2,,2024-01-01,6,no\n3,,2024-01-02,4,yes\n"
    )
    history = read(written(tmp_path, text), f"{MAPPING},refund=back")
    assert history.tallies["without_customer"].amount == 200


STATES = "no,who,when,total,state\n1,ann,2024-01-01,5,已付款\n2,ann,2024-01-02,6,交易关闭\n"


def test_a_mapped_state_leaves_unpaid_orders_out(tmp_path: Path) -> None:
    path = written(tmp_path, STATES + "3,ann,2024-01-03,7,Cancelled\n4,ann,2024-01-04,8,Paid\n")
    history = read(path, f"{MAPPING},status=state")
    assert [order.id for order in history.orders] == ["1", "4"]
    assert tallies(history)["by_status"] == (2, 2)


def test_a_state_nobody_knows_has_to_be_decided(tmp_path: Path) -> None:
    path = written(tmp_path, STATES + "3,ann,2024-01-03,7,picked up\n")
    with pytest.raises(LabError, match=r"(?s)field 'state': .*'picked_up' \(1, .*--paid-status"):
        read(path, f"{MAPPING},status=state")
    history = read(path, f"{MAPPING},status=state", paid_status="picked up,已付款")
    assert [order.id for order in history.orders] == ["1", "3"]


def test_states_without_a_column_for_them_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no column holds the states"):
        read(written(tmp_path, STATES), paid_status="paid")
    with pytest.raises(LabError, match="--paid-status names no state"):
        read(written(tmp_path, STATES), f"{MAPPING},status=state", paid_status='"paid')


def test_lines_of_an_order_are_added_up_exactly(tmp_path: Path) -> None:
    text = (
        "no,who,when,n,each\n1,ann,2024-01-02 10:00,3,0.335\n1,ann,2024-01-02 09:00,2,1.0050\n"
        "2,bob,2024-01-01,0.25,9.98\n1,ann,2024-01-02 11:00,-1,0.015\n"
    )
    mapping = "order=no,customer=who,time=when,quantity=n,unit_price=each"
    history = read(written(tmp_path, text), mapping)
    # 1.005 + 2.010 - 0.015 = 3.000; 0.25 x 9.98 = 2.495, half to even: 2.50.
    assert [(o.id, o.paid, o.time.hour) for o in history.orders] == [("1", 300, 9), ("2", 250, 0)]


@pytest.mark.parametrize(("milli", "fen"), [(125, 12), (135, 14), (145, 14), (-125, 12), (126, 13)])
def test_half_a_minor_unit_is_rounded_to_even(tmp_path: Path, milli: int, fen: int) -> None:
    text = f"no,who,when,n,each\n0,ann,2024-01-01,1,1000\n1,ann,2024-01-01,1,{milli}\n"
    mapping = "order=no,customer=who,time=when,quantity=n,unit_price_milli=each"
    history = read(written(tmp_path, text), mapping)
    found = history.orders[1:] or history.refunds
    assert [getattr(x, "paid", getattr(x, "amount", 0)) for x in found] == [fen]


def test_lines_of_one_order_for_two_customers_are_refused(tmp_path: Path) -> None:
    text = "no,who,when,part\n1,ann,2024-01-01,3\n1,bob,2024-01-01,3\n"
    mapping = "order=no,customer=who,time=when,line_amount=part"
    with pytest.raises(LabError, match=r"line 3, field 'who': .*two customers, 'ann' and 'bob'"):
        read(written(tmp_path, text), mapping)


def test_a_bad_line_spoils_its_whole_order(tmp_path: Path) -> None:
    text = (
        "no,who,when,part\n1,ann,2024-01-01,3\n1,ann,2024-01-01,x\n2,ann,2024-01-01,4\n"
        "1,ann,2024-01-01,5\n"
    )
    mapping = "order=no,customer=who,time=when,line_amount=part"
    history = read(written(tmp_path, text), mapping, skip_bad_rows=True)
    assert [o.id for o in history.orders] == ["2"]
    assert tallies(history) == {"orders": (1, 1), "bad": (3, 1)}


def test_bad_rows_stop_the_reading_unless_they_may_be_skipped(tmp_path: Path) -> None:
    text = "1,ann,2024-01-01,5.00\n2,ann,then,5.00\n3,ann,2024-01-01\n,ann,2024-01-01,5\n"
    path = written(tmp_path, HEADER + text)
    with pytest.raises(LabError, match=r"orders\.csv, line 3, field 'when': 'then' is no time"):
        read(path)
    history = read(path, skip_bad_rows=True)
    assert tallies(history) == {"orders": (1, 1), "bad": (3, 0)}
    assert [p.say("en").split(":")[0] for p in history.problems] == [
        "line 3, field 'when'",
        "line 4",
        "line 5, field 'no'",
    ]


def test_a_profit_above_the_amount_paid_is_a_bad_row(tmp_path: Path) -> None:
    text = "no,who,when,total,gain\n1,ann,2024-01-01,5.00,5.00\n2,ann,2024-01-01,5.00,5.01\n"
    path = written(tmp_path, text)
    with pytest.raises(LabError, match=r"line 3, field 'gain': the profit 501 is larger"):
        read(path, f"{MAPPING},profit=gain")
    history = read(path, f"{MAPPING},profit=gain", skip_bad_rows=True)
    assert [(o.id, o.profit) for o in history.orders] == [("1", 500)]
    assert tallies(history) == {"orders": (1, 1), "bad": (1, 1)}


def test_an_amount_beyond_the_engines_is_a_bad_row(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="beyond the largest amount"):
        read(written(tmp_path, HEADER + "1,ann,2024-01-01,10000000000000.01\n"))


def test_several_currencies_are_refused_until_one_is_chosen(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,money\n1,ann,2024-01-01,5.00,CNY\n2,ann,2024-01-01,5,JPY\n"
        "3,ann,2024-01-01,7.00,cny\n"
    )
    path, mapping = written(tmp_path, text), f"{MAPPING},currency=money"
    with pytest.raises(LabError, match=r"CNY \(2\), JPY \(1\)\n.*--only-currency CNY"):
        read(path, mapping)
    history = read(path, mapping, only_currency="CNY")
    assert tallies(history) == {"orders": (2, 2), "other_currency": (1, 1)}


def test_a_currency_other_than_the_plans_is_refused(tmp_path: Path) -> None:
    text = "no,who,when,total,money\n1,ann,2024-01-01,5,JPY\n"
    with pytest.raises(LabError, match=r"(?s)in 'JPY', the plan in CNY.*currency = \"JPY\""):
        read(written(tmp_path, text), f"{MAPPING},currency=money")


def test_the_currencys_minor_unit_counts(tmp_path: Path) -> None:
    text = "no,who,when,total,money\n1,ann,2024-01-01,500,JPY\n"
    history = read(written(tmp_path, text), f"{MAPPING},currency=money", currency="JPY")
    assert history.orders[0].paid == 500
    bad = "no,who,when,total,money\n1,ann,2024-01-01,5.5,JPY\n"
    with pytest.raises(LabError, match="more than 0 digits"):
        read(written(tmp_path, bad), f"{MAPPING},currency=money", currency="JPY")


def test_a_file_with_nothing_to_use_says_where_the_rows_went(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"(?s)not one order.*Rows read: 1 \(1 name no customer"):
        read(written(tmp_path, HEADER + "1,,2024-01-01,5\n"))
    with pytest.raises(LabError, match="not one order"):
        read(written(tmp_path, HEADER))


def test_a_float_column_of_parquet_is_rounded_and_said_so(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    pl.DataFrame(
        {
            "no": ["1", "2"],
            "who": [17.0, 18.0],
            "when": [datetime(2024, 1, 1, 9), datetime(2024, 1, 2)],
            "total": [7.1, 2.675],
        }
    ).write_parquet(path)
    history = read(path)
    assert [(o.customer, o.paid, o.time.hour) for o in history.orders] == [
        ("17", 710, 9),
        ("18", 268, 0),
    ]
    assert "1 number in columns of floating point was rounded" in history.notes[0].say("en")


SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Total,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Cancelled at,Refunded Amount\n"
    "#1001,Ann@Example.com,paid,2023-01-02 10:11:12 +0800,fulfilled,CNY,30.00,5.00,35.00,"
    "2023-01-02 10:10:00 +0800,1,Cup,10.00,,0.00\n"
    "#1001,Ann@Example.com,,,,,,,,2023-01-02 10:10:00 +0800,2,Pot,10.00,,\n"
    "#1002,ann@example.com,partially_refunded,2023-01-03 08:00:00 +0800,fulfilled,CNY,50.00,0.00,"
    "50.00,2023-01-03 07:59:00 +0800,1,Tea,50.00,,12.50\n"
    "#1003,bob@example.com,refunded,,,CNY,20.00,0.00,20.00,2023-01-04 09:00:00 +0800,1,Tea,20.00,"
    "2023-01-09 12:00:00 +0800,20.00\n"
    "#1004,bob@example.com,pending,,,CNY,20.00,0.00,20.00,2023-01-04 09:00:00 +0800,1,Tea,20.00,,0\n"
    "#1005,,paid,2023-01-05 09:00:00 +0800,,CNY,8.00,0.00,8.00,2023-01-05 09:00:00 +0800,1,Tea,"
    "8.00,,0.00\n"
)


def test_shopifys_export_is_read_with_its_further_lines_refunds_and_states(tmp_path: Path) -> None:
    history = read(written(tmp_path, SHOPIFY), None)
    assert [(o.id, o.customer, o.paid, o.returned, o.returned_at) for o in history.orders] == [
        ("#1001", "ann@example.com", 3500, 0, None),
        ("#1002", "ann@example.com", 5000, 1250, None),
        ("#1003", "bob@example.com", 2000, 2000, datetime(2023, 1, 9, 12)),
    ]
    assert history.orders[0].time == datetime(2023, 1, 2, 10, 11, 12)
    assert history.orders[2].time == datetime(2023, 1, 4, 9)
    assert tallies(history) == {
        "orders": (4, 3),
        "by_status": (1, 1),
        "without_customer": (1, 1),
    }
    said = [note.say("en") for note in history.notes]
    assert said[0].startswith("1 order has a refunded amount without a date")
    assert said[1] == "left out by their state: 'pending' (1, ¥20.00)"


def test_woocommerces_extension_export_is_read(tmp_path: Path) -> None:
    text = (
        "order_id,order_number,date,status,order_total,refunded_total,order_currency,customer_id,"
        "billing_email,item_name\n"
        "188,188,2016-09-15 03:17:47,completed,86.00,0.00,CNY,0,guest@example.com,Cup\n"
        "188,188,2016-09-15 03:17:47,completed,86.00,0.00,CNY,0,guest@example.com,Pot\n"
        "189,189,2016-09-16 03:17:47,wc-refunded,10.00,0.00,CNY,7,Ann@example.com,Cup\n"
        "190,190,2016-09-17 03:17:47,cancelled,10.00,0.00,CNY,7,ann@example.com,Cup\n"
        "191,191,2016-09-18 03:17:47,processing,10.00,-4.00,CNY,7,ann@example.com,Cup\n"
    )
    history = read(written(tmp_path, text), None)
    assert [(o.id, o.customer, o.paid, o.returned) for o in history.orders] == [
        ("188", "guest@example.com", 8600, 0),
        ("189", "ann@example.com", 1000, 1000),
        ("191", "ann@example.com", 1000, 400),
    ]
    assert tallies(history) == {"orders": (4, 3), "by_status": (1, 1)}


def test_woocommerces_titled_export_is_read_and_guests_are_nobody(tmp_path: Path) -> None:
    text = (
        "Order Number,Order Status,Order Date,Customer User ID,Order Refund Amount,"
        "Order Total Amount,SKU,Quantity (- Refund),Item Cost\n"
        "12,Completed,2024-03-01 10:00,5,,25.00,A,1,10\n"
        "12,Completed,2024-03-01 10:00,5,,25.00,B,1,15\n"
        "13,On hold,2024-03-01 10:00,5,,25.00,A,1,10\n"
        "14,Completed,2024-03-02 10:00,0,,9.00,A,1,9\n"
    )
    history = read(written(tmp_path, text), None)
    assert [(o.id, o.customer, o.paid) for o in history.orders] == [("12", "5", 2500)]
    assert tallies(history) == {"orders": (2, 1), "by_status": (1, 1), "without_customer": (1, 1)}


def shopify(*rows: str) -> str:
    header = (
        "Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem name,Id,Margin\n"
    )
    return header + "".join(f"{row}\n" for row in rows)


def test_two_orders_of_one_number_and_amount_are_not_folded_into_one(tmp_path: Path) -> None:
    one = "#1,ann@x.com,paid,2024-01-01 10:00,CNY,9.00,2024-01-01 10:00,Cup,71,"
    others = (
        one.replace("ann", "bob").replace("71", "72"),
        one.replace("10:00", "10:01"),
        one.replace(",paid,", ",refunded,"),
        one.replace("71", "72"),
        "#1,bob@x.com,,,,,2024-01-01 10:00,Pot,,",
    )
    for other in others:
        with pytest.raises(LabError, match="line 3, field 'Name': the id '#1' was already used"):
            read(written(tmp_path, shopify(one, other)), None)


def test_a_further_line_repeats_everything_or_leaves_it_blank(tmp_path: Path) -> None:
    one = "#1,ann@x.com,paid,2024-01-01 10:00,CNY,9.00,2024-01-01 10:00,Cup,71,"
    for further in (one, "#1,ann@x.com,,,,,2024-01-01 10:00,Pot,,", "#1,,,,,,,Pot,,"):
        history = read(written(tmp_path, shopify(one, further)), None)
        assert tallies(history) == {"orders": (2, 1)}


def test_a_column_can_be_added_to_a_known_export(tmp_path: Path) -> None:
    rows = (
        "#1,ann@x.com,paid,2024-01-01 10:00,CNY,9.00,2024-01-01 10:00,Cup,71,4.00",
        "#2,ann@x.com,pending,2024-01-01 10:00,CNY,9.00,2024-01-01 10:00,Cup,72,4.00",
    )
    history = read(written(tmp_path, shopify(*rows)), "profit=Margin")
    assert [(o.id, o.paid, o.profit) for o in history.orders] == [("#1", 900, 400)]
    assert history.layout.say("en") == "Shopify's orders export, some columns as given"


def test_a_column_of_a_known_export_can_be_replaced(tmp_path: Path) -> None:
    row = "#1,ann@x.com,paid,2024-01-01 10:00,CNY,9.00,2024-01-01 09:00,Cup,71,4.00"
    history = read(written(tmp_path, shopify(row)), "amount=Margin,time=Created at")
    assert [(o.paid, o.time.hour) for o in history.orders] == [(400, 9)]


ANALYTICS = (
    'Date,"Order #","N. Revenue (formatted)",Status,Customer,"Customer type",Product(s),"Items sold",'
    'Coupon(s),"Net Sales",Attribution\n'
    '"2024-03-01 10:00:00",12,"¥1,025.00",completed,"Ann Lee",new,"1× Cup",1,,1025,Direct\n'
    '"2024-03-02 10:00:00",13,¥30.00,refunded,"Bob Ray",new,"1× Pot",1,,30,Direct\n'
    '"2024-03-09 10:00:00",13,-¥30.00,completed,"Bob Ray",returning,,0,,-30,\n'
    '"2024-03-03 10:00:00",14,¥9.00,on-hold,"Ann Lee",returning,"1× Cup",1,,9,Direct\n'
)


def test_woocommerces_analytics_export_is_read_with_customers_by_name(tmp_path: Path) -> None:
    history = read(written(tmp_path, ANALYTICS), None)
    assert [(o.id, o.customer, o.paid, o.returned) for o in history.orders] == [
        ("12", "Ann Lee", 102500, 0),
        ("13", "Bob Ray", 3000, 0),  # its refund stands in a row of its own
    ]
    assert [(r.order, r.amount) for r in history.refunds] == [("13", 3000)]
    assert tallies(history)["by_status"] == (1, 1)
    assert "customers only by name" in history.notes[0].say("en")


def test_its_table_of_the_screen_has_other_headings(tmp_path: Path) -> None:
    text = "Date,Order #,Status,Customer,Product(s),Items Sold,Coupon(s),N. Revenue\n"
    text += "2024-03-01 10:00:00,12,completed,Ann Lee,Cup,1,,25.5\n"
    assert read(written(tmp_path, text), None).orders[0].paid == 2550


def test_three_decimals_after_a_single_point_are_not_guessed_at(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "1,ann,2024-01-01,1.250\n")
    with pytest.raises(LabError, match=r"(?s)field 'total': '1.250' can be read in two ways.*1250"):
        read(path)
    dinar = read(path, currency="KWD")
    assert dinar.orders[0].paid == 1250
    lines = "order=no,customer=who,time=when,line_amount=total"
    with pytest.raises(LabError, match="two ways"):
        read(path, lines)


def test_decimal_commas_are_read_where_semicolons_separate_the_columns(tmp_path: Path) -> None:
    text = "no;who;when;total\n1;ann;2024-01-01;12,00\n2;ann;2024-01-02;1.234,50\n"
    history = read(written(tmp_path, text + "3;ann;2024-01-03;-7,5 ¥\n4;ann;2024-01-04;8.25\n"))
    assert [o.paid for o in history.orders] == [1200, 123450, 825]
    assert [r.amount for r in history.refunds] == [750]
    for cell in ("1,234", "1.234"):
        with pytest.raises(LabError, match=r"line 4, field 'total': .* two ways"):
            read(written(tmp_path, f"{text}3;ann;2024-01-03;{cell}\n"))


def test_offsets_are_noted_and_a_time_zone_turns_them_into_the_shops_days(tmp_path: Path) -> None:
    text = "1,ann,2024-01-01T17:30:00Z,5\n2,ann,2024-01-02T10:00:00+08:00,6\n"
    path = written(tmp_path, HEADER + text + "3,ann,2024-01-03T09:00:00,7\n")
    plain = read(path)
    assert [o.time.isoformat() for o in plain.orders] == [
        *("2024-01-01T17:30:00", "2024-01-02T10:00:00", "2024-01-03T09:00:00"),
    ]
    assert any("(+00:00, +08:00)" in note.say("en") for note in plain.notes)
    shanghai = read(path, time_zone="Asia/Shanghai")
    assert [o.time.isoformat() for o in shanghai.orders] == [
        *("2024-01-02T01:30:00", "2024-01-02T10:00:00", "2024-01-03T09:00:00"),
    ]
    assert not any("offset" in note.say("en") for note in shanghai.notes)


def test_one_offset_that_is_the_shops_own_needs_no_note(tmp_path: Path) -> None:
    history = read(written(tmp_path, HEADER + "1,ann,2024-01-01T17:30:00+08:00,5\n"))
    assert not any("offset" in note.say("en") for note in history.notes)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Asia"])
def test_a_time_zone_that_does_not_exist_says_how_to_write_one(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, HEADER + "1,ann,2024-01-01T17:30:00Z,5\n")
    with pytest.raises(LabError, match=r"(?s)no time zone.*Asia/Shanghai"):
        read(path, time_zone=name)


def test_seconds_since_1970_are_utc_and_can_be_turned_too(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "1,ann,1704130200,5\n")  # 2024-01-01 17:30 UTC
    history = read(path, time_format="epoch", time_zone="Asia/Shanghai")
    assert history.orders[0].time == datetime(2024, 1, 2, 1, 30)


def test_a_refund_of_just_the_amount_of_an_order_refunded_by_its_state_is_that_orders(
    tmp_path: Path,
) -> None:
    text = (
        "o,c,t,a,s\n"
        "1,a,2024-01-01,100.00,completed\n"
        "2,a,2024-01-02,50.00,refunded\n"
        "R9,a,2024-01-03,-50.00,refunded\n"
    )
    history = read(written(tmp_path, text), "order=o,customer=c,time=t,amount=a,status=s")
    assert [(order.id, order.returned) for order in history.orders] == [("1", 0), ("2", 0)]
    assert [(refund.order, refund.amount) for refund in history.refunds] == [("2", 5_000)]


@pytest.mark.parametrize(
    ("column", "first", "other"), [("status", "paid", "cancelled"), ("refund_of", "8", "9")]
)
def test_lines_of_one_order_that_disagree_stop_at_their_line(
    column: str, first: str, other: str, tmp_path: Path
) -> None:
    text = f"o,c,t,q,p,x\n1,a,2024-01-01,1,100.00,{first}\n1,a,2024-01-01,1,50.00,{other}\n"
    mapping = f"order=o,customer=c,time=t,quantity=q,unit_price=p,{column}=x"
    with pytest.raises(LabError, match="line 3, field 'x'"):
        read(written(tmp_path, text), mapping)

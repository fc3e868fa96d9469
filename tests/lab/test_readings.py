"""Nothing is joined, doubled, left out or taken off without a word that names both totals."""

from pathlib import Path

import polars as pl
import pytest

from tests.lab.shop import HEADER, MAPPING, read, written
from tongbao.lab.history import History
from tongbao.lab.problems import LabError
from tongbao.lab.returns import match_refunds

LINES = "order=no,customer=who,time=when,line_amount=part"
PRICES = "order=no,customer=who,time=when,quantity=n,unit_price=each"
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Currency,Total,Created at,Cancelled at,Payment Method,"
    "Refunded Amount,Outstanding Balance,Id,Lineitem name\n"
)


def said(history: History, *words: str) -> bool:
    """Return whether one note bears all these words, and there is a Chinese one for each."""
    assert all(note.say("zh") for note in history.notes)
    return any(all(word in note.say("en") for word in words) for note in history.notes)


def paid(history: History) -> list[tuple[str, int]]:
    return [(order.id, order.paid) for order in history.orders]


def test_further_rows_of_any_mapped_file_may_be_blank(tmp_path: Path) -> None:
    text = (
        "no;who;when;state;money;total;item\n"
        "7;ann;2024-01-02 10:00;paid;CNY;30,00;One\n7;ann;;;;;Two\n7;;;;;;Three\n"
        "8;bob;2024-01-03;paid;CNY;12,00;Four\n"
    )
    history = read(written(tmp_path, text), f"{MAPPING},status=state,currency=money")
    assert paid(history) == [("7", 3000), ("8", 1200)]
    assert history.tallies["orders"].rows == 4
    assert said(history, "2 further rows of orders leave the amount blank")


def test_further_rows_that_repeat_the_orders_total_are_counted_once_and_told(
    tmp_path: Path,
) -> None:
    text = (
        "1,ann,2024-01-01,30.00\n1,ann,2024-01-01,30.00\n1,ann,2024-01-01,30\n2,bob,2024-01-02,12\n"
    )
    history = read(written(tmp_path, HEADER + text))
    assert paid(history) == [("1", 3000), ("2", 1200)]
    assert said(history, "2 further rows repeat", "¥42.00", "line_amount=", "¥102.00")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        *(("1,bob,2024-01-01,5,,", "who"), ("1,ann,2024-01-02,5,,", "when")),
        *(("1,ann,2024-01-01,5,2,", "back"), ("1,ann,2024-01-01,,,3", "gain")),
        *(("1,ann,2024-01-01,6,,", "total"), ("1,bob,,,,", "who")),
    ],
)
def test_a_further_row_that_says_otherwise_is_refused_by_its_column(
    row: str, column: str, tmp_path: Path
) -> None:
    text = f"no,who,when,total,back,gain\n1,ann,2024-01-01,5,1,2\n{row}\n"
    with pytest.raises(LabError, match=f"(?s)line 3, field 'no': .*line 2.*'{column}'") as fault:
        read(written(tmp_path, text), f"{MAPPING},refunded=back,profit=gain")
    assert ("line_amount=" in fault.value.say("en")) == (column == "total")


def test_a_refund_that_bears_its_orders_id_and_amount_is_no_further_row(tmp_path: Path) -> None:
    text = "no,who,when,total,back\n1,ann,2024-01-01,5,no\n1,ann,2024-01-01,5,yes\n"
    history = read(written(tmp_path, text), f"{MAPPING},refund=back")
    assert [(r.order, r.amount) for r in history.refunds] == [("1", 500)]


def test_further_lines_may_leave_what_the_first_says(tmp_path: Path) -> None:
    text = "no,who,when,part,state\n1,ann,2024-01-01,3,paid\n1,,,4,\n1,ann,,5,\n2,bob,2024-01-01,1,paid\n"
    history = read(written(tmp_path, text), f"{LINES},status=state")
    assert paid(history) == [("1", 1200), ("2", 100)]
    assert said(history, "2 further lines leave cells blank")


def test_totals_repeated_on_every_line_are_told_from_line_amounts(tmp_path: Path) -> None:
    text = "no,who,when,part,item\n1,ann,2024-01-01,30,A\n1,ann,2024-01-01,30,B\n2,bob,2024-01-02,12,C\n"
    history = read(written(tmp_path, text), LINES)
    assert said(history, "1 order with several lines", "¥72.00", "amount=", "¥42.00")
    other = read(written(tmp_path, text + "3,cid,2024-01-02,5,D\n3,cid,2024-01-02,6,E\n"), LINES)
    assert not said(other, "with several lines")


def test_equal_lines_of_one_order_are_told_with_both_totals(tmp_path: Path) -> None:
    rows = "1,ann,2024-01-31,1,100.00,A\n2,bob,2024-01-31,2,10.00,B\n"
    text = f"no,who,when,n,each,item\n{rows}{rows}3,cid,2024-02-01,1,5.00,C\n"
    history = read(written(tmp_path, text), PRICES)
    assert said(history, "2 lines are equal", "line 4", "¥245.00", "¥125.00")
    fine = f"no,who,when,n,each,item\n{rows}1,ann,2024-01-31,1,100.00,another\n"
    assert not said(read(written(tmp_path, fine), PRICES), "are equal")


def test_what_was_really_paid_decides_in_shopifys_export(tmp_path: Path) -> None:
    day = "2026-01-05 10:00:00 +0800"
    text = (
        f"{SHOPIFY}#1,a@x.com,paid,{day},CNY,100.00,{day},{day},manual,0.00,0.00,11,Cup\n"
        f"#2,b@x.com,paid,{day},CNY,6165.31,{day},,Stripe,0.00,2617.50,12,Cup\n"
        f"#3,c@x.com,paid,{day},CNY,50.00,{day},,gift_card,0.00,0.00,13,Cup\n"
        f"#4,c@x.com,paid,{day},CNY,50.00,{day},,Stripe,0.00,0.00,14,Gift Card\n"
        f"#5,d@x.com,refunded,{day},CNY,9.00,{day},{day},Stripe,9.00,0.00,15,Cup\n"
    )
    history = read(written(tmp_path, text), None)
    # 6165.31 - 2617.50 = 3547.81; 3547.81 + 50 + 50 + 9 = 3656.81
    assert paid(history) == [("#2", 354781), ("#3", 5000), ("#4", 5000), ("#5", 900)]
    assert history.tallies["by_status"].documents == 1
    assert said(history, "1 order is cancelled with nothing refunded", "¥100.00")
    assert said(history, "1 order is not paid in full", "¥2,617.50")
    assert said(history, "1 order was paid with gift cards", "¥3,656.81", "¥3,606.81")
    assert said(history, "1 order sells gift cards")


def test_columns_of_a_mapped_file_that_say_what_was_paid_are_looked_at(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,取消时间,未付金额,支付方式\n1,ann,2024-01-01,5,2024-01-02,,支付宝\n"
        "2,bob,2024-01-01,9,,2,微信\n3,cid,2024-01-01,4,,,礼品卡\n"
    )
    history = read(written(tmp_path, text))
    assert paid(history) == [("2", 700), ("3", 400)]
    assert said(history, "cancelled with nothing refunded", "¥5.00")
    assert said(history, "not paid in full", "¥2.00")
    assert said(history, "paid with gift cards", "¥4.00")


def test_more_outstanding_than_the_order_is_refused_by_its_line(tmp_path: Path) -> None:
    text = "no,who,when,total,outstanding\n1,ann,2024-01-01,5,6\n"
    with pytest.raises(LabError, match="line 2, field 'outstanding': more is outstanding, 600"):
        read(written(tmp_path, text))


NET = (
    "no,who,when,total,back\n1,甲,2026-01-05,0.00,64.80\n2,乙,2026-01-06,148.90,178.80\n"
    "3,丙,2026-01-06,64.00,38.00\n"
)


def test_amounts_that_are_net_of_refunds_are_refused_with_both_totals(tmp_path: Path) -> None:
    path = written(tmp_path, NET)
    with pytest.raises(LabError, match="line 3, field 'back': 2 of 3 orders") as fault:
        read(path, f"{MAPPING},refunded=back")
    # As mapped 148.90 - 148.90 + 64.00 - 38.00 = 26.00; net already: 212.90.
    for word in ("¥26.00", "¥212.90", "taken_off="):
        assert word in fault.value.say("en")
        assert word in fault.value.say("zh")


def test_refunds_already_taken_off_are_put_back_before_they_are_returned(tmp_path: Path) -> None:
    history = read(written(tmp_path, NET), f"{MAPPING},taken_off=back")
    assert paid(history) == [("1", 6480), ("2", 32770), ("3", 10200)]
    assert [order.returned for order in history.orders] == [6480, 17880, 3800]


def test_refunds_of_orders_of_nothing_are_counted_as_matching_no_order(tmp_path: Path) -> None:
    text = "no,who,when,total,back\n1,ann,2024-01-01,0,6.50\n2,bob,2024-01-01,9,1\n"
    history = read(written(tmp_path, text), f"{MAPPING},refunded=back")
    assert said(history, "1 order of nothing has a refund", "¥6.50")
    matching = match_refunds(history)
    assert [(rest.id, rest.amount) for rest in matching.unmatched] == [("1", 650)]
    assert (matching.refunds, matching.amount) == (2, 750)


def test_lines_may_bear_columns_of_lists_that_nobody_reads(tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    columns = {"no": ["1", "1"], "who": ["ann"] * 2, "when": ["2024-01-01"] * 2, "part": [3, 3]}
    pl.DataFrame({**columns, "tags": [["a"], ["a"]]}).write_parquet(path)
    history = read(path, LINES)
    assert paid(history) == [("1", 600)]
    assert said(history, "1 line is equal", "¥6.00", "¥3.00")


def test_a_further_row_may_spell_the_same_in_another_way(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,back,state\n1,René,2024-01-01,1234.50,5.00,on hold\n"
        "1,Rene\u0301,2024/1/1,1234.5,5,On-hold\n2,Ann@X.com,2024-01-02,9,,paid\n"
        "2,ann@x.com ,2024-01-02 00:00,9,0.00,PAID\n"
    )
    history = read(written(tmp_path, text), f"{MAPPING},refunded=back,status=state")
    assert paid(history) == [("2", 900)]
    assert history.tallies["by_status"].rows == 2

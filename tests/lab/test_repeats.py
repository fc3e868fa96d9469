"""What a file says twice counts once, or is told with both sums; amounts net of refunds are found."""

from pathlib import Path

import pytest

from tests.lab.shop import HEADER, MAPPING, read, written
from tests.lab.test_readings import LINES, paid, said
from tongbao.lab.problems import LabError
from tongbao.lab.returns import match_refunds

REFUNDS = "no,who,when,total,of,note\n"
WITH_REFUNDS = f"{MAPPING},refund_of=of"


def test_refund_rows_of_two_joined_exports_count_once_and_are_told(tmp_path: Path) -> None:
    rows = "1,ann,2024-01-01 10:00,50.00,,\nR1,ann,2024-01-03 11:00,-20.00,1,late\n"
    more = "R2,ann,2024-01-03 11:00,-20.00,1,another\n"
    history = read(written(tmp_path, REFUNDS + rows + rows + more), WITH_REFUNDS)
    assert [(r.id, r.amount) for r in history.refunds] == [("R1", 2000), ("R2", 2000)]
    assert history.tallies["refunds"].rows == 3
    assert said(history, "1 row", "line 5", "¥40.00", "¥60.00")


def test_refunds_that_differ_in_a_column_nobody_mapped_all_count(tmp_path: Path) -> None:
    rows = "1,ann,2024-01-01,50.00,,\n1,ann,2024-01-03,-20.00,,a\n1,ann,2024-01-03,-20.00,,b\n"
    history = read(written(tmp_path, REFUNDS + rows))
    assert [refund.amount for refund in history.refunds] == [2000, 2000]


def test_an_orders_refund_on_each_of_its_lines_counts_once_where_it_must(tmp_path: Path) -> None:
    text = (
        "no,who,when,part,back\n1,ann,2024-01-01,10,12\n1,ann,2024-01-01,5,12\n"
        "2,bob,2024-01-02,10,2\n2,bob,2024-01-02,30,2\n3,cid,2024-01-03,9,9\n"
    )
    history = read(written(tmp_path, text), f"{LINES},refunded=back")
    # 12 + 12 is more than the 15 that order 1 cost: the column holds the order's refund.
    assert [order.returned for order in history.orders] == [1200, 200, 900]
    assert said(history, "2 orders", "'back'", "once", "¥14.00", "¥28.00")


def test_refunds_of_lines_that_may_be_the_orders_are_added_up_and_told(tmp_path: Path) -> None:
    text = "no,who,when,part,back\n1,ann,2024-01-01,10,2\n1,ann,2024-01-01,5,2\n"
    history = read(written(tmp_path, text), f"{LINES},refunded=back")
    assert [order.returned for order in history.orders] == [400]
    assert said(history, "1 order", "'back'", "added up", "¥4.00", "¥2.00")
    other = f"{text}2,bob,2024-01-02,10,2\n2,bob,2024-01-02,30,0\n"
    assert not said(read(written(tmp_path, other), f"{LINES},refunded=back"), "added up, ¥")


def test_an_orders_profit_on_each_of_its_lines_counts_once_where_it_must(tmp_path: Path) -> None:
    text = "no,who,when,part,gain\n1,ann,2024-01-01,10,9\n1,ann,2024-01-01,5,9\n"
    history = read(written(tmp_path, text), f"{LINES},profit=gain")
    assert [order.profit for order in history.orders] == [900]
    assert said(history, "1 order", "'gain'", "¥9.00", "¥18.00")


def test_rows_without_an_id_go_on_the_order_above(tmp_path: Path) -> None:
    text = "no,who,when,total,item\n1,ann,2024-01-01,30,A\n,,,,B\n,,,,C\n2,bob,2024-01-02,5,D\n"
    history = read(written(tmp_path, text))
    assert paid(history) == [("1", 3000), ("2", 500)]
    assert history.tallies["orders"].rows == 4
    assert said(history, "2 further rows of orders leave the amount blank")


def test_lines_without_an_id_go_on_the_order_above_and_are_told(tmp_path: Path) -> None:
    text = "no,who,when,part\n1,ann,2024-01-01,30\n,,,7\n2,bob,2024-01-02,5\n"
    history = read(written(tmp_path, text), LINES)
    assert paid(history) == [("1", 3700), ("2", 500)]
    assert said(history, "1 row", "without an order's id", "¥42.00", "¥35.00")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1,ann,2024-01-01,30\n2,bob,2024-01-02,5\n,,,35\n", 4),
        ("1,ann,2024-01-01,30\n1,ann,2024-01-01,5\n,,,35\n2,bob,2024-01-02,5\n", 4),
    ],
)
def test_a_row_of_sums_is_no_line(text: str, line: int, tmp_path: Path) -> None:
    path = written(tmp_path, f"no,who,when,part\n{text}")
    with pytest.raises(LabError, match=f"line {line}, field 'no': .*may be their sum"):
        read(path, LINES)
    history = read(path, LINES, skip_bad_rows=True)
    assert history.tallies["bad"].rows == 1
    assert sum(order.paid for order in history.orders) in {3500, 4000}


def test_a_row_of_sums_under_orders_is_refused_by_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}1,ann,2024-01-01,30\n2,bob,2024-01-02,5\n,,,35\n")
    with pytest.raises(LabError, match="line 4, field 'no'"):
        read(path)


def test_a_row_without_an_id_after_a_bad_row_is_of_no_order(tmp_path: Path) -> None:
    text = f"{HEADER}1,ann,2024-01-01,30\n???,,,oops\n,,,\n"
    history = read(written(tmp_path, text), skip_bad_rows=True)
    assert history.tallies["orders"].rows == 1


TMALL = (
    "订单编号,买家会员名,总金额,买家实际支付金额,订单创建时间,退款金额\n"
    "1,甲,64.80,0.00,2026-01-05,64.80\n2,乙,120.00,100.00,2026-01-06,20.00\n"
    "3,丙,38.00,38.00,2026-01-06,0.00\n"
)
AS_TMALL = "order=订单编号,customer=买家会员名,time=订单创建时间,amount=买家实际支付金额"


def test_amounts_that_are_another_column_less_the_refund_are_net_already(tmp_path: Path) -> None:
    path = written(tmp_path, TMALL)
    with pytest.raises(LabError, match=r"(?s)'总金额' less the refund.*taken_off=") as fault:
        read(path, f"{AS_TMALL},refunded=退款金额")
    # As mapped 100 - 20 + 38 = 118.00; net already 138.00.
    for word in ("¥118.00", "¥138.00", "taken_off="):
        assert word in fault.value.say("zh")
    history = read(path, f"{AS_TMALL},taken_off=退款金额")
    assert [order.paid for order in history.orders] == [6480, 12000, 3800]
    assert sum(piece.amount for piece in match_refunds(history).pieces) == 8480


def test_a_suggestion_takes_such_refunds_as_taken_off(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="taken_off=退款金额"):
        read(written(tmp_path, TMALL), None)
    one = "".join(line + "\n" for line in TMALL.splitlines() if not line.startswith("1,"))
    with pytest.raises(LabError, match="taken_off=退款金额"):
        read(written(tmp_path, one), None)


def test_refunds_of_gross_amounts_read_as_mapped(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,back,before\n1,ann,2024-01-01,90,20,100\n2,bob,2024-01-02,50,10,60\n"
        "3,cid,2024-01-02,7,,7\n"
    )
    history = read(written(tmp_path, text), f"{MAPPING},refunded=back")
    assert [order.returned for order in history.orders] == [2000, 1000, 0]


def test_what_a_gift_card_paid_is_taken_off_where_its_column_is_mapped(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,back,store credit\n1,ann,2024-01-01,50,45,20\n2,bob,2024-01-02,9,,9\n"
        "3,cid,2024-01-03,5,,\n"
    )
    path = written(tmp_path, text)
    told = read(path, f"{MAPPING},refunded=back")
    assert paid(told) == [("1", 5000), ("2", 900), ("3", 500)]
    assert said(told, "¥64.00", "¥35.00", "--columns 'gift_card=store credit'")
    off = read(path, f"{MAPPING},refunded=back,gift_card=store credit")
    assert paid(off) == [("1", 3000), ("3", 500)]
    assert off.orders[0].returned == 3000
    assert said(off, "2 orders", "¥29.00 was taken off")


@pytest.mark.parametrize("way", ["Store Credit", "余额支付", "储值卡", "Gift Card + Stripe"])
def test_store_credit_is_told_as_gift_cards_are(way: str, tmp_path: Path) -> None:
    text = f"no,who,when,total,支付方式\n1,ann,2024-01-01,50,{way}\n2,bob,2024-01-02,9,余额宝\n"
    history = read(written(tmp_path, text))
    assert said(history, "1 order", "gift cards or store credit", "¥59.00", "¥9.00")

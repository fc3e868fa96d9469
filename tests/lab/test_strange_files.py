"""Exports of shops as a stranger brings them: what is left out may have gaps, what is hidden is told."""

from pathlib import Path

import pytest

from tests.lab.shop import MAPPING, read, written
from tests.lab.test_readings import paid, said
from tongbao.lab.problems import LabError

STATES = f"{MAPPING},status=state"


def test_an_unpaid_order_may_have_no_time_and_no_amount(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,state\n1,小明,2026-01-05 10:00,100.00,交易成功\n2,小红,,50.00,交易关闭\n"
        "3,小红,2026-01-06,,已取消\n4,小红,,,等待买家付款\n"
    )
    history = read(written(tmp_path, text), STATES)
    assert paid(history) == [("1", 10000)]
    assert history.tallies["by_status"].documents == 3


@pytest.mark.parametrize(
    "row", ["2,小红,,50.00,交易成功", "2,小红,2026-01-06,,交易成功", "2,小红,,50.00,unheard"]
)
def test_an_order_that_may_count_needs_time_and_amount(row: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"no,who,when,total,state\n1,小明,2026-01-05,9,交易成功\n{row}\n")
    with pytest.raises(LabError, match=r"line 3, field '(when|total)': nothing is written here"):
        read(path, STATES)


def test_cancelled_lines_may_have_no_price(tmp_path: Path) -> None:
    text = (
        "no,who,when,n,each,state\n1,a,2026-01-05,2,10.00,Shipped\n2,b,2026-01-06,0,,Cancelled\n"
        "2,b,2026-01-06,0,,Cancelled\n"
    )
    mapping = "order=no,customer=who,time=when,quantity=n,unit_price=each,status=state"
    assert paid(read(written(tmp_path, text), mapping)) == [("1", 2000)]


def test_customers_that_are_partly_hidden_are_told(tmp_path: Path) -> None:
    rows = "1,138****1234,2026-01-05,9\n2,138****1234,2026-01-06,9\n3,139****0001,2026-01-06,1\n"
    history = read(written(tmp_path, f"no,who,when,total\n{rows}"))
    assert said(history, "2 customers are partly hidden", "138****1234")


@pytest.mark.parametrize("who", ["张*", "a***@x.c", "****", "＊＊＊1234", "李••"])
def test_customers_of_whom_hardly_anything_shows_are_refused(who: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"no,who,when,total\n1,{who},2026-01-05,9\n")
    with pytest.raises(LabError, match=r"(?s)line 2, field 'who': .*customer=Email"):
        read(path)


@pytest.mark.parametrize(
    ("header", "row", "options"),
    [
        (
            "amazon-order-id\tpurchase-date\torder-status\tquantity\tcurrency\titem-price\tbuyer-email",
            "111-1\t2026-01-05T10:11:12Z\tShipped\t2\tCNY\t20.00\ta@x.com",
            "line_amount=item-price",
        ),
        (
            '"ID","Purchase Date","Customer Email","Grand Total (Purchased)","Status"',
            '"101","Jan 5, 2026, 10:11:12 AM","ann@x.com","¥1,234.50","complete"',
            "amount=Grand Total (Purchased),status=Status' --time-format '%b %d, %Y, %I:%M:%S %p'",
        ),
        (
            "订单号,买家手机号,付款时间,商家实收金额(元)",
            "E1,13800138000,2026-01-05 10:00,12.50",
            "customer=买家手机号,time=付款时间,amount=商家实收金额(元)",
        ),
        (
            "Order Number,Buyer Username,Sale Date,Total Price",
            "22-1,annb,Jan-05-26,¥12.50",
            "--time-format '%b-%d-%y'",
        ),
    ],
)
def test_exports_of_many_shops_get_a_mapping_that_works(
    header: str, row: str, options: str, tmp_path: Path
) -> None:
    with pytest.raises(LabError) as fault:
        read(written(tmp_path, f"{header}\n{row}\n"), None)
    assert "This reads the file's first rows" in fault.value.say("en")
    assert options in fault.value.say("en")

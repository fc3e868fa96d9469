"""A state that nobody knows stops the reading; what is left out by its state is told with its sum."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.shop import MAPPING, read, written
from tongbao.lab.problems import LabError

MAPPED = f"{MAPPING},status=state"


def mapped(*states: str) -> str:
    """Return a file with an order of 1.00, 2.00, 3.00 … in each state."""
    rows = (f'{n},m{n},2026-01-{n:02d},{n}.00,"{s}"\n' for n, s in enumerate(states, 1))
    return "no,who,when,total,state\n" + "".join(rows)


def shopify(*states: str) -> str:
    header = "Name,Email,Financial Status,Paid at,Currency,Total,Created at,Id,Billing Phone\n"
    rows = (
        f"#{n},m{n}@example.com,{s},,CNY,{n}.00,2026-01-{n:02d} 10:00:00 +0800,{n},1380000000{n}\n"
        for n, s in enumerate(states, 1)
    )
    return header + "".join(rows)


def woocommerce(*states: str) -> str:
    header = "Order Number,Order Status,Order Date,Email (Billing),Order Total Amount\n"
    rows = (
        f"{n},{s},2026-01-{n:02d} 10:00,m{n}@example.com,{n}.00\n" for n, s in enumerate(states, 1)
    )
    return header + "".join(rows)


def analytics(*states: str) -> str:
    header = 'Date,"Order #",Status,Customer,"Items sold","N. Revenue"\n'
    rows = (f"2026-01-{n:02d} 10:00:00,{n},{s},m{n},1,{n}\n" for n, s in enumerate(states, 1))
    return header + "".join(rows)


OTHERS = [
    "Shipped",
    "Delivered",
    "Abgeschlossen",
    "已付款",
    "Terminée",
    "wc-packed",
    "支払い済み",
    "",
]


@pytest.mark.parametrize("write", [woocommerce, analytics])
@pytest.mark.parametrize("state", OTHERS)
def test_a_known_exports_own_states_stop_and_are_named(
    tmp_path: Path, write: Callable[..., str], state: str
) -> None:
    path = written(tmp_path, write("completed", state, "cancelled"))
    with pytest.raises(LabError) as caught:
        read(path, None)
    said = caught.value.say("en")
    assert "nobody knows" in said
    assert "(1, ¥2.00)" in said
    assert "--paid-status 'completed" in said
    assert "2 orders, ¥3.00" in said  # with it
    assert "1 order, ¥1.00" in said  # without it
    assert "不清楚" in caught.value.say("zh")


@pytest.mark.parametrize("state", ["已付款", "Bezahlt", "picked up", "complete", ""])
def test_shopifys_states_stop_too(tmp_path: Path, state: str) -> None:
    with pytest.raises(LabError, match=r"(?s)Financial Status.*nobody knows"):
        read(written(tmp_path, shopify("paid", state)), None)


def test_the_way_out_as_printed_is_one(tmp_path: Path) -> None:
    path = written(tmp_path, woocommerce("completed", "Shipped", "", "cancelled"))
    with pytest.raises(LabError, match="--paid-status 'completed,shipped,blank'"):
        read(path, None)
    history = read(path, None, paid_status="completed,shipped,blank")
    assert [order.id for order in history.orders] == ["1", "2", "3"]


def test_known_states_are_left_out_and_told_with_their_sum(tmp_path: Path) -> None:
    history = read(written(tmp_path, shopify("paid", "pending", "voided", "pending")), None)
    notes = [note.say("en") for note in history.notes]
    assert "left out by their state: 'pending' (2, ¥6.00), 'voided' (1, ¥3.00)" in notes


def test_a_blank_state_stops_with_its_way_out(tmp_path: Path) -> None:
    path = written(tmp_path, mapped("paid", "", "NULL"))
    with pytest.raises(
        LabError, match=r"(?s)\(blank\) \(2, ¥5.00\).*--paid-status 'paid,blank' all"
    ):
        read(path, MAPPED)
    assert len(read(path, MAPPED, paid_status="paid,blank").orders) == 3
    left = read(path, MAPPED, paid_status="paid")
    assert "(blank) (2, ¥5.00)" in left.notes[0].say("en")
    assert "（空白）" in left.notes[0].say("zh")


def test_a_column_of_blank_states_only_says_to_leave_it_out(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"leave status= out of --columns"):
        read(written(tmp_path, mapped("", "")), MAPPED)


def test_an_order_of_nothing_needs_no_state(tmp_path: Path) -> None:
    text = mapped("paid") + "9,m9,2026-01-09,0.00,\n"
    assert len(read(written(tmp_path, text), MAPPED).orders) == 1


@pytest.mark.parametrize(
    "state",
    [
        *(
            "Bezahlt",
            "payée",
            "Pagado",
            "Pagato",
            "Betaald",
            "支払い済み",
            "결제완료",
            "оплачен",
            "已出貨",
        ),
        *("买家已付款，等待卖家发货", "买家已付款,等待卖家发货", "ＰＡＩＤ", "Partially  Refunded"),
    ],
)
def test_paid_is_paid_in_many_languages(tmp_path: Path, state: str) -> None:
    assert len(read(written(tmp_path, mapped(state)), MAPPED).orders) == 1


@pytest.mark.parametrize(
    "state",
    ["Storniert", "annulée", "Cancelado", "Annullato", "キャンセル", "취소", "отменён", "取消"],
)
def test_cancelled_is_cancelled_in_many_languages(tmp_path: Path, state: str) -> None:
    history = read(written(tmp_path, mapped("paid", state)), MAPPED)
    assert [order.id for order in history.orders] == ["1"]


def test_only_unpaid_orders_say_how_to_count_them(tmp_path: Path) -> None:
    path = written(tmp_path, shopify("pending", "pending"))
    with pytest.raises(LabError) as caught:
        read(path, None)
    said = caught.value.say("en")
    assert "'pending' (2, ¥3.00)" in said
    assert "--paid-status 'pending'" in said
    assert "by_status" not in said + caught.value.say("zh")
    assert len(read(path, None, paid_status="pending").orders) == 2


def test_a_state_that_no_order_is_in_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, mapped("paid", "shiped"))
    history = read(path, MAPPED, paid_status="paid,shipped")
    assert any("no order is in a state" in note.say("en") for note in history.notes)


def test_customers_in_another_column_are_suggested(tmp_path: Path) -> None:
    text = shopify("paid", "paid").replace("m1@example.com", "").replace("m2@example.com", "")
    path = written(tmp_path, text)
    with pytest.raises(LabError, match="--columns 'customer=Billing Phone'"):
        read(path, None)
    assert len(read(path, "customer=Billing Phone").orders) == 2


def test_a_refund_without_a_state_counts(tmp_path: Path) -> None:
    text = mapped("paid") + "9,m1,2026-01-09,-1.00,\n"
    assert len(read(written(tmp_path, text), MAPPED).refunds) == 1

"""Names in orders files: nobody, ids that a spreadsheet has cut, one person in several spellings."""

import math
from pathlib import Path

import polars as pl
import pytest

from tests.lab.shop import HEADER, MAPPING, read, written
from tongbao.lab.history import History
from tongbao.lab.names import LONGEST_NAME, Names, name_of
from tongbao.lab.problems import CellError, LabError
from tongbao.plans.names import one_spelling, person_name


def orders(*customers: str, order: str = "A") -> str:
    """Return a file with an order of 1.00, 2.00, … for each customer."""
    rows = (f'{order}{n},"{who}",2026-01-{n:02d},{n}.00\n' for n, who in enumerate(customers, 1))
    return HEADER + "".join(rows)


CUT = [
    *("1.38E+10", "1,38E+10", "4.479e10", "2.02601E+17", "1E+11", "-1.5E+12", "1.38 E+10"),
    *("１.３８Ｅ＋１０", "1.38x10^10", "20260112345678901.0", "6.22E+18"),
]


@pytest.mark.parametrize("text", CUT)
def test_a_customer_that_a_spreadsheet_has_cut_stops_at_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(LabError) as caught:
        read(written(tmp_path, orders("ann", text)))
    assert (caught.value.line, caught.value.field) == (3, "who")
    assert "has cut" in caught.value.say("en")
    assert "截短" in caught.value.say("zh")


@pytest.mark.parametrize("text", CUT)
def test_an_order_id_that_a_spreadsheet_has_cut_stops_at_its_line(
    tmp_path: Path, text: str
) -> None:
    lines = f'no,who,when,sum\n1,ann,2026-01-01,1.00\n"{text}",ann,2026-01-02,2.00\n'
    with pytest.raises(LabError) as caught:
        read(written(tmp_path, lines), "order=no,customer=who,time=when,line_amount=sum")
    assert (caught.value.line, caught.value.field) == (3, "no")
    assert "has cut" in caught.value.say("en")


def test_the_order_of_a_refund_that_a_spreadsheet_has_cut_stops_at_its_line(tmp_path: Path) -> None:
    text = "no,who,when,total,of\n1,ann,2026-01-01,5.00,\n2,ann,2026-01-02,-1.00,2.02601E+17\n"
    with pytest.raises(LabError) as caught:
        read(written(tmp_path, text), f"{MAPPING},refund_of=of")
    assert (caught.value.line, caught.value.field) == (3, "of")


@pytest.mark.parametrize("text", ["1E10", "12E5", "E10", "5x10", "A-1.5E+3", "1.38.10", "v1.2e"])
def test_an_id_that_only_looks_like_a_number_is_one(tmp_path: Path, text: str) -> None:
    (order,) = read(written(tmp_path, orders(text))).orders
    assert order.customer == text


def test_long_numbers_that_all_end_in_zeros_were_cut(tmp_path: Path) -> None:
    with pytest.raises(LabError) as caught:
        read(written(tmp_path, orders("ann", "202601051234567000", "202601061234567000")))
    assert (caught.value.line, caught.value.field) == (3, "who")
    assert "end in zeros" in caught.value.say("en")


def test_one_whole_long_number_shows_that_none_was_cut(tmp_path: Path) -> None:
    text = orders("202601051234567000", "202601061234567000", "202601061234567891")
    assert len(read(written(tmp_path, text)).orders) == 3


def test_a_card_number_that_ends_in_nought_by_chance_is_a_name(tmp_path: Path) -> None:
    text = orders("6222021234567890", "6222021234567890", "6222021234567890")
    assert len(read(written(tmp_path, text)).orders) == 3


@pytest.mark.parametrize("text", ["########", "#REF!", "#VALUE!"])
def test_what_a_spreadsheet_shows_for_a_lost_cell_is_no_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(LabError) as caught:
        read(written(tmp_path, orders(text)))
    assert caught.value.line == 2


def test_an_id_with_point_nought_is_the_whole_number_and_told(tmp_path: Path) -> None:
    history = read(written(tmp_path, orders("13800000000.0", "13800000000")))
    assert [order.customer for order in history.orders] == ["13800000000"] * 2
    assert any(".0 behind" in note.say("en") for note in history.notes)


NOBODY = [
    *(
        "NULL",
        r"\N",
        "nan",
        "NaN",
        "None",
        "N/A",
        "n/a",
        "#N/A",
        "NA",
        "<NA>",
        "nil",
        "-",
        "--",
        "—",
    ),
    *(
        "无",
        "空",
        "無",
        "(null)",
        "undefined",
        "0",
        "00",
        "0.0",
        "guest",
        "Guest",
        "GUEST ",
        "游客",
    ),
    *("访客", "匿名", "Gast", "ゲスト", "비회원", "ＮＵＬＬ", "\u200bNULL", "Walk-in", "anonymous"),
]


@pytest.mark.parametrize("text", NOBODY)
def test_words_for_nothing_and_guests_are_nobody_counted_and_told(
    tmp_path: Path, text: str
) -> None:
    history = read(written(tmp_path, orders(text, text, "m1")))
    assert [order.customer for order in history.orders] == ["m1"]
    left = history.tallies["without_customer"]
    assert (left.documents, left.amount) == (2, 300)
    told = [note for note in history.notes if "means nobody" in note.say("en")]
    assert len(told) == 1
    assert "2" in told[0].say("zh")


@pytest.mark.parametrize(
    "text", ["Nan Li", "Noone", "10", "0a", "Guestino", "无名", "Null-Smith", "#0"]
)
def test_a_name_that_only_begins_like_nothing_is_a_name(tmp_path: Path, text: str) -> None:
    (order,) = read(written(tmp_path, orders(text))).orders
    assert order.customer == text


@pytest.mark.parametrize("text", ["NULL", r"\N", "nan", "-", "N/A"])
def test_an_order_without_an_id_stops_at_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(LabError) as caught:
        read(written(tmp_path, f"{HEADER}1,ann,2026-01-01,1.00\n{text},ann,2026-01-02,1.00\n"))
    assert (caught.value.line, caught.value.field) == (3, "no")


def test_a_table_with_no_number_for_a_customer_has_nobody(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"no": ["1", "2"], "who": [7.0, math.nan], "when": ["2026-01-01"] * 2, "total": ["1", "2"]}
    )
    path = tmp_path / "orders.parquet"
    frame.write_parquet(path)
    history = read(path)
    assert [order.customer for order in history.orders] == ["7"]
    assert history.tallies["without_customer"].amount == 200


def test_a_float_too_large_for_its_digits_is_cut() -> None:
    with pytest.raises(CellError):
        Names().customer(2.02601051234567e17, "who")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("René", "Rene\u0301"),
        ("１３８００００００００", "13800000000"),
        ("13800000000", "138\u200b00000000"),
        ("\ufeffann", "ann"),
        ("Ann@Example.com", "ann@example.com"),
        ("Ａｎｎ＠example.com", "ann@example.com"),
        ("ﾀﾅｶ", "タナカ"),
        ("ﾀﾞﾝ", "ダン"),
        ("Ann\u00a0Lee", "Ann Lee"),
        ("张　三", "张 三"),
        ("박\u200d지성", "박지성".encode().decode()),
        ("박지성", "\u1107\u1161\u11a8\u110c\u1175\u1109\u1165\u11bc"),
    ],
)
def test_spellings_of_one_name_are_one_customer_and_told(
    tmp_path: Path, one: str, other: str
) -> None:
    history = read(written(tmp_path, orders(one, other)))
    assert len({order.customer for order in history.orders}) == 1
    assert any("several ways" in note.say("en") for note in history.notes)
    assert any("几种写法" in note.say("zh") for note in history.notes)


@pytest.mark.parametrize(
    ("one", "other"), [("Ann", "ann"), ("①", "1"), ("张三", "張三"), ("ß@x.de", "ss@x.de")]
)
def test_names_that_may_be_two_stay_two(tmp_path: Path, one: str, other: str) -> None:
    history = read(written(tmp_path, orders(one, other)))
    assert len({order.customer for order in history.orders}) == 2
    assert not any("several ways" in note.say("en") for note in history.notes)


def test_order_ids_are_one_in_any_width(tmp_path: Path) -> None:
    text = f"{HEADER}＃１,ann,2026-01-01,1.00\n#1,ann,2026-01-02,-0.40\n"
    (refund,) = read(written(tmp_path, text)).refunds
    assert refund.order == "#1"


def test_an_id_in_a_float_column_loses_its_point() -> None:
    assert name_of(17850.0) == name_of(17850) == name_of(" 17850 ") == "17850"
    assert name_of(None) == ""


def test_a_name_too_long_for_a_command_is_refused() -> None:
    assert name_of("x" * LONGEST_NAME)
    with pytest.raises(CellError):
        name_of("x" * (LONGEST_NAME + 1))


def test_one_spelling_of_one_spelling_is_itself() -> None:
    for text in ("ﾀﾞﾝ", "Rene\u0301", "Ａ　Ｂ", "a\u200b\u0301", "ｶ\u200bﾞ"):
        assert one_spelling(one_spelling(text)) == one_spelling(text)
    assert person_name("Ann Lee") == "Ann Lee"


def refunded(tmp_path: Path, order: str, meant: str, *, who: str = "ann") -> History:
    """Return a history of an order, another one, and a refund that names the first."""
    text = (
        f"no,who,when,total,of\n{order},ann,2026-01-01,5.00,\nX9,ann,2026-01-02,7.00,\n"
        f"R1,{who},2026-01-03,-2.00,{meant}\n"
    )
    return read(written(tmp_path, text), f"{MAPPING},refund_of=of")


@pytest.mark.parametrize(
    ("order", "meant"),
    [
        *(("#1001", "1001"), ("1001", "#1001"), ("001002", "1002"), ("1002", "001002")),
        *(("#1001", "＃１００１"), ("No. 1001", "1001"), ("ORDER 77", "77"), ("Ab-7", "AB-7")),
        *(("订单号：1001", "1001"), ("1001", "1001.0")),
    ],
)
def test_a_refund_finds_its_order_in_another_spelling(
    tmp_path: Path, order: str, meant: str
) -> None:
    history = refunded(tmp_path, order, meant)
    assert [refund.order for refund in history.refunds] == [history.orders[0].id]
    told = any("another way" in note.say("en") for note in history.notes)
    assert told == (meant not in {"1001.0", "＃１００１"})


def test_a_spelling_that_may_mean_two_orders_means_none(tmp_path: Path) -> None:
    text = (
        "no,who,when,total,of\n#1001,ann,2026-01-01,5.00,\n01001,ann,2026-01-02,7.00,\n"
        "R1,ann,2026-01-03,-2.00,1001\n"
    )
    (refund,) = read(written(tmp_path, text), f"{MAPPING},refund_of=of").refunds
    assert refund.order == "1001"


def test_a_refunds_own_id_is_an_order_in_another_spelling_of_the_same_customer(
    tmp_path: Path,
) -> None:
    for who, order in (("ann", "#1001"), ("bob", "")):
        text = f"{HEADER}#1001,ann,2026-01-01,5.00\n1001,{who},2026-01-03,-2.00\n"
        (refund,) = read(written(tmp_path, text)).refunds
        assert refund.order == order


@pytest.mark.parametrize("text", ["0", "NULL", "-"])
def test_a_refund_that_names_no_order_names_none(tmp_path: Path, text: str) -> None:
    assert refunded(tmp_path, "1", text).refunds[0].order == ""

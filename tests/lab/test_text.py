"""The text of an orders file: encodings, delimiters, lines above the names, short offsets; all told."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.lab.shop import HEADER, MAPPING, read, written
from tongbao.lab.history import History
from tongbao.lab.moments import Clock, moment
from tongbao.lab.problems import CellError, LabError

ROWS = "1;ann;2026-01-05;12,50\n2;bob;2026-01-06;1,50\n"
NAMES = "no;who;when;total\n"


def said(history: History) -> str:
    return "\n".join(note.say("en") for note in history.notes)


def amounts(history: History) -> list[int]:
    return [order.paid for order in history.orders]


@pytest.mark.parametrize(
    "first", ["sep=;\n", '"sep=;"\n', "SEP=;\r\n", "\ufeffsep=;\n", "\nsep=;\n"]
)
def test_a_line_that_names_the_delimiter_is_skipped_and_told(tmp_path: Path, first: str) -> None:
    history = read(written(tmp_path, first + NAMES + ROWS))
    assert amounts(history) == [1250, 150]
    assert "';'" in said(history)
    assert "1 line above the columns' names was skipped: 'sep=" in said(history).replace(
        "SEP", "sep"
    )


def test_a_delimiter_that_only_its_line_names_is_taken(tmp_path: Path) -> None:
    text = "sep=~\nno~who~when~total\n1~ann~2026-01-05~2.50\n"
    assert amounts(read(written(tmp_path, text))) == [250]


@pytest.mark.parametrize(
    "above",
    [
        "Orders of January\nShop: Demo\n\n",
        "Orders of January\n",
        "Report,Orders\nFrom,2026-01-01\nTo,2026-01-31\n",
        "Report;;;\nFrom;2026-01-01;;\n\n",
        '"Orders, all of them"\nPrinted 2026-02-01, 10:00, by Ann\n',
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_lines_above_the_names_are_skipped_and_told(
    tmp_path: Path, above: str, delimiter: str
) -> None:
    rows = "1,ann,2026-01-05,12.50\n2,bob,2026-01-06,1.50\n3,bob,2026-01-07,1.00\n"
    history = read(written(tmp_path, above + (HEADER + rows).replace(",", delimiter)))
    assert amounts(history) == [1250, 150, 100]
    assert "above the columns' names w" in said(history)
    assert "跳过了列名上面的" in "".join(note.say("zh") for note in history.notes)


def test_lines_are_counted_through_what_was_skipped(tmp_path: Path) -> None:
    text = f"Orders\n\n{HEADER}1,ann,2026-01-05,1.00\n2,ann,never,1.00\n"
    with pytest.raises(LabError) as caught:
        read(written(tmp_path, text))
    assert caught.value.line == 5
    assert "above the columns' names" in caught.value.say("en")


def test_names_alone_are_not_taken_for_a_line_above(tmp_path: Path) -> None:
    text = f"{HEADER.strip()},note\n1,ann,2026-01-05,1.00,\n2,ann,2026-01-06,2.00,\n"
    assert amounts(read(written(tmp_path, text))) == [100, 200]


@pytest.mark.parametrize(
    ("names", "mapping"),
    [
        (
            '"Order, number";"Customer, name";"Date, time";"Total, EUR, gross"\n',
            'order="Order, number"',
        ),
        ("'no';who;when;total\n", None),
    ],
)
def test_a_delimiter_in_quotes_separates_nothing(
    tmp_path: Path, names: str, mapping: str | None
) -> None:
    columns = (
        '"order=Order, number","customer=Customer, name","time=Date, time","amount=Total, EUR, gross"'
        if mapping
        else "order='no',customer=who,time=when,amount=total"
    )
    history = read(written(tmp_path, names + ROWS), columns, currency="EUR")
    assert amounts(history) == [1250, 150]


def test_decimal_commas_in_every_column_are_no_delimiters(tmp_path: Path) -> None:
    text = "no;who;when;total;a;b;c\n" + "".join(
        f"{n};m{n};2026-01-05;1,50;0,1;0,2;0,3\n" for n in range(1, 30)
    )
    assert amounts(read(written(tmp_path, text))) == [150] * 29


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_told(tmp_path: Path, delimiter: str) -> None:
    text = (HEADER + "1,ann,2026-01-05,1.00\n").replace(",", delimiter)
    assert "the columns are separated by" in said(read(written(tmp_path, text)))


@pytest.mark.parametrize(
    ("encoding", "names", "told"),
    [
        ("big5", "訂單編號,會員,下單時間,實付金額", "Big5"),
        ("shift_jis", "注文番号,顧客,日時,合計金額", "Shift-JIS"),
        ("cp949", "주문번호,고객,주문일시,결제금액", "Korean"),
        ("cp1251", "Заказ,Клиент,Дата,Сумма", "Cyrillic"),
        ("gb18030", "订单编号,会员,下单时间,实付金额", "GB 18030"),
        ("utf-16-le", "订单编号,会员,下单时间,实付金额", "UTF-16"),
        ("utf-16-be", "no,who,when,total", "UTF-16"),
    ],
)
def test_an_encoding_is_found_by_the_words_in_it_and_told(
    tmp_path: Path, encoding: str, names: str, told: str
) -> None:
    text = f"{names}\n1,m7,2026-01-05 10:00:00,12.50\n".encode(encoding)
    path = written(tmp_path, text)
    columns = names.split(",")
    history = read(path, "order={},customer={},time={},amount={}".format(*columns))
    assert amounts(history) == [1250]
    assert told in said(history)
    with pytest.raises(LabError) as caught:
        read(path, "order=nothing")
    assert told in caught.value.say("en")
    assert told.split(maxsplit=1)[0] in caught.value.say("en")


def test_the_encoding_that_was_assumed_is_told_of_columns_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"was read as .*--encoding"):
        read(written(tmp_path, "ид,кт\n1,2\n".encode("cp1251")), None)


@pytest.mark.parametrize(
    "offset",
    ["+08", "+8", " +08", "+0800", "+08:00", " UTC+8", " GMT+08:00", " (UTC+08:00)", "\u221203"],
)
def test_offsets_may_be_short(offset: str) -> None:
    clock = Clock()
    assert clock(f"2026-01-05 10:11:12.5{offset}") == datetime(2026, 1, 5, 10, 11, 12, 500_000)
    assert len(clock.offsets) == 1


@pytest.mark.parametrize("offset", ["Z", "z", " UTC", " utc", " GMT", "+00", "-00"])
def test_no_offset_from_utc_is_one(offset: str) -> None:
    clock = Clock()
    clock(f"2026-01-05T10:11{offset}")
    assert [value.total_seconds() for value in clock.offsets] == [0]


@pytest.mark.parametrize(
    "text", ["2026-01-05-03", "2026-01-05 +08", "2026-01-05 10:11+25", "2026-01-05 10:11 CET"]
)
def test_what_may_be_no_offset_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        moment(text)


@pytest.mark.parametrize("text", ["05/01/2026 10:11:12+08", "05/01/2026 10:11:12-03"])
def test_a_format_with_an_offset_reads_short_ones(text: str) -> None:
    clock = Clock("%d/%m/%Y %H:%M:%S%z")
    assert clock(text) == datetime(2026, 1, 5, 10, 11, 12)


def test_short_offsets_turn_into_the_shops_days(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}1,ann,2026-01-05 20:00:00-03,1.00\n")
    (order,) = read(path, MAPPING, time_zone="Asia/Shanghai").orders
    assert order.time == datetime(2026, 1, 6, 7)

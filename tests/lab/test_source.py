"""Files are known by their bytes; what can't be read is named with its line."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from tests.lab.shop import HEADER, read, written
from tongbao.lab import parquet_file, source
from tongbao.lab.problems import LabError
from tongbao.lab.source import open_source

ROW = "1,ann,2024-01-01,5.00\n"


def test_utf8_with_a_byte_order_mark_is_text(tmp_path: Path) -> None:
    found = open_source(written(tmp_path, b"\xef\xbb\xbf" + HEADER.encode()))
    assert found.columns == ("no", "who", "when", "total")


def test_a_chinese_shops_gbk_export_is_read(tmp_path: Path) -> None:
    text = "订单号,会员,下单时间,实付金额\n1,张三,2024-01-01,5.00\n"
    path = written(tmp_path, text.encode("gbk"))
    history = read(path, "order=订单号,customer=会员,time=下单时间,amount=实付金额")
    assert history.orders[0].customer == "张三"
    assert "gb18030" in history.kind
    assert "GBK" in history.notes[0].say("en")


def test_utf16_as_spreadsheets_write_it_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, (HEADER + ROW).replace(",", "\t").encode("utf-16"))
    assert len(read(path).orders) == 1


def test_bytes_that_are_no_text_name_their_line(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER.encode() + ROW.encode() + b"2,\xff\xff,2024-01-01,5.00\n")
    with pytest.raises(LabError, match=r"orders\.csv, line 3: .*GB 18030"):
        read(path)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_found_in_the_first_line(tmp_path: Path, separator: str) -> None:
    path = written(tmp_path, (HEADER + ROW).replace(",", separator))
    assert read(path).orders[0].paid == 500


def test_gzip_is_known_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress((HEADER + ROW).encode()), "orders.txt")
    assert read(path).orders[0].paid == 500


def test_a_cut_off_gzip_file_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress((HEADER + ROW * 500).encode())
    with pytest.raises(LabError, match=r"orders\.csv: can't be read"):
        read(written(tmp_path, packed[: len(packed) // 2]))


def test_unpacking_stops_at_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGEST_FILE", 10**6)
    path = written(tmp_path, gzip.compress(HEADER.encode() + b"x" * 10**7))
    assert path.stat().st_size < 20_000
    with pytest.raises(LabError, match="more than 1000000 bytes once unpacked"):
        read(path)


def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="line 2: the line has more than a million characters"):
        read(written(tmp_path, HEADER + "x" * (2**20 + 1)))


def test_lines_are_counted_through_quoted_line_breaks_and_blank_lines(tmp_path: Path) -> None:
    text = HEADER + '1,"ann\nlee",2024-01-01,5.00\n\n\n2,bob,2024-01-01,oops\n'
    with pytest.raises(LabError, match=r"line 6, field 'total': 'oops' is no amount"):
        read(written(tmp_path, text))


def test_a_quotation_mark_that_is_not_closed_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"line 3: the row is no CSV"):
        read(written(tmp_path, HEADER + ROW + '2,"ann,2024-01-01,5.00\n' + ROW * 3))


def test_a_row_with_too_few_or_too_many_cells_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"line 3: the row has 3 cells, but there are 4 columns"):
        read(written(tmp_path, HEADER + ROW + "2,bob,2024-01-01\n"))
    with pytest.raises(LabError, match=r"line 3: the row has 5 cells, but there are 4 columns"):
        read(written(tmp_path, HEADER + ROW + "2,bob,2024-01-01,5.00,x\n"))


def test_blank_cells_beyond_the_columns_do_no_harm(tmp_path: Path) -> None:
    assert len(read(written(tmp_path, HEADER + "1,ann,2024-01-01,5.00,,\n")).orders) == 1


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(LabError, match="no columns and no rows"):
        read(written(tmp_path, content))


def test_a_workbook_says_how_to_save_it(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"Excel workbook.*\n.*CSV UTF-8"):
        read(written(tmp_path, b"PK\x03\x04 and so on", "orders.xlsx"))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(LabError, match="can't be read"):
            read(path)


def test_parquet_rows_are_numbered_from_one(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {"no": [1, 2], "who": ["a", "b"], "when": ["2024-01-01", "never"], "total": [1.5, 2.5]}
    )
    table.write_parquet(tmp_path / "orders.parquet")
    with pytest.raises(LabError, match=r"orders\.parquet, line 2, field 'when': 'never'"):
        read(tmp_path / "orders.parquet")


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"orders\.parquet: this is no sound Parquet file"):
        read(written(tmp_path, b"PAR1 is how it begins", "orders.parquet"))


def test_a_parquet_file_that_would_abort_the_process_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A damaged length makes polars ask for exbibytes and abort; which byte does it depends on
    # its version, so the child's abort is played here.
    monkeypatch.setattr(parquet_file, "_TRIAL", "import os; os.abort()")
    pl.DataFrame({"no": ["1"]}).write_parquet(tmp_path / "orders.parquet")
    with pytest.raises(LabError, match="no sound Parquet file"):
        read(tmp_path / "orders.parquet")


def test_western_text_of_old_spreadsheets_is_not_taken_for_chinese(tmp_path: Path) -> None:
    text = "no;who;when;total\n1;Müller;2024-01-01;12,00\n2;José Núñez;2024-01-02;5,00\n"
    history = read(written(tmp_path, text.encode("cp1252")))
    assert [order.customer for order in history.orders] == ["Müller", "José Núñez"]
    assert "Windows-1252" in history.notes[0].say("en")


def test_the_encoding_can_be_given(tmp_path: Path) -> None:
    text = HEADER + "1,Зоя,2024-01-01,5.00\n"
    history = read(written(tmp_path, text.encode("cp1251")), encoding="cp1251")
    assert history.orders[0].customer == "Зоя"
    assert not any("UTF-8" in note.say("en") for note in history.notes)
    marked = read(written(tmp_path, text.encode("utf-8-sig")), encoding="utf8")
    assert marked.orders[0].customer == "Зоя"


@pytest.mark.parametrize("name", ["klingon", "hex", "", "a\0b", "undefined", "ascii"])
def test_an_encoding_that_does_not_do_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(LabError, match=r"(?s)encoding|no text in.*cp1252"):
        read(written(tmp_path, HEADER + "1,张三,2024-01-01,5.00\n"), encoding=name)


def test_cells_that_shops_guard_from_spreadsheets_are_bared(tmp_path: Path) -> None:
    text = (
        '="no",who,when,total\n="0012",ann,2024-01-01,5.00\n"=""13""",bob,2024-01-02,"=""6.00"""\n'
    )
    history = read(written(tmp_path, text))
    assert [(order.id, order.paid) for order in history.orders] == [("0012", 500), ("13", 600)]

"""A currency or a unit that a column's name says, or that a column holds unasked, is heeded."""

from pathlib import Path

import pytest

from tests.lab.shop import read, written
from tongbao.lab.headers import currencies_named, name_without_unit
from tongbao.lab.problems import LabError

ROWS = "1,ann,2024-01-01,5.00\n2,bob,2024-01-02,7.50\n"


def mapped(column: str, role: str = "amount") -> str:
    return f'order=no,customer=who,time=when,{role}="{column}"'


@pytest.mark.parametrize(
    "column",
    [
        *(
            "Total (EUR)",
            "Total EUR",
            "total_eur",
            "EUR Total",
            "Total €",
            "Total [€]",
            "合计（€）",
        ),
        *(
            "Total in Euro",
            "TOTAL EUR",
            "Total (EUR; gross)",
            "欧元/合计",
            "Total (US $)",
            "Sum in USD",
        ),
    ],
)
@pytest.mark.parametrize("role", ["amount", "line_amount"])
def test_a_name_that_says_another_currency_is_refused(
    column: str, role: str, tmp_path: Path
) -> None:
    path = written(tmp_path, f'no,who,when,"{column}"\n{ROWS}')
    with pytest.raises(LabError, match=r"(?s)in (EUR|USD), the plan in CNY.*currency = ") as fault:
        read(path, mapped(column, role))
    assert fault.value.field == column
    assert "CNY" in fault.value.say("zh")


@pytest.mark.parametrize(
    "column",
    [
        *(
            "金额（元）",
            "金额(元)",
            "金额/元",
            "实付（单位：元）",
            "Total CNY",
            "Total (¥)",
            "RMB 合计",
        ),
        *("Total (all)", "TOTAL ALL", "Try total", "Top price", "Total (net)", "Sales for cup"),
    ],
)
def test_a_name_that_says_the_plans_currency_or_none_reads(column: str, tmp_path: Path) -> None:
    history = read(written(tmp_path, f'no,who,when,"{column}"\n{ROWS}'), mapped(column))
    assert [order.paid for order in history.orders] == [500, 750]
    says_none = any("names no currency" in note.say("en") for note in history.notes)
    assert says_none == (not currencies_named(column))


@pytest.mark.parametrize("column", ["金额（分）", "amount_cents", "Total (pence)"])
def test_hundredths_by_a_columns_name_are_no_whole_units(column: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"no,who,when,{column}\n1,ann,2024-01-01,500\n")
    with pytest.raises(LabError, match=r"amount_minor=") as fault:
        read(path, mapped(column))
    assert fault.value.field == column
    assert [order.paid for order in read(path, mapped(column, "amount_minor")).orders] == [500]


@pytest.mark.parametrize("column", ["金额（万元）", "Sales (thousands)", "売上（千円）"])
def test_thousands_by_a_columns_name_are_refused(column: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"no,who,when,{column}\n1,ann,2024-01-01,5\n")
    with pytest.raises(LabError, match="counts in"):
        read(path, mapped(column))


@pytest.mark.parametrize("name", ["Currency", "currency_code", "币种", "货币", "Währung"])
@pytest.mark.parametrize("cell", ["EUR", "€", "eur", "欧元"])
def test_a_column_of_currencies_that_nobody_mapped_is_heeded(
    name: str, cell: str, tmp_path: Path
) -> None:
    text = f"no,who,when,total,{name}\n1,ann,2024-01-01,5,{cell}\n"
    with pytest.raises(LabError, match="the orders are in 'EUR', the plan in CNY"):
        read(written(tmp_path, text))
    mixed = f"{text}2,bob,2024-01-02,7,CNY\n"
    with pytest.raises(LabError, match=r"several currencies: CNY \(1\), EUR \(1\)"):
        read(written(tmp_path, mixed))
    only = read(written(tmp_path, mixed), only_currency="CNY")
    assert [order.id for order in only.orders] == ["2"]
    blank = f"no,who,when,total,{name}\n1,ann,2024-01-01,5,\n2,bob,2024-01-02,7,人民币\n"
    assert len(read(written(tmp_path, blank)).orders) == 2


def test_amounts_converted_by_their_name_are_not_taken_in_the_orders_currency(
    tmp_path: Path,
) -> None:
    text = "no,who,when,Total (CNY),Currency\n1,ann,2024-01-01,5,CNY\n2,bob,2024-01-02,7,USD\n"
    with pytest.raises(LabError, match=r"line 3, field 'Currency': .*'USD'.*CNY"):
        read(written(tmp_path, text), mapped("Total (CNY)"))


def test_signs_in_cells_name_the_currency(tmp_path: Path) -> None:
    history = read(written(tmp_path, "no,who,when,total\n1,ann,2024-01-01,¥5.00\n"))
    assert not any("names no currency" in note.say("en") for note in history.notes)


def test_a_suggestion_knows_a_column_without_its_currency(tmp_path: Path) -> None:
    assert name_without_unit("订单金额（元）") == "订单金额"
    text = "订单号,会员,日期,订单金额（元）\n1,ann,2024-01-01,5\n"
    with pytest.raises(LabError, match=r"--columns 'order=订单号,.*amount=订单金额（元）'"):
        read(written(tmp_path, text), None)

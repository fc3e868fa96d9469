"""Amounts as people write them: signs, minus, groups; read rightly, or refused with the place."""

from pathlib import Path

import pytest

from tests.lab.shop import HEADER, MAPPING, read, written
from tongbao.lab.amounts import amount_of
from tongbao.lab.problems import CellError, LabError

LINES = "order=no,customer=who,time=when,quantity=n,unit_price=each"


@pytest.mark.parametrize(
    "cell",
    ["€100.00", "100.00 €", "$100.00", "EUR 100", "100 eur", "HK$100", "100美元", "＄100", "￡100"],
)
def test_an_amount_with_another_currencys_sign_is_refused_with_its_line(
    cell: str, tmp_path: Path
) -> None:
    path = written(tmp_path, f"{HEADER}1,ann,2024-01-01,5\n2,bob,2024-01-02,{cell}\n")
    with pytest.raises(LabError, match=r"(?s)line 3, field 'total': .*--only-currency CNY") as told:
        read(path)
    assert "CNY" in told.value.say("zh")


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        *(
            ("¥12.50", 1250),
            ("￥12.50", 1250),
            ("12.50元", 1250),
            ("12.5 元", 1250),
            ("CNY 12", 1200),
        ),
        *(("12.50 CNY", 1250), ("¥ 12.50 CNY", 1250), ("RMB 12.50", 1250), ("人民币12", 1200)),
        *(("CN¥1,234.50", 123450), ("１２．５０", 1250), ("¥1'234.50", 123450), ("+12.50", 1250)),
        *(("1\u202f234.50", 123450), ("1\u00a0234", 123400), ("1 234 567.8", 123456780)),
        *(("12,34,567.00", 123456700), ("1,23,456", 12345600), ("\u200e12.50\u200f", 1250)),
        *(("١٢٫٥٠", 1250), ("1’234.50", 123450), ("'12.50", 1250)),
    ],
)
def test_signs_and_groups_of_the_plans_currency_are_read(
    cell: str, fen: int, tmp_path: Path
) -> None:
    path = written(tmp_path, f'{HEADER}1,ann,2024-01-01,"{cell}"\n')
    assert read(path).orders[0].paid == fen


@pytest.mark.parametrize(
    ("currency", "cell", "minor"),
    [
        *(("INR", "₹1,23,456.00", 12345600), ("INR", "Rs. 500", 50000), ("HKD", "HK$12.50", 1250)),
        *(("USD", "12.50 USD", 1250), ("USD", "US$12.50", 1250), ("USD", "$12.50 USD", 1250)),
        *(("CAD", "$12.50", 1250), ("CAD", "CA$12.50", 1250), ("CHF", "CHF 1'234.50", 123450)),
        *(("PLN", "12.50 zł", 1250), ("SEK", "12.50 kr", 1250), ("NOK", "kr. 12", 1200)),
        *(("NGN", "₦1,500", 150000), ("BRL", "R$ 12.50", 1250), ("ZAR", "R12.50", 1250)),
        *(("JPY", "¥1,250", 1250), ("JPY", "1,250円", 1250), ("TWD", "NT$1,250", 125000)),
        *(("KRW", "₩12,000", 12000), ("VND", "12,000 ₫", 12000), ("TRY", "₺12.50", 1250)),
        *(("CZK", "12.50 Kč", 1250), ("MYR", "RM12.50", 1250), ("IDR", "Rp 12500", 1250000)),
        *(("PHP", "₱12.50", 1250), ("THB", "฿12.50", 1250), ("RUB", "12.50 руб.", 1250)),
    ],
)
def test_signs_of_many_currencies_are_known(
    currency: str, cell: str, minor: int, tmp_path: Path
) -> None:
    path = written(tmp_path, f'{HEADER}1,ann,2024-01-01,"{cell}"\n')
    assert read(path, currency=currency).orders[0].paid == minor


@pytest.mark.parametrize(
    "cell",
    [
        "'-70",
        "-70",
        "−70",
        "–70",
        "－70",
        "(70)",
        "(70.00)",
        "70.00-",
        "70-",
        "-¥70",
        "¥-70",
        "¥(70)",
    ]
    + ["(¥70.00)", "70.00 元-", "¥ 70−", "'(70.00)"],
)
def test_every_way_of_writing_a_minus_is_a_refund(cell: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}1,ann,2024-01-01,100\n2,ann,2024-01-02,{cell}\n")
    assert [refund.amount for refund in read(path).refunds] == [7000]


@pytest.mark.parametrize(
    "cell",
    [
        "(-70)",
        "--70",
        "-70-",
        "(70",
        "70)",
        "12,-",
        "12.–",
        "5%",
        "1.25万",
        "12 kg",
        "¥€5",
        "€5 USD",
    ],
)
def test_what_has_no_single_reading_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        amount_of(cell, 2)


def test_a_sign_that_is_not_known_is_named() -> None:
    with pytest.raises(CellError, match=r"bears 'kg', which is no sign"):
        amount_of("12 kg", 2)


def test_signs_read_as_the_rows_currency_let_one_currency_be_chosen(tmp_path: Path) -> None:
    text = "1,ann,2024-01-01,€100.00\n2,bob,2024-01-02,$50\n3,cid,2024-01-03,£7.00\n4,dan,2024-01-04,1\n"
    path = written(tmp_path, HEADER + text)
    history = read(path, currency="GBP", only_currency="GBP")
    assert [(order.id, order.paid) for order in history.orders] == [("3", 700), ("4", 100)]
    assert history.tallies["other_currency"].documents == 2


def test_a_sign_is_compared_with_the_column_of_currencies(tmp_path: Path) -> None:
    text = "no,who,when,total,money\n1,ann,2024-01-01,$5,CNY\n"
    with pytest.raises(
        LabError, match=r"line 2, field 'total': '\$5' is in .*, where CNY is meant"
    ):
        read(written(tmp_path, text), f"{MAPPING},currency=money")


@pytest.mark.parametrize("role", ["refunded", "profit"])
def test_every_column_of_money_is_compared(role: str, tmp_path: Path) -> None:
    text = "no,who,when,total,more\n1,ann,2024-01-01,5,€1\n"
    with pytest.raises(LabError, match="line 2, field 'more': '€1' is in EUR"):
        read(written(tmp_path, text), f"{MAPPING},{role}=more")


def test_prices_and_amounts_of_lines_are_compared_too(tmp_path: Path) -> None:
    text = "no,who,when,n,each\n1,ann,2024-01-01,1,¥5\n1,ann,2024-01-01,1,€5\n"
    path = written(tmp_path, text)
    with pytest.raises(LabError, match="line 3, field 'each': '€5' is in EUR"):
        read(path, LINES)
    with pytest.raises(LabError, match="line 3, field 'each': '€5' is in EUR"):
        read(path, "order=no,customer=who,time=when,line_amount=each")
    swapped = "order=no,customer=who,time=when,quantity=each,unit_price=n"
    with pytest.raises(LabError, match="line 2, field 'each': '¥5' bears a currency's sign"):
        read(path, swapped)


@pytest.mark.parametrize(("n", "each", "field"), [("2", "125.000", "each"), ("1.250", "8", "n")])
@pytest.mark.parametrize("currency", ["IDR", "CLP", "VND", "CNY"])
def test_three_decimals_are_not_guessed_at_in_prices_and_quantities_either(
    n: str, each: str, field: str, currency: str, tmp_path: Path
) -> None:
    path = written(tmp_path, f"no,who,when,n,each\n1,ann,2024-01-01,{n},{each}\n")
    with pytest.raises(LabError, match=f"line 2, field '{field}': .* two ways"):
        read(path, LINES, currency=currency)


@pytest.mark.parametrize("text", ["1,275", "12,500", "KD 1,275"])
def test_one_group_of_thousands_is_refused_where_amounts_have_three_decimals(text: str) -> None:
    with pytest.raises(CellError, match="can be read in two ways"):
        amount_of(text, 3, currency="KWD")
    assert amount_of("1,275.000", 3) == 1_275_000
    assert amount_of("1,275,000", 3) == 1_275_000_000
    assert amount_of("1,275", 2) == 127_500

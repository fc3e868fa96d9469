"""`tongbao statement` and `tongbao books`, as members, merchants and issuers read them."""

import json

import pytest

from tests.cli.program_desk import ORDERS, Run, sent
from tongbao.plans.layout import width

COMMANDS: list[dict[str, object]] = [
    *ORDERS[:2],
    {"id": "open", "type": "open_merchant", "merchant": "s1"},
    {"id": "d1", "type": "deposit", "account": "s1", "amount": 70},
    {"id": "r1", "type": "redeem", "account": "m1", "points": "all"},
    {"id": "c1", "type": "close_day", "day": "2027-01-01"},
    {"id": "d2", "type": "deposit", "account": "m1", "amount": 5},
]


@pytest.fixture
def busy(wine: Run) -> Run:
    """A program with two orders, a redemption and a closed day."""
    assert sent(wine, COMMANDS).exit_code == 0
    return wine


def test_a_statement_shows_each_change_its_cause_and_the_balance(busy: Run) -> None:
    told = busy("statement", "wine", "m1", columns=120).stdout
    # 21 of 35.7 points of 60.00 are worth 35.29, the fee 3.53
    assert "Points sold for cash: worth ¥35.29, fee ¥3.53" in told
    assert "Purchase o1, ¥100.00 paid" in told
    for shown in ("-21", "+21", "-¥35.29", "+¥31.76", "¥31.81", "¥164.71"):
        assert shown in told


def test_a_statement_is_told_in_chinese(busy: Run) -> None:
    told = busy("statement", "wine", "m1", "--lang", "zh").stdout
    assert "积分兑现：价值 ¥35.29，手续费 ¥3.53" in told
    assert "消费 o1，实付 ¥100.00" in told


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("columns", "most"), [(80, 80), (120, 120)])
def test_pages_fit_the_terminal(busy: Run, lang: str, columns: int, most: int) -> None:
    for words in (
        ("statement", "wine", "m1"),
        ("statement", "wine", "m1", "--dividends"),
        ("statement", "wine", "s1", "--receivables"),
        ("books", "wine", "--day", "2027-01-01"),
        ("books", "wine"),
        ("books", "wine", "--prices"),
    ):
        result = busy(*words, "--lang", lang, columns=columns)
        assert (result.exit_code, max(map(width, result.stdout.splitlines())) <= most) == (0, True)


def test_the_next_page_begins_where_the_last_ended(busy: Run) -> None:
    first = json.loads(busy("statement", "wine", "m1", "--json", "--limit", 1).stdout)
    more = ("--before", first["cursor"])
    second = json.loads(busy("statement", "wine", "m1", "--json", "--limit", 1, *more).stdout)
    told = [page["items"][0]["command_id"] for page in (first, second)]
    assert told == ["d2", "r1"]


def test_changes_can_be_picked_by_unit_cause_and_day(busy: Run) -> None:
    def ids(*words: object) -> list[str]:
        page = json.loads(busy("statement", "wine", "m1", "--json", *words).stdout)
        return [item["command_id"] for item in page["items"]]

    assert ids("--unit", "points") == ["r1", "o1"]
    assert ids("--cause", "deposit", "--cause", "purchase", "--oldest-first") == ["o1", "d2"]
    assert ids("--to", "2020-01-01") == []
    assert len(ids("--from", "2020-01-01", "--to", "9999-12-31")) == 3


def test_books_lead_from_opening_to_closing(busy: Run) -> None:
    told = busy("books", "wine", "--day", "2027-01-01", columns=100).stdout
    assert "Books of 2027-01-01" in told
    assert "entries 0 to 6" in told
    lines = {" ".join(line.split()) for line in told.splitlines()}
    assert "contribution sales reserve ¥60.00" in lines
    assert "points sold points in accounts burned 21" in lines
    assert "reserve ¥0.00 +¥28.24 ¥28.24" in lines
    assert "Books since the close of 2027-01-01" in busy("books", "wine").stdout


def test_a_merchant_s_sums_are_shown(busy: Run) -> None:
    told = busy("statement", "wine", "s1", "--receivables").stdout
    assert "¥0.70" in told
    fields = json.loads(busy("statement", "wine", "s1", "--receivables", "--json").stdout)
    assert fields["total"]["received"]["wallet"] == 70


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "words",
    [
        ("statement", "wine", "nobody"),
        ("statement", "wine", "m1", "--before", "x"),
        ("statement", "wine", "m1", "--cause", "luck"),
        ("statement", "wine", "m1", "--from", "yesterday"),
        ("statement", "wine", "m1", "--receivables"),
        ("statement", "wine", "m1", "--limit", "0"),
        ("statement", "none", "m1"),
        ("books", "wine", "--day", "2027-01-02"),
        ("books", "wine", "--day", "tomorrow"),
        ("books", "wine", "--day", "2027-01-01", "--from", "2027-01-01"),
        ("books", "none"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_message(
    busy: Run, words: tuple[str, ...], lang: str
) -> None:
    result = busy(*words, "--lang", lang)
    assert (result.exit_code, result.stdout, bool(result.stderr)) == (2, "", True)


def test_a_draft_has_neither_statements_nor_books(cli: Run) -> None:
    cli("program", "create", "wine", "--plan", "plan.json")
    for words in (("statement", "wine", "m1"), ("books", "wine")):
        result = cli(*words)
        assert (result.exit_code, "draft" in result.stderr) == (2, True)

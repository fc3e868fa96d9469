"""`tongbao statement` and `tongbao books`, as members, merchants and issuers read them."""

import json

import pytest

from tests.cli.program_desk import ORDERS, Run, sent, written
from tongbao.engine.example import FOUNDING_EXAMPLE
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
        ("books", "wine", "--from", "2027-01-02", "--to", "2027-01-01"),
        ("books", "wine", "--prices", "--day", "2027-01-01"),
        ("books", "wine", "--before", "2027-01-01"),
        ("statement", "wine", "m1", "--from", "2027-01-02", "--to", "2027-01-01"),
        ("statement", "wine", "s1", "--receivables", "--from", "2027-01-02", "--to", "2027-01-01"),
        ("statement", "wine", "m1", "--dividends", "--from", "2027-01-01"),
        ("statement", "wine", "s1", "--receivables", "--unit", "wallet"),
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


def test_a_period_turned_round_is_said_in_both_languages(busy: Run) -> None:
    turned = ("statement", "wine", "m1", "--from", "2027-01-02", "--to", "2027-01-01")
    english = busy(*turned).stderr
    assert english == "The period ends (2027-01-01) before it begins (2027-01-02).\n"
    chinese = busy(*turned, "--lang", "zh").stderr
    assert chinese == "起始日期晚于结束日期，请对调 --from 和 --to\n"


@pytest.mark.parametrize("words", [("--before", "x"), ("--from", "today")])
def test_chinese_messages_about_a_page_are_chinese_alone(busy: Run, words: tuple[str, str]) -> None:
    told = busy("statement", "wine", "m1", *words, "--lang", "zh").stderr
    assert not {"is", "no", "write"} & set(told.split())


NAME = "Long" + "-name" * 12
MEMBER = "member-" + "y" * 110
SHOP = "老店" + "shop-" * 24
PAGES: tuple[tuple[str, ...], ...] = (
    ("program", "list"),
    ("program", "show", NAME),
    ("statement", NAME, MEMBER),
    ("statement", NAME, MEMBER, "--dividends"),
    ("statement", NAME, SHOP),
    ("statement", NAME, SHOP, "--receivables"),
    ("books", NAME),
    ("books", NAME, "--day", "2027-01-01"),
    ("books", NAME, "--prices"),
    ("audit", "long.jsonl"),
)


@pytest.fixture
def large(cli: Run) -> Run:
    """A program of long names and of the greatest amounts."""
    plan = {**FOUNDING_EXAMPLE, "dividend_base": "sales", "dividend_bps": 1000}
    written("large.json", json.dumps(plan))
    cli("program", "create", NAME, "--plan", "large.json")
    cli("program", "launch", NAME)
    most = 10**15
    commands: list[dict[str, object]] = [
        *({"id": f"o{n}", "type": "purchase", "member": MEMBER, "paid": most} for n in range(3)),
        {"id": "s", "type": "open_merchant", "merchant": SHOP},
        {"id": "d", "type": "deposit", "account": SHOP, "amount": most},
        {"id": "c1", "type": "close_day", "day": "2027-01-01"},
        {"id": "w", "type": "withdraw", "account": SHOP, "amount": 123456789012345},
        {"id": "c2", "type": "close_day", "day": "2027-01-02"},
    ]
    written("large.jsonl", "".join(json.dumps(c) + "\n" for c in commands))
    result = cli("program", "submit", NAME, "large.jsonl")
    assert (result.exit_code, result.stderr) == (0, "8 lines: 8 accepted, 0 not.\n")
    assert cli("export", NAME, "long.jsonl").exit_code == 0
    return cli


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_page_is_wider_than_the_terminal_or_cuts_a_figure(
    large: Run, elsewhere: Run, lang: str
) -> None:
    for words in PAGES:
        run = elsewhere if words[0] == "audit" else large
        for columns in (60, 80, 120):
            result = run(*words, "--lang", lang, columns=columns)
            widest = max(map(width, result.stdout.splitlines()))
            told = (words, columns, result.exit_code, "…" in result.stdout, widest <= columns)
            assert told == (words, columns, 0, False, True)


def test_narrow_pages_keep_their_days_and_figures(large: Run) -> None:
    told = large("statement", NAME, SHOP, "--receivables").stdout
    assert "\n2027-01-01\n" in told
    assert "\n2027-01-02\n" in told
    assert "¥10,000,000,000,000.00" in told
    assert "¥1,234,567,890,123.45" in told

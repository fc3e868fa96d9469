"""`tongbao program` and `tongbao ledger`, as an issuer meets them, on both databases."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from django.db import connections

from tests.ledger.databases import Database
from tests.plans.plans import toml
from tongbao.cli.main import main
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.ledger.door import open_program
from tongbao.plans.layout import width

Run = Callable[..., Result]

ORDERS = [
    {"id": "o1", "type": "purchase", "member": "m1", "paid": 10000},
    {"id": "o2", "type": "purchase", "member": "m2", "paid": 10000},
    {"id": "o3", "type": "purchase", "member": "m3", "paid": 10000},
]
RECEIPTS = (
    '{"id": "o1", "status": "ok", "points": 21000000, "contribution": 3000, "dividend": 0, '
    '"exits": []}\n'
    '{"id": "o2", "status": "ok", "points": 14700000, "contribution": 3000, "dividend": 0, '
    '"exits": []}\n'
    '{"id": "o3", "status": "ok", "points": 12495000, "contribution": 3000, "dividend": 0, '
    '"exits": []}\n'
)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """What runs the command in an empty folder; afterwards Django's own database is back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    before = connections.settings["default"]

    def run(*words: object, columns: int = 80) -> Result:
        monkeypatch.setenv("COLUMNS", str(columns))
        return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)

    yield run
    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = before


@pytest.fixture
def cli(elsewhere: Run, database: Database) -> Run:
    """What runs the command on a fresh, migrated database, with three plans in the folder."""
    written("plan.json", json.dumps(dict(FOUNDING_EXAMPLE)))
    written("leaner.json", json.dumps({**FOUNDING_EXAMPLE, "backing_bps": 2500}))
    written("plan.toml", toml())

    def run(*words: object, columns: int = 80) -> Result:
        return elsewhere(*words, "--database", database.url, columns=columns)

    return run


@pytest.fixture
def wine(cli: Run) -> Run:
    """The same, with the program wine launched under the founding example's plan."""
    assert cli("program", "create", "wine", "--plan", "plan.json").exit_code == 0
    assert cli("program", "launch", "wine", "--by", "ann").exit_code == 0
    return cli


def written(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def sent(cli: Run, commands: list[dict[str, object]], *more: object) -> Result:
    path = written("commands.jsonl", "".join(json.dumps(c) + "\n" for c in commands))
    return cli("program", "submit", "wine", path, *more)


def shown(cli: Run, name: str = "wine") -> dict[str, object]:
    found: dict[str, object] = json.loads(cli("program", "show", name, "--json").stdout)
    return found


# ---------------------------------------------------------------- the database


def test_the_first_program_makes_the_database_file(elsewhere: Run) -> None:
    plan = written("plan.toml", toml())
    made = elsewhere("program", "create", "wine", "--plan", plan, "--database", "sqlite:///a.db")
    assert (made.exit_code, Path("a.db").exists()) == (0, True)
    listed = elsewhere("program", "list", "--database", "sqlite:///a.db")
    assert "wine" in listed.stdout


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_a_database_it_says_how_to_begin_and_makes_none(elsewhere: Run, lang: str) -> None:
    result = elsewhere("program", "list", "--database", "sqlite:///a.db", "--lang", lang)
    assert result.exit_code == 2
    assert "tongbao program create" in result.stderr
    assert not Path("a.db").exists()


def test_without_tables_it_names_the_command_that_makes_them(elsewhere: Run) -> None:
    Path("a.db").touch()
    missing = elsewhere("program", "list", "--database", "sqlite:///a.db")
    assert (missing.exit_code, "tongbao ledger setup" in missing.stderr) == (2, True)
    assert elsewhere("ledger", "setup", "--database", "sqlite:///a.db").exit_code == 0
    assert elsewhere("program", "list", "--database", "sqlite:///a.db").exit_code == 0


def test_setting_up_twice_changes_nothing(wine: Run) -> None:
    before = shown(wine)
    assert wine("ledger", "setup").exit_code == 0
    assert shown(wine) == before


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:secret@localhost/x",
        "secret",
        "sqlite://:memory:",
        "sqlite://",
        "secret://x:y:z/",
    ],
)
def test_what_is_no_database_is_refused_without_repeating_it(elsewhere: Run, url: str) -> None:
    result = elsewhere("program", "list", "--database", url)
    assert result.exit_code == 2
    assert "--database names no database" in result.stderr
    assert "secret" not in result.output


def test_a_database_that_does_not_answer_is_named_without_its_password(elsewhere: Run) -> None:
    url = "postgresql://ann:secret@localhost:1/shop"
    result = elsewhere("program", "list", "--database", url)
    assert result.exit_code == 2
    assert "postgresql://localhost:1/shop cannot be used" in result.stderr
    assert "secret" not in result.output


def test_a_file_that_is_no_database_is_named(elsewhere: Run) -> None:
    written("plan.toml", toml())
    for words in (("ledger", "setup"), ("program", "list"), ("program", "show", "wine")):
        result = elsewhere(*words, "--database", "sqlite:///plan.toml")
        assert result.exit_code == 2
        assert "plan.toml cannot be used" in result.stderr


def test_grants_prints_sql_for_the_role(elsewhere: Run) -> None:
    result = elsewhere("ledger", "grants", "shop")
    assert 'GRANT SELECT, INSERT ON ledger_entry TO "shop";' in result.stdout
    assert elsewhere("ledger", "grants", "").exit_code == 2


# ---------------------------------------------------------------- from the draft on


def test_a_program_is_made_as_a_draft(cli: Run) -> None:
    made = cli("program", "create", "wine", "--plan", "plan.toml", "--notice-days", 30)
    assert made.exit_code == 0
    assert made.stdout.endswith("Next: tongbao program launch wine\n")
    draft = shown(cli)
    assert [draft[key] for key in ("status", "currency", "timezone", "plan_notice_days")] == [
        *("draft", "CNY", "Asia/Shanghai"),
        30,
    ]
    assert (draft["number"], draft["hash"], draft["versions"]) == (None, None, [])


def test_warnings_are_shown_and_do_not_stop_it(cli: Run) -> None:
    plan = written("free.toml", toml(exit_fee='"0%"'))
    made = cli("program", "create", "wine", "--plan", plan)
    assert (made.exit_code, "WARNING  exit-fee-zero" in made.stderr) == (0, True)


@pytest.mark.parametrize(("lang", "said"), [("en", "ERROR  dilution"), ("zh", "错误  dilution")])
def test_a_refused_plan_makes_no_program(cli: Run, lang: str, said: str) -> None:
    plan = written("bad.toml", toml(grant='"101%"'))
    refused = cli("program", "create", "wine", "--plan", plan, "--lang", lang)
    assert (refused.exit_code, said in refused.stderr) == (2, True)
    assert json.loads(cli("program", "list", "--json").stdout) == []


@pytest.mark.parametrize(
    "more",
    [
        ("wine", "--plan", "missing.toml"),
        ("a b", "--plan", "plan.toml"),
        ("wine", "--plan", "plan.toml", "--timezone", "Beijing"),
        ("wine", "--plan", "plan.toml", "--notice-days", "-1"),
        ("wine", "--plan", "plan.toml", "--currency", "GBP"),
        ("wine", "--plan", "plan.json", "--currency", "XYZ"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_bad_input_makes_no_program(cli: Run, more: tuple[str, ...], lang: str) -> None:
    refused = cli("program", "create", *more, "--lang", lang)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr
    assert json.loads(cli("program", "list", "--json").stdout) == []


def test_a_plan_in_json_takes_the_currency_that_is_given(cli: Run) -> None:
    assert cli("program", "create", "w", "--plan", "plan.json", "--currency", "GBP").exit_code == 0
    assert shown(cli, "w")["currency"] == "GBP"
    assert "£1.00" in cli("program", "show", "w").stdout


def test_a_name_is_given_once(wine: Run) -> None:
    again = wine("program", "create", "Wine", "--plan", "plan.json")
    assert (again.exit_code, "called wine already" in again.stderr) == (2, True)


def test_a_draft_s_plan_can_be_replaced_and_the_draft_discarded(cli: Run) -> None:
    cli("program", "create", "wine", "--plan", "plan.json")
    assert cli("program", "replace-plan", "wine", "--plan", "leaner.json").exit_code == 0
    assert shown(cli)["plan"] == {
        **{name: value for name, value in FOUNDING_EXAMPLE.items() if name != "backing_bps"},
        "backing_bps": 2500,
        "referral_points_bps": [],
        "referral_cash_bps": [],
    }
    assert cli("program", "discard", "wine").exit_code == 0
    assert cli("program", "show", "wine").exit_code == 2


@pytest.mark.parametrize(
    "words", [("replace-plan", "wine", "--plan", "plan.json"), ("discard", "wine")]
)
def test_a_launched_program_is_neither_replaced_nor_discarded(
    wine: Run, words: tuple[str, ...]
) -> None:
    before = shown(wine)
    assert wine("program", *words).exit_code == 2
    assert shown(wine) == before


def test_launch_pause_and_launch_again_say_what_they_did(wine: Run) -> None:
    told = [
        wine("program", *words).stdout
        for words in (("launch", "wine"), ("pause", "wine"), ("pause", "wine"), ("launch", "wine"))
    ]
    assert told[0] == "wine runs already.\n"
    assert told[1].startswith("wine is paused: commands can wait")
    assert told[2] == "wine is paused already.\n"
    assert told[3] == "wine runs again; 0 commands were waiting.\n"


@pytest.mark.parametrize(
    "words",
    [
        *(("show",), ("launch",), ("pause",), ("discard",), ("freezes",), ("close-day",)),
        *(("withdraw-plan",), ("submit",), ("announce", "--plan", "plan.json")),
        *(("freeze", "--why", "x"), ("release", "--why", "x")),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize(
    ("lang", "said"), [("en", "program list"), ("zh", "没有名为 tea 的积分计划")]
)
def test_an_unknown_program_is_named(
    wine: Run, words: tuple[str, ...], lang: str, said: str
) -> None:
    command, *options = words
    argument = {
        "withdraw-plan": ["2"],
        "freeze": ["m1"],
        "release": ["m1"],
        "submit": ["plan.json"],
    }
    places = ["tea", *argument.get(command, [])]
    unknown = wine("program", command, *places, *options, "--lang", lang)
    assert (unknown.exit_code, said in unknown.stderr) == (2, True)


# ---------------------------------------------------------------- commands


def test_submitted_orders_get_their_receipts_in_order(wine: Run) -> None:
    assert sent(wine, ORDERS).stdout == RECEIPTS


def test_submitted_again_they_get_the_same_receipts_and_count_once(wine: Run) -> None:
    sent(wine, ORDERS[:2])
    assert sent(wine, ORDERS).stdout == RECEIPTS
    assert sent(wine, ORDERS).stdout == RECEIPTS
    assert shown(wine)["number"] == 3


def test_a_line_that_is_no_command_gets_its_receipt_in_its_place(wine: Run) -> None:
    lines = [json.dumps(ORDERS[0]), "nonsense", "", '{"id": "x"}', json.dumps(ORDERS[1])]
    result = wine("program", "submit", "wine", written("c.jsonl", "\n".join(lines)))
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["id"], one["status"]) for one in told] == [
        *(("o1", "ok"), (None, "rejected"), (None, "rejected")),
        *(("x", "rejected"), ("o2", "ok")),
    ]
    assert result.stderr == "5 lines: 2 accepted, 3 not.\n"


def test_no_lines_are_no_commands(wine: Run) -> None:
    result = wine("program", "submit", "wine", written("c.jsonl", ""))
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_draft_and_a_paused_program_take_no_orders(wine: Run) -> None:
    wine("program", "pause", "wine")
    paused = sent(wine, ORDERS)
    assert (paused.exit_code, paused.stdout) == (2, "")
    assert "tongbao program launch" in paused.stderr
    wine("program", "create", "tea", "--plan", "plan.json")
    draft = wine("program", "submit", "tea", "commands.jsonl")
    assert (draft.exit_code, draft.stdout) == (2, "")
    assert "tongbao program launch" in draft.stderr


def test_commands_that_cannot_be_read_are_named(wine: Run) -> None:
    missing = wine("program", "submit", "wine", "missing.jsonl")
    assert (missing.exit_code, "missing.jsonl cannot be read" in missing.stderr) == (2, True)


def test_yesterday_of_the_program_s_zone_is_closed_once(wine: Run) -> None:
    sent(wine, ORDERS)
    here = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    first = wine("program", "close-day", "wine")
    assert first.exit_code == 0
    assert f"{here - timedelta(days=1)} is closed (entry 4)" in first.stdout
    assert wine("program", "close-day", "wine").stdout == first.stdout
    assert shown(wine)["number"] == 4


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2027-01-31", "closed already (the last is 2027-02-01)"),
        ("2027-02-30", "a day is written YYYY-MM-DD"),
        ("2099-01-01", "too far after the last closed day, 2027-02-01"),
    ],
)
def test_a_day_that_cannot_be_closed_is_explained(wine: Run, day: str, said: str) -> None:
    assert wine("program", "close-day", "wine", "2027-02-01").exit_code == 0
    refused = wine("program", "close-day", "wine", day)
    assert (refused.exit_code, said in refused.stderr) == (2, True)


def test_what_waits_is_settled(wine: Run, database: Database) -> None:
    ledger = open_program("wine", database.alias)
    for order in ORDERS:
        ledger.enqueue(order)
    assert shown(wine)["waiting"] == 3
    assert wine("ledger", "settle", "wine").stdout == "3 commands settled.\n"
    assert (shown(wine)["waiting"], shown(wine)["number"]) == (0, 3)


def test_a_frozen_account_pays_nothing_until_it_is_released(wine: Run) -> None:
    sent(wine, ORDERS)
    sale: list[dict[str, object]] = [
        {"id": "r1", "type": "redeem", "account": "m1", "points": 10**6}
    ]
    frozen = wine("program", "freeze", "wine", "m1", "--by", "ann", "--why", "a stolen phone")
    assert frozen.exit_code == 0
    refused = {"id": "r1", "status": "refused", "error": "frozen"}
    assert json.loads(sent(wine, sale).stdout) == refused
    wine("program", "release", "wine", "m1", "--by", "bob", "--why", "found again")
    assert json.loads(sent(wine, sale).stdout)["status"] == "ok"


def test_the_log_of_freezes_says_who_when_and_why(wine: Run) -> None:
    sent(wine, ORDERS)
    assert wine("program", "freezes", "wine").stdout == "No account was ever frozen here.\n"
    wine("program", "freeze", "wine", "m1", "--by", "ann", "--why", "a stolen phone")
    wine("program", "freeze", "wine", "m2", "--by", "ann", "--why", "asked to")
    wine("program", "release", "wine", "m1", "--by", "bob", "--why", "found again")
    table = wine("program", "freezes", "wine", columns=120).stdout
    assert "m1        frozen     ann   a stolen phone" in table
    notes = json.loads(wine("program", "freezes", "wine", "m1", "--json").stdout)
    told = [(note["frozen"], note["who"], note["why"]) for note in notes]
    assert told == [(True, "ann", "a stolen phone"), (False, "bob", "found again")]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_freeze_that_cannot_be_is_explained(wine: Run, lang: str) -> None:
    sent(wine, ORDERS)
    for command, account, why in (
        *(("freeze", "m9", "x"), ("release", "m1", "x"), ("freeze", "m1", "")),
        ("freeze", "m1", "two\nlines"),
    ):
        words = ("program", command, "wine", account, "--by", "ann", "--why", why, "--lang", lang)
        refused = wine(*words)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert refused.stderr
    assert json.loads(wine("program", "freezes", "wine", "--json").stdout) == []


def test_a_rebuild_says_whether_every_figure_is_the_journal_s(
    wine: Run, database: Database
) -> None:
    sent(wine, ORDERS)
    sound = wine("ledger", "rebuild", "--check", "wine")
    assert sound.exit_code == 0
    assert sound.stdout.startswith("Sound: 4 entries and 3 accounts")
    database.execute("UPDATE ledger_account SET wallet = '7' WHERE name = 'm2'")
    unsound = wine("ledger", "rebuild", "--check", "wine")
    assert unsound.exit_code == 1
    assert "account m2, wallet: found 7, expected 0" in unsound.stdout
    assert wine("ledger", "rebuild", "wine").exit_code == 0
    assert wine("ledger", "rebuild", "--check", "wine").exit_code == 0


# ---------------------------------------------------------------- plans with notice


def test_an_announced_plan_shows_what_changes_and_when(wine: Run) -> None:
    announced = wine(
        *("program", "announce", "wine", "--plan", "leaner.json", "--by", "ann"),
        *("--effective", "2034-01-02"),
    )
    assert announced.exit_code == 0
    assert "2034-01-02 00:00 (Asia/Shanghai)" in announced.stdout
    assert "Backing: 30% → 25%" in announced.stdout
    version = shown(wine)["versions"][1]  # type: ignore[index]  # JSON
    assert (version["version"], version["state"], version["announced_by"]) == (
        2,
        "announced",
        "ann",
    )
    assert version["effective_at"] == "2034-01-01T16:00:00.000000Z"
    assert version["changes"] == {"backing_bps": [3000, 2500]}
    assert "托底比例：30% → 25%" in wine("program", "show", "wine", "--lang", "zh").stdout


def test_too_little_notice_says_from_when_on_in_the_program_s_zone(wine: Run) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    before = datetime.now(UTC) + timedelta(days=7)
    refused = wine(
        "program", "announce", "wine", "--plan", "leaner.json", "--effective", "2020-01-01"
    )
    after = datetime.now(UTC) + timedelta(days=7, seconds=1)
    assert refused.exit_code == 2
    said = re.search(r"it can take effect from (.*) \(Asia/Shanghai\)", refused.stderr)
    assert said is not None
    earliest = datetime.fromisoformat(said[1]).replace(tzinfo=zone)
    assert before <= earliest <= after + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("change", "lang", "said"),
    [
        ({"issue_price": 200}, "en", "keeps its issue price of ¥1.00; the plan says ¥2.00"),
        ({"issue_price": 200}, "zh", "发行价（¥1.00）；新方案写的是 ¥2.00"),
        ({"min_supply": 2_000_000}, "en", "keeps its smallest pool of 1; the plan says 2"),
        ({"max_supply": 48_194_999}, "en", "cannot be 48.194999: 48.195 points were issued"),
    ],
)
def test_a_plan_that_cannot_follow_is_explained(
    wine: Run, change: dict[str, int], lang: str, said: str
) -> None:
    sent(wine, ORDERS)
    plan = written("other.json", json.dumps({**FOUNDING_EXAMPLE, **change}))
    refused = wine("program", "announce", "wine", "--plan", plan, "--lang", lang)
    assert (refused.exit_code, said in refused.stderr) == (2, True)
    assert len(shown(wine)["versions"]) == 1  # type: ignore[arg-type]  # JSON


def test_a_plan_in_another_currency_is_not_announced(wine: Run) -> None:
    plan = written("pound.toml", toml(currency='"GBP"'))
    refused = wine("program", "announce", "wine", "--plan", plan)
    assert (refused.exit_code, "a program keeps its currency" in refused.stderr) == (2, True)


@pytest.mark.parametrize("text", ["", "soon", "2027-02-30", "9999-12-31T23:59:59-12:00"])
def test_what_is_no_date_is_not_announced(wine: Run, text: str) -> None:
    refused = wine("program", "announce", "wine", "--plan", "leaner.json", "--effective", text)
    assert refused.exit_code == 2
    assert len(shown(wine)["versions"]) == 1  # type: ignore[arg-type]  # JSON


def test_an_announced_plan_is_withdrawn_once(wine: Run) -> None:
    wine("program", "announce", "wine", "--plan", "leaner.json")
    assert wine("program", "withdraw-plan", "wine", 2).exit_code == 0
    assert wine("program", "withdraw-plan", "wine", 2).exit_code == 2
    assert wine("program", "withdraw-plan", "wine", 9).exit_code == 2
    assert shown(wine)["versions"][1]["state"] == "withdrawn"  # type: ignore[index]  # JSON


# ---------------------------------------------------------------- what is shown


def test_show_has_the_figures_in_words(wine: Run) -> None:
    sent(wine, ORDERS)
    page = wine("program", "show", "wine").stdout
    told = {" ".join(line.split()) for line in page.splitlines()}
    assert told >= {
        "wine running",
        "Price of a point ¥1.8674",
        "Points in existence 48.195",
        "Ever issued / limit 48.195 / 100,000,000",
        "Reserve ¥90.00",
        "Cash that must be there ¥90.00",
        "Accounts 3",
        "Last entry 3",
        "Backing 30%",
        "Plan in force (version 1)",
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [80, 140])
def test_no_line_is_wider_than_the_terminal(wine: Run, lang: str, columns: int) -> None:
    wine("program", "create", "a" * 64, "--plan", "plan.json")
    wine("program", "announce", "wine", "--plan", "leaner.json")
    for words in (("list",), ("show", "wine"), ("show", "a" * 64)):
        page = wine("program", *words, "--lang", lang, columns=columns).stdout
        assert max(map(width, page.splitlines())) <= columns
        assert "…" not in page


def test_a_list_that_does_not_fit_is_told_in_paragraphs(wine: Run) -> None:
    wide = wine("program", "list", columns=100).stdout
    narrow = wine("program", "list", columns=60).stdout
    assert "Name   Status" in wide
    assert "Price ¥1.00 · Reserve ¥0.00 · Accounts 0" in narrow


def test_a_terminal_without_chinese_signs_gets_marks(wine: Run, database: Database) -> None:
    shown_there = subprocess.run(
        [sys.executable, "-m", "tongbao", "program", "show", "wine", "--lang", "zh"],
        env={
            **os.environ,
            "PYTHONIOENCODING": "latin-1",
            "TONGBAO_DATABASE": database.url,
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        encoding="latin-1",
        check=True,
    )
    assert "wine  ???" in shown_there.stdout

"""`tongbao program` and `tongbao ledger`, as an issuer meets them, on both databases."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cli.program_desk import ORDERS, Run, sent, shown, written
from tests.ledger.databases import Database
from tests.plans.plans import toml
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.plans.layout import width

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


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_empty_postgresql_is_set_up_by_its_command_only(cli: Run, database: Database) -> None:
    database.execute("DROP SCHEMA public CASCADE")
    database.execute("CREATE SCHEMA public")
    refused = cli("program", "create", "wine", "--plan", "plan.toml")
    assert (refused.exit_code, "tongbao ledger setup" in refused.stderr) == (2, True)
    assert cli("ledger", "setup").exit_code == 0
    assert cli("program", "create", "wine", "--plan", "plan.toml").exit_code == 0


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
        "secret:y:z/",
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


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--timezone", "Beijing"), "时区不可用"),
        (("--notice-days", "400"), "公告天数"),
        (("--currency", "GBP"), "货币不能改变"),
    ],
)
def test_a_bad_setting_is_explained_in_chinese(cli: Run, more: tuple[str, str], said: str) -> None:
    refused = cli("program", "create", "wine", "--plan", "plan.toml", *more, "--lang", "zh")
    assert said in refused.stderr.splitlines()[-1]


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
    ("lang", "said"), [("en", "program list"), ("zh", "没有名为 tea 的积分项目")]
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
    assert "准备金比例：30% → 25%" in wine("program", "show", "wine", "--lang", "zh").stdout


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

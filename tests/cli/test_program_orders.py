"""Orders, days and freezes through `tongbao program`, and `tongbao ledger` on what they left."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.cli.program_desk import ORDERS, RECEIPTS, Run, sent, shown, written
from tests.ledger.databases import Database
from tongbao.ledger.door import open_program

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
        ("2001-01-31", "closed already (the last is 2001-02-01)"),
        ("2001-02-30", "a day is written YYYY-MM-DD"),
        ("2026-01-01", "too far after the last closed day, 2001-02-01"),
    ],
)
def test_a_day_that_cannot_be_closed_is_explained(wine: Run, day: str, said: str) -> None:
    assert wine("program", "close-day", "wine", "2001-02-01").exit_code == 0
    refused = wine("program", "close-day", "wine", day)
    assert (refused.exit_code, said in refused.stderr) == (2, True)


def test_a_day_that_has_not_ended_in_the_program_s_zone_cannot_be_closed(wine: Run) -> None:
    here = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    for ahead in (0, 1, 400):
        day, following = here + timedelta(days=ahead), here + timedelta(days=ahead + 1)
        refused = wine("program", "close-day", "wine", day)
        said = f"it ends on {following} 00:00 (Asia/Shanghai)"
        assert (refused.exit_code, said in refused.stderr) == (2, True)
    last = wine("program", "close-day", "wine", "9999-12-31")
    assert (last.exit_code, "is not closed" in last.stderr) == (2, True)
    assert shown(wine)["number"] == 0
    assert wine("program", "close-day", "wine", here - timedelta(days=1)).exit_code == 0


def test_the_exit_status_tells_of_rejections_where_that_is_asked_for(wine: Run) -> None:
    poor: list[dict[str, object]] = [{"id": "r", "type": "redeem", "account": "m1", "points": 1}]
    assert sent(wine, poor).exit_code == 0
    strict = sent(wine, poor, "--strict")
    assert (strict.exit_code, json.loads(strict.stdout)["status"]) == (1, "rejected")
    assert sent(wine, ORDERS, "--strict").exit_code == 0
    assert sent(wine, ORDERS, "--strict").exit_code == 0  # the first receipts again
    malformed = wine("program", "submit", "wine", written("c.jsonl", "nonsense\n"), "--strict")
    assert malformed.exit_code == 1
    frozen = wine("program", "freeze", "wine", "m1", "--by", "ann", "--why", "file 7")
    assert (frozen.exit_code, sent(wine, poor, "--strict").exit_code) == (0, 1)


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

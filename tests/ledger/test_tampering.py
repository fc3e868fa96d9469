"""Tables changed behind the application's back: rebuild names the first bad entry or place.

The journal's triggers are lifted first, as somebody who owns the tables can. What leaves the
database after that is audited too, end to end.
"""

import json
from hashlib import sha256
from typing import Any, Final

import pytest

from tests.audit.exports import Body, audited, found
from tests.ledger.databases import SQLITE, Database
from tests.ledger.stage import check_books, deposit, journal, opened, purchase, redeem
from tongbao.audit.verdict import Claim
from tongbao.audit.verify import Audit
from tongbao.ledger import models, rebuild
from tongbao.ledger.door import Ledger
from tongbao.ledger.export import export_lines
from tongbao.ledger.fields import padded

COMMANDS: Final = (
    {"id": "s", "type": "open_merchant", "merchant": "shop"},
    purchase("o2", "ann"),
    purchase("o3", "bob", paid=25_000),
    {"id": "d4", "type": "close_day", "day": "2026-01-01"},
    {"id": "f5", "type": "refund", "purchase": "o3", "amount": 5_000},
    redeem("r6", "bob", 5_000_000),
    deposit("d7", "ann", 50),
    deposit("d8", "shop", 60),
    {"id": "d9", "type": "close_day", "day": "2026-01-02"},
)
LAST: Final = len(COMMANDS)


@pytest.fixture
def shop(database: Database) -> Ledger:
    """A program with nine entries after its genesis, whose journal nothing protects any more."""
    ledger = opened(database, dividend_bps=100)
    assert all(outcome.ok for outcome in ledger.submit_many(COMMANDS))
    assert rebuild.check(ledger).ok
    check_books(ledger)
    database.lift_protection()
    return ledger


def exported(ledger: Ledger) -> list[bytes]:
    last = ledger.standing().number
    return list(export_lines(ledger.program_id, last, using=ledger.using))


def first(ledger: Ledger) -> str:
    """The place of the first difference that a rebuild finds."""
    result = rebuild.check(ledger)
    assert not result.ok
    assert result.count >= len(result.differences) > 0
    return result.differences[0].place


def set_body(database: Database, number: int, body: str) -> None:
    database.execute("UPDATE ledger_entry SET body = %s WHERE number = %s", body, number)


def body_of(ledger: Ledger, number: int) -> str:
    return journal(ledger)[number][2]


def chain_anew(database: Database, ledger: Ledger) -> None:
    """Make the chain of hashes good, and the head's."""
    before = bytes(32)
    for number, _, body, _ in journal(ledger):
        before = sha256(before + body.encode()).digest()
        sql = "UPDATE ledger_entry SET hash = %s WHERE number = %s"
        database.execute(sql, before.hex(), number)
    database.execute("UPDATE ledger_head SET hash = %s", before.hex())


def rewritten(database: Database, ledger: Ledger, number: int, **changes: object) -> None:
    """Change fields of an entry's command, and keep the body canonical."""
    body: Body = json.loads(body_of(ledger, number))
    body["command"] |= changes
    set_body(database, number, json.dumps(body, sort_keys=True, separators=(",", ":")))


# ---------------------------------------------------------------- the journal


@pytest.mark.parametrize("number", range(LAST + 1))
def test_a_flipped_character_is_found_in_its_entry(
    database: Database, shop: Ledger, number: int
) -> None:
    body = body_of(shop, number)
    place = body.rindex('"recorded_at":"') + 20
    set_body(database, number, body[:place] + "7" + body[place + 1 :])
    assert body_of(shop, number) != body
    assert first(shop) == f"entry {number}"
    assert found(exported(shop))[0] == ("hash", number)


def test_a_changed_hash_is_found_in_its_entry(database: Database, shop: Ledger) -> None:
    database.execute("UPDATE ledger_entry SET hash = %s WHERE number = 4", "0" * 64)
    assert first(shop) == "entry 4"
    assert found(exported(shop))[0] == ("hash", 4)


@pytest.mark.parametrize("number", [0, 1, 5])
def test_a_dropped_entry_is_missed_where_it_stood(
    database: Database, shop: Ledger, number: int
) -> None:
    database.execute("DELETE FROM ledger_entry WHERE number = %s", number)
    assert first(shop) == f"entry {number}"
    with pytest.raises(LookupError, match=str(number)):
        exported(shop)


def test_a_dropped_tail_is_missed(database: Database, shop: Ledger) -> None:
    database.execute("DELETE FROM ledger_entry WHERE number > 7")
    assert first(shop) == f"entry {LAST}"
    with pytest.raises(LookupError, match="8"):
        exported(shop)


def test_swapped_entries_are_found_at_the_first_of_them(database: Database, shop: Ledger) -> None:
    for old, new in ((3, 100), (6, 3), (100, 6)):
        sql = "UPDATE ledger_entry SET number = %s WHERE number = %s"
        database.execute(sql, new, old)
    assert first(shop) == "entry 3"
    problem = audited(exported(shop)).problems[0]
    assert (problem.line, problem.values) == (4, {"expected": 3, "found": 6})


def test_swapped_bodies_are_found_although_the_numbers_stand_in_order(
    database: Database, shop: Ledger
) -> None:
    third, sixth = body_of(shop, 3), body_of(shop, 6)
    set_body(database, 3, sixth)
    set_body(database, 6, third)
    assert first(shop) == "entry 3"


def test_an_inserted_entry_is_found(database: Database, shop: Ledger) -> None:
    sql = "UPDATE ledger_entry SET number = number + %s WHERE number >= 5"
    database.execute(sql, 100)
    database.execute("UPDATE ledger_entry SET number = number - %s WHERE number > 100", 99)
    (old,) = database.execute("SELECT body, hash FROM ledger_entry WHERE number = 4")
    sql = "INSERT INTO ledger_entry VALUES (%s, 5, 'again', %s, %s)"
    database.execute(sql, shop.program_id, str(old[0]), str(old[1]))
    assert first(shop) == "entry 5"
    assert found(exported(shop))[0][1] in {4, 5}


def test_another_id_beside_the_body_is_found(database: Database, shop: Ledger) -> None:
    database.execute("UPDATE ledger_entry SET command_id = 'other' WHERE number = 7")
    assert first(shop) == "entry 7"


def test_a_deposit_forged_with_its_chain_made_good_is_found_by_the_engine_and_by_the_audit(
    database: Database, shop: Ledger
) -> None:
    rewritten(database, shop, 7, amount=5_000_000)
    chain_anew(database, shop)
    assert first(shop) == "entry 7"
    assert found(exported(shop))[0][1] == 7


def test_a_forged_plan_in_the_genesis_is_found_at_the_first_entry_it_changes(
    database: Database, shop: Ledger
) -> None:
    body: dict[str, Any] = json.loads(body_of(shop, 0))
    body["plan"]["grant_bps"] = 6_999
    set_body(database, 0, json.dumps(body, sort_keys=True, separators=(",", ":")))
    chain_anew(database, shop)
    assert first(shop) == "entry 2"


def test_a_history_rewritten_as_a_whole_is_found_by_a_checkpoint_alone(
    database: Database, shop: Ledger
) -> None:
    """The last deposit never was: journal, chain, head and balances agree about that."""
    standing = shop.standing()
    totals = audited(exported(shop)).figures
    database.execute("DELETE FROM ledger_entry WHERE number > 7")
    rebuild.write_anew(shop)
    assert rebuild.check(shop).ok
    lines = exported(shop)
    assert found(lines) == []
    audit = Audit([Claim("kept elsewhere", "wine", standing.number, standing.hash, totals)])
    for line in lines:
        audit.line(line)
    assert [str(p.fault) for p in audit.finish().problems] == ["checkpoint_missing"]


# ---------------------------------------------------------------- what is kept beside it


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("UPDATE ledger_head SET reserve = '1'", "program, reserve"),
        ("UPDATE ledger_head SET number = 8", "program"),
        ("UPDATE ledger_head SET hash = '00'", "program, hash"),
        ("UPDATE ledger_head SET turnover = '{}'", "program, turnover"),
        ("UPDATE ledger_head SET plan = replace(plan, '7000', '6999')", "program, plan"),
        ("UPDATE ledger_head SET last_day = '2026-01-03'", "program, last_day"),
        ("UPDATE ledger_account SET wallet = '51' WHERE name = 'ann'", "account ann, wallet"),
        ("UPDATE ledger_account SET points = '1' WHERE name = 'bob'", "account bob, points"),
        ("UPDATE ledger_account SET quota = '1' WHERE name = 'bob'", "account bob, quota"),
        ("UPDATE ledger_account SET mark = '9' WHERE name = 'ann'", "account ann, mark"),
        ("UPDATE ledger_account SET gained = '9' WHERE name = 'ann'", "account ann, gained"),
        ("UPDATE ledger_account SET kind = 'merchant' WHERE name = 'ann'", "account ann, kind"),
        ("UPDATE ledger_account SET referrer = 'bob' WHERE name = 'ann'", "account ann, referrer"),
        ("UPDATE ledger_account SET name = 'eve' WHERE name = 'ann'", "account eve"),
        ("DELETE FROM ledger_account WHERE name = 'shop'", "account shop"),
        (
            "UPDATE ledger_account SET exit_bound = NULL WHERE name = 'ann'",
            "account ann, exit_bound",
        ),
        ("UPDATE ledger_line SET wallet = '1' WHERE account = 'ann'", "statement of ann"),
        ("DELETE FROM ledger_line WHERE account = 'bob' AND number = 6", "statement of bob"),
        ("UPDATE ledger_line SET account = 'x' WHERE account = 'shop'", "statement of shop"),
        ("UPDATE ledger_day SET day = '2026-01-05' WHERE number = 9", "day 2026-01-02"),
        ("UPDATE ledger_day SET figures = '{}' WHERE number = 4", "day 2026-01-01"),
        ("UPDATE ledger_day SET turnover = '{}' WHERE number = 9", "day 2026-01-02"),
        ("DELETE FROM ledger_day WHERE number = 9", "day 2026-01-02"),
        ("UPDATE ledger_refunded SET refunded = '1'", "refunded of o3"),
        ("DELETE FROM ledger_refunded", "refunded of o3"),
        ("UPDATE ledger_program SET currency = 'USD'", "program, currency"),
    ],
)
def test_a_figure_changed_beside_the_journal_is_named(
    database: Database, shop: Ledger, sql: str, place: str
) -> None:
    assert rebuild.check(shop).ok
    database.execute(sql)
    assert first(shop).startswith(place)
    if "ledger_head" not in sql:
        assert found(exported(shop)) == [], "the journal itself is sound"


def test_a_bound_above_the_key_is_named(database: Database, shop: Ledger) -> None:
    """By it the account would exit too late."""
    bound = 10**40
    value = padded(bound) if database.vendor == SQLITE else bound
    database.execute("UPDATE ledger_account SET exit_bound = %s WHERE name = 'bob'", value)
    assert first(shop) == "account bob, exit_bound"


def test_a_freeze_that_nobody_noted_is_named(database: Database, shop: Ledger) -> None:
    models.Account.objects.using(database.alias).filter(name="ann").update(frozen=True)
    assert first(shop) == "account ann, frozen"


def test_what_was_changed_beside_the_journal_is_written_anew_from_it(
    database: Database, shop: Ledger
) -> None:
    for sql in (
        "UPDATE ledger_account SET wallet = '51', exit_bound = NULL",
        "DELETE FROM ledger_line WHERE account = 'bob'",
        "DELETE FROM ledger_day",
        "DELETE FROM ledger_refunded",
        "UPDATE ledger_head SET reserve = '1', turnover = '{}'",
    ):
        database.execute(sql)
    rebuild.write_anew(shop)
    assert rebuild.check(shop).ok
    check_books(shop)
    assert shop.submit(purchase("after", "ann")).number == LAST + 1
    assert rebuild.check(shop).ok


def test_an_entry_beyond_the_last_is_found(database: Database, shop: Ledger) -> None:
    sql = "INSERT INTO ledger_entry (program, number, command_id, body, hash) VALUES (%s, %s, %s, %s, %s)"
    database.execute(sql, shop.program_id, LAST + 1, "more", "{}", "00")
    assert [d.place for d in rebuild.check(shop).differences] == [f"entries after the last, {LAST}"]


@pytest.mark.parametrize("database", [SQLITE], indirect=True)  # PostgreSQL holds numbers only
@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("UPDATE ledger_account SET points = '1.5' WHERE name = 'bob'", "account bob, points"),
        ("UPDATE ledger_line SET wallet = 'much' WHERE account = 'ann'", "statement of ann"),
        ("UPDATE ledger_refunded SET refunded = ''", "refunded of o3"),
        ("UPDATE ledger_head SET reserve = 'abc'", "the program's row"),
    ],
)
def test_what_is_no_number_is_named(database: Database, shop: Ledger, sql: str, place: str) -> None:
    database.execute(sql)
    assert rebuild.check(shop).differences[0].place == place


def test_a_version_of_the_plan_that_is_gone_is_named(database: Database, shop: Ledger) -> None:
    database.execute("DELETE FROM ledger_plan_version")
    assert first(shop) == "plan of entry 0"

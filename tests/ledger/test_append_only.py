"""The journal, the freezes and the plan's versions refuse to be rewritten, on both databases."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from tests.ledger.databases import Database
from tongbao.ledger.models import Entry, Freeze, PlanVersion

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 3, 12, tzinfo=UTC)


@pytest.fixture
def written(database: Database) -> Database:
    """A database with a row in each table that is protected."""
    alias = database.alias
    Entry.objects.using(alias).create(program=1, number=1, command_id="a", body="{}", hash="00")
    Freeze.objects.using(alias).create(
        program=1, account="ann", serial=1, frozen=True, at=NOON, who="ops", why="asked"
    )
    PlanVersion.objects.using(alias).create(
        program=1, version=1, plan="{}", announced_at=NOON, announced_by="ops", effective_at=NOON
    )
    return database


def refusal(database: Database, sql: str, *values: str | int | None) -> str:
    """What the database says to a statement that it must refuse."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(using=database.alias):
        database.execute(sql, *values)
    return str(caught.value)


@pytest.mark.parametrize(
    ("sql", "event"),
    [
        ("UPDATE ledger_entry SET body = '[]'", "UPDATE"),
        ("UPDATE ledger_entry SET hash = '01' WHERE program = 1 AND number = 1", "UPDATE"),
        ("DELETE FROM ledger_entry WHERE program = 1", "DELETE"),
        (
            (
                "INSERT INTO ledger_entry VALUES (1, 1, 'b', '[]', '01') "
                "ON CONFLICT (program, number) DO UPDATE SET body = excluded.body"
            ),
            "refused",
        ),
    ],
)
def test_the_journal_refuses_to_be_rewritten(written: Database, sql: str, event: str) -> None:
    said = refusal(written, sql)
    assert "ledger_entry is append-only" in said
    assert event in said
    assert "the journal is never rewritten" in said
    assert written.execute("SELECT * FROM ledger_entry") == [(1, 1, "a", "{}", "00")]


def test_the_journal_takes_what_is_added(written: Database) -> None:
    written.execute("INSERT INTO ledger_entry VALUES (1, 2, 'b', '{}', '01')")
    written.execute("INSERT INTO ledger_entry VALUES (2, 1, 'a', '{}', '01')")
    assert written.execute("SELECT count(*) FROM ledger_entry") == [(3,)]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_freeze SET why = 'no reason'",
        "DELETE FROM ledger_freeze WHERE account = 'ann'",
    ],
)
def test_the_log_of_freezes_refuses_to_be_rewritten(written: Database, sql: str) -> None:
    assert "ledger_freeze is append-only" in refusal(written, sql)


@pytest.mark.parametrize(
    "sql",
    [
        """UPDATE ledger_plan_version SET plan = '{"a":1}'""",
        "UPDATE ledger_plan_version SET effective_at = announced_at, announced_by = 'me'",
        "UPDATE ledger_plan_version SET version = 2, number = 4",
        "DELETE FROM ledger_plan_version",
    ],
)
def test_an_announced_plan_refuses_to_be_edited(written: Database, sql: str) -> None:
    assert "announce a new version" in refusal(written, sql)


def test_a_versions_entry_and_withdrawal_are_filled_in_once(written: Database) -> None:
    versions = PlanVersion.objects.using(written.alias)
    versions.update(number=7, withdrawn_at=NOON)
    refusal(written, "UPDATE ledger_plan_version SET number = 8")
    refusal(written, "UPDATE ledger_plan_version SET number = NULL")
    with pytest.raises(IntegrityError):
        versions.update(withdrawn_at=LATER)


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_freeze", "ledger_plan_version"])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_empty_a_table_at_once(written: Database, table: str) -> None:
    assert f"{table} is append-only, TRUNCATE is refused" in refusal(written, f"TRUNCATE {table}")


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT OR REPLACE INTO ledger_entry VALUES (1, 1, 'b', '[]', '01')",
        "INSERT OR REPLACE INTO ledger_entry VALUES (1, 2, 'a', '[]', '01')",
        "REPLACE INTO ledger_freeze VALUES (1, 'ann', 1, 0, '2026-01-01', 'me', 'no')",
        (
            "REPLACE INTO ledger_plan_version (program, version, plan, announced_at, announced_by, "
            "effective_at) VALUES (1, 1, '[]', '2026-01-01', 'me', '2026-01-01')"
        ),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_refuses_to_replace_a_row(written: Database, sql: str) -> None:
    assert "is append-only, REPLACE is refused" in refusal(written, sql)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_refuses_any_other_program_too(written: Database) -> None:
    with (
        closing(sqlite3.connect(written.url.removeprefix("sqlite:///"))) as plain,
        pytest.raises(sqlite3.IntegrityError, match="never rewritten"),
    ):
        plain.execute("DELETE FROM ledger_entry")


def test_without_the_triggers_the_journal_can_be_rewritten(written: Database) -> None:
    """What the tests of tampering rely on, and the proof that it is the triggers that refuse."""
    written.lift_protection()
    written.execute("UPDATE ledger_entry SET body = '[]'")
    written.execute("DELETE FROM ledger_freeze")
    written.execute("UPDATE ledger_plan_version SET plan = '[]'")
    assert written.execute("SELECT body FROM ledger_entry") == [("[]",)]

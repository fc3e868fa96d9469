"""The application's role on PostgreSQL, a real one: it adds to the journal and never rewrites it."""

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from django.apps import apps
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from tests.ledger.databases import Database
from tongbao.ledger.roles import RIGHTS, grants

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
# A role is the cluster's, which outlives the database; the quotes in it must not matter.
ROLES = (f'the "shop" {n}' for n in count())
ENTRY = b"INSERT INTO ledger_entry VALUES (1, %s, %s, '{}', '00')"
Application = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def application(database: Database) -> Iterator[Application]:
    """A connection as the application's role, to a database whose tables belong to another."""
    role = next(ROLES)
    quoted = role.replace('"', '""')
    database.execute(f'CREATE ROLE "{quoted}" LOGIN')
    database.execute(grants(role))
    with psycopg.connect(database.url, user=role, autocommit=True) as connection:
        connection.execute(ENTRY, (0, None))
        yield connection


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_line", "ledger_day", "ledger_freeze"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET program = 2", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"]
)
def test_the_application_cannot_rewrite_the_journal(
    application: Application, table: str, statement: str
) -> None:
    with pytest.raises(InsufficientPrivilege):
        application.execute(statement.format(table).encode())


def test_the_application_adds_to_the_journal(application: Application) -> None:
    application.execute(ENTRY, (1, "a"))
    with application.cursor().copy(b"COPY ledger_entry FROM STDIN") as copy:
        copy.write_row((1, 2, "b", "{}", "00"))
    found = application.execute(b"SELECT number FROM ledger_entry ORDER BY number").fetchall()
    assert found == [(0,), (1,), (2,)]


@pytest.mark.parametrize(
    "statement",
    [
        b"ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        b"DROP TRIGGER ledger_entry_append_only ON ledger_entry",
        b"DROP FUNCTION ledger_refuse() CASCADE",
        b"SET session_replication_role = replica",
        (
            b"CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql "
            b"AS $$ BEGIN RETURN NEW; END $$"
        ),
        b"ALTER TABLE ledger_entry OWNER TO CURRENT_USER",
        b"GRANT UPDATE ON ledger_entry TO CURRENT_USER",
    ],
)
def test_the_application_cannot_take_the_guards_off(
    application: Application, database: Database, statement: bytes
) -> None:
    try:
        application.execute(statement)  # GRANT without the right to: a warning, nothing given
    except InsufficientPrivilege:
        application.rollback()
    with pytest.raises(InsufficientPrivilege):
        application.execute(b"UPDATE ledger_entry SET body = '[]'")
    with psycopg.connect(database.url) as owner, pytest.raises(RestrictViolation):
        owner.execute(b"UPDATE ledger_entry SET body = '[]'")


def test_the_application_fills_in_a_version_and_edits_nothing_of_it(
    application: Application,
) -> None:
    application.execute(
        b"INSERT INTO ledger_plan_version VALUES (1, 1, '{}', now(), 'ops', now(), NULL, NULL)"
    )
    application.execute(b"UPDATE ledger_plan_version SET number = 0 WHERE program = 1")
    with pytest.raises(InsufficientPrivilege):
        application.execute(b"UPDATE ledger_plan_version SET plan = '[]'")
    with pytest.raises(InsufficientPrivilege):
        application.execute(b"DELETE FROM ledger_plan_version")


def test_giving_the_rights_again_takes_what_was_given_besides(
    application: Application, database: Database
) -> None:
    role = application.info.user
    quoted = role.replace('"', '""')
    database.execute(f'GRANT ALL ON ledger_entry TO "{quoted}"')
    database.execute(f'GRANT UPDATE (body) ON ledger_entry TO "{quoted}"')
    database.execute(grants(role))
    with pytest.raises(InsufficientPrivilege):
        application.execute(b"UPDATE ledger_entry SET body = '[]'")


def test_every_table_of_the_ledger_has_its_rights_written_down(database: Database) -> None:
    tables = {model._meta.db_table for model in apps.get_app_config("ledger").get_models()}
    assert {table for table, _ in RIGHTS} == tables | {"django_migrations"}


@pytest.mark.parametrize("role", ["", "a\x00b", "通" * 22])
def test_what_is_no_name_of_a_role_is_refused(database: Database, role: str) -> None:
    with pytest.raises(ValueError, match="is no name of a role"):
        grants(role)

"""Every ledger table can be distributed by program: read from the databases' own catalogues.

Every key, constraint and index leads with the program's id; nothing refers to another table's
rows, nothing is counted by the database. Only `ledger_program`, the directory of programs, is a
reference table, the same everywhere.
"""

import re

import pytest
from django.apps import apps

from tests.ledger.databases import Database
from tests.tidy.tree import texts

REFERENCE = "ledger_program"
ADVISORY = re.compile(r"advisory_(?:xact_)?(?:un)?lock", re.IGNORECASE)

OF_POSTGRESQL = {
    "{} has no primary key": """
        SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND {ours}
        AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)""",
    "{}: {} begins with {}": """
        SELECT c.relname, x.relname, coalesce(a.attname, 'an expression')
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE {ours} AND a.attname IS DISTINCT FROM 'program'""",
    "{}: {} compares {} by the database's language": """
        SELECT c.relname, x.relname, a.attname
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
        JOIN pg_attribute a ON a.attrelid = x.oid
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        WHERE {ours} AND a.attcollation <> 0 AND l.collname <> 'C' AND a.attname <> 'day'""",
    "{}: {} refers to {}": """
        SELECT c.relname, k.conname, o.relname
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_class o ON o.oid = k.confrelid
        WHERE k.contype = 'f' AND ({ours} OR o.relname LIKE 'ledger\\_%')""",
    "{}.{} is counted by the database": """
        SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE {ours} AND a.attnum > 0
        AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%nextval(%')""",
    "{} is a sequence": """
        SELECT s.relname FROM pg_class s WHERE s.relkind = 'S' AND NOT EXISTS (
            SELECT 1 FROM pg_depend d
            WHERE d.objid = s.oid AND d.refobjid = 'django_migrations'::regclass)""",
}
OURS = "c.relname LIKE 'ledger\\_%' AND c.relname <> 'ledger_program'"


def faults(database: Database) -> set[str]:
    """Return what hinders the tables of the ledger from being distributed."""
    if database.vendor == "sqlite":
        return _faults_of_sqlite(database)
    found = set()
    for told, query in OF_POSTGRESQL.items():
        # No values: a lone % is itself.
        rows = database.execute(query.replace("{ours}", OURS).replace("%", "%%"))
        found |= {told.format(*row) for row in rows}
    return found


def _faults_of_sqlite(database: Database) -> set[str]:
    found = set()
    for table, sql in database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        for _, _, other, *_ in database.execute(f"PRAGMA foreign_key_list({table})"):
            if str(table).startswith("ledger_") or str(other).startswith("ledger_"):
                found.add(f"{table} refers to {other}")
        if not str(table).startswith("ledger_") or table == REFERENCE:
            continue
        columns = database.execute(f"PRAGMA table_info({table})")
        key = {place: (name, kind) for _, name, kind, _, _, place in columns if place}
        if not key:
            found.add(f"{table} has no primary key")
        elif key[1][0] != "program":
            found.add(f"{table}: its primary key begins with {key[1][0]}")
        if len(key) == 1 and str(key[1][1]).upper() == "INTEGER":  # the row's number by itself
            found.add(f"{table}.{key[1][0]} is counted by the database")
        if "AUTOINCREMENT" in str(sql).upper():
            found.add(f"{table} has a sequence")
        for _, index, *_ in database.execute(f"PRAGMA index_list({table})"):
            first = database.execute(f"PRAGMA index_info({index})")[0][2]
            if first != "program" and not str(index).startswith("sqlite_autoindex"):
                found.add(f"{table}: {index} begins with {first or 'an expression'}")
            elif first != "program":
                found.add(f"{table}: a constraint begins with {first}")
    return found


def test_every_table_can_be_distributed_by_program(database: Database) -> None:
    assert faults(database) == set()


def test_the_tables_are_those_of_the_models(database: Database) -> None:
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%%'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    }
    models = {model._meta.db_table for model in apps.get_app_config("ledger").get_models()}
    assert len(models) == 11
    found = {table for (table,) in database.execute(listed[database.vendor])}
    assert found == models | {"django_migrations"}


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("CREATE TABLE ledger_x (program bigint)", "ledger_x has no primary key"),
        (
            "CREATE TABLE ledger_x (a bigint, program bigint, PRIMARY KEY (a, program))",
            "ledger_x: ledger_x_pkey begins with a",
        ),
        (
            "CREATE TABLE ledger_x (program bigint PRIMARY KEY, a bigint UNIQUE)",
            "ledger_x: ledger_x_a_key begins with a",
        ),
        (
            "CREATE INDEX by_number ON ledger_entry (number)",
            "ledger_entry: by_number begins with number",
        ),
        (
            "CREATE INDEX by_name ON ledger_account (lower(name))",
            "ledger_account: by_name begins with an expression",
        ),
        (
            "CREATE TABLE ledger_x (program bigint PRIMARY KEY REFERENCES ledger_head)",
            "ledger_x: ledger_x_program_fkey refers to ledger_head",
        ),
        (
            "CREATE TABLE shop (program bigint PRIMARY KEY REFERENCES ledger_head)",
            "shop: shop_program_fkey refers to ledger_head",
        ),
        (
            (
                "CREATE TABLE ledger_x "
                "(program bigint, a bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (program, a))"
            ),
            "ledger_x.a is counted by the database",
        ),
        (
            "CREATE TABLE ledger_x (program bigint PRIMARY KEY, a bigserial)",
            "ledger_x.a is counted by the database",
        ),
        ("CREATE SEQUENCE numbers", "numbers is a sequence"),
        (
            (
                'CREATE TABLE ledger_x (program bigint, a text COLLATE "en_US.utf8", '
                "PRIMARY KEY (program, a))"
            ),
            "ledger_x: ledger_x_pkey compares a by the database's language",
        ),
    ],
)
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_canary_on_postgresql_is_found(database: Database, sql: str, fault: str) -> None:
    sql = sql.replace("en_US.utf8", "default")
    database.execute(sql)
    assert fault in faults(database)


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("CREATE TABLE ledger_x (program bigint)", "ledger_x has no primary key"),
        (
            "CREATE TABLE ledger_x (a bigint, program bigint, PRIMARY KEY (a, program))",
            "ledger_x: its primary key begins with a",
        ),
        (
            "CREATE TABLE ledger_x (program bigint PRIMARY KEY, a bigint UNIQUE)",
            "ledger_x: a constraint begins with a",
        ),
        (
            "CREATE INDEX by_number ON ledger_entry (number)",
            "ledger_entry: by_number begins with number",
        ),
        (
            "CREATE INDEX by_name ON ledger_account (lower(name))",
            "ledger_account: by_name begins with an expression",
        ),
        (
            "CREATE TABLE ledger_x (program bigint PRIMARY KEY REFERENCES ledger_head)",
            "ledger_x refers to ledger_head",
        ),
        (
            "CREATE TABLE shop (program bigint PRIMARY KEY REFERENCES ledger_head)",
            "shop refers to ledger_head",
        ),
        (
            "CREATE TABLE ledger_x (program integer PRIMARY KEY)",
            "ledger_x.program is counted by the database",
        ),
        (
            "CREATE TABLE ledger_x (program integer PRIMARY KEY AUTOINCREMENT)",
            "ledger_x has a sequence",
        ),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_canary_on_sqlite_is_found(database: Database, sql: str, fault: str) -> None:
    database.execute(sql)
    assert fault in faults(database)


def test_nothing_takes_an_advisory_lock_but_who_waits_in_the_inbox() -> None:
    """Decision 0007: one of a transaction, as a hint; a session's is never let go by a pooler."""
    found = {path: ADVISORY.findall(text) for path, text in texts(under="src")}
    found = {path: locks for path, locks in found.items() if locks}
    assert found == {"src/tongbao/ledger/storage/postgresql.py": ["advisory_xact_lock"] * 2}


@pytest.mark.parametrize(
    "sin",
    ["SELECT pg_advisory_lock(1)", "pg_try_advisory_xact_lock(%s)", "PG_ADVISORY_UNLOCK_ALL()"],
)
def test_a_canary_that_takes_an_advisory_lock_is_found(sin: str) -> None:
    assert ADVISORY.search(sin)

"""The journal, the log of freezes and the plan's versions are only ever added to.

Both databases refuse UPDATE and DELETE by triggers, PostgreSQL also TRUNCATE; of a plan's version
the entry that brought it into force and the moment of its withdrawal may be filled in, once.

On SQLite `INSERT OR REPLACE` deletes without asking the triggers, so there an entry in the place
of another is refused as it comes in. SQLite alters a table by making it anew, without triggers: a
migration that alters one of these tables calls `protect` again.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ADDED_TO_ONLY = {
    "ledger_entry": "the journal is never rewritten",
    "ledger_freeze": "the log of freezes is never rewritten",
}
VERSIONS = "ledger_plan_version"
WHY_VERSIONS = "an announced plan is never edited; announce a new version"
FIXED = ("program", "version", "plan", "announced_at", "announced_by", "effective_at")
FILLED_IN_ONCE = ("number", "withdrawn_at")
KEYS = {
    "ledger_entry": (("program", "number"), ("program", "command_id")),
    "ledger_freeze": (("program", "account", "serial"),),
    VERSIONS: (("program", "version"),),
}

REFUSE = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only, % is refused: %', TG_TABLE_NAME, TG_OP, TG_ARGV[0]
        USING ERRCODE = 'restrict_violation';
END
$$
"""


def protect(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the triggers on the tables."""
    vendor = schema_editor.connection.vendor
    for statement in {"postgresql": on_postgresql, "sqlite": on_sqlite}[vendor]():
        schema_editor.execute(statement, params=None)


def unprotect(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS ledger_refuse() CASCADE")
        return
    for table in (*ADDED_TO_ONLY, VERSIONS):
        for event in ("update", "delete", "replace"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}")


def on_postgresql() -> list[str]:
    """Return the statements that protect the tables on PostgreSQL."""
    statements = [REFUSE]
    for table, why in {**ADDED_TO_ONLY, VERSIONS: WHY_VERSIONS}.items():
        events = "DELETE OR TRUNCATE" if table == VERSIONS else "UPDATE OR DELETE OR TRUNCATE"
        statements.append(
            f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('{why}')"
        )
    edited = versions_edited("IS DISTINCT FROM")
    statements.append(
        f"CREATE TRIGGER {VERSIONS}_no_update BEFORE UPDATE ON {VERSIONS} "
        f"FOR EACH ROW WHEN ({edited}) EXECUTE FUNCTION ledger_refuse('{WHY_VERSIONS}')"
    )
    return statements


def on_sqlite() -> list[str]:
    """Return the statements that protect the tables on SQLite."""
    statements = []
    for table, why in {**ADDED_TO_ONLY, VERSIONS: WHY_VERSIONS}.items():
        edited = f"WHEN {versions_edited('IS NOT')}" if table == VERSIONS else ""
        taken = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE "
            + " AND ".join(f"{column} = NEW.{column}" for column in key)
            + ")"
            for key in KEYS[table]
        )
        for event, when, doing in (
            ("UPDATE", edited, "UPDATE"),
            ("DELETE", "", "DELETE"),
            ("REPLACE", f"WHEN {taken}", "INSERT"),
        ):
            message = f"{table} is append-only, {event} is refused: {why}"
            statements.append(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {doing} ON {table} {when} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
    return statements


def versions_edited(differs: str) -> str:
    """Return the condition: something changes that is fixed, or was filled in before."""
    fixed = [f"NEW.{column} {differs} OLD.{column}" for column in FIXED]
    once = [
        f"(OLD.{column} IS NOT NULL AND NEW.{column} {differs} OLD.{column})"
        for column in FILLED_IN_ONCE
    ]
    return " OR ".join((*fixed, *once))


class Migration(migrations.Migration):
    """See above."""

    dependencies = (("ledger", "0001_initial"),)
    operations = (migrations.RunPython(protect, unprotect, elidable=False),)

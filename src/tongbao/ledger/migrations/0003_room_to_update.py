"""On PostgreSQL, room on the pages of rows that change often, so that they change in place.

And a word to the planner: a program's id alone finds nothing. Otherwise it takes an index for the
program's sake as long as its statistics know few rows, and reads the whole program for each name.
"""

from typing import Any

from django.db import migrations

_ROOM = {"ledger_account": 70, "ledger_head": 25}
_READ_BY_NAME = ("ledger_account", "ledger_entry", "ledger_inbox", "ledger_line", "ledger_refunded")


def _make_room(_apps: Any, editor: Any) -> None:  # noqa: ANN401  # Django's own signature
    if editor.connection.vendor == "postgresql":
        for table, percent in _ROOM.items():
            editor.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")
        for table in _READ_BY_NAME:
            _tell_planner(editor, table)


def _tell_planner(editor: Any, table: str) -> None:  # noqa: ANN401  # Django's own
    """Say that all rows have one program; Citus refuses it of a whole table, its shards take it."""
    told = "ALTER COLUMN program SET (n_distinct = 1)"
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_dist_partition') IS NOT NULL")
        (has_shards,) = cursor.fetchone()
        if has_shards:
            query = "SELECT count(*) FROM pg_dist_partition WHERE logicalrelid = %s::regclass"
            cursor.execute(query, (table,))
            (has_shards,) = cursor.fetchone()
        if has_shards:
            each = f"ALTER TABLE %s {told}"
            cursor.execute("SELECT run_command_on_shards(%s, %s)", (table, each))
            return
    editor.execute(f"ALTER TABLE {table} {told}")


class Migration(migrations.Migration):
    """Set how full a page is packed and what the planner is told."""

    dependencies = (("ledger", "0002_append_only"),)
    operations = (migrations.RunPython(_make_room, migrations.RunPython.noop),)

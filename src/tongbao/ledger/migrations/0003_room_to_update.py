"""Leave room on PostgreSQL's pages, so that rows that change often change in place."""

from typing import Any

from django.db import migrations

_ROOM = {"ledger_account": 70, "ledger_head": 25}


def _make_room(_apps: Any, editor: Any) -> None:  # noqa: ANN401  # Django's own signature
    if editor.connection.vendor == "postgresql":
        for table, percent in _ROOM.items():
            editor.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")


class Migration(migrations.Migration):
    """Set how full a page is packed."""

    dependencies = (("ledger", "0002_append_only"),)
    operations = (migrations.RunPython(_make_room, migrations.RunPython.noop),)

"""Building one demo mall, in a process of its own; its progress goes to standard output as JSON."""

import io
import json
import secrets
import sys
from pathlib import Path
from typing import Any, Final

from tongbao.cli.database import MALL, configure, prepare
from tongbao.engine.plan import plan_fields
from tongbao.plans.files import load_plan
from tongbao.plans.presets import preset

TABLES: Final = "tables"
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"


def build(name: str, history: Path) -> None:
    """Build the demo of that name in the environment's database, or only its tables (`TABLES`)."""
    if name == TABLES:
        _make_tables()
        return
    prepare(project=MALL)
    from tongbao.mall.demo import cellar, marker, retail  # noqa: PLC0415  # Django is set up by now

    password = "demo-" + "".join(secrets.choice(_LETTERS) for _ in range(6))
    if name == "retail":
        plan = plan_fields(load_plan(history / "plan.toml").plan)
        played = retail.build(history, plan, password, told=_told)
        people: Any = retail
        facts = {"accepted": played.accepted, "refused": played.refused}
        merchant = retail.STALLS[0].account
    else:
        cellar.build(plan_fields(preset("wine").plan), password, told=_told)
        people, facts, merchant = cellar, {}, cellar.STALLS[0][0]
    roles = {"shopper": people.SHOPPER.mail, "merchant": merchant, "operator": "operator"}
    marker.write(
        {
            "name": name,
            "facts": facts,
            "password": password,
            "logins": {role: f"{mail}@demo.example" for role, mail in roles.items()},
        }
    )
    _empty_logs()


def _make_tables() -> None:
    configure(project=MALL)
    from django.core.management import call_command  # noqa: PLC0415  # Django is set up by now
    from django.db import connection  # noqa: PLC0415  # likewise
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415  # likewise

    executor = MigrationExecutor(connection)
    total = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    call_command("migrate", verbosity=1, interactive=False, stdout=_Counting(total))
    _empty_logs()


class _Counting(io.StringIO):
    """Takes what `migrate` prints, and counts what it has applied."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self._total = total
        self._done = 0

    def write(self, text: str, /) -> int:
        """Count the ends of lines such as «Applying order.0001_initial... OK»."""
        if "OK" in text:
            self._done += 1
            _told(TABLES, self._done, self._total)
        return len(text)


def _empty_logs() -> None:
    """Bring all of the database into its one file, so that it can be copied or moved."""
    from django.db import connection  # noqa: PLC0415  # Django is set up by now

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _told(stage: str, done: int, total: int) -> None:
    sys.stdout.write(json.dumps([stage, done, total]) + "\n")
    sys.stdout.flush()

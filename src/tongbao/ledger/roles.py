"""What the application's role may do on PostgreSQL: add to the journal, never rewrite it.

The tables belong to another role, which migrates and which the application does not log in as: so
the application can neither change what was written nor take the triggers off that guard it.
"""

from typing import Final

LONGEST_NAME: Final = 63  # bytes: PostgreSQL cuts off what is longer

_READ: Final = "SELECT"
_ADD: Final = "SELECT, INSERT"
_KEEP: Final = "SELECT, INSERT, UPDATE"
_ALL: Final = "SELECT, INSERT, UPDATE, DELETE"

RIGHTS: Final = (
    # The journal and what follows from it: only ever added to.
    *(("ledger_entry", _ADD), ("ledger_line", _ADD), ("ledger_day", _ADD)),
    ("ledger_freeze", _ADD),
    # An announced plan is never edited; its entry, or its withdrawal, is filled in.
    ("ledger_plan_version", "SELECT, INSERT, UPDATE (number, withdrawn_at)"),
    # What changes with every batch.
    *(("ledger_account", _KEEP), ("ledger_refunded", _KEEP), ("ledger_delivery", _KEEP)),
    # A draft may be discarded.
    *(("ledger_program", "SELECT, INSERT, DELETE"), ("ledger_head", _ALL)),
    # A command leaves the inbox for the journal.
    ("ledger_inbox", _ALL),
    # Which migrations were run: what the application asks before it starts.
    ("django_migrations", _READ),
)
"""Each table with the rights of the application's role; what is not here, it may not."""


def grants(role: str) -> str:
    """Return the SQL that gives the application's role its rights, and takes every other.

    Run it as the owner of the tables after each migration, in the schema where the tables are.

    Raises:
        ValueError: that is no name of a role.

    >>> print(grants("shop").splitlines()[1])
    GRANT SELECT, INSERT ON ledger_entry TO "shop";
    """
    name = _quoted(role)
    lines = [f"REVOKE ALL ON {', '.join(table for table, _ in RIGHTS)} FROM {name};"]
    lines += [f"GRANT {rights} ON {table} TO {name};" for table, rights in RIGHTS]
    return "\n".join(lines) + "\n"


def _quoted(role: str) -> str:
    if not role or "\x00" in role or len(role.encode()) > LONGEST_NAME:
        bounds = f"1 to {LONGEST_NAME} bytes and no NUL"
        raise ValueError(f"{role!r} is no name of a role, which has {bounds}")
    return '"' + role.replace('"', '""') + '"'

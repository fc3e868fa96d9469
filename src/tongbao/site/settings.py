"""Django settings of the ledger alone; `tongbao.site.mall` adds the mall's to them.

What differs between installations comes from the environment.

TONGBAO_DATABASE
    The database as a URL: ``postgresql://user:password@host/name`` or ``sqlite:///path``;
    by default ``tongbao.sqlite3`` in the working folder.
"""

import os
from typing import Any, Final

import dj_database_url

SQLITE_OPTIONS: Final = {
    # Writers queue up for the lock at their beginning instead of failing in the middle.
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,
    # A commit has reached the disk when it is acknowledged.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
}


KEPT_SECONDS: Final = 600


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for the database at that URL."""
    settings: dict[str, Any] = dict(dj_database_url.parse(url))
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), **SQLITE_OPTIONS}
    else:
        # A thread that serves pages keeps its connection, and looks before each whether it lives:
        # a new one costs PostgreSQL a process that has yet to read its catalogues.
        settings |= {"CONN_MAX_AGE": KEPT_SECONDS, "CONN_HEALTH_CHECKS": True}
    return settings


DATABASES = {"default": database(os.environ.get("TONGBAO_DATABASE", "sqlite:///tongbao.sqlite3"))}
INSTALLED_APPS = ["tongbao.ledger"]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

"""A database's URL, and what Django is told of it.

``sqlite:///path``, or ``postgresql://user:password@host/name``. Several hosts, of which one can
be written to at a time, stand in one: ``postgresql://user@h1.example:6601,h2.example:6602/name?
target_session_attrs=read-write``. With ``pooler=transaction`` in the query, behind a pooler in
transaction mode, nothing is used that lives longer than a transaction.
"""

import re
from typing import Any, Final
from urllib.parse import unquote

import dj_database_url

SQLITE_OPTIONS: Final = {
    # Writers queue up for the lock at their beginning instead of failing in the middle.
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,
    # A commit has reached the disk when it is acknowledged.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
}

KEPT_SECONDS: Final = 600
PREPARE_AFTER: Final = 5
"""A statement that a connection runs so many times is prepared (those of settling: at once)."""

_LAST_PORT: Final = 65535
_POOLER: Final = "pooler"
_TRANSACTION: Final = "transaction"


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for the database at that URL.

    Raises:
        ValueError: it is no database's URL.
    """
    plain, places = _take_hosts(url)
    settings: dict[str, Any] = dict(dj_database_url.parse(plain)) | places
    options: dict[str, Any] = settings.get("OPTIONS", {})
    pooler = options.pop(_POOLER, None)
    if pooler not in {None, _TRANSACTION}:
        raise ValueError(f"{_POOLER} can only be {_TRANSACTION}, not {pooler}")
    if settings["ENGINE"].endswith("sqlite3"):
        return settings | {"OPTIONS": {**options, **SQLITE_OPTIONS}}
    # A thread that serves pages keeps its connection, and looks before each whether it lives:
    # a new one costs PostgreSQL a process that has yet to read its catalogues.
    return settings | {
        "CONN_MAX_AGE": KEPT_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        # The next transaction may be another server process's, which knows of neither.
        "OPTIONS": {**options, "prepare_threshold": None if pooler else PREPARE_AFTER},
        "DISABLE_SERVER_SIDE_CURSORS": pooler is not None,
    }


def _take_hosts(url: str) -> tuple[str, dict[str, str]]:
    """Return the URL with one host only and, if there were more, all of them as libpq has them."""
    scheme, slashes, rest = url.partition("://")
    place = re.split("[/?#]", rest, maxsplit=1)[0]  # not by urllib, which takes one host only
    user, at, hosts = place.rpartition("@")
    if "," not in hosts:
        return url, {}
    named = [_split_port(host) for host in hosts.split(",")]
    plain = f"{scheme}{slashes}{user}{at}localhost{rest[len(place) :]}"
    ports = [port for _, port in named]
    places = {
        "HOST": ",".join(host for host, _ in named),
        "PORT": ",".join(ports) if any(ports) else "",
    }
    return plain, places


def _split_port(place: str) -> tuple[str, str]:
    """Return host and port of ``host``, ``host:port``, ``[address]:port``; no port is ''."""
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, port = place, ""
    if not host or (port and not (port.isascii() and port.isdigit() and int(port) <= _LAST_PORT)):
        raise ValueError(f"{place!r} is no host with its port")
    return unquote(host.removeprefix("[").removesuffix("]")), port

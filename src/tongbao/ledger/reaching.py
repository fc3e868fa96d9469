"""Reaching the database: its errors by one name, and a connection that died replaced once."""

import sqlite3
from collections.abc import Callable
from typing import Final, TypeVar

import django.db
import psycopg
from django.db import connections

from tongbao.ledger.values import DatabaseTrouble

_POOLER_ERRORS: Final = (
    psycopg.errors.DuplicatePreparedStatement,
    psycopg.errors.InvalidSqlStatementName,
)
_POOLER: Final = "behind a pooler in transaction mode, add `pooler=transaction` to the URL"

DATABASE_ERRORS: Final = (
    *(django.db.OperationalError, django.db.InterfaceError),
    *(psycopg.OperationalError, psycopg.InterfaceError),
    sqlite3.OperationalError,
    *_POOLER_ERRORS,
)
"""What is raised when the database is not there, went away, or cannot do more."""

CLASHES: Final = (psycopg.errors.UniqueViolation,)
"""What is raised where two settled at once: a lock can be lost while Citus moves a program's rows.

The journal's key let one of them through; the other's transaction wrote nothing.
"""

_T = TypeVar("_T")


def trouble(error: BaseException) -> DatabaseTrouble:
    """Return what a caller is told of such an error."""
    return DatabaseTrouble(f"The database did not answer as it should: {shorten(error, 300)}")


def shorten(error: BaseException, most: int = 200) -> str:
    """Return an error's own words in one line, and the way out where it is known."""
    words = " ".join(str(error).split())[:most]
    return f"{words}; {_POOLER}" if isinstance(error, _POOLER_ERRORS) else words


def reading(using: str, look: Callable[[], _T]) -> _T:
    """Look something up; if the connection turns out to be dead, once more over a new one.

    Raises:
        DatabaseTrouble: the database does not answer, or the caller's transaction broke with it.
    """
    try:
        return look()
    except DATABASE_ERRORS as error:
        if connections[using].in_atomic_block:
            raise trouble(error) from error
        connections[using].close()
    try:
        return look()
    except DATABASE_ERRORS as error:
        raise trouble(error) from error

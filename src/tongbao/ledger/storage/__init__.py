"""Explicit SQL for settling: what is read, locked and written, once for each database."""

from django.db import connections

from tongbao.ledger.storage.face import Storage
from tongbao.ledger.storage.postgresql import PostgresqlStorage
from tongbao.ledger.storage.sqlite import SqliteStorage


def storage_for(program: int, using: str) -> Storage:
    """Return the storage of a program in the database with that alias, for the calling thread."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        return SqliteStorage(connection, program)
    return PostgresqlStorage(connection, program)

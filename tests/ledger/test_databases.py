"""The tests' own databases: fresh, migrated, reached from threads and other processes."""

import os
import subprocess
import sys

from django.db import connections, transaction

from tests.ledger.databases import Database

INSERT = "INSERT INTO ledger_delivery (program, receiver, number) VALUES (%s, %s, %s)"
COUNT = "SELECT count(*) FROM ledger_delivery"


def test_a_database_is_migrated_and_empty(database: Database) -> None:
    assert database.execute(COUNT) == [(0,)]
    database.execute(INSERT, 1, "left behind", 1)


def test_the_next_test_finds_a_fresh_one(database: Database) -> None:
    assert database.execute(COUNT) == [(0,)]


def test_the_alias_is_of_the_vendor_it_says(database: Database, using: str) -> None:
    assert connections[using].vendor == database.vendor


def test_each_thread_has_its_own_connection(database: Database) -> None:
    def work(number: int) -> int:
        with transaction.atomic(using=database.alias):
            database.execute(INSERT, number, "thread", number)
        return id(connections[database.alias])

    seen = database.at_once([lambda n=n: work(n) for n in range(8)])  # type: ignore[misc]
    assert len({*seen, id(connections[database.alias])}) > 1
    assert database.execute(COUNT) == [(8,)]


def test_another_process_finds_it_by_its_url(database: Database) -> None:
    database.execute(INSERT, 1, "here", 7)
    script = (
        "import django; django.setup(); from tongbao.ledger.models import Delivery;"
        "print(Delivery.objects.get(program=1).number)"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TONGBAO_DATABASE": database.url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "7\n"

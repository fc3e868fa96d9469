"""Killed at any moment, the ledger keeps what it promised, and does nothing twice.

Clients write down what they were told; processes that settle are killed (SIGKILL) while they hold
the program's lock, and begin anew. Then PostgreSQL itself is stopped at once, again and again.
"""

import json
import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from django.core.management import call_command
from django.db import connections

from tests.ledger import cluster
from tests.ledger.databases import POSTGRESQL, Database, known
from tests.ledger.stage import check_books, opened, purchase
from tests.ledger.test_concurrency import check_promises, crowd
from tongbao.ledger import rebuild

_LOG: Final = logging.getLogger(__name__)  # shown with --log-cli-level=INFO
CLIENTS: Final = ("submits", "submits", "groups", "enqueues", "settles")


@pytest.mark.parametrize("kills", [15, pytest.param(250, marks=pytest.mark.long)])
def test_whoever_settles_is_killed_and_nothing_is_lost_or_done_twice(
    database: Database, tmp_path: Path, kills: int
) -> None:
    ledger = opened(database)
    counts, complaints = crowd(database, tmp_path, roles=CLIENTS, kills=kills)
    assert not counts["wrong"], complaints
    promised = check_promises(ledger, tmp_path)
    assert rebuild.check(ledger).ok
    assert counts["kills"] == kills
    assert counts["in flight"] >= kills // 5, "the kills must fall into the transactions"
    assert promised > kills // 2, "the clients must get on between the kills"
    _LOG.info("%s: %s, %d promised", database.vendor, dict(counts), promised)


@pytest.mark.parametrize("crashes", [2, pytest.param(25, marks=pytest.mark.long)])
def test_postgresql_is_stopped_at_once_and_nothing_is_lost_or_done_twice(
    postgresql: None, tmp_path: Path, crashes: int
) -> None:
    """With its default durability: what was acknowledged has reached the log."""
    with cluster.scratch(under=cluster.memory()) as own:
        own.execute("CREATE DATABASE crashing")
        with known(Database("crashing", POSTGRESQL, own.url("crashing"))) as database:
            call_command("migrate", "ledger", database="crashing", verbosity=0)
            ledger = opened(database)
            order: dict[str, object] = {
                "url": database.url,
                "program": "wine",
                "promises": str(tmp_path / "promises"),
            }
            order |= {"roles": list(CLIENTS), "restarts": True, "seconds": 0.7 * crashes}
            running = subprocess.Popen(
                [sys.executable, "-m", "tests.ledger.crowd", json.dumps(order)],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            with running:
                busy = busy_crashes(own, tmp_path / "promises", crashes)
                output, complaints = running.communicate()
            assert running.returncode == 0, complaints
            assert not json.loads(output), complaints
            connections["crashing"].close()  # it did not live to see the crashes
            promised = check_promises(ledger, tmp_path)
            assert rebuild.check(ledger).ok
            assert busy == crashes, "the clients must have been at work before each crash"
            _LOG.info("PostgreSQL: %d crashes, %d promised", crashes, promised)


def busy_crashes(own: cluster.Cluster, path: Path, crashes: int) -> int:
    """Crash and start the cluster; return how often something was promised between two."""
    busy = 0
    for _ in range(crashes):
        before = path.stat().st_size if path.exists() else 0
        end = time.monotonic() + 20
        while time.monotonic() < end and (not path.exists() or path.stat().st_size <= before):
            time.sleep(0.01)
        time.sleep(0.1)
        busy += path.exists() and path.stat().st_size > before
        own.crash()
        own.start()
    return busy


def test_a_door_goes_on_after_postgresql_came_back(scratch_cluster: cluster.Cluster) -> None:
    """The thread's own connection is gone; the command that meets it may fail, the next does not."""
    scratch_cluster.execute("CREATE DATABASE crashing")
    with known(Database("again", POSTGRESQL, scratch_cluster.url("crashing"))) as database:
        call_command("migrate", "ledger", database="again", verbosity=0)
        ledger = opened(database)
        assert ledger.submit(purchase("before")).ok
        scratch_cluster.crash()
        scratch_cluster.start()
        with suppress(Exception):  # whatever the driver raises of a lost connection
            ledger.submit(purchase("after"))
        outcome = ledger.submit(purchase("after"))
        assert (outcome.ok, outcome.number) == (True, 2)
        check_books(ledger)

"""What all tests share: how Hypothesis searches, and databases to write in."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from tests.ledger import cluster, pooler
from tests.ledger.cluster import Cluster
from tests.ledger.databases import VENDORS, Database, Templates

# The same examples on every run, so that a red build is red again. Machines differ: no deadline.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# New examples on every run: HYPOTHESIS_PROFILE=search make test-all
settings.register_profile("search", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def templates() -> Iterator[Templates]:
    """Migrated databases to copy; a cluster is started when a test first asks for PostgreSQL."""
    memory = cluster.memory()
    with ExitStack() as stack, TemporaryDirectory(prefix="tongbao-", dir=memory) as folder:

        @cache
        def started() -> Cluster:
            return stack.enter_context(cluster.scratch(*cluster.FAST, under=memory))

        yield Templates(Path(folder), started)


@pytest.fixture(scope="session")
def postgresql() -> None:
    """Skip what needs PostgreSQL where there is none; where it is required, fail."""
    if cluster.binaries() is None:
        if os.environ.get("TONGBAO_TESTS_REQUIRE_POSTGRESQL"):
            pytest.fail(f"{cluster.MISSING}. {cluster.HOW_TO_INSTALL}")
        pytest.skip(cluster.MISSING)


@pytest.fixture(scope="session")
def pgbouncer(postgresql: None) -> None:
    """Skip what needs PgBouncer where there is none; where it is required, fail."""
    if pooler.program() is None:
        if os.environ.get("TONGBAO_TESTS_REQUIRE_PGBOUNCER"):
            pytest.fail(f"{pooler.MISSING}. {pooler.HOW_TO_INSTALL}")
        pytest.skip(f"{pooler.MISSING}. {pooler.HOW_TO_INSTALL}")


@pytest.fixture
def scratch_cluster(postgresql: None) -> Iterator[Cluster]:
    """A running cluster of the test's own, to crash or to fill with roles."""
    with cluster.scratch(*cluster.FAST, under=cluster.memory()) as own:
        yield own


@pytest.fixture(params=VENDORS)
def database(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Database]:
    """A fresh, migrated database; a test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "postgresql":
        request.getfixturevalue("postgresql")
    with templates.copy(request.param) as fresh:
        yield fresh


@pytest.fixture
def using(database: Database) -> str:
    """The fresh database's alias, as the ledger's functions take it."""
    return database.alias


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out for the lack of PostgreSQL, and how to have them run."""
    skipped = [
        report.nodeid
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple) and cluster.MISSING in report.longrepr[2]
    ]
    if not skipped:
        return
    terminalreporter.section("PostgreSQL is missing")
    terminalreporter.line(f"{cluster.MISSING}; {len(skipped)} tests were skipped:")
    for path in sorted({node.partition("::")[0] for node in skipped}):
        count = sum(node.startswith(f"{path}::") for node in skipped)
        terminalreporter.line(f"    {count:4} in {path}")
    terminalreporter.line(f"To run them, install it. {cluster.HOW_TO_INSTALL}")

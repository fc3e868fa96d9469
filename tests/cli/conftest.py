"""A command line on a fresh database, for the tests of commands that need one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connections

from tests.cli.program_desk import Run, written
from tests.ledger.databases import Database
from tests.plans.plans import toml
from tongbao.cli.main import main
from tongbao.engine.example import FOUNDING_EXAMPLE


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """What runs the command in an empty folder; afterwards Django's own database is back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    before = connections.settings["default"]

    def run(*words: object, columns: int = 80) -> Result:
        monkeypatch.setenv("COLUMNS", str(columns))
        return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)

    yield run
    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = before


@pytest.fixture
def cli(elsewhere: Run, database: Database) -> Run:
    """What runs the command on a fresh, migrated database, with three plans in the folder."""
    written("plan.json", json.dumps(dict(FOUNDING_EXAMPLE)))
    written("leaner.json", json.dumps({**FOUNDING_EXAMPLE, "backing_bps": 2500}))
    written("plan.toml", toml())

    def run(*words: object, columns: int = 80) -> Result:
        return elsewhere(*words, "--database", database.url, columns=columns)

    return run


@pytest.fixture
def wine(cli: Run) -> Run:
    """The same, with the program wine launched under the founding example's plan."""
    assert cli("program", "create", "wine", "--plan", "plan.json").exit_code == 0
    assert cli("program", "launch", "wine", "--by", "ann").exit_code == 0
    return cli

"""The two demo malls, built once per run: the retail one from a slice of its history."""

import csv
import gzip
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.mall.conftest import default_database, migrated, surroundings
from tests.mall.stage import Mall
from tests.tidy.tree import ROOT
from tongbao.cli.main import main
from tongbao.engine.plan import plan_fields
from tongbao.mall.demo import cellar, marker, retail
from tongbao.plans.files import load_plan
from tongbao.plans.presets import preset

SOURCE = ROOT / "examples/online-retail"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "demo-abcdef"  # noqa: S105  # of people that tests make
EVERY = 40  # of the other customers' orders, one in so many


def sliced(folder: Path) -> Path:
    """Copy the history, with all orders of the demo's people and a few of the others'."""
    folder.mkdir()
    for name in ("catalogue.csv.gz", "people.csv.gz"):
        shutil.copyfile(SOURCE / name, folder / name)
    people = {person.account.removeprefix("m-") for person in retail.MEMBERS}
    with gzip.open(SOURCE / "history.csv.gz", "rt", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    purchases = [row for row in rows if row[0] == "purchase"]
    kept = {row[1] for row in purchases[::EVERY]} | {purchases[-1][1]}
    chosen = [row for row in rows if row[2] in people or row[1] in kept or row[4] in kept]
    with gzip.open(folder / "history.csv.gz", "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *chosen])
    return folder


def audited(mall: Mall, folder: Path) -> int:
    """Export the journal and let the auditor read it; return its exit status."""
    journal = folder / "journal.jsonl"
    export = ["export", mall.shop.program, str(journal), "--database", mall.url]
    assert CliRunner().invoke(main, export).exit_code == 0
    return CliRunner().invoke(main, ["audit", str(journal)]).exit_code


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Build a demo, once; return the folder with its database and files."""
    folders: dict[str, Path] = {}

    def build(name: str) -> Path:
        if name not in folders:
            folder = tmp_path_factory.mktemp(name)
            shutil.copyfile(migrated(), folder / "mall.sqlite3")
            with surroundings(folder), default_database(_url(folder)):
                if name == "retail":
                    plan = plan_fields(load_plan(SOURCE / "plan.toml").plan)
                    retail.build(sliced(folder / "history"), plan, PASSWORD, now=NOW)
                else:
                    cellar.build(plan_fields(preset("wine").plan), PASSWORD, now=NOW)
                marker.write({"name": name, "facts": {}, "password": PASSWORD, "logins": {}})
            folders[name] = folder
        return folders[name]

    return build


@pytest.fixture
def retail_mall(built: Callable[[str], Path]) -> Iterator[Mall]:
    yield from _opened(built("retail"))


@pytest.fixture
def wine_mall(built: Callable[[str], Path]) -> Iterator[Mall]:
    yield from _opened(built("wine"))


def _opened(folder: Path) -> Iterator[Mall]:
    with surroundings(folder), default_database(_url(folder)):
        yield Mall(_url(folder))


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'mall.sqlite3'}"

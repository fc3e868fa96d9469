"""Who may import whom: import-linter reports every arrow that the house doesn't draw.

The contracts stand in pyproject.toml. Here the arrows are written a second time, by hand from the
design, and tried on copies of the package into which each possible import is written.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pytest

from tests.tidy.tree import PACKAGE, ROOT

ROOMS = ("engine", "plans", "audit", "lab", "ledger", "mall", "api", "site", "cli")
DRAWN = {
    "engine": frozenset[str](),
    "plans": frozenset({"engine"}),
    "audit": frozenset({"engine.commands", "engine.receipts"}),
    "lab": frozenset({"plans", "engine"}),
    "ledger": frozenset({"engine"}),
    "mall": frozenset({"ledger", "plans"}),
    "api": frozenset({"ledger"}),
    "site": frozenset({"mall", "api"}),
    "cli": frozenset(ROOMS) - {"cli"},
}
NUMERIC = ("numpy", "numba", "polars", "pandas", "pyarrow", "scipy", "matplotlib")
OFFLINE = ("engine", "plans", "audit", "lab")

FORBIDDEN = [
    *((room, other) for room, other in permutations(ROOMS, 2) if other not in DRAWN[room]),
    *((room, library) for room in ROOMS if room != "lab" for library in NUMERIC),
    *((room, "django") for room in OFFLINE),
    *((room, "oscar") for room in ROOMS if room != "mall"),
    ("audit", "engine.units"),
    ("mall", "ledger.models"),
    ("api", "ledger.models"),
    ("attic", "engine"),  # a room that nobody drew
    ("engine", "cli.main"),
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What import-linter says of a copy of the package."""

    status: int
    report: str

    def names(self, importer: str, imported: str) -> bool:
        """Tell whether the report names this import."""
        return f"{importer} -> {imported} (" in self.report


def module(room: str, imported: str) -> str:
    return f"tongbao.{room}.canary_{imported.replace('.', '_')}"


def target(imported: str) -> str:
    """The full name of what is imported: of a room, or of a library."""
    return f"tongbao.{imported}" if imported.partition(".")[0] in ROOMS else imported


def judged(folder: Path, imports: list[tuple[str, str]]) -> Verdict:
    """Copy the package, give it the rooms that it lacks, write the imports into it, lint it."""
    copy = folder / "src" / "tongbao"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in (*ROOMS, "attic"):
        (copy / room).mkdir(exist_ok=True)
        (copy / room / "__init__.py").touch()
    for name in ("ledger/models.py", "cli/main.py", "engine/commands.py", "engine/receipts.py"):
        (copy / name).touch()
    for room, imported in imports:
        path = folder / "src" / Path(*module(room, imported).split(".")).with_suffix(".py")
        path.write_text(f"import {target(imported)}\n", encoding="utf-8")
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    run = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not run.stderr, run.stderr
    return Verdict(run.returncode, run.stdout)


@pytest.fixture(scope="module")
def bad_copy(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return judged(tmp_path_factory.mktemp("bad"), FORBIDDEN)


def test_a_copy_with_every_arrow_that_is_drawn_passes(tmp_path: Path) -> None:
    drawn = [(room, other) for room in ROOMS for other in sorted(DRAWN[room])]
    libraries = [
        *(("lab", library) for library in NUMERIC),
        ("mall", "oscar"),
        ("ledger", "django"),
    ]
    verdict = judged(tmp_path, [*drawn, *libraries])
    assert verdict.status == 0, verdict.report


def test_a_copy_with_an_arrow_that_is_not_drawn_fails(bad_copy: Verdict) -> None:
    assert bad_copy.status == 1, bad_copy.report


@pytest.mark.parametrize(("room", "imported"), FORBIDDEN, ids=str)
def test_a_canary_with_an_arrow_that_is_not_drawn_is_named(
    bad_copy: Verdict, room: str, imported: str
) -> None:
    assert bad_copy.names(module(room, imported), target(imported)), bad_copy.report


def test_django_is_found_behind_a_chain_of_imports(tmp_path: Path) -> None:
    verdict = judged(tmp_path, [("engine", "django"), ("plans", "engine.canary_django")])
    assert "tongbao.plans.canary_engine_canary_django -> tongbao.engine" in verdict.report


def test_every_room_of_the_package_is_known() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir()} - {"__pycache__"}
    assert rooms <= set(ROOMS), "draw its arrows first, in pyproject.toml and here"

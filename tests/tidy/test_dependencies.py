"""Each room imports what is declared for it, nothing else, and the locks pin what is declared."""

import ast
import re
import sys
import tomllib

import pytest

from tests.tidy.tree import ROOT, texts, trees

# What a room may import from outside the standard library, besides what the arrows allow.
LIBRARIES = {
    "engine": frozenset({"msgspec"}),
    "plans": frozenset({"msgspec"}),
    "audit": frozenset({"msgspec"}),
    "lab": frozenset({"msgspec", "polars", "matplotlib", "jinja2", "markupsafe", "rich"}),
    "cli": frozenset({"msgspec", "click", "rich"}),
}
VAGUE = frozenset({"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"})
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
LOCKS = ("run", "dev", "mutate")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def strangers(path: str, tree: ast.AST, allowed: frozenset[str]) -> list[str]:
    """Return the imports of libraries that are not allowed here."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["(relatively)" if node.level else node.module or ""]
        else:
            continue
        tops = {name.split(".")[0] for name in names}
        unknown = tops - sys.stdlib_module_names - allowed - {"tongbao"}
        found += [f"{path}:{node.lineno}: imports {top}" for top in sorted(unknown)]
    return found


def declared(*extras: str) -> frozenset[str]:
    """The distributions that pyproject.toml declares, for the core and these extras."""
    lines = [*PROJECT["dependencies"]]
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return frozenset(
        re.split(r"[^A-Za-z0-9_-]", line)[0].replace("_", "-").lower() for line in lines
    )


def pins(lock: str) -> dict[str, set[str]]:
    """The versions that a lock pins; numpy has one per version of Python."""
    found: dict[str, set[str]] = {}
    for name, version in PIN.findall((ROOT / f"requirements/{lock}.txt").read_text("utf-8")):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("room", LIBRARIES)
def test_a_room_imports_only_the_libraries_that_are_its_own(room: str) -> None:
    found = [
        line
        for path, tree in trees(f"src/tongbao/{room}")
        for line in strangers(path, tree, LIBRARIES[room])
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "sin", ["import numpy", "from numpy.linalg import norm", "from .units import BPS", "import a.b"]
)
def test_a_canary_with_a_strange_import_is_found(sin: str) -> None:
    assert len(strangers("a.py", ast.parse(sin), frozenset({"msgspec"}))) == 1


def test_every_library_that_is_imported_is_declared() -> None:
    everything = frozenset[str]()
    imported = {
        line.rsplit(" ", 1)[1]
        for path, tree in trees("src")
        for line in strangers(path, tree, everything)
    }
    assert imported <= declared("lab")
    core = {
        line.rsplit(" ", 1)[1]
        for room in LIBRARIES.keys() - {"lab"}
        for path, tree in trees(f"src/tongbao/{room}")
        for line in strangers(path, tree, everything)
    }
    assert core <= declared()


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("run", ("lab",)), ("dev", ("lab", "dev")), ("mutate", ("lab", "dev", "mutate"))],
)
def test_a_lock_pins_everything_that_is_declared(lock: str, extras: tuple[str, ...]) -> None:
    missing = declared(*extras) - pins(lock).keys()
    assert not missing, "run requirements/lock"


def test_the_narrower_lock_is_part_of_the_wider_one() -> None:
    run, dev, mutate = (pins(lock) for lock in LOCKS)
    assert run.items() <= dev.items()
    assert dev.items() <= mutate.items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
    for entry in text.replace("\\\n", " ").splitlines():
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [path for path, _ in texts(".py") if VAGUE & set(path.removesuffix(".py").split("/"))]
    assert not vague

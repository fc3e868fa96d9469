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
    "audit": frozenset({"msgspec", "cryptography"}),
    "lab": frozenset({"msgspec", "polars", "matplotlib", "jinja2", "markupsafe", "rich"}),
    "ledger": frozenset({"msgspec", "django", "psycopg", "prometheus_client", "pythonjsonlogger"}),
    "mall": frozenset(
        {
            *(
                "msgspec",
                "django",
                "oscar",
                "allauth",
                "axes",
                "csp",
                "django_htmx",
                "phonenumber_field",
                "django_tables2",
            ),
            *("phonenumbers", "babel", "PIL", "rapidfuzz", "segno", "sorl", "treebeard"),
        }
    ),
    "site": frozenset({"django", "dj_database_url", "oscar", "csp"}),
    "cli": frozenset({"msgspec", "click", "rich", "django", "dj_database_url", "gunicorn"}),
}
# The extras that install a room; what is in none of them comes with the core.
EXTRAS = {
    "audit": ("audit",),
    "lab": ("lab",),
    "ledger": ("ledger",),
    "mall": ("mall",),
    "site": ("mall",),  # its settings of the ledger alone need no more than `ledger`
    "cli": ("lab", "audit", "mall"),  # a room's extra is needed when its command runs
}
DISTRIBUTIONS = {  # where the module's name is another
    "PIL": "pillow",
    "allauth": "django-allauth",
    "axes": "django-axes",
    "csp": "django-csp",
    "django_tables2": "django-tables2",
    "oscar": "django-oscar",
    "phonenumber_field": "django-phonenumber-field",
    "pythonjsonlogger": "python-json-logger",
    "sorl": "sorl-thumbnail",
}
# Its licence (GPL) covers whatever imports it; a command that is run is another program.
RUN_NEVER_IMPORTED = frozenset({"beancount"})
VAGUE = frozenset({"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"})
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
ROOMS = ("lab", "audit", "mall")  # the extras that a lock for users installs
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
    wanted = [*extras]
    for extra in wanted:  # grows by the extras that an extra has in it
        for line in PROJECT["optional-dependencies"][extra]:
            if line.startswith("tongbao["):
                wanted.append(line.removeprefix("tongbao[").removesuffix("]"))
            else:
                lines.append(line)
    return frozenset(
        re.split(r"[^A-Za-z0-9_-]", line)[0].replace("_", "-").lower() for line in lines
    )


def distribution(module: str) -> str:
    """The name under which a library is declared."""
    return DISTRIBUTIONS.get(module, module.replace("_", "-").lower())


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


@pytest.mark.parametrize("room", LIBRARIES)
def test_every_library_that_a_room_imports_is_declared_for_it(room: str) -> None:
    imported = {
        line.rsplit(" ", 1)[1]
        for path, tree in trees(f"src/tongbao/{room}")
        for line in strangers(path, tree, frozenset())
    }
    assert {distribution(name) for name in imported} <= declared(*EXTRAS.get(room, ()))


def test_every_room_has_its_libraries_named() -> None:
    rooms = {path.split("/")[2] for path, _ in trees("src/tongbao") if path.count("/") > 2}
    assert rooms <= LIBRARIES.keys()


def test_nothing_imports_what_may_only_be_run() -> None:
    everything_else = frozenset[str]()
    found = [
        line
        for folder in ("src", "tests", "benchmarks", "examples")
        for path, tree in trees(folder)
        for line in strangers(path, tree, everything_else)
        if line.rsplit(" ", 1)[1] in RUN_NEVER_IMPORTED
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("sin", ["import beancount", "from beancount.loader import load_file"])
def test_a_canary_that_imports_what_may_only_be_run_is_found(sin: str) -> None:
    assert strangers("a.py", ast.parse(sin), frozenset()) == ["a.py:1: imports beancount"]


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("run", ROOMS), ("dev", (*ROOMS, "dev")), ("mutate", (*ROOMS, "dev", "mutate"))],
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

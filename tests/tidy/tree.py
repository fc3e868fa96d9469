"""What the tidy tests read: the files of the checkout, and their syntax trees."""

import ast
import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tongbao"
# Where there is no git (an unpacked archive), whatever make builds is left out by name.
BUILT = frozenset({".venv", "build", "dist", "mutants", "__pycache__"})


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is or would be tracked, relative to the root, in order."""
    git = shutil.which("git")
    listed = git and subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed and listed.returncode == 0:
        names = [Path(name) for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        names = [name for name in names if not any(is_built(part) for part in name.parts)]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


def is_built(part: str) -> bool:
    return part in BUILT or (part.startswith(".") and part not in {".ci", ".gitignore"})


def texts(*suffixes: str, under: str = "") -> list[tuple[str, str]]:
    """Return (path, text) of the readable files with one of these suffixes, or of all."""
    found = []
    for name in files():
        if (suffixes and name.suffix not in suffixes) or not name.is_relative_to(under):
            continue
        try:
            found.append((name.as_posix(), (ROOT / name).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # a table, a picture
    return found


def trees(under: str) -> list[tuple[str, ast.Module]]:
    """Return (path, syntax tree) of the Python files under a folder."""
    return [(path, ast.parse(text)) for path, text in texts(".py", under=under)]

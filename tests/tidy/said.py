"""What people read in a file of ours: its texts, without the code around them.

Each file becomes a text with as many lines, in which everything else is blank, so that a find has
its line.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.tidy.tree import texts
from tests.tidy.vocabulary import blank

_CODE_OF_TEMPLATES: Final = re.compile(
    r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL
)
_CODE_OF_PAGES: Final = re.compile(r"^```.*?^```|`[^`\n]*`|\]\([^)]*\)", re.DOTALL | re.MULTILINE)
_FIELD: Final = re.compile(r"^\w+ *= *", re.MULTILINE)
_NAME: Final = re.compile(r"[\w.:/-]*|\s*\(?(?:SELECT|INSERT|UPDATE|DELETE)\b.*", re.DOTALL)
_STRING: Final = re.compile(r'"[^"]*"|\'[^\']*\'|`[^`]*`')
ROOMS: Final = ("mall", "plans", "lab", "cli", "audit", "ledger")


def said_in_catalogue(text: str) -> str:
    """Return the messages and their translations, without comments and contexts."""
    kept, inside = [], False
    for line in text.splitlines():
        if not line.startswith('"'):
            inside = line.startswith(("msgid", "msgstr"))
        kept.append(line.partition('"')[2].rpartition('"')[0] if inside else "")
    return "\n".join(kept)


def said_in_template(text: str) -> str:
    """Return what stands between the tags; what is translated is in the catalogues."""
    return _CODE_OF_TEMPLATES.sub(blank, text)


def said_in_page(text: str) -> str:
    """Return a page of the docs without code and addresses."""
    return _CODE_OF_PAGES.sub(blank, text)


def said_in_plan(text: str) -> str:
    """Return a plan's comments and values, without the names of its fields."""
    return re.sub(r"`[^`\n]*`", "", _FIELD.sub("", text))


def said_in_module(text: str) -> str:
    """Return the strings of a module that are more than a name, without docstrings and SQL."""
    tree = ast.parse(text)
    lines = [""] * (text.count("\n") + 2)
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(value)) if id(node) not in docstrings:
                if not _NAME.fullmatch(value) or not value.isascii():
                    lines[node.lineno - 1] += " ‖ " + " ".join(value.split())
    return "\n".join(lines)


def said_in_script(text: str) -> str:
    """Return the strings of a script."""
    return "\n".join(" ‖ ".join(_STRING.findall(line)) for line in text.split("\n"))


_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    ".po": said_in_catalogue,
    ".html": said_in_template,
    ".j2": said_in_template,
    ".txt": said_in_template,
    ".js": said_in_script,
    ".md": said_in_page,
    ".toml": said_in_plan,
    ".py": said_in_module,
}


def sayings() -> Iterator[tuple[str, str]]:
    """Give (path, what people read in it) of each file with something to read."""
    for path, text in texts(*_READERS):
        if path.startswith(("docs/", "README", *(f"src/tongbao/{room}/" for room in ROOMS))):
            yield path, _READERS[path[path.rindex(".") :]](text)

"""Files stop at 500 lines and functions at 70; nobody gets a waiver."""

import ast

import pytest

from tests.tidy.tree import texts

FILE_LINES = 500
FUNCTION_LINES = 70
WRITTEN_BY_HAND = (".py", ".html", ".css", ".js", ".j2", ".sh")
Functions = ast.FunctionDef | ast.AsyncFunctionDef


def sprawl(path: str, text: str) -> list[str]:
    """Return what is too long in a file: itself, or a function in it."""
    length = len(text.splitlines())
    found = [f"{path}: {length} lines"] if length > FILE_LINES else []
    if not path.endswith(".py"):
        return found
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Functions) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{path}:{node.lineno}: {node.name} has {length} lines")
    return found


def test_no_file_and_no_function_sprawls() -> None:
    found = [
        line
        for path, text in texts(*WRITTEN_BY_HAND)
        if "/migrations/" not in path
        for line in sprawl(path, text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("x = 1\n" * 501, "a.py: 501 lines"),
        ("def f():\n" + "    x = 1\n" * 70, "a.py:1: f has 71 lines"),
        ("class C:\n    async def f(self):\n" + "        x = 1\n" * 70, "a.py:2: f has 71 lines"),
    ],
)
def test_a_canary_that_sprawls_is_found(text: str, finding: str) -> None:
    assert sprawl("a.py", text) == [finding]


def test_what_just_fits_is_left_alone() -> None:
    assert sprawl("a.py", "def f():\n" + "    x = 1\n" * 69 + "y = 2\n" * 430) == []

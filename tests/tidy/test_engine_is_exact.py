"""The engine counts in whole numbers, in a fixed order, and asks the world nothing."""

import ast
import sys

import pytest

from tests.tidy.tree import trees

# Modules that count inexactly, or differ from run to run, or touch the world.
STRANGERS = frozenset(
    {
        *("cmath", "decimal", "fractions", "math", "numbers", "statistics"),
        *("random", "secrets", "time", "uuid"),
        *("asyncio", "io", "logging", "os", "pathlib", "shutil", "socket", "sqlite3"),
        *("subprocess", "sys", "tempfile", "threading"),
    }
)
CALLS = {
    "float": "a float",
    "complex": "a complex number",
    "round": "round() rounds halves to even; use // or ceil_div",
    "hash": "hash() differs from run to run",
    "id": "id() differs from run to run",
    "open": "a file",
    "input": "a question",
    "print": "a print",
    "deepcopy": "a copy of the world",
}
CLOCKS = frozenset({"now", "today", "utcnow"})
MAY_IMPORT = frozenset({"msgspec", "tongbao"})


def inexact(path: str, tree: ast.AST) -> list[str]:
    """Return what is no exact, pure arithmetic in a syntax tree, line by line."""
    found = []
    for node in ast.walk(tree):
        reason = _arithmetic(node) or _call(node) or _import(node)
        if reason:
            found.append(f"{path}:{getattr(node, 'lineno', 0)}: {reason}")
    return sorted(found)


def _arithmetic(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        return f"{node.value} is no whole number"
    if isinstance(node, ast.BinOp | ast.AugAssign):
        if isinstance(node.op, ast.Div):
            return "/ gives a float; use // or ceil_div"
        power = node.right if isinstance(node, ast.BinOp) else node.value
        if isinstance(node.op, ast.Pow) and isinstance(power, ast.UnaryOp):
            return "a negative power gives a float"
    if isinstance(node, ast.Attribute) and node.attr == "truediv":
        return "/ gives a float; use // or ceil_div"
    return None


def _call(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name):
        return CALLS.get(node.func.id)
    if isinstance(node.func, ast.Attribute):
        return "a clock" if node.func.attr in CLOCKS else None
    return None


def _import(node: ast.AST) -> str | None:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
        if any(alias.name in {"deepcopy", "truediv"} for alias in node.names):
            return "imports what the engine does without"
    else:
        return None
    for name in names:
        top = name.split(".")[0]
        foreign = top not in MAY_IMPORT and top not in sys.stdlib_module_names
        if foreign or top in STRANGERS:
            return f"imports {name}"
    return None


def test_the_engine_is_exact_and_pure() -> None:
    found = [line for path, tree in trees("src/tongbao/engine") for line in inexact(path, tree)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "sin",
    [
        *("x = 0.5", "x = 1e3", "x = 1j", "x = a / b", "a /= b", "x = 10 ** -2"),
        *("x = float(a)", "x = round(a)", "x = hash(a)", "x = sorted(a, key=lambda b: id(b))"),
        *("import decimal", "from decimal import Decimal", "from fractions import Fraction"),
        *("import math", "from math import sqrt", "from operator import truediv"),
        *("import time", "import os.path", "from pathlib import Path", "import random"),
        *("import numpy", "from rich import print", "import django.db"),
        *("x = open('a')", "print(a)", "x = datetime.now()", "x = date.today()"),
        "from copy import deepcopy",
    ],
)
def test_a_canary_that_is_inexact_or_impure_is_found(sin: str) -> None:
    assert len(inexact("a.py", ast.parse(sin))) == 1


def test_whole_numbers_are_left_alone() -> None:
    fine = "from datetime import date\nx = -(-a // b) * 10**18 % c\nx //= 2\nd = date(2026, 1, 2)"
    assert inexact("a.py", ast.parse(fine)) == []

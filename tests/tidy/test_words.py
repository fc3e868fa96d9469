"""What a shop owner reads promises nobody a gain, and says everything in both languages.

A promise may be quoted, in order to warn of it, but not made: «only rises» in quotation marks is
left alone, and so is a string of Python that is the phrase and nothing else (a linter's rule).
"""

import ast
import re
import string

import pytest

from tests.tidy.tree import texts, trees
from tests.tidy.vocabulary import PROMISES, QUOTED, blank

PROMISE = re.compile("|".join(re.escape(entry.word) for entry in PROMISES), re.IGNORECASE)
PHRASE_ALONE = re.compile(rf"[\"']({PROMISE.pattern})[\"']", re.IGNORECASE)
READ_BY_PEOPLE = (".py", ".toml", ".md", ".html", ".j2", ".css", ".js", ".po", ".txt")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def promises(path: str, text: str) -> list[str]:
    """Return the promises of gain that a text makes."""
    text = PHRASE_ALONE.sub(blank, QUOTED.sub(blank, text.replace("’", "'")))
    return [
        f"{path}:{text.count(chr(10), 0, hit.start()) + 1}: {hit.group()}"
        for hit in PROMISE.finditer(text)
    ]


def half_said(path: str, tree: ast.AST) -> list[str]:
    """Return what is wrong with a module's Text(en=…, zh=…) pairs."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == "Text":
            said = dict(zip(("en", "zh"), node.args, strict=False))
            said |= {word.arg: word.value for word in node.keywords if word.arg}
            if reason := _fault(said.get("en"), said.get("zh")):
                found.append(f"{path}:{node.lineno}: {reason}")
    return found


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _fault(english: ast.expr | None, chinese: ast.expr | None) -> str | None:
    match english, chinese:
        case ast.Constant(value=""), ast.Constant(value=""):
            return None  # meant to say nothing
        case ast.Constant(value=str(en)), ast.Constant(value=str(zh)):
            return _difference(en, zh)
        case ast.JoinedStr(), _:
            return "en is an f-string: give say() the values"
        case _, ast.JoinedStr():
            return "zh is an f-string: give say() the values"
    return None  # made from other values, whose literals are looked at where they stand


def _difference(en: str, zh: str) -> str | None:
    checks = {
        "en is empty": bool(en.strip()),
        "zh is empty": bool(zh.strip()),
        "en holds Chinese": not CHINESE.search(en),
        "zh holds no Chinese": bool(CHINESE.search(zh)) or not _has_words(zh),
        "en and zh name different values": _values(en) == _values(zh),
    }
    return next((fault for fault, kept in checks.items() if not kept), None)


def _has_words(text: str) -> bool:
    plain = "".join(part for part, *_ in string.Formatter().parse(text))
    return len(re.findall(r"[A-Za-z]{2,}", re.sub(r"--[a-z-]+", "", plain))) > 1


def _values(text: str) -> set[str]:
    return {name.split(".")[0] for _, name, *_ in string.Formatter().parse(text) if name}


def test_nothing_that_people_read_promises_a_gain() -> None:
    found = [
        line
        for path, text in texts(*READ_BY_PEOPLE)
        if not path.startswith(("tests/", "requirements/"))
        for line in promises(path, text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "sin",
    [
        "积分只涨不跌。",
        'Text(en="Safe.", zh="保本的积分")',
        "The price Only Rises.",
        "You can’t lose.",
        "a guaranteed profit of 5%",
        "«the price» only rises «so they say»",
    ],
)
def test_a_canary_that_promises_is_found(sin: str) -> None:
    assert len(promises("docs/a.md", f"# Title\n\n{sin}")) == 1


@pytest.mark.parametrize(
    "fine",
    [
        "Whoever says «only rises, can't lose» sells something else.",
        "不得宣传“保本”或「只涨不跌」。",
        'FORBIDDEN = ("保本", "only rises")',
        "The price does not fall when somebody redeems.",
    ],
)
def test_a_promise_that_is_quoted_is_left_alone(fine: str) -> None:
    assert promises("docs/a.md", fine) == []


def test_every_text_says_the_same_in_both_languages() -> None:
    found = [line for path, tree in trees("src") for line in half_said(path, tree)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("sin", "fault"),
    [
        ("Text(en='', zh='价格')", "en is empty"),
        ("Text('Price', ' ')", "zh is empty"),
        ("words.Text(en='Price', zh='The price')", "zh holds no Chinese"),
        ("Text('价格', '价格')", "en holds Chinese"),
        ("Text(en='{n} orders', zh='订单')", "en and zh name different values"),
        ("Text(en=f'{n} orders', zh='订单')", "en is an f-string: give say() the values"),
    ],
)
def test_a_canary_that_is_half_said_is_found(sin: str, fault: str) -> None:
    assert half_said("a.py", ast.parse(sin)) == [f"a.py:1: {fault}"]


@pytest.mark.parametrize(
    "fine",
    [
        "Text(en='{n} orders', zh='{n} 笔订单')",
        "Text(en='{amount}', zh='{amount}')",
        "Text('--only-currency: {reason}', '--only-currency：{reason}')",
        "Text('', '')",
        "Text(a, b)",
    ],
)
def test_a_text_that_says_the_same_is_left_alone(fine: str) -> None:
    assert half_said("a.py", ast.parse(fine)) == []

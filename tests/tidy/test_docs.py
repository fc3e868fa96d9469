"""The documentation holds: its links lead somewhere, its examples run, its commands exist."""

import ast
import doctest
import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

import pytest

import tongbao
from tests.tidy.tree import ROOT, files, texts

PAGES = texts(".md")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^(`{3,}|~{3,})([^\n`]*)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")


class Block(NamedTuple):
    """A fenced block of a page."""

    line: int
    language: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    for match in FENCE.finditer(page):
        line = page.count("\n", 0, match.start()) + 2
        yield Block(line, match[2].strip().split(" ")[0].lower(), match[3])


def prose(page: str) -> str:
    """The page without what is quoted as code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page))


def anchors(page: str) -> set[str]:
    """The anchors that a page's headings make, as code forges do: small letters, hyphens."""
    titles = HEADING.findall(FENCE.sub("", page))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def dead_links(path: str, page: str, tree: dict[str, str | None]) -> list[str]:
    """Return the relative links of a page that lead to nothing in the tree (path: page or None)."""
    here = path.split("/")[:-1]
    found = []
    for link in LINK.findall(prose(page)):
        if "://" in link or link.startswith("mailto:"):
            continue
        place, _, anchor = link.partition("#")
        steps = list(here)
        for step in place.split("/") if place else ():
            if step == "..":
                steps = steps[:-1]
            elif step not in {"", "."}:
                steps.append(step)
        goal = "/".join(steps) if place else path
        folder = any(name.startswith(f"{goal}/") for name in tree)
        if goal not in tree and not folder:
            found.append(f"{path}: {link}")
        elif anchor and anchor not in anchors(tree.get(goal) or ""):
            found.append(f"{path}: {link}: no such heading")
    return found


def failures(path: str, page: str) -> str:
    """Run the page's examples, its >>> lines, top to bottom in one session; return what differs."""
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
    said: list[str] = []
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        if ">>>" in block.text:
            test = parser.get_doctest(block.text, {}, path, path, block.line - 1)
            test.globs = names
            runner.run(test, out=said.append, clear_globs=False)
    return "".join(said)


def test_every_link_leads_somewhere() -> None:
    pages = dict(PAGES)
    tree = {name.as_posix(): pages.get(name.as_posix()) for name in files()}
    found = [line for path, page in PAGES for line in dead_links(path, page, tree)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "sin", ["[a](b.md)", "[a](../x/a.md)", "![a](plot.png)", "[a](#nowhere)", "[a](c.md#nowhere)"]
)
def test_a_canary_with_a_dead_link_is_found(sin: str) -> None:
    assert len(dead_links("docs/a.md", sin, {"docs/a.md": sin, "docs/c.md": "# Here"})) == 1


def test_a_link_that_leads_somewhere_is_left_alone() -> None:
    page = "# Here, and there\n[a](c.md#over-there) [b](#here-and-there) [c](../docs/) `[d](e.md)`"
    assert dead_links("docs/a.md", page, {"docs/a.md": page, "docs/c.md": "## Over there"}) == []


@pytest.mark.parametrize(("path", "page"), PAGES, ids=[path for path, _ in PAGES])
def test_the_examples_of_a_page_run(path: str, page: str) -> None:
    assert not failures(path, page)


def test_a_canary_with_a_wrong_example_is_found() -> None:
    good = "```pycon\n>>> x = 2\n>>> x + 1\n3\n```\n"
    assert not failures("a.md", good)
    assert "Got:\n    2" in failures("a.md", good + "\n```python\n>>> x\n3\n```\n")


@pytest.mark.parametrize(("path", "page"), PAGES, ids=[path for path, _ in PAGES])
def test_the_blocks_of_a_page_are_what_they_say(path: str, page: str) -> None:
    for block in blocks(page):
        if block.language == "python" and ">>>" not in block.text:
            ast.parse(block.text, f"{path}:{block.line}")
        elif block.language == "toml":
            tomllib.loads(block.text)


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    code = [(path, FENCE.findall(page), re.findall(r"`[^`\n]*`", page)) for path, page in PAGES]
    named = {
        (path, target)
        for path, fenced, inline in code
        for piece in (*(text for *_, text in fenced), *inline)
        for target in MAKE.findall(piece)
    }
    missing = sorted(f"{path}: make {target}" for path, target in named if target not in targets)
    assert not missing, "\n".join(missing)


def test_the_changelog_speaks_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(tongbao.__version__)}\b", changelog, re.MULTILINE)

"""The tutorial works as it is printed, in both languages: its commands run, its figures come out."""

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.test_docs import FENCE, blocks
from tests.tidy.tree import ROOT

PAGES = ("docs/tutorial.md", "docs/tutorial.zh.md", "docs/ledger.md", "docs/ledger.zh.md")
NOT_HERE = frozenset({"make install"})  # the tests have an interpreter already
STATUS = re.compile(r"#\s*exit status (\d+)\s*$")
FIGURE = re.compile(r"[¥£€$]\s?\d[\d,]*(?:\.\d+)?|\d[\d,]*(?:\.\d+)?\s?%")
WRITTEN = (".html", ".toml")  # what the page tells its reader to open


def command_lines(page: str) -> list[str]:
    """Return the lines of the page's sh blocks, but for those that are not run here."""
    text = "".join(block.text for block in blocks(page) if block.language == "sh")
    lines = (line.strip() for line in text.replace("\\\n", " ").splitlines())
    return [line for line in lines if line and not line.startswith("#") and line not in NOT_HERE]


def figures(text: str) -> set[str]:
    """Return the amounts of money and the percentages in a text, without blanks."""
    return {re.sub(r"\s", "", hit).rstrip(",") for hit in FIGURE.findall(text)}


def environment(folder: Path) -> dict[str, str]:
    """Make a place to follow a page in: examples, and `tongbao` run by this interpreter."""
    programs = folder / "programs"
    programs.mkdir()
    shim = programs / "tongbao"
    start = "from tongbao.cli.main import main; main(prog_name='tongbao')"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{start}" "$@"\n')
    shim.chmod(0o755)
    (folder / "examples").symlink_to(ROOT / "examples")
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    own = {name: value for name, value in os.environ.items() if name != "TONGBAO_DATABASE"}
    return own | {"PATH": path, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}


def followed(page: str, folder: Path) -> list[str]:
    """Follow a page in an empty folder; return what did not go as the page says."""
    surroundings = environment(folder)
    said: set[str] = set()
    for line in command_lines(page):
        expected = int(found[1]) if (found := STATUS.search(line)) else 0
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=folder,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )
        if done.returncode != expected:
            return [f"{line}: exit status {done.returncode}\n{done.stdout}{done.stderr}"]
        said |= figures("\n".join([line, done.stdout, done.stderr, *written(folder)]))
    missing = figures(FENCE.sub("", page)) - said
    return [f"{figure} is in the page, not in what its commands say" for figure in sorted(missing)]


def written(folder: Path) -> list[str]:
    """Return the texts that a reader finds in the folder after a command, without markup."""
    paths = [
        path
        for place in (folder, *(p for p in folder.iterdir() if p.is_dir() and not p.is_symlink()))
        for path in sorted(place.iterdir())
        if path.suffix in WRITTEN
    ]
    return [re.sub(r"<[^>]*>", "", html.unescape(path.read_text("utf-8"))) for path in paths]


@pytest.mark.parametrize("name", PAGES)
def test_the_tutorial_works_as_printed(name: str, tmp_path: Path) -> None:
    faults = followed((ROOT / name).read_text(encoding="utf-8"), tmp_path)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", PAGES[::2])
def test_both_languages_give_the_same_commands(name: str) -> None:
    pages = (ROOT / name, (ROOT / name).with_suffix(".zh.md"))
    english, chinese = (command_lines(page.read_text(encoding="utf-8")) for page in pages)
    assert [re.sub(r" --lang zh", "", line) for line in chinese] == english


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("```sh\nfalse\n```", "false: exit status 1"),
        ("```sh\ntrue  # exit status 1\n```", "true  # exit status 1: exit status 0"),
        ("```sh\ntongbao plan check none.toml\n```", "tongbao plan check none.toml: exit status 2"),
        ("¥1.00 is left.\n```sh\necho '¥1.001, ¥21.00'\n```", "¥1.00 is in the page"),
        ("It costs 3%.\n```sh\necho '13% and 3'\n```", "3% is in the page"),
        ("```text\n£2\n```\nThere are £2.\n```sh\ntrue\n```", "£2 is in the page"),
    ],
)
def test_a_canary_that_does_not_work_is_found(page: str, fault: str, tmp_path: Path) -> None:
    faults = followed(page, tmp_path)
    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_a_page_that_works_is_left_alone(tmp_path: Path) -> None:
    page = "Keep ¥1,000.50, 3 %.\n```sh\nmake install\n(exit 3) # exit status 3\necho '¥ 1,000.50' \\\n  3%\n```"
    assert followed(page, tmp_path) == []

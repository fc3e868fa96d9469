"""Every `tongbao …` line of the documentation names commands and options that exist."""

import re
import shlex

import click
import pytest

from tests.tidy.test_docs import FENCE, PAGES
from tongbao.cli.main import main

SHELLS = frozenset({"", "sh", "bash", "shell", "console", "text"})
COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?(tongbao(?: .*)?)$", re.MULTILINE)
INLINE = re.compile(r"`(?:\.venv/bin/)?(tongbao [^`\n]*)`")


def command_lines(page: str) -> list[str]:
    """Return the page's `tongbao …` lines, from its shell blocks and its inline code."""
    found = []
    for _, language, text in FENCE.findall(page):
        if language.strip().lower() in SHELLS:
            found += COMMAND.findall(re.sub(r"\\\n\s*", "", text))
    return found + INLINE.findall(FENCE.sub("", page))


def unknown(line: str) -> list[str]:
    """Return the words of a command line that tongbao doesn't know."""
    said = line.partition(" | ")[0].rstrip("…. ")
    words = shlex.split(said, comments=True)[1:]
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        below = command.get_command(context, name)
        if below is None:
            return [name]
        context = click.Context(below, parent=context)
        command = below
    known = {"--help", "-h", "--version"}
    for parameter in command.params:
        known |= {*parameter.opts, *parameter.secondary_opts}
    options = (re.split(r"[=\],]", word.lstrip("["))[0] for word in words)
    return [word for word in options if word.startswith("--") and word not in known]


def test_every_command_of_the_docs_exists() -> None:
    found = [
        f"{path}: {line}: {word}"
        for path, page in PAGES
        for line in command_lines(page)
        for word in unknown(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("sin", "word"),
    [
        ("```sh\ntongbao mint --all\n```", "mint"),
        ("```console\n$ .venv/bin/tongbao plan chekc my.toml\n```", "chekc"),
        ("Say `tongbao plan check FILE --tongue zh`.", "--tongue"),
        ("```sh\ntongbao backtest a.csv \\\n    --plan p.toml --nope\n```", "--nope"),
    ],
)
def test_a_canary_that_does_not_exist_is_found(sin: str, word: str) -> None:
    assert [unknown(line) for line in command_lines(sin)] == [[word]]


def test_a_command_that_exists_is_left_alone() -> None:
    page = "`tongbao --help`\n```sh\ntongbao backtest a.csv --plan p.toml --out build # now\n```"
    assert [unknown(line) for line in command_lines(page)] == [[], []]

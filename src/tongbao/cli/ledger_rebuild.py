"""What `tongbao ledger rebuild` does: the journal once more, and every figure held against it.

Imported when Django is set up (`tongbao.cli.database`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tongbao.cli import program_words as words
from tongbao.ledger.door import open_program
from tongbao.ledger.rebuild import Rebuilt, check, write_anew
from tongbao.plans.words import Lang

_LONGEST = 100


def rebuild(name: str, lang: Lang, *, only_check: bool) -> bool:
    """Recompute a program from its journal; compare, or write anew; say whether all was right."""
    program = open_program(name)
    with _progress() as progress:
        result = (check if only_check else write_anew)(program, progress)
    click.echo(_told(result, lang, only_check=only_check))
    return result.ok


def _told(result: Rebuilt, lang: Lang, *, only_check: bool) -> str:
    values = {"entries": f"{result.entries:,}", "accounts": f"{result.accounts:,}"}
    if not only_check:
        return words.WRITTEN_ANEW.say(lang, **values)
    if result.ok:
        return words.SOUND.say(lang, **values)
    lines = [words.UNSOUND.say(lang, count=f"{result.count:,}", **values)]
    for one in result.differences:
        found, expected = _short(one.found), _short(one.expected)
        lines.append(words.DIFFERENCE.say(lang, place=one.place, found=found, expected=expected))
    if result.count > len(result.differences):
        lines.append("…")
    return "\n".join(lines)


def _short(text: str) -> str:
    shown = text if text.isprintable() else ascii(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error if it is a terminal; yield what tells it done and total."""
    console = Console(stderr=True)
    columns = (
        *(TextColumn("{task.description}"), BarColumn()),
        *(MofNCompleteColumn(), TimeRemainingColumn()),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("rebuild", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

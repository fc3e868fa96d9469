"""What `tongbao ledger rebuild` does: the journal once more, and every figure held against it.

Imported when Django is set up (`tongbao.cli.database`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from tongbao.cli import program_words as words
from tongbao.cli.progress import open_progress
from tongbao.ledger.door import open_program
from tongbao.ledger.journal_comparison import Rebuilt
from tongbao.ledger.rebuild import check, write_anew
from tongbao.plans.words import Lang

_LONGEST = 100


def rebuild(name: str, lang: Lang, *, only_check: bool) -> bool:
    """Recompute a program from its journal; compare, or write anew; say whether all was right."""
    program = open_program(name)
    with _progress(lang) as progress:
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
def _progress(lang: Lang) -> Iterator[Callable[[int, int], None]]:
    """Show a bar; yield what tells it how much is done, and of how much."""
    with open_progress() as bars:
        task = bars.add_task(words.REBUILDING.say(lang), total=None, visible=False)
        yield lambda done, total: bars.update(task, completed=done, total=total, visible=True)

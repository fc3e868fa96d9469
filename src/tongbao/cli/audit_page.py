"""The verdict of an audit: a page for a terminal, an object for machines."""

import json
import shutil
import sys
from collections.abc import Iterator
from typing import Final, cast

import click
from msgspec import to_builtins
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from tongbao.audit.problems import Fault, Note, Problem
from tongbao.audit.verdict import Verdict
from tongbao.audit.verify import KEPT
from tongbao.cli import audit_words as words
from tongbao.cli.audit_details import form_told
from tongbao.plans.money import format_money, format_points
from tongbao.plans.words import Lang

SHOWN: Final = 20
"""So many problems are listed on the page."""

_WIDEST: Final = 100
_UNBOUNDED: Final = 10_000
_INDENT: Final = 2
_FORMS: Final = frozenset({Fault.NOT_AN_ENTRY, Fault.CHECKPOINT_FORM})
_ON: Final = ("✓", "green")
_DONE: Final = ("·", "dim")  # looked at, but not all of it was well
_OFF: Final = ("–", "yellow")


def verdict_page(file: str, verdict: Verdict, lang: Lang, *, key_trusted: bool) -> RenderableType:
    """Return the verdict as a page; ``key_trusted``: no public key was given."""
    parts: list[RenderableType] = [
        _title(file, verdict, lang),
        Padding(_facts(verdict, lang), (1, 0, 0, 2)),
    ]
    if verdict.problems:
        parts += [*_problems(verdict, lang)]
    head = words.FIGURES if verdict.sound else words.FIGURES_UNSOUND
    parts += [_heading(head.say(lang)), Padding(_figures(verdict, lang), (0, 0, 0, 2))]
    checks = _checks(verdict, lang, key_trusted=key_trusted)
    parts += [_heading(words.CHECKED.say(lang)), Padding(checks, (0, 0, 0, 2))]
    if verdict.notes:
        parts.append(_heading(words.NOTED.say(lang)))
        parts += [Padding(Line(noted(note, lang)), (0, 0, 0, 2)) for note in verdict.notes]
    return Group(*parts)


def verdict_json(file: str, verdict: Verdict, lang: Lang, *, key_trusted: bool) -> str:
    """Return the verdict as a JSON object; texts in one language."""
    fields = {
        "file": file,
        "sound": verdict.sound,
        "program": verdict.program,
        "currency": verdict.currency,
        "entries": verdict.entries,
        "members": verdict.members,
        "merchants": verdict.merchants,
        "days_closed": verdict.days,
        "first_recorded_at": verdict.first_at,
        "last_recorded_at": verdict.last_at,
        "hash": verdict.hash,
        "figures": verdict.figures,
        "replayed": verdict.replayed,
        "checkpoints": [{"source": c.source, "number": c.number} for c in verdict.held],
        "key_trusted": key_trusted if verdict.held else None,
        "problem_count": verdict.problem_count,
        "problems": [
            {
                "fault": str(problem.fault),
                "entry": problem.entry,
                "line": problem.line,
                "text": said(problem, lang),
                "values": to_builtins(problem.values),
            }
            for problem in verdict.problems
        ],
        "notes": [
            {
                "note": str(note.remark),
                "entry": note.entry,
                "line": note.line,
                "count": note.count,
                "text": noted(note, lang),
                "values": to_builtins(note.values),
            }
            for note in verdict.notes
        ],
    }
    return json.dumps(fields, ensure_ascii=False, indent=2)


def said(problem: Problem, lang: Lang) -> str:
    """Return what is wrong, in words."""
    values = {name: _plainly(value) for name, value in problem.values.items()}
    if "delta" not in values:  # an account as a whole
        values["delta"] = ", ".join(f"{name} {value}" for name, value in values.items())
    text = words.FAULTS[problem.fault]
    if problem.fault is Fault.REPLAY:
        text = words.REPLAYED.get(str(values.get("what")), text)
    elif problem.fault in _FORMS:
        values["why"] = form_told(str(values.get("why")), lang)
    return text.say(lang, **values)


def noted(note: Note, lang: Lang) -> str:
    """Return what is odd, in words."""
    times = {name: _second(str(value)) for name, value in note.values.items()}
    return words.NOTES[note.remark].say(
        lang, entry=f"{note.entry:,}", line=f"{note.line:,}", count=f"{note.count:,}", **times
    )


def emit(part: RenderableType) -> None:
    """Print to the standard output; what its encoding lacks, with marks in its place."""
    console = Console(highlight=False)
    console.width = min(console.width, _WIDEST)
    with console.capture() as captured:
        console.print(part)
    lines = "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    try:
        click.echo(lines, nl=False, color=console.is_terminal)
    except UnicodeEncodeError:
        click.echo(lines.encode(sys.stdout.encoding, "replace"), nl=False)


def _title(file: str, verdict: Verdict, lang: Lang) -> RenderableType:
    if verdict.sound:
        title = Line.assemble(("✓ ", "bold green"), (words.SOUND.say(lang), "bold green"))
    else:
        count = words.UNSOUND.say(lang, count=f"{verdict.problem_count:,}")
        title = Line.assemble(("✗ ", "bold red"), (count, "bold red"))
    place = Line(f"  {file} · {verdict.program} · {verdict.currency}", style="dim")
    return Group(title, place)


def _facts(verdict: Verdict, lang: Lang) -> Table:
    days = f"{verdict.days:,}"
    if last := verdict.figures["last_day"]:
        days = words.LAST_DAY.say(lang, days=days, day=last)
    kinds = words.MEMBERS.say(
        lang, members=f"{verdict.members:,}", merchants=f"{verdict.merchants:,}"
    )
    rows = (
        (words.ENTRIES, f"{verdict.entries:,}"),
        (words.RECORDED, f"{_minute(verdict.first_at)} – {_minute(verdict.last_at)} UTC"),
        (words.DAYS, days),
        (words.ACCOUNTS, kinds),
        (words.HEAD, verdict.hash),
    )
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for label, value in rows:
        table.add_row(label.say(lang), Line(value))
    return table


def _problems(verdict: Verdict, lang: Lang) -> Iterator[RenderableType]:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="red")
    table.add_column(overflow="fold")
    for problem in verdict.problems[:SHOWN]:
        table.add_row(_place(problem, lang), Line(said(problem, lang)))
    yield Padding(table, (1, 0, 0, 2))
    more = verdict.problem_count - min(SHOWN, len(verdict.problems))
    if more:
        yield Padding(Line(words.MORE.say(lang, count=f"{more:,}", most=KEPT)), (0, 0, 0, 2))


def _place(problem: Problem, lang: Lang) -> str:
    entry, line = problem.entry, problem.line
    if entry is not None and line is not None:
        return words.PLACE.say(lang, entry=entry, line=line)
    if line is not None:
        return words.PLACE_LINE.say(lang, line=line)
    if entry is not None:
        return words.PLACE_ENTRY.say(lang, entry=entry)
    return words.PLACE_END.say(lang)


def _figures(verdict: Verdict, lang: Lang) -> Table:
    table = Table.grid(padding=(0, 3, 0, 0))
    for _ in range(2):
        table.add_column(no_wrap=True, style="dim")
        table.add_column(justify="right")
    cells = []
    for name, label in words.FIGURE_NAMES.items():
        value = cast("int", verdict.figures[name])
        points = name in words.POINT_FIGURES
        shown = format_points(value) if points else format_money(value, verdict.currency, lang)
        cells.append((label.say(lang), shown))
    half = (len(cells) + 1) // 2
    for left, right in zip(cells[:half], cells[half:], strict=True):
        table.add_row(*left, *right)
    room = min(shutil.get_terminal_size().columns, _WIDEST) - _INDENT
    if Console(width=_UNBOUNDED).measure(table).maximum <= room:
        return table
    single = Table.grid(padding=(0, 3, 0, 0))
    single.add_column(style="dim")
    single.add_column(justify="right", overflow="fold")
    for cell in cells:
        single.add_row(*cell)
    return single


def _checks(verdict: Verdict, lang: Lang, *, key_trusted: bool) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    done = _ON if verdict.sound else _DONE
    rows = [(done, text.say(lang)) for text in _ALWAYS]
    if verdict.replayed is None:
        rows.append((_OFF, words.NOT_REPLAYED.say(lang)))
    else:
        rows.append((done, words.CHECK_REPLAY.say(lang, count=f"{verdict.replayed:,}")))
    if verdict.held:
        count, latest = len(verdict.held), max(claim.number for claim in verdict.held)
        rows.append((done, words.CHECK_HELD.say(lang, count=count, number=latest)))
        if key_trusted:
            rows.append((_OFF, words.KEY_TRUSTED.say(lang)))
    else:
        rows.append((_OFF, words.NOT_HELD.say(lang)))
    for (sign, colour), text in rows:
        table.add_row(Line(sign, style=colour), text)
    return table


_ALWAYS: Final = (words.CHECK_CHAIN, words.CHECK_POSTINGS, words.CHECK_PROMISES)


def _heading(text: str) -> RenderableType:
    return Padding(Line(text, style="bold"), (1, 0, 0, 2))


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


def _second(moment: str) -> str:
    return moment[:19].replace("T", " ")


def _plainly(value: object) -> object:
    """Return a value as it can stand in a sentence and on any terminal."""
    if isinstance(value, list | tuple):
        return ", ".join(str(_plainly(item)) for item in value)
    if isinstance(value, str) and not value.isprintable():
        return ascii(value)[1:-1]
    return value

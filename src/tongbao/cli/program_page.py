"""How a program is shown in a terminal: its figures, its plan, its versions; and all in a list."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import click
from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from tongbao.cli import program_words as words
from tongbao.cli.program_plan import local_text
from tongbao.engine.state import value_of
from tongbao.engine.units import BPS
from tongbao.ledger.programs import DRAFT, NOT_BEGUN, Overview
from tongbao.ledger.versions import Change, Version
from tongbao.plans.explain_texts import NONE, WORDS
from tongbao.plans.fields import BY_ENGINE, FIELDS
from tongbao.plans.money import format_money, format_percent, format_points
from tongbao.plans.words import Lang
from tongbao.plans.worked import price_text

_SIDE_BY_SIDE: Final = 110
_WIDEST: Final = 140
_UNBOUNDED: Final = 10_000
_COLOURS: Final = {"draft": "yellow", "running": "green", "paused": "red"}


def emit(*parts: RenderableType) -> None:
    """Print to the standard output; what its encoding lacks, with marks in its place."""
    console = Console(highlight=False)
    console.width = min(console.width, _WIDEST)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    lines = "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    try:
        click.echo(lines, nl=False, color=console.is_terminal)
    except UnicodeEncodeError:
        click.echo(lines.encode(sys.stdout.encoding, "replace"), nl=False)


def list_page(programs: Sequence[Overview], lang: Lang, columns: int) -> RenderableType:
    """Return all programs as a table, a row each; as paragraphs where it would not fit."""
    if not programs:
        return words.NO_PROGRAMS.say(lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column(words.NAME.say(lang), no_wrap=True)
    table.add_column(words.STATUS.say(lang), no_wrap=True)
    for head in (words.PRICE, words.RESERVE, words.ACCOUNTS, words.ENTRIES):
        table.add_column(head.say(lang), justify="right", no_wrap=True)
    table.add_column(words.LAST_DAY.say(lang), no_wrap=True)
    for one in programs:
        table.add_row(Line(one.name), _status(one.status, lang), *_row(one, lang))
    console = Console(width=_UNBOUNDED)
    if console.measure(table).maximum <= min(columns, _WIDEST):
        return table
    return Group(*(_paragraph(one, lang) for one in programs))


def show_page(
    one: Overview, waiting: int, versions: Sequence[Version], lang: Lang, columns: int
) -> RenderableType:
    """Return everything about a program; side by side where the terminal is wide enough."""
    figures = _titled(words.FIGURES.say(lang), _pairs(_figures(one, lang)))
    plan = _titled(_plan_title(one, lang), _pairs(_plan(one, lang)))
    journal = _titled(words.JOURNAL.say(lang), _pairs(_journal(one, waiting, lang), "left"))
    parts: list[RenderableType] = [_heading(one, lang)]
    if columns >= _SIDE_BY_SIDE:
        grid = Table.grid(padding=(0, 4))
        grid.add_row(figures, plan)
        parts += [grid, journal]
    else:
        parts += [figures, plan, journal]
    if len(versions) > 1:
        parts.append(_titled(words.VERSIONS.say(lang), versions_table(one, versions, lang)))
    if one.status == DRAFT:
        parts.append(words.NEXT_LAUNCH.say(lang, name=one.name))
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def versions_table(one: Overview, versions: Iterable[Version], lang: Lang) -> RenderableType:
    """Return the versions of a plan, the figures that change among them."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column(words.VERSION_STATE.say(lang), no_wrap=True)
    table.add_column(words.EFFECTIVE.say(lang), min_width=16)
    table.add_column(words.CHANGES.say(lang), overflow="fold")
    for version in versions:
        changed = [_change(c, one, lang) for c in version.changes]
        table.add_row(
            str(version.version),
            words.VERSION_STATES[version.state].say(lang),
            local_text(version.effective_at, one.timezone),
            Line("\n".join(changed) or _unchanged(version, lang)),
        )
    return table


def shown_figure(field: str, value: object, currency: str, lang: Lang) -> str:
    """Return a plan's figure, of the engine's name and unit, as people write it."""
    kind = BY_ENGINE[field].kind
    if value is None:
        return NONE.say(lang)
    if kind == "percents" and isinstance(value, Sequence):
        return ", ".join(map(format_percent, value)) or NONE.say(lang)
    if kind in {"choice", "switch"} or not isinstance(value, int):
        return WORDS[value].say(lang)
    if kind == "money":
        return format_money(value, currency, lang)
    return format_points(value) if kind == "points" else format_percent(value)


def _title(one: Overview, lang: Lang) -> Line:
    return Line.assemble((one.name, "bold"), "  ", _status(one.status, lang))


def _heading(one: Overview, lang: Lang) -> RenderableType:
    made = local_text(one.created_at.replace(second=0, microsecond=0), one.timezone)
    under = words.UNDER_NAME.say(
        lang,
        currency=one.currency,
        timezone=one.timezone,
        days=one.plan_notice_days,
        made=made,
    )
    return Group(_title(one, lang), Line(under, style="dim"))


def _row(one: Overview, lang: Lang) -> tuple[str, ...]:
    return (
        _price(one, lang),
        format_money(one.figures.reserve, one.currency, lang),
        f"{one.figures.opened:,}",
        _entries(one),
        one.figures.last_day or "-",
    )


def _paragraph(one: Overview, lang: Lang) -> RenderableType:
    heads = (words.PRICE, words.RESERVE, words.ACCOUNTS, words.ENTRIES, words.LAST_DAY)
    told = [
        words.LABELLED.say(lang, label=head.say(lang), value=value)
        for head, value in zip(heads, _row(one, lang), strict=True)
    ]
    return Group(_title(one, lang), Padding(Line(" · ".join(told)), (0, 0, 1, 2)))


def _titled(title: str, body: RenderableType) -> RenderableType:
    return Group(Line(title, style="bold cyan"), body)


def _pairs(
    rows: Iterable[tuple[str, str]], justify: Literal["left", "right"] = "right"
) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(justify=justify, overflow="fold")
    for label, value in rows:
        table.add_row(f"  {label}", Line(value))
    return table


def _figures(one: Overview, lang: Lang) -> Iterator[tuple[str, str]]:
    figures = one.figures

    def money(minor: int) -> str:
        return format_money(minor, one.currency, lang)

    backing = value_of(figures.treasury, figures)
    held = figures.reserve + figures.dividend_fund + figures.dividend_payable + figures.wallets
    yield words.PRICE_OF_A_POINT.say(lang), _price(one, lang)
    yield words.SUPPLY.say(lang), format_points(figures.supply)
    yield words.IN_ACCOUNTS.say(lang), format_points(figures.points)
    yield words.IN_TREASURY.say(lang), format_points(figures.treasury)
    yield words.ISSUED.say(lang), f"{format_points(figures.issued)} / {_limit(one)}"
    yield words.RESERVE.say(lang), money(figures.reserve)
    yield words.DIVIDEND_FUND.say(lang), money(figures.dividend_fund)
    yield words.DIVIDEND_PAYABLE.say(lang), money(figures.dividend_payable)
    yield words.WALLETS.say(lang), money(figures.wallets)
    yield words.CASH_HELD.say(lang), money(held)
    yield words.CREDIT.say(lang), money(figures.credit)
    share = format_percent(backing * BPS // figures.credit) if figures.credit else "-"
    yield words.CREDIT_BACKING.say(lang), share
    yield words.ACCOUNTS.say(lang), f"{figures.opened:,}"
    yield words.LAST_CLOSED.say(lang), figures.last_day or NONE.say(lang)


def _plan(one: Overview, lang: Lang) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        value = getattr(one.plan, field.engine)
        yield _capital(field.label.say(lang)), shown_figure(field.engine, value, one.currency, lang)


def _journal(one: Overview, waiting: int, lang: Lang) -> Iterator[tuple[str, str]]:
    yield words.LAST_ENTRY.say(lang), _entries(one)
    if one.number != NOT_BEGUN:
        yield words.HASH.say(lang), one.hash
    yield words.WAITING.say(lang), f"{waiting:,}"


def _plan_title(one: Overview, lang: Lang) -> str:
    if one.status == DRAFT:
        return words.PLAN_OF_DRAFT.say(lang)
    return words.PLAN_IN_FORCE.say(lang, version=one.plan_version)


def _status(status: str, lang: Lang) -> Line:
    return Line(words.STATUSES[status].say(lang), style=_COLOURS[status])


def _price(one: Overview, lang: Lang) -> str:
    figures = one.figures
    if not figures.supply:
        return format_money(one.plan.issue_price, one.currency, lang)
    # The sign is what stands before a zero amount.
    sign = format_money(0, one.currency, lang).rstrip("0.")
    return sign + price_text(figures.reserve, figures.supply, one.currency)


def _limit(one: Overview) -> str:
    return format_points(one.plan.max_supply)


def _entries(one: Overview) -> str:
    return "-" if one.number == NOT_BEGUN else f"{one.number:,}"


def _change(change: Change, one: Overview, lang: Lang) -> str:
    before, after = (
        shown_figure(change.field, value, one.currency, lang)
        for value in (change.before, change.after)
    )
    return words.CHANGE.say(
        lang, label=_capital(BY_ENGINE[change.field].label.say(lang)), before=before, after=after
    )


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _unchanged(version: Version, lang: Lang) -> str:
    first = version.version == 1
    return (words.LAUNCH_PLAN if first else words.NO_CHANGE).say(lang)

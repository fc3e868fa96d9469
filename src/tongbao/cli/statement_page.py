"""How an account's statement, dividends and receivables are shown in a terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct
from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from tongbao.cli import statement_words as words
from tongbao.engine.state import Account, Figures, value_of
from tongbao.ledger.dividends import DividendPage, DividendSums
from tongbao.ledger.effects import UNITS, Unit
from tongbao.ledger.merchants import Receivables, Report
from tongbao.ledger.statements import Item, Page
from tongbao.ledger.words import told
from tongbao.plans.money import format_money, format_points
from tongbao.plans.words import Lang

_NARROW: Final = 100
_WIDEST: Final = 140
_UNBOUNDED: Final = 10_000


class Shown(Struct, frozen=True):
    """For whom a page is made: the program's name, currency and time zone, language, width."""

    name: str
    currency: str
    timezone: str
    lang: Lang
    columns: int

    def money(self, minor: int) -> str:
        """Return minor units as an amount."""
        return format_money(minor, self.currency, self.lang)

    def amount(self, unit: str, amount: int) -> str:
        """Return an amount of that unit: points as points, all else as money."""
        return format_points(amount) if unit == "points" else self.money(amount)

    def moment(self, moment: datetime) -> str:
        """Return a moment as the program's clocks showed it."""
        return moment.astimezone(ZoneInfo(self.timezone)).strftime("%Y-%m-%d %H:%M")


def statement_page(
    page: Page, account: Account, figures: Figures, sums: DividendSums, shown: Shown
) -> RenderableType:
    """Return how an account stands, and what happened to it."""
    lang = shown.lang
    parts: list[RenderableType] = [
        _title(account.name, f"{words.KINDS[account.kind].say(lang)} · {shown.name}"),
        Padding(_standing(account, figures, sums, shown), (0, 0, 1, 2)),
    ]
    if not page.items:
        parts.append(words.NOTHING_SHOWN.say(lang))
    elif shown.columns < _NARROW:
        parts += [_paragraph(item, shown) for item in page.items]
    else:
        parts.append(_items(page.items, shown))
    if page.cursor is not None:
        parts.append(Line(words.MORE.say(lang, cursor=page.cursor), style="dim"))
    return Group(*parts)


def dividends_page(
    account: str, page: DividendPage, sums: DividendSums, shown: Shown
) -> RenderableType:
    """Return what an account earned day by day."""
    lang = shown.lang
    heads = [head.say(lang) for head in (words.DAY, words.POINTS_HELD, words.EARNED_THAT_DAY)]
    rows = [(day.day, format_points(day.points), shown.money(day.amount)) for day in page.days]
    table = fitting(heads, rows, shown.columns)
    parts: list[RenderableType] = [
        _title(account, f"{words.DIVIDENDS.say(lang)} · {shown.name}"),
        Padding(Line(_earned(sums, shown)), (0, 0, 1, 2)),
        table if page.days else words.NOTHING_SHOWN.say(lang),
    ]
    if page.before is not None:
        parts.append(Line(words.MORE.say(lang, cursor=page.before), style="dim"))
    return Group(*parts)


def receivables_page(account: str, report: Report, shown: Shown) -> RenderableType:
    """Return a merchant's sums by day."""
    lang = shown.lang
    heads = (
        *(words.DAY, words.RECEIVED_WALLET, words.RECEIVED_CREDIT, words.PAID_OUT),
        *(words.TO_POINTS, words.WALLET_AFTER, words.CREDIT_AFTER),
    )
    rows = [(day.day or words.OPEN_DAY.say(lang), *_sums(day, shown)) for day in report.days]
    rows.append((words.TOTAL.say(lang), *_sums(report.total, shown)))
    table = fitting([head.say(lang) for head in heads], rows, shown.columns, total=True)
    return Group(_title(account, shown.name), table)


def fitting(
    heads: Sequence[str], rows: Iterable[Sequence[str]], columns: int, *, total: bool = False
) -> RenderableType:
    """Return a table whose first column is text and all others figures.

    Where the terminal is too narrow for it, each row is a paragraph of its own: no figure is ever
    cut. With ``total`` the last row sums up the others.
    """
    written = list(rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left", no_wrap=True)
    for place, row in enumerate(written, start=1):
        last = total and place == len(written)
        if last:
            table.add_section()
        table.add_row(*row, style="bold" if last else None)
    return table if fits(table, columns) else stacked(heads, written)


def fits(table: Table, columns: int, *, wrapped: bool = False) -> bool:
    """Say whether a table fits the terminal; ``wrapped``: its words may go on to further lines."""
    needed = Console(width=_UNBOUNDED).measure(table)
    return (needed.minimum if wrapped else needed.maximum) <= min(columns, _WIDEST)


def stacked(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> RenderableType:
    """Return each row as a paragraph: its first cell, under it each other one with its head."""
    return Group(*(_stack(heads, row) for row in rows))


def _stack(heads: Sequence[str], row: Sequence[str]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold")
    grid.add_column(justify="right", overflow="fold")
    for head, value in zip(heads[1:], row[1:], strict=True):
        if value:
            grid.add_row(head, value)
    return Group(Line(row[0], style="bold"), Padding(grid, (0, 0, 0, 2)))


def _sums(day: Receivables, shown: Shown) -> Sequence[str]:
    received, closing = day.received, day.closing
    figures = (
        *(received.wallet, received.credit, day.paid_out, day.credit_redeemed),
        *(closing.wallet, closing.credit),
    )
    return [shown.money(figure) for figure in figures]


def _title(name: str, beside: str) -> Line:
    return Line.assemble((name, "bold"), "  ", (beside, "dim"))


def _standing(
    account: Account, figures: Figures, sums: DividendSums, shown: Shown
) -> RenderableType:
    lang = shown.lang
    grid = Table.grid(padding=(0, 2))
    for unit in UNITS:
        value = shown.amount(unit, getattr(account, unit))
        if unit == "points" and account.points:
            worth = shown.money(value_of(account.points, figures))
            value += f"  ({words.WORTH.say(lang, amount=worth)})"
        grid.add_row(words.UNITS[unit].say(lang), Line(value))
    if sums.total:
        grid.add_row(words.DIVIDENDS.say(lang), Line(_earned(sums, shown)))
    if sums.latest_day:
        latest = words.LATEST.say(lang, day=sums.latest_day)
        grid.add_row(latest, Line(shown.money(sums.latest)))
    return grid


def _earned(sums: DividendSums, shown: Shown) -> str:
    return words.EARNED.say(
        shown.lang,
        total=shown.money(sums.total),
        collected=shown.money(sums.collected),
        accrued=shown.money(sums.accrued),
    )


def _items(items: Iterable[Item], shown: Shown) -> RenderableType:
    """Return items as a table: of each unit that changes, the change and under it the balance."""
    found = list(items)
    units = [unit for unit in UNITS if any(getattr(item.change, unit) for item in found)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column(words.WHEN.say(shown.lang), no_wrap=True)
    table.add_column(words.WHAT.say(shown.lang), overflow="fold")
    for unit in units:
        table.add_column(words.UNITS[unit].say(shown.lang), justify="right", no_wrap=True)
    for item in found:
        table.add_row(
            shown.moment(item.recorded_at),
            Line(told(item.cause, shown.lang, shown.money)),
            *(_cell(unit, item, shown) for unit in units),
        )
    return table


def _cell(unit: Unit, item: Item, shown: Shown) -> Line:
    change, balance = getattr(item.change, unit), getattr(item.balance, unit)
    if not change:
        return Line("")
    return Line.assemble(_signed(unit, change, shown), "\n", (shown.amount(unit, balance), "dim"))


def _signed(unit: str, change: int, shown: Shown) -> tuple[str, str]:
    sign, colour = ("-", "red") if change < 0 else ("+", "green")
    return f"{sign}{shown.amount(unit, abs(change))}", colour


def _paragraph(item: Item, shown: Shown) -> RenderableType:
    line = Line()
    for unit in UNITS:
        change = getattr(item.change, unit)
        if change:
            balance = shown.amount(unit, getattr(item.balance, unit))
            line.append(f"{words.UNITS[unit].say(shown.lang)} ")
            line.append(*_signed(unit, change, shown))
            line.append(f" = {balance}   ", "dim")
    title = Line.assemble((shown.moment(item.recorded_at), "dim"), "  ")
    title.append(told(item.cause, shown.lang, shown.money))
    return Group(title, Padding(line, (0, 0, 0, 2)))

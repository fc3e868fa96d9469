"""How a program's books and prices are shown in a terminal."""

from itertools import groupby, pairwise

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from tongbao.cli import statement_words as words
from tongbao.cli.statement_page import Shown, fits, fitting, stacked
from tongbao.ledger.books import Balances, Books
from tongbao.ledger.prices import DayPrices, Price
from tongbao.plans.money import format_money, format_percent, format_points
from tongbao.plans.worked import price_text

_POINTS = frozenset({"points", "treasury", "supply", "issued", "burned"})
_BPS = 10_000


def books_page(books: Books, shown: Shown, *, one_day: bool = False) -> RenderableType:
    """Return what moved in a span of days, or in one, and the balances before and after it."""
    lang = shown.lang
    entries = words.NO_ENTRIES.say(lang)
    if books.until > books.after:
        first = max(books.after + 1, 0)
        entries = words.ENTRIES.say(lang, first=first, last=books.until)
    heading = Line.assemble(
        (_heading(books, shown, one_day=one_day), "bold"), "  ", (entries, "dim")
    )
    parts: list[RenderableType] = [heading]
    if books.movements:
        parts.append(_movements(books, shown))
    parts.append(_balances(books, shown))
    return Group(*parts)


def prices_page(page: DayPrices, shown: Shown) -> RenderableType:
    """Return the price at each day's close, and how it moved since the close before."""
    lang = shown.lang
    if not page.days:
        return words.NOTHING_SHOWN.say(lang)
    heads = (words.DAY, words.PRICE, words.GROWTH, words.RESERVE, words.SUPPLY)
    told: list[tuple[str, ...]] = []
    rows = [*page.days, None]
    for day, earlier in pairwise(rows):
        if day is None:
            continue
        price = day.price
        growth = "" if earlier is None else _growth(earlier.price, price)
        reserve, supply = shown.money(price.reserve), format_points(price.supply)
        told.append((day.day, _price(price, shown), growth, reserve, supply))
    table = fitting([head.say(lang) for head in heads], told, shown.columns)
    if page.before is None:
        return table
    return Group(table, Line(words.MORE.say(lang, cursor=page.before), style="dim"))


def _heading(books: Books, shown: Shown, *, one_day: bool) -> str:
    previous, day = books.previous_day, books.last_day
    if not day:
        text = words.BOOKS_OPEN if previous else words.BOOKS_ALL
    elif one_day:
        text = words.BOOKS_OF_DAY
    else:
        text = words.BOOKS_OF_DAYS if previous else words.BOOKS_FROM_START
    return f"{shown.name}: {text.say(shown.lang, previous=previous, day=day)}"


def _movements(books: Books, shown: Shown) -> RenderableType:
    lang = shown.lang
    heads = [head.say(lang) for head in (words.CAUSE, words.FROM, words.TO, words.AMOUNT)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")
    for head in heads[:-1]:
        table.add_column(head)
    table.add_column(heads[-1], justify="right", no_wrap=True)
    rows: list[tuple[str, ...]] = []
    for unit, movements in groupby(books.movements, key=lambda m: m.unit):
        for m in movements:
            cause = words.CAUSES[m.cause].say(lang)
            places = (words.PLACES[place].say(lang) for place in (m.source, m.target))
            rows.append((cause, *places, shown.amount(unit, m.amount)))
            table.add_row(*rows[-1])
        table.add_section()
    return table if fits(table, shown.columns, wrapped=True) else stacked(heads, rows)


def _balances(books: Books, shown: Shown) -> RenderableType:
    lang = shown.lang
    heads = ["", *(head.say(lang) for head in (words.OPENING, words.MOVED, words.CLOSING))]
    rows: list[tuple[str, ...]] = []
    for name in Balances.__struct_fields__:
        opening, closing = getattr(books.opening, name), getattr(books.closing, name)
        unit = "points" if name in _POINTS else "money"
        moved = closing - opening
        sign = "+" if moved > 0 else ""
        change = f"{sign}{shown.amount(unit, moved)}" if moved else ""
        figures = (shown.amount(unit, opening), change, shown.amount(unit, closing))
        rows.append((words.PLACES[name].say(lang), *figures))
    prices = (books.opening_price, books.closing_price)
    shown_prices = (_price(prices[0], shown), _growth(*prices), _price(prices[1], shown))
    rows.append((words.PRICE.say(lang), *shown_prices))
    return fitting(heads, rows, shown.columns, total=True)


def _price(price: Price, shown: Shown) -> str:
    if not price.supply:
        return "-"
    # The sign is what stands before a zero amount.
    sign = format_money(0, shown.currency, shown.lang).rstrip("0.")
    return sign + price_text(price.reserve, price.supply, shown.currency)


def _growth(before: Price, after: Price) -> str:
    if not before.supply or not after.supply:
        return ""
    ratio = after.per_point / before.per_point - 1
    return f"{'+' if ratio > 0 else ''}{format_percent(int(ratio * _BPS))}" if ratio else ""

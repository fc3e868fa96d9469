"""Reads statements and books and prints them, as pages or as JSON.

Imported when Django is set up (`tongbao.cli.database`).
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import click
import msgspec
from msgspec import Struct
from rich.console import RenderableType

from tongbao.cli import statement_words as words
from tongbao.cli.books_page import books_page, prices_page
from tongbao.cli.ledger_words import Unable
from tongbao.cli.program_page import emit
from tongbao.cli.statement_page import Shown, dividends_page, receivables_page, statement_page
from tongbao.ledger import programs
from tongbao.ledger.books import open_books, period_books
from tongbao.ledger.dividends import dividend_days, dividend_sums
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.effects import CauseCode, Unit
from tongbao.ledger.merchants import NotAMerchant, Receivables, receivables
from tongbao.ledger.prices import price_days
from tongbao.ledger.reading import BadPage, NoSuchDay, check_span
from tongbao.ledger.statements import Filters, statement
from tongbao.ledger.values import NotLaunched
from tongbao.ledger.words import told
from tongbao.plans.words import Lang, Text, plain

_FIRST_DAY: Final = "0001-01-01"
_LAST_DAY: Final = "9999-12-31"
_EARLIEST: Final = date(1970, 1, 2)
_LATEST: Final = date(8999, 12, 30)


class Desk(Struct, frozen=True):
    """Shows what happened in the program of that name."""

    name: str
    lang: Lang
    as_json: bool = False

    def statement(
        self,
        account: str,
        cursor: str | None,
        limit: int,
        period: tuple[str | None, str | None],
        kinds: tuple[tuple[Unit, ...], tuple[str, ...]],
        *,
        oldest_first: bool = False,
    ) -> None:
        """Show a page of an account's statement."""
        with self._asked() as ledger:
            shown = self._shown()
            units, causes = kinds
            check_span(*period)
            since, until = _moments(period, shown.timezone)
            filters = Filters(units, self._causes(causes), since, until)
            page = statement(
                ledger,
                account,
                cursor=cursor,
                limit=limit,
                oldest_first=oldest_first,
                filters=filters,
            )
            if self.as_json:
                fields = msgspec.to_builtins(page)
                for item, written in zip(page.items, fields["items"], strict=True):
                    written["told"] = told(item.cause, self.lang, shown.money)
                self._print(fields)
                return
            held = ledger.account(account)
            if held is not None:
                sums = dividend_sums(ledger, account)
                figures = ledger.standing().figures
                self._show(statement_page(page, held, figures, sums, shown))

    def dividends(self, account: str, before: str | None, limit: int) -> None:
        """Show an account's dividends day by day."""
        with self._asked() as ledger:
            page = dividend_days(ledger, account, before=before, limit=limit)
            if self.as_json:
                self._print(msgspec.to_builtins(page))
            else:
                sums = dividend_sums(ledger, account)
                self._show(dividends_page(account, page, sums, self._shown()))

    def receivables(self, account: str, first: str | None, last: str | None) -> None:
        """Show a merchant's sums by day."""
        with self._asked() as ledger:
            report = receivables(ledger, account, first=first, last=last)
            if self.as_json:
                self._print(
                    {
                        "days": [_receivables_fields(day) for day in report.days],
                        "total": _receivables_fields(report.total),
                    }
                )
            else:
                self._show(receivables_page(account, report, self._shown()))

    def books(self, first: str | None, last: str | None) -> None:
        """Show the books of a span of days, of the open day if none is named."""
        with self._asked() as ledger:
            if first is None and last is None:
                found = open_books(ledger)
            else:
                found = period_books(ledger, first or _FIRST_DAY, last or _LAST_DAY)
            if self.as_json:
                self._print(msgspec.to_builtins(found))
            else:
                one_day = first is not None and first == last
                self._show(books_page(found, self._shown(), one_day=one_day))

    def prices(self, before: str | None, limit: int) -> None:
        """Show the price at each day's close."""
        with self._asked() as ledger:
            page = price_days(ledger, before=before, limit=limit)
            if self.as_json:
                fields = msgspec.to_builtins(page)
                for day, written in zip(page.days, fields["days"], strict=True):
                    written["price"]["scaled"] = day.price.scaled
                self._print(fields)
            else:
                self._show(prices_page(page, self._shown()))

    @contextmanager
    def _asked(self) -> Iterator[Ledger]:
        """Yield the program's door; say in this language what cannot be shown."""
        ledger = open_program(self.name)
        if ledger.standing().status == programs.DRAFT:
            raise NotLaunched(f"{self.name!r} is a draft; `tongbao program launch` starts it.")
        try:
            yield ledger
        except BadPage as error:
            chinese = words.BAD_PAGE.get(type(error).__name__, words.BAD_PAGE["BadPage"])
            raise Unable(Text(plain(str(error)).en, chinese)) from None
        except NoSuchDay:
            raise Unable(words.NO_SUCH_DAY) from None
        except NotAMerchant:
            raise Unable(words.NOT_A_MERCHANT) from None

    def _causes(self, causes: tuple[str, ...]) -> tuple[CauseCode, ...]:
        known = {str(code): code for code in CauseCode}
        for cause in causes:
            if cause not in known:
                raise Unable(words.NO_CAUSE.fill(cause=ascii(cause), known=", ".join(known)))
        return tuple(known[cause] for cause in causes)

    def _shown(self) -> Shown:
        one = programs.overview(self.name)
        columns = shutil.get_terminal_size().columns
        return Shown(self.name, one.currency, one.timezone, self.lang, columns)

    def _show(self, page: RenderableType) -> None:
        emit(page)

    def _print(self, fields: object) -> None:
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2))


def _receivables_fields(one: Receivables) -> object:
    fields = {name: getattr(one, name) for name in ("day", "opening", "closing", "received")}
    return msgspec.to_builtins({**fields, "sums": dict(one.sums)})


def _moments(
    period: tuple[str | None, str | None], timezone: str
) -> tuple[datetime | None, datetime | None]:
    """Return the moments when the first day begins and the last one has ended there."""
    first, last = period
    since = None if first is None else _midnight(first, timezone)
    until = None if last is None else _midnight(last, timezone, days=1)
    return since, until


def _midnight(day: str, timezone: str, days: int = 0) -> datetime:
    """Return the moment when a day begins there; beyond all journals, that of a day there."""
    begins = min(max(date.fromisoformat(day), _EARLIEST), _LATEST) + timedelta(days=days)
    return datetime.combine(begins, time(), ZoneInfo(timezone)).astimezone(UTC)

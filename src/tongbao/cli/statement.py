"""`tongbao statement` and `tongbao books`: what happened to an account, and to a program.

Here stand the commands and their options; the pages are made by `statement_desk`, imported when
the database is ready.
"""

from typing import Final, Literal

import click

from tongbao.cli.database import database_option, explained, prepare
from tongbao.plans.words import LANGS, Lang

_UNITS: Final = ("points", "quota", "wallet", "credit")
_MOST: Final = 1000

_name = click.argument("program_name", metavar="PROGRAM")
_json = click.option("--json", "as_json", is_flag=True, help="Print it as JSON, in engine units.")
_lang = click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)
_limit = click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=20,
    show_default=True,
    help="The most rows to show.",
)
_first = click.option("--from", "first", metavar="DAY", help="From this day on, YYYY-MM-DD.")
_last = click.option("--to", "last", metavar="DAY", help="Up to this day and with it.")

View = Literal["items", "dividends", "receivables"]
_IDLE: Final = {
    "dividends": "With --dividends go only --before and --limit.",
    "receivables": "With --receivables go only --from and --to.",
}


@click.command()
@_name
@click.argument("account")
@click.option("--before", metavar="CURSOR", help="The next page: what the page before ended with.")
@_limit
@click.option("--oldest-first", is_flag=True, help="Begin with the oldest.")
@click.option(
    "--unit", "units", type=click.Choice(_UNITS), multiple=True, help="Only changes of it."
)
@click.option("--cause", "causes", metavar="CAUSE", multiple=True, help="Only changes by it.")
@_first
@_last
@click.option("--dividends", "view", flag_value="dividends", help="Show dividends day by day.")
@click.option(
    "--receivables", "view", flag_value="receivables", help="Show a merchant's sums by day."
)
@_json
@database_option
@_lang
def statement(
    program_name: str,
    account: str,
    before: str | None,
    limit: int,
    oldest_first: bool,
    units: tuple[Literal["points", "quota", "wallet", "credit"], ...],
    causes: tuple[str, ...],
    first: str | None,
    last: str | None,
    view: View | None,
    as_json: bool,
    database: str | None,
    lang: Lang,
) -> None:
    """Show an account's statement: each change, its cause, the balances after it.

    Points, quota, wallet and store credit, the newest first. Dividends are
    collected when something touches the account; --dividends shows what each
    day brought.
    """
    picked = first or last, before, units or causes or oldest_first
    idle = {"dividends": (picked[0], picked[2]), "receivables": picked[1:]}.get(view or "", ())
    if any(idle):
        raise click.UsageError(_IDLE[view or ""])
    with explained(lang, program_name):
        prepare(database)
        from tongbao.cli.statement_desk import Desk  # noqa: PLC0415  # Django is set up by now

        desk = Desk(program_name, lang, as_json)
        if view == "dividends":
            desk.dividends(account, before, limit)
        elif view == "receivables":
            desk.receivables(account, first, last)
        else:
            desk.statement(
                account, before, limit, (first, last), (units, causes), oldest_first=oldest_first
            )


@click.command()
@_name
@click.option("--day", help="The books of this closed day [default: the open day].")
@_first
@_last
@click.option("--prices", is_flag=True, help="Show the price at each day's close.")
@click.option("--before", metavar="DAY", help="With --prices: the next page.")
@_limit
@_json
@database_option
@_lang
def books(
    program_name: str,
    day: str | None,
    first: str | None,
    last: str | None,
    prices: bool,
    before: str | None,
    limit: int,
    as_json: bool,
    database: str | None,
    lang: Lang,
) -> None:
    """Show a program's books: what moved, from the opening balances to the closing.

    The open day's if no other is named. A day's books hold all that was
    settled since the close before, and its own close.
    """
    if day is not None and (first is not None or last is not None):
        raise click.UsageError("--day and --from/--to do not go together.")
    if prices and (day is not None or first is not None or last is not None):
        raise click.UsageError("With --prices go only --before and --limit.")
    if before is not None and not prices:
        raise click.UsageError("--before goes with --prices.")
    with explained(lang, program_name):
        prepare(database)
        from tongbao.cli.statement_desk import Desk  # noqa: PLC0415  # Django is set up by now

        desk = Desk(program_name, lang, as_json)
        if prices:
            desk.prices(before, limit)
        else:
            desk.books(day or first, day or last)

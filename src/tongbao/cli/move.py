"""`tongbao move`: a program to another database, every row of it compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import click
from rich.progress import Progress

from tongbao.cli import operations_words as words
from tongbao.cli.database import database_option, explained, prepare
from tongbao.cli.ledger_words import Unable
from tongbao.cli.progress import open_progress
from tongbao.plans.words import LANGS, Lang, Text, plain

_TARGET: Final = "move_target"


@click.command()
@click.argument("program")
@click.option("--to", "target", required=True, metavar="URL", help="The database to move it to.")
@database_option
@click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)
def move(program: str, target: str, database: str | None, lang: Lang) -> None:
    """Move a paused PROGRAM to another database, such as from SQLite to PostgreSQL.

    All its rows are copied in one transaction and compared column by column,
    and the chain of hashes is computed anew, before anything counts. Whatever
    interrupts it leaves the program where it was: run it again.
    """
    with explained(lang, program):
        prepare(database)
        from django.db import DEFAULT_DB_ALIAS, connections  # noqa: PLC0415  # Django is set up

        from tongbao.ledger.moving import move as moved  # noqa: PLC0415  # likewise
        from tongbao.ledger.values import LedgerError  # noqa: PLC0415  # likewise

        with _known(target) as alias, _progress(lang) as progress:
            here, there = (connections[a].settings_dict for a in (DEFAULT_DB_ALIAS, alias))
            if all(here[part] == there[part] for part in ("ENGINE", "NAME", "HOST", "PORT")):
                raise Unable(words.SAME_DATABASE)
            try:
                done = moved(program, source=DEFAULT_DB_ALIAS, target=alias, progress=progress)
            except LedgerError as error:
                chinese = words.MOVING_IN_CHINESE.get(type(error).__name__)
                if chinese is None:
                    raise
                said = plain(chinese.format(name=program, message=error)).zh
                raise Unable(Text(plain(str(error)).en, said)) from None
        said = words.MOVED.say(
            lang,
            name=done.program,
            rows=f"{sum(count for _, count in done.rows):,}",
            number=done.number,
            hash=done.hash,
        )
        click.echo(said)
        if done.resumed:
            click.echo(words.RESUMED.say(lang))
        if done.left:
            click.echo(words.LEFT.say(lang, count=done.left), err=True)


@contextmanager
def _known(url: str) -> Iterator[str]:
    """Let Django know the target under an alias; refuse what is no address, or does not answer."""
    from django.db import DatabaseError, InterfaceError, connections  # noqa: PLC0415  # likewise

    given: dict[str, Any] = connections.configure_settings({"default": {}, _TARGET: _settings(url)})
    connections.settings[_TARGET] = given[_TARGET]
    try:
        try:
            connections[_TARGET].ensure_connection()
        except (DatabaseError, InterfaceError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            name = given[_TARGET]["NAME"]
            raise Unable(words.TARGET_FAILED.fill(place=name, reason=reason)) from None
        yield _TARGET
    finally:
        connections[_TARGET].close()
        del connections[_TARGET]
        del connections.settings[_TARGET]


def _settings(url: str) -> dict[str, Any]:
    from tongbao.site.databases import database  # noqa: PLC0415  # only where needed

    try:
        settings = database(url)
    except (ValueError, KeyError):
        settings = {"ENGINE": "", "NAME": ""}
    known = settings["ENGINE"].rpartition(".")[2] in {"sqlite3", "postgresql"}
    if not known or settings["NAME"] in {"", ":memory:"}:
        raise Unable(words.BAD_TARGET)  # it may hold a password: not shown
    return settings


class _Bar:
    """Shows which table it is at."""

    def __init__(self, bar: Progress, lang: Lang) -> None:
        self._bar = bar
        self._lang = lang
        self._task = bar.add_task("", total=None, visible=False)

    def __call__(self, doing: str, table: str, rows: int, total: int) -> None:
        """See `tongbao.ledger.moving.Progress`."""
        told = words.DOING[doing].say(self._lang)
        said = words.MOVE_TABLE.say(self._lang, doing=told, table=table)
        self._bar.update(self._task, description=said, completed=rows, total=total, visible=True)


@contextmanager
def _progress(lang: Lang) -> Iterator[_Bar]:
    """Show how far it is on standard error if that is a terminal."""
    with open_progress() as bar:
        yield _Bar(bar, lang)

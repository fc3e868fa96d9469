"""`tongbao ledger`: the database that programs live in."""

import sys
from typing import Final

import click

from tongbao.cli import program_words as words
from tongbao.cli.database import database_option, explained, prepare, set_up
from tongbao.ledger import roles
from tongbao.plans.words import LANGS, Lang

UNSOUND: Final = 1
"""Exit status where a figure is not what the journal says."""

_lang = click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)


@click.group()
def ledger() -> None:
    """Set up, settle and check the database that programs live in."""


@ledger.command()
@database_option
@_lang
def setup(database: str | None, lang: Lang) -> None:
    """Make the tables, or bring them up to date after an upgrade.

    On PostgreSQL run it as the user who is to own the tables.
    """
    with explained(lang):
        set_up(database)
        click.echo(words.READY.say(lang))


@ledger.command()
@click.argument("program")
@database_option
@_lang
def settle(program: str, database: str | None, lang: Lang) -> None:
    """Settle all commands that wait in a PROGRAM's inbox."""
    with explained(lang, program):
        prepare(database)
        from tongbao.ledger.door import open_program  # noqa: PLC0415  # Django is set up by now

        count = open_program(program).settle()
        click.echo(words.SETTLED.say(lang, count=f"{count:,}"))


@ledger.command()
@click.argument("program")
@click.option("--check", "only_check", is_flag=True, help="Compare only; write nothing.")
@database_option
@_lang
def rebuild(program: str, *, only_check: bool, database: str | None, lang: Lang) -> None:
    """Recompute a PROGRAM from its journal, through the engine.

    With --check every figure in the tables is held against it, and the exit
    status is 1 if one differs. Without, balances and statements are written
    anew; nothing is settled meanwhile.
    """
    with explained(lang, program):
        prepare(database)
        from tongbao.cli import ledger_rebuild  # noqa: PLC0415  # Django is set up by now

        sound = ledger_rebuild.rebuild(program, lang, only_check=only_check)
    if not sound and only_check:
        sys.exit(UNSOUND)


@ledger.command()
@click.argument("role")
def grants(role: str) -> None:
    """Print the SQL that gives the application's ROLE its rights on PostgreSQL.

    The role may add to the journal and never rewrite it. Run the SQL as the
    owner of the tables, after each setup.
    """
    try:
        click.echo(roles.grants(role), nl=False)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="ROLE") from None

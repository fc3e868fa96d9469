"""`tongbao program`: programs that last, from the draft to the running shop.

Here stand the commands and their options. `program_desk` and `program_till` do what they say, and
are imported when the database is ready.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from tongbao.cli.database import database_option, explained, prepare
from tongbao.cli.program_plan import checked_plan, login_name
from tongbao.plans.words import LANGS, Lang

if TYPE_CHECKING:
    from tongbao.cli.program_desk import Desk
    from tongbao.cli.program_till import Till

_Command = TypeVar("_Command", bound=Callable[..., Any])

_NOTICE_DAYS: Final = 7
_NOT_ALL_ACCEPTED: Final = 1
_FILE: Final = click.Path(path_type=Path)
_name = click.argument("name")
_account = click.argument("account")
_plan = click.option(
    "--plan", "plan_path", required=True, type=_FILE, help="The plan, TOML or JSON."
)
_by = click.option("--by", "who", help="Who does it [default: your login name].")
_json = click.option("--json", "as_json", is_flag=True, help="Print it as JSON, in engine units.")


def _said(command: _Command) -> _Command:
    """Add the options that every command here has: the database and the language."""
    lang = click.option(
        "--lang",
        type=click.Choice(LANGS),
        default="en",
        show_default=True,
        help="Language of the texts: English or Chinese (中文).",
    )
    return database_option(lang(command))


@contextmanager
def _desk(
    database: str | None, lang: Lang, name: str = "", *, make: bool = False
) -> Iterator["Desk"]:
    """Yield what works on programs, its database ready; say what goes wrong."""
    with explained(lang, name):
        prepare(database, make=make)
        from tongbao.cli.program_desk import Desk  # noqa: PLC0415  # Django is set up by now

        yield Desk(lang)


@contextmanager
def _till(database: str | None, lang: Lang, name: str) -> Iterator["Till"]:
    """Yield what sends commands to a program; say what goes wrong."""
    with explained(lang, name):
        prepare(database)
        from tongbao.cli.program_till import Till  # noqa: PLC0415  # Django is set up by now

        yield Till(name, lang)


@click.group()
def program() -> None:
    """Make, launch and look after programs that last.

    A program is one issuer's plan, pool and members. It begins as a draft,
    whose plan can be replaced. From its launch on every command is in its
    journal, and its plan changes only with notice.
    """


@program.command()
@_name
@_plan
@click.option("--currency", help="Code of ISO 4217, where the plan file (JSON) names none.")
@click.option(
    "--timezone",
    default="Asia/Shanghai",
    show_default=True,
    help="IANA's name of the zone in which its days are named.",
)
@click.option(
    "--notice-days",
    default=_NOTICE_DAYS,
    show_default=True,
    type=int,
    help="How many days ahead a new plan has to be announced.",
)
@_said
def create(
    name: str,
    plan_path: Path,
    currency: str | None,
    timezone: str,
    notice_days: int,
    database: str | None,
    lang: Lang,
) -> None:
    """Make a draft of a program from a plan file.

    NAME becomes part of addresses: letters a to z, digits, - and _. A database
    in a file is made where it is missing.
    """
    with explained(lang, name):
        plan_file = checked_plan(plan_path, currency, lang)
    with _desk(database, lang, name, make=True) as desk:
        desk.create(name, plan_file, timezone, notice_days)


@program.command(name="replace-plan")
@_name
@_plan
@_said
def replace_plan(name: str, plan_path: Path, database: str | None, lang: Lang) -> None:
    """Give a draft another plan."""
    with _desk(database, lang, name) as desk:
        desk.replace_plan(name, plan_path)


@program.command()
@_name
@_said
def discard(name: str, database: str | None, lang: Lang) -> None:
    """Remove a draft. A launched program stays."""
    with _desk(database, lang, name) as desk:
        desk.discard(name)


@program.command()
@_name
@_by
@_said
def launch(name: str, who: str | None, database: str | None, lang: Lang) -> None:
    """Let a draft begin, or a paused program go on."""
    with _desk(database, lang, name) as desk:
        desk.launch(name, login_name() if who is None else who)


@program.command()
@_name
@_said
def pause(name: str, database: str | None, lang: Lang) -> None:
    """Stop settling: commands can wait, none takes effect before `launch`."""
    with _desk(database, lang, name) as desk:
        desk.pause(name)


@program.command(name="list")
@_json
@_said
def list_all(*, as_json: bool, database: str | None, lang: Lang) -> None:
    """List all programs."""
    with _desk(database, lang) as desk:
        desk.list_all(as_json=as_json)


@program.command()
@_name
@_json
@_said
def show(name: str, *, as_json: bool, database: str | None, lang: Lang) -> None:
    """Show how a program stands: figures, plan, announced versions."""
    with _desk(database, lang, name) as desk:
        desk.show(name, as_json=as_json)


@program.command()
@_name
@_plan
@click.option(
    "--effective",
    metavar="DATE",
    help="From when on, such as 2027-01-01 or 2027-01-01T08:00, in the program's time zone "
    "[default: as soon as the notice allows].",
)
@_by
@_said
def announce(
    name: str,
    plan_path: Path,
    effective: str | None,
    who: str | None,
    database: str | None,
    lang: Lang,
) -> None:
    """Announce a new version of a program's plan."""
    with _desk(database, lang, name) as desk:
        desk.announce(name, plan_path, effective, login_name() if who is None else who)


@program.command(name="withdraw-plan")
@_name
@click.argument("version", type=int)
@_said
def withdraw_plan(name: str, version: int, database: str | None, lang: Lang) -> None:
    """Take back an announced VERSION before it takes effect."""
    with _desk(database, lang, name) as desk:
        desk.withdraw_plan(name, version)


@program.command()
@_name
@click.argument("account", required=False)
@_json
@_said
def freezes(
    name: str, account: str | None, *, as_json: bool, database: str | None, lang: Lang
) -> None:
    """List who froze or released accounts, when and why."""
    with _desk(database, lang, name) as desk:
        desk.freezes(name, account, as_json=as_json)


@program.command()
@_name
@_account
@click.option("--why", required=True, help="The reason, for the log.")
@_by
@_said
def freeze(
    name: str, account: str, why: str, who: str | None, database: str | None, lang: Lang
) -> None:
    """Freeze an account: what it would pay or take out is refused."""
    with _till(database, lang, name) as till:
        till.freeze(account, login_name() if who is None else who, why)


@program.command()
@_name
@_account
@click.option("--why", required=True, help="The reason, for the log.")
@_by
@_said
def release(
    name: str, account: str, why: str, who: str | None, database: str | None, lang: Lang
) -> None:
    """Release a frozen account."""
    with _till(database, lang, name) as till:
        till.release(account, login_name() if who is None else who, why)


@program.command(name="close-day")
@_name
@click.argument("day", required=False)
@_said
def close_day(name: str, day: str | None, database: str | None, lang: Lang) -> None:
    """Close a DAY (YYYY-MM-DD) that has ended in the program's time zone.

    Yesterday if absent. A close cannot be taken back.
    """
    with _till(database, lang, name) as till:
        till.close_day(day)


@program.command()
@_name
@click.argument("commands", type=_FILE, default=Path("-"))
@click.option("--strict", is_flag=True, help="Exit with 1 if a line was not accepted.")
@_said
def submit(name: str, commands: Path, *, strict: bool, database: str | None, lang: Lang) -> None:
    """Send COMMANDS (a file of JSON lines, or standard input) to a program.

    One receipt is printed for each line. It may be stopped and run again: a
    command that was accepted before gives its first receipt.

    Exit status: 0 if every line got its receipt, be it a rejection (with
    --strict 1 if a line was not accepted), 2 if something has to be changed.
    """
    with _till(database, lang, name) as till:
        if not till.submit(commands) and strict:
            sys.exit(_NOT_ALL_ACCEPTED)

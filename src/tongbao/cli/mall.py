"""`tongbao mall`: open a mall, serve it, look after it; or try one of the demos.

Here stand the commands and their options; what they do is in `mall_…` and imported on use.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from tongbao.cli import mall_words as words
from tongbao.cli.database import MALL, database_option, explained, prepare
from tongbao.cli.ledger_words import Unable
from tongbao.plans.presets import PRESETS
from tongbao.plans.words import LANGS, Lang

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FOUND: Final = 1
_FILE: Final = click.Path(path_type=Path)
_lang = click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)


def _said(command: _Command) -> _Command:
    """Add the options that commands on a mall have: the database and the language."""
    return database_option(_lang(command))


@click.group()
def mall() -> None:
    """Open a mall, serve it, look after it; or try a demo.

    One installation is one mall on one program. Its address, mail server and secret come from the
    environment (TONGBAO_ADDRESS, TONGBAO_MAIL, TONGBAO_SECRET …); src/tongbao/site/mall.py lists
    them.
    """


@mall.command(name="open")
@click.option(
    "--program", required=True, help="Name of the mall's program, made if it is not there."
)
@click.option("--plan", "plan_path", type=_FILE, help="The plan, TOML or JSON …")
@click.option("--preset", type=click.Choice(PRESETS), help="… or one of the presets.")
@click.option("--name-en", required=True, help="The mall's name in English.")
@click.option("--name-zh", help="The mall's name in Chinese [default: the English one].")
@click.option("--currency", help="Code of ISO 4217 [default: the plan's].")
@click.option(
    "--country",
    help="Where phone numbers are at home, such as FR [default: what the currency says].",
)
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="IANA's name.")
@click.option(
    "--return-days",
    type=click.IntRange(0, 366),
    default=7,
    show_default=True,
    help="Return window, after the goods are received.",
)
@click.option("--margin", help="Margin of the mall's own goods, such as 60% [default: 35%].")
@click.option("--at-a-loss", is_flag=True, help="Take a margin at which each sale loses.")
@click.option(
    "--operator", metavar="EMAIL", help="Make this the operator's log-in; asks for a password."
)
@_said
def open_one(
    program: str,
    plan_path: Path | None,
    preset: str | None,
    name_en: str,
    name_zh: str | None,
    currency: str | None,
    country: str | None,
    timezone: str,
    return_days: int,
    margin: str | None,
    *,
    at_a_loss: bool,
    operator: str | None,
    database: str | None,
    lang: Lang,
) -> None:
    """Set a mall up: tables, program, plan, names; do nothing that was done before."""
    with explained(lang, program):
        from tongbao.cli import mall_margin, mall_open  # noqa: PLC0415  # only where it is used

        plan_file = mall_open.plan_of(plan_path, preset, currency, lang)
        prepare(database, make=True, project=MALL)
        home = mall_open.country_of(country, plan_file.currency)
        own = mall_margin.check_margin(plan_file, margin, at_a_loss=at_a_loss, lang=lang)
        mall_open.open_mall_here(
            plan_file,
            program=program,
            name_en=name_en,
            name_zh=name_zh or name_en,
            country=home,
            timezone=timezone,
            return_days=return_days,
            own_margin=own,
            lang=lang,
        )
        if operator is not None:
            mall_open.make_operator(operator, mall_open.asked_password(lang), lang)


@mall.command()
@click.argument("email", required=False)
@click.option("--remove", is_flag=True, help="Take the role away; the log-in stays.")
@click.option("--list", "lists", is_flag=True, help="Show who is an operator, and since when.")
@_said
def operator(
    email: str | None, *, remove: bool, lists: bool, database: str | None, lang: Lang
) -> None:
    """Make somebody an operator, who runs the mall; asks for a password.

    With --remove they are one no more, at once; --list shows who is.
    """
    with explained(lang):
        from tongbao.cli import mall_open  # noqa: PLC0415  # only where it is used

        if lists == (email is not None) or (lists and remove):
            raise Unable(words.WHICH_OPERATOR)
        prepare(database, project=MALL)
        if email is None:
            mall_open.list_operators(lang)
        elif remove:
            mall_open.remove_operator(email, lang)
        else:
            mall_open.make_operator(email, mall_open.asked_password(lang), lang)


@mall.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True)
@click.option(
    "--worker/--no-worker", default=True, help="Do the worker's work beside it (default)."
)
@_said
def serve(
    host: str,
    port: int,
    processes: int,
    threads: int,
    *,
    worker: bool,
    database: str | None,
    lang: Lang,
) -> None:
    """Serve the mall until it is stopped (SIGTERM or Ctrl-C).

    For a real mall put a web server with TLS in front, and name it in TONGBAO_ADDRESS and
    TONGBAO_PROXY. A demo is served to this machine only.
    """
    with explained(lang):
        prepare(database, project=MALL)
        from tongbao.cli import mall_serve  # noqa: PLC0415  # Django is set up by now

        mall_serve.serve(host, port, processes=processes, threads=threads, worker=worker)


@mall.command()
@click.option("--once", is_flag=True, help="Do what is due now, then leave.")
@_said
def work(*, once: bool, database: str | None, lang: Lang) -> None:
    """Do what is due until it is stopped: settle, close days, send refunds and mails, reconcile.

    Several workers do no harm. Exit status with --once: 1 if something failed, which the log
    tells.
    """
    with explained(lang):
        prepare(database, project=MALL)
        from tongbao.cli import mall_work  # noqa: PLC0415  # Django is set up by now

        if once:
            sys.exit(_FOUND if mall_work.once() else 0)
        mall_work.run()


@mall.command()
@click.option("--all", "everything", is_flag=True, help="Compare the whole history again.")
@_said
def reconcile(*, everything: bool, database: str | None, lang: Lang) -> None:
    """Compare orders, payments and journal, repair what a crash left, print each finding."""
    with explained(lang):
        prepare(database, project=MALL)
        from tongbao.cli import mall_reconcile  # noqa: PLC0415  # Django is set up by now

        if mall_reconcile.reconcile(lang, everything=everything):
            sys.exit(_FOUND)


@mall.command()
@click.option(
    "--folder", type=_FILE, default=Path("build/demo"), show_default=True, help="Where it is kept."
)
@click.option("--history", type=_FILE, help="Folder of the bundled history [default: the clone's].")
@click.option("--port", type=click.IntRange(1, 65534), default=8000, show_default=True)
@click.option("--fresh", is_flag=True, help="Make it anew, whatever was done in it.")
@_lang
def demo(folder: Path, history: Path | None, port: int, *, fresh: bool, lang: Lang) -> None:
    """Try two malls with lives of their own: one at PORT, a Chinese one at the next port.

    The first start builds both in FOLDER; later ones take seconds. They are for this machine only.
    """
    with explained(lang):
        from tongbao.cli import mall_demo  # noqa: PLC0415  # only where it is used

        mall_demo.demo(folder, history, port, fresh=fresh, lang=lang)


@mall.command(name="build-demo", hidden=True)
@click.argument("name")
@click.argument("history", type=_FILE)
def build_demo(name: str, history: Path) -> None:
    """Build a demo in the database and folder of the environment; `demo` calls it."""
    with explained("en"):
        from tongbao.cli import mall_build  # noqa: PLC0415  # only where it is used

        mall_build.build(name, history)

"""The database of a command: which one, whether it is ready, and what to say if it is not.

The only place that sets Django up. What imports the ledger's tables is imported after `prepare`.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import django
from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.migrations.executor import MigrationExecutor

from tongbao.cli.ledger_words import Unable, spoken
from tongbao.engine.plan import PlanRefused
from tongbao.engine.units import InvariantBroken
from tongbao.ledger.values import LedgerError
from tongbao.plans.files import PlanFileError
from tongbao.plans.words import Lang, Text

FAULT: Final = 2
"""Exit status where the user has to change something."""

DEFECT: Final = 70
"""Exit status where the engine broke a promise."""

INTERRUPTED: Final = 130
"""Exit status after Ctrl-C."""

VARIABLE: Final = "TONGBAO_DATABASE"

LEDGER: Final = "tongbao.site.settings"
"""The settings of commands that need the ledger only."""

MALL: Final = "tongbao.site.mall"
"""The settings of commands on a mall; they need the extra `mall`."""

_SETTINGS: Final = "DJANGO_SETTINGS_MODULE"
_READ_ONLY: Final = "readonly"  # SQLite's word for it
_DEFAULT: Final = "sqlite:///tongbao.sqlite3"
_ENGINES: Final = {
    "django.db.backends.sqlite3": "sqlite",
    "django.db.backends.postgresql": "postgresql",
}
_Command = TypeVar("_Command", bound=Callable[..., Any])


def database_option(command: _Command) -> _Command:
    """Add the option ``--database URL`` to a command, as the argument ``database``."""
    return click.option(
        "--database",
        metavar="URL",
        help="The database, such as postgresql://user@host/name or sqlite:///file.sqlite3 "
        "[default: the variable TONGBAO_DATABASE, else tongbao.sqlite3 in this folder].",
    )(command)


def prepare(database: str | None = None, *, make: bool = False, project: str = LEDGER) -> None:
    """Set Django up for this database, or the environment's, and see that its tables are ready.

    With ``make`` a database in a file is made where it is missing, and its tables with it.
    ``project`` names the settings: `LEDGER` or `MALL`.

    Raises:
        Unable: the URL means nothing, nobody answers there, or the tables are missing.
    """
    settings = configure(database, project)
    place = _place(settings)
    in_file = settings["ENGINE"].endswith("sqlite3")
    if in_file and not make and not Path(settings["NAME"]).exists():
        raise Unable(_NO_FILE.fill(place=place))
    with _answering(place, in_file=in_file):
        if in_file and make:
            _migrate(project)
        elif _is_behind(project):
            raise Unable(_NOT_READY.fill(place=place))


def set_up(database: str | None = None, *, project: str = LEDGER) -> None:
    """Make the tables of a project in this database, or bring them up to date.

    Raises:
        Unable: the URL means nothing, nobody answers there, or the user may not make tables.
    """
    settings = configure(database, project)
    with _answering(_place(settings), in_file=settings["ENGINE"].endswith("sqlite3")):
        _migrate(project)


def configure(database: str | None = None, project: str = LEDGER) -> dict[str, Any]:
    """Set Django up for this database without opening it; return its settings.

    Whoever has set Django up before, or named other settings in the environment, has chosen.

    Raises:
        Unable: the URL means nothing.
    """
    url = database or os.environ.get(VARIABLE) or _DEFAULT
    _check_url(url, "--database" if database else VARIABLE)
    if not apps.ready:
        os.environ[VARIABLE] = url
        os.environ.setdefault(_SETTINGS, project)
        django.setup()
    elif database or VARIABLE in os.environ:
        _turn_to(url)
    settings: dict[str, Any] = connections[DEFAULT_DB_ALIAS].settings_dict
    return settings


@contextmanager
def explained(lang: Lang, program: str = "") -> Iterator[None]:
    """Turn what went wrong inside into one message and an exit status, never a traceback."""
    try:
        yield
    except KeyboardInterrupt:
        _leave(_STOPPED.say(lang), INTERRUPTED)
    except Unable as error:
        _leave(error.text.say(lang))
    except PlanFileError as error:
        _leave(error.say(lang))
    except (LedgerError, PlanRefused) as error:
        _leave(spoken(error, program, lang))
    except BrokenPipeError:
        # Whoever read the output has had enough; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except InvariantBroken as error:
        _leave(_DEFECT.say(lang, promise=str(error)), DEFECT)
    except (DatabaseError, InterfaceError) as error:
        place = _place(connections[DEFAULT_DB_ALIAS].settings_dict)
        _leave(_FAILED.say(lang, place=place, reason=_reason(error)))


def _migrate(project: str) -> None:
    try:
        if _is_behind(project):
            call_command("migrate", *_apps(project), verbosity=0, interactive=False)
    except DatabaseError:
        if _is_behind(project):  # nobody else did it at the same moment
            raise


@contextmanager
def _answering(place: str, *, in_file: bool) -> Iterator[None]:
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        text = _BAD_FILE if in_file else _NO_ANSWER
        if in_file and _READ_ONLY in str(error):
            text = _CLOSED_FILE
        raise Unable(text.fill(place=place, reason=_reason(error))) from None


def _check_url(url: str, source: str) -> None:
    from tongbao.site.databases import database  # noqa: PLC0415  # only where needed

    try:
        parsed = database(url)
        known = parsed["ENGINE"] in _ENGINES and parsed["NAME"] not in {"", ":memory:"}
    except (ValueError, KeyError):
        known = False
    if not known:
        raise Unable(_BAD_URL.fill(source=source))  # it may hold a password: not shown


def _turn_to(url: str) -> None:
    """Let this process, which was set up for another database, use this one."""
    from tongbao.site.databases import database  # noqa: PLC0415  # only where needed

    connections[DEFAULT_DB_ALIAS].close()
    del connections[DEFAULT_DB_ALIAS]
    found = connections.configure_settings({DEFAULT_DB_ALIAS: database(url)})
    connections.settings[DEFAULT_DB_ALIAS] = found[DEFAULT_DB_ALIAS]


def _is_behind(project: str) -> bool:
    """Say whether tables that the project needs are missing or of an older version."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    leaves = [executor.loader.graph.leaf_nodes(app) for app in _apps(project) or (None,)]
    return bool(executor.migration_plan([node for nodes in leaves for node in nodes]))


def _apps(project: str) -> tuple[str, ...]:
    """Return the apps whose tables are meant; none for all that are installed."""
    return ("ledger",) if project == LEDGER else ()


def _place(settings: dict[str, Any]) -> str:
    """Name the database without its password."""
    if settings["ENGINE"].endswith("sqlite3"):
        return str(settings["NAME"])
    host = settings.get("HOST") or "localhost"
    port = f":{settings['PORT']}" if settings.get("PORT") else ""
    return f"postgresql://{host}{port}/{settings['NAME']}"


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _leave(message: str, status: int = FAULT) -> None:
    click.echo(message, err=True)
    sys.exit(status)


_BAD_URL: Final = Text(
    "{source} names no database. Write sqlite:///file.sqlite3 or "
    "postgresql://user:password@host:5432/name",
    "{source} 不是数据库地址。请写成 sqlite:///文件.sqlite3 或 "
    "postgresql://用户:密码@主机:5432/库名",
)
_NO_FILE: Final = Text(
    "There is no database {place} here. `tongbao program create` makes it with the first program; "
    "another one is named with --database",
    "这里没有数据库 {place}。`tongbao program create` 创建第一个积分项目时会建立它；"
    "也可以用 --database 指定其他数据库",
)
_NOT_READY: Final = Text(
    "The tables in {place} are missing or of an older version: run `tongbao ledger setup` first",
    "{place} 中缺少数据表或版本过旧：请先运行 `tongbao ledger setup`",
)
_NO_ANSWER: Final = Text(
    "The database {place} cannot be used: {reason}. Is it running, and is the address right?",
    "无法使用数据库 {place}：{reason}。请检查它是否在运行、地址是否正确",
)
_CLOSED_FILE: Final = Text(
    "The database file {place} cannot be used where it is: {reason}. SQLite needs to write beside it, "
    "even to read: copy it, with its -wal if there is one, into a folder that you can write to, and "
    "name the copy with --database",
    "无法在原处使用数据库文件 {place}：{reason}。SQLite 即使只读也要在它旁边写文件：请把它（连同 -wal "
    "文件，如果有）复制到可以写入的文件夹，再用 --database 指定副本",
)
_BAD_FILE: Final = Text(
    "The database file {place} cannot be used: {reason}. Is the path right, and may you write there?",
    "无法使用数据库文件 {place}：{reason}。请检查路径是否正确、是否有写入权限",
)
_FAILED: Final = Text(
    "The database {place} failed: {reason}. What was acknowledged before is kept",
    "数据库 {place} 出错：{reason}。此前已确认的内容都已保存",
)
_STOPPED: Final = Text(
    "Stopped. What was acknowledged before is kept.", "已中断。此前已确认的内容都已保存。"
)
_DEFECT: Final = Text(
    "The engine broke a promise, a defect to report; nothing was written: {promise}",
    "引擎违反了自己的承诺，请报告这个缺陷；没有写入任何内容：{promise}",
)

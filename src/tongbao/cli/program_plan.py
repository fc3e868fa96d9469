"""What people write to `tongbao program`: plan files with their warnings, moments, their names."""

import getpass
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click
import msgspec

from tongbao.cli.colours import paint_for
from tongbao.cli.ledger_words import Unable
from tongbao.plans.files import PlanFile, PlanFileError, load_plan
from tongbao.plans.lint import lint, refused
from tongbao.plans.money import FigureError, minor_digits
from tongbao.plans.verdict import verdict_page
from tongbao.plans.words import Lang, Text, plain


def checked_plan(path: Path, currency: str | None, lang: Lang) -> PlanFile:
    """Read a plan file, printing on standard error what the linter finds.

    ``currency`` is what it has to be in; a JSON plan, which names none, is taken to be in it.

    Raises:
        PlanFileError: the file cannot be read.
        Unable: the plan is refused, or in another currency.
    """
    if currency is not None:
        _check_currency(currency)
    try:
        plan_file = load_plan(path)
    except PlanFileError as error:
        if error.unreadable:
            raise
        title = f"{error.path}: {_REFUSED.say(lang)}"
        raise Unable(plain(verdict_page(title, refused(error), lang).rstrip())) from None
    if currency is not None and plan_file.format == "json":
        plan_file = msgspec.structs.replace(plan_file, currency=currency)
    elif currency not in {None, plan_file.currency}:
        shown = plan_file.path
        raise Unable(_OTHER_CURRENCY.fill(path=shown, found=plan_file.currency, needed=currency))
    if findings := lint(plan_file):
        title = f"{plan_file.path}: {plan_file.name} ({plan_file.currency})"
        page = verdict_page(title, findings, lang, paint=paint_for(sys.stderr))
        click.echo(page, err=True, color=True)
    return plan_file


def moment_of(text: str, timezone: str) -> datetime:
    """Return the moment that a date, or a date and time, means in that time zone.

    >>> moment_of("2027-01-01", "Asia/Shanghai").isoformat()
    '2026-12-31T16:00:00+00:00'
    >>> moment_of("2027-01-01T08:00+01:00", "Asia/Shanghai").isoformat()
    '2027-01-01T07:00:00+00:00'

    Raises:
        Unable: it means none.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(timezone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unable(_NO_MOMENT.fill(found=ascii(text))) from None


def local_text(moment: datetime, timezone: str) -> str:
    """Return a moment as the clocks of that time zone show it, never earlier than it is.

    >>> local_text(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "Asia/Shanghai")
    '2027-01-01 00:00'
    >>> local_text(datetime(2026, 12, 31, 16, 0, 1, tzinfo=UTC), "Asia/Shanghai")
    '2027-01-01 00:00:01'
    """
    if moment.microsecond:
        moment = moment.replace(microsecond=0) + timedelta(seconds=1)
    local = moment.astimezone(ZoneInfo(timezone))
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")


def login_name() -> str:
    """Return the name of who runs the command, empty where the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _check_currency(currency: str) -> None:
    try:
        minor_digits(currency)
    except FigureError as error:
        raise Unable(_NO_CURRENCY.fill(reason=error.reason)) from None


_REFUSED: Final = Text("the plan is refused", "方案被拒绝")
_NO_CURRENCY: Final = Text("--currency: {reason}", "--currency：{reason}")
_OTHER_CURRENCY: Final = Text(
    "{path} is a plan in {found}, and the program's currency is {needed}: a program keeps its "
    "currency",
    "{path} 的货币是 {found}，而积分项目的货币是 {needed}：积分项目的货币不能改变",
)
_NO_MOMENT: Final = Text(
    "--effective {found} is no date; write for example 2027-01-01 or 2027-01-01T08:00",
    "--effective {found} 不是日期；请写成例如 2027-01-01 或 2027-01-01T08:00",
)

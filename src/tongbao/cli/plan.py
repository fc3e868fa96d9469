"""`tongbao plan`: write a plan from a preset, check it, explain it."""

import os
import sys
from pathlib import Path
from typing import Final, NoReturn

import click

from tongbao.cli.colours import paint_for
from tongbao.plans.explain import page
from tongbao.plans.files import PlanFile, PlanFileError, load_plan
from tongbao.plans.lint import lint, refused
from tongbao.plans.presets import PRESETS, preset_text
from tongbao.plans.verdict import verdict_json, verdict_page
from tongbao.plans.words import LANGS, Lang, Text

REFUSED: Final = 1
UNREADABLE: Final = 2

_lang = click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)
_file = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def plan() -> None:
    """Write, check and explain a plan file.

    A plan says how purchases back, grant, pay and cap points.
    """


@plan.command()
@click.option(
    "--preset",
    "name",
    type=click.Choice(PRESETS),
    required=True,
    help="The plan to start from.",
)
@_lang
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write; the standard output if absent. An existing file is kept.",
)
def new(name: str, lang: Lang, out: Path | None) -> None:
    """Write a commented plan file from a preset."""
    text = preset_text(name, lang)
    if out is None:
        click.echo(text.encode(), nl=False)  # TOML is UTF-8, whatever the terminal's encoding
        return
    try:
        with out.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        _fail(f"{_shown(out)}: {_EXISTS.say(lang)}")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        _fail(f"{_shown(out)}: {_NOT_WRITTEN.say(lang, reason=reason or '?')}")
    else:
        click.echo(_WRITTEN.say(lang, path=_shown(out)), err=True)


@plan.command()
@_file
@_lang
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(file: Path, lang: Lang, *, as_json: bool) -> None:
    """Validate a plan file and warn of what is risky.

    Exit status: 0 without errors (there may be warnings), 1 if the plan is
    refused or no seller can afford it, 2 if the file cannot be read.

    Levels are in colour on a terminal; NO_COLOR turns that off, FORCE_COLOR on.
    """
    status = 0
    try:
        plan_file = load_plan(file)
        findings = lint(plan_file)
        status = REFUSED if any(found.level == "error" for found in findings) else 0
        title = f"{_shown(file)}: {_named(plan_file)}"
    except PlanFileError as error:
        if error.unreadable and not as_json:
            _fail(error.say(lang))
        status = UNREADABLE if error.unreadable else REFUSED
        findings = refused(error)
        title = f"{_shown(file)}: {_REFUSED.say(lang)}"
    if as_json:
        _emit(verdict_json(_shown(file), findings, lang) + "\n")
    else:
        _emit(verdict_page(title, findings, lang, paint=paint_for(sys.stdout)))
    if status:
        raise SystemExit(status)


@plan.command()
@_file
@_lang
def show(file: Path, lang: Lang) -> None:
    """Explain a plan in plain sentences with worked numbers.

    Exit status: 1 if the plan is refused, 2 if the file cannot be read.
    """
    try:
        plan_file = load_plan(file)
    except PlanFileError as error:
        _fail(error.say(lang), UNREADABLE if error.unreadable else REFUSED)
    _emit(page(plan_file, lang))


def _named(plan_file: PlanFile) -> str:
    return f"{plan_file.name} ({plan_file.currency})"


def _shown(path: Path) -> str:
    """Return a path fit to be printed, whatever bytes it has."""
    name = os.fsencode(path).decode("utf-8", "replace")
    return name if name.isprintable() else ascii(name)[1:-1]


def _emit(text: str) -> None:
    """Print a text; where the terminal cannot show Chinese, with marks in its place."""
    try:
        click.echo(text, nl=False, color=True)  # whoever painted it has looked at the terminal
    except UnicodeEncodeError:
        click.echo(text.encode(sys.stdout.encoding, "replace"), nl=False)


def _fail(message: str, status: int = UNREADABLE) -> NoReturn:
    click.echo(message, err=True)
    raise SystemExit(status)


_EXISTS: Final = Text(
    "this file exists and is kept. Choose another name, or remove it first.",
    "文件已存在，未作改动。请换一个名称，或先删除它。",
)
_NOT_WRITTEN: Final = Text("cannot be written: {reason}", "无法写入：{reason}")
_WRITTEN: Final = Text(
    "Written to {path}. Next: tongbao plan check {path}",
    "已写入 {path}。下一步：tongbao plan check {path} --lang zh",
)
_REFUSED: Final = Text("the plan is refused", "方案被拒绝")

"""What `tongbao program` does to programs: from the draft to the announced plan.

Imported when Django is set up (`tongbao.cli.database`).
"""

import json
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec
from msgspec import Struct
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from tongbao.cli import program_words as words
from tongbao.cli.ledger_words import Unable
from tongbao.cli.program_page import emit, list_page, show_page, shown_figure, versions_table
from tongbao.cli.program_plan import checked_plan, local_text, moment_of
from tongbao.engine.plan import plan_fields
from tongbao.ledger import programs, versions
from tongbao.ledger.journal import timestamp
from tongbao.ledger.programs import NOT_BEGUN, PAUSED, RUNNING, FreezeNote, Overview
from tongbao.ledger.versions import NoticeTooShort, PlanDoesNotFollow, Version
from tongbao.plans.fields import BY_ENGINE
from tongbao.plans.files import PlanFile
from tongbao.plans.words import Lang, Text


class Desk(Struct, frozen=True):
    """Works on programs and says what it did, in this language."""

    lang: Lang

    def create(self, name: str, plan_file: PlanFile, timezone: str, notice_days: int) -> None:
        """Make a draft."""
        programs.create(
            name,
            plan_fields(plan_file.plan),
            currency=plan_file.currency,
            timezone=timezone,
            plan_notice_days=notice_days,
        )
        click.echo(words.CREATED.say(self.lang, name=name))

    def replace_plan(self, name: str, plan_path: Path) -> None:
        """Give a draft another plan, in the same currency."""
        one = programs.overview(name)
        plan_file = checked_plan(plan_path, one.currency, self.lang)
        programs.replace_plan(name, plan_fields(plan_file.plan))
        click.echo(words.PLAN_REPLACED.say(self.lang, name=name))

    def discard(self, name: str) -> None:
        """Remove a draft."""
        programs.discard(name)
        click.echo(words.DISCARDED.say(self.lang, name=name))

    def launch(self, name: str, who: str) -> None:
        """Let a program begin or go on."""
        before = programs.overview(name)
        programs.launch(name, who=who)
        if before.status == RUNNING:
            said = words.RUNS_ALREADY.say(self.lang, name=name)
        elif before.status == PAUSED:
            waiting = programs.waiting(before.program_id)
            said = words.RESUMED.say(self.lang, name=name, waiting=waiting)
        else:
            said = words.LAUNCHED.say(self.lang, name=name, days=before.plan_notice_days)
        click.echo(said)

    def pause(self, name: str) -> None:
        """Stop settling."""
        paused = programs.overview(name).status == PAUSED
        programs.pause(name)
        click.echo((words.PAUSED_ALREADY if paused else words.PAUSED).say(self.lang, name=name))

    def list_all(self, *, as_json: bool) -> None:
        """Print all programs."""
        found = programs.listing()
        if as_json:
            _print_json([_fields(one) for one in found])
        else:
            emit(list_page(found, self.lang, Console().width))

    def show(self, name: str, *, as_json: bool) -> None:
        """Print everything about a program."""
        one = programs.overview(name)
        waiting = programs.waiting(one.program_id)
        told = versions.history(name)
        if as_json:
            told_fields = [_version_fields(version) for version in told]
            _print_json({**_fields(one), "waiting": waiting, "versions": told_fields})
        else:
            emit(show_page(one, waiting, told, self.lang, Console().width))

    def announce(self, name: str, plan_path: Path, effective: str | None, who: str) -> None:
        """Announce a version of the plan."""
        one = programs.overview(name)
        moment = None if effective is None else moment_of(effective, one.timezone)
        plan_file = checked_plan(plan_path, one.currency, self.lang)
        try:
            version = versions.announce(name, plan_fields(plan_file.plan), moment, who=who)
        except NoticeTooShort as error:
            when = local_text(error.earliest, one.timezone)
            text = words.TOO_SOON.fill(days=error.days, when=when, timezone=one.timezone)
            raise Unable(text) from None
        except PlanDoesNotFollow as error:
            raise Unable(self._does_not_follow(error, one)) from None
        when = local_text(version.effective_at, one.timezone)
        number = version.version
        click.echo(
            words.ANNOUNCED.say(
                self.lang, name=name, version=number, when=when, timezone=one.timezone
            )
        )
        emit(versions_table(one, [version], self.lang))

    def withdraw_plan(self, name: str, version: int) -> None:
        """Take back an announced version."""
        versions.withdraw(name, version)
        click.echo(words.WITHDRAWN.say(self.lang, name=name, version=version))

    def freezes(self, name: str, account: str | None, *, as_json: bool) -> None:
        """Print the log of freezes."""
        notes = programs.freezes(name, account)
        if as_json:
            _print_json(
                [msgspec.structs.asdict(note) | {"at": timestamp(note.at)} for note in notes]
            )
        elif notes:
            emit(self._freezes_table(notes, programs.overview(name).timezone))
        else:
            click.echo(words.NO_FREEZES.say(self.lang))

    def _does_not_follow(self, error: PlanDoesNotFollow, one: Overview) -> Text:
        label = BY_ENGINE[error.field].label
        found, bound = (
            shown_figure(error.field, figure, one.currency, self.lang)
            for figure in (error.found, error.bound)
        )
        text = words.BELOW_ISSUED if error.field == "max_supply" else words.KEEPS_FIGURE
        return text.fill(label=label, found=found, bound=bound)

    def _freezes_table(self, notes: list[FreezeNote], timezone: str) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")
        for head in (words.WHEN, words.ACCOUNT, words.WHAT, words.WHO, words.WHY):
            table.add_column(head.say(self.lang), overflow="fold")
        for note in notes:
            table.add_row(
                local_text(note.at, timezone),
                Line(note.account),
                (words.FROZEN if note.frozen else words.RELEASED).say(self.lang),
                Line(note.who),
                Line(note.why),
            )
        return table


def _fields(one: Overview) -> dict[str, object]:
    """Return a program as JSON: money in minor units, points in atoms, the index scaled."""
    begun = one.number != NOT_BEGUN
    return {
        "name": one.name,
        "program": one.program_id,
        "status": one.status,
        "currency": one.currency,
        "timezone": one.timezone,
        "plan_notice_days": one.plan_notice_days,
        "created_at": timestamp(one.created_at),
        "number": one.number if begun else None,
        "hash": one.hash if begun else None,
        "plan_version": one.plan_version if begun else None,
        "next_plan_at": None if one.next_plan_at is None else timestamp(one.next_plan_at),
        "plan": plan_fields(one.plan),
        "figures": msgspec.structs.asdict(one.figures),
    }


def _version_fields(version: Version) -> Mapping[str, object]:
    withdrawn = version.withdrawn_at
    return {
        "version": version.version,
        "state": version.state,
        "announced_at": timestamp(version.announced_at),
        "announced_by": version.announced_by,
        "effective_at": timestamp(version.effective_at),
        "number": version.number,
        "withdrawn_at": None if withdrawn is None else timestamp(withdrawn),
        "changes": {c.field: [c.before, c.after] for c in version.changes},
        "plan": plan_fields(version.plan),
    }


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))

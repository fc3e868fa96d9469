"""`tongbao health`: whether the database and its programs are in order."""

import json
import sys
from typing import Final

import click
from msgspec import to_builtins

from tongbao.cli import operations_words as words
from tongbao.cli.database import configure, database_option, explained
from tongbao.cli.program_words import STATUSES
from tongbao.plans.words import LANGS, Lang

_NOT_WELL: Final = 1


@click.command()
@database_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)
def health(database: str | None, as_json: bool, lang: Lang) -> None:
    """Say whether the database answers and the programs are looked after.

    Exit status: 1 if something is not in order.
    """
    with explained(lang):
        place = configure(database)["NAME"]
        from tongbao.ledger.health import health as looked  # noqa: PLC0415  # Django is set up

        found = looked()
        if as_json:
            click.echo(json.dumps(to_builtins(found), indent=2))
            sys.exit(0 if found.ok else _NOT_WELL)
        for one in found.programs:
            status = STATUSES.get(one.status, words.MOVED_STATUS)
            day = one.last_day or words.NO_DAY.say(lang)
            said = words.HEALTH_LINE.say(
                lang,
                name=one.program,
                status=status.say(lang),
                number=one.number,
                waiting=one.waiting,
                day=day,
            )
            click.echo(said)
        closed = {one.program: one.last_day for one in found.programs}
        for problem in found.problems:
            text = words.PROBLEMS[problem.cause]
            named, day = problem.program, closed.get(problem.program, "")
            said = text.say(lang, program=named, seconds=problem.seconds, day=day, place=place)
            click.echo(said, err=True)
        if found.ok:
            click.echo(words.HEALTHY.say(lang))
        sys.exit(0 if found.ok else _NOT_WELL)

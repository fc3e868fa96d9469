"""`tongbao audit`: verify an exported journal, on a machine that has nothing but the export."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

import click
from msgspec import structs

from tongbao.audit.problems import Problem, Unusable
from tongbao.audit.source import Source, open_source
from tongbao.audit.verdict import Claim, Replayer, Verdict
from tongbao.audit.verify import Audit
from tongbao.cli import audit_words as words
from tongbao.cli.audit_details import system_told
from tongbao.cli.audit_page import emit, verdict_json, verdict_page
from tongbao.cli.progress import show_progress
from tongbao.plans.words import LANGS, Lang

PROBLEMS: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130
_STEP: Final = 2000
_FILE: Final = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--replay", is_flag=True, help="Run the commands through the engine, too.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=_FILE,
    multiple=True,
    help="A signed checkpoint, or a folder of them, to hold the journal against.",
)
@click.option(
    "--public-key", type=_FILE, help="The key to trust about checkpoints [default: the file's own]."
)
@click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def audit(
    file: Path,
    replay: bool,
    checkpoints: tuple[Path, ...],
    public_key: Path | None,
    lang: Lang,
    as_json: bool,
) -> None:
    """Verify FILE, a journal that `tongbao export` wrote (JSON lines, also gzipped; - is stdin).

    Form, numbering, chain of hashes, balanced postings, and the seven promises of the rules after
    every entry, all by arithmetic of its own: neither engine nor database is used.

    Exit status: 0 sound, 1 problems found, 2 the file cannot be used.
    """
    claims, problems = _claims(checkpoints, public_key, lang)
    try:
        with open_source(file) as source:
            verdict = _audited(source, claims, _engine() if replay else None, lang)
    except Unusable as error:
        detail = system_told(error.detail, lang)
        reason = words.REASONS[error.reason].say(lang, detail=detail)
        _fail(UNUSABLE, words.UNUSABLE.say(lang, file=shown(file), reason=reason))
    except KeyboardInterrupt:
        _fail(INTERRUPTED, words.STOPPED.say(lang))
    verdict = structs.replace(
        verdict,
        problems=(*problems, *verdict.problems),
        problem_count=verdict.problem_count + len(problems),
    )
    trusted = public_key is None
    if as_json:
        text = verdict_json(shown(file), verdict, lang, key_trusted=trusted)
        click.echo(text.encode("utf-8", "backslashreplace"))
    else:
        emit(verdict_page(shown(file), verdict, lang, key_trusted=trusted))
    sys.exit(0 if verdict.sound else PROBLEMS)


def shown(path: Path) -> str:
    """Return a path fit to be printed, whatever bytes it has."""
    name = os.fsencode(path).decode("utf-8", "replace")
    return name if name.isprintable() else ascii(name)[1:-1]


def _audited(
    source: Source, claims: Sequence[Claim], replayer: Replayer | None, lang: Lang
) -> Verdict:
    """Take all lines, with a progress bar where somebody watches."""
    audit = Audit(claims, replayer)
    take = audit.line
    with show_progress(words.CHECKING.say(lang), source.size) as advance:
        for number, line in enumerate(source.lines()):
            take(line)
            if not number % _STEP:
                advance(source.position())
        advance(source.position())
    return audit.finish()


def _claims(
    places: tuple[Path, ...], public_key: Path | None, lang: Lang
) -> tuple[list[Claim], list[Problem]]:
    """Read the checkpoints; return what the good ones claim and what is wrong with the others."""
    if not places:
        if public_key is not None:
            _fail(UNUSABLE, words.KEY_ALONE.say(lang))
        return [], []
    try:
        from tongbao.audit import checkpoint  # noqa: PLC0415  # needs cryptography
    except ModuleNotFoundError:
        _fail(UNUSABLE, words.NEEDS_EXTRA.say(lang))
    key = None
    if public_key is not None:
        try:
            key = checkpoint.read_public_key(public_key)
        except checkpoint.NoKey:
            _fail(UNUSABLE, words.NO_KEY.say(lang, file=shown(public_key)))
        except OSError as error:
            detail = system_told(error.strerror or str(error), lang)
            reason = words.REASONS["unreadable"].say(lang, detail=detail)
            _fail(UNUSABLE, words.UNUSABLE.say(lang, file=shown(public_key), reason=reason))
    claims: list[Claim] = []
    problems: list[Problem] = []
    for place in places:
        files = checkpoint.files_at(place)
        if not files or not place.exists():
            _fail(UNUSABLE, words.NO_CHECKPOINTS.say(lang, file=shown(place)))
        good, bad = checkpoint.claims_of(files, key)
        claims += good
        problems += bad
    return claims, problems


def _engine() -> Replayer:
    from tongbao.cli.audit_replay import EngineReplay  # noqa: PLC0415  # the engine is not needed otherwise

    return EngineReplay()


def _fail(status: int, message: str) -> NoReturn:
    click.echo(f"tongbao audit: {message}", err=True)
    sys.exit(status)

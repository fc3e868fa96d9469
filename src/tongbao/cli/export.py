"""`tongbao export`: a program's journal as JSON lines, or as beancount text."""

import gzip
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NoReturn, TypeAlias, cast

import click

from tongbao.audit.beancount import beancount_lines
from tongbao.audit.problems import Unusable
from tongbao.audit.source import open_source
from tongbao.cli.audit import shown
from tongbao.cli.audit_words import REASONS, STOPPED, UNUSABLE
from tongbao.cli.output import is_database, whole_files
from tongbao.cli.progress import show_progress
from tongbao.plans.currencies import MINOR_DIGITS
from tongbao.plans.words import LANGS, Lang, Text

FAULT: Final = 2
INTERRUPTED: Final = 130
_STEP: Final = 2000
_USUAL_DIGITS: Final = 2
_FILE: Final = click.Path(path_type=Path)
Advance: TypeAlias = Callable[[int], None]


@click.command()
@click.argument("names", nargs=-1, metavar="[PROGRAM] FILE")
@click.option(
    "--journal", type=_FILE, help="Convert this export instead of reading a database (- is stdin)."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "beancount"]),
    default="jsonl",
    show_default=True,
    help="JSON lines for `tongbao audit`, or text for beancount.",
)
@click.option(
    "--from", "first", type=click.IntRange(min=0), default=0, help="Begin with this entry (jsonl)."
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists; a database never is.")
@click.option(
    "--database",
    metavar="URL",
    help="The database, such as postgresql://user@host/name or sqlite:///file.sqlite3 "
    "[default: the variable TONGBAO_DATABASE, else tongbao.sqlite3 in this folder].",
)
@click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)
def export(
    names: tuple[str, ...],
    journal: Path | None,
    form: str,
    first: int,
    force: bool,
    database: str | None,
    lang: Lang,
) -> None:
    """Write the journal of PROGRAM to FILE; with --journal, that of an earlier export.

    FILE is gzipped where its name ends in .gz; - is the standard output. It appears whole or not
    at all, and replaces no other without --force.
    """
    wanted = 2 if journal is None else 1
    if len(names) != wanted:
        raise click.UsageError((_TWO_NAMES if journal is None else _ONE_NAME).say(lang))
    if first and (form != "jsonl" or journal is not None):
        raise click.UsageError(_FROM_JSONL.say(lang))
    target = Path(names[-1])
    try:
        if journal is not None and str(target) != "-" and _is_same(target, journal):
            _fail(_SAME_FILE.say(lang, file=shown(target)))
        _check_target(target, lang, force=force)
        if journal is None:
            _from_database(names[0], target, form, first, database, lang)
        else:
            _from_file(journal, target, form, lang)
    except Unusable as error:
        reason = REASONS[error.reason].say(lang, detail=error.detail)
        source = names[0] if journal is None else shown(journal)
        _fail(UNUSABLE.say(lang, file=source, reason=reason))
    except OSError as error:
        place = shown(Path(error.filename or target))
        _fail(_NOT_WRITTEN.say(lang, file=place, reason=error.strerror or str(error)))
    except KeyboardInterrupt:
        _fail(STOPPED.say(lang), INTERRUPTED)


def _from_database(
    name: str, target: Path, form: str, first: int, database: str | None, lang: Lang
) -> None:
    try:
        from tongbao.cli.database import configure, explained, prepare  # noqa: PLC0415  # needs Django
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("tongbao"):
            raise
        _fail(_NEEDS_EXTRA.say(lang, module=error.name))
    with explained(lang, name):
        place = configure(database)
        if place["ENGINE"].endswith("sqlite3") and _belongs_to(target, place["NAME"]):
            _fail(_DATABASE.say(lang, file=shown(target)))
        prepare(database)
        from tongbao.ledger.door import open_program  # noqa: PLC0415  # Django is set up by now
        from tongbao.ledger.export import export_lines  # noqa: PLC0415  # likewise
        from tongbao.ledger.values import NotLaunched  # noqa: PLC0415  # likewise

        ledger = open_program(name)
        last = ledger.standing().number
        if last < 0:
            raise NotLaunched(_NO_JOURNAL.say(lang, program=name))
        if first > last:
            _fail(_BEYOND.say(lang, first=first, last=last))
        lines = export_lines(ledger.program_id, last, first=first, using=ledger.using)
        with show_progress(_WRITING.say(lang), last - first + 1) as advance:
            try:
                _write(_counted(lines, advance), target, form)
            except LookupError as error:
                _fail(_MISSING.say(lang, number=error.args[0]))
    _tell(_WRITTEN.say(lang, count=f"{last - first + 1:,}", file=shown(target)))


def _from_file(journal: Path, target: Path, form: str, lang: Lang) -> None:
    with open_source(journal) as source, show_progress(_WRITING.say(lang), source.size) as advance:

        def lines() -> Iterator[bytes]:
            for number, line in enumerate(source.lines()):
                yield line
                if not number % _STEP:
                    advance(source.position())
            advance(source.position())

        _write(lines(), target, form)
    _tell(_CONVERTED.say(lang, file=shown(target)))


def _check_target(target: Path, lang: Lang, *, force: bool) -> None:
    """Leave if writing there would take something away; a device or a pipe is written to."""
    if str(target) == "-":
        return
    if is_database(target):
        _fail(_DATABASE.say(lang, file=shown(target)))
    if target.is_file() and not force:
        _fail(_EXISTS.say(lang, file=shown(target)))


def _belongs_to(target: Path, database: str) -> bool:
    """Say whether the target is this database's file or one beside it, under whatever name."""
    files = [Path(f"{database}{end}") for end in ("", "-wal", "-shm", "-journal")]
    return any(_is_same(target, file) for file in files)


def _is_same(one: Path, other: Path) -> bool:
    """Say whether two paths are one file, by device and inode where they exist."""
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _write(lines: Iterable[bytes], target: Path, form: str) -> None:
    """Write the lines in that form; the file appears when all is written."""
    with _output(target) as out:
        if form == "beancount":
            digits = beancount_lines(lines, lambda code: MINOR_DIGITS.get(code, _USUAL_DIGITS))
            out.writelines(text.encode() for text in digits)
        else:
            out.writelines(lines)


@contextmanager
def _output(target: Path) -> Iterator[BinaryIO]:
    if str(target) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_files([target]) as [file], ExitStack() as stack:
        raw = file.buffer
        if target.suffix == ".gz":
            packed = gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0)
            raw = stack.enter_context(cast("BinaryIO", packed))
        yield raw


def _counted(lines: Iterable[bytes], advance: Advance) -> Iterator[bytes]:
    done = 0
    for done, line in enumerate(lines, 1):
        yield line
        if not done % _STEP:
            advance(done)
    advance(done)


def _tell(message: str) -> None:
    click.echo(message, err=True)


def _fail(message: str, status: int = FAULT) -> NoReturn:
    click.echo(f"tongbao export: {message}", err=True)
    sys.exit(status)


_TWO_NAMES: Final = Text(
    "name the program and the file to write; or a file alone, with --journal",
    "请写明积分项目和要写入的文件；用 --journal 时只写文件",
)
_ONE_NAME: Final = Text(
    "with --journal name the file to write, nothing else", "用 --journal 时只写要写入的文件"
)
_FROM_JSONL: Final = Text(
    "--from is for JSON lines out of the database: books need every entry",
    "--from 只用于从数据库导出 jsonl：账册需要全部账目",
)
_NEEDS_EXTRA: Final = Text(
    "reading a database needs {module}: pip install 'tongbao[ledger]'; --journal converts a file "
    "without it",
    "读取数据库需要 {module}：请运行 pip install 'tongbao[ledger]'；用 --journal 转换文件则不需要",
)
_NO_JOURNAL: Final = Text(
    "{program} is a draft and has no journal yet", "{program} 还是草案，没有账本"
)
_BEYOND: Final = Text(
    "there is no entry {first} yet; the last one is {last}",
    "还没有第 {first} 条，最后一条是第 {last} 条",
)
_MISSING: Final = Text(
    "entry {number} is missing in the database: the journal was tampered with; nothing was written",
    "数据库中缺少第 {number} 条：账本被改动过；没有写入任何内容",
)
_NOT_WRITTEN: Final = Text("{file} cannot be written: {reason}", "无法写入 {file}：{reason}")
_SAME_FILE: Final = Text(
    "{file} is the journal itself; name another file", "{file} 就是账本文件本身，请换一个文件"
)
_EXISTS: Final = Text(
    "{file} exists and is kept; --force replaces it", "{file} 已存在，未作改动；用 --force 替换"
)
_DATABASE: Final = Text(
    "{file} is a database or belongs to one, and is never replaced; name another file",
    "{file} 是数据库或数据库的附属文件，不会被替换；请换一个文件",
)
_WRITING: Final = Text("writing the journal", "写入账本")
_WRITTEN: Final = Text(
    "{count:entry|entries} written to {file}.", "已将 {count} 条账目写入 {file}。"
)
_CONVERTED: Final = Text("Written to {file}.", "已写入 {file}。")

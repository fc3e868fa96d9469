"""`tongbao checkpoint`: sign where a program's journal stands, and keep it outside the database."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

import click
from msgspec import to_builtins

from tongbao.audit.checkpoint import (
    Checkpoint,
    NoCheckpoint,
    NoKey,
    PrivateKey,
    encode,
    file_name,
    is_signed,
    make_keys,
    read,
    read_private_key,
    sign,
)
from tongbao.cli.audit import shown
from tongbao.cli.output import whole_files
from tongbao.plans.words import LANGS, Lang, Text

TAMPERED: Final = 1
FAULT: Final = 2
_NUMBER: Final = re.compile(r"-([0-9]+)\.json\Z")
_FILE: Final = click.Path(path_type=Path)
_lang = click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)


@click.group()
def checkpoint() -> None:
    """Sign where a program's journal stands.

    Kept out of the database's reach, checkpoints let `tongbao audit` notice a journal that was
    rewritten or cut short.
    """


@checkpoint.command()
@click.argument("folder", type=_FILE)
@_lang
def keygen(folder: Path, lang: Lang) -> None:
    """Make a pair of keys in FOLDER: one to sign with, kept secret, and one to hand out."""
    try:
        private, public = make_keys(folder)
    except FileExistsError as error:
        _fail(_KEPT.say(lang, file=shown(Path(error.filename or folder))))
    except OSError as error:
        _fail(_NOT_WRITTEN.say(lang, file=shown(folder), reason=error.strerror or str(error)))
    click.echo(_KEYS.say(lang, private=shown(private), public=shown(public)))


@checkpoint.command()
@click.argument("program")
@click.option("--key", required=True, type=_FILE, help="The private key that `keygen` made.")
@click.option(
    "--to",
    "folder",
    required=True,
    type=_FILE,
    help="The folder to publish in; made where it is missing.",
)
@click.option(
    "--database",
    metavar="URL",
    help="The database, such as postgresql://user@host/name or sqlite:///file.sqlite3 "
    "[default: the variable TONGBAO_DATABASE, else tongbao.sqlite3 in this folder].",
)
@_lang
def publish(program: str, key: Path, folder: Path, database: str | None, lang: Lang) -> None:
    """Write a signed checkpoint of PROGRAM into a folder.

    The latest checkpoint that is there already is held against the journal first.

    Exit status: 1 if the journal contradicts it, 2 if something has to be changed.
    """
    secret = _key(key, lang)
    point = _standing(program, folder, database, lang)
    target = folder / file_name(program, point.number)
    if target.exists():
        click.echo(_ALREADY.say(lang, file=shown(target)))
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with whole_files([target]) as [file]:
            file.write(encode(sign(point, secret)))
    except OSError as error:
        _fail(_NOT_WRITTEN.say(lang, file=shown(target), reason=error.strerror or str(error)))
    click.echo(_PUBLISHED.say(lang, number=point.number, file=shown(target)))


def _key(path: Path, lang: Lang) -> PrivateKey:
    try:
        return read_private_key(path)
    except NoKey:
        _fail(_NO_KEY.say(lang, file=shown(path)))
    except OSError as error:
        _fail(_NOT_READ.say(lang, file=shown(path), reason=error.strerror or str(error)))


def _standing(program: str, folder: Path, database: str | None, lang: Lang) -> Checkpoint:
    """Return where the program stands; leave if an earlier checkpoint says otherwise."""
    from tongbao.cli.database import explained, prepare  # noqa: PLC0415  # keys need no Django

    with explained(lang, program):
        prepare(database)
        from tongbao.ledger.door import open_program  # noqa: PLC0415  # Django is set up by now
        from tongbao.ledger.export import hash_at  # noqa: PLC0415  # likewise
        from tongbao.ledger.journal import timestamp  # noqa: PLC0415  # likewise
        from tongbao.ledger.values import NotLaunched  # noqa: PLC0415  # likewise

        ledger = open_program(program)
        standing = ledger.standing()
        if standing.number < 0:
            raise NotLaunched(_NO_JOURNAL.say(lang, program=program))
        now = timestamp(datetime.now(UTC))
        totals = to_builtins(standing.figures)
        point = Checkpoint(program, standing.number, standing.hash, totals, now)
        latest = _latest(folder, program)
        if latest is not None:
            before = _earlier(latest, lang)
            found = hash_at(ledger.program_id, before.number, using=ledger.using)
            same = before.number != point.number or before.totals == point.totals
            if found != before.hash or not same:
                _fail(_CONTRADICTED.say(lang, file=shown(latest), number=before.number), TAMPERED)
    return point


def _latest(folder: Path, program: str) -> Path | None:
    """Return the program's checkpoint with the highest number in the folder."""
    pattern = file_name(program, 0).removesuffix("0.json")
    numbers = [
        (int(found[1]), path)
        for path in folder.glob("checkpoint-*.json")
        if (found := _NUMBER.search(path.name)) and path.name[: found.start() + 1] == pattern
    ]
    return max(numbers)[1] if numbers else None


def _earlier(path: Path, lang: Lang) -> Checkpoint:
    try:
        signed = read(path)
    except NoCheckpoint as error:
        _fail(_NOT_READ.say(lang, file=shown(path), reason=str(error)))
    if not is_signed(signed):
        _fail(_NOT_SIGNED.say(lang, file=shown(path)), TAMPERED)
    return signed.checkpoint


def _fail(message: str, status: int = FAULT) -> NoReturn:
    click.echo(f"tongbao checkpoint: {message}", err=True)
    sys.exit(status)


_KEYS: Final = Text(
    "Key to sign with, for the machine that publishes alone: {private}\n"
    "Key to hand out to whoever audits: {public}",
    "签名用的私钥，只放在发布检查点的机器上：{private}\n交给审计人的公钥：{public}",
)
_KEPT: Final = Text(
    "{file} exists and is kept; name another folder", "{file} 已存在，未作改动；请换一个文件夹"
)
_NOT_WRITTEN: Final = Text("{file} cannot be written: {reason}", "无法写入 {file}：{reason}")
_NOT_READ: Final = Text("{file} cannot be read: {reason}", "无法读取 {file}：{reason}")
_NO_KEY: Final = Text(
    "{file} is no Ed25519 private key (PEM); `tongbao checkpoint keygen` makes one",
    "{file} 不是 Ed25519 私钥（PEM）；可用 `tongbao checkpoint keygen` 生成",
)
_NOT_SIGNED: Final = Text(
    "the signature of {file} is wrong: it was changed", "{file} 的签名不对：内容被改动过"
)
_NO_JOURNAL: Final = Text(
    "{program} is a draft and has no journal yet", "{program} 还是草案，没有账本"
)
_CONTRADICTED: Final = Text(
    "the journal contradicts {file} (entry {number}): it was rewritten or cut short; nothing was "
    "published",
    "账本与 {file}（第 {number} 条）矛盾：账本被改写或截短；没有发布",
)
_ALREADY: Final = Text("Nothing new since {file}.", "自 {file} 以来没有新账目。")
_PUBLISHED: Final = Text(
    "Checkpoint of entry {number} written to {file}.", "第 {number} 条的检查点已写入 {file}。"
)

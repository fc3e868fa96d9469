"""The demo: two malls, built once in a folder, each with its own database, files and process.

The folder appears whole: it is built beside and renamed. `mall_bars` shows how far it is,
`mall_pair` serves the two.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from threading import Thread
from typing import Final

import click
import msgspec

import tongbao
from tongbao.cli import mall_words as words
from tongbao.cli.ledger_words import Unable
from tongbao.cli.mall_bars import Bars
from tongbao.cli.mall_pair import Place, end_like_ctrl_c, serve
from tongbao.cli.mall_ports import check_port
from tongbao.plans.words import Lang

NAMES: Final = ("retail", "wine")
HOST: Final = "127.0.0.1"
TABLES: Final = "tables"
_BUILT: Final = "built.json"
_PACKAGE: Final = Path(tongbao.__file__).parent
_FILES: Final = ("catalogue.csv.gz", "history.csv.gz", "people.csv.gz", "plan.toml")
_CURRENCIES: Final = {"retail": "GBP", "wine": "CNY"}
_END: Final = 1500  # characters of a log that are shown when something went wrong


def demo(folder: Path, history: Path | None, port: int, *, fresh: bool, lang: Lang) -> None:
    """Build the malls if they are not there, and serve them until Ctrl-C.

    Raises:
        Unable: a port is taken, the history is missing, the folder is no demo's, or the building
            failed.
    """
    history = (history or _PACKAGE.parents[1] / "examples" / "online-retail").absolute()
    if not all((history / name).is_file() for name in _FILES):
        raise Unable(words.NO_HISTORY.fill(folder=history))
    folder = folder.absolute()
    end_like_ctrl_c()
    for number in range(len(NAMES)):
        check_port(HOST, port + number)
    with _alone(folder):
        stamp = _stamp(history)
        built = _built(folder)
        if built is None and folder.exists() and any(folder.iterdir()):
            raise Unable(words.NOT_A_DEMO.fill(folder=folder))
        if fresh or built != stamp:
            if built not in {None, stamp}:
                click.echo(words.ANEW.say(lang, folder=folder), err=True)
            _build(folder, history, stamp, lang)
        serve(places(folder, port), lang)


def places(folder: Path, port: int) -> list[Place]:
    """Return where each mall is and what its process gets from the environment."""
    return [
        Place(name, HOST, port + number, folder / name, _environment(folder, name, port + number))
        for number, name in enumerate(NAMES)
    ]


def _environment(folder: Path, name: str, port: int) -> Mapping[str, str]:
    secret = folder / "secret"
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("TONGBAO_")},
        "DJANGO_SETTINGS_MODULE": "tongbao.site.mall",
        "TONGBAO_DATABASE": f"sqlite:///{folder / name / 'mall.sqlite3'}",
        "TONGBAO_FILES": str(folder / name / "files"),
        "TONGBAO_ADDRESS": f"http://localhost:{port}",
        "TONGBAO_CURRENCY": _CURRENCIES.get(name, "CNY"),
        "TONGBAO_SANDBOX": "yes",
        "TONGBAO_SECRET": secret.read_text(encoding="ascii") if secret.exists() else "",
    }


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """See that nobody else builds or serves this folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unable(words.ANOTHER_BUILDS.fill(folder=folder)) from None
        yield


def _stamp(history: Path) -> str:
    """Return what a demo is made from, in short: tables, texts, files."""
    digest = hashlib.sha256(metadata.version("django-oscar").encode())
    sources = [*_PACKAGE.rglob("migrations/*.py"), *(_PACKAGE / "mall" / "demo").glob("*.py")]
    for path in (*sorted(sources), *(history / name for name in _FILES)):
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _built(folder: Path) -> str | None:
    """Return the stamp of the demo that is there, None where there is none."""
    try:
        return str(msgspec.json.decode((folder / _BUILT).read_bytes())["stamp"])
    except (OSError, msgspec.DecodeError, KeyError, TypeError):
        return None


def _build(folder: Path, history: Path, stamp: str, lang: Lang) -> None:
    """Build both malls beside the folder, at the same time; then let it take its place."""
    draft = folder.with_name(f"{folder.name}-draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    (draft / "secret").touch(mode=0o600)
    (draft / "secret").write_text(secrets.token_urlsafe(50), encoding="ascii")
    tables = draft / TABLES / "mall.sqlite3"
    with Bars(lang) as bars:
        _run([_Job(draft, TABLES, history, bars)], lang)
        for name in NAMES:
            (draft / name).mkdir()
            shutil.copyfile(tables, draft / name / "mall.sqlite3")
        _run([_Job(draft, name, history, bars) for name in NAMES], lang)
    shutil.rmtree(draft / TABLES)
    (draft / _BUILT).write_text(json.dumps({"stamp": stamp}), encoding="ascii")
    if folder.exists():
        shutil.rmtree(folder)
    draft.rename(folder)


class _Job:
    """A process that builds something, and tells its progress a line each."""

    def __init__(self, draft: Path, name: str, history: Path, bars: Bars) -> None:
        self.name = name
        self.log = draft / name / "log.txt"
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(  # noqa: S603  # ourselves
                [sys.executable, "-m", "tongbao", "mall", "build-demo", name, str(history)],
                env=_environment(draft, name, 0),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._bars = bars
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            stage, done, total = json.loads(line)
            self._bars.show(self.name, stage, done, total)

    def went_well(self) -> bool:
        """Wait for its end."""
        self._reader.join()
        return self.process.wait() == 0


def _run(jobs: list[_Job], lang: Lang) -> None:
    """Wait for these; stop all where one fails."""
    try:
        for job in jobs:
            if not job.went_well():
                end = job.log.read_text(encoding="utf-8", errors="replace")[-_END:]
                name = words.MALLS.get(job.name, words.TABLES).say(lang)
                raise Unable(words.BUILD_FAILED.fill(name=name, log=job.log, end=end.strip()))
    finally:
        for job in jobs:
            job.process.kill()
            job.process.wait()

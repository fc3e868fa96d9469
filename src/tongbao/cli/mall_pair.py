"""Serving the demo's two malls: a process each; all end together."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import click
import msgspec
from msgspec import Struct

from tongbao.cli import mall_words as words
from tongbao.cli.ledger_words import Unable
from tongbao.plans.words import Lang

_LOOK: Final = 0.05
_STOP_SECONDS: Final = 10
_END: Final = 1500
_ANSWERED: Final = 200
_FAILURES: Final = 20


class Place(Struct, frozen=True):
    """A mall to serve: where it listens, its folder, what its process finds in the environment."""

    name: str
    host: str
    port: int
    folder: Path
    environment: Mapping[str, str]

    @property
    def log(self) -> Path:
        """Where its process writes what goes wrong."""
        return self.folder / "log.txt"


def serve(places: Sequence[Place], lang: Lang) -> None:
    """Serve these until Ctrl-C or SIGTERM; print their addresses and log-ins once they answer.

    Raises:
        Unable: one of them ended by itself.
    """
    running: list[subprocess.Popen[bytes]] = []
    try:
        running += [_begin(place) for place in places]
        for place, process in zip(places, running, strict=True):
            _wait(place, process, lang)
            click.echo(_told(place, lang))
        click.echo(words.STOP.say(lang))
        while True:
            for place, process in zip(places, running, strict=True):
                _check(place, process, lang)
            time.sleep(1)
    except KeyboardInterrupt:
        return
    finally:
        for process in running:
            process.terminate()
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
            process.kill()


def end_like_ctrl_c() -> None:
    """Let SIGTERM and a closed terminal end this process as Ctrl-C does, its children with it."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _begin(place: Place) -> subprocess.Popen[bytes]:
    command = ["-m", "tongbao", "mall", "serve", "--host", place.host, "--port", str(place.port)]
    with place.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603  # ourselves
            [sys.executable, *command],
            env=dict(place.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is ours; they are told to stop
        )


def _wait(place: Place, process: subprocess.Popen[bytes], lang: Lang) -> None:
    """Wait until a mall answers; say so if all it answers is that something is wrong."""
    failures = 0
    while (status := _status(place)) != _ANSWERED:
        _check(place, process, lang)
        failures += status is not None
        if failures > _FAILURES:
            raise Unable(words.FAILS.fill(name=_name(place, lang), status=status, **_log(place)))
        time.sleep(_LOOK)


def _status(place: Place) -> int | None:
    """Return the status of the mall's first page, None while nobody answers."""
    connection = HTTPConnection(place.host, place.port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{place.port}"})
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _check(place: Place, process: subprocess.Popen[bytes], lang: Lang) -> None:
    if process.poll() is None:
        return
    raise Unable(words.ENDED.fill(name=_name(place, lang), **_log(place)))


def _name(place: Place, lang: Lang) -> str:
    return words.MALLS[place.name].say(lang)


def _log(place: Place) -> dict[str, object]:
    end = place.log.read_text(encoding="utf-8", errors="replace")[-_END:].strip()
    return {"log": place.log, "end": end}


def _told(place: Place, lang: Lang) -> str:
    facts = msgspec.json.decode((place.folder / "files" / "demo.json").read_bytes())
    address = place.environment["TONGBAO_ADDRESS"]
    lines = [words.READY.say(lang, name=_name(place, lang), address=address)]
    lines += [
        words.LOGIN.say(
            lang, role=words.ROLES[role].say(lang), email=email, password=facts["password"]
        )
        for role, email in facts["logins"].items()
    ]
    return "\n".join(lines)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise KeyboardInterrupt

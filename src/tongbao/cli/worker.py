"""`tongbao worker`: keeps programs settled, their days closed, their journals delivered."""

import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from tongbao.cli import operations_words as words
from tongbao.cli.database import database_option, explained, prepare
from tongbao.cli.ledger_words import Unable
from tongbao.plans.words import LANGS, Lang

if TYPE_CHECKING:
    from tongbao.audit.checkpoint import PrivateKey
    from tongbao.cli.worker_checkpoints import CheckpointFolder
    from tongbao.ledger.metrics import Metrics
    from tongbao.ledger.worker import Stop

_FAILED: Final = 1
_FILE: Final = click.Path(path_type=Path)


@click.command()
@click.option(
    "--program", "names", multiple=True, metavar="NAME", help="Only this one; repeatable."
)
@database_option
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Answer Prometheus at /metrics and load balancers at /health on this port.",
)
@click.option("--metrics-host", default="127.0.0.1", show_default=True, help="… at this address.")
@click.option("--once", is_flag=True, help="Do what is due now, then leave.")
@click.option(
    "--catch-up",
    is_flag=True,
    help="Close more than 31 missed days at once; first see that the clock is right.",
)
@click.option("--checkpoint-key", type=_FILE, help="Sign a checkpoint every day with this key …")
@click.option("--checkpoint-folder", type=_FILE, help="… and publish it in this folder.")
@click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of the texts: English or Chinese (中文).",
)
def worker(
    names: tuple[str, ...],
    database: str | None,
    metrics_port: int | None,
    metrics_host: str,
    once: bool,
    catch_up: bool,
    checkpoint_key: Path | None,
    checkpoint_folder: Path | None,
    lang: Lang,
) -> None:
    """Look after programs until it is stopped (SIGTERM or Ctrl-C).

    Settles what waits, brings announced plans into force, closes the days that
    have ended, publishes checkpoints, delivers the journal. Several workers do
    no harm. More than 31 open days look like a wrong clock: it closes none of
    them without --catch-up. Its log goes to standard error: TONGBAO_LOG is text or json.

    Exit status with --once: 1 if something failed, which the log tells.
    """
    with explained(lang), ExitStack() as stack:
        secret = _secret(checkpoint_key, checkpoint_folder)
        _log()
        prepare(database)
        from tongbao.ledger import observing  # noqa: PLC0415  # Django is set up by now
        from tongbao.ledger.logs import batches  # noqa: PLC0415  # likewise
        from tongbao.ledger.metrics import Metrics  # noqa: PLC0415  # likewise
        from tongbao.ledger.worker import Stop, Worker  # noqa: PLC0415  # likewise

        checkpoints = _checkpoints(secret, checkpoint_folder)
        published = None if checkpoints is None else checkpoints.last
        metrics = Metrics(names=names, published=published)
        observing.observe(metrics.settled)
        observing.observe(batches(logging.getLogger("tongbao.ledger"), metrics.name_of))
        one = Worker(names=names, checkpoints=checkpoints, watch=metrics, catch_up=catch_up)
        if metrics_port is not None:
            _serve(metrics, metrics_host, metrics_port, stack)
        if once:
            one.once()
            sys.exit(_FAILED if one.failures else 0)
        stop = Stop()
        _stop_on_signals(stop)
        one.run(stop)


def _log() -> None:
    from tongbao.ledger.logs import VARIABLE, configure  # noqa: PLC0415  # only where it is used

    kind = os.environ.get(VARIABLE) or "text"
    try:
        configure(kind)
    except ValueError:
        raise Unable(words.BAD_LOG.fill(variable=VARIABLE, kind=kind)) from None


def _secret(key: Path | None, folder: Path | None) -> "PrivateKey | None":
    """Return the key to sign with; see that the folder is there."""
    if key is None and folder is None:
        return None
    if key is None or folder is None:
        raise Unable(words.KEY_AND_FOLDER)
    from tongbao.audit.checkpoint import NoKey, read_private_key  # noqa: PLC0415  # likewise

    try:
        secret = read_private_key(key)
    except NoKey:
        raise Unable(words.NO_KEY.fill(file=key)) from None
    except OSError as error:
        raise Unable(words.NOT_READ.fill(file=key, reason=error.strerror or error)) from None
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise Unable(words.NO_FOLDER.fill(folder=folder))
    return secret


def _checkpoints(secret: "PrivateKey | None", folder: Path | None) -> "CheckpointFolder | None":
    from tongbao.cli.worker_checkpoints import CheckpointFolder  # noqa: PLC0415  # needs Django

    if secret is None or folder is None:
        return None
    return CheckpointFolder(folder, secret)


def _serve(metrics: "Metrics", host: str, port: int, stack: ExitStack) -> None:
    from tongbao.ledger.logs import event  # noqa: PLC0415  # likewise
    from tongbao.ledger.metrics import served  # noqa: PLC0415  # likewise

    try:
        server = served(metrics, host, port)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unable(words.NO_PORT.fill(host=host, port=port, reason=reason)) from None
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    event(logging.getLogger("tongbao.worker"), "metrics_served", port=server.server_port)


def _stop_on_signals(stop: "Stop") -> None:
    def asked(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.ask()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)

"""Structured logs of the loggers «tongbao»: one line an event, without anything personal.

A line holds the time, the level, the event's name and those of `FIELDS` that it has: programs,
counts, durations. Account names, command ids and bodies cannot get into it: other fields are left
out, a message's arguments are not filled in, and of an error only its kind and its place in the
code are told, for its message may quote a row.
"""

import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from pythonjsonlogger.json import JsonFormatter

from tongbao.ledger.observing import Observer, Settled

ROOT: Final = "tongbao"
VARIABLE: Final = "TONGBAO_LOG"
KINDS: Final = ("text", "json")
FIELDS: Final = (
    *("program", "doing", "receiver", "day", "number", "programs", "port"),
    *("commands", "accepted", "refused", "entries", "rows", "failures"),
    *("seconds", "retry_seconds", "error", "where", "days", "advice"),
    *("why", "country"),
)
"""What a line may tell besides time, level and event, in this order."""

_FRAMES: Final = 4
_LEFT_OUT: Final = "not_told"


def configure(kind: str = "text", stream: TextIO | None = None) -> logging.Handler:
    """Write the events of «tongbao» to a stream (standard error), as text or as JSON.

    Replaces what was configured before; returns the handler.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{VARIABLE} is {kind!r}; it can be {' or '.join(KINDS)}")
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonLine() if kind == "json" else TextLine())
    logger = logging.getLogger(ROOT)
    for old in list(logger.handlers):
        logger.removeHandler(old)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False  # another handler might fill in what this one leaves out
    return handler


def event(
    logger: logging.Logger, name: str, *, level: int = logging.INFO, **fields: object
) -> None:
    """Write an event; its fields are among `FIELDS`."""
    logger.log(level, name, extra={"tongbao": fields})


def failure(logger: logging.Logger, name: str, error: BaseException, **fields: object) -> None:
    """Write an event of level error: the kind of error and its place in the code, no message."""
    event(logger, name, level=logging.ERROR, **fields, **told(error))


def told(error: BaseException) -> Mapping[str, object]:
    """Return what a line may tell of an error."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "where": " < ".join(reversed(where))}


def batches(logger: logging.Logger, name_of: Callable[[int], str]) -> Observer:
    """Return an observer that writes an event for each batch; ``name_of`` programs by id."""

    def write(batch: Settled) -> None:
        event(
            logger,
            "settled",
            program=name_of(batch.program),
            commands=batch.commands,
            accepted=batch.accepted,
            refused=batch.commands - batch.accepted,
            seconds=round(batch.seconds, 6),
        )

    return write


class JsonLine(JsonFormatter):
    """A line of JSON: time, level, logger, event, and the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; nothing of the record's that is not listed gets into it."""
        told = {"time": _moment(record), "level": record.levelname.lower(), "logger": record.name}
        return self.serialize_log_record({**told, "event": _name(record), **_fields(record)})


class TextLine(logging.Formatter):
    """A line to read: time, level, event, and the fields as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; nothing of the record's that is not listed gets into it."""
        fields = [f"{name}={_quoted(value)}" for name, value in _fields(record).items()]
        head = (_moment(record), f"{record.levelname:<7}", _name(record))
        return " ".join((*head, *fields))


def _fields(record: logging.LogRecord) -> dict[str, object]:
    given: Mapping[str, object] = getattr(record, "tongbao", {})
    found = {name: given[name] for name in FIELDS if given.get(name) is not None}
    if record.exc_info is not None and record.exc_info[1] is not None:
        found |= told(record.exc_info[1])
    return found


def _name(record: logging.LogRecord) -> str:
    """Return the event's name: a message that is no plain word might tell too much."""
    name = record.msg
    if isinstance(name, str) and name.isascii() and name.replace("_", "").isalpha():
        return name
    return _LEFT_OUT


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text}"' if " " in text else text

"""What `tongbao program` sends through the ledger's door: commands, day closes, freezes.

Imported when Django is set up (`tongbao.cli.database`).
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import click
from msgspec import Struct

from tongbao.cli import program_words as words
from tongbao.cli.ledger_words import Unable
from tongbao.cli.program_plan import local_text
from tongbao.cli.progress import file_size, show_progress
from tongbao.engine.commands import command_fields, parse_line
from tongbao.engine.receipts import Receipt, Rejection, encode_receipt
from tongbao.ledger import closing, programs
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.values import Outcome
from tongbao.plans.money import format_money, format_points
from tongbao.plans.words import Lang, Text, plain

_CHUNK: Final = 1000


class Till(Struct, frozen=True):
    """Sends commands to the program of that name and says what became of them."""

    name: str
    lang: Lang

    def freeze(self, account: str, who: str, why: str) -> None:
        """Freeze an account."""
        self._ledger.freeze(account, who=who, why=why)
        click.echo(words.ACCOUNT_FROZEN.say(self.lang, account=account))

    def release(self, account: str, who: str, why: str) -> None:
        """Release an account."""
        self._ledger.release(account, who=who, why=why)
        click.echo(words.ACCOUNT_RELEASED.say(self.lang, account=account))

    def close_day(self, day: str | None) -> None:
        """Close a day that has ended, yesterday in the program's time zone if none is given."""
        one = programs.overview(self.name)
        last = closing.last_ended(datetime.now(UTC), one.timezone)
        if day is None:
            day = last.isoformat()
        elif (given := _date_of(day)) is not None and given > last:
            when = _end_of(given, one.timezone)
            reason = words.DAY_NOT_ENDED.fill(when=when, timezone=one.timezone)
            raise Unable(words.DAY_NOT_CLOSED.fill(day=day, reason=reason))
        command = {"id": f"close-{day}", "type": "close_day", "day": day}
        outcome = self._ledger.submit(command)
        if not outcome.ok or outcome.receipt is None:
            raise Unable(words.DAY_NOT_CLOSED.fill(day=day, reason=self._reason(outcome)))
        fields = outcome.fields
        click.echo(
            words.DAY_CLOSED.say(
                self.lang,
                day=day,
                number=outcome.number,
                distributed=format_money(fields["distributed"], one.currency, self.lang),
                burned=format_points(fields["burned"]),
                exits=len(outcome.receipt.exits),
            )
        )

    def submit(self, commands: Path) -> bool:
        """Send a file of JSON lines, print a receipt for each; say if all were accepted."""
        ledger, lines, accepted, done = self._ledger, 0, 0, 0
        label = words.SENDING.say(self.lang)
        with _source(commands) as source, show_progress(label, file_size(source)) as advance:
            for chunk in _in_chunks(source):
                for line in _receipts(ledger, chunk):
                    accepted += line.accepted
                    click.echo(line.text)
                lines += len(chunk)
                sys.stdout.flush()
                done += sum(map(len, chunk))
                advance(done)
        said = words.SENT.say(self.lang, lines=lines, accepted=accepted, others=lines - accepted)
        click.echo(said, err=True)
        return accepted == lines

    @property
    def _ledger(self) -> Ledger:
        return open_program(self.name)

    def _reason(self, outcome: Outcome) -> Text:
        error = outcome.receipt.error if outcome.receipt is not None else None
        text = words.DAY_REASONS.get(str(error))
        if text is None:
            return plain(str(error or outcome.refusal))
        return text.fill(last=programs.overview(self.name).figures.last_day)


def _date_of(day: str) -> date | None:
    """Return the day; none if it is not written as one, which the engine will say."""
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


def _end_of(day: date, timezone: str) -> str:
    """Return the local time at which a day ends; the last that can be written has no end."""
    if day == date.max:
        return day.isoformat()
    return local_text(closing.ended_at(day, timezone), timezone)


class _Answer(Struct, frozen=True):
    text: str
    accepted: bool


def _receipts(ledger: Ledger, lines: list[bytes]) -> Iterator[_Answer]:
    """Send the lines that are commands, and yield an answer for each line, in their order."""
    parsed = [parse_line(line) for line in lines]
    sent = [command_fields(command) for command, _ in parsed if command is not None]
    outcomes = iter(ledger.submit_many(sent) if sent else ())
    for command, echoed in parsed:
        if command is None:
            yield _Answer(encode_receipt(Receipt(echoed, Rejection.MALFORMED)), accepted=False)
        else:
            outcome = next(outcomes)
            yield _Answer(_told(outcome), accepted=outcome.ok)


def _told(outcome: Outcome) -> str:
    if outcome.refusal is None and outcome.receipt is not None:
        return encode_receipt(outcome.receipt)
    fields = {"id": outcome.id, "status": "refused", "error": str(outcome.refusal)}
    return json.dumps(fields)


@contextmanager
def _source(commands: Path) -> Iterator[BinaryIO]:
    if str(commands) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = commands.open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Unable(words.UNREADABLE.fill(path=commands, reason=reason)) from None
    with file:
        yield file


def _in_chunks(source: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the lines, as many at a time as are sent together."""
    while chunk := list(islice(source, _CHUNK)):
        yield chunk

"""`tongbao replay`: a stream of commands through the engine, receipts and state out."""

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, NoReturn, TextIO

import click

from tongbao.cli.output import whole_files
from tongbao.cli.progress import file_size, show_progress
from tongbao.engine.commands import CloseDay, parse_line
from tongbao.engine.plan import Plan
from tongbao.engine.program import Program
from tongbao.engine.receipts import Receipt, Rejection, encode_receipt
from tongbao.engine.snapshot import encode_state
from tongbao.engine.units import InvariantBroken
from tongbao.plans.files import PlanFileError, load_plan

UNUSABLE: Final = 2
DEFECT: Final = 70
INTERRUPTED: Final = 130
_CHUNK: Final = 1 << 20

_FILE: Final = click.Path(path_type=Path)


@click.command()
@click.option("--plan", "plan_path", required=True, type=_FILE, help="The plan, TOML or JSON.")
@click.option("--receipts", type=_FILE, help="Where to write the receipts [default: stdout].")
@click.option("--state", type=_FILE, help="Where to write the final state.")
@click.argument("commands", type=_FILE, default=Path("-"))
def replay(plan_path: Path, receipts: Path | None, state: Path | None, commands: Path) -> None:
    """Run COMMANDS (a file of JSON lines, or standard input) through the engine.

    One receipt is written for each line, also for one that is no command. All
    promises are checked after every command, and summed up anew at each close
    of a day and at the end. Output files appear only when all went well.
    """
    _refuse_same(
        {
            "--plan": _file_at(plan_path),
            "COMMANDS": _file_at(commands, sys.stdin),
            "--receipts": _file_at(receipts, sys.stdout),
            "--state": None if state is None else _file_at(state),
        }
    )
    try:
        plan = load_plan(plan_path).plan
    except PlanFileError as error:
        _fail(UNUSABLE, str(error))
    try:
        _replay(plan, receipts, state, commands)
    except BrokenPipeError:
        _leave_output()  # whoever read the receipts has had enough
        sys.exit(1)
    except OSError as error:
        if error.filename is None:
            _leave_output()
        place = error.filename or "the output cannot be written"
        _fail(UNUSABLE, f"{place}: {error.strerror or error}")
    except KeyboardInterrupt:
        _fail(INTERRUPTED, "stopped; no output file was written")
    except InvariantBroken as error:
        _fail(DEFECT, f"{commands}: the engine broke a promise, a defect to report: {error}")


def _leave_output() -> None:
    """Write what is left of standard output to nowhere: at the end Python would stumble over it."""
    with suppress(OSError):  # it is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _file_at(path: Path | None, stream: TextIO | None = None) -> object:
    """Return what tells a regular file from all others; None if it is none."""
    try:
        if path is None or str(path) == "-":
            found = os.fstat(stream.fileno()) if stream is not None else None
        elif not path.exists():
            return path.resolve()
        else:
            found = path.stat()
    except (OSError, ValueError):
        return None
    if found is None or not stat.S_ISREG(found.st_mode):
        return None
    return found.st_dev, found.st_ino


def _refuse_same(files: Mapping[str, object]) -> None:
    """Refuse one file in two roles: an output would destroy an input or another output."""
    roles: dict[object, str] = {}
    for role, file in files.items():
        other = role if file is None else roles.setdefault(file, role)
        if other != role:
            _fail(UNUSABLE, f"this file is both {other} and {role}; name another for one of them")


def _replay(plan: Plan, receipts: Path | None, state: Path | None, commands: Path) -> None:
    program = Program(plan)
    outputs = [path for path in (receipts, state) if path is not None]
    with _source(commands) as source, whole_files(outputs) as files:
        out = sys.stdout if receipts is None else files[0]
        for lines in _in_steps(source):
            _write_receipts(program, lines, out)
            out.flush()
        program.check()
        if state is not None:
            files[-1].writelines(encode_state(program))


def _write_receipts(program: Program, lines: list[bytes], out: TextIO) -> None:
    for line in lines:
        command, echoed = parse_line(line)
        if command is None:
            receipt = Receipt(echoed, Rejection.MALFORMED)
        else:
            outcome = program.execute(command)
            receipt = outcome.receipt
            if outcome.entry is not None and type(command) is CloseDay:
                program.check()
        out.write(encode_receipt(receipt) + "\n")


@contextmanager
def _source(commands: Path) -> Iterator[BinaryIO]:
    if str(commands) == "-":
        yield sys.stdin.buffer
    else:
        with commands.open("rb") as file:
            yield file


def _in_steps(source: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the lines as they come in, with a progress bar where somebody watches."""
    done = 0
    with show_progress("replay", file_size(source)) as advance:
        begun: list[bytes] = []  # a line whose end has not come in yet
        while chunk := source.read1(_CHUNK):  # type: ignore[attr-defined]  # buffered, both of them
            first, *others = chunk.split(b"\n")
            begun.append(first)
            if others:
                lines = [b"".join(begun), *others]
                begun = [lines.pop()]
                yield lines
            done += len(chunk)
            advance(done)
        if any(begun):
            yield [b"".join(begun)]


def _fail(status: int, message: str) -> NoReturn:
    click.echo(f"tongbao replay: {message}", err=True)
    sys.exit(status)

"""How far a command has come: a bar on standard error where somebody watches, nothing elsewhere."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


def open_progress() -> Progress:
    """Return bars that show a share of a total in percent, and no share where none is known."""
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


@contextmanager
def show_progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show one bar; yield what tells it how much of the total is done."""
    with open_progress() as bars:
        task = bars.add_task(label, total=total)
        yield lambda done: bars.update(task, completed=done)


def file_size(stream: BinaryIO) -> int | None:
    """Return the bytes of an open file, also of one put into standard input; None for a pipe."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # no file of the system's
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None

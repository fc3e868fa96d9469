"""A pipeline whose statements leave together.

psycopg sends each statement of a pipeline as soon as it is executed: a system call each, and the
server's process awakes each time. Where dozens of clients share few processors that is most of
what a purchase costs. Here statements wait until an answer is asked for, or until they are many.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

_MANY: Final = 12


class _Together(psycopg.Pipeline):
    """Overrides when psycopg's own sends; without these methods it would only be slower."""

    def _communicate_gen(self) -> PQGen[None]:
        if len(self.command_queue) >= _MANY:
            yield from super()._communicate_gen()

    def _fetch_gen(self, *, flush: bool) -> PQGen[None]:
        while self.command_queue:
            self.command_queue.popleft()()
        yield from super()._fetch_gen(flush=True)


@contextmanager
def sent_together(connection: psycopg.Connection[TupleRow]) -> Iterator[Any]:
    """Let statements follow one another without waiting for each answer, and leave together."""
    with connection.pipeline() as pipeline:
        pipeline.__class__ = _Together
        yield pipeline

"""Doing things at the same time: threads that are let go together."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

Answer = TypeVar("Answer")


def at_once(works: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Run each in a thread of its own, all let go together; the first that raises, raises here."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], Answer]) -> Answer:
        try:
            gate.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(run, work) for work in works]]

"""Bringing the journal to receivers: each entry at least once, in order.

A receiver's place stands in the database. It is moved on only after the receiver took what came
before, so nobody ever sees an entry before those ahead of it; after a crash, or from two workers
at once, the same entries can come again.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec import Struct

from tongbao.ledger.models import Delivery, Entry

AT_ONCE: Final = 500
FIRST_RETRY: Final = 1.0
LONGEST_RETRY: Final = 300.0
_BEFORE_GENESIS: Final = -1


class Posted(Struct, frozen=True):
    """An entry of a program's journal; ``body`` is canonical JSON (`tongbao.ledger.journal`)."""

    program: str
    number: int
    hash: str
    body: str


class Receiver(Protocol):
    """Something that follows the journal: a mirror, a mailer, a warehouse.

    Entries come in batches of one program. It returns when it has kept them, within seconds;
    raising anything means that they come again later. An entry whose number it knows is a repeat.
    """

    @property
    def name(self) -> str:
        """The name its place is kept under; it never changes."""

    def receive(self, entries: Sequence[Posted]) -> None:
        """Keep these entries, in their order."""


class Backoff:
    """How long to leave something alone that fails: longer each time, up to a bound."""

    def __init__(
        self,
        first: float = FIRST_RETRY,
        longest: float = LONGEST_RETRY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin without failures; ``clock`` gives seconds."""
        self._first = first
        self._longest = longest
        self._clock = clock
        self._until = 0.0
        self.failures = 0

    @property
    def is_over(self) -> bool:
        """Whether it may be tried again."""
        return not self.failures or self._clock() >= self._until

    def failed(self) -> float:
        """Note a failure; return after how many seconds to try again."""
        seconds = min(self._longest, self._first * 2.0 ** min(self.failures, 32))
        self.failures += 1
        self._until = self._clock() + seconds
        return seconds

    def succeeded(self) -> None:
        """Forget the failures."""
        self.failures = 0


def deliver(
    program: int,
    name: str,
    receiver: Receiver,
    *,
    using: str = "default",
    at_once: int = AT_ONCE,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Bring a receiver what it has not had of a program's journal; return how many entries.

    A new receiver gets everything since the genesis. ``name`` is the program's; ``stop`` is asked
    between batches. What the receiver raises comes through, with its place where it was.
    """
    delivered = 0
    while not stop():
        before = place(program, receiver.name, using=using)
        rows = Entry.objects.using(using).filter(program=program, number__gt=before)
        columns = rows.order_by("number").values_list("number", "hash", "body")[:at_once]
        batch = [Posted(name, *row) for row in columns]
        if not batch:
            break
        receiver.receive(batch)
        delivered += len(batch)
        if not _move_on(program, receiver.name, before, batch[-1].number, using):
            break  # another worker brings it entries too: let it go on
    return delivered


def place(program: int, receiver: str, *, using: str = "default") -> int:
    """Return the number of the last entry that a receiver has of a program; -1: not the genesis."""
    rows = Delivery.objects.using(using).filter(program=program, receiver=receiver)
    number: int | None = rows.values_list("number", flat=True).first()
    return _BEFORE_GENESIS if number is None else number


def places(program: int, *, using: str = "default") -> dict[str, int]:
    """Return how far each receiver has come, by its name."""
    rows = Delivery.objects.using(using).filter(program=program).order_by("receiver")
    return dict(rows.values_list("receiver", "number"))


def _move_on(program: int, receiver: str, before: int, number: int, using: str) -> bool:
    """Move a receiver's place on, unless somebody else did; say whether it was moved."""
    table = Delivery.objects.using(using)
    if before == _BEFORE_GENESIS:
        _, made = table.get_or_create(
            program=program, receiver=receiver, defaults={"number": number}
        )
        return made
    rows = table.filter(program=program, receiver=receiver, number=before)
    return rows.update(number=number) == 1

"""What goes into an audit and what comes out: checkpoints' claims, a second run, the verdict."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from tongbao.audit.entries import Entry, Genesis
from tongbao.audit.problems import Note, Problem


class Claim(Struct, frozen=True):
    """What a checkpoint says: the entry of that number had this hash and left these totals."""

    source: str
    program: str
    number: int
    hash: str
    totals: Mapping[str, int | str]


class Replayer(Protocol):
    """Runs the commands a second time, through the engine."""

    @property
    def repeated(self) -> int:
        """How many entries came out the same."""

    def begin(self, genesis: Genesis) -> Mapping[str, object] | None:
        """Begin the program; return what forbids it, None if nothing does."""

    def differs(self, entry: Entry, body: bytes) -> Mapping[str, object] | None:
        """Return in what the engine's entry differs from this body, None if in nothing."""


class Verdict(Struct, frozen=True):
    """What an audit found; ``figures`` are the program's after the last entry.

    ``first_at`` and ``last_at`` are when the first and the last entry were recorded; ``held`` are
    the checkpoints that the chain was held against; ``replayed`` is how many entries the engine
    repeated, None if it was not asked. ``notes`` are odd, but nothing is wrong with them.
    """

    program: str
    currency: str
    entries: int
    members: int
    merchants: int
    days: int
    first_at: str
    last_at: str
    hash: str
    figures: Mapping[str, int | str]
    problems: tuple[Problem, ...]
    problem_count: int
    held: tuple[Claim, ...]
    replayed: int | None
    notes: tuple[Note, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem_count == 0

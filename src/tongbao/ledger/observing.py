"""What settling tells whoever watches it: figures of a batch, never names, ids or bodies."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, cast

from django.apps import apps
from msgspec import Struct

from tongbao.ledger.apps import LedgerConfig
from tongbao.ledger.values import Outcome


class Settled(Struct, frozen=True):
    """A batch that was settled and committed.

    ``commands`` were decided in ``seconds``, ``accepted`` of them by the journal (those sent again
    too); ``refusals`` counts the others by their reason, the engine's or the ledger's.
    """

    program: int
    commands: int
    accepted: int
    refusals: Mapping[str, int]
    seconds: float


Observer = Callable[[Settled], None]


class Decided(Protocol):
    """A command with what became of it (`tongbao.ledger.settle.Job`)."""

    @property
    def outcome(self) -> Outcome | None:
        """What became of it."""


def settled(program: int, jobs: Iterable[Decided], seconds: float) -> Settled:
    """Return what to tell of these jobs of a program, settled within so many seconds."""
    commands, accepted = 0, 0
    refusals: dict[str, int] = {}
    for job in jobs:
        commands += 1
        outcome = job.outcome
        if outcome is not None and outcome.ok:
            accepted += 1
            continue
        reason = reason_of(outcome)
        refusals[reason] = refusals.get(reason, 0) + 1
    return Settled(program, commands, accepted, refusals, seconds)


def reason_of(outcome: Outcome | None) -> str:
    """Return why a command was not accepted, in one word of the engine's or the ledger's."""
    if outcome is None:
        return "none"
    if outcome.refusal is not None:
        return str(outcome.refusal)
    error = None if outcome.receipt is None else outcome.receipt.error
    return "none" if error is None else str(error)


def observe(observer: Observer) -> None:
    """Let an observer hear of every batch that this process settles from now on.

    Called by the composition root, once for each observer.
    """
    config = cast("LedgerConfig", apps.get_app_config("ledger"))
    config.observers.append(observer)

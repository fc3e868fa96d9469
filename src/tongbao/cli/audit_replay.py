"""The journal's commands through the engine a second time: `tongbao audit --replay`."""

import json
from collections.abc import Mapping

from tongbao.audit.entries import Entry, Genesis
from tongbao.engine.plan import PlanRefused, plan_from_fields
from tongbao.engine.program import Program
from tongbao.engine.units import InvariantBroken
from tongbao.ledger.journal import entry_body


class EngineReplay:
    """Repeats the entries and compares their bodies byte for byte.

    After the first difference the engine's program is another one, so it is asked no more.
    """

    __slots__ = ("_program", "_repeated")

    def __init__(self) -> None:
        """Begin without a program: the genesis brings its plan."""
        self._program: Program | None = None
        self._repeated = 0

    @property
    def repeated(self) -> int:
        """How many entries came out the same."""
        return self._repeated

    def begin(self, genesis: Genesis) -> Mapping[str, object] | None:
        """Begin the program; return what forbids it."""
        try:
            self._program = Program(plan_from_fields(genesis.plan))
        except PlanRefused as error:
            return {"what": "plan", "why": str(error)}
        return None

    def differs(self, entry: Entry, body: bytes) -> Mapping[str, object] | None:
        """Return in what the engine's entry differs from this body."""
        if self._program is None:
            return None
        difference = self._compared(self._program, entry, body)
        if difference is None:
            self._repeated += 1
        else:
            self._program = None
        return difference

    def _compared(self, program: Program, entry: Entry, body: bytes) -> Mapping[str, object] | None:
        command = entry.command
        try:
            outcome = program.execute(command)
        except InvariantBroken as error:
            return {"what": "promise", "why": str(error)}
        if outcome.receipt.error is not None:
            return {"what": "rejected", "why": str(outcome.receipt.error)}
        if outcome.entry is None:
            return {"what": "sent_again", "why": command.id}
        again = entry_body(entry.number, command, outcome.receipt, outcome.entry, entry.recorded_at)
        if again.encode("ascii") == body:
            return None
        engine, journal = json.loads(again), json.loads(body)
        names = sorted({*engine, *journal})
        parts = [name for name in names if engine.get(name) != journal.get(name)]
        name = parts[0] if parts else "text"
        values = {"what": ", ".join(parts) or "text"}
        return {**values, "why": f"{_short(engine.get(name))} / {_short(journal.get(name))}"}


def _short(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 120

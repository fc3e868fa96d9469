"""A program in memory: commands in, receipts and entries out.

>>> from tongbao.engine.example import FOUNDING_EXAMPLE
>>> from tongbao.engine.plan import plan_from_fields
>>> program = Program(plan_from_fields(FOUNDING_EXAMPLE))
>>> order = {"id": "o1", "type": "purchase", "member": "m1", "paid": 10000}
>>> program.submit(order).receipt.fields["points"]
21000000
>>> program.submit(order).entry is None  # sent again: the first receipt, nothing changes
True
>>> program.value(21_000_000)
3000
"""

from collections.abc import Mapping

from msgspec import Struct

from tongbao.engine.commands import Command, Malformed, parse, same_command
from tongbao.engine.decide import decide
from tongbao.engine.entry import Entry
from tongbao.engine.invariants import check_all, check_step
from tongbao.engine.memory import MemoryStore
from tongbao.engine.plan import Plan
from tongbao.engine.receipts import Receipt, Rejection
from tongbao.engine.state import Account, Figures, PurchaseRecord, exit_key, value_of
from tongbao.engine.units import SCALE, check


class Outcome(Struct, frozen=True, gc=False):
    """The receipt of a command and, only where it was newly accepted, its entry."""

    receipt: Receipt
    entry: Entry | None = None


class _Accepted(Struct, frozen=True, gc=False):
    command: Command
    receipt: Receipt


class Program:
    """One issuer's plan and pool, all in memory."""

    __slots__ = ("_accepted", "_store")

    def __init__(self, plan: Plan) -> None:
        """Begin a program with nothing in it."""
        self._store = MemoryStore(plan)
        self._accepted: dict[str, _Accepted] = {}

    def submit(self, received: object) -> Outcome:
        """Execute what was received as JSON; what is no command gets a malformed receipt."""
        try:
            command = parse(received)
        except Malformed:
            echoed = received.get("id") if isinstance(received, Mapping) else None
            return Outcome(Receipt(echoed, Rejection.MALFORMED))
        return self.execute(command)

    def execute(self, command: Command) -> Outcome:
        """Accept the command whole or reject it whole; one sent again gets its first receipt.

        Raises:
            InvariantBroken: the rules broke a promise; nothing was changed.
        """
        known = self._accepted.get(command.id)
        if known is not None:
            if same_command(known.command, command):
                return Outcome(known.receipt)
            return Outcome(Receipt(command.id, Rejection.ID_REUSED))
        store = self._store
        receipt, work = decide(store, command)
        if work is None:
            return Outcome(receipt)
        before = store.figures
        check_step(before, work.figures, work.changed, work.plan.max_supply)
        store.apply(work)
        self._accepted[command.id] = _Accepted(command, receipt)
        return Outcome(receipt, Entry(work, before))

    def check(self) -> None:
        """Sum everything up anew and raise InvariantBroken unless all promises hold."""
        figures = self.figures
        check_all(figures, self.accounts.values(), self.plan.max_supply)
        least = next(self._store.ascending(), None)
        keys = [(exit_key(a), a.opening) for a in self.accounts.values() if a.points]
        found = None if least is None else (least.key, least.opening)
        check(found == min(keys, default=None), "the index of exit keys knows the least")

    def fork(self) -> "Program":
        """Return an independent copy, to try out what would happen."""
        twin = Program(self.plan)
        twin._store = self._store.fork()
        twin._accepted = self._accepted.copy()
        return twin

    def value(self, points: int) -> int:
        """Return what points (atoms) are worth now, in minor units, before any fee."""
        return value_of(points, self.figures)

    def price_scaled(self) -> int:
        """Return reserve / supply in minor units per atom x SCALE, 0 for an empty pool."""
        return self.figures.reserve * SCALE // self.figures.supply if self.figures.supply else 0

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self._store.plan

    @property
    def figures(self) -> Figures:
        """The program's figures; not to be changed."""
        return self._store.figures

    @property
    def accounts(self) -> Mapping[str, Account]:
        """All accounts by name, in the order of their opening; not to be changed."""
        return self._store.accounts

    @property
    def purchases(self) -> Mapping[str, PurchaseRecord]:
        """All purchases by command id; not to be changed."""
        return self._store.purchases

"""Playing a timeline: the program takes the commands one by one, day after day.

Each calendar day from the first order to the end of the last return window is
closed at midnight; then whoever the behaviour names sells, also at midnight.
What is done at a day's midnight belongs to that day's row.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from msgspec import Struct

from tongbao.engine.program import Outcome, Program
from tongbao.engine.receipts import Receipt
from tongbao.engine.units import check
from tongbao.lab.behaviour import Behaviour, BehaviourChoice, behaviour_of
from tongbao.lab.daybook import Daybook
from tongbao.lab.timeline import Event, Names, Timeline

Sink = Callable[[Mapping[str, object], Receipt], None]
"""Hears every command and its receipt, in order."""

Watch = Callable[[int], None]
"""Told now and then how many steps (events and days) are done."""

_STEP: Final = 500
_CHECKED: Final = 2
"""Accounts that may be checked in full for each command run."""
_DAY: Final = timedelta(days=1)


class Leaving(Struct, frozen=True):
    """What comes of it if everybody sells at once, one after the other; money in minor units."""

    members: int = 0
    gross: int = 0
    fee: int = 0
    net: int = 0
    left_in_reserve: int = 0
    rejected: int = 0


class Player:
    """Plays a timeline on a fresh program."""

    def __init__(
        self, program: Program, timeline: Timeline, choice: BehaviourChoice, seed: int, sink: Sink
    ) -> None:
        self.program = program
        self.book = Daybook(program.plan.issue_price)
        self.leave_today = Leaving()
        self._timeline = timeline
        self._leave_at_end = choice.kind == "leave-at-end"
        days = (timeline.last_day - timeline.first_day).days + 1
        self._behaviour: Behaviour = behaviour_of(choice, seed, days)
        self._sink = sink
        events = timeline.events
        taken = (name for event in events for name in (event.id, event.purchase))
        self._names = Names(taken)
        self._steps = 0
        self._unchecked = 0

    @property
    def steps(self) -> int:
        """How many steps there are in all."""
        timeline = self._timeline
        return len(timeline.events) + (timeline.last_day - timeline.first_day).days + 1

    def play(self, watch: Watch | None = None) -> None:
        """Run everything from the first day to the last."""
        day, last = self._timeline.first_day, self._timeline.last_day
        for event in self._timeline.events:
            while day < event.time.date():
                self._close(day, watch)
                self.book.end_day(day, self.program)
                day += _DAY
            self._run(event, (day - self._timeline.first_day).days)
            self._step(watch)
        while day < last:
            self._close(day, watch)
            self.book.end_day(day, self.program)
            day += _DAY
        self._close(day, watch)
        self.leave_today = self._leave_on_a_copy(day)
        if self._leave_at_end:
            self._sell(self._holders(), day)
        self.book.end_day(day, self.program)
        self.program.check()
        check(len(self.book.costs) == len(self._holders()), "the daybook knows every holder")
        if watch is not None:
            watch(self.steps)

    def _run(self, event: Event, number: int) -> None:
        outcome = self._submit(event.command())
        if event.is_purchase:
            self.book.purchase(event, outcome.receipt, outcome.entry)
        else:
            self.book.refund(event, outcome.receipt, outcome.entry)
        self._tell(outcome, number)

    def _close(self, day: date, watch: Watch | None) -> None:
        name = self._names.fresh(f"close:{day.isoformat()}")
        at = _midnight_after(day)
        command = {"id": name, "type": "close_day", "day": day.isoformat(), "at": at}
        outcome = self._submit(command)
        check(outcome.entry is not None, "every day closes")
        if outcome.entry is not None:
            self.book.close(outcome.receipt, outcome.entry)
        number = (day - self._timeline.first_day).days
        self._tell(outcome, number)
        self._check_now_and_then()
        self._sell(self._behaviour.leavers(self.program, number), day)
        self._step(watch)

    def _sell(self, names: Iterable[str], day: date) -> None:
        """Let these members sell everything, one after the other."""
        number = (day - self._timeline.first_day).days
        for name in names:
            if not self.program.accounts[name].points:
                continue  # has exited, or was wound up, by those before
            command = self._sale(self.program, name, day, self._names)
            outcome = self._submit(command)
            if not self.book.sale(str(command["type"]), outcome.receipt, outcome.entry):
                self._behaviour.rejected(name, number)
            self._tell(outcome, number)

    def _sale(
        self, program: Program, name: str, day: date, names: Names | None
    ) -> dict[str, object]:
        """Return the command by which a member sells all, or turns all into credit."""
        given = f"sell:{day.isoformat()}:{program.accounts[name].opening}"
        given = given if names is None else names.fresh(given)
        command: dict[str, object] = {"id": given, "type": "redeem", "account": name}
        if not program.plan.cash_redemption:
            command = {"id": given, "type": "convert", "member": name}
        return {**command, "points": "all", "at": _midnight_after(day)}

    def _leave_on_a_copy(self, day: date) -> Leaving:
        """Return what would come of it if everybody sold now, by opening number."""
        program = self.program.fork()
        taken = Names(iter(()))
        members = gross = net = rejected = 0
        for name in self._holders():
            if not program.accounts[name].points:
                continue
            command = {
                **self._sale(program, name, day, None),
                "id": taken.fresh(f"leave:{name}"[:128]),
            }
            receipt = program.submit(command).receipt
            if not receipt.ok:
                rejected += 1
                continue
            members += 1
            figures = receipt.fields
            gross += figures["gross"] if "gross" in figures else figures["credit"]
            net += figures["net"] if "net" in figures else figures["credit"]
            for gone in receipt.exits:
                members += 1
                gross += gone.gross
                net += gone.net
        return Leaving(members, gross, gross - net, net, program.figures.reserve, rejected)

    def _holders(self) -> list[str]:
        return [name for name, account in self.program.accounts.items() if account.points]

    def _check_now_and_then(self) -> None:
        """Check everything, as often as it costs no more than a fixed share of the run."""
        if self._unchecked * _CHECKED >= len(self.program.accounts):
            self.program.check()
            self._unchecked = 0

    def _submit(self, command: Mapping[str, object]) -> Outcome:
        outcome = self.program.submit(command)
        self._unchecked += 1
        self._sink(command, outcome.receipt)
        return outcome

    def _tell(self, outcome: Outcome, number: int) -> None:
        """Tell the behaviour whose points have changed."""
        if outcome.entry is None:
            return
        for before, after in outcome.entry.changed:
            if after.points != (before.points if before is not None else 0):
                cost = self.book.costs.get(after.name, 0)
                self._behaviour.changed(after.name, after.points, cost, number)

    def _step(self, watch: Watch | None) -> None:
        self._steps += 1
        if watch is not None and self._steps % _STEP == 0:
            watch(self._steps)


def _midnight_after(day: date) -> str:
    return datetime.combine(day + _DAY, time()).isoformat()

"""The worker: settles what waits, closes days, publishes checkpoints, delivers, tidies up.

None of this needs it to be one: whatever a worker does, another one, or a shop's own process, may
do at the same time. What fails waits a while and is tried again, and holds up nothing else: one
program not the others, one receiver neither its fellows nor settling.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Final, Protocol, TypeVar

from django.db import connections
from django.db.models import Exists, OuterRef, QuerySet
from msgspec import Struct

from tongbao.ledger import closing, pruning
from tongbao.ledger.delivery import Backoff, Receiver, deliver
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.logs import event, failure
from tongbao.ledger.models import Head, Inbox, Program
from tongbao.ledger.programs import PAUSED, RUNNING, found
from tongbao.ledger.reaching import DATABASE_ERRORS
from tongbao.ledger.values import NoSuchProgram, NotLaunched, NotSettled, ProgramPaused

PAUSE: Final = 0.5
"""Seconds between two looks when nothing waited."""

_LOG: Final = logging.getLogger("tongbao.worker")
_SLICE: Final = 0.1
_LOCK_WAIT: Final = 5.0
_LONGEST_RETRY: Final = 30.0
_DOINGS: Final = ("settle", "close_day", "checkpoint", "prune")
_CATCH_UP: Final = "check the clock; if right: tongbao worker --once --catch-up"
_T = TypeVar("_T")
_BETWEEN: Final = (NoSuchProgram, NotLaunched, ProgramPaused, NotSettled)
"""No failures: a program was paused meanwhile, or somebody else settles it."""


class Checkpoints(Protocol):
    """Where checkpoints are published, outside the database."""

    def last(self, program: str) -> datetime | None:
        """Return when the program's last one was published."""

    def publish(self, ledger: Ledger) -> None:
        """Sign where the program stands and publish it."""


class Watch(Protocol):
    """Who counts what the worker does."""

    def failed(self, program: str, doing: str) -> None:
        """Something failed: settle, close_day, checkpoint, prune, deliver, or look (around)."""

    def round_done(self) -> None:
        """The worker has looked after all programs."""


class Stop:
    """Whether to stop; a signal's handler may ask for it."""

    def __init__(self) -> None:
        """Begin without being asked."""
        self.asked = False

    def ask(self) -> None:
        """Stop at the next good moment. Takes no lock, for a signal comes at any."""
        self.asked = True

    def __call__(self) -> bool:
        """Say whether to stop."""
        return self.asked

    def wait(self, seconds: float) -> None:
        """Sleep so long, or until it is asked."""
        until = time.monotonic() + seconds
        while not self.asked and (rest := until - time.monotonic()) > 0:
            time.sleep(min(rest, _SLICE))


class _Place(Struct):
    """What the worker remembers of a program between its looks."""

    ledger: Ledger
    timezone: str
    launched: datetime
    backoffs: dict[str, Backoff]
    pruned: date | None = None
    published: date | None = None


class Worker:
    """Looks after programs: those named, or all. Its ``clock`` names days; it must have a zone.

    ``failures`` counts what failed since its beginning.
    """

    def __init__(
        self,
        using: str = "default",
        *,
        names: Sequence[str] = (),
        receivers: Sequence[Receiver] = (),
        checkpoints: Checkpoints | None = None,
        watch: Watch | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        catch_up: bool = False,
    ) -> None:
        """Begin without having looked. ``catch_up`` lets more days be closed than usual at once.

        Raises:
            NoSuchProgram: one of the names is no program's.
            ValueError: two receivers have one name.
        """
        self._using = using
        self._only = {found(name, using).program for name in names} or None
        self._receivers = tuple(receivers)
        if len({receiver.name for receiver in receivers}) < len(self._receivers):
            raise ValueError("Two receivers have the same name, and so the same place")
        self._checkpoints = checkpoints
        self._watch = watch
        self._clock = clock
        self._catch_up = catch_up
        self._places: dict[int, _Place] = {}
        self._looks: dict[tuple[int, str], Backoff] = {}
        self._whole = Backoff(longest=_LONGEST_RETRY)
        self.failures = 0

    def run(self, stop: Stop, *, pause: float = PAUSE) -> None:
        """Look after the programs until it is asked to stop; finish what was begun."""
        threads = [
            threading.Thread(target=self._follow, args=(receiver, stop, pause), daemon=True)
            for receiver in self._receivers
        ]
        for thread in threads:
            thread.start()
        event(_LOG, "worker_started")
        while not stop():
            busy = self.look(stop)
            if not busy:
                stop.wait(pause)
        for thread in threads:
            thread.join()
        event(_LOG, "worker_stopped")

    def once(self) -> int:
        """Do all that is due, deliveries too; return how many commands were settled."""
        stop = Stop()
        settled = self.look(stop)
        for receiver in self._receivers:
            self.deliver(receiver, {}, stop)
        return settled

    def look(self, stop: Stop) -> int:
        """Look after each program once; return how many commands were settled."""
        settled = 0
        with self._trying("", "look", self._whole) as now:
            for head in self._each(self._running, "look") if now else ():
                if stop():
                    break
                settled += self._look_after(head, stop)
            if now and self._watch is not None:
                self._watch.round_done()
        return settled

    def deliver(self, receiver: Receiver, backoffs: dict[int, Backoff], stop: Stop) -> int:
        """Bring a receiver what it lacks; return how many entries. ``backoffs`` are its own."""
        delivered = 0
        for program, name in self._each(self._delivering, "deliver"):
            if stop():
                break
            backoff = backoffs.setdefault(program, Backoff())
            with self._trying(name, "deliver", backoff, receiver.name) as now:
                if now:
                    delivered += self._deliver(program, name, receiver, stop)
        return delivered

    def _follow(self, receiver: Receiver, stop: Stop, pause: float) -> None:
        """Deliver to one receiver until it is asked to stop: a thread of its own."""
        backoffs: dict[int, Backoff] = {}
        whole = Backoff(longest=_LONGEST_RETRY)
        try:
            while not stop():
                delivered = 0
                with self._trying("", "deliver", whole, receiver.name) as now:
                    if now:
                        delivered = self.deliver(receiver, backoffs, stop)
                if not delivered:
                    stop.wait(pause)
        finally:
            connections[self._using].close()

    def _deliver(self, program: int, name: str, receiver: Receiver, stop: Stop) -> int:
        count = deliver(program, name, receiver, using=self._using, stop=stop)
        if count:
            event(_LOG, "delivered", program=name, receiver=receiver.name, entries=count)
        return count

    def _each(self, look: Callable[[int | None], list[_T]], doing: str) -> Iterator[_T]:
        """Yield what a look at all programs finds; if that fails, what one at each by itself does.

        Where programs live on many nodes, one that is down must not hold up those of the others.
        """
        try:
            seen = look(None)
        except DATABASE_ERRORS:
            connections[self._using].close()
            programs = Program.objects.using(self._using).order_by("program")
            names = list(programs.values_list("program", "name"))
        else:
            yield from seen
            return
        for program, name in names:
            if self._only is None or program in self._only:
                backoff = self._looks.setdefault((program, doing), Backoff(longest=_LONGEST_RETRY))
                found_there: list[_T] = []
                with self._trying(name, doing, backoff) as now:
                    found_there = look(program) if now else []
                yield from found_there

    def _running(self, program: int | None) -> list[Head]:
        """Return the rows of running programs, or of that one, and whether anything waits."""
        waiting = Inbox.objects.using(self._using).filter(
            program=OuterRef("program") if program is None else program, outcome__isnull=True
        )
        heads = self._heads(program).filter(status=RUNNING)
        heads = heads.only("program", "next_plan_at", "last_day").annotate(waits=Exists(waiting))
        return list(heads.order_by("program"))

    def _heads(self, program: int | None) -> QuerySet[Head]:
        heads = Head.objects.using(self._using)
        if program is not None:
            return heads.filter(program=program)
        return heads.all() if self._only is None else heads.filter(program__in=self._only)

    def _delivering(self, program: int | None) -> list[tuple[int, str]]:
        """Return the programs whose journals are brought to receivers: paused ones too."""
        heads = self._heads(program).filter(status__in=(RUNNING, PAUSED))
        ids = list(heads.order_by("program").values_list("program", flat=True))
        names = dict(Program.objects.using(self._using).values_list("program", "name"))
        return [(program, names[program]) for program in ids if program in names]

    def _look_after(self, head: Head, stop: Stop) -> int:
        """Do what is due in a program; what fails waits by itself."""
        place = self._places.get(head.program) or self._opened(head.program)
        name, settled = place.ledger.name, 0
        with self._trying(name, "settle", place.backoffs["settle"]) as now:
            if now:
                settled = self._settle(place, head)
        with self._trying(name, "close_day", place.backoffs["close_day"]) as now:
            if now:
                self._close_days(place, head, stop)
        with self._trying(name, "checkpoint", place.backoffs["checkpoint"]) as now:
            if now:
                self._publish(place)
        with self._trying(name, "prune", place.backoffs["prune"]) as now:
            if now:
                self._prune(place)
        return settled

    def _opened(self, program: int) -> _Place:
        row = Program.objects.using(self._using).get(program=program)
        ledger = open_program(row.name, self._using)
        launched = closing.launched_at(program, using=self._using)
        backoffs = {doing: Backoff(longest=_LONGEST_RETRY) for doing in _DOINGS}
        self._places[program] = place = _Place(ledger, row.timezone, launched, backoffs)
        return place

    def _settle(self, place: _Place, head: Head) -> int:
        waits: bool = head.waits  # type: ignore[attr-defined]  # annotated by `_running`
        due = head.next_plan_at is not None and head.next_plan_at <= datetime.now(UTC)
        return place.ledger.settle(wait=_LOCK_WAIT) if waits or due else 0

    def _close_days(self, place: _Place, head: Head, stop: Stop) -> None:
        first = closing.first_open(head.last_day, place.launched, place.timezone)
        last = closing.last_ended(self._clock(), place.timezone)
        for day in closing.days_open(first, last, catch_up=self._catch_up):
            if stop():
                return
            began = time.monotonic()
            outcome = closing.close(place.ledger, day, wait=_LOCK_WAIT)
            seconds = round(time.monotonic() - began, 6)
            name = place.ledger.name
            event(
                _LOG,
                "day_closed",
                program=name,
                day=str(day),
                number=outcome.number,
                seconds=seconds,
            )

    def _publish(self, place: _Place) -> None:
        """Publish a checkpoint on each day of the program's, once the day before is closed."""
        today = self._today(place)
        if self._checkpoints is None or place.published == today:
            return
        name = place.ledger.name
        last = self._checkpoints.last(name)
        zone = place.timezone
        if last is None or closing.last_ended(last, zone) < closing.last_ended(self._clock(), zone):
            self._checkpoints.publish(place.ledger)
            event(_LOG, "checkpoint_published", program=name)
        place.published = today

    def _prune(self, place: _Place) -> None:
        today = self._today(place)
        if place.pruned == today:
            return
        before = self._clock() - pruning.KEPT
        rows = pruning.prune(place.ledger.program_id, before, using=self._using)
        if rows:
            event(_LOG, "pruned", program=place.ledger.name, rows=rows)
        place.pruned = today

    def _today(self, place: _Place) -> date:
        return closing.last_ended(self._clock(), place.timezone)

    @contextmanager
    def _trying(
        self, program: str, doing: str, backoff: Backoff, receiver: str | None = None
    ) -> Iterator[bool]:
        """Give whether to try now; let what fails inside wait, and say so without particulars."""
        now = backoff.is_over
        try:
            yield now
        except _BETWEEN:
            return
        except Exception as error:  # noqa: BLE001  # whatever it is, the rest goes on
            connections[self._using].close()  # in whatever state it is; the next use opens another
            self.failures += 1
            seconds = backoff.failed()
            held = error if isinstance(error, closing.TooManyDays) else None
            failure(
                _LOG,
                "failed",
                error,
                program=program or None,
                doing=doing,
                receiver=receiver,
                failures=backoff.failures,
                retry_seconds=seconds,
                days=None if held is None else held.days,
                advice=None if held is None else _CATCH_UP,
            )
            if self._watch is not None:
                self._watch.failed(program, doing)
        else:
            if now:
                backoff.succeeded()

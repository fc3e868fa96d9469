"""Flat combining: whoever holds the program's lock settles for everybody who waits.

The threads of one process hand their commands to the one of them that goes to the database. That
one settles them together with what waits in the inbox; if another process holds the lock, it puts
them into the inbox first, so that the other may settle them, and then waits for its turn.
"""

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.db import connections
from msgspec import Struct, field

from tongbao.engine.commands import ChangePlan, parse
from tongbao.ledger import versions
from tongbao.ledger.journal import canonical, read, read_receipt
from tongbao.ledger.logs import failure
from tongbao.ledger.observing import Observer, settled
from tongbao.ledger.reaching import CLASHES, DATABASE_ERRORS, shorten, trouble
from tongbao.ledger.settle import Job, Settling, decode_outcome
from tongbao.ledger.storage import storage_for
from tongbao.ledger.storage.face import BATCH, HeadRow, Storage, Waiting
from tongbao.ledger.values import (
    Guard,
    InsideTransaction,
    LedgerError,
    NoSuchProgram,
    NotLaunched,
    NotSettled,
    Outcome,
    ProgramMoved,
    ProgramPaused,
)

_LOG: Final = logging.getLogger("tongbao.ledger")
_LONG_LINE: Final = 3
"""So many times our own turn must others have kept us waiting, to use the inbox next time."""
_FEW: Final = 100
_MOMENT: Final = 0.001
"""How many seconds the leader waits for those who came together last time."""
_MOMENTS: Final = 10
"""So many of them the leader waits at most while others come to the inbox."""
_LONGEST_PAUSE: Final = 0.016
"""How many seconds at most who waits sleeps before looking again, where nobody wakes them."""


class _Request(Struct, eq=False):
    """Commands of one caller. ``leads``: it is this caller's turn to go to the database."""

    jobs: Sequence[Job]
    until: float
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    finished: bool = False
    error: BaseException | None = None

    @property
    def seconds(self) -> float:
        """How long the caller still waits, never below 0."""
        return max(0.0, self.until - time.monotonic())

    @property
    def late(self) -> NotSettled:
        """What the caller is told when the time has passed."""
        return too_late(may_still_settle=any(job.inboxed for job in self.jobs))


class Desk:
    """A program's queue within this process, shared by its threads."""

    def __init__(
        self, program: int, using: str, observers: Sequence[Observer], *, free_plans: bool
    ) -> None:
        """Begin with nobody waiting; the observers hear of every batch after its commit."""
        self._observers = observers
        self.free_plans = free_plans
        self.program = program
        self.using = using
        self._lock = threading.Lock()
        self._queue: deque[_Request] = deque()
        self._led = False
        self._long_line = False
        self._crowd = 1
        self._last_tick = 0

    def ticket(self) -> str:
        """Return a new ticket: later ones of this process are greater, others' by their clock."""
        with self._lock:
            self._last_tick = max(self._last_tick + 1, time.time_ns() // 1000)
            return f"{self._last_tick:016x}{secrets.token_hex(4)}"

    def row(self, job: Job) -> Waiting:
        """Return a job as it waits in the inbox."""
        guard = None if job.guard is None else canonical(job.guard)
        return Waiting(job.command.id, job.ticket, job.bundle, canonical(job.command), guard)

    def submit(self, jobs: Sequence[Job], wait: float) -> None:
        """Settle these and set their outcomes; see `door.Ledger.submit` for the errors."""
        self._refuse_inside_transaction()
        request = _Request(jobs, time.monotonic() + wait)
        with self._lock:
            self._queue.append(request)
            if not self._led:
                self._led = request.leads = True
        while not request.finished:
            if not request.leads:
                self._follow(request)
            if request.leads and not request.finished:
                self._lead(request)
        if request.error is not None:
            raise request.error

    def settle_waiting(self, wait: float) -> int:
        """Settle what waits in the inbox; return how many commands that were."""
        self._refuse_inside_transaction()
        storage = storage_for(self.program, self.using)
        until, count, more = time.monotonic() + wait, 0, True
        try:
            while more:
                seconds = max(0.001, until - time.monotonic())
                with self._turn(storage, seconds) as (head, done):
                    more = self._round(storage, running(head), [], done)
                count += len(done)
        except TimeoutError:
            raise too_late(may_still_settle=True) from None
        except CLASHES as error:
            raise broken_off(error) from error
        except DATABASE_ERRORS as error:
            raise trouble(error) from error
        return count

    @contextmanager
    def held(self, wait: float = 60.0) -> Iterator[None]:
        """Hold the program's lock in a transaction of its own, committed at the end."""
        self._refuse_inside_transaction()
        try:
            with storage_for(self.program, self.using).locked(wait) as head:
                if head is None:
                    raise NoSuchProgram("The program is gone.")
                yield
        except TimeoutError:
            raise too_late(may_still_settle=False) from None
        except DATABASE_ERRORS as error:
            raise trouble(error) from error

    def _follow(self, request: _Request) -> None:
        """Wait until the commands are settled, or until it is this caller's turn."""
        try:
            if request.woken.wait(request.seconds):
                return
        except BaseException:
            self._leave(request)
            raise
        if (late := self._leave(request)) is not None:
            raise late

    def _leave(self, request: _Request) -> NotSettled | None:
        """Take a request back, unless it is finished; return what its caller is told then."""
        with self._lock:
            if request.finished:
                return None
            if request not in self._queue:  # somebody is at it in the database
                return too_late(may_still_settle=True)
            self._queue.remove(request)
            if request.leads:
                self._pass_on()
            return request.late

    def _lead(self, request: _Request) -> None:
        """Settle for everybody in the queue, within the leader's own time; pass the lead on."""
        with self._lock:
            self._queue.remove(request)
        taken = [request]
        error: BaseException | None = None
        try:
            self._settle(taken, request.seconds)
        except BaseException as caught:  # noqa: BLE001  # everybody who waits must hear of it
            error = caught
        if isinstance(error, (*DATABASE_ERRORS, *CLASHES)):
            error = broken_off(error)
        with self._lock:
            self._crowd = len(taken)
            others = [] if not isinstance(error, TimeoutError) else taken[1:]
            self._queue.extendleft(reversed(others))  # whose time has not passed yet
            for one in taken[: len(taken) - len(others)]:
                one.error = error if one is request else _told_others(error)
                one.finished = True
                one.woken.set()
            if isinstance(error, TimeoutError):
                request.error = request.late
            self._pass_on()

    def _gather(self) -> None:
        """Wait a moment for as many as were served together last time, most of whom come again.

        Otherwise the first to awake goes alone, and every other turn is one command's.
        """
        end = time.monotonic() + _MOMENT
        while len(self._queue) + 1 < self._crowd and time.monotonic() < end:
            time.sleep(0)

    def _take(self, taken: list[_Request]) -> list[Job]:
        """Take along who came meanwhile, up to a batch; return all their commands."""
        with self._lock:
            count = sum(len(request.jobs) for request in taken)
            while self._queue and count + len(self._queue[0].jobs) <= BATCH:
                taken.append(self._queue.popleft())
                count += len(taken[-1].jobs)
        return [job for request in taken for job in request.jobs]

    def _pass_on(self) -> None:
        """Let the next one lead; the lock is held."""
        self._led = bool(self._queue)
        if self._queue:
            self._queue[0].leads = True
            self._queue[0].woken.set()

    def _settle(self, taken: list[_Request], seconds: float) -> None:
        """Settle for these, for who joins them and what waits.

        Raises TimeoutError if the lock was not to be had in time.
        """
        storage = storage_for(self.program, self.using)
        self._gather()
        until = time.monotonic() + seconds
        more: bool | None = True
        if self._long_line and storage.locks_rows:
            more = self._stand_in_line(storage, taken, until)
        while more:
            more = self._settle_in_turn(storage, taken, until - time.monotonic())

    def _settle_in_turn(
        self, storage: Storage, taken: list[_Request], seconds: float | None
    ) -> bool | None:
        """Settle once the lock is ours; say whether there is more, None if others have the lock.

        With None for the seconds that is found out at once.
        """
        came = time.monotonic()
        limit = None if seconds is None else max(0.001, seconds)
        with self._turn(storage, limit) as (head, done):
            if head is None and seconds is None:
                return None
            begun = time.monotonic()
            jobs, more = self._take(taken), False
            if head is not None and head.status == "running":
                more = self._round(storage, head, jobs, done)
                # Others' turns before ours: next time one of them may take our commands along.
                ours = time.monotonic() - begun
                self._long_line = begun - came > _LONG_LINE * ours or len(done) > len(jobs)
            else:
                storage.withdraw([job.ticket for job in jobs if job.inboxed])
        running(head)
        return more

    def _stand_in_line(self, storage: Storage, taken: list[_Request], until: float) -> bool:
        """Let whoever settles have the commands; take the turn when nobody does.

        Says whether there is more to settle, in our own turn: not all may wait in the inbox.
        Bundles don't: a caller who gives up can then be told that nothing was written. Nor do many:
        what they save the next settler is less than the way through the inbox.
        """
        jobs = self._take(taken)
        waiting = [job for job in jobs if job.inboxed]
        new = [job for job in jobs if job.bundle is None and not job.inboxed]
        if len(jobs) > _FEW:
            new = []
        for job in new:
            job.ticket, job.inboxed = self.ticket(), True
        pause = _MOMENT
        while True:
            began = time.monotonic()
            self._hear(storage, new, waiting, until - began)
            left = [job for job in jobs if job.outcome is None]
            new, waiting = [], [job for job in left if job.inboxed]
            if not left or len(waiting) < len(left):
                return bool(left)
            if (more := self._settle_in_turn(storage, taken, None)) is not None:
                return more
            now = time.monotonic()
            if now >= until:
                raise TimeoutError
            if now - began < pause:
                time.sleep(min(pause, until - now))
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _hear(
        self, storage: Storage, new: Sequence[Job], waiting: Sequence[Job], seconds: float
    ) -> None:
        """Set the outcomes of those in the inbox that others have settled meanwhile."""
        jobs = [*new, *waiting]
        fates = storage.line_up(
            [self.row(job) for job in new], [self.row(job) for job in waiting], max(0.001, seconds)
        )
        for job in jobs:
            fate, command_id = fates[job.ticket], job.command.id
            if fate.refused is not None:
                job.outcome = decode_outcome(command_id, fate.refused)
            elif fate.accepted is not None:
                receipt = read_receipt(read(fate.accepted.body)["receipt"])
                job.outcome = Outcome(command_id, receipt, None, fate.accepted.number)
            else:  # not there any more: ask again, it counts once
                job.inboxed = fate.waits

    @contextmanager
    def _turn(
        self, storage: Storage, seconds: float | None
    ) -> Iterator[tuple[HeadRow | None, list[Job]]]:
        """Hold the lock and note what is done; after the commit the observers hear of it."""
        done: list[Job] = []
        with storage.locked(seconds) as head:
            begun = time.monotonic()
            yield head, done
        if not self._observers or not done:
            return
        batch = settled(self.program, done, time.monotonic() - begun)
        for observer in self._observers:
            try:
                observer(batch)
            except Exception as error:  # noqa: BLE001  # the batch stands all the same
                failure(_LOG, "observer_failed", error)

    def _round(self, storage: Storage, head: HeadRow, jobs: Sequence[Job], done: list[Job]) -> bool:
        """Settle a batch of what waits, and then these; say whether more waits before them."""
        now = datetime.now(UTC)
        settling = Settling(storage, head, now=now, free_plans=self.free_plans)
        if head.next_plan_at is not None and head.next_plan_at <= now:
            self._change_plans(settling, head, now)
            settling.unchanged = False  # also where the engine refused the plan
        before = settling.last
        mine = {job.ticket: job for job in jobs if job.inboxed and job.outcome is None}
        waiting = self._gather_inbox(storage, len(mine)) if self._long_line else storage.waiting()
        batch = [mine.pop(row.ticket) if row.ticket in mine else _job(row) for row in waiting]
        more = len(batch) >= BATCH
        if not more:
            for job in mine.values():  # settled by somebody else: ask again, it counts once
                job.inboxed = False
            batch += [job for job in jobs if not job.inboxed and job.outcome is None]
        if batch:
            settling.settle(batch)
            done += batch
            self._note_plans(storage, head, batch, before)
        storage.unchanged = settling.unchanged
        return more

    def _gather_inbox(self, storage: Storage, ours: int) -> Sequence[Waiting]:
        """Return what waits, once nobody comes any more, if others but us came at all.

        Those who were served together come again together, and sleep until we have finished.
        """
        waiting = storage.waiting()
        for _ in range(_MOMENTS):
            before = len(waiting)
            if not ours < before < BATCH:
                break
            time.sleep(_MOMENT)
            waiting = storage.waiting()
            if len(waiting) == before:
                break
        return waiting

    def due_jobs(self, now: datetime) -> list[tuple[int, Job]]:
        """Return the announced plans whose moment has come, by version, as jobs to settle."""
        due = versions.due_commands(self.program, now, self.using)
        return [(version, Job(parse(fields), announced=True)) for version, fields in due]

    def _change_plans(self, settling: Settling, head: HeadRow, now: datetime) -> None:
        """Bring announced plans into force whose day has come."""
        for version, job in self.due_jobs(now):
            settling.settle([job])
            number = None if job.outcome is None else job.outcome.number
            head.next_plan_at = versions.applied(self.program, version, number, self.using)
            if number is not None:
                head.plan_version = version

    def _note_plans(
        self, storage: Storage, head: HeadRow, jobs: Sequence[Job], before: int
    ) -> None:
        """Give a version to plans that came without announcement, in programs that allow it."""
        noted = before
        for job in jobs:
            number = None if job.outcome is None else job.outcome.number
            if isinstance(job.command, ChangePlan) and number is not None and number > noted:
                noted = number
                head.plan_version = versions.submitted(
                    self.program, job.command.plan, number, datetime.now(UTC), self.using
                )
                storage.write_head(head)

    def _refuse_inside_transaction(self) -> None:
        connection = connections[self.using]
        try:
            inside = connection.in_atomic_block or not connection.get_autocommit()  # may connect
        except DATABASE_ERRORS as error:
            connection.close()
            raise not_begun(error) from error
        if inside:
            raise InsideTransaction(
                "Settling commits by itself and a transaction is open here: write the command "
                "with `enqueue` and settle after the commit."
            )


def too_late(*, may_still_settle: bool) -> NotSettled:
    """Return what a caller is told whose time limit has passed."""
    if may_still_settle:
        return NotSettled(
            "The time limit has passed; the command may still be settled. Ask for its outcome, "
            "or submit the same command again: it counts once.",
            may_still_settle=True,
        )
    return NotSettled(
        "The time limit has passed and nothing was written; try again.", may_still_settle=False
    )


def not_begun(error: BaseException) -> NotSettled:
    """Return what a caller is told where the database was not reached at all."""
    return NotSettled(
        f"Nothing was written, the database did not answer ({shorten(error)}); try again.",
        may_still_settle=False,
    )


def _told_others(error: BaseException | None) -> BaseException | None:
    """Return what those are told for whom another thread went to the database."""
    if error is None:
        return None
    if isinstance(error, NotSettled):
        return NotSettled(str(error), may_still_settle=error.may_still_settle)
    if isinstance(error, LedgerError):
        told: LedgerError = type(error)(*error.args)
        return told
    return broken_off(error)


def broken_off(error: BaseException) -> NotSettled:
    """Return what a caller is told when it is not known whether the commands were settled."""
    told = NotSettled(
        f"Settling broke off ({shorten(error)}); the command may have been settled or may still be. Ask for "
        "its outcome, or submit the same command again: it counts once.",
        may_still_settle=True,
    )
    told.__cause__ = error
    return told


def running(head: HeadRow | None) -> HeadRow:
    """Return the row of a program that takes commands; raise what says why it doesn't."""
    if head is None:
        raise NoSuchProgram("The program is gone.")
    if head.status == "paused":
        raise ProgramPaused("The program is paused; `tongbao program launch` resumes it.")
    return launched(head)


def launched(head: HeadRow) -> HeadRow:
    """Return the row of a program whose commands may wait; raise what says why they mayn't."""
    if head.status == "draft":
        raise NotLaunched("The program is a draft; `tongbao program launch` starts it.")
    if head.status == "moved":
        raise ProgramMoved("The program was moved to another database; open it there.")
    return head


def _job(row: Waiting) -> Job:
    guard = None if row.guard is None else msgspec.json.decode(row.guard, type=Guard)
    command = parse(read(row.command))
    return Job(command, guard, row.bundle, row.ticket, inboxed=True)

"""The one door to a program: submit, enqueue, preview, read.

A first use::

    ledger = open_program("wine")
    ledger.submit({"id": "o1", "type": "purchase", "member": "m1", "paid": 10000})
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final, TypeVar, cast

import msgspec
from django.apps import apps
from django.db import connections

from tongbao.engine.commands import ChangePlan, Malformed, parse, same_command
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.receipts import Receipt, Rejection
from tongbao.engine.state import Account
from tongbao.ledger import freezes, models
from tongbao.ledger.apps import LedgerConfig
from tongbao.ledger.combine import Desk, launched
from tongbao.ledger.journal import RECEIPT_FIGURES, canonical, read, read_receipt
from tongbao.ledger.reaching import DATABASE_ERRORS, reading, trouble
from tongbao.ledger.settle import Job, Settling, decode_outcome
from tongbao.ledger.storage import storage_for
from tongbao.ledger.storage.face import BATCH, HeadRow, Storage
from tongbao.ledger.values import (
    BadArgument,
    BadCommand,
    Guard,
    KeyTaken,
    LedgerError,
    NoSuchProgram,
    NotLaunched,
    NotSettled,
    Outcome,
    Standing,
)

LONGEST_WAIT: Final = 86_400
FARTHEST_LIMIT: Final = 10**38
_PREVIEWS: Final = 20
_T = TypeVar("_T")

Received = Mapping[str, object]


def open_program(name: str, using: str = "default") -> "Ledger":
    """Return the door to the program of that name in the database with that alias.

    Costs the same whatever the program's size.

    Raises:
        NoSuchProgram: no program has that name.
    """
    if using not in connections:
        raise BadArgument(f"There is no database with the alias {using!r}.")
    row = None
    if isinstance(name, str):
        rows = models.Program.objects.using(using).filter(name=name)
        row = reading(using, rows.first)
    if row is None:
        raise NoSuchProgram(f"There is no program {name!r}; `tongbao program list` shows them.")
    config = cast("LedgerConfig", apps.get_app_config("ledger"))
    desk = Desk(row.program, using, config.observers, free_plans=row.plan_notice_days == 0)
    desk = config.shared(using, desk)
    return Ledger(row.program, name, using, row.currency, desk)


class Ledger:
    """A program's door; threads may share it."""

    def __init__(self, program_id: int, name: str, using: str, currency: str, desk: Desk) -> None:
        """Open it; callers use `open_program`."""
        self.program_id = program_id
        self.name = name
        self.using = using
        self.currency = currency
        self._desk = desk

    def submit(
        self, received: Received, *, guard: Guard | None = None, wait: float = 10.0
    ) -> Outcome:
        """Settle one command and return what became of it, within ``wait`` seconds.

        Raises:
            NotSettled: the time has passed; ask `outcome`, or submit the same command again.
            ProgramPaused, NotLaunched: the program takes no commands now.
            InsideTransaction: the caller holds a transaction open; use `enqueue`.
        """
        (outcome,) = self._submit_all([received], [guard], None, wait)
        return outcome

    def submit_many(self, received: Sequence[Received], *, wait: float = 60.0) -> list[Outcome]:
        """Settle commands in their order, each by itself; errors as in `submit`."""
        commands, outcomes = _listed(received), list[Outcome]()
        for start in range(0, len(commands), BATCH):
            part = commands[start : start + BATCH]
            outcomes += self._submit_all(part, None, None, wait)
        return outcomes

    def submit_group(
        self,
        received: Sequence[Received],
        *,
        guards: Sequence[Guard | None] | None = None,
        wait: float = 10.0,
    ) -> list[Outcome]:
        """Settle consecutive commands: all are accepted, or none; errors as in `submit`.

        The one that could not be accepted says why; the others are refused with `Refusal.GROUP`.
        """
        bundle = self._desk.ticket()
        return self._submit_all(_listed(received), guards, bundle, wait)

    def enqueue(self, received: Received, *, guard: Guard | None = None) -> str:
        """Write a command to the inbox, in the caller's transaction; return its ticket.

        It is settled once that transaction is committed and somebody settles.

        Raises:
            BadCommand: it is no command.
            KeyTaken: another command waits or was accepted under its id.
            DatabaseTrouble: the database does not answer.
        """
        (ticket,) = self._enqueue_all([received], [guard], None)
        return ticket

    def enqueue_group(
        self, received: Sequence[Received], *, guards: Sequence[Guard | None] | None = None
    ) -> list[str]:
        """Write consecutive commands that are accepted all or none; errors as in `enqueue`."""
        bundle = self._desk.ticket()
        return self._enqueue_all(_listed(received), guards, bundle)

    def settle(self, *, wait: float = 60.0) -> int:
        """Settle everything that waits; return how many commands that were."""
        return self._desk.settle_waiting(_limit(wait))

    def outcome(self, command_id: str, *, wait: float = 0.0) -> Outcome | None:
        """Return what became of a command, None if it still waits or was never seen.

        With ``wait``, one that waits is settled within so many seconds.
        """
        seconds = _limit(wait)
        _name(command_id)
        found = self._read(lambda storage: self._outcome(storage, command_id))
        if found is None and seconds:
            self._desk.settle_waiting(seconds)
            found = self._read(lambda storage: self._outcome(storage, command_id))
        return found

    def preview(self, received: Received, *, guard: Guard | None = None) -> Outcome:
        """Return the outcome that a command would have now; nothing is written."""
        (outcome,) = self.preview_many([received], guards=[guard])
        return outcome

    def preview_many(
        self, received: Sequence[Received], *, guards: Sequence[Guard | None] | None = None
    ) -> list[Outcome]:
        """Return the outcomes that commands would have one after the other; nothing is written."""
        parsed = _parse_all(_listed(received), guards, None)
        return self._read(lambda storage: self._preview(storage, parsed))

    def held(self, wait: float = 60.0) -> AbstractContextManager[None]:
        """Hold the program's lock in a transaction of its own; nobody settles meanwhile."""
        return self._desk.held(wait)

    def standing(self) -> Standing:
        """Return where the program stands."""
        head = self._read(lambda storage: self._launched(storage, drafts=True))
        return Standing(
            head.status,
            head.number,
            head.hash,
            head.figures,
            plan_from_fields(msgspec.json.decode(head.plan)),
            head.plan_version,
            msgspec.json.decode(head.turnover),
        )

    def account(self, name: str) -> Account | None:
        """Return an account as it stands: dividends since its mark are not in it yet."""
        return self.accounts([name]).get(name)

    def accounts(self, names: Sequence[str]) -> Mapping[str, Account]:
        """Return those of these accounts that there are, by name."""
        asked = [_name(name) for name in _listed(names)]
        rows = self._read(lambda storage: storage.accounts(asked))
        return {row.account.name: row.account for row in rows}

    def freeze(self, account: str, *, who: str, why: str) -> None:
        """Refuse an account's outgoing commands from now on, those already waiting too.

        Raises:
            UnknownAccount, AlreadyFrozen, InsideTransaction.
            BadName: ``who`` or ``why`` is no short line of text.
        """
        freezes.write(self._desk, account, frozen=True, who=who, why=why)

    def release(self, account: str, *, who: str, why: str) -> None:
        """Let a frozen account's commands through again.

        Raises:
            UnknownAccount, NotFrozen, InsideTransaction.
            BadName: ``who`` or ``why`` is no short line of text.
        """
        freezes.write(self._desk, account, frozen=False, who=who, why=why)

    def is_frozen(self, account: str) -> bool:
        """Say whether an account is frozen."""
        asked = [_name(account)]
        return any(row.frozen for row in self._read(lambda storage: storage.accounts(asked)))

    def _read(self, look: Callable[[Storage], _T]) -> _T:
        return reading(self.using, lambda: look(storage_for(self.program_id, self.using)))

    def _preview(self, storage: Storage, parsed: Sequence[Job | Outcome]) -> list[Outcome]:
        for _ in range(_PREVIEWS):
            head = self._launched(storage)
            number, now = head.number, datetime.now(UTC)
            jobs = [Job(job.command, job.guard) for job in parsed if isinstance(job, Job)]
            settling = Settling(storage, head, now=now, free_plans=self._desk.free_plans)
            due = head.next_plan_at is not None and head.next_plan_at <= now
            plans = [job for _, job in self._desk.due_jobs(now)] if due else []
            error: Exception | None = None
            try:
                settling.preview([*plans, *jobs])
            except DATABASE_ERRORS:
                raise
            except Exception as caught:  # noqa: BLE001  # what was read may not fit together
                error = caught
            again = storage.head()
            if again is not None and again.number == number:
                if error is not None:
                    raise error
                return _in_order(parsed, jobs)
        raise NotSettled(
            "The program moved on during every attempt to look ahead; try again.",
            may_still_settle=False,
        )

    def _launched(self, storage: Storage, *, drafts: bool = False) -> HeadRow:
        head = storage.head()
        if head is None:
            raise NoSuchProgram(f"The program {self.name!r} is gone.")
        if head.status == "draft" and not drafts:
            raise NotLaunched(f"{self.name!r} is a draft; `tongbao program launch` starts it.")
        return head

    def _submit_all(
        self,
        received: Sequence[Received],
        guards: Sequence[Guard | None] | None,
        bundle: str | None,
        wait: float,
    ) -> list[Outcome]:
        seconds, parsed = _limit(wait), _parse_all(received, guards, bundle)
        jobs = [job for job in parsed if isinstance(job, Job)]
        if bundle is not None and len(jobs) < len(parsed):
            raise BadCommand("A group must hold commands only; one of these is malformed.")
        if jobs:
            self._desk.submit(jobs, seconds)
        return _in_order(parsed, jobs)

    def _enqueue_all(
        self,
        received: Sequence[Received],
        guards: Sequence[Guard | None] | None,
        bundle: str | None,
    ) -> list[str]:
        jobs = []
        for number, job in enumerate(_parse_all(received, guards, bundle)):
            if isinstance(job, Outcome):
                raise BadCommand(f"Number {number + 1} is no command, so it cannot wait.")
            # Those of a bundle are neighbours, whatever comes in between.
            job.ticket = self._desk.ticket() if bundle is None else f"{bundle}{number:06d}"
            jobs.append(job)
        if jobs:
            self._read(lambda storage: self._check_ids(storage, jobs))
            try:
                storage_for(self.program_id, self.using).enqueue(
                    [self._desk.row(job) for job in jobs]
                )
            except DATABASE_ERRORS as error:
                raise trouble(error) from error
        return [job.ticket for job in jobs]

    def _check_ids(self, storage: Storage, jobs: Sequence[Job]) -> None:
        """Refuse a command under an id under which another waits or was accepted."""
        launched(self._launched(storage))
        ids = [job.command.id for job in jobs]
        taken = [
            read(entry.body)["command"] for entry in storage.find((), ids, ()).entries.values()
        ]
        taken += [read(row.command) for row in storage.waits(ids)]
        others = [parse(fields) for fields in taken]
        for job in jobs:
            for other in others:
                if other.id == job.command.id and not same_command(other, job.command):
                    raise KeyTaken(f"Another command waits or was accepted as {other.id!r}.")

    def _outcome(self, storage: Storage, command_id: str) -> Outcome | None:
        accepted = storage.find((), [command_id], ()).entries.get(command_id)
        if accepted is not None:
            receipt = read_receipt(read(accepted.body)["receipt"])
            return Outcome(command_id, receipt, None, accepted.number)
        text = storage.refused(command_id)
        return None if text is None else decode_outcome(command_id, text)


def _parse_all(
    received: Sequence[Received], guards: Sequence[Guard | None] | None, bundle: str | None
) -> list[Job | Outcome]:
    conditions = [None] * len(received) if guards is None else _listed(guards)
    if len(conditions) != len(received):
        raise BadArgument(f"{len(received)} commands need as many guards, not {len(conditions)}.")
    parsed: list[Job | Outcome] = []
    for fields, guard in zip(received, conditions, strict=True):
        _check_guard(guard)
        try:
            command = parse(fields)
            if isinstance(command, ChangePlan):
                _check_json(command.plan)
        except (Malformed, ValueError, TypeError, RecursionError):
            echoed = _echoed(fields)
            parsed.append(Outcome(echoed, Receipt(echoed, Rejection.MALFORMED)))
        else:
            parsed.append(Job(command, guard, bundle))
    return parsed


def _echoed(received: object) -> object:
    """Return the id to echo of what may be no object at all."""
    return received.get("id") if isinstance(received, Mapping) else None


def _shown(value: object) -> str:
    """Return a value as it is told to whoever handed it in, cut short."""
    try:
        return repr(value)[:80]
    except (ValueError, RecursionError):  # a number too long, nesting too deep
        return type(value).__name__


def _check_json(plan: Mapping[str, object]) -> None:
    """Raise ValueError or the like if a plan holds what is no JSON: it could not be written down."""
    json.dumps(plan, allow_nan=False)
    canonical(plan)


def _check_guard(guard: object) -> None:
    if guard is None:
        return
    if not isinstance(guard, Guard):
        raise BadArgument(f"A guard is a Guard, not {_shown(guard)}.")
    for limits in (guard.at_least, guard.at_most):
        if not isinstance(limits, dict):
            raise BadArgument(f"A guard's limits are a dict, not {_shown(limits)}.")
        for name, limit in limits.items():
            if name not in RECEIPT_FIGURES:
                raise BadArgument(f"No receipt has a figure {_shown(name)} to guard.")
            if type(limit) is not int or abs(limit) > FARTHEST_LIMIT:
                raise BadArgument(
                    f"The limit of {name} must be a whole number, not {_shown(limit)}."
                )


def _limit(wait: object) -> float:
    """Return a time limit in seconds, if it is one."""
    if isinstance(wait, int | float) and not isinstance(wait, bool) and 0 <= wait <= LONGEST_WAIT:
        return float(wait)
    raise BadArgument(
        f"A time limit is a number of seconds from 0 to {LONGEST_WAIT}, not {_shown(wait)}."
    )


def _name(name: object) -> str:
    """Return a name, if it is one."""
    if isinstance(name, str):
        return name
    raise BadArgument(f"A name is a text, not {_shown(name)}.")


def _listed(things: Sequence[_T]) -> list[_T]:
    """Return a list of what is one, and no text or object."""
    if isinstance(things, list | tuple):
        return list(things)
    raise BadArgument(f"That must be a list, not {_shown(things)}.")


def _in_order(parsed: Sequence[Job | Outcome], jobs: Sequence[Job]) -> list[Outcome]:
    settled = iter(jobs)
    outcomes = []
    for one in parsed:
        outcome = one if isinstance(one, Outcome) else next(settled).outcome
        if outcome is None:
            raise LedgerError("A command was left without outcome: a defect, report it.")
        outcomes.append(outcome)
    return outcomes

"""The one door to a program: submit, enqueue, preview, read.

>>> from tongbao.ledger.door import open_program  # doctest: +SKIP
>>> ledger = open_program("wine")  # doctest: +SKIP
>>> ledger.submit({"id": "o1", "type": "purchase", "member": "m1", "paid": 10000})  # doctest: +SKIP
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final, cast

import msgspec
from django.apps import apps

from tongbao.engine.commands import Malformed, parse
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.receipts import Receipt, Rejection
from tongbao.engine.state import Account
from tongbao.ledger import freezes, models
from tongbao.ledger.apps import LedgerConfig
from tongbao.ledger.combine import Desk
from tongbao.ledger.journal import read_receipt
from tongbao.ledger.settle import Job, Settling, decode_outcome
from tongbao.ledger.storage import storage_for
from tongbao.ledger.storage.face import BATCH, HeadRow, Storage
from tongbao.ledger.values import (
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

_PREVIEWS: Final = 20

Received = Mapping[str, object]


def open_program(name: str, using: str = "default") -> "Ledger":
    """Return the door to the program of that name in the database with that alias.

    Costs the same whatever the program's size.

    Raises:
        NoSuchProgram: no program has that name.
    """
    row = models.Program.objects.using(using).filter(name=name).first()
    if row is None:
        raise NoSuchProgram(f"There is no program {name!r}; `tongbao program list` shows them.")
    config = cast("LedgerConfig", apps.get_app_config("ledger"))
    desk = config.shared(using, Desk(row.program, using, free_plans=row.plan_notice_days == 0))
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
        outcomes: list[Outcome] = []
        for part in _without_repeats(received):
            outcomes += self._submit_all(part, [None] * len(part), None, wait)
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
        return self._submit_all(received, guards or [None] * len(received), bundle, wait)

    def enqueue(self, received: Received, *, guard: Guard | None = None) -> str:
        """Write a command to the inbox, in the caller's transaction; return its ticket.

        It is settled once that transaction is committed and somebody settles.

        Raises:
            BadCommand: it is no command.
            KeyTaken: another command waits under its id.
        """
        (ticket,) = self._enqueue_all([received], [guard], None)
        return ticket

    def enqueue_group(
        self, received: Sequence[Received], *, guards: Sequence[Guard | None] | None = None
    ) -> list[str]:
        """Write consecutive commands that are accepted all or none; errors as in `enqueue`."""
        bundle = self._desk.ticket()
        return self._enqueue_all(received, guards or [None] * len(received), bundle)

    def settle(self, *, wait: float = 60.0) -> int:
        """Settle everything that waits; return how many commands that were."""
        return self._desk.settle_waiting(wait)

    def outcome(self, command_id: str, *, wait: float = 0.0) -> Outcome | None:
        """Return what became of a command, None if it still waits or was never seen.

        With ``wait``, one that waits is settled within so many seconds.
        """
        storage = self._storage()
        found = self._outcome(storage, command_id)
        if found is None and wait and storage.waits(command_id) is not None:
            self._desk.settle_waiting(wait)
            found = self._outcome(storage, command_id)
        return found

    def preview(self, received: Received, *, guard: Guard | None = None) -> Outcome:
        """Return the outcome that a command would have now; nothing is written."""
        (outcome,) = self.preview_many([received], guards=[guard])
        return outcome

    def preview_many(
        self, received: Sequence[Received], *, guards: Sequence[Guard | None] | None = None
    ) -> list[Outcome]:
        """Return the outcomes that commands would have one after the other; nothing is written."""
        storage = self._storage()
        parsed = _parse_all(received, guards or [None] * len(received), None)
        for _ in range(_PREVIEWS):
            head = self._launched(storage)
            number = head.number
            jobs = [Job(job.command, job.guard) for job in parsed if isinstance(job, Job)]
            settling = Settling(
                storage, head, now=datetime.now(UTC), free_plans=self._desk.free_plans
            )
            error: Exception | None = None
            try:
                settling.preview(jobs)
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

    def held(self, wait: float = 60.0) -> AbstractContextManager[None]:
        """Hold the program's lock in a transaction of its own; nobody settles meanwhile."""
        return self._desk.held(wait)

    def standing(self) -> Standing:
        """Return where the program stands."""
        head = self._launched(self._storage(), drafts=True)
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
        return {row.account.name: row.account for row in self._storage().accounts(names)}

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
        return any(row.frozen for row in self._storage().accounts([account]))

    def _storage(self) -> Storage:
        return storage_for(self.program_id, self.using)

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
        guards: Sequence[Guard | None],
        bundle: str | None,
        wait: float,
    ) -> list[Outcome]:
        parsed = _parse_all(received, guards, bundle)
        jobs = [job for job in parsed if isinstance(job, Job)]
        if bundle is not None and len(jobs) < len(parsed):
            raise BadCommand("A group must hold commands only; one of these is malformed.")
        if jobs:
            self._desk.submit(jobs, wait)
        return _in_order(parsed, jobs)

    def _enqueue_all(
        self, received: Sequence[Received], guards: Sequence[Guard | None], bundle: str | None
    ) -> list[str]:
        rows = []
        for fields, guard in zip(received, guards, strict=True):
            try:
                command = parse(fields)
            except Malformed as error:
                raise BadCommand(f"That is no command: {error}") from None
            rows.append(self._desk.row(Job(command, guard, bundle, self._desk.ticket())))
        storage = self._storage()
        written = storage.enqueue(rows)
        tickets = []
        for row in rows:
            ticket = row.ticket
            if ticket not in written:
                waiting = storage.waits(row.command_id)
                if waiting is None or (waiting.command, waiting.guard) != (row.command, row.guard):
                    raise KeyTaken(f"Another command waits under the id {row.command_id!r}.")
                ticket = waiting.ticket
            tickets.append(ticket)
        return tickets

    def _outcome(self, storage: Storage, command_id: str) -> Outcome | None:
        accepted = storage.find((), [command_id], ()).entries.get(command_id)
        if accepted is not None:
            body = msgspec.json.decode(accepted.body)
            return Outcome(command_id, read_receipt(body["receipt"]), None, accepted.number)
        text = storage.outcomes([command_id]).get(command_id)
        return None if text is None else decode_outcome(command_id, text)


def _parse_all(
    received: Sequence[Received], guards: Sequence[Guard | None], bundle: str | None
) -> list[Job | Outcome]:
    if len(guards) != len(received):
        raise BadCommand("There must be as many guards as commands.")
    parsed: list[Job | Outcome] = []
    for fields, guard in zip(received, guards, strict=True):
        try:
            parsed.append(Job(parse(fields), guard, bundle))
        except Malformed:
            echoed = _echoed(fields)
            parsed.append(Outcome(echoed, Receipt(echoed, Rejection.MALFORMED)))
    return parsed


def _in_order(parsed: Sequence[Job | Outcome], jobs: Sequence[Job]) -> list[Outcome]:
    settled = iter(jobs)
    outcomes = []
    for one in parsed:
        outcome = one if isinstance(one, Outcome) else next(settled).outcome
        if outcome is None:
            raise LedgerError("A command was left without outcome: a defect, report it.")
        outcomes.append(outcome)
    return outcomes


def _without_repeats(received: Sequence[Received]) -> Iterator[list[Received]]:
    """Yield parts in which no id comes twice: the inbox holds one command under an id."""
    part: list[Received] = []
    seen: set[object] = set()
    for fields in received:
        command_id = _echoed(fields)
        repeated = isinstance(command_id, str) and command_id in seen
        if part and (repeated or len(part) == BATCH):
            yield part
            part, seen = [], set()
        part.append(fields)
        if isinstance(command_id, str):
            seen.add(command_id)
    if part:
        yield part


def _echoed(received: object) -> object:
    """Return the id to echo of what may be no object at all."""
    return received.get("id") if isinstance(received, Mapping) else None

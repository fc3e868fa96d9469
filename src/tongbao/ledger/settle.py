"""Settling: under the program's lock the engine decides what waits, and it is written down.

Everything of a batch is one transaction: journal, statements' lines, balances, receipts of what
was not accepted, the program's figures. Reads come first, decisions are made in memory.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

import msgspec
from msgspec import Struct

from tongbao.engine import commands
from tongbao.engine.commands import ChangePlan, CloseDay, Command, same_command
from tongbao.engine.decide import decide
from tongbao.engine.entry import Entry
from tongbao.engine.invariants import check_step
from tongbao.engine.plan import plan_fields
from tongbao.engine.receipts import Receipt, Rejection
from tongbao.engine.state import Account, Figures
from tongbao.engine.units import InvariantBroken
from tongbao.engine.work import Work
from tongbao.ledger.fields import stored
from tongbao.ledger.journal import (
    canonical,
    chained,
    entry_body,
    read,
    read_receipt,
    receipt_fields,
    timestamp,
)
from tongbao.ledger.layer import Layer
from tongbao.ledger.storage.face import HeadRow, Storage, Writes
from tongbao.ledger.store import DatabaseStore
from tongbao.ledger.values import Guard, Outcome, Refusal

_CHUNK: Final = 100
_LOG: Final = logging.getLogger("tongbao.ledger")


class Job(Struct):
    """A command to settle. Jobs of one ``bundle`` are neighbours: all are accepted or none.

    ``inboxed``: it waits in the inbox and is to leave it. ``announced``: the plan change that it
    is was announced. ``outcome`` is set by settling and holds once the transaction is committed.
    """

    command: Command
    guard: Guard | None = None
    bundle: str | None = None
    ticket: str = ""
    inboxed: bool = False
    announced: bool = False
    outcome: Outcome | None = None


class _Accepted(Struct, frozen=True):
    command: Command
    receipt: Receipt
    number: int


class _Decided(Struct, frozen=True):
    """A command that the engine accepts: what it would change, if nothing speaks against it."""

    job: Job
    receipt: Receipt
    work: Work
    before: Figures


class Settling:
    """One holder's turn at the program's lock."""

    def __init__(
        self, storage: Storage, head: HeadRow, *, now: datetime, free_plans: bool = False
    ) -> None:
        """Begin with the locked row; ``free_plans``: plans may change without announcement."""
        self._storage = storage
        self._head = head
        self._store = DatabaseStore(storage, head)
        self._layer = Layer(self._store)
        self._turnover: dict[str, int] = msgspec.json.decode(head.turnover)
        self._at = timestamp(now)
        self._free_plans = free_plans
        self._known: dict[str, _Accepted] = {}
        self._writes = Writes()
        self._changed: dict[str, Account] = {}
        self.unchanged = True

    @property
    def last(self) -> int:
        """The number of the last entry."""
        return self._head.number

    def settle(self, jobs: Sequence[Job]) -> None:
        """Decide these in their order, set their outcomes and write what is to be written."""
        self._store.prefetch([job.command for job in jobs])
        written = self._head.number
        with self._storage.pipelined():
            for bundle, together in _bundles(jobs):
                if bundle is None:
                    self._settle_one(together[0])
                else:
                    self._settle_bundle(together)
                if len(self._writes.entries) >= _CHUNK:
                    self._flush()
            self._flush()
            if self._head.number != written:
                self._write_head()

    def preview(self, jobs: Sequence[Job]) -> None:
        """Set the outcomes that these would have, one after the other; write nothing."""
        self._store.prefetch([job.command for job in jobs])
        number = self._head.number
        for job in jobs:
            decided = self._decide(self._layer, job)
            if isinstance(decided, Outcome):
                job.outcome = decided
                continue
            number += 1
            job.outcome = Outcome(job.command.id, decided.receipt, None, number)
            self._layer.apply(decided.work)
            self._known[job.command.id] = _Accepted(job.command, decided.receipt, number)

    def _settle_one(self, job: Job) -> None:
        decided = self._decide(self._layer, job)
        if isinstance(decided, Outcome):
            self._finish(job, decided)
        else:
            self._accept(decided)

    def _settle_bundle(self, jobs: Sequence[Job]) -> None:
        """Try all on a layer of their own; accept them only if each is accepted."""
        trial = Layer(self._layer)
        tried: list[_Decided | Outcome] = []
        known = dict(self._known)
        for job in jobs:
            decided = self._decide(trial, job)
            if isinstance(decided, Outcome) and not decided.ok:
                self._known = known
                for other in jobs:
                    self._finish(other, decided if other is job else self._left_out(other))
                return
            if not isinstance(decided, Outcome):
                trial.apply(decided.work)
                number = self._head.number + 1 + sum(isinstance(t, _Decided) for t in tried)
                self._known[job.command.id] = _Accepted(job.command, decided.receipt, number)
            tried.append(decided)
        for job, decided in zip(jobs, tried, strict=True):
            if isinstance(decided, Outcome):
                self._finish(job, decided)
            else:
                self._accept(decided)

    def _left_out(self, job: Job) -> Outcome:
        """Return the outcome of a command whose group was not accepted."""
        before = self._accepted_before(job.command)
        if before is not None and before.ok:
            return before
        return Outcome(job.command.id, None, Refusal.GROUP)

    def _decide(self, layer: Layer, job: Job) -> _Decided | Outcome:
        """Return what the engine would change, or what became of the command without a change."""
        command = job.command
        if (before := self._accepted_before(command)) is not None:
            return before
        paying = _PAYING.get(type(command))
        if paying is not None and self._store.is_frozen(getattr(command, paying)):
            return Outcome(command.id, None, Refusal.FROZEN)
        if isinstance(command, ChangePlan) and not (job.announced or self._free_plans):
            return Outcome(command.id, None, Refusal.NOT_ANNOUNCED)
        receipt, work = decide(layer, command)
        if work is None:
            return Outcome(command.id, receipt)
        if job.guard is not None and not job.guard.holds(receipt.fields):
            return Outcome(command.id, receipt, Refusal.GUARD)
        try:
            check_step(layer.figures, work.figures, work.changed, work.plan.max_supply)
        except InvariantBroken as broken:
            # Nothing was changed. The command must not stop all that wait behind it.
            # Of the promise only its number: the rest names an account.
            promise, _, _ = str(broken).partition(":")
            _LOG.critical(
                "promise_broken", extra={"type": type(command).__name__, "promise": promise[:40]}
            )
            return Outcome(command.id, None, Refusal.DEFECT)
        return _Decided(job, receipt, work, layer.figures)

    def _accepted_before(self, command: Command) -> Outcome | None:
        """Return the outcome of a command whose id was accepted before."""
        known = self._known.get(command.id)
        if known is None and (entry := self._store.entry(command.id)) is not None:
            body = read(entry.body)
            first = commands.parse(body["command"])
            known = _Accepted(first, read_receipt(body["receipt"]), entry.number)
            self._known[command.id] = known
        if known is None:
            return None
        if same_command(known.command, command):
            return Outcome(command.id, known.receipt, None, known.number)
        return Outcome(command.id, Receipt(command.id, Rejection.ID_REUSED))

    def _accept(self, decided: _Decided) -> None:
        job, receipt, work = decided.job, decided.receipt, decided.work
        command, head, writes = job.command, self._head, self._writes
        self._layer.apply(work)
        entry = Entry(work, decided.before)
        head.number += 1
        head.figures = work.figures
        body = entry_body(head.number, command, receipt, entry, self._at)
        head.hash = chained(head.hash, body)
        writes.entries.append((head.number, stored(command.id), body, head.hash))
        for was, account in work.changed:
            if was != account:
                self._changed[account.name] = account
                if shown(was) != (now := shown(account)):
                    writes.lines.append((stored(account.name), head.number, *now))
        if work.recorded is not None and isinstance(command, commands.Refund):
            writes.refunded[command.purchase] = work.recorded[1].refunded
        self._add_turnover(entry)
        if isinstance(command, ChangePlan):
            head.plan = canonical(plan_fields(work.plan))
        elif isinstance(command, CloseDay):
            figures = canonical(msgspec.structs.asdict(work.figures))
            writes.days.append((command.day, head.number, figures, canonical(self._turnover)))
        self._known[command.id] = _Accepted(command, receipt, head.number)
        self._finish(job, Outcome(command.id, receipt, None, head.number))

    def _add_turnover(self, entry: Entry) -> None:
        turnover = self._turnover
        for cause, source, _, target, _, amount in entry.moves:
            if amount:
                moved = f"{cause} {source} {target}"
                turnover[moved] = turnover.get(moved, 0) + amount

    def _finish(self, job: Job, outcome: Outcome) -> None:
        job.outcome = outcome
        if not job.inboxed:
            return
        if outcome.ok:
            self._writes.settled.append(job.ticket)
        else:
            self._writes.refused.append((job.ticket, encode_outcome(outcome)))

    def _flush(self) -> None:
        writes = self._writes
        self.unchanged &= not (writes.entries or writes.settled or writes.refused)
        writes.accounts = self._store.rows(self._changed.values())
        writes.bounds = self._store.raised()
        self._storage.write(self._writes)
        self._writes = Writes()
        self._changed = {}

    def _write_head(self) -> None:
        self._head.turnover = canonical(self._turnover)
        self._storage.write_head(self._head)


def encode_outcome(outcome: Outcome) -> str:
    """Return as JSON why a command was not accepted."""
    receipt = None if outcome.receipt is None else receipt_fields(outcome.receipt)
    return canonical({"receipt": receipt, "refusal": outcome.refusal})


def decode_outcome(command_id: str, text: str) -> Outcome:
    """Return what `encode_outcome` wrote."""
    fields = read(text)
    receipt, refusal = fields["receipt"], fields["refusal"]
    return Outcome(
        command_id,
        None if receipt is None else read_receipt(receipt),
        None if refusal is None else Refusal(refusal),
    )


def _bundles(jobs: Sequence[Job]) -> Iterator[tuple[str | None, list[Job]]]:
    for bundle, together in groupby(jobs, key=lambda job: job.bundle):
        if bundle is None:
            for job in together:
                yield None, [job]
        else:
            yield bundle, list(together)


_PAYING: Final[dict[type[Command], str]] = {
    commands.Redeem: "account",
    commands.Withdraw: "account",
    commands.PayPoints: "member",
    commands.Convert: "member",
    commands.PayWallet: "payer",
    commands.PayCredit: "payer",
    commands.RedeemCredit: "merchant",
}
"""The field that names the account which something of value leaves."""


def shown(account: Account | None) -> tuple[int, int, int, int, int, int, int]:
    """Return what a statement's line shows; marks matter only to who holds points."""
    if account is None:
        return (0, 0, 0, 0, 0, 0, 0)
    return (
        *(account.points, account.quota, account.owed, account.wallet, account.credit),
        *((account.mark, account.fraction) if account.points else (0, 0)),
    )

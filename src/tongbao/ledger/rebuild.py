"""Balances are a cache of the journal: recompute them through the engine, compare, or write anew.

The journal is read from genesis. Each body must be, byte for byte, what the engine makes of the
command in it, and the chain of hashes must hold. Then every figure that the tables keep is held
against what came out: the program's figures, turnover and plan, accounts, statements' lines,
closed days, refunded purchases.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import Final, TypeVar

from django.db import connections

from tongbao.engine.state import exit_key
from tongbao.ledger import models
from tongbao.ledger.door import Ledger
from tongbao.ledger.journal_comparison import (
    Comparison,
    Difference,
    Progress,
    Rebuilt,
    frozen_by_log,
    head_of,
)
from tongbao.ledger.journal_replay import JournalReplay
from tongbao.ledger.storage import storage_for
from tongbao.ledger.storage.face import BATCH, AccountRow, Writes
from tongbao.ledger.values import LedgerError, NotLaunched

_KEPT_BESIDE: Final = ("ledger_line", "ledger_day", "ledger_refunded", "ledger_account")
_T = TypeVar("_T")


def check(ledger: Ledger, progress: Progress | None = None) -> Rebuilt:
    """Recompute everything from genesis and compare every figure; nothing is written.

    ``progress`` is told how many entries and statements' lines are done, and of how many. Memory
    grows with the accounts, not with the journal.

    Raises:
        NotLaunched: there is no journal yet.
    """
    storage = storage_for(ledger.program_id, ledger.using)
    with storage.snapshot():
        try:
            head = storage.head()
        except ValueError as error:
            told = Difference("the program's row", str(error), "whole numbers")
            return Rebuilt(0, 0, (told,), 1)
        if head is None or head.status == "draft":
            raise NotLaunched(f"{ledger.name!r} has no journal yet.")
        with closing(JournalReplay(ledger, head.number)) as replay:
            comparison = Comparison(ledger, replay, progress)
            for made in replay.pages():
                comparison.take(made)
            comparison.finish(head)
    return comparison.result()


def write_anew(ledger: Ledger, progress: Progress | None = None) -> Rebuilt:
    """Write all that is kept beside the journal anew from it, in one transaction.

    Nobody settles meanwhile, and who stops it leaves everything as it was. Memory grows with the
    accounts, not with the journal.

    Raises:
        NotLaunched: there is no journal yet.
        LedgerError: the journal itself is not sound; nothing was written.
    """
    storage = storage_for(ledger.program_id, ledger.using)
    with ledger.held():
        head = storage.head()
        if head is None or head.status == "draft":
            raise NotLaunched(f"{ledger.name!r} has no journal yet.")
        entries = models.Entry.objects.using(ledger.using).filter(program=ledger.program_id)
        last = entries.order_by("-number").values_list("number", flat=True).first() or 0
        with connections[ledger.using].cursor() as cursor:
            for table in _KEPT_BESIDE:
                cursor.execute(f"DELETE FROM {table} WHERE program = %s", (ledger.program_id,))
        with closing(JournalReplay(ledger, last)) as replay:
            for made in replay.pages():
                storage.write(Writes([], made.lines, {}, {}, made.refunded, made.days))
                if progress is not None:
                    progress(replay.number + 1, replay.last + 1)
        if replay.broken is not None or replay.store is None:
            place = "entry 0" if replay.broken is None else f"entry {replay.broken.number}"
            raise LedgerError(f"the journal is not sound at {place}; nothing was written")
        accounts = replay.store.accounts
        for some in _batches(accounts.values()):
            rows = {
                a.name: AccountRow(a, frozen=False, bound=exit_key(a) if a.points else None)
                for a in some
            }
            storage.write(Writes(accounts=rows))
        for names in _batches(frozen_by_log(ledger)):
            models.Account.objects.using(ledger.using).filter(
                program=ledger.program_id, name__in=names
            ).update(frozen=True)
        storage.write_head(head_of(replay, head))
    return Rebuilt(replay.number + 1, len(accounts), (), 0)


def _batches(things: Iterable[_T]) -> Iterator[list[_T]]:
    """Yield so many at a time as one statement writes."""
    coming = iter(things)
    while batch := list(islice(coming, BATCH)):
        yield batch

"""The conformance streams through the ledger: in batches of random size, by every door.

Plan changes stand in the streams as commands, so these programs need no notice. Malformed lines get
their receipt at the door; what the inbox would not take is left out there.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.engine.test_vectors import STREAMS, received
from tests.ledger.databases import Database
from tests.ledger.stage import check_books
from tongbao.engine.receipts import Receipt, Rejection, encode_receipt
from tongbao.engine.snapshot import encode_state
from tongbao.ledger import models, programs
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.settle import decode_outcome
from tongbao.ledger.values import BadCommand, KeyTaken, Outcome

QUICK = ("0000", "0012", "0017", "wine")
Way = Callable[[Ledger, Sequence[object]], list[Outcome]]


def by_submitting(ledger: Ledger, batch: Sequence[object]) -> list[Outcome]:
    return ledger.submit_many(batch)  # type: ignore[arg-type]  # some lines are no commands


def by_the_inbox(ledger: Ledger, batch: Sequence[object]) -> list[Outcome]:
    """Enqueue all of it and settle once; what cannot wait beside the others waits its turn."""
    outcomes: list[Outcome | None] = []
    waiting: list[tuple[int, str, str]] = []

    def settled() -> None:
        assert ledger.settle() == len(waiting)
        for place, command_id, ticket in waiting:
            outcomes[place] = told(ledger, command_id, ticket)
        waiting.clear()

    for fields in batch:
        outcomes.append(None)
        command_id = fields.get("id") if isinstance(fields, dict) else None
        if command_id in [waits for _, waits, _ in waiting]:
            settled()
        try:
            ticket = ledger.enqueue(fields)  # type: ignore[arg-type]  # some lines are no commands
        except BadCommand:
            outcomes[-1] = Outcome(command_id, Receipt(command_id, Rejection.MALFORMED))
        except KeyTaken:
            outcomes[-1] = Outcome(command_id, Receipt(command_id, Rejection.ID_REUSED))
        else:
            assert isinstance(command_id, str)
            waiting.append((len(outcomes) - 1, command_id, ticket))
    settled()
    return [outcome for outcome in outcomes if outcome is not None]


def told(ledger: Ledger, command_id: str, ticket: str) -> Outcome | None:
    """What became of the command of that ticket: others under its id came before it."""
    rows = models.Inbox.objects.using(ledger.using).filter(program=ledger.program_id)
    refused = rows.filter(ticket=ticket).values_list("outcome", flat=True).first()
    return decode_outcome(command_id, refused) if refused else ledger.outcome(command_id)


def by_groups(ledger: Ledger, batch: Sequence[object]) -> list[Outcome]:
    """Preview, then submit as a group what is accepted; the rest one by one."""
    outcomes: list[Outcome] = []
    group: list[dict[str, object]] = []

    def grouped() -> None:
        outcomes.extend(ledger.submit_group(group))
        group.clear()

    for fields in batch:
        seen = ledger.preview_many([*group, fields])[-1]  # type: ignore[list-item]  # likewise
        if seen.ok:
            assert isinstance(fields, dict)
            group.append(fields)
        else:
            grouped()
            outcomes.append(ledger.submit(fields))  # type: ignore[arg-type]  # likewise
    grouped()
    return outcomes


def in_batches(lines: Sequence[object], seed: str, largest: int) -> Iterator[Sequence[object]]:
    sizes = random.Random(seed)
    place = 0
    while place < len(lines):
        size = sizes.randint(1, largest)
        yield lines[place : place + size]
        place += size


def check_stream(database: Database, stream: Path, way: Way, largest: int) -> None:
    plan = json.loads((stream / "plan.json").read_bytes())
    programs.create("stream", plan, plan_notice_days=0, using=database.alias)
    programs.launch("stream", using=database.alias)
    ledger = open_program("stream", using=database.alias)
    lines = (stream / "commands.jsonl").read_text(encoding="utf-8").splitlines()
    expected = (stream / "receipts.jsonl").read_text(encoding="utf-8").splitlines()
    outcomes: list[Outcome] = []
    for batch in in_batches([received(line) for line in lines], stream.name, largest):
        outcomes += way(ledger, batch)
    for line, receipt, outcome in zip(lines, expected, outcomes, strict=True):
        assert outcome.receipt is not None, line
        assert encode_receipt(outcome.receipt) == receipt, line
        assert outcome.ok == outcome.receipt.ok
    replay = check_books(ledger)
    state = (stream / "state.json").read_text(encoding="utf-8")
    assert "".join(encode_state(replay)) == state


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("way", [by_submitting, by_the_inbox, by_groups])
def test_streams_give_the_receipts_and_balances_of_the_engine(
    database: Database, way: Way, name: str
) -> None:
    (stream,) = [path for path in STREAMS if path.name == name]
    check_stream(database, stream, way, 60)


@pytest.mark.long
@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.name)
@pytest.mark.parametrize("largest", [1, 8, 400])
@pytest.mark.parametrize("way", [by_submitting, by_the_inbox, by_groups])
def test_every_stream_in_batches_of_every_size(
    database: Database, way: Way, largest: int, stream: Path
) -> None:
    check_stream(database, stream, way, largest)

"""Exports to audit: journals written by the engine in memory, and forged ones."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.engine.desk import FOUNDING
from tongbao.audit.problems import Problem
from tongbao.audit.verdict import Verdict
from tongbao.audit.verify import Audit
from tongbao.engine.commands import parse_line
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program
from tongbao.ledger.journal import BEFORE_GENESIS, chained, entry_body, genesis_body, timestamp

VECTORS = Path(__file__).parents[1] / "vectors"
STREAMS = sorted(path.parent for path in VECTORS.glob("*/plan.json"))
LAUNCH = datetime(2026, 1, 1, 8, tzinfo=UTC)
STEP = timedelta(hours=2)
Body = dict[str, Any]


def journal(
    commands: Iterable[bytes], plan: Mapping[str, object] = FOUNDING, program: str = "wine"
) -> list[bytes]:
    """Return the export of a program that was sent these lines, an entry every two hours."""
    engine = Program(plan_from_fields(plan))
    body = genesis_body(program, "CNY", plan, LAUNCH)
    digest = chained(BEFORE_GENESIS, body)
    lines = [exported(body, digest)]
    for received in commands:
        command, _ = parse_line(received)
        outcome = None if command is None else engine.execute(command)
        if command is None or outcome is None or outcome.entry is None:
            continue
        number = len(lines)
        at = timestamp(LAUNCH + number * STEP)
        body = entry_body(number, command, outcome.receipt, outcome.entry, at)
        digest = chained(digest, body)
        lines.append(exported(body, digest))
    return lines


def journal_of(*commands: Mapping[str, object], **plan: object) -> list[bytes]:
    """Return the export of a program of the founding plan, changed where told; ids are given."""
    lines = [
        json.dumps({"id": f"c{number}", **command}).encode()
        for number, command in enumerate(commands, start=1)
    ]
    return journal(lines, {**FOUNDING, **plan})


@cache
def stream_journal(name: str) -> tuple[bytes, ...]:
    """Return the export of a conformance stream."""
    folder = VECTORS / name
    plan = json.loads((folder / "plan.json").read_bytes())
    return tuple(journal((folder / "commands.jsonl").read_bytes().splitlines(), plan, name))


def exported(body: str, digest: str) -> bytes:
    return f'{{"body":{body},"hash":"{digest}"}}\n'.encode("ascii")


def bodies(lines: Sequence[bytes]) -> list[Body]:
    return [json.loads(line)["body"] for line in lines]


def forged(lines: Sequence[bytes], number: int, forge: Callable[[Body], object]) -> list[bytes]:
    """Return the journal with one entry changed and the chain made good from there on."""
    entries = copy.deepcopy(bodies(lines))
    forge(entries[number])
    return chain_of(entries)


def chain_of(entries: Iterable[Body]) -> list[bytes]:
    """Return an export of these bodies whose chain of hashes is right."""
    lines, digest = [], bytes(32)
    for entry in entries:
        body = json.dumps(entry, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(digest + body.encode()).digest()
        lines.append(exported(body, digest.hex()))
    return lines


def audited(lines: Iterable[bytes]) -> Verdict:
    audit = Audit()
    for line in lines:
        audit.line(line)
    return audit.finish()


def found(lines: Iterable[bytes]) -> list[tuple[str, int | None]]:
    """Return what an audit finds: fault and entry, in order."""
    return [brief(problem) for problem in audited(lines).problems]


def brief(problem: Problem) -> tuple[str, int | None]:
    return str(problem.fault), problem.entry

"""The audit of 200,000 entries against `json.loads` over the same lines. Bound: 25 times.

Purchases by 50,000 members, with redemptions, refunds, withdrawals and closes of days among them.
Each pair times a step of the audit right after a step of the bare reading.
"""

import json
import random
from datetime import UTC, date, datetime, timedelta

from benchmarks.measure import Result, in_steps, paired, timed
from tongbao.audit.verify import Audit
from tongbao.engine.commands import CloseDay, Command, Deposit, Purchase, Redeem, Refund, Withdraw
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program
from tongbao.ledger.journal import BEFORE_GENESIS, chained, entry_body, genesis_body, timestamp

ENTRIES, MEMBERS, STEP = 200_000, 50_000, 5_000
LAUNCH = datetime(2026, 1, 1, tzinfo=UTC)


def measure() -> Result:
    """Return the audit's time as a multiple of the bare reading's."""
    lines = _export()
    audit = Audit()
    times = []
    for start in range(0, len(lines), STEP):
        part = lines[start : start + STEP]
        bare = timed(lambda part=part: _read(part))  # type: ignore[misc]
        times.append((timed(lambda part=part: _take(audit, part)), bare))  # type: ignore[misc]
    verdict = audit.finish()
    assert verdict.sound
    took = sum(audited for audited, _ in times)
    detail = (
        f"{took / verdict.entries * 1e6:.1f} µs an entry; {verdict.entries:,} entries, "
        f"{verdict.members:,} members, {sum(map(len, lines)) / verdict.entries:.0f} bytes each"
    )
    return Result("audit / json.loads", paired(times), 25, "×", detail)


def command(rng: random.Random, n: int, members: int) -> Command:
    """Return mostly purchases; now and then a member takes something out, or a day ends."""
    name, member = f"order-{n}", f"m{rng.randrange(members)}"
    if n % 2000 == 1999:
        return CloseDay(id=name, day=str(date(2026, 1, 1) + timedelta(days=n // 2000)))
    kind = rng.randrange(100)
    if kind < 3:
        return Redeem(id=name, account=member, points="all")
    if kind < 5:
        return Refund(id=name, purchase=f"order-{rng.randrange(n + 1)}", amount=2_500)
    if kind < 8:
        return Withdraw(id=name, account=member, amount=500)
    if kind < 9:
        return Deposit(id=name, account=member, amount=1_000)
    return Purchase(id=name, member=member, paid=rng.randrange(1_000, 50_000))


def _read(lines: list[bytes]) -> None:
    for line in lines:
        json.loads(line)


def _take(audit: Audit, lines: list[bytes]) -> None:
    for line in lines:
        audit.line(line)


def _export() -> list[bytes]:
    """Return the export of a program that the engine ran in this process."""
    plan = {**FOUNDING_EXAMPLE, "dividend_bps": 300}
    program = Program(plan_from_fields(plan))
    body = genesis_body("wine", "CNY", plan, LAUNCH)
    digest = chained(BEFORE_GENESIS, body)
    lines = [f'{{"body":{body},"hash":"{digest}"}}\n'.encode("ascii")]
    rng = random.Random(3)
    at = timestamp(LAUNCH)
    for n in in_steps(range(ENTRIES * 2), "export"):
        todo = command(rng, n, MEMBERS)
        outcome = program.execute(todo)
        if outcome.entry is None:
            continue
        body = entry_body(len(lines), todo, outcome.receipt, outcome.entry, at)
        digest = chained(digest, body)
        lines.append(f'{{"body":{body},"hash":"{digest}"}}\n'.encode("ascii"))
        if len(lines) == ENTRIES:
            break
    return lines

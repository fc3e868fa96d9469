"""Vectors sent through the ledger, beside the engine's own program that remembers everything.

The twin keeps each account's balances after every accepted command, and after each close pays out
on the side what everybody would collect: by the engine's own settling, account by account.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ledger.databases import Database
from tongbao.engine.commands import command_fields, parse_line
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program
from tongbao.engine.rules import settle
from tongbao.engine.state import Account, Figures
from tongbao.engine.work import Work
from tongbao.ledger import programs
from tongbao.ledger.door import Ledger, open_program

VECTORS = Path(__file__).parents[1] / "vectors"
Balances = tuple[int, int, int, int]


@dataclass(slots=True)
class Twin:
    """What the engine's program did: one step for each accepted command, from number 1 on."""

    program: Program
    figures: list[Figures] = field(default_factory=list)
    balances: dict[str, dict[int, Balances]] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)
    earned: dict[str, dict[str, int]] = field(default_factory=dict)
    """By account and day: the dividends of all time, just after that day's close."""
    movements: dict[int, list[tuple[str, str, str, int]]] = field(default_factory=dict)
    closes: dict[str, int] = field(default_factory=dict)

    def feed(self, fields: Mapping[str, Any]) -> None:
        """Execute a command and note what came of it."""
        entry = self.program.submit(fields).entry
        if entry is None:
            return
        self.figures.append(self.program.figures)
        number = len(self.figures)
        self.movements[number] = [(m.cause, m.source, m.target, m.amount) for m in entry.movements]
        for cause, _, target, amount in self.movements[number]:
            if cause == "dividend":
                name = target.removeprefix("wallet:")
                self.paid[name] = self.paid.get(name, 0) + amount
        for name, account in self.program.accounts.items():
            now = balances(account)
            history = self.balances.setdefault(name, {0: (0, 0, 0, 0)})
            if history[max(history)] != now:
                history[number] = now
        if fields["type"] == "close_day":
            self.closes[fields["day"]] = number
            for name in self.program.accounts:
                self.earned.setdefault(name, {})[fields["day"]] = self.earned_by(name)

    def earned_by(self, name: str) -> int:
        """The account's dividends until now: those paid, and what settling would pay."""
        return self.paid.get(name, 0) + self.due(name)

    def due(self, name: str) -> int:
        """What settling would pay now."""
        work = Work(self.program._store, self.program.plan, self.program.figures.__copy__())  # type: ignore[attr-defined]  # not in the stubs
        settle(work, work.require(name))
        return sum(amount for cause, *_, amount in work.moves if cause == "dividend")


def balances(account: Account) -> Balances:
    return account.points, account.quota, account.wallet, account.credit


def commands(stream: str) -> Iterator[dict[str, Any]]:
    """The stream's commands, without its malformed lines."""
    for line in (VECTORS / stream / "commands.jsonl").read_bytes().splitlines(keepends=True):
        command, _ = parse_line(line)
        if command is not None:
            yield command_fields(command)


def played(database: Database, stream: str) -> tuple[Ledger, Twin]:
    """The stream in a ledger, and in a twin."""
    plan = json.loads((VECTORS / stream / "plan.json").read_text())
    programs.create(stream, plan, plan_notice_days=0, using=database.alias)
    programs.launch(stream, using=database.alias)
    ledger = open_program(stream, using=database.alias)
    ledger.submit_many(list(commands(stream)))
    twin = Twin(Program(plan_from_fields(plan)))
    for fields in commands(stream):
        twin.feed(fields)
    assert ledger.standing().number == len(twin.figures)
    return ledger, twin

"""Many processes at one program: nothing is lost, nothing counts twice, and it is the lock's doing."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from tests.ledger.crowd import Unlocked
from tests.ledger.databases import Database
from tests.ledger.stage import check_books, journal, opened, purchase
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.storage import storage_for
from tongbao.ledger.store import DatabaseStore
from tongbao.ledger.values import Outcome

SIXTEEN = (
    *("submits",) * 5,
    *("groups",) * 2,
    *("enqueues",) * 3,
    *("settles",) * 2,
    *("looks",) * 2,
    *("reads",) * 2,
)


def crowd(database: Database, folder: Path, **order: object) -> tuple[Counter[str], str]:
    """Let a crowd at the program «wine» of that database; return what it counts and complains of."""
    order = {"url": database.url, "program": "wine", "promises": str(folder / "promises"), **order}
    command = [sys.executable, "-m", "tests.ledger.crowd", json.dumps(order)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if ran.returncode:
        return Counter({"wrong": 1}), ran.stderr
    return Counter(json.loads(ran.stdout)), ran.stderr


def promises(folder: Path) -> Mapping[str, list[list[str]]]:
    """What was written down, by its first word."""
    path = folder / "promises"
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return {word: [rest for first, *rest in lines if first == word] for word in ("told", "left")}


def check_promises(ledger: Ledger, folder: Path) -> int:
    """All that was promised is in the journal, where it was said to be; return how much."""
    ledger.settle()
    numbers = {command_id: number for number, command_id, *_ in journal(ledger)}
    made = promises(folder)
    for command_id, number in made["told"]:
        assert numbers[command_id] == int(number), command_id
    for (command_id,) in made["left"]:
        assert command_id in numbers
    for first in [name for name in numbers if name is not None and name.endswith("a")]:
        assert numbers[f"{first[:-1]}b"] == numbers[first] + 1, "a group is torn"
    check_books(ledger)
    return len(made["told"]) + len(made["left"])


@pytest.mark.parametrize("rounds", [25, pytest.param(300, marks=pytest.mark.long)])
def test_sixteen_processes_lose_nothing_and_count_nothing_twice(
    database: Database, tmp_path: Path, rounds: int
) -> None:
    ledger = opened(database)
    counts, complaints = crowd(database, tmp_path, roles=SIXTEEN, rounds=rounds)
    assert not counts["wrong"], complaints
    check_promises(ledger, tmp_path)
    numbers = Counter(
        str(command_id).partition("-")[0] for _, command_id, *_ in journal(ledger)[1:]
    )
    one_each, two_each = [rounds] * 5 + [rounds] * 3, [2 * rounds] * 2
    assert sorted(numbers.values()) == sorted(one_each + two_each)


def test_without_the_lock_the_same_crowd_fails(database: Database, tmp_path: Path) -> None:
    opened(database)
    counts, complaints = crowd(database, tmp_path, roles=["submits"] * 6, rounds=15, unlocked=True)
    assert counts["wrong"], complaints


# ---------------------------------------------------------------- the same race, step by step


def as_in_another_process(ledger: Ledger) -> Ledger:
    """A door whose commands don't stand in line with this process's others."""
    config: Any = apps.get_app_config("ledger")
    config._desks.clear()
    return open_program(ledger.name, using=ledger.using)


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> threading.Barrier:
    """Where two who have read what they need wait for each other, but not for ever."""
    gate = threading.Barrier(2)
    real = DatabaseStore.prefetch

    def prefetch(self: DatabaseStore, commands: Any) -> None:  # noqa: ANN401  # commands
        real(self, commands)
        try:
            gate.wait(0.4)
        except threading.BrokenBarrierError:
            gate.reset()

    monkeypatch.setattr(DatabaseStore, "prefetch", prefetch)
    return gate


def race(database: Database, ledger: Ledger) -> list[Outcome | Exception]:
    def submit(door: Ledger, command_id: str) -> Outcome | Exception:
        try:
            return door.submit(purchase(command_id), wait=5)
        except Exception as error:  # noqa: BLE001  # the race is about what is raised
            return error

    doors = [as_in_another_process(ledger) for _ in range(2)]
    works: list[Callable[[], Outcome | Exception]] = [
        lambda door=door, n=n: submit(door, f"c{n}")  # type: ignore[misc]  # bound now
        for n, door in enumerate(doors)
    ]
    return database.at_once(works)


def test_two_that_have_read_the_same_figures_cannot_both_be_without_the_lock(
    database: Database, meeting: threading.Barrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened(database)
    ledger.submit(purchase("first"))
    kind: Any = type(storage_for(1, database.alias))
    if kind.locks_rows:
        real = kind._execute

        def execute(self: Any, query: str, values: Any) -> Any:  # noqa: ANN401  # a cursor
            query = query.replace(" FOR UPDATE", "").replace(" SKIP LOCKED", "")
            return real(self, query, values)

        monkeypatch.setattr(kind, "_execute", execute)
    else:
        raw = kind._raw
        monkeypatch.setattr(kind, "_raw", lambda self: Unlocked(raw(self)))
    outcomes = race(database, ledger)
    assert [isinstance(outcome, Exception) for outcome in outcomes].count(True) == 1
    monkeypatch.undo()
    check_books(ledger)


def test_with_the_lock_the_second_reads_what_the_first_has_written(
    database: Database, meeting: threading.Barrier
) -> None:
    ledger = opened(database)
    ledger.submit(purchase("first"))
    outcomes = race(database, ledger)
    assert sorted(o.number for o in outcomes if isinstance(o, Outcome) and o.number) == [2, 3]
    check_books(ledger)

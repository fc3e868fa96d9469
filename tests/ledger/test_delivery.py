"""The journal reaches receivers: all of it, in order, whatever fails on the way."""

from collections.abc import Sequence

import pytest

from tests.ledger.databases import Database
from tests.ledger.stage import opened, purchase
from tongbao.ledger.delivery import Backoff, Posted, deliver, place, places
from tongbao.ledger.door import Ledger
from tongbao.ledger.models import Entry


class Shelf:
    """A receiver that keeps the numbers it was brought; told to, it fails before it keeps any."""

    def __init__(self, name: str = "shelf") -> None:
        self.name = name
        self.kept: list[int] = []
        self.entries: list[Posted] = []
        self.fails = 0

    def receive(self, entries: Sequence[Posted]) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("away")
        self.kept += [entry.number for entry in entries]
        self.entries += entries


@pytest.fixture
def wine(database: Database) -> Ledger:
    """A program with the genesis and four purchases."""
    ledger = opened(database)
    ledger.submit_many([purchase(f"o{n}") for n in range(4)])
    return ledger


def brought(ledger: Ledger, shelf: Shelf, at_once: int = 500) -> int:
    return deliver(ledger.program_id, ledger.name, shelf, using=ledger.using, at_once=at_once)


def test_a_new_receiver_gets_everything_since_the_genesis(wine: Ledger) -> None:
    shelf = Shelf()
    assert brought(wine, shelf) == 5
    assert shelf.kept == [0, 1, 2, 3, 4]
    rows = Entry.objects.using(wine.using).order_by("number")
    assert [(e.hash, e.body) for e in shelf.entries] == [(row.hash, row.body) for row in rows]
    assert {entry.program for entry in shelf.entries} == {"wine"}


def test_afterwards_it_gets_what_is_new_and_nothing_twice(wine: Ledger) -> None:
    shelf = Shelf()
    brought(wine, shelf)
    assert brought(wine, shelf) == 0
    wine.submit(purchase("o9"))
    assert brought(wine, shelf) == 1
    assert shelf.kept == [0, 1, 2, 3, 4, 5]


def test_entries_come_in_batches_in_their_order(wine: Ledger) -> None:
    shelf = Shelf()
    assert brought(wine, shelf, at_once=2) == 5
    assert shelf.kept == [0, 1, 2, 3, 4]


def test_what_a_receiver_refused_comes_again(wine: Ledger) -> None:
    shelf = Shelf()
    brought(wine, shelf)
    wine.submit(purchase("o9"))
    shelf.fails = 1
    with pytest.raises(RuntimeError):
        brought(wine, shelf)
    assert place(wine.program_id, "shelf", using=wine.using) == 4
    assert brought(wine, shelf) == 1
    assert shelf.kept[-1] == 5


def test_each_receiver_has_a_place_of_its_own(wine: Ledger) -> None:
    brought(wine, Shelf("one"))
    wine.submit(purchase("o9"))
    brought(wine, Shelf("two"))
    assert places(wine.program_id, using=wine.using) == {"one": 4, "two": 5}


def test_programs_have_places_of_their_own(wine: Ledger, database: Database) -> None:
    other, shelf = opened(database, "tea"), Shelf()
    brought(wine, shelf)
    assert brought(other, shelf) == 1
    assert shelf.entries[-1].program == "tea"


def test_of_two_workers_none_skips_an_entry(wine: Ledger) -> None:
    """The second delivers the same while the first does: repeated, never out of order."""

    class Slow(Shelf):
        def receive(self, entries: Sequence[Posted]) -> None:
            if not self.kept:
                super().receive(entries[:0])
                brought(wine, second, at_once=2)
            super().receive(entries)

    second, first = Shelf(), Slow()
    assert brought(wine, first, at_once=3) == 3  # it sees that the other has gone on
    assert second.kept == [0, 1, 2, 3, 4]
    assert place(wine.program_id, "shelf", using=wine.using) == 4
    assert brought(wine, first) == 0


def test_a_stop_between_batches_keeps_the_place(wine: Ledger) -> None:
    shelf = Shelf()
    program = wine.program_id
    answers = iter([False, True])
    count = deliver(program, "wine", shelf, using=wine.using, at_once=2, stop=lambda: next(answers))
    assert (count, place(program, "shelf", using=wine.using)) == (2, 1)


def test_waiting_after_failures_doubles_up_to_a_bound_and_ends_with_success() -> None:
    now = [100.0]
    backoff = Backoff(first=1.0, longest=5.0, clock=lambda: now[0])
    over = [backoff.is_over]
    assert [backoff.failed() for _ in range(4)] == [1.0, 2.0, 4.0, 5.0]
    for now[0] in (104.9, 105.0):
        over.append(backoff.is_over)
    assert over == [True, False, True]
    backoff.succeeded()
    assert (backoff.failures, backoff.failed()) == (0, 1.0)

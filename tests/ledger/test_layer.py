"""Layers of changes over a store: they answer as one store does that has taken all changes in.

The engine's own program in memory is the other opinion; tests/model holds it against the spec.
"""

import json
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.model import streams
from tests.model.fuzz import ModelAlone
from tongbao.engine.commands import Malformed, parse
from tongbao.engine.decide import decide
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.invariants import check_step
from tongbao.engine.memory import MemoryStore
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program
from tongbao.engine.state import Account, Figures, Store, exit_key
from tongbao.engine.work import Work
from tongbao.ledger.layer import Layer
from tongbao.ledger.storage.face import AccountRow, Found, HeadRow
from tongbao.ledger.store import DatabaseStore

DATA = st.data()
PLAN = plan_from_fields(FOUNDING_EXAMPLE)


def in_order(store: Store) -> list[tuple[int, int, str]]:
    return [(c.key, c.opening, c.name) for c in store.ascending()]


def searched(accounts: Iterable[Account]) -> list[tuple[int, int, str]]:
    """The holders in the order of their exits, by looking at everybody."""
    return sorted((exit_key(a), a.opening, a.name) for a in accounts if a.points)


class LayersAndProgram(RuleBasedStateMachine):
    """Commands on the uppermost of up to three layers, which are laid, taken in and dropped."""

    plan: dict[str, Any]

    @initialize(data=DATA, seed=st.integers(0, 10**6), begun=st.integers(0, 60))
    def begin(self, data: st.DataObject, seed: int, begun: int) -> None:
        dice = streams.Dice(Random(seed))
        self.plan = streams.plan(dice)
        note(json.dumps(self.plan))
        self.model = ModelAlone(self.plan)
        plan = plan_from_fields(self.plan)
        self.twins = [Program(plan)]
        self.received: list[dict[str, Any]] = []
        self.known: set[str] = set()
        self.made = 0
        self.bottom = MemoryStore(plan)
        self.layers: list[Layer] = []
        self.works: list[list[Work]] = []
        ready = streams.beginning(dice)
        for _ in range(begun):
            self.feed(ready.pop(0) if ready else self.line(dice))
        self.lay()

    def line(self, choose: streams.Choices) -> Any:  # noqa: ANN401  # some are no commands
        self.made += 1
        return streams.anything(choose, self.model.model, self.received, f"c{self.made}")

    def feed(self, line: Any) -> None:  # noqa: ANN401  # likewise
        note(json.dumps(line))
        if self.model.submit(line).get("error") != "malformed":
            self.received.append(line)
        try:
            command = parse(line)
        except Malformed:
            return
        if command.id in self.known:  # the ledger answers those from its journal
            return
        outcome = self.twins[-1].execute(command)
        top: Store = self.layers[-1] if self.layers else self.bottom
        receipt, work = decide(top, command)
        assert receipt == outcome.receipt
        if work is None:
            return
        check_step(top.figures, work.figures, work.changed, work.plan.max_supply)
        self.known.add(command.id)
        if self.layers:
            self.layers[-1].apply(work)
            self.works[-1].append(work)
        else:
            self.bottom.apply(work)

    @rule(data=DATA, times=st.integers(1, 4))
    def command(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self.feed(self.line(streams.Draws(data.draw)))

    @rule(seed=st.integers(0, 10**6), times=st.integers(5, 15))
    def commands(self, seed: int, times: int) -> None:
        dice = streams.Dice(Random(seed))
        for _ in range(times):
            self.feed(self.line(dice))

    @precondition(lambda self: len(self.layers) < 3)
    @rule()
    def lay(self) -> None:
        self.layers.append(Layer(self.layers[-1] if self.layers else self.bottom))
        self.works.append([])
        self.twins.append(self.twins[-1].fork())

    @precondition(lambda self: len(self.layers) > 1)
    @rule()
    def take_in(self) -> None:
        """As settling does with a group that is accepted."""
        self.layers.pop()
        for work in self.works.pop():
            self.layers[-1].apply(work)
            self.works[-1].append(work)
        self.twins[-2:] = [self.twins[-1]]

    @precondition(lambda self: len(self.layers) > 1)
    @rule()
    def drop(self) -> None:
        """As settling does with a group that is refused; below nothing was changed."""
        self.layers.pop()
        self.works.pop()
        self.twins.pop()
        assert self.everything(self.layers[-1]) == self.expected()

    @invariant()
    def the_uppermost_is_what_the_program_is(self) -> None:
        if self.layers:
            assert self.everything(self.layers[-1]) == self.expected()
            bound, order = self.layers[-1].least_bound(), in_order(self.layers[-1])
            assert (bound is not None and bound <= order[0][0]) if order else True

    def everything(self, store: Layer) -> tuple[object, ...]:
        names = self.twins[-1].accounts.keys()
        purchases = {name: store.purchase(name) for name in self.twins[-1].purchases}
        accounts = {name: store.account(name) for name in names}
        holders = [a.name for a in store.holders()]
        return store.plan, store.figures, accounts, purchases, holders, in_order(store)

    def expected(self) -> tuple[object, ...]:
        twin = self.twins[-1]
        holders = [a.name for a in twin.accounts.values() if a.points or a.credit]
        order = searched(twin.accounts.values())
        accounts, purchases = dict(twin.accounts), dict(twin.purchases)
        return twin.plan, twin.figures, accounts, purchases, holders, order


def test_layers_over_layers_are_the_store_that_took_all_in() -> None:
    run_state_machine_as_test(
        LayersAndProgram, settings=settings(max_examples=40, stateful_step_count=15)
    )


@pytest.mark.long
def test_many_layers_over_layers_are_the_store_that_took_all_in() -> None:
    run_state_machine_as_test(
        LayersAndProgram, settings=settings(max_examples=600, stateful_step_count=40)
    )


def buys(store: Store, name: str, paid: int = 10_000) -> Work:
    command = parse({"id": f"{name}-{paid}", "type": "purchase", "member": name, "paid": paid})
    _, work = decide(store, command)
    assert work is not None
    return work


def test_a_layer_leaves_what_is_below_as_it_was() -> None:
    below = MemoryStore(PLAN)
    below.apply(buys(below, "ann"))
    before = (below.figures.__copy__(), dict(below.accounts), in_order(below))  # type: ignore[attr-defined]  # not in the stubs
    layer = Layer(below)
    for paid in (1_000, 2_000):
        layer.apply(buys(layer, "ann", paid))
        layer.apply(buys(layer, "bob", paid))
    assert (below.figures, dict(below.accounts), in_order(below)) == before
    assert layer.account("bob") is not None
    assert below.account("bob") is None


# ---------------------------------------------------------------- the order from stored bounds


class Shelf:
    """A storage in memory: rows by bound; counts what is read."""

    def __init__(self, rows: Sequence[AccountRow]) -> None:
        self.rows = {row.account.name: row for row in rows}
        self.read = 0

    def find(self, accounts: Iterable[str], ids: Iterable[str], purchases: Iterable[str]) -> Found:
        return Found(self.accounts(accounts), {}, {}, self.least(None, 4))

    def accounts(self, names: Iterable[str]) -> list[AccountRow]:
        return [self.rows[name] for name in names if name in self.rows]

    def least(self, after: AccountRow | None, limit: int) -> list[AccountRow]:
        held = [(r.bound, r.account.opening, r) for r in self.rows.values() if r.bound is not None]
        held.sort(key=lambda one: one[:2])
        if after is not None and after.bound is not None:
            last = (after.bound, after.account.opening)
            held = [one for one in held if one[:2] > last]
        self.read += len(held[:limit])
        return [row for *_, row in held[:limit]]

    def holders(self) -> list[AccountRow]:
        return [r for r in self.rows.values() if r.account.points or r.account.credit]


def over(shelf: Shelf) -> DatabaseStore:
    plan = json.dumps(dict(FOUNDING_EXAMPLE))
    head = HeadRow("running", 0, "", plan, 1, None, "{}", Figures())
    return DatabaseStore(shelf, head)  # type: ignore[arg-type]  # it has what is asked for


def shelved(held: Sequence[tuple[int, int, int]]) -> Shelf:
    """Holders of points with this quota, each with its bound so far below the key."""
    rows = []
    for opening, (points, quota, below) in enumerate(held):
        a = Account(f"m{opening}", "member", opening, 0, points=points, quota=quota)
        rows.append(AccountRow(a, False, max(0, exit_key(a) - below) if points else None))
    return Shelf(rows)


HELD = st.tuples(
    st.sampled_from([0, 1, 1, 2, 10]),  # few different figures, so that keys tie
    st.sampled_from([0, 1, 2, 3, 50]),
    st.sampled_from([0, 0, 1, 10**12, 10**30]),
)


@given(held=st.lists(HELD, max_size=60), looked=st.booleans())
def test_whatever_the_bounds_the_order_is_that_of_the_keys(
    held: list[tuple[int, int, int]], looked: bool
) -> None:
    shelf = shelved(held)
    store = over(shelf)
    if looked:
        store.prefetch([])
    expected = searched(row.account for row in shelf.rows.values())
    bound = store.least_bound()
    if expected:
        assert bound is not None
        assert bound <= expected[0][0]
    assert in_order(store) == expected
    assert in_order(store) == expected, "a second look gives the same"
    for written in store.rows([]).values():
        assert written.bound == exit_key(written.account)


def test_hundreds_that_tie_come_as_they_were_opened() -> None:
    store = over(shelved([(1, 5, 10**30 * (n % 2)) for n in range(500)]))
    assert [opening for _, opening, _ in in_order(store)] == list(range(500))


def test_who_ties_with_the_last_one_read_still_comes_as_opened() -> None:
    """The tenth is read first, by its low bound; those not read yet may stand before it."""
    store = over(shelved([*[(1, 5, 0)] * 9, (1, 5, 10**30)]))
    store.prefetch([])
    assert [opening for _, opening, _ in in_order(store)] == list(range(10))


def test_the_first_is_found_among_the_first_bounds() -> None:
    """No more is read than shows that nobody's key is below."""
    shelf = shelved([(1, 10 + n, 0) for n in range(1000)])
    store = over(shelf)
    store.prefetch([])
    first = next(store.ascending())
    assert (first.opening, shelf.read) == (0, 4)


def test_those_whose_bounds_are_far_too_low_are_brought_up_on_the_way() -> None:
    """A hundred stand before the first by their bounds, not by their keys."""
    shelf = shelved([*[(1, 1000 + n, 10**60) for n in range(100)], *[(1, 10, 0)] * 50])
    store = over(shelf)
    assert next(store.ascending()).opening == 100
    raised = store.raised()
    assert len(raised) > 80
    for name, bound in raised.items():
        row = shelf.rows[name]
        shelf.rows[name] = AccountRow(row.account, row.frozen, bound)
    store = over(shelf)
    assert next(store.ascending()).opening == 100
    assert not store.raised(), "nobody has to be brought up twice"


@given(
    held=st.lists(HELD, min_size=1, max_size=40),
    changes=st.lists(st.tuples(st.integers(0, 39), HELD), max_size=30),
)
def test_written_rows_keep_every_bound_at_or_below_its_key(
    held: list[tuple[int, int, int]], changes: list[tuple[int, tuple[int, int, int]]]
) -> None:
    """Whatever is changed and written, whoever opens the store next finds the order of the keys."""
    shelf = shelved(held)
    for place, (points, quota, _) in changes:
        store = over(shelf)
        next(store.ascending(), None)
        was = store.account(f"m{place % len(held)}")
        assert was is not None
        now = Account(was.name, "member", was.opening, 0, points=points, quota=quota)
        shelf.rows.update(store.rows([now]))
        for row in shelf.rows.values():
            assert (row.bound is None) == (row.account.points == 0)
            assert row.bound is None or row.bound <= exit_key(row.account)
        assert in_order(over(shelf)) == searched(row.account for row in shelf.rows.values())

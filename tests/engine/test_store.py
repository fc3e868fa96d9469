"""The store in memory: who is next to exit, forks that share nothing, holders in their order."""

from __future__ import annotations

from random import Random

import pytest

from tests.engine.desk import FOUNDING, Desk, everything
from tongbao.engine.memory import MemoryStore
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.state import Store
from tongbao.engine.units import SCALE
from tongbao.engine.work import Work

PLAN = plan_from_fields(FOUNDING)


def write(store: MemoryStore, name: str, points: int, quota: int, mark: int = 0) -> None:
    """Put an account into the store as a command would."""
    work = Work(store, store.plan, store.figures.__copy__())  # type: ignore[attr-defined]  # not in the stubs
    account = work.account(name) or work.open(name, "member")
    account.points, account.quota, account.mark = points, quota, mark
    store.apply(work)


def least(store: Store, skip: frozenset[str] = frozenset()) -> tuple[int, int, str] | None:
    found = next((c for c in store.ascending() if c.name not in skip), None)
    return None if found is None else (found.key, found.opening, found.name)


def least_by_search(
    store: MemoryStore, skip: frozenset[str] = frozenset()
) -> tuple[int, int, str] | None:
    """Look at everybody."""
    keys = [
        (a.quota * SCALE // a.points + a.mark, a.opening, a.name)
        for a in store.accounts.values()
        if a.points and a.name not in skip
    ]
    return min(keys, default=None)


@pytest.mark.parametrize("seed", range(8))
def test_the_least_is_right_whatever_was_written_before(seed: int) -> None:
    random = Random(seed)
    store = MemoryStore(PLAN)
    names = [f"m{n}" for n in range(12)]
    for _ in range(400):
        # Few different figures, so that keys tie, fall, rise, vanish and come back.
        points = random.choice([0, 0, 1, 2, 3, 10])
        write(
            store, random.choice(names), points, random.choice([0, 1, 5, 50]), random.choice([0, 7])
        )
        skip = frozenset(random.sample(names, random.choice([0, 0, 1, 3, 12])))
        expected = least_by_search(store, skip)
        assert least(store, skip) == expected
        bound = store.least_bound()
        in_order = [(c.key, c.opening, c.name) for c in store.ascending()]
        assert sorted(set(in_order)) == list(dict.fromkeys(in_order))
        everybody = least_by_search(store)
        if everybody is not None:
            assert bound is not None
            assert bound <= everybody[0]


def test_the_store_does_not_grow_with_what_was_written() -> None:
    """Whoever's key falls leaves an entry behind in the heap: as many as there are accounts stay."""
    store = MemoryStore(PLAN)
    for turn in range(500):
        for name in ("a", "b", "c"):
            write(store, name, 1, 1000 - turn)
        assert least(store) == ((1000 - turn) * SCALE, 0, "a")
        assert len(store._heap) <= 6
    # One too many, and it is made anew: those without points are left out, the others in order.
    write(store, "b", 0, 0)
    for quota in (400, 300, 200, 100):
        write(store, "c", 1, quota)
    assert [c.name for c in store.ascending()] == ["c", "a"]
    write(store, "b", 1, 150)
    assert [c.name for c in store.ascending()] == ["c", "b", "a"]


def test_the_purchases_that_are_kept_are_the_only_ones_known() -> None:
    desk = Desk()
    for number in range(3):
        desk.receipt("purchase", member="m", paid=10_000 + number)
    store = MemoryStore(PLAN)
    first, second, third = desk.program.purchases.values()
    store.keep_purchases({"c1": first, "c2": second})
    assert (store.purchase("c1"), store.purchase("c2")) == (first, second)
    store.keep_purchases({"c3": third})
    assert dict(store.purchases) == {"c3": third}
    assert store.purchase("c1") is None


def test_of_two_with_the_same_key_the_one_opened_first_is_next() -> None:
    store = MemoryStore(PLAN)
    for name in ("b", "a", "c"):
        write(store, name, 1, 5)
    assert least(store) == (5 * SCALE, 0, "b")
    assert least(store, frozenset({"b"})) == (5 * SCALE, 1, "a")
    assert least(store, frozenset({"a", "b"})) == (5 * SCALE, 2, "c")


def test_without_holders_there_is_no_least() -> None:
    store = MemoryStore(PLAN)
    assert least(store) is None
    assert store.least_bound() is None
    write(store, "a", 1, 5)
    write(store, "a", 0, 5)
    assert least(store) is None


def test_looking_at_everybody_leaves_the_order_as_it_was() -> None:
    store = MemoryStore(PLAN)
    write(store, "a", 1, 1)
    write(store, "b", 1, 2)
    assert least(store, frozenset({"a", "b"})) is None
    assert least(store) == (SCALE, 0, "a")


def test_a_fork_and_its_origin_share_nothing() -> None:
    desk = Desk(dividend_bps=1000)
    desk.buy("ann", 10_000)
    first = desk.last_id
    origin, twin = desk.program, desk.program.fork()
    before = everything(origin)
    assert everything(twin) == before
    commands: list[dict[str, object]] = [
        {"type": "purchase", "member": "bob", "paid": 5_000},
        {"type": "refund", "purchase": first, "amount": 2_000},
        {"type": "redeem", "account": "bob", "points": "all"},
        {"type": "close_day", "day": "2026-01-01"},
        {"type": "change_plan", "plan": {**FOUNDING, "grant_bps": 1}},
    ]
    for n, command in enumerate(commands):
        assert twin.submit({"id": f"t{n}", **command}).receipt.ok
        twin.check()
        assert everything(origin) == before
    after = everything(twin)
    desk.buy("carl", 10_000)
    assert everything(twin) == after


def test_a_fork_knows_what_was_accepted_before_it_and_not_what_came_after() -> None:
    desk = Desk()
    desk.buy("ann", 10_000)
    known = {"id": desk.last_id, "type": "purchase", "member": "ann", "paid": 10_000}
    twin = desk.program.fork()
    assert twin.submit(known).entry is None
    later = {"id": "later", "type": "enroll", "member": "bob"}
    assert desk.program.submit(later).receipt.ok
    assert twin.submit(later).entry is not None


def test_a_fork_of_a_fork_exits_in_the_same_order() -> None:
    desk = Desk(quota_bps=3500)
    desk.buy("ann", 10_000)
    twin = desk.program.fork().fork()
    order = {"id": "x", "type": "purchase", "member": "bob", "paid": 10_000}
    assert [e.account for e in twin.submit(order).receipt.exits] == ["ann"]
    assert [e.account for e in desk.program.submit(order).receipt.exits] == ["ann"]


def test_holders_come_by_opening_number_whatever_was_written_last() -> None:
    store = MemoryStore(PLAN)
    for name in ("d", "c", "b", "a"):
        write(store, name, 1, 5)
    write(store, "c", 0, 5)
    write(store, "d", 9, 5)
    assert [a.name for a in store.holders()] == ["d", "b", "a"]


def test_who_has_only_credit_is_a_holder_too() -> None:
    desk = Desk()
    desk.ok("open_merchant", merchant="shop")
    desk.buy("ann", 10_000)
    desk.buy("bob", 10_000)
    desk.ok("convert", member="ann", points="all")
    desk.ok("pay_credit", payer="ann", payee="shop", amount=1)
    # bob leaves: the treasury's 21 points keep the pool alive; ann's exits are not among them.
    leave = desk.receipt("redeem", account="bob", points="all")
    assert leave.exits == ()
    assert desk.program.figures.supply == desk.program.figures.treasury


def test_a_wind_up_pays_touched_and_untouched_accounts_by_opening_number() -> None:
    desk = Desk(issue_price=10_000, min_supply=10**6)
    desk.ok("open_merchant", merchant="shop")
    # 21.00 at 100.00 a point: 0.21 points, and 0.147 and 0.12495 of the next.
    for member in ("zoe", "ann", "bob"):
        desk.buy(member, 10_000)
    desk.ok("convert", member="zoe", points=100_000)
    desk.ok("pay_credit", payer="zoe", payee="shop", amount=500)
    exits = desk.receipt("redeem", account="bob", points="all").exits
    assert [(e.account, e.credit) for e in exits] == [("shop", 500), ("zoe", 1_367), ("ann", 0)]


def test_names_that_are_opened_get_the_next_number_each() -> None:
    desk = Desk()
    desk.ok("enroll", member="ann")
    desk.ok("open_merchant", merchant="shop")
    desk.buy("bob", 100)
    assert [(a.name, a.opening) for a in desk.program.accounts.values()] == [
        ("ann", 0),
        ("shop", 1),
        ("bob", 2),
    ]

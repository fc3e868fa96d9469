"""Bad input at every public function: an error with a name, or its receipt; nothing is written."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.ledger.databases import Database
from tests.ledger.stage import (
    check_books,
    deposit,
    dump,
    opened,
    purchase,
)
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.receipts import Rejection
from tongbao.ledger import rebuild
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.values import BadArgument, BadCommand, LedgerError, NoSuchProgram

Door = Callable[..., Any]


def deep() -> list[object]:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    return nested


NO_COMMANDS: tuple[object, ...] = (
    *(None, 5, "ab", b"ab", [], {}, [None], {"id": "a"}, {"type": "purchase"}, object()),
    {**purchase("a"), "paid": 0},
    {**purchase("a"), "paid": 10**15 + 1},
    {**purchase("a"), "paid": True},
    {**purchase("a"), "paid": 1.0},
    {**purchase("a"), "paid": "1"},
    {**purchase("a"), "tip": 1},
    {**purchase("a"), "at": 5},
    {**purchase("a"), "type": ["purchase"]},
    {**purchase(""), "member": "m1"},
    purchase("x" * 129),
    purchase("a", "x" * 129),
    {5: 5, "id": "a", "type": "purchase", "member": "m1", "paid": 1},
)


def told(value: object) -> str:
    return repr(value).partition(" object at ")[0][:40]


@pytest.mark.parametrize("received", NO_COMMANDS, ids=told)
def test_what_is_no_command_gets_its_receipt_or_cannot_wait(
    database: Database,
    received: Any,  # noqa: ANN401  # anything
) -> None:
    ledger = opened(database)
    before = dump(database)
    for door in (ledger.submit, ledger.preview):
        outcome = door(received)
        assert outcome.receipt is not None
        assert outcome.receipt.error is Rejection.MALFORMED
        assert outcome.id == (received.get("id") if isinstance(received, dict) else None)
    with pytest.raises(BadCommand):
        ledger.enqueue(received)
    for group in (ledger.submit_group, ledger.enqueue_group):
        with pytest.raises(BadCommand):
            group([purchase("good"), received])
    assert dump(database) == before


def test_those_among_many_get_their_receipts_and_the_others_count(database: Database) -> None:
    ledger = opened(database)
    lines: list[Any] = [purchase("a"), None, purchase("b"), {"id": [1]}, purchase("c", paid=0)]
    outcomes = ledger.submit_many(lines)
    assert [o.number for o in outcomes] == [1, None, 2, None, None]
    assert [o.id for o in outcomes] == ["a", None, "b", [1], "c"]
    check_books(ledger)


@pytest.mark.parametrize("lists", [None, 5, "ab", {}, {"id": "a"}, iter(())], ids=told)
def test_what_is_no_list_of_commands_is_refused(
    database: Database,
    lists: Any,  # noqa: ANN401  # anything
) -> None:
    ledger = opened(database)
    before = dump(database)
    for door in (
        ledger.submit_many,
        ledger.submit_group,
        ledger.enqueue_group,
        ledger.preview_many,
        ledger.accounts,
    ):
        with pytest.raises(BadArgument):
            door(lists)
    assert dump(database) == before


@pytest.mark.parametrize(
    "odd",
    [object(), float("nan"), float("inf"), 10**5000, deep(), b"x", {1: 2}, {"a": {1}}],
    ids=["object", "nan", "inf", "long", "deep", "bytes", "key", "set"],
)
def test_a_plan_with_what_is_no_json_is_malformed_and_stops_nobody(
    database: Database, odd: object
) -> None:
    ledger = opened(database, notice=0)
    before = dump(database)
    received = {"id": "c", "type": "change_plan", "plan": {"x": odd}}
    for door in (ledger.submit, ledger.preview):
        outcome = door(received)
        assert outcome.receipt is not None
        assert outcome.receipt.error in {Rejection.MALFORMED, Rejection.PLAN_REFUSED}
    try:
        ledger.enqueue(received)
    except BadCommand:
        assert dump(database) == before
    assert ledger.submit(purchase("b")).number == 1


WAITS: list[object] = [
    None,
    "1",
    float("nan"),
    float("inf"),
    -1,
    -0.001,
    86_401,
    10**400,
    True,
    [],
    b"",
]


@pytest.mark.parametrize("wait", WAITS, ids=told)
def test_what_is_no_time_limit_is_refused_and_stops_nobody(
    database: Database,
    wait: Any,  # noqa: ANN401  # anything
) -> None:
    ledger = opened(database)
    before = dump(database)
    for door in (
        lambda: ledger.submit(purchase("a"), wait=wait),
        lambda: ledger.submit_many([purchase("a")], wait=wait),
        lambda: ledger.submit_group([purchase("a")], wait=wait),
        lambda: ledger.settle(wait=wait),
        lambda: ledger.outcome("a", wait=wait),
    ):
        with pytest.raises(BadArgument):
            door()
    assert dump(database) == before
    assert ledger.submit(purchase("c"), wait=3).ok


NO_NAMES: list[object] = [None, 5, [], {}, b"x", True]
NAMES_OF_NOBODY = ["", "\x00", "\ud800", "x" * 10_000, "nobody", "\\u0000", "'; --"]


@pytest.mark.parametrize("name", [*NO_NAMES, *NAMES_OF_NOBODY], ids=told)
def test_what_names_nothing_finds_nothing(
    database: Database,
    name: Any,  # noqa: ANN401  # anything
) -> None:
    ledger = opened(database)
    ledger.submit(purchase("a"))
    with pytest.raises(NoSuchProgram):
        open_program(name, using=database.alias)
    doors: tuple[Door, ...] = (ledger.outcome, ledger.account, ledger.is_frozen)
    for door in doors:
        if isinstance(name, str):
            assert not door(name)
        else:
            with pytest.raises(BadArgument):
                door(name)
    if isinstance(name, str):
        assert ledger.accounts([name]) == {}


@pytest.mark.parametrize("using", ["nowhere", "", "\x00"])
def test_an_unknown_alias_is_refused_by_name(database: Database, using: str) -> None:
    with pytest.raises(LedgerError, match="alias"):
        open_program("wine", using=using)


STRANGE = ["\x00", "\x1f", "\ud800", "\\u0000", "\\", "a\nb", "é", "e\u0301", "王", "A", "a ", "'"]


def test_strange_names_are_names_and_none_is_taken_for_another(database: Database) -> None:
    ledger = opened(database)
    outcomes = ledger.submit_many([purchase(name, name) for name in STRANGE])
    assert all(o.ok for o in outcomes)
    for n, name in enumerate(STRANGE, 1):
        found, account = ledger.outcome(name), ledger.account(name)
        assert found is not None
        assert account is not None
        assert (found.number, account.name, account.opening) == (n, name, n - 1)
    ledger.enqueue_group([deposit(f"{name}{name}", name, 7) for name in STRANGE])
    ledger.settle()
    for name in STRANGE:
        account = ledger.account(name)
        assert account is not None
        assert account.wallet == 7
    assert rebuild.check(ledger).ok
    check_books(ledger)


def test_the_greatest_amounts_of_all_are_kept_to_the_last_unit(database: Database) -> None:
    """10^15 again and again: sums beyond 64 bits."""
    ledger = opened(database, dividend_bps=100)
    ledger.submit({"id": "s", "type": "open_merchant", "merchant": "s"})
    ledger.submit_many([deposit(f"d{n}", "s", 10**15) for n in range(10_000)])
    shop = ledger.account("s")
    assert shop is not None
    assert shop.wallet == 10**19
    for n in range(1, 6):
        assert ledger.submit(purchase(f"q{n}", "m2", paid=10**15)).ok
        assert ledger.submit({"id": f"c{n}", "type": "close_day", "day": f"2027-02-0{n}"}).ok
    refund = {"id": "rf", "type": "refund", "purchase": "q3", "amount": 10**14}
    assert ledger.submit(refund).ok
    check_books(ledger)
    assert rebuild.check(ledger).ok


def test_a_program_that_is_gone_is_missed_by_name(database: Database) -> None:
    from tongbao.ledger import programs  # noqa: PLC0415  # for this test alone

    programs.create("wine", dict(FOUNDING_EXAMPLE), using=database.alias)
    ledger: Ledger = open_program("wine", using=database.alias)
    programs.discard("wine", using=database.alias)
    for door in (lambda: ledger.submit(purchase("a")), ledger.standing, ledger.settle):
        with pytest.raises(NoSuchProgram):
            door()

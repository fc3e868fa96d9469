"""Frozen accounts: what would leave them is refused, what comes in is not; who, when and why."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from tests.ledger.databases import Database
from tests.ledger.stage import (
    announced,
    check_books,
    deposit,
    dump,
    opened,
    purchase,
    redeem,
)
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.ledger import programs, rebuild
from tongbao.ledger.door import Ledger
from tongbao.ledger.values import (
    AlreadyFrozen,
    BadName,
    InsideTransaction,
    NotFrozen,
    Refusal,
    UnknownAccount,
)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """Two members and two shops, all of them with money, points and credit as far as they can."""
    ledger = opened(database)
    commands: list[dict[str, object]] = [
        {"id": "s1", "type": "open_merchant", "merchant": "shop"},
        {"id": "s2", "type": "open_merchant", "merchant": "bar"},
        purchase("p1", "ann", paid=100_000),
        purchase("p2", "bob", paid=100_000),
        deposit("d1", "ann", 1_000),
        deposit("d2", "shop", 1_000),
        {"id": "c1", "type": "convert", "member": "bob", "points": 50_000_000},
        {"id": "c2", "type": "pay_credit", "payer": "bob", "payee": "shop", "amount": 1_000},
        {"id": "c3", "type": "convert", "member": "ann", "points": 50_000_000},
    ]
    assert all(o.ok for o in ledger.submit_many(commands))
    return ledger


OUTGOING = {
    "ann": [
        redeem("x", "ann", 1_000_000),
        {"id": "x", "type": "pay_points", "member": "ann", "merchant": "shop", "amount": 100},
        {"id": "x", "type": "pay_wallet", "payer": "ann", "payee": "shop", "amount": 100},
        {"id": "x", "type": "convert", "member": "ann", "points": 1_000_000},
        {"id": "x", "type": "pay_credit", "payer": "ann", "payee": "shop", "amount": 100},
        {"id": "x", "type": "withdraw", "account": "ann", "amount": 100},
    ],
    "shop": [
        {"id": "x", "type": "redeem_credit", "merchant": "shop", "amount": 500},
        {"id": "x", "type": "pay_wallet", "payer": "shop", "payee": "ann", "amount": 100},
        {"id": "x", "type": "pay_credit", "payer": "shop", "payee": "bar", "amount": 100},
        {"id": "x", "type": "withdraw", "account": "shop", "amount": 100},
    ],
}
INCOMING: tuple[dict[str, object], ...] = (
    purchase("y", "ann"),
    deposit("y", "ann"),
    {"id": "y", "type": "pay_wallet", "payer": "shop", "payee": "ann", "amount": 100},
    {"id": "y", "type": "pay_credit", "payer": "shop", "payee": "ann", "amount": 100},
    {"id": "y", "type": "refund", "purchase": "p1", "amount": 100},
    {"id": "y", "type": "close_day", "day": "2026-01-01"},
)


@pytest.mark.parametrize(
    ("account", "command"),
    [(account, command) for account, commands in OUTGOING.items() for command in commands],
    ids=lambda value: value if isinstance(value, str) else value["type"],
)
def test_what_would_leave_a_frozen_account_is_refused_until_it_is_released(
    ledger: Ledger, account: str, command: dict[str, object]
) -> None:
    ledger.freeze(account, who="ops", why="lost phone")
    refused = ledger.submit(command)
    assert (refused.refusal, refused.receipt, refused.number) == (Refusal.FROZEN, None, None)
    assert ledger.preview(command).refusal is Refusal.FROZEN
    ledger.release(account, who="ops", why="found again")
    assert ledger.submit(command).ok


@pytest.mark.parametrize("command", INCOMING, ids=lambda command: str(command["type"]))
def test_what_comes_into_a_frozen_account_is_accepted(
    ledger: Ledger, command: dict[str, object]
) -> None:
    ledger.freeze("ann", who="ops", why="lost phone")
    assert ledger.submit(command).ok
    assert ledger.is_frozen("ann")


def test_commands_that_waited_before_the_freeze_are_refused_too(ledger: Ledger) -> None:
    ledger.enqueue(redeem("r", "ann"))
    ledger.freeze("ann", who="ops", why="lost phone")
    ledger.settle()
    outcome = ledger.outcome("r")
    assert outcome is not None
    assert outcome.refusal is Refusal.FROZEN


def test_what_was_accepted_before_the_freeze_keeps_its_answer(ledger: Ledger) -> None:
    first = ledger.submit(redeem("r", "ann", 1_000_000))
    ledger.freeze("ann", who="ops", why="lost phone")
    assert ledger.submit(redeem("r", "ann", 1_000_000)) == first


def test_a_group_with_something_frozen_is_refused_whole(ledger: Ledger) -> None:
    ledger.freeze("ann", who="ops", why="lost phone")
    outcomes = ledger.submit_group([deposit("a", "bob"), redeem("b", "ann")])
    assert [o.refusal for o in outcomes] == [Refusal.GROUP, Refusal.FROZEN]


def test_a_freeze_holds_through_changes_of_the_account(ledger: Ledger) -> None:
    """Settling writes the account's row anew, and must not write the freeze away."""
    ledger.freeze("ann", who="ops", why="lost phone")
    ledger.submit_many([purchase(f"o{n}", "ann") for n in range(3)])
    assert ledger.submit(redeem("r", "ann")).refusal is Refusal.FROZEN
    assert rebuild.check(ledger).ok
    check_books(ledger)


def test_a_freeze_holds_right_after_an_announced_plan(ledger: Ledger) -> None:
    ledger.freeze("ann", who="ops", why="lost phone")
    announced(ledger, {**FOUNDING_EXAMPLE, "exit_fee_bps": 500})
    assert ledger.submit(redeem("r", "ann")).refusal is Refusal.FROZEN


def test_a_freeze_holds_in_later_batches_of_a_round(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tongbao.ledger import combine  # noqa: PLC0415  # the module, to patch its name
    from tongbao.ledger.storage import face  # noqa: PLC0415  # likewise

    ledger.freeze("ann", who="ops", why="lost phone")
    for module in (combine, face):
        monkeypatch.setattr(module, "BATCH", 2)
    for n in range(6):
        ledger.enqueue(purchase(f"o{n}", "ann"))
        ledger.enqueue(redeem(f"r{n}", "ann", 1_000_000))
    assert ledger.settle() == 12
    refusals = [o.refusal for n in range(6) if (o := ledger.outcome(f"r{n}")) is not None]
    assert refusals == [Refusal.FROZEN] * 6


def test_it_is_noted_who_froze_and_released_an_account_when_and_why(ledger: Ledger) -> None:
    began = datetime.now(UTC)
    ledger.freeze("ann", who="王小明", why="手机丢了")
    ledger.release("ann", who="li", why="found again")
    notes = programs.freezes("wine", "ann", using=ledger.using)
    assert [(n.account, n.frozen, n.who, n.why) for n in notes] == [
        ("ann", True, "王小明", "手机丢了"),
        ("ann", False, "li", "found again"),
    ]
    assert began <= notes[0].at <= notes[1].at <= datetime.now(UTC)


def test_a_freeze_is_no_entry_and_moves_nothing(ledger: Ledger) -> None:
    before = ledger.standing()
    ledger.freeze("ann", who="ops", why="lost phone")
    assert ledger.standing() == before


def test_nobody_is_frozen_twice_or_released_twice(database: Database, ledger: Ledger) -> None:
    with pytest.raises(NotFrozen):
        ledger.release("ann", who="ops", why="x")
    ledger.freeze("ann", who="ops", why="x")
    before = dump(database)
    with pytest.raises(AlreadyFrozen):
        ledger.freeze("ann", who="ops", why="x")
    assert dump(database) == before


@pytest.mark.parametrize(
    ("account", "who", "why", "error"),
    [
        ("nobody", "ops", "x", UnknownAccount),
        ("", "ops", "x", UnknownAccount),
        ("\x00", "ops", "x", UnknownAccount),
        ("\ud800", "ops", "x", UnknownAccount),
        (None, "ops", "x", UnknownAccount),
        ([], "ops", "x", UnknownAccount),
        ("ann", "", "x", BadName),
        ("ann", " ", "x", BadName),
        ("ann", "w" * 129, "x", BadName),
        ("ann", None, "x", BadName),
        ("ann", "ops", "y" * 501, BadName),
        ("ann", "ops", "two\nlines", BadName),
        ("ann", "ops", "\x00", BadName),
        ("ann", "ops", "\ud800", BadName),
        ("ann", "ops", 5, BadName),
    ],
    ids=repr,
)
def test_bad_words_are_refused_by_name(
    database: Database, ledger: Ledger, account: str, who: str, why: str, error: type[Exception]
) -> None:
    before = dump(database)
    for act in (ledger.freeze, ledger.release):
        with pytest.raises(error):
            act(account, who=who, why=why)
    assert dump(database) == before


def test_inside_a_transaction_nobody_is_frozen(ledger: Ledger) -> None:
    with transaction.atomic(using=ledger.using), pytest.raises(InsideTransaction):
        ledger.freeze("ann", who="ops", why="x")
    assert not ledger.is_frozen("ann")


def test_a_freeze_is_of_one_program(database: Database, ledger: Ledger) -> None:
    other = opened(database, "beer")
    other.submit(purchase("p", "ann"))
    ledger.freeze("ann", who="ops", why="x")
    assert not other.is_frozen("ann")
    assert other.submit(redeem("r", "ann")).ok

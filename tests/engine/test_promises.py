"""The seven promises can be seen to break: each check raises on a state that breaks its promise.

A command's working set is tampered with before it is checked, as a defect in a rule would leave it;
or the committed state is, and everything summed up anew. That the checks survive `python -O` is in
tests/tidy/test_starts.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import pytest
from msgspec import structs

from tests.engine.desk import Desk, everything
from tongbao.engine import invariants
from tongbao.engine import program as program_module
from tongbao.engine.commands import Command
from tongbao.engine.decide import decide
from tongbao.engine.invariants import check_all
from tongbao.engine.program import Program
from tongbao.engine.receipts import Receipt
from tongbao.engine.state import Account, Figures, Store
from tongbao.engine.units import SCALE, InvariantBroken
from tongbao.engine.work import Work

Tamper = Callable[[Work], None]

DEPOSIT: Mapping[str, object] = {"id": "x", "type": "deposit", "account": "ann", "amount": 1}
LEAVE: Mapping[str, object] = {"id": "x", "type": "redeem", "account": "ann", "points": "all"}
ORDER: Mapping[str, object] = {"id": "x", "type": "purchase", "member": "ann", "paid": 10_000}


def busy() -> Program:
    """Points, dividends accrued and settled, credit, cash: something of everything."""
    desk = Desk(dividend_bps=1000)
    desk.ok("open_merchant", merchant="shop")
    desk.buy("ann", 10_000)
    desk.buy("bob", 10_000)
    desk.ok("convert", member="bob", points=7_000_000)
    desk.ok("pay_credit", payer="bob", payee="shop", amount=500)
    desk.ok("close_day", day="2026-01-01")
    desk.ok("withdraw", account="ann", amount=100)
    desk.buy("bob", 10_000)
    return desk.program


def alone() -> Program:
    desk = Desk()
    desk.buy("ann", 10_000)
    return desk.program


def empty() -> Program:
    return Desk().program


class Break(NamedTuple):
    """A defect: the promise it breaks, and how."""

    promise: str
    how: str
    tamper: Tamper
    command: Mapping[str, object] = DEPOSIT
    start: Callable[[], Program] = busy


def figures(**changes: int) -> Tamper:
    """Add to the program's figures."""

    def tamper(work: Work) -> None:
        for name, amount in changes.items():
            setattr(work.figures, name, getattr(work.figures, name) + amount)

    return tamper


def account(**changes: int) -> Tamper:
    """Add to ann's fields."""

    def tamper(work: Work) -> None:
        ann = work.require("ann")
        for name, amount in changes.items():
            setattr(ann, name, getattr(ann, name) + amount)

    return tamper


def both(*tampers: Tamper) -> Tamper:
    def tamper(work: Work) -> None:
        for one in tampers:
            one(work)

    return tamper


def overdraw(work: Work) -> None:
    """Let ann take out more than she ever gained, in a way that still adds up."""
    ann = work.require("ann")
    excess = ann.gained - ann.taken + 1
    ann.taken += excess
    ann.forfeited -= excess


def cap_supply(work: Work) -> None:
    work.plan = structs.replace(work.plan, max_supply=work.figures.issued - 1)


def to_the_fund(work: Work) -> None:
    """Put the whole contribution where it backs no points."""
    work.figures.dividend_fund += work.figures.reserve
    work.figures.reserve = 0


WORDS: Mapping[str, tuple[str, ...]] = {
    "1": ("the price never falls while supply stays above 0",),
    "2": (
        "supply = points in accounts + treasury = issued - burned, issued <= max_supply",
        "every account that was opened is there",
    ),
    "3": ("money in = reserve + dividends + wallets + paid out + refunded",),
    "4": ("credit is fully backed by the treasury",),
    "5": (
        "what holders accrue is covered by dividend_payable",
        "no figure is negative",
        "nothing of ann is negative",
        "nothing of shop is negative",
    ),
    "6": ("reserve > 0 exactly when supply > 0",),
    "7": (
        "quota of ann = gained - lost - taken out - forfeited",
        "quota of shop = gained - lost - taken out - forfeited",
    ),
}
"""What a broken promise is told as."""

BREAKS = [
    Break("1", "reserve leaks into the dividend fund", figures(reserve=-1, dividend_fund=1)),
    Break(
        "1",
        "points are given away",
        both(figures(supply=1, issued=1), account(points=1)),
    ),
    Break("2", "supply shrinks without a burn", figures(supply=-1)),
    Break("2", "more counts as issued", figures(issued=1)),
    Break("2", "more counts as burned", figures(burned=1)),
    Break("2", "an account has points that do not exist", account(points=1)),
    Break("2", "points vanish from the treasury", figures(treasury=-1)),
    Break("2", "more is issued than the plan allows", cap_supply),
    Break("3", "a wallet grows by itself", account(wallet=1)),
    Break("3", "reserve grows by itself", figures(reserve=1)),
    Break("3", "fund grows by itself", figures(dividend_fund=1)),
    Break("3", "payable grows by itself", figures(dividend_payable=1)),
    Break("3", "cash leaves unseen", figures(paid_out=1)),
    Break("3", "a refund leaves unseen", figures(refunded=1)),
    Break("3", "money comes in unseen", figures(money_in=1)),
    Break("4", "credit comes from nowhere", account(credit=1_000)),
    Break(
        "4",
        "points behind the credit are given away",
        both(figures(treasury=-6_000_000), account(points=6_000_000)),
    ),
    Break("5", "an account accrues from before it held", account(mark=-SCALE // 10**5)),
    Break("5", "a fraction is more than there is", account(fraction=9 * SCALE)),
    Break("5", "the index runs ahead of the money", figures(dividend_index=SCALE)),
    Break("5", "what is payable is spent again", figures(dividend_payable=-20, dividend_fund=20)),
    Break("5", "a wallet is negative", both(account(wallet=-10_000), figures(paid_out=10_000))),
    Break("5", "credit is negative", account(credit=-1)),
    Break("5", "points are negative", account(points=-(10**9))),
    Break("5", "quota is negative", account(quota=-(10**6), taken=10**6)),
    Break("5", "what is owed is negative", account(owed=-1, gained=1)),
    Break("5", "a fraction is negative", account(fraction=-SCALE)),
    Break("5", "the fund is negative", figures(dividend_fund=-(10**6), paid_out=10**6)),
    Break("5", "the reserve is negative", figures(reserve=-1, dividend_fund=1), LEAVE, alone),
    Break("5", "paid out is negative", figures(paid_out=-(10**6), dividend_fund=10**6)),
    Break("5", "refunded is negative", figures(refunded=-1, dividend_fund=1)),
    Break(
        "6",
        "reserve is left behind an empty pool",
        figures(reserve=1, dividend_fund=-1),
        LEAVE,
        alone,
    ),
    Break("6", "points without reserve", to_the_fund, ORDER, empty),
    Break("7", "quota grows by itself", account(quota=1)),
    Break("7", "what is owed vanishes", account(owed=1)),
    Break("7", "something taken out is not counted", account(taken=-1)),
    Break("7", "quota is gained in the books only", account(gained=1)),
    Break("7", "quota is lost in the books only", account(lost=1)),
    Break("7", "quota is forfeited in the books only", account(forfeited=1)),
    Break("7", "more is taken out than was gained", overdraw),
]


@pytest.fixture
def tampered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Tamper], None]]:
    """Let a defect into the rules: what they decide is tampered with before it is checked."""

    def let_in(tamper: Tamper) -> None:
        def defective(store: Store, command: Command) -> tuple[Receipt, Work | None]:
            receipt, work = decide(store, command)
            assert work is not None
            tamper(work)
            return receipt, work

        monkeypatch.setattr(program_module, "decide", defective)

    return let_in  # type: ignore[return-value]


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: f"{case.promise}: {case.how}")
def test_a_command_that_breaks_a_promise_is_stopped_and_changes_nothing(
    case: Break, tampered: Callable[[Tamper], None]
) -> None:
    program = case.start()
    before = everything(program)
    tampered(case.tamper)
    with pytest.raises(InvariantBroken) as broken:
        program.submit(case.command)
    promise, _, words = str(broken.value).partition(": ")
    assert promise == case.promise
    assert words in WORDS[promise]
    assert everything(program) == before
    program.check()


@pytest.mark.parametrize("start", [busy, alone, empty])
def test_a_command_that_is_not_tampered_with_passes(
    start: Callable[[], Program], tampered: Callable[[Tamper], None]
) -> None:
    program = start()
    tampered(lambda _: None)
    assert program.submit(ORDER).receipt.ok


@pytest.mark.parametrize(
    ("promise", "spoil"),
    [
        ("2", lambda p: spoil(p.figures, opened=1)),
        ("2", lambda p: spoil(p.figures, issued=1)),
        ("2", lambda p: spoil(p.accounts["ann"], points=1)),
        ("3", lambda p: spoil(p.accounts["shop"], wallet=1)),
        ("3", lambda p: spoil(p.figures, money_in=1)),
        ("4", lambda p: spoil(p.accounts["shop"], credit=1_000)),
        ("5", lambda p: spoil(p.accounts["shop"], wallet=-1)),
        ("5", lambda p: spoil(p.accounts["bob"], mark=-SCALE // 10**5)),
        ("5", lambda p: spoil(p.accounts["bob"], fraction=10 * SCALE)),
        ("7", lambda p: spoil(p.accounts["ann"], gained=1)),
        ("7", lambda p: spoil(p.accounts["shop"], quota=1)),
        ("the totals", lambda p: spoil(p.figures, points=1)),
        ("the totals", lambda p: spoil(p.figures, wallets=-1)),
        ("the totals", lambda p: spoil(p.figures, credit=-1)),
        ("the totals", lambda p: spoil(p.figures, marked=1)),
        ("the totals", lambda p: spoil(p.figures, fractions=-1)),
        ("ann should have exited", lambda p: spoil(p.accounts["ann"], quota=-18_000, lost=18_000)),
        ("the index of exit keys", lambda p: spoil(p.accounts["ann"], quota=-9_000, lost=9_000)),
    ],
)
def test_summing_up_anew_finds_a_spoiled_state(
    promise: str, spoil: Callable[[Program], None]
) -> None:
    program = busy()
    program.check()
    spoil(program)
    with pytest.raises(InvariantBroken, match=f"^{promise}") as broken:
        program.check()
    told, _, words = str(broken.value).partition(": ")
    assert told not in WORDS or words in WORDS[told]


def test_whoever_is_a_hair_below_their_exit_is_not_said_to_be_late() -> None:
    """The price is 2**54 + 3, the key one above; as a float the price would be the key."""
    price = 2**54 + 3
    ann = Account("ann", "member", 0, 0, None, SCALE, price + 1, gained=price + 1)
    figures = Figures(price, SCALE, issued=SCALE, opened=1, money_in=price, points=SCALE)
    check_all(figures, [ann], SCALE)
    ann.quota = ann.gained = price
    with pytest.raises(InvariantBroken, match=r"^ann should have exited$"):
        check_all(figures, [ann], SCALE)


def test_that_everybody_is_paid_in_full_is_looked_at_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It follows from 2 and 4; here these are not looked at."""

    def pass_all(before: Figures, after: Figures, _: object, __: int) -> None:
        for total in ("points", "credit"):
            setattr(after, total, getattr(before, total))

    monkeypatch.setattr(invariants, "check_step", pass_all)
    ann = Account("ann", "member", 0, 0, None, 60, quota=61)
    bob = Account("bob", "member", 1, 0, None, 40, quota=41)
    figures = Figures(reserve=100, supply=100, opened=2, points=100)
    check_all(figures, [ann, bob], 100)
    figures.credit = 1
    with pytest.raises(InvariantBroken, match=r"^6: everybody is paid in full$"):
        check_all(figures, [ann, bob], 100)


def spoil(value: object, **changes: int) -> None:
    for name, amount in changes.items():
        setattr(value, name, getattr(value, name) + amount)


def test_a_spoiled_state_stops_the_next_command() -> None:
    program = busy()
    spoil(program.figures, reserve=-1)
    with pytest.raises(InvariantBroken, match=r"^3:"):
        program.submit(ORDER)

"""Entries: balanced movements whose sums are the balances, plain deltas beside them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.engine.desk import Desk, check_moves
from tongbao.engine.entry import Entry
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Outcome, Program

STREAMS = sorted(path.parent for path in Path(__file__).parents[1].glob("vectors/*/plan.json"))
MONEY = ("reserve", "dividend_fund", "dividend_payable", "paid_out", "refunded")
UNITS = {
    "money": {"sales", "deposits", *MONEY, "wallet"},
    "points": {"issuance", "points", "treasury", "burned"},
    "credit": {"credit_issued", "credit"},
}
OWN_FIELDS = ("quota", "owed", "mark", "fraction", "gained", "lost", "taken", "forfeited")


def played(stream: Path) -> Iterator[tuple[Program, Outcome]]:
    program = Program(plan_from_fields(json.loads((stream / "plan.json").read_bytes())))
    for line in (stream / "commands.jsonl").read_text(encoding="utf-8").splitlines():
        if line.startswith("{"):
            yield program, program.submit(json.loads(line))


def moved(desk: Desk, kind: str, **fields: object) -> list[tuple[str, str, str, str, int]]:
    entry = desk.submit(kind, **fields).entry
    assert entry is not None
    return [(m.cause, m.unit, m.source, m.target, m.amount) for m in entry.movements]


def balances_of(program: Program) -> dict[str, int]:
    """Return what the running sums must come to, from the state."""
    figures = program.figures
    expected = {name: getattr(figures, name) for name in (*MONEY, "treasury", "burned")}
    expected["issuance"] = -figures.issued
    for name, account in program.accounts.items():
        for field in ("wallet", "points", "credit"):
            expected[f"{field}:{name}"] = getattr(account, field)
    credit = sum(a.credit for a in program.accounts.values())
    return {**expected, "credit_issued": -credit}


@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.name)
def test_running_sums_of_a_streams_movements_are_the_balances(stream: Path) -> None:
    sums = Counter[str]()
    program = None
    for program, outcome in played(stream):  # the last one is compared below
        for movement in outcome.entry.movements if outcome.entry else ():
            sums[movement.source] -= movement.amount
            sums[movement.target] += movement.amount
        came_in = -sums["sales"] - sums["deposits"]
        held = {k: v for k, v in sums.items() if v and k not in {"sales", "deposits"}}
        assert held == {k: v for k, v in balances_of(program).items() if v}
        assert came_in == program.figures.money_in
    assert program is not None


@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.name)
def test_running_sums_of_a_streams_deltas_are_the_plain_fields(stream: Path) -> None:
    sums = Counter[tuple[str, str]]()
    program = None
    for program, outcome in played(stream):  # noqa: B007  # the last one is compared below
        for delta in outcome.entry.deltas if outcome.entry else ():
            assert delta.amount != 0
            sums[delta.account, delta.field] += delta.amount
    assert program is not None
    expected = {
        (name, field): getattr(account, field)
        for name, account in program.accounts.items()
        for field in OWN_FIELDS
    }
    expected["", "dividend_index"] = program.figures.dividend_index
    expected["", "closes"] = program.figures.closes
    assert {k: v for k, v in sums.items() if v} == {k: v for k, v in expected.items() if v}


@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.name)
def test_each_movement_is_of_one_unit_and_of_a_positive_amount(stream: Path) -> None:
    for _, outcome in played(stream):
        check_moves(outcome)
        for movement in outcome.entry.movements if outcome.entry else ():
            places = {side.partition(":")[0] for side in (movement.source, movement.target)}
            assert places <= UNITS[movement.unit]
            assert movement.source != movement.target
            assert movement.amount > 0


@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.name)
def test_only_what_was_newly_accepted_has_an_entry(stream: Path) -> None:
    seen: set[object] = set()
    for _, outcome in played(stream):
        new = outcome.receipt.ok and outcome.receipt.id not in seen
        assert (outcome.entry is not None) is new
        if outcome.receipt.ok:
            seen.add(outcome.receipt.id)


def desk() -> Desk:
    """A shop, a stall, ann who was brought by zoe; an order of each so that both have quota."""
    desk = Desk(
        dividend_bps=1000, referral_points_bps=[1000], referral_cash_bps=[100], goods_fee_bps=500
    )
    desk.ok("open_merchant", merchant="shop")
    desk.buy("zoe", 10_000)
    desk.ok("enroll", member="ann", referrer="zoe")
    return desk


def test_a_purchase_moves_its_parts() -> None:
    # zoe's order left a price of 30.00 for 21 points: ann's 21.00 buy 14.7, zoe's 3.00 buy 2.1.
    assert moved(desk(), "purchase", member="ann", paid=10_000) == [
        ("commission", "money", "sales", "wallet:zoe", 100),
        ("grant", "points", "issuance", "points:ann", 14_700_000),
        ("referral_grant", "points", "issuance", "points:zoe", 2_100_000),
        ("dividend_share", "money", "sales", "dividend_fund", 1_000),
        ("contribution", "money", "sales", "reserve", 3_000),
    ]


def test_a_redemption_moves_points_to_ashes_and_cash_to_the_wallet() -> None:
    assert moved(desk(), "redeem", account="zoe", points=10_500_000) == [
        ("redemption", "points", "points:zoe", "burned", 10_500_000),
        ("redemption", "money", "reserve", "wallet:zoe", 1_350),  # 15.00 less 10%
    ]


def test_goods_paid_with_points_pay_the_merchant_less_the_goods_fee() -> None:
    assert moved(desk(), "pay_points", member="zoe", merchant="shop", amount=1_500) == [
        ("goods", "points", "points:zoe", "burned", 10_500_000),
        ("goods", "money", "reserve", "wallet:shop", 1_425),
    ]


def test_credit_comes_into_being_and_goes_with_the_points_behind_it() -> None:
    d = desk()
    assert moved(d, "convert", member="zoe", points=10_500_000) == [
        ("conversion", "points", "points:zoe", "treasury", 10_500_000),
        ("conversion", "credit", "credit_issued", "credit:zoe", 1_500),
    ]
    assert moved(d, "pay_credit", payer="zoe", payee="shop", amount=1_500) == [
        ("payment", "credit", "credit:zoe", "credit:shop", 1_500)
    ]
    assert moved(d, "redeem_credit", merchant="shop", amount=1_500) == [
        ("credit_redemption", "points", "treasury", "points:shop", 10_500_000),
        ("credit_redemption", "credit", "credit:shop", "credit_issued", 1_500),
    ]


def test_cash_comes_in_goes_about_and_goes_out() -> None:
    d = desk()
    assert moved(d, "deposit", account="shop", amount=500) == [
        ("deposit", "money", "deposits", "wallet:shop", 500)
    ]
    assert moved(d, "pay_wallet", payer="shop", payee="ann", amount=400) == [
        ("payment", "money", "wallet:shop", "wallet:ann", 400)
    ]
    assert moved(d, "withdraw", account="ann", amount=300) == [
        ("withdrawal", "money", "wallet:ann", "paid_out", 300)
    ]


def test_a_dividend_is_distributed_and_then_settled() -> None:
    d = desk()
    # 10.00 among 21,000,000 atoms: the index's remainder keeps the last fen undistributed.
    assert moved(d, "close_day", day="2026-01-01") == [
        ("distribution", "money", "dividend_fund", "dividend_payable", 1_000)
    ]
    assert moved(d, "deposit", account="shop", amount=1) == [
        ("deposit", "money", "deposits", "wallet:shop", 1)
    ]
    assert moved(d, "withdraw", account="zoe", amount=900)[0] == (
        *("dividend", "money", "dividend_payable", "wallet:zoe"),
        999,
    )


def test_a_refund_moves_back_what_the_purchase_moved() -> None:
    d = desk()
    d.buy("ann", 10_000)
    # The day is still open: its dividend share comes back whole, and zoe's commission.
    assert moved(d, "refund", purchase=d.last_id, amount=10_000) == [
        ("refund", "points", "points:ann", "issuance", 14_700_000),
        ("refund", "points", "points:zoe", "issuance", 2_100_000),
        # 16.8 points at 60.00 for 37.8: 26.66 of the 30.00.
        ("refund", "money", "reserve", "refunded", 2_666),
        ("refund", "money", "dividend_fund", "refunded", 1_000),
        ("refund", "money", "wallet:zoe", "refunded", 100),
    ]


def test_enrolling_moves_nothing_and_changes_nothing_plain() -> None:
    entry = Desk().submit("enroll", member="ann").entry
    assert isinstance(entry, Entry)
    assert (entry.movements, entry.deltas) == ((), ())


def test_an_exit_and_a_wind_up_are_moved_too() -> None:
    d = Desk()
    d.buy("ann", 10_000)
    # The last holder leaves; the fee of 3.00 is nobody's and waits for the next close.
    assert moved(d, "redeem", account="ann", points="all")[1:] == [
        ("redemption", "money", "reserve", "wallet:ann", 2_700),
        ("wind_up", "money", "reserve", "dividend_fund", 300),
    ]


def test_the_deltas_of_a_purchase_are_the_quota_it_gains() -> None:
    entry = Desk().submit("purchase", member="ann", paid=10_000).entry
    assert entry is not None
    deltas: Mapping[tuple[str, str], int] = {(d.account, d.field): d.amount for d in entry.deltas}
    assert deltas == {("ann", "quota"): 20_000, ("ann", "gained"): 20_000}

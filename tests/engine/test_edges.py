"""Edges that mutation testing found untested: amounts that just fit, and what leaves at an end."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.engine.desk import FOUNDING, Desk, program_of
from tongbao.engine.commands import Malformed, command_fields, parse, parse_line
from tongbao.engine.invariants import check_all
from tongbao.engine.memory import MemoryStore
from tongbao.engine.plan import PlanFault, PlanRefused, plan_fields, plan_from_fields
from tongbao.engine.receipts import Receipt, encode_receipt
from tongbao.engine.rules import settle
from tongbao.engine.snapshot import encode_state
from tongbao.engine.state import Account, Figures
from tongbao.engine.units import SCALE, InvariantBroken
from tongbao.engine.work import Work


def movements(desk: Desk, kind: str, **fields: object) -> list[tuple[str, str, str, int]]:
    entry = desk.submit(kind, **fields).entry
    assert entry is not None
    return [(m.cause, m.source, m.target, m.amount) for m in entry.movements]


def two_buyers(**changes: object) -> Desk:
    """ann holds 21 points, bob 14.7; reserve 60.00, supply 35.7."""
    desk = Desk(**changes)
    desk.ok("open_merchant", merchant="shop")
    desk.buy("ann", 10_000)
    desk.buy("bob", 10_000)
    return desk


def test_paying_with_all_that_the_points_are_worth_takes_all_points() -> None:
    desk = two_buyers()
    # 21 × 60.00 / 35.7 = 35.294…; 35.29 alone would cost 20.99755 points and leave dust.
    assert desk.ok("pay_points", member="ann", merchant="shop", amount=3529)["points"] == 21_000_000


def test_a_whole_wallet_and_not_one_more_can_be_paid() -> None:
    desk = two_buyers()
    desk.ok("deposit", account="ann", amount=500)
    assert desk.refused("pay_wallet", payer="ann", payee="shop", amount=501) == "insufficient_funds"
    desk.ok("pay_wallet", payer="ann", payee="shop", amount=500)
    assert desk.account("ann").wallet == 0


def test_redeeming_credit_that_would_wind_up_the_pool_is_too_small_and_leaves_nothing() -> None:
    desk = Desk(min_supply=20_000_000)
    desk.ok("open_merchant", merchant="shop")
    desk.buy("ann", 10_000)
    desk.ok("convert", member="ann", points="all")
    desk.ok("pay_credit", payer="ann", payee="shop", amount=3000)
    desk.buy("bob", 10_000)
    desk.ok("redeem", account="bob", points=12_000_000)
    # Of 23.7 points 21 are the treasury's, 16.98519 back the credit: the release would leave 19.7.
    assert desk.refused("redeem_credit", merchant="shop", amount=100) == "too_small"


def test_rests_of_buyer_and_referrer_are_sold_with_a_refund() -> None:
    desk = Desk(referral_points_bps=[2000], min_holding=20_000_000, min_supply=1)
    desk.buy("cara", 10_000)
    desk.ok("enroll", member="ann")
    desk.buy("ann", 10_000)
    desk.ok("enroll", member="bob", referrer="ann")
    desk.buy("bob", 10_000)
    order, bobs = desk.last_id, desk.account("bob").points
    desk.buy("bob", 5_000)
    figures = desk.program.figures
    reserve, supply = figures.reserve, figures.supply
    anns = 600 * 35_700_000 // 6000  # granted for bob's first order, at 60.00 for 35.7 points
    rests = {"ann": desk.account("ann").points - anns, "bob": desk.account("bob").points - bobs}
    receipt = desk.ok("refund", purchase=order, amount=10_000)
    worths = {name: rest * reserve // supply for name, rest in rests.items()}
    assert {name: desk.account(name).wallet for name in rests} == worths
    assert receipt["points"] == bobs + anns
    back = min((bobs + anns) * reserve // supply, 3000)
    figures = desk.program.figures
    assert figures.supply == supply - bobs - anns - sum(rests.values())
    assert figures.burned == sum(rests.values())
    assert figures.reserve == reserve - back - sum(worths.values())


def test_a_small_rest_stays_where_nothing_was_granted() -> None:
    desk = Desk(min_holding=10**7, grant_bps=0, referral_points_bps=[10_000])
    desk.ok("enroll", member="ann")
    desk.ok("enroll", member="bob", referrer="ann")
    desk.buy("ann", 1_000)
    desk.buy("bob", 1_000)  # 3.00 of points for ann, none for bob
    held = desk.account("ann").points
    desk.buy("ann", 1_000)
    desk.ok("refund", purchase=desk.last_id, amount=1_000)
    assert 0 < held < 10**7
    assert desk.account("ann").points == held


def test_an_exit_moves_the_points_and_the_net() -> None:
    desk = Desk(quota_bps=3500)
    desk.buy("ann", 10_000)
    # With bob's order ann's points are worth 35.29, and her quota is 35.00.
    assert movements(desk, "purchase", member="bob", paid=10_000)[-2:] == [
        ("exit", "points:ann", "burned", 21_000_000),
        ("exit", "reserve", "wallet:ann", 3150),
    ]


def test_a_wind_up_moves_everything_to_its_owners_and_the_rest_to_the_fund() -> None:
    desk = two_buyers(min_supply=20_000_000)
    desk.ok("convert", member="bob", points=7_000_000)
    assert desk.account("bob").credit == 1176
    assert movements(desk, "redeem", account="ann", points="all") == [
        ("redemption", "points:ann", "burned", 21_000_000),
        ("redemption", "reserve", "wallet:ann", 3176),
        ("wind_up", "reserve", "wallet:bob", 1294 + 1176),
        ("wind_up", "points:bob", "burned", 7_700_000),
        ("wind_up", "credit:bob", "credit_issued", 1176),
        ("wind_up", "treasury", "burned", 7_000_000),
        ("wind_up", "reserve", "dividend_fund", 6000 - 3176 - 1294 - 1176),
    ]


@pytest.mark.parametrize("spend_per_point", [None, 20_000])
def test_a_plan_and_its_fields_are_the_same(spend_per_point: int | None) -> None:
    fields = dict(FOUNDING)
    if spend_per_point is not None:
        fields["spend_per_point"] = spend_per_point
    assert plan_fields(plan_from_fields(fields)) == fields


def test_a_refused_plan_tells_every_problem() -> None:
    with pytest.raises(
        PlanRefused, match="negative in grant_bps; below_one in min_supply"
    ) as caught:
        plan_from_fields({**FOUNDING, "grant_bps": -1, "min_supply": 0})
    assert [p.fault for p in caught.value.problems] == [PlanFault.NEGATIVE, PlanFault.BELOW_ONE]
    with pytest.raises(PlanRefused, match="not_an_object in the plan"):
        plan_from_fields([])


def one_holder(quota: int) -> tuple[Figures, Account]:
    """100 atoms at a price of 1, the index at 5: they exit at a quota of 100."""
    account = Account("ann", "member", 0, 5 * SCALE, points=100, quota=quota, gained=quota)
    figures = Figures(reserve=100, supply=100, issued=100, money_in=100, opened=1)
    figures.dividend_index, figures.points, figures.marked = 5 * SCALE, 100, 500 * SCALE
    return figures, account


def test_somebody_left_who_should_have_exited_is_found() -> None:
    figures, account = one_holder(quota=100)
    with pytest.raises(InvariantBroken, match="ann should have exited"):
        check_all(figures, [account], max_supply=100)


def test_somebody_just_short_of_their_quota_may_stay() -> None:
    figures, account = one_holder(quota=101)
    check_all(figures, [account], max_supply=100)


def test_an_empty_program_has_a_state() -> None:
    text = "".join(encode_state(Desk().program))
    assert text.endswith(' "refunded": 0,\n "accounts": {}\n}')


def test_the_last_atom_has_its_dividend() -> None:
    desk = Desk(issue_price=10**6, min_supply=1, min_holding=1, dividend_bps=1000, grant_bps=1)
    desk.buy("ann", 20_000)  # contribution 60.00, worth 0 … 6000 × 1 / 10,000 is less than a fen
    assert desk.account("ann").points == 0
    desk.buy("ann", 40_000)  # worth 1 fen, which is one atom at 10,000.00 a point
    assert desk.account("ann").points == 1
    fund = desk.program.figures.dividend_fund
    assert desk.ok("close_day", day="2026-01-01")["distributed"] == fund


def test_a_huge_number_is_malformed_under_the_lines_own_id() -> None:
    line = b'{"id": "x", "type": "deposit", "account": "a", "amount": %s}'
    assert parse_line(line % (b"9" * 1000)) == (None, "x")
    assert parse_line(line % (b"9" * 1001)) == (None, "x")
    assert parse_line(line % (b"9" * 100_000)) == (None, "x")


def test_what_is_no_command_says_where() -> None:
    with pytest.raises(Malformed, match="paid"):
        parse({"id": "x", "type": "purchase", "member": "m", "paid": 1.0})


@pytest.mark.parametrize(("backing", "dividend"), [(5000, 5001), (5001, 5000), (9999, 2)])
def test_backing_and_dividend_beyond_the_amount_are_overspent(backing: int, dividend: int) -> None:
    desk = Desk(backing_bps=backing, dividend_bps=dividend)
    assert desk.refused("purchase", member="ann", paid=10_000) == "overspent"


def test_an_order_may_give_away_all_that_was_paid() -> None:
    desk = Desk(backing_bps=5000, dividend_bps=4000, referral_cash_bps=[1000])
    desk.ok("enroll", member="ann")
    desk.ok("enroll", member="bob", referrer="ann")
    assert desk.buy("bob", 10_000) == {"points": 35_000_000, "contribution": 5000, "dividend": 4000}
    assert desk.account("ann").wallet == 1000


@pytest.mark.parametrize("quota", [1, 99, 100, 101, 3529, 20_000])
@pytest.mark.parametrize("points", [1, 7, 21_000_000, 10**14])
@pytest.mark.parametrize("mark", [0, 5 * SCALE + 3])
def test_a_touched_account_is_found_exactly_when_its_key_is_reached(
    quota: int, points: int, mark: int
) -> None:
    store = two_buyers(quota_bps=10**7).program._store
    work = Work(store, store.plan, structs.replace(store.figures))
    ann, bob = work.require("ann"), work.require("bob")
    ann.quota, ann.points, ann.mark = quota, points, mark
    bob.points = 0
    key = quota * SCALE // points + mark
    assert work.least(key - 1) is None
    for reached in (key, key + 1, None):
        found = work.least(reached)
        assert found is not None
        assert (found.key, found.opening, found.name) == (key, ann.opening, "ann")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_a_line_in_another_encoding_is_no_command(encoding: str) -> None:
    line = '{"id": "ü", "type": "enroll", "member": "m"}'
    assert parse_line(line.encode(encoding)) == (None, None)
    assert parse_line(line.encode("utf-8-sig"))[1] == "ü"


def test_half_of_a_pair_in_raw_bytes_is_no_text() -> None:
    line = b'{"id": "\xed\xa0\x80", "type": "enroll", "member": "m"}'
    assert parse_line(line) == (None, None)


def test_a_profit_of_the_whole_price_is_no_more_than_was_paid() -> None:
    desk = Desk(backing_base="profit", quota_base="contribution")
    assert desk.buy("ann", 10_000, profit=10_000)["contribution"] == 3000
    assert (
        desk.refused("purchase", member="ann", paid=10_000, profit=10_001) == "profit_exceeds_paid"
    )


@pytest.mark.parametrize("profit", [0, -1, -10_000])
def test_without_profit_there_is_no_contribution_at_any_rate(profit: int) -> None:
    desk = Desk(backing_base="profit", backing_bps=10**6, quota_base="contribution")
    assert desk.buy("ann", 10_000, profit=profit)["contribution"] == 0
    assert desk.account("ann").quota == 0


def test_a_contribution_that_no_points_stand_for_waits_in_the_dividend_fund() -> None:
    desk = Desk(grant_bps=0)
    assert movements(desk, "purchase", member="ann", paid=10_000) == [
        ("contribution", "sales", "dividend_fund", 3000)
    ]


def test_a_refund_moves_back_the_grant_and_sells_the_rest() -> None:
    desk = Desk(min_holding=10**7, min_supply=1)
    desk.buy("bob", 10_000)
    desk.buy("ann", 10_000)
    order = desk.last_id
    desk.buy("ann", 100)  # 21 fen at 60.00 for 35.7 points: 0.12495 points
    assert movements(desk, "refund", purchase=order, amount=10_000) == [
        ("refund", "points:ann", "issuance", 14_700_000),
        ("rest", "points:ann", "burned", 124_950),
        ("rest", "reserve", "wallet:ann", 21),  # 0.12495 × 60.30 / 35.82495 = 0.2103
        ("refund", "reserve", "refunded", 2474),  # 14.7 × 60.30 / 35.82495 = 24.743
    ]


def test_an_id_that_is_a_number_is_echoed_up_to_a_thousand_digits() -> None:
    """Beyond, reading it takes longer than anybody's number is worth: an empty list stands for it."""
    line = '{"id": %s, "type": "purchase", "member": "ann", "paid": 1}'
    for digits, echoed in ((999, 10**999 - 1), (1000, 10**1000 - 1), (1001, [])):
        assert parse_line((line % ("9" * digits)).encode()) == (None, echoed)


def test_the_fields_of_a_command_are_those_that_were_received() -> None:
    for received in (
        {"id": "x", "type": "purchase", "member": "ann", "paid": 5, "profit": None},
        {"id": "x", "type": "purchase", "member": "ann", "paid": 5},
        {"id": "y", "type": "close_day", "day": "2026-01-01", "at": "noon"},
    ):
        assert command_fields(parse(received)) == received


def test_a_receipt_with_more_names_than_figures_is_not_written() -> None:
    with pytest.raises(ValueError, match="zip"):
        encode_receipt(Receipt("x", None, ("points", "fee"), (1,)))


def test_who_is_not_there_is_named_where_they_must_be() -> None:
    program = program_of()
    work = Work(MemoryStore(program.plan), program.plan, program.figures)
    with pytest.raises(KeyError, match=r"^'ann'$"):
        work.require("ann")


def test_a_settlement_pays_the_quota_at_most_and_forgets_the_fraction_then() -> None:
    """The rules let nobody come so far, for they exit before; the rule of the spec holds all the same."""
    program = program_of()
    figures = Figures(dividend_payable=100, dividend_index=3 * SCALE + 5)
    work = Work(MemoryStore(program.plan), program.plan, figures)
    ann = Account("ann", "member", 0, 0, None, 10, quota=29, gained=29)
    settle(work, ann)
    assert (ann.wallet, ann.quota, ann.taken, ann.fraction) == (29, 0, 29, 0)
    assert (ann.mark, figures.dividend_payable) == (3 * SCALE + 5, 71)
    bob = Account("bob", "member", 1, 0, None, 10, quota=31, gained=31)
    settle(work, bob)
    assert (bob.wallet, bob.quota, bob.taken, bob.fraction) == (30, 1, 30, 50)

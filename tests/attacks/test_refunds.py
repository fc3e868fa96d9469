"""Attacks by refunds: pumping, taking out before the money comes back, borrowing quota, slicing.

Here the shop is honest and returns what the spec lets it return: amount less shortfall.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.market import Market, Raid

WAYS = ("hold", "redeem", "goods", "credit", "laundered")
ways = st.sampled_from(WAYS)
amounts = st.integers(1, 10**7)
fees = st.sampled_from([0, 1000, 5000])
plans = st.fixed_dictionaries(
    {
        "grant_bps": st.sampled_from([5000, 7000, 8500]),
        "dividend_bps": st.sampled_from([0, 1000]),
        "exit_fee_bps": fees,
        "referral_points_bps": st.sampled_from([[], [1000, 500]]),
        "referral_cash_bps": st.sampled_from([[], [500, 200]]),
    }
)


def begun(**plan: object) -> Market:
    """Some who hold points, and mal with a shop of mal's own."""
    market = Market(**plan)
    market.ok("open_merchant", merchant="mart")
    for n in range(5):
        market.order(f"v{n}", 10_000)
    market.ok("enroll", member="mal")
    return market


def take_out(market: Market, way: str) -> None:
    """Get out of mal's points what can be got, in one of several ways."""
    if not market.account("mal").points:
        return
    if way == "redeem":
        market.submit("redeem", account="mal", points="all")
    elif way == "goods":
        amount = max(1, int(market.value("mal")))
        market.submit("pay_points", member="mal", merchant="mart", amount=amount)
    elif way in {"credit", "laundered"}:
        market.submit("convert", member="mal", points="all")
        credit = max(1, market.account("mal").credit)
        market.submit("pay_credit", payer="mal", payee="mart", amount=credit)
        if way == "laundered":
            market.submit("redeem_credit", merchant="mart", amount=credit)


def mals(market: Market) -> Fraction:
    """Return mal's pocket with all that is left inside, the shop's included."""
    wealth = market.riches(("mal", "mart"))
    return wealth + market.pocket["mal"] + market.pocket["mart"]


@settings(max_examples=40)
@given(plan=plans, orders=st.lists(amounts, min_size=1, max_size=6), closing=st.booleans())
def test_a_refund_pump(plan: dict[str, object], orders: list[int], closing: bool) -> None:
    """Bound: buying and returning over and over leaves mal with nothing and uses up no supply.

    Who owns the shop besides may get the dividend fund that waited, as any holder may, and no more.
    The others lose nothing.
    """
    market = begun(**plan, quota_bps=10**6)  # nobody exits meanwhile
    issued, fund = market.program.figures.issued, market.program.figures.dividend_fund
    raid = Raid(market, "mal", "mart")
    for n, paid in enumerate(orders):
        purchase = market.order("mal", paid)
        if closing:
            market.ok("close_day", day=f"2026-01-{n + 1:02}")
        market.give_back(purchase, paid)
        assert market.program.figures.issued == issued  # max_supply is not pumped away
        assert market.account("mal").points == 0
        assert mals(market) <= 0
        assert market.account("mal").quota == 0
    assert raid.gain() <= (fund if closing else 0)


@settings(max_examples=80)
@given(plan=plans, paid=amounts, way=ways)
def test_buy_take_out_refund_at_once(plan: dict[str, object], paid: int, way: str) -> None:
    """Bound: whatever way the value leaves, mal's cash out is at most mal's cash in."""
    market = begun(**plan)
    raid = Raid(market, "mal", "mart")
    purchase = market.order("mal", paid)
    take_out(market, way)
    market.give_back(purchase, paid)
    take_out(market, "redeem")
    assert mals(market) <= 0
    assert market.shop_bears(purchase) <= 0
    raid.gain()  # nobody else lost


@settings(max_examples=60)
@given(
    plan=plans,
    paid=st.integers(1_000, 10**6),
    later=st.lists(amounts, max_size=6),
    part=st.integers(1, 100),
)
def test_buy_wait_take_out_refund(
    plan: dict[str, object], paid: int, later: list[int], part: int
) -> None:
    """Bound: returning an order after its points were sold pays no more than not returning it.

    Nor do two slices: a slice for which nothing comes back is as good as kept, with its quota of
    twice its price. What was taken out came from the pool's growth; the shop's till bears nothing.
    """
    market = begun(**plan)
    purchase = market.order("mal", paid)
    for n, amount in enumerate(later):
        market.order(f"w{n}", amount)
        market.ok("close_day", day=f"2026-01-{n + 1:02}")
    market.cash_in("mal")
    kept = market.pocket["mal"]
    for_nothing = 0
    for amount in (paid * part // 100, paid - paid * part // 100):
        if amount and market.give_back(purchase, amount).fields["shortfall"] >= amount:
            for_nothing += amount
    assert market.pocket["mal"] <= max(0, kept) + for_nothing
    assert market.shop_bears(purchase) <= 6  # two slices, each with less than four floors


@settings(max_examples=60)
@given(
    plan=plans,
    base=st.integers(1_000, 10**5),
    loan=st.integers(1_000, 10**7),
    later=st.lists(amounts, max_size=6),
)
def test_a_quota_loan_through_a_late_refund(
    plan: dict[str, object], base: int, loan: int, later: list[int]
) -> None:
    """Bound: what mal took out ≤ the quota of the order that mal kept + the shortfall borne in cash.

    What is still owed is paid from the next quota gained.
    """
    market = begun(**plan)
    market.order("mal", base)
    borrowed = market.order("mal", loan)
    for n, amount in enumerate(later):
        market.order(f"w{n}", amount)
    market.cash_in("mal")
    before = market.pocket["mal"]
    receipt = market.give_back(borrowed, loan)
    mal = market.account("mal")
    assert mal.taken <= 2 * base + receipt.fields["shortfall"]
    assert market.pocket["mal"] <= max(before, 2 * base - base)
    assert market.shop_bears(borrowed) <= 0
    had = mal.quota + mal.taken + mal.forfeited
    market.order("mal", 1_000)
    again = market.account("mal")
    assert again.quota + again.taken + again.forfeited - had == max(0, 2_000 - mal.owed)


def test_a_quota_loan_as_numbers() -> None:
    market = Market(exit_fee_bps=0)
    market.order("mal", 10_000)
    borrowed = market.order("mal", 10_000)
    for n in range(9_00):
        market.program.submit(
            {"id": f"o{n}", "type": "purchase", "member": f"m{n}", "paid": 10_000}
        )
    # 35.7 points at 10.1 and more: far beyond the 200.00 of the first order.
    gross = market.ok("redeem", account="mal", points="all")["gross"]
    assert 20_000 < gross < 40_000
    receipt = market.give_back(borrowed, 10_000)
    assert receipt.fields == {"points": 0, "recovered": 0, "shortfall": gross - 20_000}
    assert market.account("mal").owed == gross - 20_000
    assert market.account("mal").quota == 0


@settings(max_examples=60)
@given(
    plan=plans,
    paid=st.integers(1, 50_000),
    cuts=st.lists(st.integers(1, 50_000), max_size=12),
    way=st.sampled_from(["hold", "hold", "redeem"]),
)
def test_sliced_refunds(plan: dict[str, object], paid: int, cuts: list[int], way: str) -> None:
    """Bound: slices take back exactly the whole's points and quota; each costs the shop ≤ 3 fen.

    A share is a difference of floors, so that shares add up; a slice's shares (contribution,
    dividend, two commissions) can exceed it by at most 3 fen, which a shop that returns
    max(0, amount − shortfall) for each slice bears. In slices of a yuan that is nothing.
    """
    market = begun(**plan, min_holding=0)
    market.ok("enroll", member="sub", referrer="mal")
    market.order("mal", 10_000)
    purchase = market.order("sub", paid)
    if way == "redeem":
        market.submit("redeem", account="sub", points="all")
    whole = market.program.fork()
    refund = {"id": "whole", "type": "refund", "purchase": purchase, "amount": paid}
    at_once = whole.submit(refund).receipt
    edges = sorted({cut for cut in cuts if cut < paid} | {0, paid})
    raid = Raid(market, "mal", "sub", "mart")
    slices = [market.give_back(purchase, end - start).fields for start, end in pairwise(edges)]
    assert sum(fields["points"] for fields in slices) == at_once.fields["points"]
    for field in ("points", "quota", "owed", "lost"):
        assert getattr(market.account("sub"), field) == getattr(whole.accounts["sub"], field)
    assert market.program.figures.issued == whole.figures.issued
    assert market.shop_bears(purchase) <= 3 * len(slices)
    raid.gain()  # nobody else lost


def test_a_fen_at_a_time_is_the_worst_that_slicing_does() -> None:
    """30% + 10% of 10 fen, all taken out: whole, 6 fen come back; fen by fen it is 7."""
    whole, sliced = Market(dividend_bps=1000), Market(dividend_bps=1000)
    for market in (whole, sliced):
        market.order("vera", 10_000)
        market.ok("enroll", member="mal")
        market.order("mal", 10)
        market.ok("close_day", day="2026-01-01")
        market.submit("redeem", account="mal", points="all")
        market.take_cash("mal")
    whole.give_back("c3", 10)
    for _ in range(10):
        sliced.give_back("c3", 1)
    assert sliced.pocket["mal"] - whole.pocket["mal"] == 1
    assert whole.shop_bears("c3") <= 0
    assert sliced.shop_bears("c3") <= 1


@pytest.mark.parametrize("way", WAYS)
def test_the_shop_keeps_what_it_had_and_mal_no_more_than_spent(way: str) -> None:
    """100.00 paid, 30.00 into the reserve: by hand, for each way out."""
    market = begun()
    purchase = market.order("mal", 10_000)
    take_out(market, way)
    fields = market.give_back(purchase, 10_000).fields
    if way == "hold":
        # The points are worth 21 and a bit; the rest of the 30.00 stays with the others.
        assert fields["points"] > 0
        assert 21_00 <= fields["recovered"] < 30_00
        assert fields["shortfall"] == 30_00 - fields["recovered"]
    else:
        assert (fields["points"], fields["recovered"], fields["shortfall"]) == (0, 0, 30_00)
    assert market.till[purchase] == 0

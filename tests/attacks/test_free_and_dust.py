"""Getting something for nothing: quota without backing, pieces too small for their price."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.market import Market, Raid

ON_PROFIT = {"backing_base": "profit", "quota_base": "contribution"}


@pytest.mark.parametrize(
    ("plan", "order"),
    [
        ({"backing_bps": 0}, {"paid": 10**6}),
        ({"backing_bps": 1}, {"paid": 9_999}),
        ({}, {"paid": 3}),
        (ON_PROFIT, {"paid": 10**6, "profit": 0}),
        (ON_PROFIT, {"paid": 10**6, "profit": -5}),
        (ON_PROFIT, {"paid": 10**6, "profit": 3}),
    ],
)
def test_free_quota(plan: dict[str, object], order: dict[str, int]) -> None:
    """Bound: an order whose contribution is 0 gains no quota and no points, however often."""
    market = Market(**plan, spend_per_point=1)
    market.order("vera", 10_000, profit=10_000)
    raid = Raid(market, "mal")
    for _ in range(5):
        market.order("mal", **order)
    mal = market.account("mal")
    assert (mal.gained, mal.quota, mal.points) == (0, 0, 0)
    assert market.refused("redeem", account="mal", points="all") == "insufficient_points"
    assert raid.gain() <= 0


@settings(max_examples=40)
@given(paid=st.lists(st.integers(1, 40), min_size=1, max_size=40))
def test_dust_orders(paid: list[int]) -> None:
    """Bound: tiny orders gain at most the quota their plan says, and points worth at most 70%."""
    market = Market()
    market.order("vera", 10_000)
    raid = Raid(market, "mal")
    for amount in paid:
        before = market.account("mal").points if "mal" in market.program.accounts else 0
        figures = market.program.figures
        reserve, supply = figures.reserve, figures.supply
        market.order("mal", amount)
        granted = market.account("mal").points - before
        assert granted * reserve * 100 <= amount * 21 * supply
        assert raid.gain() <= 0
    assert market.account("mal").gained <= 2 * sum(paid)
    market.cash_in("mal")
    assert raid.gain() <= 0


@settings(max_examples=50)
@given(
    stake=st.integers(100, 10**6),
    cuts=st.lists(st.integers(1, 10**7), min_size=1, max_size=20),
    fee=st.sampled_from([0, 1, 1000]),
    way=st.sampled_from(["redeem", "convert", "pay_points"]),
)
def test_dust_sales(stake: int, cuts: list[int], fee: int, way: str) -> None:
    """Bound: sold, spent or converted in pieces, points give at most their value in one piece.

    With a fee the seller's own remaining points gain from it as everybody's do; never the others'.
    """
    market = Market(exit_fee_bps=fee, goods_fee_bps=fee, min_holding=0)
    market.ok("open_merchant", merchant="mart")
    market.order("vera", 10_000)
    market.order("mal", stake)
    raid = Raid(market, "mal", "mart")
    value = market.value("mal")
    for cut in [*cuts, "all"]:
        if way == "pay_points":
            amount = cut if isinstance(cut, int) else max(1, int(market.value("mal")))
            market.submit("pay_points", member="mal", merchant="mart", amount=amount)
        else:
            account = "account" if way == "redeem" else "member"
            market.submit(way, **{account: "mal", "points": cut})
    mal, mart = market.account("mal"), market.account("mart")
    assert mal.wallet + mal.credit + mart.wallet + market.value("mal") <= value
    assert raid.gain() <= 0


@settings(max_examples=40)
@given(rounds=st.integers(1, 20), amount=st.integers(1, 500))
def test_points_carried_to_credit_and_back(rounds: int, amount: int) -> None:
    """Bound: round trips through credit never give more points than they took."""
    market = Market(min_holding=0, quota_bps=10**6)
    market.ok("open_merchant", merchant="mart")
    market.order("vera", 10_000)
    market.order("mal", 10_000)
    raid = Raid(market, "mal", "mart")
    points = market.account("mal").points
    for _ in range(rounds):
        market.submit("convert", member="mal", points=amount * 1_000)
        credit = market.account("mal").credit
        if credit:
            market.ok("pay_credit", payer="mal", payee="mart", amount=credit)
            market.submit("redeem_credit", merchant="mart", amount=credit)
    assert market.account("mal").points + market.account("mart").points <= points
    assert raid.gain() <= 0


def test_who_parts_with_points_keeps_none_or_enough_to_be_worth_counting() -> None:
    market = Market()
    market.order("vera", 10_000)
    points = market.account("vera").points
    assert market.refused("redeem", account="vera", points=points - 9_999) == "dust_remaining"
    market.ok("redeem", account="vera", points=points - 1_000_000)
    assert market.account("vera").points == 1_000_000


@settings(max_examples=50)
@given(total=st.integers(2, 10**7), cuts=st.lists(st.integers(1, 10**7), max_size=8))
def test_split_and_merged_orders(total: int, cuts: list[int]) -> None:
    """Bound: splitting an order never gives more points than merging it, merging never too many.

    Grants are priced before the order enters: the parts of a split order pay the price that their
    earlier parts raised, at most by what these put in. The others lose nothing either way.
    """
    merged, split = Market(), Market()
    for market in (merged, split):
        market.order("vera", 10_000)
    raids = [Raid(market, "mal") for market in (merged, split)]
    edges = sorted({cut for cut in cuts if cut < total} | {0, total})
    merged.order("mal", total)
    for start, end in pairwise(edges):
        split.order("mal", end - start)
    one, many = merged.account("mal").points, split.account("mal").points
    assert many <= one
    # 30.00 behind 21 points before: merged, the grant is worth 21% of the order at that price.
    assert one * 3_000 * 100 <= total * 21 * 21_000_000
    # The price rose from 30.00 / 21 to at most what all of it would be with the least points.
    figures = split.program.figures
    worst = total * 3_000 // 10_000 * 7_000 // 10_000 - 2 * len(edges)
    assert (many + len(edges)) * figures.reserve >= worst * figures.supply
    for raid in raids:
        assert raid.gain() <= 0

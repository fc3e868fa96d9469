"""Attacks by bringing oneself: chains of one's own accounts."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.market import Market, Raid

CHAIN = ("m0", "m1", "m2", "m3", "m4")
amounts = st.integers(1, 10**7)
plans = st.fixed_dictionaries(
    {
        "grant_bps": st.sampled_from([0, 7000, 8500]),
        "exit_fee_bps": st.sampled_from([0, 1000]),
        "referral_points_bps": st.sampled_from([[1000], [1000, 500], [0, 1500]]),
        "referral_cash_bps": st.sampled_from([[], [1000], [2000, 5000]]),
    }
)


def begun(**plan: object) -> Market:
    market = Market(quota_bps=10**6, **plan)
    market.order("vera", 10_000)
    market.ok("enroll", member="m0")
    for referrer, member in pairwise(CHAIN):
        market.ok("enroll", member=member, referrer=referrer)
    return market


@settings(max_examples=60)
@given(plan=plans, stakes=st.lists(amounts, max_size=5), last=amounts)
def test_self_made_referral_chains(plan: dict[str, object], stakes: list[int], last: int) -> None:
    """Bound: all that an order gives the chain ≤ what it took in; even if the gang owns the shop.

    Points at the price before are worth at most the contribution; cash at most what was paid
    besides. A level beyond the plan's, and who never bought, gets no points.
    """
    market = begun(**plan)
    raid = Raid(market, *CHAIN)
    for member, stake in zip(CHAIN, stakes, strict=False):
        market.order(member, stake)
    assert raid.gain() <= 0
    figures = market.program.figures
    reserve, supply = figures.reserve, figures.supply
    entry = market.submit("purchase", member="m4", paid=last).entry
    assert entry is not None
    earned, cash, taken_in = Counter[str](), 0, 0
    for move in entry.movements:
        if move.source == "issuance":
            earned[move.target] += move.amount
        if move.source == "sales":
            taken_in += move.amount
            cash += move.amount if move.target.startswith("wallet:") else 0
    contribution = last * 3000 // 10_000
    assert sum(earned.values()) * reserve <= contribution * supply
    assert taken_in == cash + contribution <= last
    bought = {f"points:{name}" for name in CHAIN[: len(stakes)]}
    assert set(earned) <= {"points:m2", "points:m3"} & bought | {"points:m4"}
    assert raid.gain() <= 0
    market.cash_in(*CHAIN)
    assert raid.gain() <= 0


@settings(max_examples=40)
@given(plan=plans, stake=amounts, last=amounts, sold=st.booleans())
def test_a_refunded_order_of_a_self_made_chain(
    plan: dict[str, object], stake: int, last: int, sold: bool
) -> None:
    """Bound: returning the order leaves the chain no richer than before it, the shop not poorer.

    Commissions that left the wallets and points that were sold are in the shortfall.
    """
    market = begun(**plan)
    for member in CHAIN[:4]:
        market.order(member, stake)
    before = market.riches(CHAIN) + sum(market.pocket[name] for name in CHAIN)
    purchase = market.order("m4", last)
    raid = Raid(market, *CHAIN)
    if sold:
        market.cash_in(*CHAIN)
    market.give_back(purchase, last)
    after = market.riches(CHAIN) + sum(market.pocket[name] for name in CHAIN)
    assert after <= before
    assert market.shop_bears(purchase) <= 0
    raid.gain()  # nobody else lost


@pytest.mark.parametrize(
    ("member", "referrer", "answer"),
    [
        ("m0", "m4", "already_enrolled"),  # no ring
        ("m4", "m4", "already_enrolled"),
        ("m5", "m5", "unknown_member"),  # not oneself
        ("m5", "shop", "unknown_member"),  # nor a merchant
    ],
)
def test_a_chain_has_a_beginning_and_never_changes(member: str, referrer: str, answer: str) -> None:
    market = begun(referral_points_bps=[1000, 500])
    market.ok("open_merchant", merchant="shop")
    assert market.refused("enroll", member=member, referrer=referrer) == answer


def test_a_buyer_enrolled_by_an_order_cannot_be_brought_afterwards() -> None:
    market = begun()
    market.order("new", 100)
    assert market.refused("enroll", member="new", referrer="m0") == "already_enrolled"
    assert market.account("new").referrer is None

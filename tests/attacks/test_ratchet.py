"""Price ratchets: driving the price of a small pool up before others come, and around who is there."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.market import Market, Raid

fees = st.sampled_from([0, 1, 1000, 9999])
amounts = st.sampled_from([10, 99, 10_000, 10**7, 10**10])
rounds = st.lists(amounts, min_size=1, max_size=6)


def ratchet(market: Market, member: str, orders: list[int]) -> None:
    """Buy and sell again and again, each time down to the least that keeps the pool alive."""
    plan = market.program.plan
    for paid in orders:
        market.order(member, paid)
        figures = market.program.figures
        others = figures.supply - market.account(member).points
        keep = max(plan.min_supply - others, plan.min_holding)
        sold = market.account(member).points - keep
        if sold > 0:
            market.submit("redeem", account=member, points=sold)


@settings(max_examples=50)
@given(orders=rounds, fee=fees, grant=st.sampled_from([5000, 7000, 10_000]), paid=amounts)
def test_a_price_ratchet_on_an_empty_pool(
    orders: list[int], fee: int, grant: int, paid: int
) -> None:
    """Bound: who comes next loses less than an atom's price to rounding, besides the plan's share.

    The gang gains no more than the newcomer's contribution less the newcomer's points, and an
    atom's price is at most reserve / min_supply: for each fen that rounding is to take, the gang
    leaves a million fen in the reserve.
    """
    market = Market(quota_bps=10**7, exit_fee_bps=fee, grant_bps=grant)
    ratchet(market, "mal", orders)
    raid = Raid(market, "mal")
    figures = market.program.figures
    reserve, supply = figures.reserve, figures.supply
    contribution, worth = paid * 3000 // 10_000, paid * 3000 // 10_000 * grant // 10_000
    market.order("vera", paid)
    got = market.value("vera")
    assert supply == 0 or got > worth - reserve / supply
    if supply >= 10**6:
        assert worth - got < reserve / 10**6 + 1
    # The newcomer's contribution came in beside the gang's own money: it is no gain of theirs.
    assert raid.gain() + contribution <= contribution - got + 1


@settings(max_examples=50)
@given(orders=rounds, fee=fees, stake=amounts)
def test_a_price_ratchet_on_a_near_empty_pool(orders: list[int], fee: int, stake: int) -> None:
    """Bound: the gang gains nothing, by conservation; who is there can leave with no less.

    Nothing but the fee of who is driven to their quota, which the plan lets the pool keep.
    """
    market = Market(quota_bps=10**7, exit_fee_bps=fee)
    market.order("vera", stake)
    raid = Raid(market, "mal")
    ratchet(market, "mal", orders)
    assert raid.gain() <= raid.fees_of_exits()
    market.cash_in("mal")
    assert raid.gain() <= 1 + raid.fees_of_exits()  # what a wind-up's floor leaves is below a fen


def test_a_ratchet_as_numbers() -> None:
    """A million yuan bought and sold down to a point: 300,000.00 in, 270,000.00 out at most.

    After it a point costs 30,000.00, an atom 3 fen: the next order of 100.00 loses less than that.
    """
    market = Market(quota_bps=10**7)
    market.order("mal", 10**8)
    assert market.account("mal").points == 210_000 * 10**6
    net = market.ok("redeem", account="mal", points=209_999 * 10**6)["net"]
    figures = market.program.figures
    assert (figures.supply, figures.reserve) == (10**6, 3 * 10**7 - net)
    assert figures.reserve == 3_000_129  # 30,001.29
    assert market.buy("vera", 10_000)["points"] == 699  # 21.00 at 3.000129 fen an atom
    assert 2_097 < market.value("vera") < 2_100

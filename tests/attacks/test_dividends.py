"""Attacks on the dividend fund: holding points only for the moment of the close."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.market import Market, Raid

paid = st.integers(1, 10**8)
funds = st.lists(st.integers(100, 10**6), min_size=1, max_size=5)
ways = st.sampled_from(["hold", "redeem", "launder before", "launder after"])


def begun(orders: list[int], **plan: object) -> Market:
    """A fund of a fifth of all sales waits for the close."""
    market = Market(dividend_bps=2000, **plan)
    market.ok("open_merchant", merchant="mart")
    for n, amount in enumerate(orders):
        market.order(f"v{n}", amount)
    market.ok("enroll", member="mal")
    return market


def mals(market: Market) -> Fraction:
    """Return all that mal and mal's shop have, inside and in their pockets."""
    return market.riches(("mal", "mart")) + market.pocket["mal"] + market.pocket["mart"]


def launder(market: Market) -> None:
    """Carry mal's points over to mal's own shop, by way of credit."""
    market.submit("convert", member="mal", points="all")
    credit = max(1, market.account("mal").credit)
    market.submit("pay_credit", payer="mal", payee="mart", amount=credit)
    market.submit("redeem_credit", merchant="mart", amount=credit)


@settings(max_examples=80)
@given(
    orders=funds,
    older=st.integers(1_000, 10**8),  # enough to be sold at all
    stake=paid,
    way=ways,
    fee=st.sampled_from([0, 1000]),
    part=st.just(100) | st.integers(1, 100),
)
def test_a_dividend_snipe_with_a_refund(
    orders: list[int], older: int, stake: int, way: str, fee: int, part: int
) -> None:
    """Bound: who buys before the close and returns the order after it has no more than before.

    Or no more than who keeps the order, where nothing comes back for it. The shortfall counts the
    dividends that the granted points drew, wherever the points went, also where the quota of an
    older order lets the refund take back all of this one's.
    """
    market = begun(orders, exit_fee_bps=fee)
    market.order("mal", older)
    market.cash_in("mal")
    had = mals(market)
    purchase = market.order("mal", stake)
    if way == "launder before":
        launder(market)
    raid = Raid(market, "mal", "mart")
    market.ok("close_day", day="2026-01-01")
    if way == "launder after":
        launder(market)
    if way == "redeem":
        market.submit("redeem", account="mal", points="all")
    market.take_cash("mal")
    kept = mals(market)
    returned = max(1, stake * part // 100)
    market.give_back(purchase, returned)
    market.cash_in("mart")
    if returned == stake:
        assert mals(market) <= max(had, kept)
    assert market.shop_bears(purchase) <= 3
    raid.gain()  # nobody else lost


@settings(max_examples=60)
@given(orders=funds, stake=paid, fee=st.sampled_from([0, 1000]))
def test_a_dividend_snipe_that_keeps_the_order(orders: list[int], stake: int, fee: int) -> None:
    """Bound: at most the fund that waited, and at most the quota; even if mal owns the shop.

    That much is known and accepted: dividends go to whoever holds at the close.
    """
    market = begun(orders, exit_fee_bps=fee)
    fund = market.program.figures.dividend_fund
    raid = Raid(market, "mal", "mart")
    market.order("mal", stake)
    market.ok("close_day", day="2026-01-01")
    dividends = market.due("mal") + market.account("mal").taken
    assert raid.gain() <= fund + raid.fees_of_exits()
    assert dividends <= 2 * stake


def test_a_snipe_as_numbers() -> None:
    """20.00 wait for the close, for ann's 21 points; mal comes with as much and goes again."""
    market = begun([10_000])
    purchase = market.order("mal", 14_286)  # 29.99 of grant at 30.00 for 21 points
    assert market.account("mal").points == 20_993_000
    market.ok("close_day", day="2026-01-01")
    # 20.00 of ann's order and 28.57 of mal's own, in halves.
    drawn = market.due("mal")
    assert drawn == 2_428
    receipt = market.give_back(purchase, 14_286)
    recovered = receipt.fields["recovered"]
    assert receipt.fields["shortfall"] == 4_285 + 2_857 - recovered + drawn
    market.take_cash("mal")
    assert market.pocket["mal"] == recovered - 4_285 - 2_857
    assert market.pocket["mal"] < 0


@settings(max_examples=40)
@given(stake=paid, first=st.integers(10_000, 10**6))
def test_the_fund_that_a_wound_up_pool_leaves(stake: int, first: int) -> None:
    """Bound: who begins the pool anew gets at most what the last one left, and at most the quota."""
    market = Market()
    market.order("vera", first)
    market.cash_in("vera")
    fund = market.program.figures.dividend_fund
    assert fund == market.program.figures.money_in - market.program.figures.paid_out
    market.order("mal", stake)
    market.ok("close_day", day="2026-01-01")
    mal = market.account("mal")
    dividends = mal.wallet + market.due("mal") if mal.points else mal.taken
    assert dividends <= min(2 * stake, fund + stake * 3000 // 10_000)

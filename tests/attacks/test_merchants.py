"""Attacks with a friendly merchant: goods that are none, quota carried over through credit."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.market import Market, Raid

stakes = st.integers(1_000, 10**7)
fees = st.sampled_from([0, 500, 1000])


def begun(**plan: object) -> Market:
    market = Market(**plan)
    market.ok("open_merchant", merchant="mart")
    for n in range(3):
        market.order(f"v{n}", 10_000)
    market.ok("enroll", member="mal")
    return market


@settings(max_examples=60)
@given(stake=stakes, part=st.integers(1, 100), exit_fee=fees, goods_fee=fees)
def test_goods_paid_to_a_friendly_merchant(
    stake: int, part: int, exit_fee: int, goods_fee: int
) -> None:
    """Bound: mal and the merchant get at most the points' value less the goods fee, never more.

    The quota is used as by a redemption; the others lose nothing, only the exit fee is avoided.
    """
    market = begun(exit_fee_bps=exit_fee, goods_fee_bps=goods_fee)
    market.order("mal", stake)
    raid = Raid(market, "mal", "mart")
    value, quota = market.value("mal"), market.account("mal").quota
    amount = max(1, int(value) * part // 100)
    outcome = market.submit("pay_points", member="mal", merchant="mart", amount=amount)
    if outcome.receipt.ok:
        assert market.account("mart").wallet * 10_000 <= amount * (10_000 - goods_fee)
        assert quota - market.account("mal").quota == amount
    got = market.account("mart").wallet
    market.submit("redeem", account="mal", points="all")
    assert got + market.account("mal").wallet <= value
    assert raid.gain() <= 0


@settings(max_examples=40)
@given(stake=stakes)
def test_with_equal_fees_a_friendly_merchant_is_no_cheaper(stake: int) -> None:
    """Bound: with goods_fee_bps = exit_fee_bps both ways out pay the same to the fen."""
    market = begun(exit_fee_bps=1000, goods_fee_bps=1000)
    market.order("mal", stake)
    sold, spent = market.program.fork(), market.program.fork()
    worth = int(market.value("mal"))
    redeem = {"id": "x", "type": "redeem", "account": "mal", "points": "all"}
    pay = {"id": "x", "type": "pay_points", "member": "mal", "merchant": "mart", "amount": worth}
    assert sold.submit(redeem).receipt.ok
    assert spent.submit(pay).receipt.ok
    assert sold.accounts["mal"].wallet == spent.accounts["mart"].wallet


@settings(max_examples=60)
@given(
    stake=stakes,
    rate=st.sampled_from([0, 5_000, 10_000, 20_000]),
    growth=st.lists(stakes, max_size=5),
    pieces=st.integers(1, 4),
)
def test_quota_laundered_through_credit(
    stake: int, rate: int, growth: list[int], pieces: int
) -> None:
    """Bound: what the merchant takes out ≤ merchant_quota_bps of the credit it turned into points.

    And that credit used up as much of mal's quota: carried over, it is at most that rate of it
    again, in however many pieces. At the time nothing is gained.
    """
    market = begun(merchant_quota_bps=rate)
    market.order("mal", stake)
    raid = Raid(market, "mal", "mart")
    quota = market.account("mal").quota
    atoms = market.account("mal").points
    credit = market.ok("convert", member="mal", points="all")["credit"]
    assert quota - market.account("mal").quota == credit
    market.ok("pay_credit", payer="mal", payee="mart", amount=credit)
    got = 0
    for n in range(pieces):
        left = market.account("mart").credit
        amount = left if n == pieces - 1 else max(1, left // 2)
        if left:
            got += market.submit(
                "redeem_credit", merchant="mart", amount=amount
            ).receipt.fields.get("points", 0)
    assert got <= atoms
    assert market.account("mart").gained <= credit * rate // 10_000
    assert raid.gain() <= 0
    for n, paid in enumerate(growth):
        market.order(f"w{n}", paid)
    market.cash_in("mart")
    mart = market.account("mart")
    assert mart.taken <= mart.gained <= credit * rate // 10_000
    assert market.account("mal").quota == quota - credit
    # What grew behind the credit before it was turned back stays with the others.
    assert market.pocket["mart"] <= credit * max(rate, 10_000) // 10_000


def test_laundered_points_do_not_come_back_to_a_member() -> None:
    """Only members convert and only members pay with points: the quota goes round once."""
    market = begun()
    market.order("mal", 10_000)
    market.ok("convert", member="mal", points="all")
    credit = market.account("mal").credit
    market.ok("pay_credit", payer="mal", payee="mart", amount=credit)
    market.ok("redeem_credit", merchant="mart", amount=credit)
    assert market.refused("convert", member="mart", points="all") == "unknown_member"
    assert market.refused("pay_points", member="mart", merchant="mart", amount=1) == (
        "unknown_member"
    )
    assert market.refused("purchase", member="mart", paid=100) == "not_a_member"


@settings(max_examples=40)
@given(stake=stakes, rounds=st.integers(1, 6), backing=st.sampled_from([100, 3000, 9000]))
def test_wash_orders_at_ones_own_shop(stake: int, rounds: int, backing: int) -> None:
    """Bound: cash that goes round through one's own orders only ever leaves some with the others.

    Quota is cheap that way, but it is a ceiling: what is taken out was put into the reserve.
    """
    market = begun(backing_bps=backing)
    raid = Raid(market, "mal", "mart")
    for _ in range(rounds):
        market.order("mal", stake)
        assert raid.gain() <= 0
    market.cash_in("mal")
    assert raid.gain() <= 0
    assert market.account("mal").taken <= 2 * stake * rounds


@settings(max_examples=40)
@given(stake=stakes, growth=st.lists(stakes, min_size=1, max_size=5))
def test_the_treasurys_surplus(stake: int, growth: list[int]) -> None:
    """Bound: what the price's growth leaves behind the credit is paid to nobody.

    It is burned, so that it is everybody's who holds points; the credit stays what it was, and who
    comes for the moment of the burning gets no more than the surplus.
    """
    market = begun(quota_bps=10**6)
    market.order("mal", stake)
    credit = market.ok("convert", member="mal", points="all")["credit"]
    for n, paid in enumerate(growth):
        market.order(f"w{n}", paid)
    figures = market.program.figures
    surplus = figures.treasury * figures.reserve // figures.supply - credit
    raid = Raid(market, "mal", "mart", "tim")
    market.order("tim", stake)
    figures = market.program.figures
    wallets = figures.wallets
    behind = -(-credit * figures.supply // figures.reserve)
    burned = market.ok("close_day", day="2026-01-01")["burned"]
    assert burned == max(0, figures.treasury - behind)
    figures = market.program.figures
    assert figures.wallets == wallets
    assert market.account("mal").credit == credit
    assert figures.treasury * figures.reserve >= credit * figures.supply
    gain = raid.gain()
    assert gain <= surplus + 1 + stake * 3000 // 10_000  # tim's order adds to what is behind
    market.cash_in("tim")
    assert raid.gain() <= gain

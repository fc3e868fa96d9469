"""Any sequence of commands by a gang: members who bring each other, and merchants in league.

The gang owns its shops, so that its own orders cost it only what the program takes in, and refunds
give it whatever the program gives back. Everybody else does nothing meanwhile, but days close.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.market import Market, Raid

MEMBERS = ("gus", "gil", "gao")
SHOPS = ("gmart", "gshop")
GANG = (*MEMBERS, *SHOPS)

plans = st.fixed_dictionaries(
    {
        "issue_price": st.sampled_from([1, 100, 10_000]),
        "backing_bps": st.sampled_from([1, 1000, 3000, 6000]),
        "grant_bps": st.sampled_from([0, 5000, 7000, 8500]),
        "dividend_bps": st.sampled_from([0, 0, 500, 2000]),
        "quota_bps": st.sampled_from([2000, 4000, 20_000, 10**6]),
        "merchant_quota_bps": st.sampled_from([0, 10_000, 30_000]),
        "exit_fee_bps": st.sampled_from([0, 1, 1000, 5000]),
        "goods_fee_bps": st.sampled_from([0, 1000]),
        "referral_points_bps": st.sampled_from([[], [1000], [1000, 500]]),
        "referral_cash_bps": st.sampled_from([[], [500], [500, 300]]),
        "min_supply": st.sampled_from([1, 10**6, 10**8]),
        "min_holding": st.sampled_from([0, 10**4, 10**7]),
    }
)
KINDS = (
    *("refund", "purchase", "purchase", "purchase", "redeem", "redeem", "pay_points"),
    *("convert", "pay_credit", "redeem_credit", "withdraw", "close_day"),
)
AMOUNTS = (1, 2, 3, 7, 30, 99, 100, 1_000, 9_999, 10_000, 50_000, 10**6, 10**9)


def begun(plan: dict[str, object], seed: Random) -> Market:
    """Three victims and an honest merchant, with orders, credit and perhaps a dividend fund."""
    market = Market(**plan)
    market.ok("open_merchant", merchant="stall")
    for shop in SHOPS:
        market.ok("open_merchant", merchant=shop)
    for victim in ("vera", "vito", "vivi"):
        market.order(victim, seed.choice([100, 10_000, 123_456]))
    if seed.random() < 0.5:
        market.submit("convert", member="vera", points="all")
        market.submit("pay_credit", payer="vera", payee="stall", amount=50)
    if seed.random() < 0.5:
        market.ok("close_day", day="2026-01-01")
    # One of the gang may have come by a victim, or bring the next.
    market.ok("enroll", member="gus", referrer=seed.choice(["vera", None]))
    market.ok("enroll", member="gil", referrer="gus")
    market.ok("enroll", member="gao", referrer="gil")
    return market


def act(market: Market, seed: Random, orders: list[str], days: list[str]) -> None:
    """Do any one thing that the gang can do."""
    kind, fields = chosen(market, seed, orders, days)
    receipt = market.submit(kind, **fields).receipt
    if receipt.ok and kind == "purchase":
        orders.append(market.last_id)
    if receipt.ok and kind == "close_day":
        days.append(str(fields["day"]))


def chosen(
    market: Market, seed: Random, orders: Sequence[str], days: Sequence[str]
) -> tuple[str, dict[str, object]]:
    holders = [name for name in GANG if market.account(name).points]
    one, shop = seed.choice(holders or GANG), seed.choice(SHOPS)
    amount = seed.choice(AMOUNTS)
    points = seed.choice(["all", seed.randint(1, market.account(one).points + 1)])
    kind = seed.choice(KINDS if orders else KINDS[1:])
    match kind:
        case "refund":
            purchase = seed.choice(orders)
            record = market.program.purchases[purchase]
            left = record.paid - record.refunded
            share = seed.choice([left, max(1, left // 3), 1])
            return kind, {"purchase": purchase, "amount": share}
        case "purchase":
            return kind, {"member": seed.choice(MEMBERS), "paid": amount}
        case "redeem" | "convert":
            return kind, {"account" if kind == "redeem" else "member": one, "points": points}
        case "pay_points":
            worth = int(market.value(one))
            amount = seed.choice([max(1, worth), max(1, worth // 2), 1])
            return kind, {"member": one, "merchant": shop, "amount": amount}
        case "pay_credit":
            one = max(MEMBERS, key=lambda name: market.account(name).credit)
            credit = market.account(one).credit
            return kind, {"payer": one, "payee": shop, "amount": max(1, credit)}
        case "redeem_credit":
            shop = max(SHOPS, key=lambda name: market.account(name).credit)
            credit = market.account(shop).credit
            amount = seed.choice([max(1, credit), max(1, credit // 2)])
            return kind, {"merchant": shop, "amount": amount}
        case "withdraw":
            return kind, {"account": one, "amount": max(1, market.account(one).wallet)}
    return "close_day", {"day": f"2026-{1 + len(days) // 28:02}-{2 + len(days) % 27:02}"}


def nobodys(market: Market) -> Fraction:
    """Return the money in the program that is nobody's: the fund, the treasury's surplus, dust."""
    figures = market.program.figures
    behind = Fraction(0)
    if figures.treasury:
        behind = Fraction(figures.treasury * figures.reserve, figures.supply) - figures.credit
    accrued = sum((market.accrued(name) for name in market.program.accounts), Fraction(0))
    return figures.dividend_fund + behind + figures.dividend_payable - accrued


def play(plan: dict[str, object], seed: Random, moves: int) -> None:
    """Let the gang act, and hold it to both bounds after every move."""
    market = begun(plan, seed)
    free = nobodys(market)
    raid = Raid(market, *GANG)
    orders: list[str] = []
    days: list[str] = []
    for _ in range(moves):
        act(market, seed, orders, days)
        assert raid.gain() <= free + raid.fees_of_exits()


@settings(max_examples=60)
@given(plan=plans, seed=st.randoms(use_true_random=False))
def test_a_gang_takes_no_more_than_it_put_in_and_what_was_nobodys(
    plan: dict[str, object], seed: Random
) -> None:
    """Bound: what the gang has and took out ≤ what it had and put in + what was nobody's.

    Nobody's are the dividend fund that waits (whoever holds at the close gets it), the treasury's
    surplus, and of victims whose quota is reached what leaving would have cost them before. At
    every moment each victim can leave with at least what they could before the gang began.
    """
    play(plan, seed, 40)

"""The first order, the last exit, and the moment at which a pool is wound up."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.market import Market, Raid

amounts = st.integers(1, 10**7)
fees = st.sampled_from([0, 1000, 9999])


@settings(max_examples=50)
@given(dust=st.integers(1, 40), big=amounts, next_=amounts, price=st.sampled_from([1, 100, 10**6]))
def test_first_order_edges(dust: int, big: int, next_: int, price: int) -> None:
    """Bound: a first order of dust sets no price: the next grants lose less than an atom's price.

    Without points to back, a contribution waits in the dividend fund, and goes to no later buyer
    beyond that buyer's quota.
    """
    market = Market(issue_price=price)
    raid = Raid(market, "mal")
    market.order("mal", dust)
    figures = market.program.figures
    assert (figures.reserve > 0) == (figures.supply > 0)
    if figures.supply:
        assert figures.reserve * 10**6 <= 3 * price * figures.supply + 3 * 10**6
    market.order("mal", big)
    assert raid.gain() <= 0
    figures = market.program.figures
    reserve, supply = figures.reserve, figures.supply
    worth = next_ * 3000 // 10_000 * 7000 // 10_000
    market.order("vera", next_)
    atom = reserve / supply if supply else price / 10**6
    assert market.value("vera") > worth - atom - 1e-6
    market.ok("close_day", day="2026-01-01")
    vera = market.account("vera")
    assert vera.taken + market.due("vera") <= 2 * next_


@settings(max_examples=50)
@given(orders=st.lists(amounts, min_size=1, max_size=8), fee=fees, seed=st.integers(0, 99))
def test_last_exit_edges(orders: list[int], fee: int, seed: int) -> None:
    """Bound: everybody leaves, in any order, and each gets at least what they could at first.

    The last one too, in full: the reserve covers them all; what remains is the fees, and nobody's.
    """
    market = Market(exit_fee_bps=fee)
    for n, paid in enumerate(orders):
        market.order(f"v{n}", paid)
    names = list(market.program.accounts)
    Random(seed).shuffle(names)
    figures = market.program.figures
    total = sum(int(market.value(name)) for name in names)
    assert total <= figures.reserve
    claims = market.claims(names)
    for name in names:
        market.submit("redeem", account=name, points="all")
        market.nobody_lost(claims)
    figures = market.program.figures
    left = {name for name in names if market.account(name).points}
    assert (figures.reserve > 0) == (figures.supply > 0)
    for name in left:  # what is too small to sell is worth less than its fee
        assert claims[name] <= 0
    assert figures.wallets + figures.reserve + figures.dividend_fund == figures.money_in


def test_the_last_holder_leaves_nothing_that_the_next_could_be_priced_by() -> None:
    market = Market()
    market.order("vera", 10_000)
    market.cash_in("vera")
    figures = market.program.figures
    assert (figures.reserve, figures.supply, figures.dividend_fund) == (0, 0, 300)
    assert market.pocket["vera"] == 2_700 - 10_000
    # The pool begins again at the issue price.
    assert market.buy("mal", 10_000)["points"] == 21_000_000
    # The old fee waits for the close: 3.00 less what does not divide.
    market.ok("close_day", day="2026-01-01")
    assert market.due("mal") in {299, 300}


@settings(max_examples=60)
@given(
    crumbs=st.lists(st.integers(20, 100), min_size=1, max_size=3),
    stakes=st.lists(st.integers(10_000, 10**7), min_size=1, max_size=3),
    fee=fees,
    back=st.integers(1, 10**6),
)
def test_wind_up_timing(crumbs: list[int], stakes: list[int], fee: int, back: int) -> None:
    """Bound: who winds a pool up pays each small holder their full value, without a fee.

    The gang sells all but what is too little to go on, comes back first and takes the fund at the
    close: all that it then has was its own.
    """
    market = Market(exit_fee_bps=fee)
    for n, paid in enumerate(crumbs):
        market.order(f"v{n}", paid)
    victims = {name: int(market.value(name)) for name in market.program.accounts}
    gang = [f"m{n}" for n in range(len(stakes))] + ["late"]
    raid = Raid(market, *gang)
    for member, paid in zip(gang, stakes, strict=False):
        market.order(member, paid)
    exits = {}
    for member in gang[:-1]:
        receipt = market.submit("redeem", account=member, points="all").receipt
        exits.update({e.account: e.net for e in receipt.exits if e.credit is not None})
    for name, value in victims.items():
        if name in exits:
            assert exits[name] >= min(value, market.account(name).gained)
    fund = market.program.figures.dividend_fund
    market.order("late", back)
    market.ok("close_day", day="2026-01-01")
    assert market.account("late").taken + market.due("late") <= fund + back * 3000 // 10_000
    # The floors of the victims' worths, and the fees of those whose quota was reached before.
    assert raid.gain() <= len(victims) + raid.fees_of_exits()


def test_a_wind_up_as_numbers() -> None:
    """vera holds 0.42 points; mal's sale leaves only those: paid in full, the fee is nobody's."""
    market = Market()
    market.order("vera", 200)
    assert market.account("vera").points == 420_000
    market.order("mal", 10_000)
    worth = int(market.value("vera"))
    assert worth == 85  # 0.42 of 15.12 points for 30.60
    receipt = market.receipt("redeem", account="mal", points="all")
    assert [(e.account, e.points, e.gross, e.net, e.credit) for e in receipt.exits] == [
        ("vera", 420_000, 85, 85, 0)
    ]
    fields = receipt.fields
    assert market.program.figures.dividend_fund == 3_060 - 85 - fields["net"]
    assert market.program.figures.supply == 0


@settings(max_examples=40)
@given(
    orders=st.lists(st.integers(1_000, 10**6), min_size=2, max_size=6),
    quota=st.sampled_from([3_100, 4_000, 8_000]),
    fee=st.sampled_from([0, 1000]),
)
def test_forcing_others_out(orders: list[int], quota: int, fee: int) -> None:
    """Bound: driving the price up until others must exit pays them their quota less the fee.

    That is at least what they could leave with before; the gang gains at most their fees.
    """
    market = Market(quota_bps=quota, exit_fee_bps=fee)
    for n, paid in enumerate(orders):
        market.order(f"v{n}", paid)
    quotas = {n: a.quota for n, a in market.program.accounts.items() if a.points}
    raid = Raid(market, "m0", "m1", "m2")
    gone: set[str] = set()
    for n in range(9):
        outcome = market.submit("purchase", member=f"m{n % 3}", paid=10 ** (n % 4 + 3))
        gone |= {e.account for e in outcome.receipt.exits} & set(quotas)
        for name in gone:
            gross = quotas[name]
            assert market.account(name).wallet >= gross - -(-gross * fee // 10_000)
    assert raid.gain() <= raid.fees_of_exits()

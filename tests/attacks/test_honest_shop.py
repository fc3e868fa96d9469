"""A shop that returns amount less shortfall, whatever its buyers do before, between and after."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.market import Market
from tests.attacks.test_any_gang import MEMBERS, begun, chosen, plans


def refunded(market: Market, seed: Random, orders: list[str], slices: Counter[str]) -> None:
    purchase = seed.choice(orders)
    record = market.program.purchases[purchase]
    left = record.paid - record.refunded
    if left:
        slices[purchase] += 1
        market.give_back(purchase, seed.choice([left, max(1, left // 2), 1]))


def played(plan: dict[str, object], seed: Random, moves: int) -> tuple[Market, Counter[str]]:
    market = begun(plan, seed)
    orders: list[str] = []
    days: list[str] = []
    slices = Counter[str]()
    for n in range(moves):
        kind, fields = chosen(market, seed, orders, days)
        if kind == "refund":
            refunded(market, seed, orders, slices)
        elif kind == "purchase":
            member = seed.choice([*MEMBERS, "vera", f"new{n}"])
            if market.submit("purchase", member=member, paid=fields["paid"]).receipt.ok:
                market.sold(market.last_id)
                orders.append(market.last_id)
        elif market.submit(kind, **fields).receipt.ok and kind == "close_day":
            days.append(str(fields["day"]))
    for purchase in orders:
        while market.program.purchases[purchase].refunded < market.program.purchases[purchase].paid:
            refunded(market, seed, [purchase], slices)
    return market, slices


@settings(max_examples=50)
@given(plan=plans, seed=st.randoms(use_true_random=False))
def test_an_honest_shop_never_pays_for_a_refund(plan: dict[str, object], seed: Random) -> None:
    """Bound: of each order the shop has what it would have of an order of what was kept.

    Short of that at most by 3 fen a slice, the floors of four shares in a slice of almost nothing.
    """
    market, slices = played(plan, seed, 40)
    for purchase, count in slices.items():
        assert market.shop_bears(purchase) <= 3 * count

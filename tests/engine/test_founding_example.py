"""The founding example's figures, as the spec states them (spec: «The founding example»)."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import exp, lgamma

import pytest

from tests.engine.desk import program_of
from tongbao.engine.program import Program
from tongbao.engine.receipts import Receipt

ORDER = 10_000  # 100.00
POINT = 10**6


def buy(program: Program, n: int) -> Receipt:
    """Let the n-th buyer place their order."""
    order = {"id": f"o{n}", "type": "purchase", "member": f"m{n}", "paid": ORDER}
    return program.submit(order).receipt


@cache
def after(orders: int, quota_bps: int = 20000) -> Program:
    """Return the program after that many orders by as many buyers."""
    program = program_of(quota_bps=quota_bps)
    for n in range(1, orders + 1):
        assert buy(program, n).exits == ()
    program.check()
    return program


def price(program: Program) -> Fraction:
    """Return the price of a point in yuan, to four digits."""
    figures = program.figures
    return round(Fraction(figures.reserve * POINT, figures.supply * 100), 4)


@pytest.mark.parametrize(
    ("orders", "expected"),
    [(1, "1.4286"), (2, "1.6807"), (3, "1.8674"), (4, "2.0188"), (100, "5.1731")],
)
def test_the_price_after_so_many_orders(orders: int, expected: str) -> None:
    assert price(after(orders)) == Fraction(expected)


def test_the_second_and_the_third_buyer_receive_14_7_and_12_495_points() -> None:
    accounts = after(3).accounts
    assert [accounts[name].points for name in ("m1", "m2", "m3")] == [
        21_000_000,
        14_700_000,
        12_495_000,
    ]


def test_the_supply_after_a_hundred_orders() -> None:
    assert after(100).figures.supply == 579_925_594
    assert after(100).figures.reserve == 300_000  # 100 times 30.00


def test_the_first_buyer_is_worth_108_63_before_the_fee_and_97_76_after_it() -> None:
    program = after(100).fork()
    assert program.value(program.accounts["m1"].points) == 10_863
    leave = {"id": "r", "type": "redeem", "account": "m1", "points": "all"}
    figures = program.submit(leave).receipt.fields
    assert figures == {"gross": 10_863, "fee": 1_087, "net": 9_776}


def test_nobody_exits_before_order_768_and_then_the_first_buyer_does() -> None:
    program = after(767).fork()
    exits = buy(program, 768).exits
    # 21 points for a quota of 200.00; the fee of 10% stays in the reserve.
    assert [(e.account, e.points, e.gross, e.net, e.credit) for e in exits] == [
        ("m1", 21_000_000, 20_000, 18_000, None)
    ]
    assert program.accounts["m1"].quota == 0
    program.check()


def test_the_price_never_falls_on_the_way_to_the_first_exits() -> None:
    program = program_of()
    before = Fraction(0)
    for n in range(1, 801):
        buy(program, n)
        now = Fraction(program.figures.reserve, program.figures.supply)
        assert now >= before
        before = now


@pytest.mark.parametrize("orders", [100, 1000])
def test_without_a_quota_the_supply_has_a_closed_form(orders: int) -> None:
    supply = after(orders, quota_bps=10**7).figures.supply
    # Order k's floor loses less than an atom, and later grants lose their share of it: the supply
    # is short by less than the sum of (n/k)^0.7, which is below n/0.3 atoms.
    assert closed_supply(orders) - orders / 0.3e6 < supply / POINT <= closed_supply(orders) + 1e-6


def test_at_a_hundred_million_orders_the_closed_form_has_a_price_of_about_326_06() -> None:
    orders = 10**8
    assert 30 * orders / closed_supply(orders) == pytest.approx(326.06, abs=0.01)


def closed_supply(orders: int) -> float:
    """Return 21·Γ(n + 0.7) / (Γ(n)·Γ(1.7)), in points."""
    return 21 * exp(lgamma(orders + 0.7) - lgamma(orders) - lgamma(1.7))


def test_one_order_of_200_earns_29_4_points_where_two_of_100_earn_27_195() -> None:
    one, two = after(1).fork(), after(1).fork()
    merged = {"id": "x", "type": "purchase", "member": "new", "paid": 2 * ORDER}
    assert one.submit(merged).receipt.fields["points"] == 29_400_000
    assert [buy(two, n).fields["points"] for n in (2, 3)] == [14_700_000, 12_495_000]
    assert 14_700_000 + 12_495_000 == 27_195_000


def test_after_a_thousand_orders_seven_in_ten_hold_less_than_the_average() -> None:
    # The zero-sum side of it: what all hold is the reserve, 30.00 an order on average.
    program = after(1000, quota_bps=10**7)
    worth = sorted(program.value(a.points) for a in program.accounts.values())
    assert sum(worth) == pytest.approx(30_00 * 1000, abs=1000)
    below = sum(w < 30_00 for w in worth)
    assert round(Fraction(below, 1000), 3) == Fraction("0.695")
    assert worth[0] == 21_00  # the newest
    assert (worth[499] + worth[500]) // 2 == 25_85

"""Dividing amounts exactly."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.mall.sales.splitting import allocate, spread

AMOUNTS = st.integers(0, 10**15)


@given(st.integers(0, 10**15), st.lists(AMOUNTS, min_size=1, max_size=6).filter(any))
def test_shares_add_up_and_each_is_less_than_a_unit_from_its_exact_share(
    total: int, weights: list[int]
) -> None:
    shares = allocate(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1
        assert share >= 0


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=6).filter(any))
def test_no_share_exceeds_its_weight_while_there_is_enough_for_all(
    drawn: int, weights: list[int]
) -> None:
    total = drawn % (sum(weights) + 1)
    shares = allocate(total, weights)
    assert all(share <= weight for share, weight in zip(shares, weights, strict=True))


@given(st.integers(0, 1000), st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any))
def test_a_greater_remainder_never_goes_short_of_an_odd_unit_that_a_smaller_one_gets(
    total: int, weights: list[int]
) -> None:
    shares = allocate(total, weights)
    floors = [total * weight // sum(weights) for weight in weights]
    odd = [share - floor for share, floor in zip(shares, floors, strict=True)]
    # By the written order: larger remainder first, then whoever comes first.
    order = sorted(
        range(len(weights)), key=lambda place: (-(total * weights[place] % sum(weights)), place)
    )
    assert [odd[place] for place in order] == sorted(odd, reverse=True)
    assert set(odd) <= {0, 1}


def test_ties_go_to_whoever_comes_first() -> None:
    assert allocate(2, [1, 1, 1]) == [1, 1, 0]
    assert allocate(1, [5, 5]) == [1, 0]


def test_the_larger_remainder_comes_before_the_place() -> None:
    # 10 × 1/6 = 1.67, 10 × 2/6 = 3.33, 10 × 3/6 = 5
    assert allocate(10, [1, 2, 3]) == [2, 3, 5]


def test_nothing_is_divided_into_nothings() -> None:
    assert allocate(0, [0, 0]) == [0, 0]
    assert allocate(0, []) == []


@pytest.mark.parametrize(("total", "weights"), [(1, []), (1, [0]), (-1, [1]), (1, [2, -1])])
def test_what_cannot_be_divided_is_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"divide|negative"):
        allocate(total, weights)


@st.composite
def payments(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Tenders and parts with the same sum, zeros among them."""
    totals = draw(
        st.lists(st.integers(0, draw(st.sampled_from([3, 100, 10**14]))), min_size=1, max_size=6)
    )
    cuts = sorted(draw(st.lists(st.integers(0, sum(totals)), min_size=3, max_size=3)))
    edges = [0, *cuts, sum(totals)]
    return [after - before for before, after in pairwise(edges)], totals


@given(payments())
def test_tenders_over_parts_add_up_in_rows_and_columns_and_nothing_is_negative(
    payment: tuple[list[int], list[int]],
) -> None:
    tenders, totals = payment
    rows = spread(tenders, totals)
    assert [sum(row) for row in rows] == totals
    assert [sum(column) for column in zip(*rows, strict=True)] == tenders
    assert min(cell for row in rows for cell in row) >= 0


@given(payments())
def test_each_cell_is_near_its_exact_share(payment: tuple[list[int], list[int]]) -> None:
    tenders, totals = payment
    rows = spread(tenders, totals)
    for row, total in zip(rows, totals, strict=True):
        for cell, tender in zip(row, tenders, strict=True):
            exact = Fraction(tender * total, sum(totals)) if sum(totals) else Fraction(0)
            # Each of the four tenders moves what is left by less than a unit.
            assert abs(cell - exact) < len(tenders)


def test_tenders_that_do_not_come_to_the_total_are_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        spread([5], [4])


def test_a_worked_example() -> None:
    # 100 of a provider by 90:60 is 60 and 40; the wallet's 50 fill the parts up.
    assert spread([100, 50, 0, 0], [90, 60]) == [[60, 30, 0, 0], [40, 20, 0, 0]]
    # 1 by 1:1:1 goes to the first; 2 of credit by what is left, 0:1:1, to the others.
    assert spread([1, 2], [1, 1, 1]) == [[1, 0], [0, 1], [0, 1]]

"""Slices of a part: however it is sliced, each tender comes back whole."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tongbao.mall.sales.leftover import Slice, share, slices

TENDER = st.integers(0, 10**12)
TENDERS = st.builds(Slice, TENDER, TENDER, TENDER, TENDER)


def cut(whole: int, places: list[int]) -> list[int]:
    """Cut an amount at these places."""
    bounds = [0, *sorted(place % (whole + 1) for place in places), whole]
    return [b - a for a, b in pairwise(bounds)]


@given(TENDERS, st.lists(st.integers(0, 10**13), max_size=12))
def test_slices_that_make_up_the_whole_give_back_each_tender_whole(
    whole: Slice, places: list[int]
) -> None:
    amounts = cut(whole.total_minor, places)
    told = slices(whole, amounts)
    assert [one.total_minor for one in told] == amounts
    for name in ("provider_minor", "wallet_minor", "credit_minor", "points_minor"):
        each = [getattr(one, name) for one in told]
        assert min(each) >= 0
        assert sum(each) == getattr(whole, name)


@given(TENDERS, st.integers(1, 10**13))
def test_a_slice_is_within_a_unit_of_its_share(whole: Slice, amount: int) -> None:
    total = whole.total_minor
    amount %= total + 1
    (one,) = slices(whole, [amount])
    for name in ("provider_minor", "wallet_minor", "credit_minor", "points_minor"):
        exact = amount * getattr(whole, name)
        assert abs(getattr(one, name) * total - exact) < max(1, total)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1))
def test_shares_of_all_of_it_add_up(whole: int, amounts: list[int]) -> None:
    out_of = sum(amounts)
    befores = [sum(amounts[:place]) for place in range(len(amounts))]
    told = [share(whole, b, a, out_of) for b, a in zip(befores, amounts, strict=True)]
    assert min(told) >= 0
    assert sum(told) == (whole if out_of else 0)

"""The split of what was paid: exact, total, nothing negative."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.mall.sales.split import Fees, Figures, Taken, split

AMOUNT = st.integers(0, 10**15)


def test_the_fees_are_shares_of_what_was_paid_and_the_merchant_has_the_rest() -> None:
    told = split(10000, 10000, Taken(3000, 1050, 200), Fees(200, 60))
    assert told == Figures(3000, 1050, 200, 5490, 200, 60)


def test_the_providers_fee_is_only_on_what_came_through_it() -> None:
    assert split(10000, 5000, Taken(), Fees(200, 60)).to_provider == 30


def test_the_odd_unit_goes_by_largest_remainder() -> None:
    # Of 150: 3.00 and 0.90 exactly, 146.10 to the merchant; the odd unit is the provider's.
    assert split(150, 150, Taken(), Fees(200, 60)) == Figures(0, 0, 0, 146, 3, 1)


def test_a_tie_goes_to_the_merchant_first() -> None:
    # Of 25: exactly 24.5 and 0.5.
    assert split(25, 25, Taken(), Fees(200, 0)) == Figures(0, 0, 0, 25, 0, 0)


def test_a_tie_of_the_fees_goes_to_the_platform() -> None:
    # Of 1: exactly 0, 0.5 and 0.5.
    assert split(1, 1, Taken(), Fees(5000, 5000)) == Figures(0, 0, 0, 0, 1, 0)


def test_where_too_little_is_left_the_platform_gives_way_before_the_provider() -> None:
    assert split(1000, 1000, Taken(990), Fees(200, 60)) == Figures(990, 0, 0, 0, 4, 6)
    assert split(1000, 1000, Taken(996), Fees(200, 60)) == Figures(996, 0, 0, 0, 0, 4)


def test_more_than_was_paid_cannot_have_been_taken() -> None:
    with pytest.raises(ValueError, match="More was taken"):
        split(100, 0, Taken(101), Fees())


@given(st.data())
def test_the_figures_add_up_and_none_is_negative(data: st.DataObject) -> None:
    paid = data.draw(AMOUNT)
    provider = data.draw(st.integers(0, paid))
    reserve = data.draw(st.integers(0, paid))
    dividends = data.draw(st.integers(0, paid - reserve))
    commissions = data.draw(st.integers(0, paid - reserve - dividends))
    fees = Fees(data.draw(st.integers(0, 20000)), data.draw(st.integers(0, 20000)))
    told = split(paid, provider, Taken(reserve, dividends, commissions), fees)
    figures = (told.to_merchant, told.to_platform, told.to_provider)
    assert min(figures) >= 0
    assert sum(figures) == paid - reserve - dividends - commissions
    assert (told.to_reserve, told.to_dividends, told.to_commissions) == (
        reserve,
        dividends,
        commissions,
    )
    rest = paid - reserve - dividends - commissions
    exact = (paid * fees.platform_bps, provider * fees.provider_bps)
    if sum(exact) <= rest * 10000:
        assert all(abs(f * 10000 - e) < 10000 for f, e in zip(figures[1:], exact, strict=True))
    else:
        assert told.to_merchant == 0

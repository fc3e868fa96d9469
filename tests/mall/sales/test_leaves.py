"""What a sale leaves its merchant, by hand.

30 % go to the reserve, 30 % of the profit to dividends, 2 % to who invited; fees are 2 and 0.6 %.
"""

import pytest

from tests.mall.stage import Mall
from tongbao.mall.sales.leaves import leaves


@pytest.mark.parametrize(
    ("margin", "dividends", "merchant", "earned"),
    [(3_500, 1_050, 5_490, -1_010), (5_500, 1_650, 4_890, 390), (7_000, 2_100, 4_440, 1_440)],
)
def test_a_sale_of_100_leaves_what_plan_and_fees_do_not_take(
    mall: Mall, margin: int, dividends: int, merchant: int, earned: int
) -> None:
    shop = mall.shop
    shop.platform_fee_bps, shop.provider_fee_bps = 200, 60
    left = leaves(shop, margin)
    assert left is not None
    assert (left.figures.to_reserve, left.figures.to_dividends) == (3_000, dividends)
    assert left.figures.to_commissions == 200
    assert (left.figures.to_platform, left.figures.to_provider) == (200, 60)
    assert (left.figures.to_merchant, left.earned) == (merchant, earned)
    assert (left.is_little, left.lost) == (earned < 500, max(0, -earned))


def test_the_operator_and_the_merchant_see_what_a_sale_leaves(mall: Mall) -> None:
    client = mall.client(mall.operator())
    for address in ("/desk/merchants/tea/", "/desk/tea/money/"):
        page = client.get(address).content.decode()
        assert 'id="leaves"' in page, address
        assert "alert-warning" in page, address

"""What a sale leaves its merchant, by hand.

30 % go to the reserve, 30 % of the profit to dividends, 2 % to who invited; fees are 2 and 0.6 %.
"""

import msgspec
import pytest

from tests.mall.stage import PLAN, Mall
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program
from tongbao.ledger.door import Ledger
from tongbao.ledger.values import DatabaseTrouble, Outcome
from tongbao.mall.sales.leaves import (
    Leaves,
    NotWorked,
    Sold,
    by_margin,
    earns_little,
    leaves,
    leaves_of,
    loses,
    of_merchants,
)


@pytest.mark.parametrize(
    ("margin", "dividends", "merchant", "earned"),
    [(3_500, 1_050, 5_490, -1_010), (5_500, 1_650, 4_890, 390), (7_000, 2_100, 4_440, 1_440)],
)
def test_a_sale_of_100_leaves_what_plan_and_fees_do_not_take(
    mall: Mall, margin: int, dividends: int, merchant: int, earned: int
) -> None:
    left = leaves(mall.shop, margin)
    assert isinstance(left, Leaves)
    assert (left.figures.to_reserve, left.figures.to_dividends) == (3_000, dividends)
    assert left.figures.to_commissions == 200
    assert (left.figures.to_platform, left.figures.to_provider) == (200, 60)
    assert (left.figures.to_merchant, left.earned) == (merchant, earned)
    assert (left.is_little, left.lost) == (earned < 500, max(0, -earned))


@pytest.mark.parametrize(("least", "is_little"), [(390, False), (391, True), (0, False)])
def test_little_is_less_than_the_terms_ask_for(mall: Mall, least: int, *, is_little: bool) -> None:
    shop = mall.shop
    shop.earn_least_bps = least
    assert earns_little(leaves(shop, 5_500)) is is_little  # 3.90 of 100.00


def test_sales_are_worked_out_each_by_itself(mall: Mall) -> None:
    # 14.85 at 35 %: profit 5.19; 4.45, 1.55 and 0.29 to the plan, 0.39 to the fees, 8.17 are left.
    goods, dear, topup, given = leaves_of(
        mall.shop,
        [by_margin(1_485, 3_500), Sold(1_485, 519, 817), Sold(2_000, 40, 0, 1_960), Sold(0, 0, 5)],
    )
    assert isinstance(goods, Leaves)
    assert (goods.figures.to_merchant, goods.goods, goods.lost) == (817, 966, 149)
    assert isinstance(dear, Leaves)
    assert (dear.earned, dear.lost, dear.is_little) == (0, 0, True)
    # Of a top-up's 0.40: 0.12, 0.12 and nothing to the plan, 0.12 the payment provider's.
    assert isinstance(topup, Leaves)
    assert (topup.figures.to_supplier, topup.figures.to_provider) == (1_960, 12)
    assert (topup.figures.to_platform, topup.earned) == (1, 3)
    assert isinstance(given, Leaves)
    assert given.lost == 5


def test_a_sale_of_which_the_plan_takes_everything_is_refused_and_says_why(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 80 % of the price and 30 % of the profit: 105.00 of 100.00 at a margin of 83.34 %.
    program = Program(plan_from_fields(PLAN | {"backing_bps": 8_000, "referral_cash_bps": []}))
    order = {"id": "x", "type": "purchase", "member": "m", "paid": 10_000, "profit": 8_334}
    receipt = program.submit(order).receipt
    monkeypatch.setattr(Ledger, "preview_many", lambda *_given: [Outcome("x", receipt)])
    worked = leaves(mall.shop, 8_334)
    assert isinstance(worked, NotWorked)
    assert worked.why.startswith("Reserve and dividends together take more than the whole price.")
    assert (loses(worked), earns_little(worked)) == (True, True)


def test_commissions_that_take_the_rest_are_said_to(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = mall.ledger.standing()
    plan = msgspec.structs.replace(standing.plan, referral_cash_bps=(6_000,))
    monkeypatch.setattr(
        Ledger, "standing", lambda _ledger: msgspec.structs.replace(standing, plan=plan)
    )
    worked = leaves(mall.shop, 3_500)  # 30.00 + 10.50 + 60.00
    assert isinstance(worked, NotWorked)
    assert worked.why.startswith("With every commission for inviting, the plan takes more")
    assert loses(worked)


def test_what_is_not_known_is_no_loss() -> None:
    assert not loses(NotWorked("busy"))
    assert not earns_little(NotWorked("busy"))


def test_whoever_is_open_is_worked_out_at_its_own_margin(mall: Mall) -> None:
    tea, wine = mall.merchant("tea"), mall.merchant("wine")
    tea.margin_bps = 7_000
    tea.save()
    wine.is_open = False
    wine.save()
    ((merchant, worked),) = of_merchants(mall.shop)
    assert merchant == tea
    assert isinstance(worked, Leaves)
    assert worked.earned == 1_440


def test_the_operator_and_the_merchant_see_what_a_sale_leaves(mall: Mall) -> None:
    client = mall.client(mall.operator())
    for address in ("/desk/merchants/tea/", "/desk/tea/money/"):
        page = client.get(address).content.decode()
        assert 'id="leaves"' in page, address
        assert "alert-warning" in page, address


def test_a_ledger_that_does_not_answer_leaves_the_pages_open(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = mall.client(mall.operator())

    def trouble(*_given: object, **_named: object) -> None:
        raise DatabaseTrouble("busy")

    monkeypatch.setattr(Ledger, "preview_many", trouble)
    for address in ("/desk/merchants/tea/", "/desk/tea/money/", "/desk/terms/"):
        response = client.get(address)
        assert response.status_code == 200, address
    page = client.get("/desk/merchants/tea/").content.decode()
    assert "The mall is busy at the moment." in page

"""The goods fee on what was paid in points: it stays in the reserve, unless somebody bears it.

The plan's fee is 10 %, rounded up, so a payment in points is no cheaper a way out than selling.
"""

import re

import pytest

from tests.mall.sales.buying import bought, buyer, overdue, paid, wallet
from tests.mall.stage import Mall
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, returns, settling
from tongbao.mall.sales.leftover import Slice
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.refusals import Refused, Why
from tongbao.mall.shop.models import Shop


def give_back(part: Part, amount: int, by: User | None = None, *, bears: bool = False) -> Return:
    return returns.approve(returns.ask(part, amount), by, returns.quote(part, amount, bears))


def deposited(mall: Mall) -> int:
    """Return what the operator brought in from outside."""
    turnover = mall.ledger.standing().turnover
    return sum(value for name, value in turnover.items() if name.startswith("deposit"))


def test_whoever_cancels_gets_the_points_worth_less_the_fee(mall: Mall) -> None:
    user = buyer(mall, points=90_000)
    sale = paid(mall, user, {"tea": 4_000}, Split(points=4_000))
    assert cancelling.cancel(sale, "shopper")
    assert (wallet(mall, user.account), wallet(mall, "shop")) == (3_600, 0)
    assert deposited(mall) == 0
    assert mall.ledger.outcome(f"{sale.number}-back-fee") is None


def test_ordering_and_cancelling_brings_no_more_than_selling(mall: Mall) -> None:
    user, other = buyer(mall, points=90_000), buyer(mall, points=90_000)
    sale = paid(mall, user, {"tea": 4_000}, Split(points=4_000))
    cancelling.cancel(sale, "shopper")
    spent = mall.ledger.outcome(f"{sale.number}-points")
    assert spent is not None
    sell = {"id": "sell", "type": "redeem", "account": other.account}
    sold = mall.ledger.submit({**sell, "points": spent.fields["points"]})
    assert wallet(mall, user.account) <= sold.fields["net"]


def test_a_return_brings_the_points_worth_less_its_share_of_the_fee(mall: Mall) -> None:
    user = buyer(mall, points=100_000)
    part = bought(mall, user, 1_000, Split(points=1_000))
    quote = returns.quote(part, 400)
    assert (quote.back, quote.fee_minor) == (Slice(points_minor=360), 40)
    assert (quote.withheld_minor, quote.bears_minor) == (40, 40)
    give_back(part, 400)
    assert (wallet(mall, user.account), wallet(mall, "shop")) == (360, 540)
    give_back(part, 600)
    assert (wallet(mall, user.account), wallet(mall, "shop")) == (900, 0)
    part.refresh_from_db()
    assert (part.state, deposited(mall)) == ("returned", 0)


@pytest.mark.parametrize("late", [False, True])
def test_slices_bring_as_much_as_one(mall: Mall, late: bool) -> None:
    Shop.objects.update(return_least_bps=0)
    user = buyer(mall, points=100_000)
    part = bought(mall, user, 999, Split(points=999))  # of which the fee is 100
    if late:
        assert settling.settle_part(overdue(part))
    slices = [give_back(part, amount) for amount in (1, 1, 331, 333, 333)]
    assert [one.points_minor for one in slices] == [1, 1, 298, 300, 299]
    assert wallet(mall, user.account) == 899
    assert (wallet(mall, "shop"), wallet(mall, "tea"), deposited(mall)) == (0, 0, 0)


def test_after_the_settlement_it_is_the_same(mall: Mall) -> None:
    user = buyer(mall, points=100_000)
    part = overdue(bought(mall, user, 1_000, Split(points=1_000)))
    settling.settle_part(part)
    assert wallet(mall, "tea") == 900
    done = give_back(part, 1_000)
    assert (done.points_minor, done.is_late, done.shop_bears) == (900, True, False)
    assert (wallet(mall, user.account), wallet(mall, "tea"), deposited(mall)) == (900, 0, 0)


@pytest.mark.parametrize("late", [False, True])
def test_an_operator_who_bears_it_brings_the_fee_from_outside(mall: Mall, late: bool) -> None:
    user = buyer(mall, points=100_000)
    part = bought(mall, user, 1_000, Split(points=1_000))
    if late:
        assert settling.settle_part(overdue(part))
    done = give_back(part, 1_000, mall.operator(), bears=True)
    assert (done.points_minor, done.shop_bears) == (1_000, True)
    assert (wallet(mall, user.account), wallet(mall, "shop"), wallet(mall, "tea")) == (1_000, 0, 0)
    assert deposited(mall) == 100


@pytest.mark.parametrize("late", [False, True])
def test_a_merchant_who_bears_it_pays_it(mall: Mall, late: bool) -> None:
    user, staff = buyer(mall, points=100_000), mall.staff("tea")
    part = bought(mall, user, 1_000, Split(points=1_000))
    if late:
        assert settling.settle_part(overdue(part))
    asked = returns.ask(part, 1_000)
    with pytest.raises(Refused) as refused:
        returns.approve(asked, staff, returns.quote(part, 1_000, True))
    assert refused.value.why is Why.MERCHANT_SHORT
    mall.ledger.submit({"id": "more", "type": "deposit", "account": "tea", "amount": 100})
    returns.approve(asked, staff, returns.quote(part, 1_000, True))
    assert (wallet(mall, user.account), wallet(mall, "shop"), wallet(mall, "tea")) == (1_000, 0, 0)
    assert deposited(mall) == 100  # the merchant's own


def test_before_cancelling_the_page_says_what_stays(mall: Mall) -> None:
    user = buyer(mall, points=90_000)
    sale = paid(mall, user, {"tea": 4_000}, Split(points=4_000))
    client = mall.client(user)
    page = client.get(f"/orders/{sale.number}/").content.decode()
    (text,) = re.findall(r'<p[^>]*id="cancel-fee">([^<]*)</p>', page)
    assert all(amount in text for amount in ("¥40.00", "¥4.00", "¥36.00"))
    client.post(f"/orders/{sale.number}/cancel/")
    page = client.get(f"/orders/{sale.number}/").content.decode()
    assert "less the goods fee of ¥4.00, which stays in the reserve" in page


def test_before_a_return_the_page_says_what_stays(mall: Mall) -> None:
    user = buyer(mall, points=90_000)
    part = bought(mall, user, 4_000, Split(points=4_000))
    path, client = f"/orders/{part.sale.number}/parts/{part.pk}/return/", mall.client(user)
    assert "refunded in full" not in client.get(path).content.decode()
    page = client.post(path, {"amount": "10.00"}).content.decode()
    assert 'id="return-back">¥9.00<' in page
    (text,) = re.findall(r'<p[^>]*id="return-fee">([^<]*)</p>', page)
    assert all(amount in text for amount in ("¥10.00", "¥1.00"))
    assert "nothing is deducted" not in page


def test_an_order_tells_who_bore_the_fee_of_a_return(mall: Mall) -> None:
    user = buyer(mall, points=90_000)
    part = bought(mall, user, 4_000, Split(points=4_000))
    client = mall.client(user)
    give_back(part, 1_000)
    page = client.get(f"/orders/{part.sale.number}/").content.decode()
    assert re.search(r"Goods fee kept in the reserve:\s*<span[^>]*>¥1.00", page)
    give_back(part, 1_000, mall.operator(), bears=True)
    page = client.get(f"/orders/{part.sale.number}/").content.decode()
    assert re.search(r"Goods fee borne by the shop:\s*<span[^>]*>¥1.00", page)


def test_the_desk_may_bear_the_fee_of_a_return_in_time(mall: Mall) -> None:
    user = buyer(mall, points=90_000)
    return_ = returns.ask(bought(mall, user, 4_000, Split(points=4_000)), 1_000)
    client, path = mall.client(mall.operator()), f"/desk/tea/returns/{return_.pk}/"
    page = client.get(path).content.decode()
    less, whole = re.findall(r'name="quote" value="([^"]+)"', page)
    assert "Goods fee included" in page
    assert less != whole
    client.post(path, {"decision": "approve", "quote": whole})
    return_.refresh_from_db()
    assert (return_.state, return_.shop_bears, return_.total_minor) == ("done", True, 1_000)

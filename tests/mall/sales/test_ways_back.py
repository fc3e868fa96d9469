"""Who pays the goods fee, way by way; and that the books and the table say the same.

Everywhere 10.00 are paid in points of which the plan's fee is 10 %, 1.00; selling the points would
bring 9.00. The merchant has 10.00 of its own.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from django.utils import timezone

from tests.mall.checkout.way import address, pay, put
from tests.mall.sales.buying import bought, buyer, overdue, paid, wallet
from tests.mall.services.goods import offer
from tests.mall.stage import Mall
from tongbao.mall.desk.waiting import paid_since
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, returns, settling
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.sales.refusals import NotNow, Why
from tongbao.mall.sales.ways_back import PAYS, Payer, WayBack, way_of_cancelling
from tongbao.mall.services import paybacks, vouchers
from tongbao.mall.services.models import Topup

DOCS: Final = Path(__file__).parents[3] / "docs"
WORDS: Final = {
    "mall.md": {"the shopper": "shopper", "the merchant": "merchant", "the mall": "mall"},
    "mall.zh.md": {"顾客": "shopper", "商家": "merchant", "商城": "mall"},
}


def in_points(mall: Mall, user: User) -> Part:
    return bought(mall, user, 1_000, Split(points=1_000))


def voucher(mall: Mall, user: User) -> Part:
    offer(mall, "voucher", "spa", "10.00", voucher_days=1)
    address(user)
    client = mall.client(user)
    put(client, mall, "spa")
    assert pay(client, points="10.00").status_code == 302
    return Sale.objects.get(user=user).parts.get()


def topup_of_before(mall: Mall, user: User, why: str) -> None:
    """Pay back a top-up that was paid in points, as it could be once."""
    part = voucher(mall, user)
    one = part.vouchers.get()
    Topup.objects.create(
        part=part,
        line=one.line,
        unit=1,
        title="Phone",
        kind=Topup.Kind.PHONE,
        target="13800138009",
        face_minor=1_000,
        worth_minor=1_000,
        state=Topup.State.FAILED,
        why=why,
    )
    one.delete()
    assert paybacks.pay_back(part)


def expires(mall: Mall, user: User) -> None:
    voucher(mall, user)
    vouchers.advance(timezone.now() + timedelta(days=3))


def is_given_back(mall: Mall, user: User) -> None:
    part = voucher(mall, user)
    vouchers.give_back(part.vouchers.get(), paybacks.ASKED)
    assert paybacks.pay_back(part)


def comes_back(mall: Mall, user: User, by: User | None, *, bears: bool, late: bool = False) -> None:
    part = in_points(mall, user)
    if late:
        assert settling.settle_part(overdue(part))
    returns.approve(returns.ask(part, 1_000), by, returns.quote(part, 1_000, bears))


def desk_cancels(mall: Mall, user: User, by: User, **fields: str) -> None:
    part = in_points(mall, user)
    mall.client(by).post(f"/desk/tea/orders/{part.pk}/cancel/", fields)


def shopper_cancels(mall: Mall, user: User) -> None:
    assert cancelling.cancel(in_points(mall, user).sale, "shopper")


GO: Final[dict[WayBack, Callable[[Mall, User], object]]] = {
    WayBack.VOUCHER_EXPIRES: expires,
    WayBack.VOUCHER_GIVEN_BACK: is_given_back,
    WayBack.TOPUP_REFUSED: lambda mall, user: topup_of_before(mall, user, "refused"),
    WayBack.TOPUP_BAD_NUMBER: lambda mall, user: topup_of_before(mall, user, "target"),
    WayBack.SHOPPER_CANCELS: shopper_cancels,
    WayBack.MERCHANT_CANCELS: lambda mall, user: desk_cancels(mall, user, mall.staff("tea")),
    WayBack.MALL_CANCELS: lambda mall, user: desk_cancels(mall, user, mall.operator(), fee="mall"),
    WayBack.RETURN_IN_TIME: lambda mall, user: comes_back(mall, user, None, bears=False),
    WayBack.RETURN_LATE: lambda mall, user: comes_back(mall, user, None, bears=False, late=True),
    WayBack.MERCHANT_BEARS: lambda mall, user: comes_back(
        mall, user, mall.staff("tea"), bears=True
    ),
    WayBack.MALL_BEARS: lambda mall, user: comes_back(mall, user, mall.operator(), bears=True),
}


def deposited(mall: Mall) -> int:
    """Return what was brought in from outside."""
    turnover = mall.ledger.standing().turnover
    return sum(value for name, value in turnover.items() if name.startswith("deposit"))


@pytest.mark.parametrize("way", WayBack)
def test_the_goods_fee_is_paid_by_whom_the_table_names(mall: Mall, way: WayBack) -> None:
    user = buyer(mall, points=100_000)
    mall.ledger.submit({"id": "own", "type": "deposit", "account": "tea", "amount": 1_000})
    before = deposited(mall)
    GO[way](mall, user)
    payer = PAYS[way]
    assert wallet(mall, user.account) == (900 if payer is Payer.SHOPPER else 1_000)
    assert wallet(mall, "tea") == (900 if payer is Payer.MERCHANT else 1_000)
    assert deposited(mall) - before == (100 if payer is Payer.MALL else 0)
    assert wallet(mall, "shop") == 0
    assert reconcile(timezone.now()) == []


@pytest.mark.parametrize("name", WORDS)
def test_the_table_for_people_says_what_the_table_in_code_says(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\|[^|\n]*[(（]`(\w+)`[)）] \| ([^|\n]+) \|$", text, re.MULTILINE)
    assert [(way, WORDS[name][payer]) for way, payer in rows] == [
        (str(way), str(payer)) for way, payer in PAYS.items()
    ]


def test_nobody_else_cancels_what_was_paid() -> None:
    with pytest.raises(ValueError, match="provider"):
        way_of_cancelling("provider")


@pytest.mark.parametrize("left", [0, 99])
def test_a_merchant_that_cannot_pay_the_fee_does_not_cancel(mall: Mall, left: int) -> None:
    user, staff = buyer(mall, points=100_000), mall.staff("tea")
    if left:
        mall.ledger.submit({"id": "own", "type": "deposit", "account": "tea", "amount": left})
    before = deposited(mall)
    part = in_points(mall, user)
    client, path = mall.client(staff), f"/desk/tea/orders/{part.pk}/"
    page = client.post(f"{path}cancel/", follow=True).content.decode()
    assert "Ship the goods" in page
    assert "ask the shopper to cancel" in page
    part.refresh_from_db()
    assert (part.state, part.sale.state) == ("waiting", "paid")
    assert (wallet(mall, user.account), wallet(mall, "tea"), deposited(mall)) == (0, left, before)
    assert reconcile(timezone.now()) == []
    # Each of the ways out that the message names is open.
    page = mall.client(user).get(f"/orders/{part.sale.number}/").content.decode()
    assert "Cancel the order" in page
    assert "Returned" not in page
    client.post(f"{path}cancel/", {"fee": "mall"})  # which is not hers to say
    part.refresh_from_db()
    assert part.state == "waiting"
    mall.client(mall.operator()).post(f"{path}cancel/", {"fee": "mall"})
    part.refresh_from_db()
    assert (part.state, wallet(mall, user.account), wallet(mall, "tea")) == (
        "cancelled",
        1_000,
        left,
    )


def test_a_voucher_can_be_used_again_where_its_cancellation_was_not_accepted(mall: Mall) -> None:
    part = voucher(mall, buyer(mall, points=100_000))
    with pytest.raises(NotNow) as refused:
        cancelling.cancel_part(part, "merchant", mall.staff("tea"))
    assert refused.value.why is Why.FEE_SHORT
    assert (part.vouchers.get().state, part.vouchers.get().payback) == ("issued", None)
    vouchers.use(part.vouchers.get(), mall.staff("tea"))


def test_a_merchant_of_ones_own_makes_no_way_out_cheaper_than_selling(mall: Mall) -> None:
    user, other = buyer(mall, points=100_000), buyer(mall, points=100_000)
    spent = 0
    for turn in range(5):  # with what came back before she cannot pay in points again
        mall.ledger.submit({"id": f"{turn}", "type": "deposit", "account": "tea", "amount": 100})
        part = in_points(mall, user)
        mall.client(mall.staff("tea")).post(f"/desk/tea/orders/{part.pk}/cancel/")
        outcome = mall.ledger.outcome(f"{part.sale.number}-points")
        assert outcome is not None
        spent += outcome.fields["points"]
    sell = {"id": "sell", "type": "redeem", "account": other.account, "points": spent}
    sold = mall.ledger.submit(sell).fields["net"]
    assert wallet(mall, user.account) + wallet(mall, "tea") - 500 <= sold


def test_one_merchant_cancels_its_part_and_the_rest_goes_on(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000, points=200_000, credit=4_000)
    tenders = Split(provider=4_000, wallet=3_000, credit=1_000, points=2_000)
    sale = paid(mall, user, {"tea": 6_000, "wine": 4_000}, tenders)
    part = sale.parts.get(merchant__account="wine")
    mall.ledger.submit({"id": "own", "type": "deposit", "account": "wine", "amount": 500})
    worth = (part.provider_minor, part.wallet_minor, part.credit_minor, part.points_minor)
    assert worth == (1_600, 1_200, 400, 800)
    before = mall.ledger.account(user.account or "")
    client = mall.client(mall.staff("wine"))
    page = client.get(f"/desk/wine/orders/{part.pk}/").content.decode()
    for amount in ("¥16.00", "¥12.00", "¥4.00", "¥8.00", "¥40.00", "¥0.80"):
        assert amount in page
    for _ in "12":
        client.post(f"/desk/wine/orders/{part.pk}/cancel/")
    part.refresh_from_db()
    sale.refresh_from_db()
    assert (part.state, sale.state) == ("cancelled", "paid")
    after = mall.ledger.account(user.account or "")
    assert before is not None
    assert after is not None
    assert (after.wallet - before.wallet, after.credit - before.credit) == (1_200 + 800, 400)
    assert wallet(mall, "wine") == 500 - 80
    (back,) = Return.objects.filter(part=part)
    assert (back.provider_minor, back.cancelled_by) == (1_600, "merchant")
    assert [one.amount_minor for one in sale.charge.refunds.all()] == [1_600]  # type: ignore[union-attr]  # it has one
    text = mall.client(user).get(f"/orders/{sale.number}/").content.decode()
    assert "The merchant cancelled this part." in text
    assert "The merchant pays the goods fee of" in text
    assert (
        "is cancelled; ¥40.00 is refunded to you"
        in mall.client(user).get("/messages/").content.decode()
    )
    other = sale.parts.get(merchant__account="tea")
    assert settling.settle_part(overdue(other))
    assert reconcile(timezone.now()) == []
    other.refresh_from_db()
    assert other.settled_minor == 2_400 + 1_800


def test_the_shopper_may_still_cancel_the_rest(mall: Mall) -> None:
    user = buyer(mall, points=200_000)
    sale = paid(mall, user, {"tea": 3_000, "wine": 1_000}, Split(points=4_000))
    mall.ledger.submit({"id": "own", "type": "deposit", "account": "wine", "amount": 100})
    cancelling.cancel_part(sale.parts.get(merchant__account="wine"), "merchant")
    assert wallet(mall, user.account) == 1_000
    client = mall.client(user)
    page = client.get(f"/orders/{sale.number}/").content.decode()
    (text,) = re.findall(r'<p[^>]*id="cancel-fee">([^<]*)</p>', page)
    assert all(amount in text for amount in ("¥30.00", "¥3.00", "¥27.00"))
    client.post(f"/orders/{sale.number}/cancel/")
    sale.refresh_from_db()
    assert (sale.state, sale.why_cancelled) == ("cancelled", "shopper")
    assert (wallet(mall, user.account), wallet(mall, "shop"), wallet(mall, "wine")) == (3_700, 0, 0)
    assert reconcile(timezone.now()) == []


def test_with_its_last_part_the_order_is_cancelled(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    sale = paid(mall, user, {"tea": 2_000, "wine": 1_000}, Split(wallet=3_000))
    for part in sale.parts.all():
        cancelling.cancel_part(part, "merchant")
    sale.refresh_from_db()
    assert (sale.state, sale.why_cancelled) == ("cancelled", "merchant")
    assert (wallet(mall, user.account), wallet(mall, "shop")) == (3_000, 0)
    assert reconcile(timezone.now()) == []


def test_a_cancelled_part_is_no_turnover_of_the_day(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    sale = paid(mall, user, {"tea": 2_000, "wine": 1_000}, Split(wallet=3_000))
    wine = sale.parts.get(merchant__account="wine")
    assert list(paid_since(wine.merchant, sale.created_at)) == [wine]
    cancelling.cancel_part(wine, "merchant")
    assert list(paid_since(wine.merchant, sale.created_at)) == []

"""What is bought at its face value is as good as money: it earns what it leaves the mall, no more.

By hand, a top-up of 100.00 at the sandbox, which charges 98 % of the face: 2.00 are left. Of these
the stage's plan takes 30 % for the reserve and 30 % of the profit, which they are, for dividends.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.mall.checkout.way import hidden, pay, put, review, rich
from tests.mall.sales.buying import buyer, wallet
from tests.mall.services.goods import SANDBOX, bought, offer
from tests.mall.stage import Mall
from tongbao.mall.merchants.opening import open_own
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import returns, settling
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.services.models import SandboxTopup

PHONE = "13800138001"


def settled(sale: Sale, kind: str = "face") -> Part:
    """Let an order's part be settled, whose window is over."""
    part = sale.parts.get(kind=kind)
    Part.objects.filter(pk=part.pk).update(due_at=timezone.now())
    assert settling.settle_part(part)
    part.refresh_from_db()
    return part


def purchases(mall: Mall, user: User) -> list[int]:
    """Return what was posted as paid by a member, by the shop's books."""
    del mall
    parts = Part.objects.filter(sale__user=user, state="settled").exclude(purchase_id="")
    return [part.earning_minor for part in parts.order_by("pk")]


def figures(part: Part) -> dict[str, int]:
    """Return where what was paid went, without the zeros."""
    names = ("supplier", "reserve", "dividends", "commissions", "merchant", "platform", "provider")
    found = {name: getattr(part, f"to_{name}") for name in names}
    return {name: amount for name, amount in found.items() if amount}


@SANDBOX
def test_of_a_topup_only_what_it_leaves_the_mall_earns_points(mall: Mall) -> None:
    offer(mall, "topup", "phone", "100.00", topup_kind="phone")
    part = settled(bought(mall, "phone", 10, target=PHONE))
    # 1,000.00 paid, 980.00 charged, 20.00 left: 6.00 reserve, 6.00 dividends, 0.40 the mall's fee.
    assert figures(part) == {
        "supplier": 98_000,
        "reserve": 600,
        "dividends": 600,
        "platform": 40,
        "merchant": 760,
    }
    assert (part.settled_minor, part.earning_minor) == (100_000, 2_000)
    account = mall.ledger.account(part.sale.user.account)
    assert account is not None
    # Its quota is twice what counted, its points are worth 70 % of the contribution at most.
    assert (account.quota, account.points) == (4_000, int(part.points_atoms))
    worth = mall.ledger.preview(
        {"id": "~", "type": "redeem", "account": part.sale.user.account, "points": "all"}
    ).fields["gross"]
    assert worth <= 600
    assert reconcile(timezone.now()) == []


@SANDBOX
def test_a_topup_in_a_basket_with_goods_is_a_part_of_its_own(mall: Mall) -> None:
    offer(mall, "topup", "phone", "100.00", topup_kind="phone")
    sale = bought(mall, "phone", also="tea-1", target=PHONE)
    assert sorted((part.merchant.account, part.kind) for part in sale.parts.all()) == [
        ("shop", "face"),
        ("tea", "goods"),
    ]
    assert figures(settled(sale))["supplier"] == 9_800
    assert reconcile(timezone.now()) == []


@SANDBOX
def test_the_mall_sells_goods_of_its_own_beside_its_topups(mall: Mall) -> None:
    offer(mall, "topup", "phone", "100.00", topup_kind="phone")
    own = open_own(mall.shop)
    mall.product("tea-1").stockrecords.update(partner=own.partner)
    sale = bought(mall, "phone", also="tea-1", target=PHONE)
    goods, face = sale.parts.get(kind="goods"), sale.parts.get(kind="face")
    assert (goods.merchant, goods.total_minor) == (face.merchant, 10_000)
    assert (goods.base_id, face.base_id) == (f"{sale.number}-shop", f"{sale.number}-shop.face")
    assert [line.partner_sku for line in sale.order.lines.all()] == ["phone", "tea-1"]  # type: ignore[union-attr]  # it has one
    settled(sale)
    mall.client(mall.operator()).post(f"/desk/shop/orders/{goods.pk}/ship/")
    from tongbao.mall.sales import receiving  # noqa: PLC0415

    receiving.receive(goods)
    part = settled(sale, "goods")
    assert (part.earning_minor, part.to_supplier) == (10_000, 0)
    assert reconcile(timezone.now()) == []


@SANDBOX
@pytest.mark.parametrize(
    ("price", "counts"), [("98.00", None), ("97.99", None), ("98.01", 1), ("103.00", 500)]
)
def test_nothing_is_posted_where_nothing_is_left(
    mall: Mall, price: str, counts: int | None
) -> None:
    offer(mall, "topup", "phone", price, topup_kind="phone", face="100.00")
    part = settled(bought(mall, "phone", target=PHONE))
    assert purchases(mall, part.sale.user) == ([] if counts is None else [counts])
    assert SandboxTopup.objects.get().amount_minor == 10_000  # the face, whatever was paid
    paid = int(price.replace(".", ""))
    assert sum(figures(part).values()) == part.settled_minor == paid
    assert part.cost_minor == 9_800
    assert part.to_supplier == min(paid, 9_800)
    assert reconcile(timezone.now()) == []


@SANDBOX
def test_of_topups_that_fail_neither_price_nor_cost_counts(mall: Mall) -> None:
    offer(mall, "topup", "phone", "100.00", topup_kind="phone")
    offer(mall, "topup", "dear", "105.00", topup_kind="phone", face="100.00")
    user = rich(mall, 100_000)
    client = mall.client(user)
    put(client, mall, "phone", 2, target="13800138009")  # fail at once
    put(client, mall, "dear", 3, target=PHONE)
    assert pay(client, wallet="515.00").status_code == 302
    sale = Sale.objects.get(user=user)
    assert sale.parts.get().cost_minor == 49_000
    part = settled(sale)
    # 515.00 less 200.00 that came back; three were charged 98.00 each.
    assert (part.settled_minor, part.to_supplier, part.earning_minor) == (31_500, 29_400, 2_100)
    assert part.cost_minor == 29_400
    assert reconcile(timezone.now()) == []


@SANDBOX
def test_a_late_refund_of_a_topup_takes_back_what_counted(mall: Mall) -> None:
    offer(mall, "topup", "phone", "105.00", topup_kind="phone", face="100.00")
    mall.shop.__class__.objects.update(return_least_bps=0)
    part = settled(bought(mall, "phone", 2, target=PHONE))
    assert part.earning_minor == 21_000 - 19_600
    before, user = wallet(mall, part.sale.user.account), part.sale.user
    for amount in (1, 10_499, 10_500):
        asked = returns.ask(part, amount)
        quote = returns.quote(part, amount, True)
        returns.approve(asked, mall.operator(), quote)
    assert wallet(mall, user.account) == before + 21_000
    refunded = [
        mall.ledger.outcome(f"{part.base_id}-return{number}-refund") for number in (1, 2, 3)
    ]
    assert refunded[0] is None  # a cent of 210.00 is none of 14.00
    account = mall.ledger.account(user.account)
    assert account is not None
    assert account.points == 0
    assert reconcile(timezone.now()) == []


@SANDBOX
@pytest.mark.parametrize("way", ["credit", "points"])
def test_a_topup_is_paid_in_money_and_the_rest_of_the_basket_as_ever(mall: Mall, way: str) -> None:
    offer(mall, "topup", "phone", "50.00", topup_kind="phone")
    buyer(mall, points=100_000)
    user = buyer(mall, wallet=100_000, credit=100_000, points=100_000)
    from tests.mall.checkout.way import address  # noqa: PLC0415

    address(user)
    client = mall.client(user)
    put(client, mall, "phone", target=PHONE)
    answer = pay(client, **{way: "10.00", "wallet": "40.00"})
    assert "paid in money" in answer.content.decode()
    put(client, mall, "tea-1")
    answer = pay(client, **{way: "100.01", "wallet": "49.99"})
    assert "paid in money" in answer.content.decode()
    assert not Sale.objects.filter(user=user).exists()
    pay(client, **{way: "100.00", "wallet": "50.00"})
    face, goods = (Sale.objects.get(user=user).parts.get(kind=kind) for kind in ("face", "goods"))
    assert (face.wallet_minor, face.credit_minor + face.points_minor) == (5_000, 0)
    assert (goods.wallet_minor, goods.credit_minor + goods.points_minor) == (0, 10_000)


@SANDBOX
def test_what_gets_a_face_while_it_is_paid_is_paid_in_money_too(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = offer(mall, "voucher", "card", "50.00")
    card.stockrecords.update(partner=open_own(mall.shop).partner)
    buyer(mall, points=100_000)
    user = buyer(mall, credit=100_000, points=100_000)
    client = mall.client(user)
    put(client, mall, "card")

    def meanwhile(*given: Any) -> Any:  # noqa: ANN401  # as `enrolled`
        card.attr.face = "50.00"
        card.attr.face_cost = "49.00"
        card.save()
        return enrolled(*given)

    monkeypatch.setattr("tongbao.mall.checkout.buying.enrolled", meanwhile)
    answer = pay(client, credit="50.00")
    assert "paid in money" in answer.content.decode()
    assert not Sale.objects.filter(user=user).exists()


def by_another(mall: Mall, upc: str) -> Any:  # noqa: ANN401  # Oscar has no types
    """Let the tea house offer a top-up."""
    product = offer(mall, "topup", upc, "100.00", topup_kind="phone")
    product.stockrecords.update(partner=mall.merchant("tea").partner)
    return product


@SANDBOX
def test_nobody_but_the_mall_sells_topups(mall: Mall) -> None:
    offer(mall, "topup", "phone", "100.00", topup_kind="phone")
    client = mall.client(rich(mall))
    put(client, mall, "phone", target=PHONE)
    page = review(client)
    mall.product("phone").stockrecords.update(partner=mall.merchant("tea").partner)
    # in the basket already, then seen, then placed from the page as it was
    assert "currently unavailable" in client.get("/basket/").content.decode()
    assert client.get("/checkout/preview/").status_code == 302
    client.post("/checkout/preview/", {**hidden(page), "place": "1", "wallet": "100.00"})
    assert not Sale.objects.exists()
    product = by_another(mall, "other")
    put(client, mall, "other", target=PHONE)
    assert "The other" not in client.get("/basket/").content.decode()
    shown = client.get(product.get_absolute_url(), follow=True).content.decode()
    assert f"/basket/add/{product.pk}/" not in shown
    assert "The other" not in client.get("/catalogue/").content.decode()
    assert "The other" not in client.get("/search/?q=other").content.decode()


@SANDBOX
@pytest.mark.parametrize("face", ["", "0", "-5", "NaN", "1e9999", "ten", "1.005"])
def test_a_topup_without_a_face_is_not_sold(mall: Mall, face: str) -> None:
    offer(mall, "topup", "phone", "100.00", topup_kind="phone", face=face)
    client = mall.client(rich(mall))
    put(client, mall, "phone", target=PHONE)
    assert "The phone" not in client.get("/catalogue/").content.decode()
    assert "checkout" not in client.get("/basket/").content.decode().split("</header>")[-1]


@SANDBOX
@pytest.mark.parametrize("kind", ["Voucher", "Site"])
@pytest.mark.parametrize("upc", ["phone", "card"])
@pytest.mark.parametrize(
    ("type_", "value"),
    [("Percentage", 50), ("Percentage", 100), ("Absolute", 30), ("Fixed price", 1),
     ("Multibuy", None)],
)  # fmt: skip
def test_no_code_and_no_offer_takes_anything_off_what_has_a_face(
    mall: Mall, type_: str, value: int | None, upc: str, kind: str
) -> None:
    from oscar.core.loading import get_model  # noqa: PLC0415

    offer(mall, "topup", "phone", "100.00", topup_kind="phone")
    card = offer(mall, "voucher", "card", "100.00", face="100.00", face_cost="95.00")
    card.stockrecords.update(partner=open_own(mall.shop).partner)
    every, condition, benefit, conditional, voucher = (
        get_model(app, name)
        for app, name in (
            ("offer", "Range"),
            ("offer", "Condition"),
            ("offer", "Benefit"),
            ("offer", "ConditionalOffer"),
            ("voucher", "Voucher"),
        )
    )
    range_ = every.objects.create(name="all", includes_all_products=True)
    off = conditional.objects.create(
        name="off",
        offer_type=kind,
        condition=condition.objects.create(range=range_, type="Count", value=1),
        benefit=benefit.objects.create(range=range_, type=type_, value=value),
    )
    now = timezone.now()
    code = voucher.objects.create(
        name="m",
        code="SPRING",
        usage="Multi-use",
        start_datetime=now - timedelta(days=1),
        end_datetime=now + timedelta(days=1),
    )
    if kind == "Voucher":
        code.offers.add(off)
    user = rich(mall, 100_000)
    client = mall.client(user)
    put(client, mall, upc, 5, **({"target": PHONE} if upc == "phone" else {}))
    client.post("/basket/vouchers/add/", {"code": "SPRING"})
    assert pay(client, wallet="500.00").status_code == 302
    sale = Sale.objects.get(user=user)
    assert sale.total_minor == 50_000
    delivered = sum(SandboxTopup.objects.values_list("amount_minor", flat=True))
    assert delivered == (50_000 if upc == "phone" else 0)


@SANDBOX
def test_a_gift_card_earns_what_its_issuer_leaves(mall: Mall) -> None:
    card = offer(mall, "voucher", "card", "100.00", face="100.00", face_cost="95.00")
    card.stockrecords.update(partner=open_own(mall.shop).partner)
    sale = bought(mall, "card", 2)
    part = sale.parts.get()
    assert (part.kind, part.cost_minor) == ("face", 19_000)
    from tongbao.mall.services import vouchers  # noqa: PLC0415

    for one in part.vouchers.all():
        vouchers.use(one, mall.staff("shop"))
    done = settled(sale)
    assert (done.to_supplier, done.earning_minor) == (19_000, 1_000)
    plain = offer(mall, "voucher", "plain", "100.00", face="100.00")
    plain.stockrecords.update(partner=open_own(mall.shop).partner)
    assert (
        bought(mall, "plain").parts.get().profit_minor == 0
    )  # nobody said what it costs: its face
    foreign = offer(mall, "voucher", "foreign", "100.00", face="100.00")  # the tea house's
    client = mall.client(rich(mall))
    put(client, mall, "foreign")
    assert foreign.title not in client.get("/basket/").content.decode()


def test_the_malls_own_merchant_bears_the_malls_name(mall: Mall) -> None:
    own = open_own(mall.shop)
    assert own.name_en == mall.shop.name_en
    assert own.name_zh == "自营"


@SANDBOX
def test_the_page_says_how_much_of_the_price_earns(mall: Mall) -> None:
    product = offer(mall, "topup", "phone", "105.00", topup_kind="phone", face="100.00")
    page = mall.client().get(product.get_absolute_url()).content.decode()
    assert "Of these ¥105.00, ¥7.00 earn points" in " ".join(page.split())

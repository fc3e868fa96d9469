"""Buying and giving back, in a browser; the page's figures are the ledger's."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from oscar.core.loading import get_model
from playwright.sync_api import Page, expect

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound, fill_tender, put_in_basket
from tests.mall import looking
from tests.mall.checkout.way import rich
from tests.mall.stage import Mall
from tongbao.mall.people.models import User
from tongbao.mall.sales import receiving, returns, settling
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.shop.money import money

EACH = pytest.mark.parametrize(("size", "language"), [("phone", "zh-hans"), ("desktop", "en")])
LOOKS = pytest.mark.parametrize(
    ("size", "language", "dark"),
    [
        ("phone", "en", False),
        ("phone", "zh-hans", True),
        ("desktop", "en", True),
        ("desktop", "zh-hans", False),
    ],
)
NAMES = ("Tea House", "Wine Cellar", "Century Avenue", "Shanghai", "Li Na", "China", "Sandbox")


def holding(mall: Mall) -> User:
    """Make a shopper with 1,000.00 in the wallet, credit and points of an earlier purchase."""
    user = rich(mall)
    earlier = {"id": "earlier", "type": "purchase", "member": user.account}
    assert mall.ledger.submit({**earlier, "paid": 100_000, "profit": 35_000}).ok
    convert = {"id": "convert", "type": "convert", "member": user.account, "points": 60_000_000}
    assert mall.ledger.submit(convert).ok
    return user


def basket(page: Page, mall: Mall, *goods: str) -> None:
    """Put goods into the basket from their pages, and open the review page."""
    for upc in goods:
        page.goto(mall.product(upc).get_absolute_url())
        put_in_basket(page)
    page.goto("/basket/")
    assert_sound(page, names=NAMES)
    page.locator('a[href="/checkout/"]').click()
    page.wait_for_url("**/checkout/preview/")


def place(page: Page) -> None:
    """Order what is on the review page."""
    page.locator("button[name=place]").click()


def sale_of(user: User) -> Sale:
    """Return the user's only sale."""
    return Sale.objects.get(user=user)


def wallet(mall: Mall, account: str) -> int:
    """Return what an account has in its wallet."""
    found = mall.ledger.account(account)
    assert found is not None
    return found.wallet


def shows(page: Page, selector: str, minor: int) -> None:
    """Expect an amount in a place of the page."""
    expect(page.locator(selector)).to_have_text(money(minor, "CNY"))


def paid_from_wallet(page: Page, mall: Mall, user: User) -> Sale:
    """Buy tea for 100.00 from the wallet."""
    basket(page, mall, "tea-1")
    page.locator("button[name=use][value=wallet]").click()
    shows(page, "#tender-rest", 0)
    place(page)
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    return sale_of(user)


@EACH
def test_a_mixed_payment_adds_up(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    mall = live.mall
    user = holding(mall)
    before = mall.ledger.account(user.account)
    assert before is not None
    page = browser_page(size, language, user)
    basket(page, mall, "tea-1", "wine-2")
    shows(page, "#review-total", 15_990)
    fill_tender(page, "wallet", "50")
    shows(page, "#tender-rest", 10_990)
    fill_tender(page, "credit", "20.00")
    shows(page, "#tender-rest", 8_990)
    fill_tender(page, "points", "30")
    shows(page, "#tender-rest", 5_990)
    assert_sound(page, names=NAMES)
    place(page)
    page.wait_for_url("**/pay/sandbox/**")
    page.locator("button[name=act][value=pay]").click()
    page.wait_for_url("**/pay/back/**")
    sale = sale_of(user)
    page.goto(f"/orders/{sale.number}/")
    shows(page, "#order-total", 15_990)
    assert_sound(page, names=NAMES)
    sale.refresh_from_db()
    assert sale.state == Sale.State.PAID
    after = mall.ledger.account(user.account)
    assert after is not None
    spent = mall.ledger.outcome(f"{sale.number}-points")
    assert spent is not None
    assert before.wallet - after.wallet == 5_000
    assert before.credit - after.credit == 2_000
    assert before.points - after.points == spent.fields["points"]
    # 159.90 less what was paid by the provider and the goods fee on 30.00 in points
    assert wallet(mall, "shop") == 5_000 + 3_000 - spent.fields["fee"]
    assert not looking.problems()


@EACH
def test_a_payment_that_fails_takes_nothing_and_the_order_can_be_paid_again(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    mall = live.mall
    user = holding(mall)
    page = browser_page(size, language, user)
    basket(page, mall, "tea-1")
    fill_tender(page, "wallet", "40")
    shows(page, "#tender-rest", 6_000)
    place(page)
    page.wait_for_url("**/pay/sandbox/**")
    page.locator("button[name=act][value=fail]").click()
    page.wait_for_url("**/pay/back/**")
    sale = sale_of(user)
    page.goto(f"/orders/{sale.number}/")
    assert_sound(page, names=NAMES)
    assert Sale.objects.get(pk=sale.pk).state == Sale.State.PENDING
    assert wallet(mall, user.account) == 100_000
    assert mall.product("tea-1").stockrecords.get().net_stock_level == 999  # one waits for her
    assert not looking.problems()
    page.locator("button[name=provider]").first.click()
    page.wait_for_url("**/pay/sandbox/**")
    page.locator("button[name=act][value=pay]").click()
    page.wait_for_url("**/pay/back/**")
    assert Sale.objects.get(pk=sale.pk).state == Sale.State.PAID
    assert wallet(mall, user.account) == 96_000
    assert wallet(mall, "shop") == 4_000
    assert not looking.problems()


def test_a_callback_that_comes_twice_counts_once(live: Live, browser_page: BrowserPage) -> None:
    mall = live.mall
    user = holding(mall)
    page = browser_page("phone", "en", user)
    basket(page, mall, "tea-1")
    fill_tender(page, "wallet", "40")
    shows(page, "#tender-rest", 6_000)
    place(page)
    page.wait_for_url("**/pay/sandbox/**")
    page.locator("button[name=act][value=twice]").click()
    page.wait_for_url("**/pay/back/**")
    sale = sale_of(user)
    assert sale.state == Sale.State.PAID
    assert wallet(mall, user.account) == 96_000
    assert wallet(mall, "shop") == 4_000
    assert not looking.problems()


@EACH
def test_a_return_inside_the_window_brings_all_of_it_back(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    mall = live.mall
    user = rich(mall)
    page = browser_page(size, language, user)
    sale = paid_from_wallet(page, mall, user)
    part = receiving.receive(sale.parts.get())
    page.goto(f"/orders/{sale.number}/parts/{part.pk}/return/")
    assert_sound(page, names=NAMES)
    page.locator("select").first.select_option("1")
    page.locator("main .btn-primary").click()
    shows(page, "#return-back", 10_000)
    assert_sound(page, names=NAMES)
    page.locator("button[name=ask]").click()
    page.wait_for_url(f"**/orders/{sale.number}/")
    row = Return.objects.get()
    returns.approve(row, None, returns.quote(part, row.amount_minor))
    page.reload()
    assert_sound(page, names=NAMES)
    assert wallet(mall, user.account) == 100_000
    assert wallet(mall, "shop") == 0
    assert not looking.problems()


@EACH
def test_a_late_return_says_what_is_taken_off_and_why(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    mall = live.mall
    user = rich(mall)
    page = browser_page(size, language, user)
    sale = paid_from_wallet(page, mall, user)
    part = receiving.receive(sale.parts.get(), timezone.now() - timedelta(days=8))
    settling.settle_due(timezone.now())
    sell = {"id": "sell", "type": "redeem", "account": user.account, "points": "all"}
    assert mall.ledger.submit(sell).ok
    before = wallet(mall, user.account)
    page.goto(f"/orders/{sale.number}/parts/{part.pk}/return/")
    page.locator("select").first.select_option("1")
    page.locator("main .btn-primary").click()
    settled = Part.objects.get(pk=part.pk)
    refund = {"id": "~x", "type": "refund", "purchase": settled.purchase_id, "amount": 10_000}
    shortfall = mall.ledger.preview(refund).fields["shortfall"]
    assert shortfall > 0
    shows(page, "#return-back", 10_000 - shortfall)
    expect(page.locator("#return-withheld")).to_have_text("−" + money(shortfall, "CNY"))
    expect(page.locator("#return-why li").first).to_be_visible()
    assert_sound(page, names=NAMES)
    page.locator("button[name=ask]").click()
    page.wait_for_url(f"**/orders/{sale.number}/")
    row = Return.objects.get()
    returns.approve(row, mall.operator(), returns.quote(settled, row.amount_minor))
    page.reload()
    assert_sound(page, names=NAMES)
    assert wallet(mall, user.account) - before == 10_000 - shortfall
    assert not looking.problems()


@LOOKS
def test_every_page_of_shopping_is_sound(
    live: Live, browser_page: BrowserPage, size: str, language: str, *, dark: bool
) -> None:
    mall = live.mall
    user = rich(mall)
    page = browser_page(size, language, user, dark=dark)
    for path in ("/basket/", "/orders/"):
        page.goto(path)
        assert_sound(page, names=NAMES)
    sale = paid_from_wallet(page, mall, user)
    receiving.ship(sale.parts.get(), "SF 12345")
    for path in (
        "/orders/",
        f"/orders/{sale.number}/",
        f"/orders/{sale.number}/receipt/",
        f"/orders/{sale.number}/parts/{sale.parts.get().pk}/return/",
    ):
        page.goto(path)
        assert_sound(page, names=NAMES)
    page.goto(mall.product("tea-1").get_absolute_url())
    put_in_basket(page)
    address = get_model("address", "UserAddress").objects.get(user=user)
    for path in (
        "/checkout/shipping-address/",
        f"/checkout/user-address/edit/{address.pk}/",
        f"/checkout/user-address/delete/{address.pk}/",
    ):
        page.goto(path)
        assert_sound(page, names=NAMES)


@EACH
def test_one_thing_is_bought_now_and_the_basket_stays(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    mall = live.mall
    user = rich(mall)
    page = browser_page(size, language, user)
    page.goto(mall.product("wine-2").get_absolute_url())
    put_in_basket(page)
    product = mall.product("tea-1").get_absolute_url()
    page.goto(product)
    page.fill("#quantity", "2")
    page.locator("#buy button[name=now]").click()
    page.wait_for_url("**/checkout/preview/?now=1")
    shows(page, "#review-total", 20_000)
    page.go_back()
    page.wait_for_url(f"**{product}")
    page.locator("#buy button[name=now]").click()
    page.wait_for_url("**/checkout/preview/?now=1")
    shows(page, "#review-total", 20_000)  # as it was typed before, and not both
    page.locator("button[name=use][value=wallet]").click()
    shows(page, "#tender-rest", 0)
    assert_sound(page, names=NAMES)
    place(page)
    page.wait_for_url("**/orders/**")
    assert sale_of(user).total_minor == 20_000
    page.goto("/basket/")
    shows(page, "#basket-total", 5990)

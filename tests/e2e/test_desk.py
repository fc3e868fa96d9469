"""The desk on a phone: large figures stay whole; the operator sends a wrong payment back."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound
from tests.e2e.test_look import shot
from tests.mall.desk.test_charges import wrongly_paid
from tests.mall.desk.test_refused import stuck
from tests.mall.sales.buying import buyer, paid
from tests.mall.sales.test_stock import ordered
from tongbao.mall.sales import receiving, returns
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.placing import Split


def test_large_balances_stay_on_one_line(live: Live, browser_page: BrowserPage) -> None:
    given = {"type": "deposit", "account": "tea", "amount": 123_456_789_012}
    assert live.mall.ledger.submit({"id": "g", **given}).ok
    page = browser_page("phone", "en", live.mall.staff("tea"))
    page.goto("/desk/tea/money/")
    assert_sound(page)
    (figure,) = page.locator(".desk-tile b", has_text="¥1,234,567,890.12").all()
    box, line = figure.bounding_box(), figure.evaluate("b => getComputedStyle(b).fontSize")
    assert box is not None
    assert box["height"] < 2 * float(line.removesuffix("px"))
    assert figure.evaluate("b => b.scrollWidth <= b.parentElement.clientWidth")


def test_the_operator_sends_a_wrong_payment_back(live: Live, browser_page: BrowserPage) -> None:
    sale = wrongly_paid(live.mall)
    shopper = browser_page("phone", "zh-hans", sale.user)
    shopper.goto(f"/orders/{sale.number}/")
    expect(shopper.locator("#order")).to_contain_text("您的付款正在核实")
    assert_sound(shopper)
    page = browser_page("phone", "en", live.mall.operator())
    page.goto("/me/")
    page.get_by_role("link", name="Payment problems").click()
    assert_sound(page)
    page.get_by_role("button", name="Refund ¥40.00").click()
    expect(page.locator("#content")).to_contain_text("¥40.00 refunded.")
    assert Sale.objects.get(pk=sale.pk).state == Sale.State.PENDING
    expect(shopper.locator("#order")).to_contain_text("已退款", timeout=15_000)
    assert_sound(shopper)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_operator_pays_a_refused_refund_into_the_wallet(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    refund = stuck(live.mall)
    page = browser_page(size, language, live.mall.operator())
    page.goto("/desk/charges/")
    assert_sound(page, names=(refund.charge.user.shown,))
    shot(page, f"refused-{size}-{language}")
    page.locator("button[name=way][value=wallet]").click()
    expect(page.locator(".alert-success")).to_contain_text("¥50.00")
    expect(page.locator("button[name=way]")).to_have_count(0)
    refund.refresh_from_db()
    assert refund.state == "wallet"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_merchant_puts_returned_goods_back(
    live: Live, browser_page: BrowserPage, language: str
) -> None:
    part, line = ordered(live.mall, 2)
    receiving.ship(part)
    asked = returns.ask(part, 10_000, {str(line.pk): 1}, "Too small.")
    page = browser_page("phone", language, live.mall.staff("tea"))
    page.goto(f"/desk/tea/returns/{asked.pk}/")
    assert_sound(page, names=("Too small.", line.title))
    page.locator("#restocks-1").check()
    shot(page, f"restock-phone-{language}")
    page.locator("button[name=decision][value=approve]").first.click()
    expect(page.locator(".alert-success")).to_have_count(1)
    assert live.mall.product("tea-1").stockrecords.get().num_in_stock == 999


@pytest.mark.parametrize(("size", "language"), [("phone", "zh-hans"), ("desktop", "en")])
def test_a_merchant_cancels_its_part_and_the_shopper_sees_it(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    mall = live.mall
    user = buyer(mall, wallet=6_000, points=200_000)
    sale = paid(mall, user, {"tea": 6_000, "wine": 4_000}, Split(wallet=6_000, points=4_000))
    assert mall.ledger.submit({"id": "own", "type": "deposit", "account": "wine", "amount": 500}).ok
    part = sale.parts.get(merchant__account="wine")
    for who, name in ((mall.operator(), "operator"), (mall.staff("wine"), "merchant")):
        page = browser_page(size, language, who)
        page.goto(f"/desk/wine/orders/{part.pk}/")
        page.locator("details:has(#cancel-fee) summary").click()
        expect(page.locator("#cancel-fee")).to_contain_text("¥1.60")
        assert_sound(page)
        shot(page, f"cancel-{name}-{size}-{language}")
    page.locator("details:has(#cancel-fee) button").click()
    expect(page.locator(".alert-success")).to_be_visible()
    shopper = browser_page(size, language, user)
    shopper.goto(f"/orders/{sale.number}/")
    expect(shopper.locator("#order")).to_contain_text("¥40.00")
    assert_sound(shopper)
    shot(shopper, f"part-cancelled-{size}-{language}")

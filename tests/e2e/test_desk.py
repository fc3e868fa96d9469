"""The desk on a phone: large figures stay whole; the operator sends a wrong payment back."""

from playwright.sync_api import expect

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound
from tests.mall.desk.test_charges import wrongly_paid
from tongbao.mall.sales.models import Sale


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
    page.get_by_role("link", name="Payments in trouble").click()
    assert_sound(page)
    page.get_by_role("button", name="Send ¥40.00 back").click()
    expect(page.locator("#content")).to_contain_text("¥40.00 were sent back.")
    assert Sale.objects.get(pk=sale.pk).state == Sale.State.CANCELLED
    expect(shopper.locator("#order")).to_contain_text("已退回", timeout=15_000)
    assert_sound(shopper)

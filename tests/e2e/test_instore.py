"""Paying in person between two browsers; vouchers; a top-up that fails."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound, show_tender
from tests.mall.checkout.way import rich
from tests.mall.sales.buying import wallet
from tests.mall.services.goods import SANDBOX, bought, offer
from tongbao.mall.instore import codes
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.services.models import SandboxTopup, Topup, Voucher

PROVIDER = override_settings(MALL_PAYMENT_PROVIDERS=["tongbao.mall.paying.sandbox.Sandbox"])


@pytest.mark.parametrize(
    ("size", "language", "pay", "paid"),
    [("phone", "en", "Pay ¥12.34", "Paid"), ("desktop", "zh-hans", "支付 ¥12.34", "已支付")],
)
def test_till_and_shopper_both_see_a_payment_at_once(
    live: Live, browser_page: BrowserPage, size: str, language: str, pay: str, paid: str
) -> None:
    mall = live.mall
    code, user = codes.make(mall.merchant("tea"), "Counter 1"), rich(mall)
    till = browser_page("desktop", language, mall.staff("tea"))
    till.goto("/desk/tea/till/")
    expect(till.locator(".till-incoming.is-quiet")).to_be_visible()
    phone = browser_page(size, language, user)
    phone.goto(f"/till/{code.code}/")
    phone.get_by_role("textbox", name=re.compile("Amount|金额")).fill("12.34")
    phone.locator("#content form button").click()
    phone.locator("button[name=use][value=wallet]").click()
    expect(phone.locator("#tender-rest")).to_have_text("¥0.00")
    phone.get_by_role("button", name=pay).click()
    expect(phone.locator("#till-result")).to_contain_text(paid)
    sale = Sale.objects.get()
    tick = till.locator(f"[data-payment={sale.number}]")
    expect(tick).to_contain_text("¥12.34", timeout=5000)
    expect(tick).not_to_contain_text(user.shown)
    assert wallet(mall, user.account) == 100_000 - 1234


@PROVIDER
def test_a_bill_is_paid_by_provider_and_wallet(live: Live, browser_page: BrowserPage) -> None:
    mall = live.mall
    codes.make(mall.merchant("tea"), "Counter 1")
    user = rich(mall)
    till = browser_page("phone", "en", mall.staff("tea"))
    till.goto("/desk/tea/bills/new/")
    till.get_by_role("textbox", name="Amount").fill("10")
    till.get_by_role("button", name="Show the code").click()
    address = till.locator("#bill a[href*='/till/']").first.get_attribute("href")
    assert address is not None
    phone = browser_page("phone", "en", user)
    phone.goto(urlsplit(address).path)
    show_tender(phone, "wallet")
    phone.locator("input[name=wallet]").fill("4")
    phone.get_by_role("button", name="Pay ¥10.00").click()
    expect(till.locator("#bill")).to_contain_text("paying right now")
    _at_the_sandbox(phone)
    expect(phone.locator("#till-result")).to_contain_text("Paid", timeout=20_000)
    expect(till.locator("[data-payment]")).to_be_visible()
    assert wallet(mall, user.account) == 100_000 - 400


def _at_the_sandbox(page: Page) -> None:
    """Pay on the sandbox provider's own page."""
    page.get_by_role("button", name=re.compile("^Pay")).first.click()


def test_a_voucher_is_bought_shown_and_verified_once(live: Live, browser_page: BrowserPage) -> None:
    mall = live.mall
    product = offer(mall, "voucher", "dinner", "88.00", voucher_days=30)
    user, staff = rich(mall), mall.staff("tea")
    phone = browser_page("phone", "en", user)
    phone.goto(product.get_absolute_url())
    phone.get_by_role("button", name="Buy now").click()
    phone.wait_for_url("**/checkout/preview/?now=1")
    phone.locator("button[name=use][value=wallet]").click()
    expect(phone.locator("#tender-rest")).to_have_text("¥0.00")
    phone.locator("button[name=place]").first.click()
    phone.wait_for_url("**/orders/**")
    phone.get_by_role("link", name=re.compile("The dinner.*Unused", re.DOTALL)).first.click()
    shown = phone.locator(".voucher-code").inner_text()
    desk = browser_page("phone", "en", staff)
    desk.goto("/desk/tea/vouchers/")
    desk.get_by_label("The voucher's code").fill(shown.lower())
    desk.get_by_role("button", name="Look up").click()
    desk.get_by_role("button", name="Use it now").click()
    expect(desk.locator("#content")).to_contain_text("Accepted")
    expect(phone.locator("#voucher")).to_contain_text("Accepted", timeout=10_000)
    voucher = Voucher.objects.get()
    assert (voucher.used_by, voucher.part.state) == (staff, Part.State.RECEIVED)


def test_a_failed_topup_comes_back_by_itself(live: Live, browser_page: BrowserPage) -> None:
    mall = live.mall
    with SANDBOX:
        product = offer(mall, "topup", "phone-50", "50.00", topup_kind="phone")
        user = rich(mall)
        phone = browser_page("phone", "en", user)
        phone.goto(product.get_absolute_url())
        phone.get_by_label("Mobile number to top up").fill("138 0013 8009")
        phone.get_by_role("button", name="Buy now").click()
        phone.wait_for_url("**/checkout/preview/?now=1")
        phone.locator("button[name=use][value=wallet]").click()
        expect(phone.locator("#tender-rest")).to_have_text("¥0.00")
        phone.locator("button[name=place]").first.click()
        phone.wait_for_url("**/orders/**")
        phone.get_by_role("link", name=re.compile("The phone-50.*Failed", re.DOTALL)).click()
        expect(phone.locator("#topup")).to_contain_text("Failed, refunded")
    assert Topup.objects.get().state == Topup.State.RETURNED
    assert SandboxTopup.objects.count() == 1
    assert wallet(mall, user.account) == 100_000


@pytest.mark.parametrize(("size", "dark"), [("phone", True), ("desktop", False)])
def test_the_pages_of_till_desk_and_vouchers_are_sound(
    live: Live, browser_page: BrowserPage, size: str, dark: bool
) -> None:
    mall = live.mall
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought(mall, "dinner", also="tea-1")
    code, voucher = codes.make(mall.merchant("tea"), "Counter 1"), Voucher.objects.get()
    shopper = browser_page(size, "zh-hans", sale.user, dark=dark)
    staff = browser_page(size, "zh-hans", mall.staff("tea"), dark=dark)
    operator = browser_page(size, "zh-hans", mall.operator(), dark=dark)
    part = sale.parts.get(kind="goods").pk
    for page, paths in (
        (shopper, ("/till/", f"/till/{code.code}/?amount=1", f"/services/vouchers/{voucher.pk}/")),
        (staff, ("", "till/", f"orders/{part}/", "vouchers/", f"codes/{code.pk}/", "money/")),
        (operator, ("/desk/merchants/", "/desk/merchants/tea/")),
    ):
        for path in paths:
            page.goto(path if path.startswith("/") else f"/desk/tea/{path}")
            assert_sound(page, names=("茶铺", "Counter 1", "The dinner"))

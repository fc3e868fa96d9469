"""Paying in a browser: the sandbox's pay page, the way back, and what the mall then shows."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound
from tests.mall.sales.buying import buyer, placed
from tests.mall.stage import Mall
from tongbao.mall.paying import bank, charges
from tongbao.mall.paying.models import Charge, SandboxRefund
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.placing import Split

SHOTS = os.environ.get("TONGBAO_SHOTS", "")


def at_pay_page(mall: Mall, tenders: Split) -> tuple[Sale, Charge, str]:
    """Place a sale and start its charge; return also where the shopper pays."""
    user = buyer(mall, wallet=tenders.wallet, points=100 * tenders.points)
    sale = placed(mall, user, {"tea": tenders.total}, tenders)
    assert sale.charge is not None
    return sale, sale.charge, charges.page(sale.charge)


def shot(page: Page, name: str) -> None:
    """Keep a picture where that is asked for."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def state_of(sale: Sale) -> str:
    """Return the sale's state now."""
    return Sale.objects.get(pk=sale.pk).state


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_mixed_payment_is_paid_and_booked(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    sale, _, address = at_pay_page(live.mall, Split(provider=4_000, wallet=1_000, points=500))
    page = browser_page(size, language, sale.user)
    page.goto(address)
    assert_sound(page)
    expect(page.locator(".figure-big")).to_have_text("¥40.00")
    shot(page, f"pay-{size}-{language}")
    page.locator("button[value=pay]").click()
    expect(page.locator("#standing h1")).to_have_text({"en": "Paid", "zh-hans": "已支付"}[language])
    assert_sound(page)
    shot(page, f"paid-{size}-{language}")
    assert state_of(sale) == "paid"
    shop = live.mall.ledger.account("shop")
    assert shop is not None
    assert shop.wallet == 1_000 + 450  # the points' 5.00 less 10 % for the reserve


@pytest.mark.parametrize(("size", "language"), [("phone", "en"), ("desktop", "zh-hans")])
def test_a_declined_order_is_paid_at_the_second_try(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    sale, _, address = at_pay_page(live.mall, Split(provider=4_000, wallet=1_000))
    page = browser_page(size, language, sale.user)
    page.goto(address)
    page.locator("button[value=fail]").click()
    again = {"en": "Pay again", "zh-hans": "重新付款"}[language]
    expect(page.locator("#standing a")).to_have_text(again)
    assert_sound(page)
    shot(page, f"declined-{size}-{language}")
    page.locator("#standing a").click()
    expect(page.locator("#pay-until")).to_be_visible()
    assert_sound(page)
    shot(page, f"pay-again-{size}-{language}")
    page.locator("button[name=provider]").click()
    page.locator("button[value=pay]").click()
    expect(page.locator("#standing .display-6")).to_be_visible()
    assert state_of(sale) == "paid"
    account = live.mall.ledger.account(sale.user.account)
    assert account is not None
    assert account.wallet == 0


@pytest.mark.parametrize("act", ["twice", "again", "lost"])
def test_a_doubled_or_lost_callback_pays_once(
    live: Live, browser_page: BrowserPage, act: str
) -> None:
    sale, _, address = at_pay_page(live.mall, Split(provider=4_000, wallet=1_000))
    page = browser_page("phone", "en", sale.user)
    page.goto(address)
    page.locator(f"button[value={act}]").click()
    expect(page.locator("#standing h1")).to_have_text("Paid", timeout=15_000)
    shop = live.mall.ledger.account("shop")
    assert shop is not None
    assert (state_of(sale), shop.wallet) == ("paid", 1_000)


def test_the_page_after_paying_goes_on_by_itself_when_the_word_comes_later(
    live: Live, browser_page: BrowserPage
) -> None:
    sale, charge, address = at_pay_page(live.mall, Split(provider=4_000))
    page = browser_page("phone", "en", sale.user)
    page.goto(address)
    page.get_by_role("link", name="Leave without deciding").click()
    expect(page.locator("#standing h1")).to_have_text("Waiting for the payment")
    assert_sound(page)
    shot(page, "waiting")
    bank.pay(charge.pk)
    bank.deliver_due()
    expect(page.locator("#standing h1")).to_have_text("Paid")
    assert page.locator("#standing[hx-get]").count() == 0


def test_paying_later_is_told_by_a_callback_of_its_own(
    live: Live, browser_page: BrowserPage
) -> None:
    sale, _, address = at_pay_page(live.mall, Split(provider=4_000))
    page = browser_page("phone", "en", sale.user)
    page.goto(address)
    page.locator("#delay").select_option("5")
    page.locator("button[value=later]").click()
    expect(page.locator("#standing h1")).to_have_text("Waiting for the payment")
    expect(page.locator("#standing h1")).to_have_text("Paid", timeout=20_000)
    assert state_of(sale) == "paid"


def test_a_wrong_amount_is_told_and_does_not_pay(live: Live, browser_page: BrowserPage) -> None:
    sale, _, address = at_pay_page(live.mall, Split(provider=4_000))
    page = browser_page("phone", "en", sale.user)
    page.goto(address)
    page.locator("button[value=too_little]").click()
    expect(page.locator("#standing h1")).to_have_text("We are checking your payment")
    assert_sound(page)
    shot(page, "mismatch")
    assert state_of(sale) == "pending"


def test_money_of_an_order_that_could_not_be_booked_goes_back(
    live: Live, browser_page: BrowserPage
) -> None:
    sale, _, address = at_pay_page(live.mall, Split(provider=4_000, wallet=1_000))
    placed(live.mall, sale.user, {"wine": 1}, Split(wallet=1))  # another tab
    live.mall.ledger.settle()
    page = browser_page("phone", "en", sale.user)
    page.goto(address)
    page.locator("button[value=pay]").click()
    expect(page.locator("#standing h1")).to_have_text("The order was cancelled")
    expect(page.locator("#standing")).to_contain_text("Your payment is being refunded.")
    shot(page, "sent-back")
    assert SandboxRefund.objects.get().amount_minor == 4_000
    page.locator("#standing a.btn").click()
    expect(page).to_have_url(re.compile(f"/orders/{sale.number}/$"))

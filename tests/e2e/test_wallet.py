"""The wallet in a browser: look, sell exactly what was shown, once, and take the cash out."""

import re

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound
from tests.mall.wallet.lives import lived_in
from tongbao.mall.people.models import User
from tongbao.mall.wallet.models import Withdrawal

SANDBOX = override_settings(MALL_PAYOUTS="tongbao.mall.wallet.payouts.Sandbox")


@pytest.fixture
def ann(live: Live) -> User:
    """Return a member who has lived in the mall for six weeks."""
    user = live.mall.user("Ann Li")
    lived_in(live.mall, user, days=42, each_day=4)
    return user


def figure(page: Page, name: str) -> int:
    """Return the figure that the page carries for machines beside the one for people."""
    return int(page.locator(f"[data-{name}]").first.get_attribute(f"data-{name}") or "")


def entries(live: Live) -> int:
    """Return how many entries the journal has."""
    return live.mall.ledger.standing().number


_IN_PLACE = """dots => dots.map(dot => {
  const [one, line] = [dot, dot.parentElement].map(it => it.getBoundingClientRect());
  return one.left === line.left && one.top >= line.top && one.bottom <= line.bottom;
})"""


@pytest.mark.parametrize(("size", "language"), [("phone", "zh-hans"), ("desktop", "en")])
def test_a_member_looks_sells_half_and_has_what_was_shown(
    live: Live, browser_page: BrowserPage, ann: User, size: str, language: str
) -> None:
    page = browser_page(size, language, ann)
    page.goto("/wallet/")
    assert_sound(page)
    # Each colour of the ring stands before its words.
    assert page.eval_on_selector_all(".ring-dot", _IN_PLACE) == [True] * 3
    before = live.mall.ledger.account(ann.account)
    assert before is not None
    figures = live.mall.ledger.standing().figures
    assert figure(page, "worth-minor") == before.points * figures.reserve // figures.supply
    cash = figure(page, "wallet-minor")
    page.click("a[href='/wallet/redeem/']")
    assert_sound(page)
    page.click("a[href*='share=half']")
    assert_sound(page)
    net = figure(page, "net")
    gross = before.points // 2 * figures.reserve // figures.supply
    assert net == gross - -(-gross // 10)
    page.click("#confirm")
    page.wait_for_url("**/wallet/done/**")
    assert_sound(page)
    assert figure(page, "net") == net
    after = live.mall.ledger.account(ann.account)
    assert after is not None
    assert after.points == before.points - before.points // 2
    page.goto("/wallet/")
    assert figure(page, "wallet-minor") == cash + net == after.wallet


def test_a_stale_confirmation_does_nothing_and_shows_the_new_figures(
    live: Live, browser_page: BrowserPage, ann: User
) -> None:
    page = browser_page("phone", "en", ann, allow="409")
    page.goto("/wallet/redeem/?share=all")
    shown = figure(page, "net")
    live.mall.ledger.submit(
        {"id": "big", "type": "purchase", "member": "else", "paid": 500_000, "profit": 1}
    )
    count = entries(live)
    page.click("#confirm")
    expect(page.locator("#moved")).to_be_visible()
    assert_sound(page)
    assert entries(live) == count
    assert figure(page, "net") > shown
    page.click("#confirm")
    page.wait_for_url("**/wallet/done/**")
    assert entries(live) == count + 1


def test_a_double_click_sells_once_and_so_does_coming_back(
    live: Live, browser_page: BrowserPage, ann: User
) -> None:
    page = browser_page("phone", "en", ann)
    page.goto("/wallet/redeem/")
    page.fill("[name=points]", "1")
    page.keyboard.press("Enter")
    page.wait_for_url("**points=1**")
    count, confirmation = entries(live), page.url
    page.locator("#confirm").dblclick()
    page.wait_for_url("**/wallet/done/**")
    receipt = page.url
    page.goto(confirmation)
    page.wait_for_url(receipt)
    assert entries(live) == count + 1


@pytest.mark.parametrize(("size", "language"), [("phone", "en"), ("desktop", "zh-hans")])
def test_cash_is_taken_out_once_and_the_ledger_agrees(
    live: Live, browser_page: BrowserPage, ann: User, size: str, language: str
) -> None:
    with SANDBOX:
        page = browser_page(size, language, ann)
        page.goto("/wallet/withdraw/")
        page.fill("[name=amount]", "12.34")
        page.fill("[name=number]", "6222 0000 1234 5678")
        assert_sound(page, names=("Ann Li",))
        page.click("button[value=look]")
        assert_sound(page, names=("Ann Li",))
        assert figure(page, "amount") == 1234
        page.locator("#confirm").dblclick()
        page.wait_for_url(re.compile("/wallet/withdrawals/.+"))
        expect(page.locator("[data-state=paid]")).to_be_visible()
        assert_sound(page, names=("Ann Li",))
    assert Withdrawal.objects.get().state == "paid"
    assert live.mall.ledger.standing().figures.paid_out == 1234


def test_the_curve_and_the_statement_go_on_without_a_new_page(
    live: Live, browser_page: BrowserPage, ann: User
) -> None:
    page = browser_page("phone", "en", ann, dark=True)
    page.goto("/wallet/")
    first = page.locator(".curve-line").get_attribute("points")
    page.get_by_role("link", name="3 months").click()
    expect(page.locator(".curve-line")).not_to_have_attribute("points", first or "")
    assert page.locator("#curve tbody tr").count() == 31
    assert_sound(page)
    page.goto("/wallet/statement/")
    lines = page.locator("[data-entry]")
    count = lines.count()
    page.get_by_role("link", name="More", exact=True).click()
    expect(lines).not_to_have_count(count)
    places = lines.evaluate_all("all => all.map((at) => at.dataset.entry)")
    assert len(set(places)) == len(places)
    assert_sound(page)


@pytest.mark.parametrize(("size", "language"), [("phone", "zh-hans"), ("desktop", "en")])
def test_everybody_can_read_how_it_works(
    live: Live, browser_page: BrowserPage, ann: User, size: str, language: str
) -> None:
    page = browser_page(size, language)
    page.goto("/wallet/how/")
    assert_sound(page)
    standing = live.mall.ledger.standing()
    assert figure(page, "reserve") == standing.figures.reserve
    assert page.locator("[data-hash]").get_attribute("data-hash") == standing.hash

"""A shopper's whole way in a browser, by an invitation to money in the bank; every figure by hand.

The plan is `tests.mall.stage.PLAN`. Ann, who invites, has bought for 100.00 before: 30.00 into the
reserve, 10.50 to the dividends, 21 points for her (21.00 at 1.00 each). Bob's 100.00 then bring

- him 21.00 at 30.00 ÷ 21 points: 14.7 points; her 10 % of 30.00: 2.1 points, and 2.00 in cash;
- so 37.8 points over 60.00; of his 100.00, 30.00 + 10.50 + 2.00 go there, 2.00 to the platform,
  0.60 for the provider, and 54.90 are left to the merchant;
- at the close 21.00 for 37.8 points: 8.16⅔ to his 14.7;
- half of his points, 7.35, sold: 11.66⅔ less a tenth of 11.66, rounded up, is 10.49.
"""

import csv
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.e2e.books import assert_audited, assert_wallet, figure
from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound, put_in_basket
from tests.e2e.test_people import register
from tests.mall.stage import PASSWORD, Mall
from tongbao.ledger import closing
from tongbao.ledger.statements import statement
from tongbao.mall.notices import follow, mailing
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import settling
from tongbao.mall.sales.models import Sale

BOB: Final = "bob@example.com"
NAMES: Final = (
    BOB, "Bob Li", "Tea House", "Wine Cellar", "Century Avenue", "Shanghai", "China", "Sandbox",
    "SF 12345",
)  # fmt: skip
ADDRESS: Final = {
    "first_name": "Li Na", "phone_number": "13800138000", "line1": "88 Century Avenue",
    "line4": "Shanghai", "postcode": "200120",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """The mall, the phone or desk on which Bob walks through it, and Ann, who invited him."""

    mall: Mall
    page: Page
    ann: User

    @property
    def bob(self) -> User:
        """Bob, once he has registered."""
        return User.objects.get(email=BOB)

    def sound(self) -> None:
        """Look at the page as it stands."""
        assert_sound(self.page, names=(*NAMES, str(self.ann.email), self.ann.code))

    def has(self, user: User, **expected: int) -> None:
        """Expect of an account in the ledger what was worked out by hand."""
        account = self.mall.ledger.account(user.account)
        assert account is not None
        assert {name: getattr(account, name) for name in expected} == expected

    def wallet(self, **expected: int) -> None:
        """Expect these figures on Bob's wallet page; all of them are the ledger's as well."""
        assert_wallet(self.page, self.mall, self.bob)
        found = {name: figure(self.page, name.replace("_", "-")) for name in expected}
        assert found == expected
        self.sound()


@pytest.mark.parametrize(("size", "language"), [("phone", "en"), ("desktop", "zh-hans")])
@override_settings(MALL_PAYOUTS="tongbao.mall.wallet.payouts.Sandbox")
def test_a_friend_comes_buys_earns_sells_and_takes_the_money_out(
    live: Live, browser_page: BrowserPage, tmp_path: Path, size: str, language: str
) -> None:
    way = Way(live.mall, browser_page(size, language), _ann(live.mall))
    _comes_by_the_link(way)
    _finds_tea(way)
    sale = _pays_at_the_provider(way)
    anns = browser_page(size, language, way.ann)
    _ann_sees(anns, "2.1", "¥2.00")
    desk = browser_page(size, language)
    _is_sent(way, desk, sale)
    _arrives(way, sale)
    _settles(way, desk, sale)
    _earns_a_dividend(way)
    _sells_half(way)
    _takes_out_ten(way)
    _reads_the_statement(way, tmp_path)
    _ann_sees(anns, "2.1", "¥2.00")
    assert_sound(anns, names=(way.ann.code, *NAMES))
    way.has(way.ann, points=23_100_000, wallet=200)  # her dividend of 12.83 is still to collect
    assert_wallet(anns, way.mall, way.ann)
    assert figure(anns, "wallet-minor") == 200 + 1283
    figures = way.mall.ledger.standing().figures
    assert (figures.reserve, figures.supply) == (6000 - 1049, 37_800_000 - 7_350_000)
    assert (figures.dividend_fund, figures.paid_out) == (0, 1000)
    assert_audited(way.mall, tmp_path)


def _ann(mall: Mall) -> User:
    ann = mall.user("Ann")
    enrolled(ann, mall.ledger)
    first = {"id": "first", "type": "purchase", "member": ann.account}
    assert mall.ledger.submit({**first, "paid": 10_000, "profit": 3_500}).ok
    return ann


def _comes_by_the_link(way: Way) -> None:
    way.page.goto(f"/r/{way.ann.code}/")
    with override_settings(SANDBOX=False):  # the code comes by mail, not on the page
        register(way.page, BOB)
    assert way.bob.referrer == way.ann
    way.page.goto("/wallet/")
    way.sound()


def _finds_tea(way: Way) -> None:
    page = way.page
    page.goto("/")
    page.locator("input[name=q]").first.fill("tae huose")
    page.locator("input[name=q]").first.press("Enter")
    page.wait_for_url("**/search/**")
    expect(page.locator(".product-card .product-name").first).to_contain_text("Tea House")
    way.sound()
    page.locator(".product-card", has_text="Tea House 1").first.click()
    page.wait_for_url("**/catalogue/tea-1_*/")
    assert page.locator(".earn b.figure").all_inner_texts() == ["¥21.00", "¥18.90"]
    way.sound()


def _pays_at_the_provider(way: Way) -> Sale:
    page = way.page
    put_in_basket(page)
    expect(page.locator("#basket-total")).to_have_text("¥100.00")
    way.sound()
    page.locator('a[href="/checkout/"]').click()
    page.wait_for_url("**/checkout/shipping-address/")
    for name, text in ADDRESS.items():
        page.locator(f"main [name$={name}]").fill(text)
    way.sound()
    page.locator("main form [type=submit], main form button.btn-primary").last.click()
    page.wait_for_url("**/checkout/preview/")
    expect(page.locator("#expected-points")).to_have_text("14.7")
    expect(page.locator("#tender-rest")).to_have_text("¥100.00")
    way.sound()
    page.locator("button[name=place]").click()
    page.wait_for_url("**/pay/sandbox/**")
    expect(page.locator(".figure-big")).to_have_text("¥100.00")
    page.locator("button[name=act][value=pay]").click()
    page.wait_for_url("**/pay/back/**")
    sale = Sale.objects.get(user=way.bob)
    expect(page.locator("#standing a.btn")).to_have_attribute("href", re.compile(sale.number))
    assert sale.state == Sale.State.PAID
    way.wallet(wallet_minor=0, worth_minor=0, pending_atoms=14_700_000)
    return sale


def _ann_sees(page: Page, points: str, cash: str) -> None:
    """Look at the team page: the friend's name is masked, the rest is there."""
    page.goto("/team/")
    friend = page.locator("main .list-group-item")
    expect(friend).to_have_count(1)
    expect(friend).to_contain_text("b***@example.com")
    expect(friend).to_contain_text(points)
    expect(friend).to_contain_text(cash)
    assert BOB not in page.content()


def _is_sent(way: Way, desk: Page, sale: Sale) -> None:
    """Let the merchant's clerk log in and send the goods."""
    clerk = way.mall.staff("tea")
    desk.goto("/desk/tea/orders/")
    desk.fill("[name=login]", str(clerk.email))
    desk.fill("[name=password]", PASSWORD)
    desk.click("form[action='/auth/login/'] [type=submit]")
    desk.wait_for_url("**/desk/tea/orders/")
    assert_sound(desk, names=NAMES)
    desk.get_by_role("link", name=re.compile(sale.number)).click()
    desk.fill("[name=note]", "SF 12345")
    assert_sound(desk, names=NAMES)
    desk.click("form[action$='/ship/'] button")
    assert sale.parts.get().shipped_at is not None
    assert_sound(desk, names=NAMES)


def _arrives(way: Way, sale: Sale) -> None:
    way.page.goto(f"/orders/{sale.number}/")
    expect(way.page.locator("main")).to_contain_text("SF 12345")
    way.sound()
    way.page.click("a[href$='/received/']")
    way.page.click("#content form button")  # it asks first
    expect(way.page.locator("a[href$='/received/']")).to_have_count(0)
    way.sound()
    assert settling.settle_due(timezone.now()) == 0  # it may still come back
    way.has(way.bob, points=0)


def _settles(way: Way, desk: Page, sale: Sale) -> None:
    assert settling.settle_due(timezone.now() + timedelta(days=8)) == 1
    way.has(way.bob, points=14_700_000, quota=20_000, wallet=0)
    way.has(way.ann, points=23_100_000, quota=20_000, wallet=200)
    way.page.goto(f"/orders/{sale.number}/")
    expect(way.page.locator(".kv .figure", has_text="14.7")).to_be_visible()
    way.sound()
    way.wallet(worth_minor=2333, quota_minor=20_000, net=2099, pending_atoms=0)
    desk.reload()
    shares = {"¥54.90", "¥30.00", "¥10.50", "¥2.00", "¥0.60", "¥100.00"}
    assert shares <= set(desk.locator("main dl.kv dd").all_inner_texts())
    desk.goto("/desk/tea/money/")
    expect(desk.locator(".desk-tile b").first).to_have_text("¥54.90")
    tea = way.mall.ledger.account("tea")
    assert tea is not None
    assert tea.wallet == 5490


def _earns_a_dividend(way: Way) -> None:
    """Close the day as the worker does at midnight, and tell of it."""
    today = timezone.now().astimezone(way.mall.shop.zone).date()
    assert closing.close(way.mall.ledger, today).fields["distributed"] == 2100
    way.wallet(wallet_minor=816, latest_dividend=816, quota_minor=20_000 - 816, worth_minor=2333)
    way.page.goto("/wallet/dividends/")
    assert figure(way.page, "total") == 816
    way.sound()
    follow.tell_nightly(way.mall.shop, timezone.now())
    mailing.send()
    assert any("8.16" in str(letter.body) and letter.to == [BOB] for letter in mail.outbox)
    way.page.goto("/messages/")
    expect(way.page.locator(".list-group-item", has_text="¥8.16")).to_contain_text(str(today))
    way.sound()


def _sells_half(way: Way) -> None:
    page = way.page
    page.goto("/wallet/redeem/")
    way.sound()
    page.click("a[href*='share=half']")
    assert figure(page, "net") == 1049
    way.sound()
    page.click("#confirm")
    page.wait_for_url("**/wallet/done/**")
    assert figure(page, "net") == 1049
    way.sound()
    way.has(way.bob, points=7_350_000, wallet=816 + 1049, quota=20_000 - 816 - 1166)
    way.wallet(wallet_minor=1865, worth_minor=1195, quota_minor=18_018)


def _takes_out_ten(way: Way) -> None:
    page = way.page
    page.goto("/wallet/withdraw/")
    page.fill("[name=amount]", "10.00")
    page.fill("[name=holder]", "Bob Li")
    page.fill("[name=number]", "6222 0000 1234 5678")
    way.sound()
    page.click("button[value=look]")
    assert figure(page, "amount") == 1000
    way.sound()
    page.click("#confirm")
    expect(page.locator("[data-state=paid]")).to_be_visible()
    way.sound()
    way.has(way.bob, wallet=865)
    way.wallet(wallet_minor=865)


def _reads_the_statement(way: Way, folder: Path) -> None:
    """Every movement is on the page, and in the file with the balances after it."""
    page = way.page
    page.goto("/wallet/statement/")
    way.sound()
    shown = page.locator("[data-entry]").evaluate_all("all => all.map((at) => at.dataset.entry)")
    items = statement(way.mall.ledger, way.bob.account).items
    assert shown == [f"{item.number}.{item.position}" for item in items]
    with page.expect_download() as download:
        page.click("a[download]")
    path = folder / "statement.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file)
    # Points, cash, credit and quota: what moved, then what there was.
    assert [row[6:] for row in rows] == [
        ["14.700000", "0.00", "0.00", "200.00", "14.700000", "0.00", "0.00", "200.00"],
        ["0.000000", "8.16", "0.00", "-8.16", "14.700000", "8.16", "0.00", "191.84"],
        ["-7.350000", "10.49", "0.00", "-11.66", "7.350000", "18.65", "0.00", "180.18"],
        ["0.000000", "-10.00", "0.00", "0.00", "7.350000", "8.65", "0.00", "180.18"],
    ]

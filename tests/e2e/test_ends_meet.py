"""Each way of paying and of taking back, to its end: the pages say what the ledger has.

Figures by hand, from `tests.mall.stage.PLAN`; at the end of each way the journal is exported to a
file and audited. That the pages on the way are sound is looked at where each is tested itself.
"""

from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from tests.e2e.books import assert_audited, assert_wallet, figure
from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound, fill_tender, put_in_basket, show_tender
from tests.e2e.test_shopping import holding
from tests.mall import looking
from tests.mall.checkout.way import rich
from tests.mall.services.goods import offer
from tests.mall.stage import Mall
from tongbao.mall.instore import codes
from tongbao.mall.people.models import User
from tongbao.mall.sales import receiving, settling
from tongbao.mall.sales.models import Return, Sale
from tongbao.mall.services.models import Topup, Voucher

EACH: Final = pytest.mark.parametrize(
    ("size", "language"), [("phone", "zh-hans"), ("desktop", "en")]
)
NAMES: Final = (
    "Tea House", "Wine Cellar", "Century Avenue", "Shanghai", "Li Na", "China", "Sandbox",
    "The dinner", "The phone-50",
)  # fmt: skip


def buy(page: Page, mall: Mall, upc: str, quantity: str = "1") -> None:
    """Put something into the basket from its page."""
    page.goto(mall.product(upc).get_absolute_url())
    page.fill("#quantity", quantity)
    put_in_basket(page)


def tender(page: Page, **steps: tuple[str, str]) -> None:
    """Say on the review page how it is paid: what by what, and what is then left for the provider.

    The page answers each with a new one in its place, which is waited for.
    """
    page.goto("/checkout/preview/")
    for name, (amount, rest) in steps.items():
        fill_tender(page, name, amount)
        expect(page.locator("#tender-rest")).to_have_text(rest)
    page.locator("button[name=place]").click()


def at_the_sandbox(page: Page, act: str, amount: str) -> None:
    """Do something on the provider's page."""
    page.wait_for_url("**/pay/sandbox/**")
    expect(page.locator(".figure-big")).to_have_text(amount)
    page.locator(f"button[name=act][value={act}]").click()


def sees(page: Page, mall: Mall, user: User, **expected: int) -> None:
    """Expect these figures on the wallet page, and all of its figures in the ledger."""
    assert_wallet(page, mall, user)
    assert {name: figure(page, name.replace("_", "-")) for name in expected} == expected


def wallet_of(mall: Mall, account: str) -> int:
    """Return what an account has in its wallet."""
    found = mall.ledger.account(account)
    assert found is not None
    return found.wallet


def a_week_later() -> int:
    """Settle what is due once the return window has passed."""
    return settling.settle_due(timezone.now() + timedelta(days=8))


@EACH
def test_a_mixed_payment_of_which_the_mall_is_told_twice_is_taken_once(
    live: Live, browser_page: BrowserPage, tmp_path: Path, size: str, language: str
) -> None:
    mall = live.mall
    user = holding(mall)  # 1,000.00; 85.71 credit; 150 of 210 points over 300.00
    page = browser_page(size, language, user)
    buy(page, mall, "tea-1")
    buy(page, mall, "wine-2")
    tender(
        page, wallet=("50.00", "¥109.90"), credit=("20.00", "¥89.90"), points=("30.00", "¥59.90")
    )
    at_the_sandbox(page, "twice", "¥59.90")
    page.wait_for_url("**/pay/back/**")
    sale = Sale.objects.get(user=user)
    page.goto(f"/orders/{sale.number}/")
    shown = page.locator("section:has(#order-sums) dd").all_inner_texts()
    assert shown == ["¥59.90", "¥50.00", "¥20.00", "¥30.00", "¥159.90"]
    # 30.00 are 21 points; of them 27.00 leave the reserve, a tenth stays: 129 of 189 over 273.00.
    sees(page, mall, user, wallet_minor=95_000, credit_minor=6_571, worth_minor=18_633)
    assert figure(page, "quota-minor") == 200_000 - 8_571 - 3_000
    assert wallet_of(mall, "shop") == 5_000 + 2_700
    assert looking.money()["charged"] == 5_990
    assert_audited(mall, tmp_path)


def test_what_is_typed_while_the_review_page_answers_is_not_swept_away(
    live: Live, browser_page: BrowserPage
) -> None:
    page = browser_page("phone", "en", holding(live.mall), allow="htmx:")  # a request given up
    buy(page, live.mall, "tea-1")
    page.goto("/checkout/preview/")
    show_tender(page, "credit")
    asked: list[Route] = []
    page.route("**/checkout/preview/", lambda route: asked.append(route))  # noqa: PLW0108  # a builtin would not do
    fill_tender(page, "wallet", "40.00")
    page.type("#tender_credit", "20.00")
    with page.expect_response("**/checkout/preview/"):
        asked[0].continue_()
    page.unroute("**/checkout/preview/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#tender_credit")).to_have_value("20.00")
    page.press("#tender_credit", "Tab")
    expect(page.locator("#tender-rest")).to_have_text("¥40.00")


@EACH
def test_a_mixed_payment_that_fails_leaves_everything_as_it_was(
    live: Live, browser_page: BrowserPage, tmp_path: Path, size: str, language: str
) -> None:
    mall = live.mall
    user = holding(mall)
    page = browser_page(size, language, user)
    before = mall.ledger.standing()
    buy(page, mall, "tea-1")
    tender(page, wallet=("40.00", "¥60.00"), credit=("20.00", "¥40.00"), points=("10.00", "¥30.00"))
    at_the_sandbox(page, "fail", "¥30.00")
    page.wait_for_url("**/pay/back/**")
    sale = Sale.objects.get(user=user)
    assert sale.state == Sale.State.PENDING  # it can be paid again until its time is up
    sees(page, mall, user, wallet_minor=100_000, credit_minor=8_571, worth_minor=21_428)
    assert mall.ledger.standing().hash == before.hash
    assert looking.money()["charged"] == 0
    assert_audited(mall, tmp_path)


@EACH
def test_half_comes_back_before_the_settlement_and_half_after_it_less_what_was_taken_out(
    live: Live, browser_page: BrowserPage, tmp_path: Path, size: str, language: str
) -> None:
    mall = live.mall
    user = rich(mall)  # 1,000.00
    page, desk = browser_page(size, language, user), browser_page(size, language, mall.staff())
    buy(page, mall, "tea-1", "2")
    tender(page, wallet=("50.00", "¥150.00"))
    at_the_sandbox(page, "pay", "¥150.00")
    page.wait_for_url("**/pay/back/**")
    sale = Sale.objects.get(user=user)
    receiving.ship(sale.parts.get(), "SF 12345")
    page.goto(f"/orders/{sale.number}/")
    page.click("a[href$='/received/']")
    page.click("#content form button")  # it asks first
    expect(page.locator("a[href$='/received/']")).to_have_count(0)
    _gives_one_back(page, desk, sale, "¥100.00")
    # A quarter was the wallet's: 25.00 come back to it, 75.00 to the provider.
    sees(page, mall, user, wallet_minor=100_000 - 5_000 + 2_500, worth_minor=0)
    assert looking.money()["refunded"] == 7_500
    assert a_week_later() == 1
    # The other 100.00 bring 21 points over 30.00; sold, they bring 27.00, and 3.00 were the fee.
    sees(page, mall, user, wallet_minor=97_500, worth_minor=3_000, quota_minor=20_000)
    sell = {"id": "sell", "type": "redeem", "account": user.account, "points": "all"}
    assert mall.ledger.submit(sell).fields["net"] == 2_700
    # The merchant has a little more than of this sale: it answers for what the provider keeps of it.
    assert mall.ledger.submit(
        {"id": "float", "type": "deposit", "account": "tea", "amount": 100}
    ).ok
    # Of 200.00 of quota 170.00 are there to be taken back: 30.00 were taken out, and are missing.
    _gives_one_back(page, desk, sale, "¥70.00")
    sees(page, mall, user, wallet_minor=97_500 + 2_700 + 1_750, worth_minor=0)
    assert looking.money()["refunded"] == 7_500 + 5_250
    assert_audited(mall, tmp_path)


def _gives_one_back(page: Page, desk: Page, sale: Sale, back: str) -> None:
    """Ask for one piece's return, and let the merchant's clerk approve what the desk shows."""
    part = sale.parts.get()
    page.goto(f"/orders/{sale.number}/parts/{part.pk}/return/")
    page.locator("main select").first.select_option("1")
    page.locator("main form .btn-primary").click()
    expect(page.locator("#return-back")).to_have_text(back)
    page.locator("button[name=ask]").click()
    page.wait_for_url(f"**/orders/{sale.number}/")
    asked = Return.objects.get(state=Return.State.ASKED)
    desk.goto("/desk/tea/returns/")
    desk.click(f"a[href='/desk/tea/returns/{asked.pk}/']")
    expect(desk.locator("button[value=approve]").first).to_contain_text(back)
    assert_sound(desk, names=NAMES)
    desk.locator("button[value=approve]").first.click()
    expect(desk.locator("button[value=approve]")).to_have_count(0)
    asked.refresh_from_db()
    assert asked.state == Return.State.DONE
    page.reload()
    expect(page.locator(".alert-success", has_text=back)).to_be_visible()


@EACH
def test_a_bill_is_paid_by_its_code_and_brings_its_points(
    live: Live, browser_page: BrowserPage, tmp_path: Path, size: str, language: str
) -> None:
    mall = live.mall
    codes.make(mall.merchant(), "Counter 1")
    user = rich(mall)
    till, page = browser_page(size, language, mall.staff()), browser_page(size, language, user)
    till.goto("/desk/tea/bills/new/")
    till.fill("[name=amount]", "100")
    till.locator("main form .btn-primary").click()
    address = till.locator("#bill a[href*='/till/']").first.get_attribute("href")
    page.goto(urlsplit(address or "").path)
    fill_tender(page, "wallet", "40")
    page.locator("button[form=till-form]").click()
    at_the_sandbox(page, "pay", "¥60.00")
    expect(page.locator("#till-result .text-success")).to_be_visible(timeout=20_000)
    expect(page.locator("#till-result .figure-big")).to_have_text("¥100.00")
    sale = Sale.objects.get(user=user)
    expect(till.locator(f"[data-payment={sale.number}]")).to_be_visible()
    sees(page, mall, user, wallet_minor=96_000, pending_atoms=21_000_000)
    assert a_week_later() == 1
    sees(page, mall, user, wallet_minor=96_000, worth_minor=3_000, quota_minor=20_000)
    # 30.00 and 10.50 for the points, 2.00 to the platform, 0.60 % of 60.00 for the provider.
    assert wallet_of(mall, "tea") == 10_000 - 3_000 - 1_050 - 200 - 36
    assert_audited(mall, tmp_path)


@EACH
def test_a_voucher_is_taken_at_the_desk_and_brings_its_points(
    live: Live, browser_page: BrowserPage, tmp_path: Path, size: str, language: str
) -> None:
    mall = live.mall
    offer(mall, "voucher", "dinner", "88.00", voucher_days=30)
    user = rich(mall)
    page, desk = browser_page(size, language, user), browser_page(size, language, mall.staff())
    buy(page, mall, "dinner")
    tender(page, wallet=("88.00", "¥0.00"))
    page.wait_for_url("**/orders/**")
    page.locator("a[href*='/services/vouchers/']").first.click()
    code = page.locator(".voucher-code").inner_text()
    desk.goto("/desk/tea/vouchers/")
    desk.fill("#code", code.lower())
    desk.press("#code", "Enter")
    desk.locator("form:has(input[type=hidden][name=code]) button").click()
    expect(desk.locator("section .till-verdict.text-success")).to_be_visible()
    expect(page.locator("#voucher .text-success")).to_be_visible(timeout=15_000)
    assert Voucher.objects.get().state == Voucher.State.USED
    sees(page, mall, user, wallet_minor=100_000 - 8_800, worth_minor=0)
    assert a_week_later() == 1
    sees(page, mall, user, wallet_minor=91_200, worth_minor=2_640, quota_minor=17_600)
    assert wallet_of(mall, "tea") == 8_800 - 2_640 - 924 - 176
    assert_audited(mall, tmp_path)


@EACH
def test_a_top_up_that_fails_brings_all_of_its_money_back(
    live: Live, browser_page: BrowserPage, tmp_path: Path, size: str, language: str
) -> None:
    mall = live.mall
    offer(mall, "topup", "phone-50", "50.00", topup_kind="phone")
    user = rich(mall)
    page = browser_page(size, language, user)
    page.goto(mall.product("phone-50").get_absolute_url())
    page.fill("#target", "138 0013 8009")  # the sandbox lets numbers with a 9 at the end fail
    put_in_basket(page)
    tender(page, wallet=("20.00", "¥30.00"))
    at_the_sandbox(page, "pay", "¥30.00")
    page.wait_for_url("**/pay/back/**")
    page.goto(f"/orders/{Sale.objects.get(user=user).number}/")
    page.locator("a[href*='/services/topups/']").click()
    expect(page.locator("#topup .till-verdict.text-danger")).to_be_visible()
    expect(page.locator("#topup dd", has_text="¥50.00")).to_have_count(2)  # paid, and went back
    assert Topup.objects.get().state == Topup.State.RETURNED
    sees(page, mall, user, wallet_minor=100_000, worth_minor=0)
    assert wallet_of(mall, "shop") == 0
    assert looking.money()["charged"] == looking.money()["refunded"] == 3_000
    assert a_week_later() == 0
    assert_audited(mall, tmp_path)

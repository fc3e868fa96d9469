"""The stops of the tour: every page of the malls, who sees it, and how to get there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page

from tests.e2e.pages import fill_tender, put_in_basket

Way = Callable[[Page], None]
_CODES: Final[dict[str, str]] = {}  # accounts of merchants: where their code leads


@dataclass(frozen=True, slots=True)
class Stop:
    """A page to take a picture of: its name there, whose mall, who goes, and how."""

    name: str
    mall: str
    who: str
    way: Way
    dark: bool = False


def to(path: str) -> Way:
    """Go to an address."""

    def go(page: Page) -> None:
        page.goto(path)

    return go


def link(path: str, selector: str, *more: str) -> Way:
    """Go to an address, then along the first link that each selector finds."""

    def go(page: Page) -> None:
        page.goto(path)
        for one in (selector, *more):
            href = page.locator(one).first.get_attribute("href")
            assert href is not None, one
            page.goto(href)

    return go


def order(number: str) -> Way:
    """Go to an order."""
    return to(f"/orders/{number}/")


def _product(page: Page, words: str) -> None:
    page.goto(f"/search/?q={words}")
    href = page.locator(".products a[href*='/catalogue/']").first.get_attribute("href")
    assert href is not None
    page.goto(href)


def product(words: str) -> Way:
    """Search for something, go to the first one's page."""
    return lambda page: _product(page, words)


def basket(*goods: str) -> Way:
    """Put goods into the basket that are not in it, go there."""

    def go(page: Page) -> None:
        page.goto("/basket/")
        if page.locator("a[href='/checkout/']").count() == 0:
            for words in goods:
                _product(page, words)
                put_in_basket(page)
        page.goto("/basket/")

    return go


def preview(page: Page) -> None:
    """Go to the page before ordering, with some of it from the wallet."""
    page.goto("/checkout/preview/")
    if page.locator("#tender_points").count():
        fill_tender(page, "points", "5")
        page.wait_for_load_state("networkidle")


def order_it(page: Page) -> None:
    """Order what is in the basket, and stand before the provider."""
    page.goto("/checkout/preview/")
    page.locator("button[name=place]").first.click()
    page.wait_for_url(re.compile("/pay/sandbox/"))


def paid(page: Page) -> None:
    """Pay the latest order, wait for its page."""
    page.goto("/orders/")
    href = page.locator("a[href^='/orders/']").first.get_attribute("href")
    assert href is not None
    page.goto(href)
    button = page.locator("form[action$='/pay/'] button, a[href$='/pay/']").first
    button.click()
    page.wait_for_url(re.compile("/pay/sandbox/"))
    page.locator("button[name=act][value=pay]").click()
    page.wait_for_url(re.compile("/pay/back/|/orders/"))


def redeemed(page: Page) -> None:
    """Sell half of the points."""
    page.goto("/wallet/redeem/?share=half")
    page.click("#confirm")
    page.wait_for_url("**/wallet/done/**")


def withdrawing(page: Page) -> None:
    """Say how much to withdraw and where to; stand before the confirmation."""
    page.goto("/wallet/withdraw/")
    page.locator("input[name=amount]").fill("5")
    page.locator("input[name=number]").fill("6222 0200 1234 5678")
    page.locator("button[name=step][value=look]").click()
    page.wait_for_selector("#confirm, button[value=confirm]")


def withdrawn(page: Page) -> None:
    """Withdraw."""
    withdrawing(page)
    page.click("#confirm")
    page.wait_for_url("**/withdrawals/**")


def code(account: str) -> Way:
    """Make a code for a counter, unless there is one; go to it."""

    def go(page: Page) -> None:
        page.goto(f"/desk/{account}/codes/")
        there = page.locator(f"a[href^='/desk/{account}/codes/'].list-group-item")
        if not there.count():
            page.locator("input[name=label]").fill("Counter")
            page.get_by_role("button", name="Create code").click()
            page.goto(f"/desk/{account}/codes/")
        there.first.click()
        page.wait_for_url(re.compile(r"/codes/\d+/"))
        href = page.locator("a[href^='http'][href*='/till/']").first.get_attribute("href")
        assert href is not None
        _CODES[account] = href

    return go


def at_the_till(account: str) -> Way:
    """Go where that merchant's code leads; the merchant's stop was before."""

    def go(page: Page) -> None:
        page.goto(_CODES[account])

    return go


def bill(account: str) -> Way:
    """Make a bill with an amount."""

    def go(page: Page) -> None:
        page.goto(f"/desk/{account}/bills/new/")
        page.locator("input[name=amount]").fill("12.50")
        page.get_by_role("button", name="Show the code").click()
        page.wait_for_url(re.compile(r"/bills/(?!new)"))

    return go


STOPS: Final[list[Stop]] = [
    # a stranger
    Stop("home", "retail", "stranger", to("/")),
    Stop("listing", "retail", "stranger", link("/", "a[href*='/catalogue/category/']")),
    Stop("search", "retail", "stranger", to("/search/?q=tepot")),
    Stop("nothing-found", "retail", "stranger", to("/search/?q=submarine")),
    Stop("product-stranger", "retail", "stranger", product("teapot")),
    Stop("login", "retail", "stranger", to("/auth/login/")),
    Stop("register", "retail", "stranger", to("/auth/signup/")),
    Stop("forgotten", "retail", "stranger", to("/auth/password/reset/")),
    Stop("about", "retail", "stranger", to("/demo/")),
    Stop("not-found", "retail", "stranger", to("/nowhere/")),
    Stop("offline", "retail", "stranger", to("/offline/")),
    Stop("basket-empty", "retail", "stranger", to("/basket/")),
    # a shopper
    Stop("product", "retail", "shopper", product("white hanging heart")),
    Stop("voucher-product", "retail", "shopper", product("afternoon tea for two")),
    Stop("topup-product", "retail", "shopper", product("phone top-up")),
    Stop("basket", "retail", "shopper", basket("teapot", "lantern")),
    Stop("address", "retail", "shopper", to("/checkout/shipping-address/")),
    Stop("checkout", "retail", "shopper", preview),
    Stop("orders", "retail", "shopper", to("/orders/")),
    Stop("order-shipped", "retail", "shopper", order("R1003")),
    Stop("order-received", "retail", "shopper", order("R1002")),
    Stop("order-returning", "retail", "shopper", order("R1001")),
    Stop("return", "retail", "shopper", link("/orders/R1002/", "a[href$='/return/']")),
    Stop("receipt", "retail", "shopper", to("/orders/R1002/receipt/")),
    Stop("services", "retail", "shopper", to("/services/")),
    Stop("voucher", "retail", "shopper", link("/services/", "a[href*='/services/vouchers/']")),
    Stop("topup", "retail", "shopper", link("/services/?tab=topups", "a[href*='/services/topups/']")),
    Stop("wallet", "retail", "shopper", to("/wallet/")),
    Stop("wallet-dark", "retail", "shopper", to("/wallet/"), dark=True),
    Stop("dividends", "retail", "shopper", to("/wallet/dividends/")),
    Stop("statement", "retail", "shopper", to("/wallet/statement/")),
    Stop("redeem", "retail", "shopper", to("/wallet/redeem/")),
    Stop("redeem-confirm", "retail", "shopper", to("/wallet/redeem/?share=half")),
    Stop("convert", "retail", "shopper", to("/wallet/convert/")),
    Stop("withdraw", "retail", "shopper", to("/wallet/withdraw/")),
    Stop("withdrawals", "retail", "shopper", to("/wallet/withdrawals/")),
    Stop("how", "retail", "shopper", to("/wallet/how/")),
    Stop("team", "retail", "shopper", to("/team/")),
    Stop("messages", "retail", "shopper", to("/messages/")),
    Stop("message-choices", "retail", "shopper", to("/messages/choices/")),
    Stop("me", "retail", "shopper", to("/me/")),
    Stop("settings", "retail", "shopper", to("/me/settings/")),
    Stop("addresses", "retail", "shopper", to("/me/addresses/")),
    Stop("leave", "retail", "shopper", to("/me/leave/")),
    Stop("till-index", "retail", "shopper", to("/till/")),
    Stop("pay-provider", "retail", "shopper", order_it),
    Stop("paid", "retail", "shopper", paid),
    Stop("redeemed", "retail", "shopper", redeemed),
    Stop("withdraw-confirm", "retail", "shopper", withdrawing),
    Stop("withdrawal", "retail", "shopper", withdrawn),
    # a merchant
    Stop("desk", "retail", "merchant", to("/desk/pantry/")),
    Stop("desk-orders", "retail", "merchant", to("/desk/pantry/orders/")),
    Stop(
        "desk-order", "retail", "merchant",
        link("/desk/pantry/orders/", "a[href^='/desk/pantry/orders/']:not([href$='orders/'])"),
    ),
    Stop("desk-returns", "retail", "merchant", to("/desk/pantry/returns/")),
    Stop(
        "desk-return", "retail", "merchant",
        link("/desk/pantry/returns/", "a[href^='/desk/pantry/returns/']:not([href$='returns/'])"),
    ),
    Stop("desk-vouchers", "retail", "merchant", to("/desk/pantry/vouchers/")),
    Stop("desk-codes", "retail", "merchant", to("/desk/pantry/codes/")),
    Stop(
        "desk-code", "retail", "merchant",
        code("pantry"),
    ),
    Stop("desk-bill-new", "retail", "merchant", to("/desk/pantry/bills/new/")),
    Stop("desk-bill", "retail", "merchant", bill("pantry")),
    Stop("desk-till", "retail", "merchant", to("/desk/pantry/till/")),
    Stop("desk-money", "retail", "merchant", to("/desk/pantry/money/")),
    Stop("pay-in-person", "retail", "shopper", at_the_till("pantry")),
    # the operator
    Stop("operator", "retail", "operator", to("/desk/")),
    Stop("operator-merchants", "retail", "operator", to("/desk/merchants/")),
    Stop("operator-merchant", "retail", "operator", to("/desk/merchants/pantry/")),
    Stop("operator-merchant-new", "retail", "operator", to("/desk/merchants/new/")),
    Stop("operator-payouts", "retail", "operator", to("/wallet/payouts/")),
    Stop(
        "operator-payout", "retail", "operator",
        link("/wallet/payouts/", "a[href^='/wallet/payouts/']:not([href='/wallet/payouts/'])"),
    ),
    Stop("operator-dashboard", "retail", "operator", to("/dashboard/")),
    Stop("operator-goods", "retail", "operator", to("/dashboard/catalogue/")),
    Stop("operator-orders", "retail", "operator", to("/dashboard/orders/")),
    # the wine mall, in Chinese
    Stop("zh-home", "wine", "stranger", to("/")),
    Stop("zh-register", "wine", "stranger", to("/auth/signup/")),
    Stop("zh-product", "wine", "shopper", product("酒")),
    Stop("zh-basket", "wine", "shopper", basket("茶")),
    Stop("zh-checkout", "wine", "shopper", preview),
    Stop("zh-orders", "wine", "shopper", to("/orders/")),
    Stop("zh-order", "wine", "shopper", order("R1002")),
    Stop("zh-services", "wine", "shopper", to("/services/")),
    Stop("zh-wallet", "wine", "shopper", to("/wallet/")),
    Stop("zh-wallet-dark", "wine", "shopper", to("/wallet/"), dark=True),
    Stop("zh-redeem", "wine", "shopper", to("/wallet/redeem/?share=half")),
    Stop("zh-withdraw", "wine", "shopper", to("/wallet/withdraw/")),
    Stop("zh-statement", "wine", "shopper", to("/wallet/statement/")),
    Stop("zh-how", "wine", "shopper", to("/wallet/how/")),
    Stop("zh-team", "wine", "shopper", to("/team/")),
    Stop("zh-messages", "wine", "shopper", to("/messages/")),
    Stop("zh-me", "wine", "shopper", to("/me/")),
    Stop("zh-desk", "wine", "merchant", to("/desk/cellar/")),
    Stop("zh-operator", "wine", "operator", to("/desk/merchants/")),
]  # fmt: skip

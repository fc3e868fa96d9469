"""The look of every public page: sound for everybody, in both sizes, languages and colours."""

import os
from pathlib import Path

import pytest
from oscar.core.loading import get_model
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_contrast, assert_fits, assert_sound
from tests.mall.shop.stock import CHINESE, LONG, fill

NAMES = (
    *("Tea House", "Wine Cellar", "Tea & kitchen", "Made by hand.", "Keeps for years.", LONG),
    *CHINESE,
)
NOT_THERE = "status of 40[34]"  # the browser's own line on a page that is not there
PAGES = {
    "home": "/",
    "goods": "/catalogue/",
    "category": "/catalogue/category/aisle-0_1/",
    "search": "/search/?q=gardn+lanterm",
    "filtered": "/search/?q=mug&min=5&max=300&stock=1&sort=dear",
    "wrong": "/search/?min=cheap",
    "nothing": "/search/?q=zzzzzz",
    "product": "/catalogue/good-0_5/",
    "sold-out": "/catalogue/good-9_14/",
    "long": "/catalogue/tea-1_1/",
    "reviews": "/catalogue/good-0_5/reviews/",
    "no-reviews": "/catalogue/tea-1_1/reviews/",
    "offline": "/offline/",
    "not-found": "/nowhere/",
}


@pytest.fixture
def stocked(live: Live) -> Live:
    """A mall with full shelves, a few reviews, a name without end and a price as long."""
    fill(live.mall, 60, aisles=8)
    get_model("catalogue", "Product").objects.filter(upc="tea-1").update(title=LONG)
    live.mall.product("tea-1").stockrecords.update(price="9999999999.99")
    review = get_model("reviews", "ProductReview").objects
    for number in range(4):
        review.create(
            product=live.mall.product("good-0"),
            user=live.mall.user("Ann"),
            score=5 - number,
            title=LONG[:90],
            body=LONG,
            status=1,
        )
    return live


def shot(page: Page, name: str) -> None:
    """Keep a screenshot where TONGBAO_SHOTS names a folder."""
    folder = os.environ.get("TONGBAO_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_every_public_page_is_sound_in_light_and_dark(
    stocked: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    page = browser_page(size, language, allow=NOT_THERE)
    for name, path in PAGES.items():
        page.goto(path)
        shot(page, f"{name}-{size}-{language}-light")
        assert_sound(page, names=NAMES)
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        shot(page, f"{name}-{size}-{language}-dark")
        assert_contrast(page)


def test_colours_follow_the_system_until_somebody_chooses(
    live: Live, browser_page: BrowserPage
) -> None:
    page = browser_page("desktop", dark=True)
    page.goto("/")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Light").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.goto("/catalogue/")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="As the device").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_the_language_changes_where_one_is(live: Live, browser_page: BrowserPage) -> None:
    page = browser_page("phone")
    page.goto("/search/?q=tea")
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.url.endswith("/search/?q=tea")


def test_suggestions_come_as_one_types(stocked: Live, browser_page: BrowserPage) -> None:
    page = browser_page("phone")
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially("lantrn", delay=20)
    first = page.locator("#suggestions a").first
    expect(first).to_contain_text("Lantern")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions a")).to_have_count(0)


def test_filters_change_the_list_in_place_and_the_address(
    stocked: Live, browser_page: BrowserPage
) -> None:
    page = browser_page("desktop")
    page.goto("/search/?q=mug")
    page.get_by_label("Order").select_option("dear")
    page.wait_for_url("**sort=dear**")
    prices = [
        float(text.replace("¥", "").replace(",", ""))
        for text in page.locator(".product-card .price").all_inner_texts()
    ]
    assert prices == sorted(prices, reverse=True)
    page.go_back()
    expect(page.get_by_label("Order")).to_have_value("best")


def test_the_mall_can_be_walked_by_keyboard(live: Live, browser_page: BrowserPage) -> None:
    page = browser_page("desktop")
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_without_a_script_every_page_still_works(live: Live, chromium: Browser) -> None:
    context = chromium.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/search/?q=tea")
    expect(page.locator(".product-card")).to_have_count(2)
    page.get_by_text("Filter").click()
    page.get_by_label("Highest price").fill("80")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".product-card")).to_have_count(1)
    context.close()


def test_without_a_net_the_mall_says_so(live: Live, chromium: Browser) -> None:
    context = chromium.new_context(base_url=live.url)
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    context.set_offline(True)
    page.goto("/wallet/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    context.close()


def test_a_large_basket_count_and_long_names_fit_the_bars(
    live: Live, browser_page: BrowserPage
) -> None:
    user = live.mall.user("Wolfeschlegelsteinhausenbergerdorff the Elder of Somewhere")
    shop = live.mall.shop
    shop.name_en = "The Very Large Emporium Of Everything Anybody Ever Wanted"
    shop.save()
    basket = get_model("basket", "Basket").objects.create(owner=user)
    product = live.mall.product()
    get_model("basket", "Line").objects.create(
        basket=basket, product=product, stockrecord=product.stockrecords.get(), quantity=98765,
        line_reference="x", price_currency="CNY", price_excl_tax=1, price_incl_tax=1,
    )  # fmt: skip
    for size in ("phone", "desktop"):
        page = browser_page(size, user=user)
        page.goto("/")
        expect(page.get_by_text("99+").locator("visible=true").first).to_be_visible()
        assert_fits(page)
        shot(page, f"full-bars-{size}")


ROWS = """() => {
  const foot = document.querySelector('.foot');
  const boxes = [...foot.querySelectorAll('a, button, span, p')]
    .map((one) => one.getBoundingClientRect()).filter((box) => box.height > 4 && box.width > 4);
  return new Set(boxes.map((box) => Math.round((box.top + box.bottom) / 20))).size;
}"""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_foot_takes_two_lines_of_a_phone(
    live: Live, browser_page: BrowserPage, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.mall.demo.marker.facts", lambda _path: {"name": "retail"})
    shop = live.mall.shop
    shop.name_en = shop.name_zh = "The Very Large Emporium Of Everything Anybody Ever Wanted"
    shop.save()
    page = browser_page("phone", language)
    page.goto("/basket/")
    assert page.locator(".foot a").count() == 3  # the demo's own link among them
    assert page.evaluate(ROWS) == 2
    height = page.evaluate("document.querySelector('.foot').getBoundingClientRect().height")
    assert height < 110
    assert_sound(page, names=(shop.name_en,))

"""Goods and prices in a browser: what stands in sight, and a day of the price that one can read."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import BrowserPage, Live
from tests.mall.shop.stock import fill
from tests.mall.wallet.lives import lived_in

IN_SIGHT = """one => {
  const box = one.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
}"""


def in_sight(page: Page, selector: str) -> bool:
    """Say whether the first of these stands in the window as the page was opened."""
    return bool(page.locator(selector).first.evaluate(IN_SIGHT))


@pytest.mark.parametrize("window", [(640, 400), (720, 450), (320, 568), (390, 844)])
def test_the_price_is_in_sight_with_the_picture(
    live: Live, browser_page: BrowserPage, window: tuple[int, int]
) -> None:
    # 640 by 400 is what a desktop of 1280 by 800 shows at a zoom of 200 %.
    page = browser_page("desktop")
    page.set_viewport_size({"width": window[0], "height": window[1]})
    page.goto("/catalogue/tea-1_1/")
    assert in_sight(page, ".price-big")
    assert in_sight(page, ".product-main h1")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_front_page_says_in_one_screen_what_this_is(
    live: Live, browser_page: BrowserPage, language: str
) -> None:
    fill(live.mall, 40, aisles=8)
    for size, window in (("phone", (390, 844)), ("desktop", (1280, 800))):
        page = browser_page(size, language)
        page.set_viewport_size({"width": window[0], "height": window[1]})
        page.goto("/")
        assert in_sight(page, "h1")
        assert in_sight(page, ".intro-lead")
        pictures = page.locator(".products-six .pic")
        assert pictures.count() == 6
        for number in range(6):
            assert pictures.nth(number).evaluate(IN_SIGHT)


def test_a_day_of_the_price_can_be_read_by_keys_and_by_touch(
    live: Live, browser_page: BrowserPage
) -> None:
    ann = live.mall.user("Ann Li")
    lived_in(live.mall, ann, days=6)
    page = browser_page("desktop", user=ann)
    page.goto("/wallet/?range=all")
    slider, told = page.get_by_label("Day", exact=True), page.locator(".curve-read output")
    expect(told).to_contain_text("now · ¥")
    slider.focus()
    slider.press("ArrowLeft")
    expect(told).to_contain_text("2026-09-06 · ¥")
    assert "2026-09-06" in (slider.get_attribute("aria-valuetext") or "")
    slider.press("Home")
    expect(told).to_contain_text("2026-09-01 · ¥")
    drawing = page.locator(".wallet-curve")
    box = drawing.bounding_box()
    assert box is not None
    drawing.hover(position={"x": box["width"] * 0.99, "y": 40})
    expect(told).to_contain_text("now · ¥")
    page.get_by_role("link", name="3 months").click()
    expect(page.get_by_role("link", name="3 months")).to_have_attribute("aria-current", "true")
    expect(page.locator(".curve-read output")).to_contain_text("now · ¥")

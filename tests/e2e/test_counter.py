"""What stands at the counter: a number to fill in under a bar that sticks, and the dashboard."""

import pytest
from oscar.core.loading import get_model
from playwright.sync_api import expect

from tests.e2e.conftest import BrowserPage, Live
from tests.mall.services.goods import offer


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_number_to_top_up_is_asked_for_once_and_in_sight(
    live: Live, browser_page: BrowserPage, size: str
) -> None:
    product = offer(live.mall, "topup", "phone-50", "50.00", topup_kind="phone")
    page = browser_page(size)
    page.goto(product.get_absolute_url())
    field = page.locator("input[name=target]")
    expect(field).to_have_count(1)
    page.get_by_role("button", name="Buy now").click()  # nothing was filled in: it is shown
    expect(field).to_be_focused()
    box = field.bounding_box()
    assert box is not None
    on_top = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).id",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] - 2],
    )
    assert on_top == "target"


def test_the_dashboards_texts_are_plain(live: Live, browser_page: BrowserPage) -> None:
    page = browser_page("desktop", user=live.mall.operator())
    product = get_model("catalogue", "Product").objects.get(upc="tea-1")
    page.goto(f"/dashboard/catalogue/products/{product.pk}/")
    expect(page.locator("#id_description")).to_be_visible()
    expect(page.locator(".tox")).to_have_count(0)

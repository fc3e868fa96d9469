"""The look of all public pages, in a browser."""

import pytest
from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("dark", [False, True])
def test_pages(live: Live, browser_page: BrowserPage, size, language, dark) -> None:
    page = browser_page(size, language, dark=dark)
    bad = []
    product = live.mall.product()
    for name, path in (
        ("home", "/"),
        ("goods", "/catalogue/"),
        ("search", "/search/?q=tee+huose"),
        ("nothing", "/search/?q=zzzzzz"),
        ("product", product.get_absolute_url()),
    ):
        page.goto(path)
        page.screenshot(
            path=f"/tmp/sc/shots/look/{name}-{size}-{language}-{'dark' if dark else 'light'}.png",
            full_page=False,
        )
        try:
            assert_sound(page, names=("Tea House", "Wine Cellar"))
        except AssertionError as e:
            bad.append(str(e))
    assert not bad, "\n".join(bad)

"""The look of all public pages, in a browser."""

from tests.e2e.conftest import BrowserPage, Live


def test_home_opens(live: Live, browser_page: BrowserPage) -> None:
    page = browser_page()
    page.goto("/")
    page.screenshot(path="/tmp/sc/shots/look/home.png")
    print(page.content()[:500])


def test_login(live: Live, browser_page: BrowserPage) -> None:
    page = browser_page(user=live.mall.user("ann"))
    page.goto("/basket/")
    print(page.title())

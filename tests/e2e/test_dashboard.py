"""Oscar's pages of the dashboard in the mall's look: legible in both themes, in the mall's words."""

import re

import pytest

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_contrast, assert_fits
from tests.mall.owners import world
from tests.mall.test_oscar_urls import dashboard_paths

UNWANTED = {
    "en": r"\bvoucher|\bpartner|product (?:type|class)|attribute option",
    "zh-hans": "优惠券|到店券|特卖|要约|供应商|产品|信息中心|去浏览|去使用|总行|总共开放|你",
}
SEEN = """() => [document.title, document.body.innerText,
  ...[...document.querySelectorAll('[placeholder]')].map((one) => one.placeholder)].join('\\n')"""


@pytest.mark.parametrize(
    ("size", "language", "theme"),
    [
        ("phone", "zh-hans", ""),
        ("desktop", "en", "light"),
        pytest.param("desktop", "en", "dark", marks=pytest.mark.long),
    ],
)
def test_every_page_of_the_dashboard_is_legible_and_in_the_malls_words(
    live: Live, browser_page: BrowserPage, size: str, language: str, theme: str
) -> None:
    a = world(live.mall)
    page = browser_page(size, language, live.mall.operator())
    faults, seen = [], 0
    for path in dashboard_paths(a):
        if page.request.get(path).status != 200:  # what is only sent to
            continue
        page.goto(path)
        seen += 1
        found = re.search(UNWANTED[language], page.evaluate(SEEN), re.IGNORECASE)
        if found:
            faults.append(f"{path} says {found[0]!r}")
        if theme:
            page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        try:
            # Colours are the same at every size, and axe takes its time.
            (assert_contrast if theme else assert_fits)(page)
        except AssertionError as error:
            faults.append(f"{path} {theme}: {str(error)[:700]}")
    assert seen > 35
    assert not faults, "\n".join(faults)

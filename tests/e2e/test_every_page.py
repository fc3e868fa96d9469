"""Every page of the mall, as whoever may see it: quiet in the console, no wider than its screen, in one language."""

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_fits, assert_translated
from tests.mall.checkout.way import put
from tests.mall.owners import MERCHANTS, MINE, NAME, OPERATORS, PUBLIC, World, pages, world
from tongbao.mall.people.models import User

NAMES = (
    *(NAME, "Tea House", "Wine Cellar", "Century Avenue", "Shanghai", "Counter", "The massage"),
    *("The phone-50", "Li Na", "Sandbox", "茶铺", "酒窖", "测试商城", "上海", "中国"),
)


def addresses(a: World, group: str) -> dict[str, str]:
    """Return the addresses that a group of people has for itself, by name."""
    tables = {"shopper": MINE, "merchant": MERCHANTS, "operator": OPERATORS, "stranger": PUBLIC}
    own = {page.name: page for page in pages() if not page.is_dashboard}
    found = {name: own[name].path(given(a)) for name, given in tables[group].items() if name in own}
    if group != "merchant":  # who else can see what takes nothing
        found |= {name: page.path({}) for name, page in own.items() if not page.parameters}
    return found


@pytest.mark.parametrize(
    ("who", "size", "language"),
    [
        ("stranger", "phone", "zh-hans"),
        ("shopper", "phone", "en"),
        ("shopper", "desktop", "zh-hans"),
        ("merchant", "phone", "zh-hans"),
        ("operator", "phone", "zh-hans"),
    ],
)
def test_every_page_is_quiet_and_fits_in_one_language(
    live: Live, browser_page: BrowserPage, who: str, size: str, language: str
) -> None:
    a = world(live.mall)
    people: dict[str, User | None] = {
        "stranger": None,
        "shopper": a.user,
        "merchant": live.mall.staff("tea"),
        "operator": live.mall.operator(),
    }
    user = people[who]
    if user is not None:
        put(live.mall.client(user), live.mall, "tea-1")
    page = browser_page(size, language, user)
    faults, seen = [], 0
    for name, path in addresses(a, who).items():
        if is_page(page, path):
            page.goto(path)
            seen += 1
            faults += faults_of(page, name)
    assert seen > {"stranger": 15, "shopper": 35, "merchant": 11, "operator": 25}[who]
    assert not faults, "\n".join(faults)


def is_page(page: Page, path: str) -> bool:
    """Say whether an address gives a page: no part of one, no file, nothing that is only sent to."""
    answer = page.request.get(path)
    return answer.status == 200 and answer.text().startswith("<!doctype html>")


def faults_of(page: Page, name: str) -> list[str]:
    """Return what is wrong with a page as it stands."""
    found = []
    for check in (assert_fits, lambda page: assert_translated(page, names=NAMES)):
        try:
            check(page)
        except AssertionError as error:
            found.append(f"{name}: {str(error)[:600]}")
    return found

"""People in a browser: registering, logging in, being locked out, addresses; the dashboard."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.test import override_settings
from playwright.sync_api import Page

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_fits, assert_sound
from tests.mall.stage import PASSWORD
from tongbao.mall.people.models import User

WAYS = [("phone", "en"), ("phone", "zh-hans"), ("desktop", "en"), ("desktop", "zh-hans")]


def newest_code() -> str:
    """Return the code in the newest letter or text message."""
    texts = sorted(Path(settings.FILES).glob("sms/*.txt"))
    text = texts[-1].read_text("utf-8") if texts else str(mail.outbox[-1].body)
    return str(re.findall(r"\b(?:\d{6}|\d{8})\b", text)[-1])


def register(page: Page, login: str) -> None:
    """Fill in the form and give the code."""
    page.fill("[name=login]", login)
    page.fill("[name=password1]", PASSWORD)
    page.check("[name=agree]")
    assert_sound(page)
    page.click("form[action='/auth/signup/'] [type=submit]")
    page.wait_for_selector("[name=code][autocomplete=one-time-code]")
    assert_sound(page, names=(login,))
    page.fill("[name=code]", newest_code())
    page.click("main form:has([name=code]) [type=submit]")
    page.wait_for_url("**/")


@pytest.mark.parametrize(("size", "language"), WAYS)
@override_settings(SANDBOX=False)
def test_a_friend_registers_by_an_invitation_link_with_an_e_mail_address(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    ann = live.mall.user("Ann")
    page = browser_page(size, language)
    page.goto(f"/r/{ann.code}/")
    assert page.input_value("[name=code]") == ann.code
    register(page, "bob@example.com")
    bob = User.objects.get(email="bob@example.com")
    assert bob.referrer == ann
    page.goto("/me/")
    assert "bob@example.com" in page.inner_text("main")
    assert_sound(page, names=("bob@example.com",))


@pytest.mark.parametrize(("size", "language"), WAYS[:2])
@override_settings(SANDBOX=False)
def test_somebody_registers_with_a_phone_number(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    page = browser_page(size, language)
    page.goto("/auth/signup/")
    register(page, "138 1234 5678")
    assert User.objects.get(phone="+8613812345678").phone_verified


@pytest.mark.parametrize(("size", "language"), WAYS)
def test_five_wrong_passwords_lead_to_the_page_with_the_way_out(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    ann = live.mall.user("Ann")
    page = browser_page(size, language, allow="429")
    page.goto("/me/")
    assert_sound(page)
    for _ in range(5):
        page.fill("[name=login]", str(ann.email))
        page.fill("[name=password]", "wrong horse 1")
        page.click("form[action='/auth/login/'] [type=submit]")
        page.wait_for_load_state()
    assert_sound(page)
    page.click("main a[href='/auth/password/reset/']")
    assert_sound(page)
    page.fill("[name=login]", str(ann.email))
    page.click("form[action='/auth/password/reset/'] [type=submit]")
    page.fill("[name=code]", newest_code())
    page.click("main form:has([name=code]) [type=submit]")
    page.fill("[name=password1]", "another horse 8")
    page.fill("[name=password2]", "another horse 8")
    assert_sound(page)
    page.click("main form:has([name=password1]) [type=submit]")
    page.click("main a[href='/auth/login/']")
    page.fill("[name=login]", str(ann.email))
    page.fill("[name=password]", "another horse 8")
    page.click("form[action='/auth/login/'] [type=submit]")
    page.goto("/me/")
    assert "/me/" in page.url


@pytest.mark.parametrize(("size", "language"), WAYS)
def test_the_address_book_takes_an_address_and_changes_it(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    ann = live.mall.user("Ann")
    page = browser_page(size, language, ann)
    page.goto("/me/addresses/")
    assert_sound(page)
    page.click("main a[href='/me/addresses/add/']")
    assert_sound(page)
    for name, text in {
        "first_name": "李娜", "phone_number": "13812345678", "state": "上海市", "line4": "上海市",
        "line1": "浦东新区世纪大道88号", "postcode": "200120",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", text)
    page.click("main form [type=submit]")
    page.wait_for_url("**/me/addresses/")
    text = page.inner_text("main")
    assert "上海市浦东新区世纪大道88号" in text
    assert_sound(page, names=("李娜", "上海市浦东新区世纪大道88号"))
    page.click("main a[href$='/']:has-text('%s')" % ("Change" if language == "en" else "修改"))
    page.fill("[name=line1]", "世纪大道100号")
    page.click("main form [type=submit]")
    page.wait_for_url("**/me/addresses/")
    assert "世纪大道100号" in page.inner_text("main")


@pytest.mark.parametrize(("size", "language"), WAYS)
def test_settings_and_leaving_are_sound(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    ann, bob = live.mall.user("Ann"), live.mall.user("Bob")
    page = browser_page(size, language, bob)
    page.goto("/me/settings/")
    assert_sound(page)
    page.fill("[name=code]", ann.code)
    page.click("form[action='/me/settings/inviter/'] [type=submit]")
    page.wait_for_load_state()
    assert User.objects.get(pk=bob.pk).referrer == ann
    assert_sound(page)
    for path in ("/auth/email/", "/auth/phone/change/", "/auth/password/change/", "/me/leave/"):
        page.goto(path)
        assert_sound(page)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/me/leave/'] [type=submit]")
    page.wait_for_url("**/")
    assert User.objects.get(pk=bob.pk).email is None


DASHBOARD = [
    "catalogue/", "catalogue/products/{product}/", "catalogue/categories/", "orders/",
    "offers/", "vouchers/", "reviews/", "ranges/", "catalogue/product-types/",
    "catalogue/option/", "catalogue/attribute-option-group/",
]  # fmt: skip


@pytest.mark.filterwarnings("default:Pagination may yield")  # Oscar's offers have no order
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_operators_dashboard_works_under_its_policy(
    live: Live, browser_page: BrowserPage, size: str
) -> None:
    page = browser_page(size, "en", live.mall.operator())
    product, ran = live.mall.product().pk, []
    for place in DASHBOARD:
        answer = page.goto(f"/dashboard/{place.format(product=product)}")
        assert answer is not None
        assert answer.status == 200, place
        # Oscar's own scripts ran, where the page has them: what they bind to it works.
        if page.locator("script[src*=jquery]").count():
            ran.append(place)
            assert page.evaluate("typeof window.jQuery") == "function", place
        assert_fits(page)
    assert ran

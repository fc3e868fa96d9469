"""What a sale leaves, at the desk; and a top-up's way, which speaks of no parcel."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import BrowserPage, Live
from tests.e2e.pages import assert_sound
from tests.e2e.test_look import shot
from tests.mall.checkout.way import rich
from tests.mall.services.goods import SANDBOX, offer
from tongbao.mall.merchants.models import Merchant

BOTH = pytest.mark.parametrize(
    ("size", "language"),
    [("phone", "en"), ("phone", "zh-hans"), ("desktop", "en"), ("desktop", "zh-hans")],
)


@BOTH
def test_a_loss_is_asked_about_before_it_is_saved(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    Merchant.objects.filter(account="wine").update(margin_bps=5_500)
    page = browser_page(size, language, live.mall.operator())
    page.goto("/desk/terms/")
    assert_sound(page, names=("Wine Cellar", "Tea House"))
    expect(page.locator("#below")).to_contain_text("¥10.10")
    expect(page.locator("#below")).to_contain_text("¥3.90")
    shot(page, f"terms-{size}-{language}")
    page.goto("/desk/merchants/wine/")
    page.locator("[name=margin_bps]").fill("30")
    page.locator("form.sheet button.btn-primary").first.click()
    expect(page.locator("[name=knows_loss]")).to_be_visible()
    assert_sound(page, names=("Wine Cellar",))
    shot(page, f"loss-{size}-{language}")
    page.locator("[name=knows_loss]").check()
    page.locator("form.sheet button.btn-primary").first.click()
    expect(page.locator("[name=knows_loss]")).to_be_hidden()
    assert Merchant.objects.get(account="wine").margin_bps == 3_000
    page.goto(f"/dashboard/catalogue/products/{live.mall.product('tea-1').pk}/")
    page.locator("a[href='#product_stock']").click()
    expect(page.locator("#leaves")).to_contain_text("¥10.10")
    shot(page, f"product-form-{size}-{language}")
    page.goto("/dashboard/catalogue/")
    shot(page, f"products-{size}-{language}")


@SANDBOX
@BOTH
def test_a_topups_way_speaks_of_no_parcel(
    live: Live, browser_page: BrowserPage, size: str, language: str
) -> None:
    topup = offer(live.mall, "topup", "phone", "120.00", topup_kind="phone", face="100.00")
    page = browser_page(size, language, rich(live.mall))
    page.goto(topup.get_absolute_url())
    assert_sound(page)
    shot(page, f"topup-{size}-{language}")
    page.locator("[name=target]").fill("13800138000")
    page.locator("#buy button").last.click()
    terms = {"en": "A top-up that fails is refunded by itself", "zh-hans": "充值失败会自动退款"}
    expect(page.locator("#terms")).to_contain_text(terms[language])
    assert_sound(page)
    shot(page, f"topup-checkout-{size}-{language}")

from tests.e2e.test_instore import *
from tests.e2e.conftest import *
from tests.e2e.conftest import chromium, live, browser_page, mall, mall_template
def test_dbg(live, browser_page):
    m=live.mall
    with SANDBOX:
        product = offer(m, "topup", "phone-50", "50.00", topup_kind="phone")
        user = rich(m)
        phone = browser_page("phone", "en", user, allow=".*")
        phone.goto(product.get_absolute_url())
        phone.get_by_label("Mobile number to top up").fill("138 0013 8009")
        phone.get_by_role("button", name="Buy now").click()
        phone.wait_for_timeout(3000)
        print("URL", phone.url); phone.screenshot(path="/tmp/sc/shots/instore/dbg.png")
        print(phone.locator("#target").evaluate("e=>e.validity.valid+' '+(e.form&&e.form.id)+' '+e.value") if phone.locator("#target").count() else "")

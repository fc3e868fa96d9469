import os, re
from pathlib import Path
import pytest
from tests.e2e.test_people import *
from tests.mall.owners import world
OUT=Path("/tmp/sc/shots/people"); OUT.mkdir(parents=True, exist_ok=True)
@pytest.mark.parametrize(("size","language"), [("phone","en"),("phone","zh-hans"),("desktop","en"),("desktop","zh-hans")])
def test_shots(live, browser_page, size, language):
    ann=live.mall.user("Ann"); 
    s=browser_page(size, language, allow=".")
    def shot(page,name): page.screenshot(path=OUT/f"{name}-{size}-{language[:2]}.png", full_page=True)
    s.goto(f"/r/{ann.code}/"); shot(s,"signup")
    s.fill("[name=login]","bob"); s.fill("[name=password1]","1234"); s.click("form[action='/auth/signup/'] [type=submit]"); shot(s,"signup-wrong")
    s.fill("[name=login]","bob@example.com"); s.fill("[name=password1]",PASSWORD); s.click("form[action='/auth/signup/'] [type=submit]"); s.wait_for_selector("[name=code][autocomplete=one-time-code]"); shot(s,"code")
    s.fill("[name=code]", newest_code()); s.click("main form:has([name=code]) [type=submit]"); s.wait_for_url("**/"); 
    for n,p in {"me":"/me/","settings":"/me/settings/","leave":"/me/leave/","email":"/auth/email/","phone":"/auth/phone/change/","password":"/auth/password/change/","addresses0":"/me/addresses/","address":"/me/addresses/add/","logout":"/auth/logout/"}.items():
        s.goto(p); shot(s,n)
    s.goto("/me/addresses/add/")
    for name, text in {"first_name": "李娜", "phone_number": "13812345678", "state": "上海市", "line4": "上海市","line1": "浦东新区世纪大道88号", "postcode": "200120"}.items(): s.fill(f"[name={name}]", text)
    s.click("main form [type=submit]"); s.wait_for_url("**/me/addresses/"); shot(s,"addresses")
    t=browser_page(size, language, allow="."); t.goto("/auth/login/"); shot(t,"login")
    for _ in range(5):
        t.fill("[name=login]", str(ann.email)); t.fill("[name=password]", "wrong horse 1"); t.click("form[action='/auth/login/'] [type=submit]"); t.wait_for_load_state()
        if _==0: shot(t,"login-wrong")
    shot(t,"locked")
    if size=="desktop":
        o=browser_page(size, language, live.mall.operator(), allow="."); o.goto("/dashboard/"); shot(o,"dashboard"); o.goto(f"/dashboard/catalogue/products/{live.mall.product().pk}/"); shot(o,"dashboard-product")

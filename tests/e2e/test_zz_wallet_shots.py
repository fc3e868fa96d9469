import os
from datetime import timedelta
from pathlib import Path
import pytest
from django.utils import timezone
from tests.e2e.conftest import *
from tests.e2e.conftest import SIZES
from tests.e2e.pages import assert_sound
from tests.mall.wallet.lives import lived_in
from tongbao.mall.sales.models import Sale, Part
OUT=Path("/tmp/sc/shots/wallet"); OUT.mkdir(parents=True,exist_ok=True)
ONLY=os.environ.get("ONLY","").split()
def snap(page,name,check=True):
    page.wait_for_timeout(150)
    page.screenshot(path=OUT/f"{name}.png",full_page=True)
    if check:
        try: assert_sound(page)
        except AssertionError as e: print(name,str(e)[:1500])
def test_shots(live,browser_page):
    mall=live.mall; user=mall.user("李小芳")
    lived_in(mall,user,days=60,each_day=6)
    s=Sale.objects.create(number="T-1001",user=user,state="paid",wallet_minor=26000)
    Part.objects.create(sale=s,merchant=mall.merchant("tea"),state="received",estimate_atoms=3_456_000,due_at=timezone.now()+timedelta(days=5),wallet_minor=26000)
    mall.ledger.submit({"id":"T-1000-tea-purchase","type":"purchase","member":user.account,"paid":12900,"profit":4515})
    Sale.objects.create(number="T-1000",user=user,state="paid",wallet_minor=12900)
    mall.ledger.submit({"id":"T-1001-wallet","type":"pay_wallet","payer":user.account,"payee":"shop","amount":3000})
    mall.ledger.submit({"id":"cv","type":"convert","member":user.account,"points":7_000_000})
    mall.ledger.submit({"id":"pc","type":"pay_credit","payer":user.account,"payee":"tea","amount":500})
    new=mall.user("new")
    rich=mall.user("rich")
    from tongbao.mall.people.members import enrolled
    enrolled(rich,mall.ledger)
    op=mall.operator()
    for size in ("phone","desktop"):
      for lang in ("en","zh-hans"):
        for dark in (False,True):
            if ONLY and f"{size}-{lang}" not in ONLY: continue
            t=f"{size}-{lang}{'-dark' if dark else ''}"
            page=browser_page(size,lang,user,dark=dark)
            page.goto("/wallet/"); snap(page,f"home-{t}")
            for path in ("redeem/?share=half","statement/","how/","withdraw/"):
                if dark and path not in ("how/","redeem/?share=half"): continue
                page.goto("/wallet/"+path); snap(page,path.strip("/").replace("/?","-").replace("=","-")+f"-{t}")
            if not dark:
                page.goto("/wallet/withdraw/"); page.fill("[name=amount]","12"); page.fill("[name=holder]","李小芳"); page.fill("[name=number]","6222000012341111"); page.click("button[value=look]"); snap(page,f"wconfirm-{t}")
                page.click("#confirm"); snap(page,f"wdone-{t}")
                page.goto("/wallet/redeem/?points=1"); page.click("#confirm"); snap(page,f"done-{t}")
                page=browser_page(size,lang,new); page.goto("/wallet/"); snap(page,f"new-{t}"); page.goto("/wallet/statement/"); snap(page,f"newst-{t}"); page.goto("/wallet/redeem/"); snap(page,f"newredeem-{t}")
                page=browser_page(size,lang,op); page.goto("/wallet/payouts/"); snap(page,f"payouts-{t}")
def test_large(live,browser_page):
    mall=live.mall; user=mall.user("Maximiliane-Alexandra von und zu Großherzogtum-Sachsen-Weimar")
    from tongbao.mall.people.members import enrolled
    enrolled(user,mall.ledger)
    for n in range(3): mall.ledger.submit({"id":f"big{n}","type":"purchase","member":user.account,"paid":10**15,"profit":35*10**13})
    mall.ledger.submit({"id":"c","type":"close_day","day":"2026-09-01"})
    mall.ledger.submit({"id":"cv","type":"convert","member":user.account,"points":10**7})
    for lang in ("en","zh-hans"):
        page=browser_page("phone",lang,user); 
        for path in ("","statement/","redeem/?share=half","how/"):
            page.goto("/wallet/"+path); snap(page,"large-"+(path.strip("/").replace("/?","-").replace("=","-") or "home")+"-"+lang)

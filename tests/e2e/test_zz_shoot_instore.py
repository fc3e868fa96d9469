"""Screenshots; run from /work/main."""
import os, sys
import pytest
from datetime import timedelta
from django.utils import timezone
from tests.e2e.conftest import *  # noqa
from tests.e2e.conftest import chromium, live, browser_page, mall, mall_template
from tests.mall.checkout.way import rich
from tests.mall.services.goods import offer, bought, SANDBOX
from tests.mall.sales.buying import bought as buy, buyer, overdue
from tongbao.mall.instore import codes
from tongbao.mall.instore.models import *
from tongbao.mall.sales.models import *
from tongbao.mall.sales import placing, settling, returns
from tongbao.mall.sales.placing import Split
from tongbao.mall.services.models import *
from tongbao.mall.services import vouchers
from tests.e2e.pages import assert_accessible, assert_fits, assert_translated
OUT="/tmp/sc/shots/instore"
def names(): return ()
@pytest.mark.parametrize(("size","language","dark"),[("phone","zh-hans",False),("phone","en",True),("desktop","en",False),("desktop","zh-hans",True)])
def test_shots(live, browser_page, size, language, dark):
    m=live.mall
    only=os.environ.get("ONLY","")
    tag=f"{size}-{language}-{'dark' if dark else 'light'}"
    with SANDBOX:
        code=codes.make(m.merchant("tea"),"Counter 1")
        codes.renew(codes.make(m.merchant("tea"),"Table with a very long name so that it wr"))
        user=rich(m); staff=m.staff("tea")
        dinner=offer(m,"voucher","dinner","88.00",voucher_days=30)
        ph=offer(m,"topup","phone-50","50.00",topup_kind="phone")
        s1=bought(m,"dinner",2,also="tea-1",user=user)
        u2=rich(m); s2=bought(m,"phone-50",user=u2,target="13800138009")
        u3=rich(m); s3=bought(m,"phone-50",user=u3,target="13800138008")
        v1,v2=Voucher.objects.filter(part__sale=s1).order_by("pk")
        vouchers.use(v2,staff)
        u4=buyer(m,wallet=20000); p=buy(m,u4,10000,Split(wallet=10000)); overdue(p); settling.settle_due(timezone.now()); p.refresh_from_db()
        m.ledger.submit({"id":"sell","type":"redeem","account":u4.account,"points":int(p.points_atoms)})
        r=returns.ask(p,4000,reason="It broke on the second day.")
        bill=Bill.objects.create(code=code,amount_minor=1234,key="k1",created_by=staff,note="Table 3",expires_at=timezone.now()+timedelta(hours=1))
        c=m.client(user); import re
        pg=c.get(f"/till/{code.code}/?amount=6.66").content.decode(); once=re.search(r'name="once" value="(\w+)"',pg)[1]
        c.post(f"/till/{code.code}/",{"once":once,"amount":"6.66","wallet":"6.66"})
        sale=Sale.objects.get(wallet_minor=666)
        pg=c.get(f"/till/{code.code}/?amount=7.77").content.decode(); once=re.search(r'name="once" value="(\w+)"',pg)[1]
        c.post(f"/till/{code.code}/",{"once":once,"amount":"7.77","provider":"sandbox"})
        pend=Sale.objects.get(provider_minor=777)
        shop=[("till-index","/till/"),("amount",f"/till/{code.code}/"),("pay",f"/till/{code.code}/?amount=12.34"),("bill-pay",f"/till/{code.code}/{bill.token}/"),("paid",f"/till/my-payments/{sale.number}/"),("pending",f"/till/my-payments/{pend.number}/"),
          ("closed",f"/till/{PayCode.objects.exclude(closed_at=None)[0].code}/"),("services","/services/"),("voucher",f"/services/vouchers/{v1.pk}/"),("voucher-used",f"/services/vouchers/{v2.pk}/"),("order",f"/orders/{s1.number}/"),("product-v",dinner.get_absolute_url()),("product-t",ph.get_absolute_url())]
        desk=[("desk-today","/desk/tea/"),("desk-till","/desk/tea/till/"),("desk-orders","/desk/tea/orders/?tab=all"),("desk-order",f"/desk/tea/orders/{s1.parts.get().pk}/"),("desk-settled",f"/desk/tea/orders/{p.pk}/"),("desk-returns","/desk/tea/returns/"),("desk-return",f"/desk/tea/returns/{r.pk}/"),("desk-vouchers",f"/desk/tea/vouchers/?code={v1.code}"),("desk-voucher-used",f"/desk/tea/vouchers/?code={v2.code}"),("desk-codes","/desk/tea/codes/"),("desk-code",f"/desk/tea/codes/{code.pk}/"),("poster",f"/desk/tea/codes/{code.pk}/poster/"),("bill-new","/desk/tea/bills/new/"),("bill",f"/desk/tea/bills/{bill.token}/"),("money","/desk/tea/money/")]
        oper=[("merchants","/desk/merchants/"),("merchant-new","/desk/merchants/new/"),("merchant","/desk/merchants/tea/"),("choose","/desk/")]
        t3=Topup.objects.get(part__sale=s3); t2=Topup.objects.get(part__sale=s2)
        bad=[]
        for who,pages in ((user,shop),(u2,[("topup-failed",f"/services/topups/{t2.pk}/"),("topups","/services/?tab=topups")]),(u3,[("topup-pending",f"/services/topups/{t3.pk}/")]),(staff,desk),(m.operator(),oper)):
            page=browser_page(size,language,who,dark=dark,allow=".*")
            for name,path in pages:
                if only and name not in only.split(","): continue
                page.goto(path)
                page.screenshot(path=f"{OUT}/{name}-{tag}.png",full_page=True)
                for check in (assert_accessible,assert_fits,assert_translated):
                    try: check(page)
                    except AssertionError as e: bad.append(f"{name} {check.__name__}: {str(e)[:700]}")
        open(f"{OUT}/bad-{tag}.txt","w").write("\n".join(bad))
        print(f"{tag}: {len(bad)} bad")

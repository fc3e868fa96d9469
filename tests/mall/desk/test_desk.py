"""The desk: each merchant's own, and only its own."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.mall.checkout.way import pay, put, rich
from tests.mall.sales.buying import bought, buyer, overdue, paid, wallet
from tests.mall.services.goods import bought as bought_service
from tests.mall.services.goods import offer
from tests.mall.stage import Mall
from tongbao.mall.desk import waiting
from tongbao.mall.instore import codes
from tongbao.mall.instore.models import Bill, PayCode
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.sales import receiving, returns, settling
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.placing import Split
from tongbao.mall.services import vouchers
from tongbao.mall.services.models import Voucher
from tongbao.mall.shop import icons

PAGES = ("", "orders/", "returns/", "vouchers/", "till/", "codes/", "money/", "bills/new/")


@pytest.mark.parametrize("page", PAGES)
def test_staff_see_their_own_merchant_and_nobody_else(mall: Mall, page: str) -> None:
    path = f"/desk/tea/{page}"
    assert mall.client(mall.staff("tea")).get(path).status_code == 200
    assert mall.client(mall.operator()).get(path).status_code == 200
    assert mall.client(mall.staff("wine")).get(path).status_code == 404
    assert mall.client(mall.user()).get(path).status_code == 404
    assert mall.client().get(path).status_code == 302


def test_the_desk_leads_to_ones_only_merchant(mall: Mall) -> None:
    assert mall.client(mall.staff("tea")).get("/desk/")["Location"] == "/desk/tea/"
    assert mall.client(mall.user()).get("/desk/").status_code == 404
    page = mall.client(mall.operator()).get("/desk/").content.decode()
    assert "Tea House" in page
    assert "Wine Cellar" in page


def test_today_counts_what_was_paid_today(mall: Mall) -> None:
    paid(mall, buyer(mall, wallet=20000), {"tea": 10000, "wine": 5000}, Split(wallet=15000))
    page = mall.client(mall.staff("tea")).get("/desk/tea/").content.decode()
    assert "¥100.00" in page
    assert "¥50.00" not in page


def test_an_order_is_shipped_by_its_merchant_only(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought_service(mall, "dinner", also="tea-1")
    part = sale.parts.get(kind="goods")
    assert list(waiting.to_ship(part.merchant)) == [part]  # and not its part of vouchers
    path = f"/desk/tea/orders/{part.pk}/"
    assert mall.client(mall.staff("wine")).post(f"{path}ship/", {"note": "x"}).status_code == 404
    client = mall.client(mall.staff("tea"))
    assert str(part.sale.number) in client.get("/desk/tea/orders/").content.decode()
    client.post(f"{path}ship/", {"note": "SF 123"})
    part.refresh_from_db()
    assert (part.shipping_note, part.shipped_at is not None) == ("SF 123", True)
    assert str(part.sale.number) not in client.get("/desk/tea/orders/").content.decode()


def test_the_desk_has_its_own_tabs_instead_of_the_shoppers(mall: Mall) -> None:
    text = mall.client(mall.staff("tea")).get("/desk/tea/orders/").text
    (tabs,) = re.findall(r'<nav class="tabs".*?</nav>', text, re.DOTALL)
    found = re.findall(r'href="([^"]*)"', tabs)
    assert found == [f"/desk/tea/{page}" for page in ("orders/", "returns/", "till/", "money/", "")]
    assert "basket" not in tabs


def test_the_list_of_orders_names_goods_and_a_masked_buyer(mall: Mall) -> None:
    user = rich(mall)
    client = mall.client(user)
    put(client, mall, "tea-1", 2)
    assert pay(client, wallet="200.00").status_code == 302
    staff = mall.client(mall.staff("tea"))
    for page in ("orders/", ""):
        text = staff.get(f"/desk/tea/{page}").text
        assert "Tea House 1 × 2" in text
        assert "r***" in text
        assert str(user.email) not in text


def test_vouchers_alone_are_not_to_be_shipped(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    part = bought_service(mall, "dinner").parts.get()
    client = mall.client(mall.staff("tea"))
    assert "Nothing to ship" in client.get("/desk/tea/orders/").content.decode()
    assert client.post(f"/desk/tea/orders/{part.pk}/ship/", {"note": ""}).status_code == 400


def test_a_settled_part_shows_its_split_to_the_unit(mall: Mall) -> None:
    # 100.00 by a provider: 30.00 to the reserve, 10.50 dividends, 2.00 platform, 0.60 provider.
    with override_settings(MALL_PAYMENT_PROVIDERS=["tongbao.mall.paying.sandbox.Sandbox"]):
        part = bought(mall, buyer(mall), 10000, Split(provider=10000))
    overdue(part)
    settling.settle_due(timezone.now())
    page = mall.client(mall.staff("tea")).get(f"/desk/tea/orders/{part.pk}/").content.decode()
    for amount in ("¥30.00", "¥10.50", "¥2.00", "¥0.60", "¥56.90", "¥100.00"):
        assert amount in page


def test_an_order_is_cancelled_by_its_merchant(mall: Mall) -> None:
    user = buyer(mall, wallet=10000)
    part = bought(mall, user, 10000, Split(wallet=10000))
    client = mall.client(mall.staff("tea"))
    client.post(f"/desk/tea/orders/{part.pk}/cancel/")
    part.sale.refresh_from_db()
    assert (part.sale.state, part.sale.why_cancelled) == ("cancelled", "merchant")
    assert wallet(mall, user.account) == 10000


def asked(mall: Mall, *, late: bool) -> Return:
    """Ask for 40.00 of 100.00 back, within the return window or after it."""
    part = bought(mall, buyer(mall, wallet=10000), 10000, Split(wallet=10000))
    if late:
        overdue(part)
        settling.settle_due(timezone.now())
        part.refresh_from_db()
        # All points are sold before the return is asked for: a shortfall is sure.
        sell = {"id": "sell", "type": "redeem", "account": part.sale.user.account}
        assert mall.ledger.submit({**sell, "points": int(part.points_atoms)}).ok
    return returns.ask(part, 4000, reason="It broke")


def test_a_return_is_approved_as_it_was_shown(mall: Mall) -> None:
    return_ = asked(mall, late=False)
    client = mall.client(mall.staff("tea"))
    path = f"/desk/tea/returns/{return_.pk}/"
    page = client.get(path).content.decode()
    assert "It broke" in page
    (quote,) = re.findall(r'name="quote" value="([^"]+)"', page)
    client.post(path, {"decision": "approve", "quote": quote})
    return_.refresh_from_db()
    assert return_.state == Return.State.DONE
    assert wallet(mall, return_.part.sale.user.account) == 4000


def test_a_late_return_shows_the_shortfall_and_may_be_borne(mall: Mall) -> None:
    return_ = asked(mall, late=True)
    client = mall.client(mall.operator())
    path = f"/desk/tea/returns/{return_.pk}/"
    page = client.get(path).content.decode()
    quotes = re.findall(r'name="quote" value="([^"]+)"', page)
    assert len(quotes) == 2
    assert "Shortfall" in page
    client.post(path, {"decision": "approve", "quote": quotes[1]})
    return_.refresh_from_db()
    assert (return_.state, return_.shop_bears) == ("done", True)
    assert return_.total_minor == 4000
    assert return_.shortfall_minor > 0


def test_a_return_is_refused_with_a_word(mall: Mall) -> None:
    return_ = asked(mall, late=False)
    path = f"/desk/tea/returns/{return_.pk}/"
    answer = mall.client(mall.staff("wine")).post(path, {"decision": "refuse", "answer": "x"})
    assert answer.status_code == 404
    mall.client(mall.staff("tea")).post(path, {"decision": "refuse", "answer": "It was used"})
    return_.refresh_from_db()
    assert (return_.state, return_.answer) == ("refused", "It was used")


def test_a_forged_quote_approves_nothing(mall: Mall) -> None:
    return_, other = asked(mall, late=False), asked(mall, late=False)
    client = mall.client(mall.staff("tea"))
    page = client.get(f"/desk/tea/returns/{other.pk}/").content.decode()
    (quote,) = re.findall(r'name="quote" value="([^"]+)"', page)
    for text in (quote, "x", ""):
        client.post(f"/desk/tea/returns/{return_.pk}/", {"decision": "approve", "quote": text})
    return_.refresh_from_db()
    assert return_.state == Return.State.ASKED


def test_a_voucher_is_looked_up_then_used_and_then_says_by_whom(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    voucher = Voucher.objects.get(part__sale=bought_service(mall, "dinner"))
    staff = mall.staff("tea")
    client = mall.client(staff)
    page = client.get("/desk/tea/vouchers/", {"code": voucher.shown}).content.decode()
    assert "The dinner" in page
    assert voucher.part.sale.user.shown not in page
    voucher.refresh_from_db()
    assert voucher.state == Voucher.State.ISSUED
    client.post("/desk/tea/vouchers/", {"code": voucher.code})
    voucher.refresh_from_db()
    assert (voucher.state, voucher.used_by) == ("used", staff)
    Voucher.objects.update(ended_at=timezone.now() - timedelta(seconds=11))
    again = client.post("/desk/tea/vouchers/", {"code": voucher.code}, follow=True)
    assert "cannot be used" in again.content.decode()
    assert staff.shown in again.content.decode()


@pytest.mark.parametrize("times", [1, 2])  # the button pressed once; twice by a nervous finger
def test_an_accepted_voucher_is_green_with_its_time_and_a_used_one_is_not(
    mall: Mall, times: int
) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    voucher = Voucher.objects.get(part__sale=bought_service(mall, "dinner"))
    client = mall.client(mall.staff("tea"))
    for _ in range(times):
        page = client.post("/desk/tea/vouchers/", {"code": voucher.code}, follow=True)
    voucher.refresh_from_db()
    assert voucher.ended_at is not None
    clock = f"{voucher.ended_at.astimezone(mall.shop.zone):%H:%M}"
    assert verdict(page.text) == ("text-success", "check-circle")
    assert re.search(rf"Accepted: [^<]*{clock}", page.text)
    # The next guest with the same code, or another waiter on the first one's address.
    seen = client.get("/desk/tea/vouchers/", {"code": voucher.code}).text
    assert verdict(seen) == ("text-danger", "x-circle")
    assert "Already used, do not accept" in seen
    other = mall.client(mall.staff("tea"))
    path = {"code": voucher.code, "accepted": "1"}
    assert verdict(other.get("/desk/tea/vouchers/", path).text) == ("text-danger", "x-circle")
    own = mall.client(voucher.part.sale.user, language="zh-hans")
    shown = own.get(f"/services/vouchers/{voucher.pk}/").text
    assert verdict(shown) == ("text-success", "check-circle")
    assert re.search(rf"已核销：[^<]*{clock}", shown)


@pytest.mark.parametrize(("why", "sign"), [("asked", "refund"), ("expired", "clock")])
def test_returned_and_expired_vouchers_have_their_own_signs_and_words(
    mall: Mall, why: str, sign: str
) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    voucher = Voucher.objects.get(part__sale=bought_service(mall, "dinner"))
    vouchers.give_back(voucher, why)
    text = mall.client(mall.staff("tea")).get("/desk/tea/vouchers/", {"code": voucher.code}).text
    assert verdict(text) == ("text-danger", sign)
    word = "Expired" if why == "expired" else "Returned"
    assert f"{word}, do not accept" in text


def verdict(page: str) -> tuple[str, str]:
    """Return the colour and the sign of the one big verdict on a voucher's page."""
    ((colour, path),) = re.findall(r'till-verdict (\S+)"><svg[^>]*>(.*?)</svg>', page)
    (sign,) = [name for name, strokes in icons.strokes().items() if strokes == path]
    return colour, sign


def test_another_merchant_cannot_use_a_voucher(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    voucher = Voucher.objects.get(part__sale=bought_service(mall, "dinner"))
    client = mall.client(mall.staff("wine"))
    page = client.post("/desk/wine/vouchers/", {"code": voucher.code}).content.decode()
    assert "None of your vouchers has this code" in page
    assert client.get(f"/desk/voucher/{voucher.code}/").status_code == 404
    voucher.refresh_from_db()
    assert voucher.state == Voucher.State.ISSUED


def test_a_scanned_voucher_leads_to_desk_or_owner(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    voucher = Voucher.objects.get(part__sale=bought_service(mall, "dinner"))
    path = f"/desk/voucher/{voucher.code}/"
    at_desk = mall.client(mall.staff("tea")).get(path)["Location"]
    assert at_desk == f"/desk/tea/vouchers/?code={voucher.code}"
    owner = mall.client(voucher.part.sale.user).get(path)["Location"]
    assert owner == f"/services/vouchers/{voucher.pk}/"
    assert mall.client(mall.user()).get(path).status_code == 404


def test_a_shopper_gives_a_voucher_back(mall: Mall) -> None:
    offer(mall, "voucher", "dinner", "88.00")
    sale = bought_service(mall, "dinner")
    voucher = Voucher.objects.get(part__sale=sale)
    path = f"/services/vouchers/{voucher.pk}/"
    assert mall.client(mall.user()).get(path).status_code == 404
    assert mall.client(mall.user()).post(f"{path}give-back/").status_code == 404
    client = mall.client(sale.user)
    assert voucher.shown in client.get(path).content.decode()
    client.post(f"{path}give-back/")
    assert wallet(mall, sale.user.account) == 100_000
    assert voucher.shown not in client.get(path).content.decode()


def test_codes_are_made_drawn_renewed_and_closed(mall: Mall) -> None:
    client = mall.client(mall.staff("tea"))
    client.post("/desk/tea/codes/", {"label": "Counter 1"})
    client.post("/desk/tea/codes/", {"label": "Counter 1"})
    code = PayCode.objects.get()
    path = f"/desk/tea/codes/{code.pk}/"
    assert "<svg" in client.get(path).content.decode()
    assert client.get(f"{path}poster/").status_code == 200
    assert client.get(f"{path}qr.png").content.startswith(b"\x89PNG")
    assert b"<svg" in client.get(f"{path}qr.svg").content
    for page in ("", "poster/", "qr.png", "qr.svg"):
        assert (
            mall.client(mall.staff("wine")).get(f"/desk/wine/codes/{code.pk}/{page}").status_code
            == 404
        )
    client.post(f"{path}renew/")
    client.post(f"/desk/tea/codes/{PayCode.objects.latest('pk').pk}/close/")
    assert not PayCode.objects.filter(closed_at=None).exists()


def test_a_bill_is_made_once_and_taken_back(mall: Mall) -> None:
    codes.make(mall.merchant("tea"), "Counter 1")
    client = mall.client(mall.staff("tea"))
    post = {
        "amount": "12.34",
        "note": "Table 3",
        "code": PayCode.objects.get().pk,
        "until": "60",
        "once": "a" * 32,
    }
    first = client.post("/desk/tea/bills/new/", post)
    assert client.post("/desk/tea/bills/new/", post)["Location"] == first["Location"]
    bill = Bill.objects.get()
    assert bill.amount_minor == 1234
    assert bill.expires_at is not None
    left = bill.expires_at - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(minutes=60)
    assert "<svg" in client.get(first["Location"]).content.decode()
    client.post(f"{first['Location']}close/")
    assert "Withdrawn: it can no longer be paid" in client.get(first["Location"]).content.decode()


def test_the_till_answers_only_when_something_came_in(mall: Mall) -> None:
    codes.make(mall.merchant("tea"), "Counter 1")
    client = mall.client(mall.staff("tea"))
    page = client.get("/desk/tea/till/").content.decode()
    (seen,) = re.findall(r"feed/\?seen=([^\"]+)", page)
    assert client.get(f"/desk/tea/till/feed/?seen={seen}").status_code == 204
    assert client.get("/desk/tea/till/feed/?seen=old").status_code == 200


def test_balances_are_the_ledgers(mall: Mall) -> None:
    given = {"id": "g", "type": "deposit", "account": "tea", "amount": 4321}
    assert mall.ledger.submit(given).ok
    page = mall.client(mall.staff("tea")).get("/desk/tea/money/").content.decode()
    assert page.count("¥43.21") >= 3  # the tile, the day, the sum
    (table,) = re.findall(r"<table.*?</table>", page, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    cells = [len(re.findall(r"<t[hd][ >]", row)) for row in rows]
    assert cells == [4] * len(rows)
    assert "¥43.21" in rows[1]  # under the heads stands the sum


def test_parts_of_every_state_are_listed(mall: Mall) -> None:
    user = buyer(mall, wallet=30000)
    bought(mall, user, 5000, Split(wallet=5000))
    for step in (receiving.ship, overdue):
        step(bought(mall, user, 5000, Split(wallet=5000)))
    client = mall.client(mall.staff("tea"))
    for tab in ("ship", "shipped", "received", "settled", "all", "nonsense"):
        assert client.get("/desk/tea/orders/", {"tab": tab}).status_code == 200
    assert Part.objects.filter(merchant__account="tea").count() == 3
    assert isinstance(mall.merchant("tea"), Merchant)


def test_the_tills_question_costs_few_reads(mall: Mall) -> None:
    codes.make(mall.merchant("tea"), "Counter 1")
    client = mall.client(mall.staff("tea"))
    page = client.get("/desk/tea/till/").content.decode()
    (seen,) = re.findall(r"feed/\?seen=([^\"]+)", page)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/desk/tea/till/feed/?seen={seen}")
    # Who asks (session, person, role), the merchant, what came, the bills.
    assert len(queries) <= 6, [one["sql"] for one in queries]

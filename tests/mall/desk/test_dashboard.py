"""Oscar's dashboard: orders are looked at there, and changed at the desks alone."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from oscar.core.loading import get_model

from tests.mall.checkout.way import rich
from tests.mall.sales.buying import buyer
from tests.mall.sales.test_cancelling import with_order
from tests.mall.sales.test_views import ordered, part_of
from tests.mall.stage import Mall
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, placing, returns
from tongbao.mall.sales.models import Part, Sale

OPERATORS = ("/desk/", "/desk/merchants/", "/wallet/payouts/", "/desk/charges/")


def test_the_operator_finds_the_operators_pages_from_me_and_from_the_dashboard(mall: Mall) -> None:
    client = mall.client(mall.operator())
    for page in ("/me/", "/dashboard/"):
        text = client.get(page).content.decode()
        for path in OPERATORS:
            assert f'href="{path}"' in text, (page, path)
            assert client.get(path).status_code == 200
    text = mall.client(mall.user()).get("/me/").content.decode()
    assert not any(f'href="{path}"' in text for path in OPERATORS)


def test_the_choice_of_desks_leads_operators_to_the_others(mall: Mall) -> None:
    text = mall.client(mall.operator()).get("/desk/").content.decode()
    assert all(f'href="{path}"' in text for path in OPERATORS[1:])


def test_an_order_in_the_dashboard_has_no_forms_that_change_it_and_leads_to_the_desk(
    mall: Mall,
) -> None:
    sale = ordered(mall, rich(mall))
    client = mall.client(mall.operator())
    for page in ("/dashboard/orders/", f"/dashboard/orders/{sale.number}/"):
        text = client.get(page).content.decode()
        for name in ("new_status", "line_action", "change_order_status", "shipping_event_type"):
            assert name not in text
    assert f'href="/desk/tea/orders/{part_of(sale).pk}/"' in text


def test_the_dashboard_refuses_to_change_an_order_behind_its_sale(mall: Mall) -> None:
    sale = ordered(mall, rich(mall))
    client = mall.client(mall.operator())
    order: Any = sale.order
    line = order.lines.get()
    page = f"/dashboard/orders/{sale.number}/"
    get_model("order", "ShippingEventType").objects.create(name="Sent", code="sent")
    get_model("order", "PaymentEventType").objects.create(name="Paid", code="paid")
    lines = {"selected_line": line.pk, f"selected_line_qty_{line.pk}": 1}
    client.post(page, {"order_action": "change_order_status", "new_status": "Cancelled"})
    payment = {"payment_event_type": "paid", "amount": "1"}
    client.post(page, {"order_action": "create_order_payment_event", **payment})
    client.post(page, {"line_action": "change_line_statuses", "new_status": "Paid", **lines})
    shipping = {"shipping_event_type": "sent", "reference": "x"}
    client.post(page, {"line_action": "create_shipping_event", **shipping, **lines})
    client.post(page, {"line_action": "create_payment_event", **payment, **lines})
    many = {"action": "change_order_statuses", "selected_order": order.pk}
    client.post("/dashboard/orders/", {**many, "new_status": "Cancelled"})
    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.status, line.status) == ("Paid", "Pending")
    assert not order.shipping_events.exists()
    assert not order.payment_events.exists()


def test_an_operator_still_writes_notes_on_an_order(mall: Mall) -> None:
    sale = ordered(mall, rich(mall))
    client = mall.client(mall.operator())
    note = {"order_action": "save_note", "message": "Called twice"}
    client.post(f"/dashboard/orders/{sale.number}/", note)
    order: Any = sale.order
    assert [one.message for one in order.notes.all()] == ["Called twice"]


def test_the_dashboard_tells_of_a_returned_order_and_speaks_chinese(mall: Mall) -> None:
    sale = ordered(mall, rich(mall))
    operator = mall.operator()
    page = f"/dashboard/orders/{sale.number}/"
    assert "待发货" in mall.client(operator, "zh-hans").get(page).content.decode()
    returns.automatic(part_of(sale), 10_000, "broken")
    assert part_of(sale).state == "returned"
    for path in (page, "/dashboard/orders/"):
        assert "Returned" in mall.client(operator).get(path).content.decode()
        assert "已退货" in mall.client(operator, "zh-hans").get(path).content.decode()


def test_types_of_products_have_chinese_names_in_the_dashboard(mall: Mall) -> None:
    client = mall.client(mall.operator(), "zh-hans")
    for page in ("/dashboard/catalogue/", "/dashboard/catalogue/product-types/"):
        assert "实物商品" in client.get(page).content.decode(), page


def test_the_till_and_the_codes_lead_to_a_code_with_an_amount(mall: Mall) -> None:
    client = mall.client(mall.staff())
    client.post("/desk/tea/codes/", {"label": "Counter 1"})
    for page in ("/desk/tea/codes/", "/desk/tea/till/"):
        text = client.get(page).content.decode()
        assert "Code with a fixed amount" in text
        assert 'href="/desk/tea/bills/new/"' in text


def test_a_label_that_is_too_long_is_refused_and_not_cut(mall: Mall) -> None:
    client = mall.client(mall.staff())
    page = client.post("/desk/tea/codes/", {"label": "x" * 41})
    assert page.status_code == 200
    assert "at most 40 characters" in page.content.decode()


def test_balances_show_a_few_days_on_a_page(mall: Mall) -> None:
    for day in range(1, 9):
        given = {"id": f"g{day}", "type": "deposit", "account": "tea", "amount": 100 * day}
        assert mall.ledger.submit(given).ok
        closed = {"id": f"close{day}", "type": "close_day", "day": f"2026-11-{day:02d}"}
        assert mall.ledger.submit(closed).ok
    client = mall.client(mall.staff())
    first = client.get("/desk/tea/money/").content.decode()
    assert 'href="?page=2"' in first
    assert "page=2" not in client.get("/desk/tea/money/?page=9").content.decode()


def test_what_was_cancelled_or_not_paid_is_no_revenue(mall: Mall) -> None:
    user = buyer(mall, wallet=50_000)
    for number, count, cancel in (("A1", 1, True), ("A2", 2, False)):
        _, sale = with_order(mall, user, "tea-1", count, number)
        placing.finish(sale)
        if cancel:
            assert cancelling.cancel(sale, "shopper")
    with_order(mall, user, "tea-1", 1, "A3")  # not booked: it waits for its payment
    page = mall.client(mall.operator()).get("/dashboard/").content.decode()
    assert page.count("<b>¥200.00</b>") == 2  # today, and in all
    assert page.count("1 sale,") == 2


def test_what_was_sold_in_person_counts_and_is_in_the_list_in_the_malls_own_time(
    mall: Mall,
) -> None:
    user = buyer(mall, wallet=50_000)
    _, sale = with_order(mall, user, "tea-1", 1, "A1")
    placing.finish(sale)
    evening = datetime(2026, 3, 1, 13, 4, tzinfo=UTC)  # 21:04 in Shanghai
    Sale.objects.filter(pk=sale.pk).update(created_at=evening)
    till = Sale.objects.create(number="P-9", user=user, state="paid", wallet_minor=1_250)
    Part.objects.create(sale=till, merchant=mall.merchant("tea"), wallet_minor=1_250)
    client = mall.client(mall.operator())
    assert "<b>¥112.50</b>" in client.get("/dashboard/").content.decode()
    page = client.get("/dashboard/orders/").content.decode()
    assert "2026-03-01 21:04" in page
    assert "P-9" in page
    assert "None" not in page
    assert "P-9" not in client.get("/dashboard/orders/?q=A1").content.decode()


def test_the_operators_file_of_orders_runs_no_formula_and_keeps_its_figures(mall: Mall) -> None:
    user = buyer(mall, wallet=50_000)
    _, sale = with_order(mall, user, "tea-1", 1, "A1")
    placing.finish(sale)
    User.objects.filter(pk=user.pk).update(name='=HYPERLINK("http://evil.example";"Tea")')
    answer = mall.client(mall.operator()).get("/dashboard/orders/?file=csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # it streams
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1][0] == "A1"
    assert rows[1][3] == '\'=HYPERLINK("http://evil.example";"Tea")'
    assert rows[1][-1] == "100.00"

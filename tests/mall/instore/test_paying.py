"""Paying at a merchant's code, as a shopper's phone does it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from tests.mall.checkout.way import rich
from tests.mall.sales.buying import wallet
from tests.mall.stage import Mall
from tongbao.mall.instore import codes
from tongbao.mall.instore.models import Bill, PayCode, Payment
from tongbao.mall.paying import charges
from tongbao.mall.paying.models import ChargeRefund
from tongbao.mall.paying.providers import Notification, Paid
from tongbao.mall.people.models import User
from tongbao.mall.sales import settling
from tongbao.mall.sales.models import Part, Sale

SANDBOX = override_settings(MALL_PAYMENT_PROVIDERS=["tongbao.mall.paying.sandbox.Sandbox"])


@pytest.fixture
def code(mall: Mall) -> PayCode:
    return codes.make(mall.merchant("tea"), "Counter 1")


def bill(mall: Mall, code: PayCode, amount: int = 1234, **fields: Any) -> Bill:  # noqa: ANN401  # of Oscar or Django, without types
    """Ask for an amount at a code."""
    who = mall.staff("tea")
    return Bill.objects.create(
        code=code, amount_minor=amount, key=f"b-{who.pk}", created_by=who, **fields
    )


def scan(client: Any, path: str) -> str:  # noqa: ANN401  # of Oscar or Django, without types
    """Open a pay page and return its form's token."""
    page = client.get(path)
    assert page.status_code == 200, page.content.decode()
    found = re.search(r'name="once" value="(\w+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_an_amount_is_entered_and_paid_from_the_wallet_at_once(mall: Mall, code: PayCode) -> None:
    user = rich(mall)
    client = mall.client(user)
    assert client.get(f"/till/{code.code}/").status_code == 200
    once = scan(client, f"/till/{code.code}/?amount=12.34")
    answer = client.post(
        f"/till/{code.code}/", {"once": once, "amount": "12.34", "wallet": "12.34"}
    )
    sale = Sale.objects.get(user=user)
    assert answer["Location"] == f"/till/my-payments/{sale.number}/"
    assert (sale.state, sale.total_minor, sale.order) == ("paid", 1234, None)
    assert sale.number.startswith("T")
    assert sale.parts.get().state == Part.State.RECEIVED
    assert wallet(mall, user.account) == 100_000 - 1234
    assert "¥12.34" in client.get(answer["Location"]).content.decode()


def test_the_same_form_twice_pays_once(mall: Mall, code: PayCode) -> None:
    user = rich(mall)
    client = mall.client(user)
    once = scan(client, f"/till/{code.code}/?amount=10.00")
    post = {"once": once, "amount": "10.00", "wallet": "10.00"}
    first = client.post(f"/till/{code.code}/", post)
    again = client.post(f"/till/{code.code}/", post)
    assert first["Location"] == again["Location"]
    assert wallet(mall, user.account) == 100_000 - 1000


@pytest.mark.parametrize("typed", ["", "0", "-5", "1.234", "1e3", "abc", "9" * 30])
def test_a_bad_amount_is_told_and_nothing_is_paid(mall: Mall, code: PayCode, typed: str) -> None:
    client = mall.client(rich(mall))
    page = client.get(f"/till/{code.code}/", {"amount": typed})
    assert "field-error" in page.content.decode()
    assert not Sale.objects.exists()


def test_a_bill_has_its_own_amount_whatever_is_sent(mall: Mall, code: PayCode) -> None:
    asked = bill(mall, code, 1234)
    client = mall.client(rich(mall))
    path = f"/till/{code.code}/{asked.token}/"
    client.post(path, {"once": scan(client, path), "amount": "0.01", "wallet": "12.34"})
    assert Sale.objects.get().total_minor == 1234


def test_a_bill_is_paid_by_one_and_closed_to_others(mall: Mall, code: PayCode) -> None:
    asked = bill(mall, code)
    path = f"/till/{code.code}/{asked.token}/"
    first, second = mall.client(rich(mall)), mall.client(rich(mall))
    once = scan(second, path)
    first.post(path, {"once": scan(first, path), "wallet": "12.34"})
    late = second.post(path, {"once": once, "wallet": "12.34"})
    assert late.status_code == 410
    assert "already been paid" in late.content.decode()
    assert first.get(path)["Location"].startswith("/till/my-payments/T")
    assert Sale.objects.count() == 1


def test_a_reusable_bill_is_paid_by_everybody(mall: Mall, code: PayCode) -> None:
    asked = bill(mall, code, is_reusable=True)
    path = f"/till/{code.code}/{asked.token}/"
    for _ in range(2):
        client = mall.client(rich(mall))
        client.post(path, {"once": scan(client, path), "wallet": "12.34"})
    assert Sale.objects.filter(state="paid").count() == 2


def test_an_expired_bill_takes_nothing(mall: Mall, code: PayCode) -> None:
    asked = bill(mall, code, expires_at=timezone.now() - timedelta(seconds=1))
    page = mall.client(rich(mall)).get(f"/till/{code.code}/{asked.token}/")
    assert page.status_code == 410
    assert "expired" in page.content.decode()


def test_a_renewed_code_leads_nowhere_and_the_new_one_pays(mall: Mall, code: PayCode) -> None:
    fresh = codes.renew(code)
    client = mall.client(rich(mall))
    assert client.get(f"/till/{code.code}/").status_code == 410
    assert client.get(f"/till/{fresh.code}/").status_code == 200
    assert codes.renew(code).pk == code.pk  # a closed one is left alone


def test_a_closed_merchant_takes_no_payments(mall: Mall, code: PayCode) -> None:
    type(code.merchant).objects.filter(pk=code.merchant_id).update(is_open=False)
    assert mall.client(rich(mall)).get(f"/till/{code.code}/").status_code == 410


def test_a_code_that_nobody_has_is_not_found(mall: Mall, code: PayCode) -> None:
    client = mall.client(rich(mall))
    assert client.get("/till/nothinghere/").status_code == 404
    assert client.get(f"/till/{code.code}/nothing/").status_code == 404


def test_who_is_not_logged_in_comes_back_after_it(mall: Mall, code: PayCode) -> None:
    answer = mall.client().get(f"/till/{code.code}/")
    assert answer["Location"].endswith(f"?next=/till/{code.code}/")


def test_more_than_the_wallet_has_is_told(mall: Mall, code: PayCode) -> None:
    client = mall.client(rich(mall, wallet=500))
    path = f"/till/{code.code}/"
    once = scan(client, f"{path}?amount=6.00")
    page = client.post(path, {"once": once, "amount": "6.00", "wallet": "6.00"})
    assert "¥5.00" in page.content.decode()
    assert not Sale.objects.exists()


def by_provider(mall: Mall, code: PayCode, user: User, asked: Bill | None = None) -> Sale:
    """Begin to pay 10.00 with 4.00 from the wallet and the rest by the provider."""
    client = mall.client(user)
    path = f"/till/{code.code}/{asked.token}/" if asked else f"/till/{code.code}/"
    once = scan(client, f"{path}?amount=10.00")
    post = {"once": once, "amount": "10.00", "wallet": "4.00", "provider": "sandbox"}
    answer = client.post(path, post)
    sale = Sale.objects.filter(user=user).latest("pk")
    assert sale.charge is not None
    assert str(sale.charge.pk) in answer["Location"]
    return sale


def decide(sale: Sale, paid: Paid) -> None:
    charge = sale.charge
    assert charge is not None
    charges.take(Notification(f"e{charge.pk}", charge.pk, paid, 600, "CNY", "r"), "sandbox")


@SANDBOX
def test_a_provider_confirms_and_both_parts_are_paid(mall: Mall, code: PayCode) -> None:
    user = rich(mall)
    sale = by_provider(mall, code, user)
    waiting = mall.client(user).get(f"/till/my-payments/{sale.number}/").content.decode()
    assert "Waiting for your payment" in waiting
    decide(sale, Paid.CONFIRMED)
    sale.refresh_from_db()
    assert sale.state == Sale.State.PAID
    assert wallet(mall, user.account) == 100_000 - 400
    settling.settle_due(timezone.now() + timedelta(days=8))
    assert sale.parts.get().settled_minor == 1000


@SANDBOX
def test_a_failed_provider_leaves_nothing_paid_and_frees_the_bill(
    mall: Mall, code: PayCode
) -> None:
    asked = bill(mall, code, 1000)
    user = rich(mall)
    sale = by_provider(mall, code, user, asked)
    path = f"/till/{code.code}/{asked.token}/"
    other = mall.client(rich(mall))
    assert "right now" in other.get(path).content.decode()
    decide(sale, Paid.FAILED)
    page = mall.client(user).get(f"/till/my-payments/{sale.number}/").content.decode()
    assert "Not paid" in page
    assert wallet(mall, user.account) == 100_000
    assert other.get(path).status_code == 200


def test_a_bill_is_begun_three_times_by_one_member_and_by_others_still(
    mall: Mall, code: PayCode
) -> None:
    asked = bill(mall, code, 1000)
    path = f"/till/{code.code}/{asked.token}/"
    user, other = rich(mall), mall.client(rich(mall))
    for _ in range(3):
        with SANDBOX:
            decide(by_provider(mall, code, user, asked), Paid.FAILED)
    page = mall.client(user).get(path)
    assert page.status_code == 410
    assert "Ask the merchant for a new bill" in page.content.decode()
    other.post(path, {"once": scan(other, path), "wallet": "10.00"})
    assert Sale.objects.get(state=Sale.State.PAID).total_minor == 1000


@SANDBOX
def test_a_merchant_takes_back_a_bill_that_somebody_only_holds(mall: Mall, code: PayCode) -> None:
    asked = bill(mall, code, 1000)
    sale = by_provider(mall, code, rich(mall), asked)
    staff = mall.client(mall.staff("tea"))
    staff.post(f"/desk/tea/bills/{asked.token}/close/")
    sale.refresh_from_db()
    asked.refresh_from_db()
    assert sale.state == Sale.State.CANCELLED
    assert asked.closed_at is not None
    decide(sale, Paid.CONFIRMED)  # it was paid in that moment: all of it goes back
    assert ChargeRefund.objects.get().amount_minor == 600


@SANDBOX
def test_a_bill_that_is_paid_is_not_taken_back(mall: Mall, code: PayCode) -> None:
    asked = bill(mall, code, 1000)
    sale = by_provider(mall, code, rich(mall), asked)
    decide(sale, Paid.CONFIRMED)
    page = mall.client(mall.staff("tea")).post(f"/desk/tea/bills/{asked.token}/close/", follow=True)
    assert "It has been paid" in page.content.decode()
    asked.refresh_from_db()
    sale.refresh_from_db()
    assert (asked.closed_at, sale.state) == (None, Sale.State.PAID)


@SANDBOX
def test_a_payment_is_given_up(mall: Mall, code: PayCode) -> None:
    user = rich(mall)
    sale = by_provider(mall, code, user)
    mall.client(user).post(f"/till/my-payments/{sale.number}/cancel/")
    sale.refresh_from_db()
    assert sale.state == Sale.State.CANCELLED


def test_nobody_sees_another_shoppers_payment(mall: Mall, code: PayCode) -> None:
    client = mall.client(rich(mall))
    path = f"/till/{code.code}/"
    once = scan(client, f"{path}?amount=1.00")
    client.post(path, {"once": once, "amount": "1.00", "wallet": "1.00"})
    number = Payment.objects.get().sale.number
    assert client.get(f"/till/my-payments/{number}/").status_code == 200
    for stranger in (mall.user(), mall.staff("tea")):
        answer = mall.client(stranger).get(f"/till/my-payments/{number}/")
        assert answer.status_code == 404


def test_a_typed_code_is_found_and_a_wrong_one_told(mall: Mall, code: PayCode) -> None:
    client = mall.client(mall.user())
    assert (
        client.get("/till/", {"code": f" {code.code.upper()} "})["Location"]
        == f"/till/{code.code}/"
    )
    assert "No merchant has that code" in client.get("/till/", {"code": "zzz"}).content.decode()

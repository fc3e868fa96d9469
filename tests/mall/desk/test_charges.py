"""Payments that do not fit: what the shopper sees, and how the operator sends them back."""

from django.test import Client
from django.urls import reverse

from tests.mall.crowd import at_once
from tests.mall.sales.buying import buyer, placed, wallet
from tests.mall.stage import Mall
from tongbao.mall.notices.models import Notice
from tongbao.mall.paying import bank, charges
from tongbao.mall.paying.models import Charge, SandboxRefund
from tongbao.mall.paying.providers import RefundState
from tongbao.mall.sales import cancelling
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.placing import Split


def wrongly_paid(mall: Mall, *, amount: int = 4_000, currency: str = "") -> Sale:
    """A sale of 50.00 of which the provider tells that something else was paid."""
    sale = placed(mall, buyer(mall), {"tea": 5_000}, Split(provider=5_000))
    assert sale.charge is not None
    charges.page(sale.charge)
    bank.pay(sale.charge.pk, amount_minor=amount, currency=currency)
    assert bank.deliver_due() == [200]
    return sale


def order(mall: Mall, sale: Sale, language: str = "en") -> str:
    """The order's page, as the shopper sees it."""
    page = mall.client(sale.user, language).get(f"/orders/{sale.number}/")
    return str(page.content.decode())


def send_back(client: Client, sale: Sale) -> str:
    """Press the operator's button."""
    path = reverse("desk:charge_back", args=[sale.charge_id])
    return str(client.post(path, follow=True).content.decode())


def test_a_payment_that_does_not_fit_is_told_on_the_order_without_a_way_to_pay_again(
    mall: Mall,
) -> None:
    sale = wrongly_paid(mall)
    text = order(mall, sale)
    assert "We are checking your payment" in text
    assert f"/orders/{sale.number}/pay/" not in text
    assert "cancelled if it is not paid" not in text
    answer = mall.client(sale.user).post(f"/orders/{sale.number}/pay/")
    assert answer["Location"] == f"/orders/{sale.number}/"


def test_it_is_told_after_cancelling_too(mall: Mall) -> None:
    sale = wrongly_paid(mall)
    assert cancelling.cancel(sale, "shopper")
    text = order(mall, sale)
    assert "We are checking your payment" in text
    assert "You were not charged" not in text


def test_the_operator_sees_what_the_provider_told(mall: Mall) -> None:
    sale = wrongly_paid(mall, currency="USD")
    page = mall.client(mall.operator()).get("/desk/charges/").content.decode()
    assert sale.number in page
    assert "$40.00" in page
    assert "¥50.00" in page


def test_nobody_but_operators_sees_or_sends_back(mall: Mall) -> None:
    sale = wrongly_paid(mall)
    for user in (sale.user, mall.staff("tea")):
        client = mall.client(user)
        assert client.get("/desk/charges/").status_code == 404
        path = reverse("desk:charge_back", args=[sale.charge_id])
        assert client.post(path).status_code == 404
    assert not SandboxRefund.objects.exists()


def test_the_operator_sends_back_what_was_really_paid_once(mall: Mall) -> None:
    sale = wrongly_paid(mall)
    client = mall.client(mall.operator())
    assert "¥40.00 refunded." in send_back(client, sale)
    send_back(client, sale)
    assert [one.amount_minor for one in SandboxRefund.objects.all()] == [4_000]
    text = order(mall, sale)
    assert "Pay ¥50.00 again" in text
    assert "¥40.00" in text
    assert "refunded" in text
    assert "We are checking your payment" not in text
    assert Notice.objects.filter(user=sale.user, kind="refund").count() == 1


def test_another_currency_goes_back_in_that_currency(mall: Mall) -> None:
    sale = wrongly_paid(mall, amount=5_000, currency="USD")
    assert "$50.00 refunded." in send_back(mall.client(mall.operator()), sale)
    assert "$50.00" in order(mall, sale)
    told = mall.client(sale.user).get("/messages/").content.decode()
    assert "$50.00" in told
    assert "¥50.00 of order" not in told


def test_what_fits_cannot_be_sent_back_by_the_operator(mall: Mall) -> None:
    sale = placed(mall, buyer(mall), {"tea": 5_000}, Split(provider=5_000))
    assert sale.charge is not None
    charges.page(sale.charge)
    bank.pay(sale.charge.pk)
    bank.deliver_due()
    page = send_back(mall.client(mall.operator()), sale)
    assert "There is nothing to refund." in page
    assert not SandboxRefund.objects.exists()
    assert Charge.objects.get(pk=sale.charge.pk).state == "confirmed"


def test_money_that_came_late_is_shown_and_told_when_it_is_back(mall: Mall) -> None:
    sale = placed(mall, buyer(mall), {"tea": 5_000}, Split(provider=5_000))
    assert sale.charge is not None
    charges.page(sale.charge)
    bank.fail(sale.charge.pk)
    bank.deliver_due()
    assert "you were not charged" in order(mall, sale)
    assert cancelling.cancel(sale, "shopper")
    assert "You were not charged" in order(mall, sale)
    bank.pay(sale.charge.pk)
    bank.deliver_due()
    text = order(mall, sale)
    assert "¥50.00" in text
    assert "refunded" in text
    assert "You were not charged" not in text
    assert Notice.objects.filter(user=sale.user, kind="refund").count() == 1


def test_money_of_a_refused_order_is_shown_and_told_when_it_is_back(mall: Mall) -> None:
    user = buyer(mall, wallet=1_000)
    sale = placed(mall, user, {"tea": 5_000}, Split(provider=4_000, wallet=1_000))
    placed(mall, user, {"wine": 1}, Split(wallet=1))
    mall.ledger.settle()
    assert sale.charge is not None
    charges.page(sale.charge)
    bank.pay(sale.charge.pk)
    bank.deliver_due()
    text = order(mall, sale)
    assert "¥40.00" in text
    assert "refunded" in text
    (notice,) = Notice.objects.filter(user=user, kind="refund")
    assert notice.facts["amount"] == 4_000
    assert wallet(mall, user.account or "") == 999


def test_two_operators_at_once_send_it_back_once(mall: Mall) -> None:
    sale = wrongly_paid(mall)
    assert sale.charge is not None
    charge = sale.charge
    found = at_once([lambda: charges.send_back(charge).pk] * 4)
    assert len(set(found)) == 1
    assert [one.amount_minor for one in SandboxRefund.objects.all()] == [4_000]


def test_what_the_provider_refuses_to_send_back_is_told_to_both(mall: Mall) -> None:
    sale = wrongly_paid(mall)
    bank.outage("refund", 1, answer=RefundState.FAILED)
    assert "The provider refused to refund ¥40.00" in send_back(mall.client(mall.operator()), sale)
    assert "not refunded yet" in order(mall, sale)
    assert not Notice.objects.filter(user=sale.user, kind="refund").exists()

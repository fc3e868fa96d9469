"""The page that shoppers come back to after paying."""

from django.urls import reverse

from tests.mall.sales.buying import buyer, placed
from tests.mall.stage import Mall
from tongbao.ledger import programs
from tongbao.mall.paying import bank, charges
from tongbao.mall.paying.models import Charge
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.placing import Split


def waiting(mall: Mall, tenders: Split) -> tuple[Sale, Charge]:
    """A sale whose provider's part waits at the sandbox."""
    user = buyer(mall, wallet=tenders.wallet)
    sale = placed(mall, user, {"tea": tenders.total}, tenders)
    assert sale.charge is not None
    charges.page(sale.charge)
    return sale, sale.charge


def shown(mall: Mall, sale: Sale, *, polled: bool = False) -> str:
    """Return the page as the buyer sees it, or what the page fetches by itself."""
    headers = {"HX-Request": "true"} if polled else {}
    address = reverse("paying:back", args=[sale.charge_id])
    answer = mall.client(sale.user).get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_asks_again_by_itself_until_the_payment_is_decided(mall: Mall) -> None:
    sale, charge = waiting(mall, Split(provider=5_000))
    page = shown(mall, sale)
    assert "Waiting for the payment" in page
    assert 'hx-trigger="every 2s"' in page
    bank.pay(charge.pk)
    bank.deliver_due()
    part = shown(mall, sale, polled=True)
    assert "<html" not in part
    assert "hx-trigger" not in part
    assert "Paid" in part
    assert reverse("sales:detail", args=[sale.number]) in part


def test_it_finds_out_what_a_lost_callback_would_have_told(mall: Mall) -> None:
    sale, charge = waiting(mall, Split(provider=5_000))
    bank.pay(charge.pk, callback=False)
    assert "The payment has arrived" in shown(mall, sale)
    assert Sale.objects.get(pk=sale.pk).state == "paid"


def test_a_failed_payment_is_told_with_its_way_out(mall: Mall) -> None:
    sale, charge = waiting(mall, Split(provider=5_000))
    bank.fail(charge.pk)
    bank.deliver_due()
    page = shown(mall, sale)
    assert "The payment did not go through; you were not charged." in page
    assert "Pay again" in page


def test_money_that_goes_back_is_told(mall: Mall) -> None:
    sale, charge = waiting(mall, Split(provider=5_000, wallet=1_000))
    spent = placed(mall, sale.user, {"tea": 1}, Split(wallet=1))
    mall.ledger.settle()
    bank.pay(charge.pk)
    bank.deliver_due()
    page = shown(mall, sale)
    assert "There was no longer enough money in the wallet." in page
    assert "Your payment is being refunded" in page
    assert f"/orders/{spent.number}/" not in page


def test_while_the_program_is_paused_it_says_that_nothing_is_lost(mall: Mall) -> None:
    sale, charge = waiting(mall, Split(provider=5_000, wallet=1_000))
    programs.pause("test")
    bank.pay(charge.pk)
    assert bank.deliver_due() == [200]
    page = shown(mall, sale)
    assert "the rest is being processed" in page
    assert "hx-trigger" in page
    programs.launch("test")
    assert "Paid" in shown(mall, sale)
    assert Sale.objects.get(pk=sale.pk).state == "paid"


def test_a_provider_that_is_down_is_told(mall: Mall) -> None:
    sale, _ = waiting(mall, Split(provider=5_000))
    bank.outage("query")
    page = shown(mall, sale)
    assert "is not responding at the moment" in page
    assert "hx-trigger" in page


def test_another_amount_is_told_to_be_looked_at(mall: Mall) -> None:
    sale, charge = waiting(mall, Split(provider=5_000))
    bank.pay(charge.pk, amount_minor=4_000)
    bank.deliver_due()
    assert "We are checking your payment" in shown(mall, sale)


def test_only_whoever_pays_sees_it(mall: Mall) -> None:
    sale, _ = waiting(mall, Split(provider=5_000))
    address = reverse("paying:back", args=[sale.charge_id])
    assert mall.client(mall.user()).get(address).status_code == 404
    assert mall.client(mall.operator()).get(address).status_code == 404
    assert mall.client().get(address).status_code == 302


def test_it_is_there_in_chinese(mall: Mall) -> None:
    sale, _ = waiting(mall, Split(provider=5_000))
    address = reverse("paying:back", args=[sale.charge_id])
    assert "等待付款" in mall.client(sale.user, "zh-hans").get(address).content.decode()

"""The sandbox provider: it keeps the contract, and does the wrong things that it is told to do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from tests.mall.paying.contract import ProviderContract, Rig, Sent
from tests.mall.sales.buying import buyer, placed
from tests.mall.stage import Mall
from tongbao.mall.paying import bank, charges, sandbox_views
from tongbao.mall.paying.models import (
    Charge,
    ChargeRefund,
    SandboxMessage,
    SandboxOutage,
    SandboxRefund,
)
from tongbao.mall.paying.providers import Provider
from tongbao.mall.paying.sandbox import SIGNATURE, Sandbox, signature
from tongbao.mall.sales import cancelling
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.placing import Split


class SandboxRig:
    """The sandbox and its bank."""

    provider: Provider = Sandbox()

    def pay(self, charge: Charge) -> Sent:
        bank.pay(charge.pk)
        return _last_sent(charge)

    def fail(self, charge: Charge) -> Sent:
        bank.fail(charge.pk)
        return _last_sent(charge)

    def sent_back(self, charge: Charge) -> int:
        gone = SandboxRefund.objects.filter(payment__charge=charge.pk)
        return int(gone.aggregate(sum=Sum("amount_minor", default=0))["sum"])

    @contextmanager
    def down(self) -> Iterator[None]:
        for call in ("start", "query", "refund"):
            bank.outage(call, times=100)
        yield
        SandboxOutage.objects.all().delete()


def _last_sent(charge: Charge) -> Sent:
    sent = SandboxMessage.objects.filter(payment__charge=charge.pk).latest("pk")
    return {SIGNATURE.lower(): sent.signature, SIGNATURE: sent.signature}, sent.body.encode()


class TestSandbox(ProviderContract):
    """The contract, kept by the sandbox."""

    @pytest.fixture
    def rig(self, mall: Mall) -> Rig:
        return SandboxRig()


def to_pay(mall: Mall) -> Sale:
    """A sale of 50.00 that waits at the sandbox's pay page."""
    sale = placed(mall, buyer(mall), {"tea": 5_000}, Split(provider=5_000))
    assert sale.charge is not None
    charges.page(sale.charge)
    return sale


def press(mall: Mall, sale: Sale, act: str, **more: str) -> tuple[int, str]:
    """Press a button of the pay page as the buyer; return the answer's status and where it leads."""
    client = mall.client(sale.user)
    given = {"act": act, **more}
    answer = client.post(reverse("paying:sandbox", args=[sale.charge_id]), given)
    return answer.status_code, answer.get("Location", "")


def state_of(sale: Sale) -> str:
    """Return the sale's state now."""
    return Sale.objects.get(pk=sale.pk).state


@pytest.mark.parametrize(
    ("act", "state", "trouble"),
    [
        ("pay", "paid", ""),
        ("fail", "pending", ""),
        ("twice", "paid", ""),
        ("again", "paid", ""),
        ("lost", "pending", ""),
        ("forged", "pending", ""),
        ("too_little", "pending", "mismatch"),
        ("foreign", "pending", "mismatch"),
        ("then_fine", "paid", ""),
        ("down", "pending", ""),
        ("refuse", "pending", ""),
    ],
)
def test_each_button_of_the_pay_page_does_what_it_says(
    mall: Mall, act: str, state: str, trouble: str
) -> None:
    sale = to_pay(mall)
    answer = press(mall, sale, act)
    charge = Charge.objects.get(sale=sale)
    assert answer == (302, charges.return_address(charge))
    assert (state_of(sale), charge.trouble) == (state, trouble)
    assert not SandboxRefund.objects.exists()


def test_what_is_paid_later_is_open_until_then(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[float] = []

    class Timer:
        daemon = False

        def __init__(self, seconds: float, work: object) -> None:
            begun.append(seconds)

        def start(self) -> None:
            pass

    monkeypatch.setattr(f"{sandbox_views.__name__}.threading.Timer", Timer)
    sale = to_pay(mall)
    press(mall, sale, "later", delay="30")
    assert begun == [30.5]
    assert sale.charge is not None
    assert charges.ask(sale.charge).state == "started"
    SandboxMessage.objects.update(due_at=timezone.now())
    assert bank.deliver_due() == [200]  # it tells as of when it is due
    assert state_of(sale) == "paid"


def test_a_payment_that_became_due_is_found_by_asking(mall: Mall) -> None:
    sale = to_pay(mall)
    assert sale.charge is not None
    payment = bank.pay(sale.charge.pk, after=timedelta(minutes=2))
    assert bank.deliver_due() == []
    assert charges.ask(sale.charge).state == "started"
    payment.at = timezone.now()
    payment.save()
    assert charges.ask(sale.charge).state == "confirmed"
    assert state_of(sale) == "paid"


def test_a_payment_is_paid_once(mall: Mall) -> None:
    sale = to_pay(mall)
    press(mall, sale, "pay")
    press(mall, sale, "pay")
    press(mall, sale, "fail")
    assert SandboxMessage.objects.count() == 1
    assert state_of(sale) == "paid"


def test_the_pay_page_shows_amount_and_order_to_the_payer_only(mall: Mall) -> None:
    sale = to_pay(mall)
    address = reverse("paying:sandbox", args=[sale.charge_id])
    page = mall.client(sale.user).get(address).content.decode()
    assert "¥50.00" in page
    assert sale.number in page
    assert mall.client(mall.user()).get(address).status_code == 404
    assert mall.client(mall.user()).post(address, {"act": "pay"}).status_code == 404
    assert mall.client().get(address).status_code == 302
    assert state_of(sale) == "pending"


def test_the_pay_page_is_there_in_chinese(mall: Mall) -> None:
    sale = to_pay(mall)
    address = reverse("paying:sandbox", args=[sale.charge_id])
    assert "应付金额" in mall.client(sale.user, "zh-hans").get(address).content.decode()


def test_an_unknown_button_does_nothing(mall: Mall) -> None:
    sale = to_pay(mall)
    assert press(mall, sale, "steal")[0] == 400
    assert state_of(sale) == "pending"


def test_without_the_sandbox_none_of_its_addresses_answers(mall: Mall) -> None:
    sale = to_pay(mall)
    with override_settings(SANDBOX=False, MALL_PAYMENT_PROVIDERS=[]):
        address = reverse("paying:sandbox", args=[sale.charge_id])
        assert mall.client(sale.user).get(address).status_code == 404
        assert mall.client(sale.user).post(address, {"act": "pay"}).status_code == 404
        body = b"{}"
        answer = mall.client().post(
            reverse("paying:callback", args=["sandbox"]),
            body,
            content_type="application/json",
            headers={SIGNATURE: signature(body)},
        )
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_minor": 5_000.0},
        {"amount_minor": True},
        {"amount_minor": "5000"},
        {"charge": "x"},
        {"state": "perhaps"},
        {"more": 1},
    ],
)
def test_a_signed_message_of_another_shape_is_refused(
    mall: Mall, changed: dict[str, object]
) -> None:
    fields: dict[str, object] = {
        "event": "e",
        "charge": str(uuid4()),
        "state": "confirmed",
        "amount_minor": 5_000,
        "currency": "CNY",
        "ref": "r",
    }
    body = json.dumps(fields | changed).encode()
    answer = mall.client().post(
        reverse("paying:callback", args=["sandbox"]),
        body,
        content_type="application/json",
        headers={SIGNATURE: signature(body)},
    )
    assert answer.status_code == 400


def test_callbacks_are_delivered_outside_of_transactions_only(mall: Mall) -> None:
    sale = to_pay(mall)
    assert sale.charge is not None
    bank.pay(sale.charge.pk)
    with transaction.atomic():
        assert bank.deliver_due() == [500]
    assert state_of(sale) == "pending"


def test_an_outage_can_be_ordered_on_the_page(mall: Mall) -> None:
    sale = to_pay(mall)
    press(mall, sale, "down")
    press(mall, sale, "lost")
    page = mall.client(sale.user).get(reverse("paying:back", args=[sale.charge_id]))
    assert "is not responding at the moment" in page.content.decode()
    assert state_of(sale) == "pending"


def test_a_refused_refund_can_be_ordered_on_the_page(mall: Mall) -> None:
    sale = to_pay(mall)
    press(mall, sale, "pay")
    press(mall, sale, "refuse")
    cancelling.cancel(sale, "shopper")
    assert ChargeRefund.objects.get().state == "failed"
    assert not SandboxRefund.objects.exists()

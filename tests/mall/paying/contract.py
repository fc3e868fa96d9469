"""What every payment provider must pass: subclass `ProviderContract` and give it a rig.

A rig stands at the other end of the wire: it lets a payer pay there, hands over what the provider
then sent, and counts what it sent back. For a provider of the real world it works a recording or
the provider's own test system::

    class TestWeChatPay(ProviderContract):
        @pytest.fixture
        def rig(self, mall: Mall) -> Rig:
            return WeChatPayRig()
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Protocol
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from tests.mall.stage import Mall
from tongbao.mall.paying import charges, providers
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.paying.providers import BadSignature, Paid, Provider, ProviderDown, RefundState

Sent = tuple[Mapping[str, str], bytes]
"""A callback: its headers and its body."""

BACK = "http://localhost:8000/back/"
NOTIFY = "http://localhost:8000/notify/"
_numbers = count(1)
_handled: list[tuple[str, str]] = []


class Rig(Protocol):
    """The provider and its other end."""

    provider: Provider

    def pay(self, charge: Charge) -> Sent:
        """Let the payer pay a started charge in full; return the callback."""

    def fail(self, charge: Charge) -> Sent:
        """Let the payment of a started charge fail for good; return the callback."""

    def sent_back(self, charge: Charge) -> int:
        """Return how much of a charge was sent back in all, in minor units."""

    def down(self) -> AbstractContextManager[None]:
        """Let the provider not answer meanwhile."""


def handle(charge: Charge) -> None:
    """Note how often a charge was decided; stands for what a charge is for."""
    _handled.append((str(charge.pk), charge.state))


@contextmanager
def _handled_here() -> Iterator[None]:
    with override_settings(MALL_CHARGE_HANDLERS={"contract": f"{__name__}.handle"}):
        yield


class ProviderContract:
    """The suite; each test is one promise of `providers.Provider`."""

    @pytest.fixture
    def rig(self, mall: Mall) -> Rig:
        raise NotImplementedError

    @pytest.fixture
    def charge(self, mall: Mall, rig: Rig) -> Iterator[Charge]:
        """A charge of 123.45, written down and not started."""
        with _handled_here():
            yield _charge(mall, rig)

    def test_it_is_found_by_its_code(self, rig: Rig) -> None:
        assert providers.named(rig.provider.code).code == rig.provider.code
        assert str(rig.provider.label)

    def test_starting_twice_is_one_payment_at_one_address(self, rig: Rig, charge: Charge) -> None:
        first = rig.provider.start(charge, BACK, NOTIFY)
        assert first == rig.provider.start(charge, BACK, NOTIFY)
        assert first.address.startswith("http")
        assert first.provider_ref

    def test_a_charge_it_has_never_heard_of_is_nothing(self, rig: Rig, charge: Charge) -> None:
        assert rig.provider.query(charge) is None

    def test_a_started_payment_is_open(self, rig: Rig, charge: Charge) -> None:
        rig.provider.start(charge, BACK, NOTIFY)
        answer = rig.provider.query(charge)
        assert answer is None or answer.state == Paid.OPEN

    def test_its_callback_tells_which_charge_was_paid_and_how_much(
        self, rig: Rig, charge: Charge
    ) -> None:
        rig.provider.start(charge, BACK, NOTIFY)
        told = rig.provider.confirm(*rig.pay(charge))
        assert (told.charge_id, told.state) == (charge.pk, Paid.CONFIRMED)
        assert (told.amount_minor, told.currency) == (12_345, "CNY")
        assert told.event

    def test_a_failure_is_told(self, rig: Rig, charge: Charge) -> None:
        rig.provider.start(charge, BACK, NOTIFY)
        told = rig.provider.confirm(*rig.fail(charge))
        assert (told.charge_id, told.state) == (charge.pk, Paid.FAILED)

    def test_asked_it_tells_the_same_as_its_callback(self, rig: Rig, charge: Charge) -> None:
        rig.provider.start(charge, BACK, NOTIFY)
        told = rig.provider.confirm(*rig.pay(charge))
        asked = rig.provider.query(charge)
        assert asked is not None
        assert (asked.charge_id, asked.state) == (told.charge_id, told.state)
        assert (asked.amount_minor, asked.currency) == (told.amount_minor, told.currency)

    def test_the_same_callback_is_the_same_event(self, rig: Rig, charge: Charge) -> None:
        rig.provider.start(charge, BACK, NOTIFY)
        sent = rig.pay(charge)
        assert rig.provider.confirm(*sent) == rig.provider.confirm(*sent)

    def test_two_charges_are_two_events(self, mall: Mall, rig: Rig, charge: Charge) -> None:
        other = _charge(mall, rig)
        events = set()
        for one in (charge, other):
            rig.provider.start(one, BACK, NOTIFY)
            events.add(rig.provider.confirm(*rig.pay(one)).event)
        assert len(events) == 2

    def test_a_changed_callback_is_refused(self, rig: Rig, charge: Charge) -> None:
        rig.provider.start(charge, BACK, NOTIFY)
        headers, body = rig.pay(charge)
        for place in range(0, len(body), 7):
            changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
            with pytest.raises(BadSignature):
                rig.provider.confirm(headers, changed)

    @pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[]", b"\xff\x00", b"x" * 100_000])
    def test_what_is_no_callback_is_refused(self, rig: Rig, charge: Charge, body: bytes) -> None:
        rig.provider.start(charge, BACK, NOTIFY)
        headers, _ = rig.pay(charge)
        for given in (headers, {}):
            with pytest.raises(BadSignature):
                rig.provider.confirm(given, body)

    def test_a_callback_without_its_signature_is_refused(self, rig: Rig, charge: Charge) -> None:
        rig.provider.start(charge, BACK, NOTIFY)
        _, body = rig.pay(charge)
        with pytest.raises(BadSignature):
            rig.provider.confirm({}, body)

    def test_the_same_refund_asked_again_sends_money_once(self, rig: Rig, charge: Charge) -> None:
        refund = _paid_and_wanted(rig, charge, 2_345)
        assert [rig.provider.refund(charge, refund) for _ in range(3)] == [RefundState.DONE] * 3
        assert rig.sent_back(charge) == 2_345

    def test_refunds_of_parts_add_up_to_the_whole(self, rig: Rig, charge: Charge) -> None:
        first, second = _paid_and_wanted(rig, charge, 2_345), _wanted(charge, 10_000)
        assert rig.provider.refund(charge, first) == RefundState.DONE
        assert rig.provider.refund(charge, second) == RefundState.DONE
        assert rig.sent_back(charge) == 12_345

    def test_never_more_goes_back_than_was_paid(self, rig: Rig, charge: Charge) -> None:
        first, second = _paid_and_wanted(rig, charge, 12_000), _wanted(charge, 346)
        assert rig.provider.refund(charge, first) == RefundState.DONE
        assert rig.provider.refund(charge, second) == RefundState.FAILED
        assert rig.sent_back(charge) == 12_000

    def test_nothing_goes_back_of_what_was_not_paid(self, rig: Rig, charge: Charge) -> None:
        rig.provider.start(charge, BACK, NOTIFY)
        assert rig.provider.refund(charge, _wanted(charge, 1)) == RefundState.FAILED
        assert rig.sent_back(charge) == 0

    def test_while_it_is_down_it_says_so_and_nothing_is_lost(
        self, rig: Rig, charge: Charge
    ) -> None:
        with rig.down(), pytest.raises(ProviderDown):
            rig.provider.start(charge, BACK, NOTIFY)
        refund = _paid_and_wanted(rig, charge, 2_345)
        with rig.down(), pytest.raises(ProviderDown):
            rig.provider.query(charge)
        with rig.down(), pytest.raises(ProviderDown):
            rig.provider.refund(charge, refund)
        asked = rig.provider.query(charge)
        assert asked is not None
        assert asked.state == Paid.CONFIRMED
        assert rig.provider.refund(charge, refund) == RefundState.DONE
        assert rig.sent_back(charge) == 2_345

    def test_its_callback_decides_a_charge_once_however_often_it_comes(
        self, rig: Rig, charge: Charge
    ) -> None:
        charges.page(charge, BACK)
        sent = rig.pay(charge)
        assert [_called(rig, sent) for _ in range(3)] == [200, 200, 200]
        assert _handled.count((str(charge.pk), "confirmed")) == 1

    def test_a_forged_callback_decides_nothing(self, rig: Rig, charge: Charge) -> None:
        charges.page(charge, BACK)
        headers, body = rig.pay(charge)
        assert _called(rig, (headers, body[:-1] + b" }")) == 400
        assert _called(rig, ({}, body)) == 400
        assert Charge.objects.get(pk=charge.pk).state == "started"

    def test_what_a_lost_callback_would_have_told_is_found_by_asking(
        self, rig: Rig, charge: Charge
    ) -> None:
        charges.page(charge, BACK)
        rig.pay(charge)
        assert charges.ask(charge).state == "confirmed"
        assert _handled.count((str(charge.pk), "confirmed")) == 1


def _charge(mall: Mall, rig: Rig) -> Charge:
    with transaction.atomic():
        return charges.start(
            provider=rig.provider,
            purpose="contract",
            reference=f"C{next(_numbers)}",
            user=mall.user(),
            amount_minor=12_345,
            currency="CNY",
        )


def _wanted(charge: Charge, amount: int) -> ChargeRefund:
    return ChargeRefund.objects.create(
        charge=charge, key=str(uuid4()), amount_minor=amount, currency=charge.currency
    )


def _paid_and_wanted(rig: Rig, charge: Charge, amount: int) -> ChargeRefund:
    rig.provider.start(charge, BACK, NOTIFY)
    rig.pay(charge)
    return _wanted(charge, amount)


def _called(rig: Rig, sent: Sent) -> int:
    """Send a callback to the mall as the provider does: without session, without CSRF token."""
    headers, body = sent
    address = reverse("paying:callback", args=[rig.provider.code])
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    answer = client.post(address, body, content_type="application/json", headers=dict(headers))
    return int(answer.status_code)

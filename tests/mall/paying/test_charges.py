"""Charges: decided once, by the provider alone; refunded at most once over."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from tests.mall.crowd import at_once
from tests.mall.stage import Mall
from tongbao.mall.paying import bank, charges, providers
from tongbao.mall.paying.models import (
    Callback,
    Charge,
    ChargeRefund,
    SandboxPayment,
    SandboxRefund,
)
from tongbao.mall.paying.providers import Notification, Paid, ProviderDown
from tongbao.mall.paying.sandbox import Sandbox

_numbers = count(1)
_decided: list[str] = []
_afterwards: list[str] = []


def handle(charge: Charge) -> object:
    """Stand for what a charge is for: note the decision, and what was asked for afterwards."""
    _decided.append(f"{charge.reference} {charge.state}")

    def after() -> None:
        assert not transaction.get_connection().in_atomic_block
        _afterwards.append(charge.reference)

    return after


def break_down(charge: Charge) -> None:
    """Stand for a handler with a defect."""
    raise RuntimeError(charge.reference)


@pytest.fixture(autouse=True)
def handled() -> Iterator[None]:
    _decided.clear()
    _afterwards.clear()
    with override_settings(MALL_CHARGE_HANDLERS={"test": f"{__name__}.handle"}):
        yield


def started(mall: Mall, amount: int = 5_000, *, at_provider: bool = False) -> Charge:
    """Return a charge of that much, at the provider where that is asked for."""
    with transaction.atomic():
        charge = charges.start(
            provider=Sandbox(),
            purpose="test",
            reference=f"R{next(_numbers)}",
            user=mall.user(),
            amount_minor=amount,
            currency="CNY",
        )
    if at_provider:
        charges.page(charge)
    return charge


def said(
    charge: Charge, state: Paid = Paid.CONFIRMED, *, event: str = "", amount: int = 5_000
) -> Notification:
    """Return what the provider says of a charge."""
    event = event or f"{charge.pk}-{state}"
    return Notification(event, charge.pk, state, amount, "CNY", "ref")


def now(charge: Charge) -> Charge:
    """Return a charge as it is now."""
    return Charge.objects.get(pk=charge.pk)


def paid(mall: Mall, amount: int = 5_000) -> Charge:
    """Return a charge that was really paid at the sandbox."""
    charge = started(mall, amount, at_provider=True)
    bank.pay(charge.pk)
    bank.deliver_due()
    return now(charge)


def wanted(charge: Charge, key: str, amount: int) -> ChargeRefund:
    """Want money back, in a transaction."""
    with transaction.atomic():
        return charges.refund(charge, key, amount)


def test_a_confirmed_charge_is_handled_in_its_transaction_and_followed_up_after_it(
    mall: Mall,
) -> None:
    charge = started(mall)
    charges.take(said(charge), "sandbox")
    assert _decided == [f"{charge.reference} confirmed"]
    assert _afterwards == [charge.reference]
    assert (now(charge).state, now(charge).provider_ref) == ("confirmed", "ref")


def test_the_same_event_counts_once(mall: Mall) -> None:
    charge = started(mall)
    for _ in range(3):
        charges.take(said(charge), "sandbox")
    assert len(_decided) == len(_afterwards) == Callback.objects.count() == 1


def test_another_event_of_a_decided_charge_changes_nothing(mall: Mall) -> None:
    charge = started(mall)
    charges.take(said(charge), "sandbox")
    charges.take(said(charge, event="other"), "sandbox")
    assert len(_decided) == 1
    assert Callback.objects.count() == 2
    assert now(charge).trouble == ""


def test_callbacks_at_the_same_time_decide_once(any_mall: Mall) -> None:
    charge = started(any_mall)
    events = ["one", "one", "one", "two", "two", "three"]
    at_once([lambda e=e: charges.take(said(charge, event=e), "sandbox") for e in events])  # type: ignore[misc]  # a default binds the event
    assert _decided == [f"{charge.reference} confirmed"]
    assert now(charge).state == "confirmed"


def test_a_success_and_a_failure_at_the_same_time_end_with_one_decision(any_mall: Mall) -> None:
    for _ in range(3):
        charge = started(any_mall, at_provider=True)
        bank.pay(charge.pk, callback=False)
        at_once(
            [
                lambda c=charge: charges.take(said(c), "sandbox"),  # type: ignore[misc]  # likewise
                lambda c=charge: charges.take(said(c, Paid.FAILED), "sandbox"),  # type: ignore[misc]  # likewise
            ]
        )
        state, refunds = now(charge).state, ChargeRefund.objects.filter(charge=charge)
        assert (state, [one.amount_minor for one in refunds]) in [
            ("confirmed", []),
            ("failed", [5_000]),
        ]
    assert len(_decided) == 3


def test_an_unknown_charge_is_no_charge(mall: Mall) -> None:
    nobody = Notification("e", uuid4(), Paid.CONFIRMED, 5_000, "CNY", "ref")
    with pytest.raises(charges.UnknownCharge):
        charges.take(nobody, "sandbox")
    assert not Callback.objects.exists()


def test_a_charge_of_another_provider_is_no_charge(mall: Mall) -> None:
    charge = started(mall)
    with pytest.raises(charges.UnknownCharge):
        charges.take(said(charge), "other")
    assert now(charge).state == "started"


def test_an_event_told_of_another_charge_before_is_refused(mall: Mall) -> None:
    first, second = started(mall), started(mall)
    charges.take(said(first, event="e"), "sandbox")
    with pytest.raises(charges.UnknownCharge):
        charges.take(said(second, event="e"), "sandbox")
    assert now(second).state == "started"


@pytest.mark.parametrize("amount", [0, 4_999, 5_001, 500_000])
def test_another_amount_does_not_confirm(mall: Mall, amount: int) -> None:
    charge = started(mall)
    charges.take(said(charge, amount=amount), "sandbox")
    assert (now(charge).state, now(charge).trouble) == ("started", "mismatch")
    assert _decided == []


def test_another_currency_does_not_confirm(mall: Mall) -> None:
    charge = started(mall)
    told = Notification("e", charge.pk, Paid.CONFIRMED, 5_000, "JPY", "ref")
    charges.take(told, "sandbox")
    assert (now(charge).state, now(charge).trouble) == ("started", "mismatch")


def test_an_open_payment_says_nothing(mall: Mall) -> None:
    charge = started(mall)
    charges.take(said(charge, Paid.OPEN, amount=0), "sandbox")
    assert now(charge).state == "started"
    assert not Callback.objects.exists()


def test_what_is_paid_after_it_failed_goes_back_whole(mall: Mall) -> None:
    charge = started(mall, at_provider=True)
    charges.take(said(charge, Paid.FAILED), "sandbox")
    bank.pay(charge.pk)
    assert bank.deliver_due() == [200]
    charges.take(said(charge, event="once more"), "sandbox")
    assert (now(charge).state, now(charge).trouble) == ("failed", "late")
    refund = ChargeRefund.objects.get()
    assert (refund.amount_minor, refund.state) == (5_000, "done")
    assert SandboxRefund.objects.get().amount_minor == 5_000
    assert _decided == [f"{charge.reference} failed"]


def test_a_failure_after_the_confirmation_is_flagged_and_changes_nothing(mall: Mall) -> None:
    charge = started(mall)
    charges.take(said(charge), "sandbox")
    charges.take(said(charge, Paid.FAILED), "sandbox")
    assert (now(charge).state, now(charge).trouble) == ("confirmed", "taken_back")
    assert len(_decided) == 1


def test_a_handler_that_breaks_leaves_the_charge_undecided_so_that_it_is_told_again(
    mall: Mall,
) -> None:
    charge = started(mall)
    with override_settings(MALL_CHARGE_HANDLERS={"test": f"{__name__}.break_down"}):
        with pytest.raises(RuntimeError):
            charges.take(said(charge), "sandbox")
        assert not Callback.objects.exists()
        assert now(charge).state == "started"
    charges.take(said(charge), "sandbox")
    assert now(charge).state == "confirmed"


def test_a_charge_that_nobody_handles_is_not_decided(mall: Mall) -> None:
    charge = started(mall)
    with override_settings(MALL_CHARGE_HANDLERS={}), pytest.raises(NotImplementedError):
        charges.take(said(charge), "sandbox")
    assert now(charge).state == "started"


def test_asking_decides_what_a_lost_callback_would_have(mall: Mall) -> None:
    charge = started(mall, at_provider=True)
    bank.pay(charge.pk, callback=False)
    assert charges.ask(charge).state == "confirmed"
    assert _decided == [f"{charge.reference} confirmed"]


def test_asking_and_the_callback_together_decide_once(any_mall: Mall) -> None:
    charge = started(any_mall, at_provider=True)
    bank.pay(charge.pk)

    def ask() -> object:
        return charges.ask(charge)

    at_once([ask, bank.deliver_due, ask])
    assert _decided == [f"{charge.reference} confirmed"]


def test_pages_do_not_ask_the_provider_more_than_every_few_seconds(mall: Mall) -> None:
    charge = started(mall, at_provider=True)
    charges.ask(charge)
    bank.pay(charge.pk, callback=False)
    assert charges.ask(charge, unless_asked_since=charges.ASK_AGAIN).state == "started"
    assert charges.ask(charge).state == "confirmed"


def test_a_provider_that_is_down_leaves_the_charge_to_be_asked_about_again(mall: Mall) -> None:
    charge = started(mall, at_provider=True)
    bank.pay(charge.pk, callback=False)
    bank.outage("query")
    with pytest.raises(ProviderDown):
        charges.ask(charge)
    assert charges.ask(charge).state == "confirmed"


def test_a_provider_that_is_down_at_the_start_is_started_later(mall: Mall) -> None:
    charge = started(mall)
    bank.outage("start")
    with pytest.raises(ProviderDown):
        charges.page(charge)
    assert now(charge).state == "started"
    assert charges.page(charge) == f"http://localhost:8000/pay/sandbox/{charge.pk}/"


def test_the_pay_page_of_a_decided_charge_is_the_page_after_paying(mall: Mall) -> None:
    charge = paid(mall)
    assert charges.page(charge) == f"http://localhost:8000/pay/back/{charge.pk}/"
    assert charges.page(charge, "http://localhost/") == "http://localhost/"


def test_a_refund_is_sent_once(mall: Mall) -> None:
    charge = paid(mall)
    wanted(charge, "r", 5_000)
    assert [charges.send_refunds(), charges.send_refunds()] == [1, 0]
    refund = ChargeRefund.objects.get()
    assert (refund.state, refund.tries) == ("done", 1)
    assert refund.done_at is not None


def test_the_same_key_is_the_same_refund(mall: Mall) -> None:
    charge = paid(mall)
    assert wanted(charge, "r", 5_000) == wanted(charge, "r", 5_000)
    with pytest.raises(charges.RefundTaken):
        wanted(charge, "r", 4_000)
    with pytest.raises(charges.RefundTaken):
        wanted(paid(mall), "r", 5_000)


def test_refunds_never_exceed_the_charge(mall: Mall) -> None:
    charge = paid(mall)
    wanted(charge, "a", 3_000)
    with pytest.raises(charges.TooMuch):
        wanted(charge, "b", 2_001)
    wanted(charge, "b", 2_000)
    for amount in (1, 0, -5):
        with pytest.raises(charges.TooMuch):
            wanted(charge, "c", amount)


def test_refunds_at_the_same_time_never_exceed_the_charge(any_mall: Mall) -> None:
    charge = paid(any_mall)

    def ask(number: int) -> bool:
        try:
            wanted(charge, f"r{number}", 2_000)
        except charges.TooMuch:
            return False
        return True

    answers = at_once([lambda n=n: ask(n) for n in range(5)])  # type: ignore[misc]  # a default binds it
    assert sorted(answers) == [False, False, False, True, True]
    at_once([charges.send_refunds for _ in range(3)])
    assert sum(one.amount_minor for one in SandboxRefund.objects.all()) == 4_000


def test_nothing_goes_back_of_what_was_not_paid(mall: Mall) -> None:
    charge = started(mall)
    with pytest.raises(charges.NotPaid):
        wanted(charge, "r", 1)
    charges.take(said(charge, Paid.FAILED), "sandbox")
    with pytest.raises(charges.NotPaid):
        wanted(charge, "r", 1)


def test_a_refund_that_the_provider_could_not_do_is_sent_again(mall: Mall) -> None:
    charge = paid(mall)
    wanted(charge, "r", 5_000)
    bank.outage("refund")
    assert charges.send_refunds() == 0
    refund = ChargeRefund.objects.get()
    assert (refund.state, refund.tries, refund.why) == (
        "wanted",
        1,
        "The sandbox is down, as it was told to be.",
    )
    assert charges.send_refunds() == 1
    assert SandboxRefund.objects.get().amount_minor == 5_000


def test_a_refund_under_way_is_asked_for_again(mall: Mall) -> None:
    charge = paid(mall)
    wanted(charge, "r", 5_000)
    bank.outage("refund", answer="pending")
    assert [charges.send_refunds(), charges.send_refunds()] == [0, 1]


def test_a_refund_that_the_provider_refuses_fails_and_frees_its_sum(mall: Mall) -> None:
    charge = paid(mall)
    wanted(charge, "r", 5_000)
    bank.outage("refund", answer="failed")
    assert charges.send_refunds() == 0
    assert ChargeRefund.objects.get().state == "failed"
    assert charges.send_refunds() == 0
    wanted(charge, "by another way", 5_000)
    assert charges.send_refunds() == 1


def test_a_defect_with_one_refund_holds_up_no_other(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = wanted(paid(mall), "a", 5_000), wanted(paid(mall), "b", 5_000)
    really = Sandbox.refund

    def refund(self: Sandbox, charge: Charge, one: ChargeRefund) -> providers.RefundState:
        if one.pk == first.pk:
            raise ZeroDivisionError
        return really(self, charge, one)

    monkeypatch.setattr(Sandbox, "refund", refund)
    assert charges.send_refunds() == 1
    shown = dict(ChargeRefund.objects.values_list("pk", "state"))
    assert shown == {first.pk: "wanted", second.pk: "done"}


def test_a_refund_of_a_provider_no_longer_offered_waits(mall: Mall) -> None:
    charge = paid(mall)
    wanted(charge, "r", 5_000)
    with override_settings(MALL_PAYMENT_PROVIDERS=[]):
        assert charges.send_refunds() == 0
    assert charges.send_refunds() == 1


def test_a_refund_is_wanted_inside_of_a_transaction_and_sent_outside(mall: Mall) -> None:
    charge = paid(mall)
    with pytest.raises(providers.PayingError):
        charges.refund(charge, "r", 1)
    with pytest.raises(providers.PayingError), transaction.atomic():
        charges.send_refunds()
    with pytest.raises(providers.PayingError), transaction.atomic():
        charges.page(charge)
    with pytest.raises(providers.PayingError), transaction.atomic():
        charges.ask(charge)


def test_a_charge_for_the_same_thing_comes_once(mall: Mall) -> None:
    charge = started(mall)
    with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
        charges.start(
            provider=Sandbox(),
            purpose="test",
            reference=charge.reference,
            user=charge.user,
            amount_minor=1,
            currency="CNY",
        )


def test_those_to_ask_about_are_not_decided_or_failed_not_long_ago(mall: Mall) -> None:
    first, failed, old, late = (started(mall) for _ in range(4))
    charges.take(said(started(mall)), "sandbox")
    for one in (failed, old, late):
        charges.take(said(one, Paid.FAILED), "sandbox")
    charges.take(said(late), "sandbox")
    moment = timezone.now()
    Charge.objects.filter(pk=old.pk).update(decided_at=moment - timedelta(days=8))
    assert list(charges.to_ask(moment)) == [first, failed]


def test_what_is_paid_after_it_failed_is_found_without_a_callback(mall: Mall) -> None:
    charge = started(mall, at_provider=True)
    bank.fail(charge.pk)
    bank.deliver_due()
    assert charges.ask(charge).state == "failed"
    bank.pay(charge.pk, callback=False)
    assert charges.ask(charge).trouble == "late"
    assert SandboxRefund.objects.get().amount_minor == 5_000


def test_what_the_provider_never_heard_of_fails_in_the_end(mall: Mall) -> None:
    charge = started(mall)
    assert charges.ask(charge).state == "started"
    Charge.objects.filter(pk=charge.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert charges.ask(charge).state == "failed"
    assert charges.page(charge) == charges.return_address(charge)
    assert not SandboxPayment.objects.exists()


def test_what_nobody_pays_at_the_sandbox_fails_in_the_end(mall: Mall) -> None:
    charge = started(mall, at_provider=True)
    long_ago = timezone.now() - timedelta(days=2)
    SandboxPayment.objects.update(created_at=long_ago)
    assert charges.ask(charge).state == "failed"


def test_an_unknown_providers_callback_is_not_found(mall: Mall) -> None:
    answer = mall.client().post(reverse("paying:callback", args=["nobody"]))
    assert answer.status_code == 404
    with pytest.raises(providers.UnknownProvider):
        providers.named("nobody")


def test_a_callback_is_posted(mall: Mall) -> None:
    assert mall.client().get(reverse("paying:callback", args=["sandbox"])).status_code == 405


def test_a_callback_for_an_unknown_charge_is_told_so(mall: Mall) -> None:
    charge = started(mall, at_provider=True)
    bank.pay(charge.pk)
    Charge.objects.filter(pk=charge.pk).delete()
    assert bank.deliver_due() == [404]

"""Refunds that the provider refused: asked for again, paid into the wallet, settled by hand."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from tests.mall.crowd import at_once
from tests.mall.sales.buying import buyer, paid, wallet
from tests.mall.stage import Mall
from tongbao.ledger import programs
from tongbao.ledger.models import Entry
from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.words import worded
from tongbao.mall.paying import bank, charges, refused
from tongbao.mall.paying.models import Charge, ChargeRefund, SandboxRefund
from tongbao.mall.paying.providers import RefundState
from tongbao.mall.people.roles import is_operator
from tongbao.mall.sales import cancelling
from tongbao.mall.sales.comparing import compared
from tongbao.mall.sales.findings import Did, Kind
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.reconcile import reconcile


def stuck(mall: Mall, times: int = 1) -> ChargeRefund:
    """A cancelled order of which the provider refused to send the 50.00 back."""
    sale = paid(mall, buyer(mall), {"tea": 5_000}, Split(provider=5_000))
    bank.outage("refund", times, answer=RefundState.FAILED)
    assert cancelling.cancel(sale, "shopper")
    refund = ChargeRefund.objects.get()
    assert refund.state == "failed"
    return refund


def press(mall: Mall, refund: ChargeRefund, way: str, reference: str = "wire 7") -> str:
    client = mall.client(mall.operator())
    typed = {"way": way, "reference": reference}
    page = client.post(reverse("desk:refund", args=[refund.pk]), typed, follow=True)
    return str(page.content.decode())


def paid_back(refund: ChargeRefund, mall: Mall) -> tuple[int, int]:
    """What came back: by the provider, and into the wallet."""
    sent = sum(one.amount_minor for one in SandboxRefund.objects.all())
    return sent, wallet(mall, refund.charge.user.account or "")


def test_the_operator_finds_it_with_all_ways_out(mall: Mall) -> None:
    refund = stuck(mall)
    page = mall.client(mall.operator()).get(reverse("desk:charges")).content.decode()
    assert reverse("desk:refund", args=[refund.pk]) in page
    assert "Ask the provider again" in page
    assert "Pay ¥50.00 into the wallet" in page
    assert "Note ¥50.00 as settled outside" in page
    assert "¥50.00 is owed to the payer" in page


def test_asked_again_the_provider_sends_it_once(mall: Mall) -> None:
    refund = stuck(mall)
    assert "¥50.00 refunded." in press(mall, refund, "again")
    assert "Someone has already dealt with this." in press(mall, refund, "again")
    assert "Someone has already dealt with this." in press(mall, refund, "wallet")
    assert paid_back(refund, mall) == (5_000, 0)
    assert "There are no payment problems." in press(mall, refund, "again")


def test_refused_once_more_it_stays_to_be_decided(mall: Mall) -> None:
    refund = stuck(mall, times=2)
    assert "The provider refused to refund ¥50.00" in press(mall, refund, "again")
    refund.refresh_from_db()
    assert refund.state == "failed"


def test_it_goes_into_the_wallet_once_and_the_payer_is_told(mall: Mall) -> None:
    refund = stuck(mall)
    assert "¥50.00 paid into the wallet." in press(mall, refund, "wallet")
    assert "Someone has already dealt with this." in press(mall, refund, "wallet")
    assert "Someone has already dealt with this." in press(mall, refund, "again")
    assert paid_back(refund, mall) == (0, 5_000)
    (notice,) = Notice.objects.filter(user=refund.charge.user, kind="refund")
    assert "went into your wallet" in worded(notice, mall.shop).text
    shopper = mall.client(refund.charge.user)
    order = shopper.get(f"/orders/{refund.charge.reference}/").content.decode()
    assert "paid into your wallet: the provider could not refund it" in order
    statement = shopper.get(reverse("wallet:statement")).content.decode()
    assert "Refund to the wallet, which the payment provider could not make" in statement
    assert refund.charge.reference in statement
    assert reconcile(timezone.now()) == []


def test_what_was_settled_by_hand_is_noted_once_with_who_when_and_how(mall: Mall) -> None:
    refund = stuck(mall)
    entries = Entry.objects.count()
    assert "¥50.00 noted as settled outside." in press(mall, refund, "outside", " wire \n 7 ")
    for way in ("outside", "again", "wallet"):
        assert "Someone has already dealt with this." in press(mall, refund, way, "another")
    refund.refresh_from_db()
    assert (refund.state, refund.reference) == ("outside", "wire 7")
    assert refund.decided_by is not None
    assert is_operator(refund.decided_by)
    assert refund.done_at is not None
    assert (paid_back(refund, mall), Entry.objects.count()) == ((0, 0), entries)
    assert charges.send_refunds() == 0
    (notice,) = Notice.objects.filter(user=refund.charge.user, kind="refund")
    assert "¥50.00 from order" in worded(notice, mall.shop).text
    shopper = mall.client(refund.charge.user)
    order = shopper.get(f"/orders/{refund.charge.reference}/").content.decode()
    assert "refunded, arranged by us with the provider" in order
    assert reconcile(timezone.now()) == []


@pytest.mark.parametrize("reference", ["", "  ", "x" * 201])
def test_how_it_was_settled_has_to_be_said(mall: Mall, reference: str) -> None:
    refund = stuck(mall)
    page = press(mall, refund, "outside", reference)
    assert "Say in at most 200 characters how it was settled." in page
    refund.refresh_from_db()
    assert (refund.state, refund.done_at) == ("failed", None)


def test_the_database_takes_no_unsigned_one(mall: Mall) -> None:
    refund = stuck(mall)
    with pytest.raises(IntegrityError, match="refund_outside_is_signed"), transaction.atomic():
        ChargeRefund.objects.filter(pk=refund.pk).update(state="outside")


@pytest.mark.parametrize("way", ["again", "wallet", "outside"])
def test_what_was_paid_too_late_is_mended_whichever_way_it_went_back(mall: Mall, way: str) -> None:
    refund = stuck(mall)
    # As if all of it had come after the order's time was up.
    Charge.objects.update(trouble="late", state="failed")
    found = {one.kind for one in compared(timezone.now())}
    assert {Kind.CHARGE_TROUBLE, Kind.REFUND_FAILED} <= found
    press(mall, refund, way)
    found = {one.kind for one in compared(timezone.now())}
    assert not {Kind.CHARGE_TROUBLE, Kind.REFUND_FAILED} & found
    refund.refresh_from_db()
    assert not charges.is_held(refund.charge)
    page = mall.client(mall.operator()).get(reverse("desk:charges")).content.decode()
    assert ("wire 7" in page) == (way == "outside")


def test_it_goes_one_way_only_however_many_press_at_once(mall: Mall) -> None:
    refund = stuck(mall)

    def either(decide: Callable[[ChargeRefund], ChargeRefund]) -> str:
        try:
            return str(decide(refund).state)
        except refused.NotRefused:
            return ""

    by = mall.operator()

    def by_hand(row: ChargeRefund) -> ChargeRefund:
        return refused.settle_outside(row, by, "wire 7")

    ways = (by_hand, refused.again, refused.into_wallet)
    found = at_once([partial(either, way) for way in ways * 2])
    assert sum(bool(one) for one in found) == 1
    refund.refresh_from_db()
    outside = 5_000 if refund.state == "outside" else 0
    assert sum(paid_back(refund, mall)) + outside == 5_000
    assert Notice.objects.filter(user=refund.charge.user, kind="refund").count() == 1


def test_what_a_crash_left_is_finished_by_the_reconciler(mall: Mall) -> None:
    refund = stuck(mall)
    programs.pause(mall.shop.program)
    with pytest.raises(Exception, match="paused"):
        refused.into_wallet(refund)
    programs.launch(mall.shop.program)
    (found,) = reconcile(timezone.now())
    assert (found.subject, found.did) == (refund.key, Did.FINISHED)
    assert paid_back(refund, mall) == (0, 5_000)
    assert reconcile(timezone.now()) == []


def test_a_deposit_that_the_ledger_refused_is_to_be_decided_again(mall: Mall) -> None:
    refund = stuck(mall)
    # As if the ledger would not take it: under its id waits what cannot be.
    other = {"type": "withdraw", "account": "shop", "amount": 10**9}
    with transaction.atomic():
        ChargeRefund.objects.filter(pk=refund.pk).update(state="wallet")
        mall.ledger.enqueue({**other, "id": refused.deposit_id(refund)})
    refused.finish(refund)
    refund.refresh_from_db()
    assert refund.state == "failed"
    assert paid_back(refund, mall) == (0, 0)
    assert "refunded." in press(mall, refund, "again")


def test_money_of_another_currency_has_no_way_into_the_wallet(mall: Mall) -> None:
    refund = stuck(mall)
    ChargeRefund.objects.filter(pk=refund.pk).update(currency="EUR")
    refund.refresh_from_db()
    page = mall.client(mall.operator()).get(reverse("desk:charges")).content.decode()
    assert "into the wallet" not in page.split("Ask the provider again")[1]
    with pytest.raises(refused.NotRefused):
        refused.into_wallet(refund)
    assert charges.send_refunds() == 0


def test_nobody_but_operators_decides(mall: Mall) -> None:
    refund = stuck(mall)
    for client in (mall.client(refund.charge.user), mall.client(mall.staff("tea"))):
        assert client.post(reverse("desk:refund", args=[refund.pk])).status_code == 404
    refund.refresh_from_db()
    assert refund.state == "failed"

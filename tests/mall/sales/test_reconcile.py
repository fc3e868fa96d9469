"""The reconciler: goes on with what was left, and tells what disagrees."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests.mall.sales.buying import bought, buyer, overdue, placed, wallet
from tests.mall.stage import Mall
from tongbao.mall.paying import bank, charges
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.sales import (
    cancelling,
    comparing,
    quoting,
    receiving,
    returns,
    settlement,
    settling,
)
from tongbao.mall.sales.findings import Did, Finding, Kind
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.shop.models import Shop, the_shop

NOTHING: list[Finding] = []


def found() -> list[Finding]:
    return reconcile(timezone.now())


def test_where_everything_agrees_it_finds_nothing(mall: Mall) -> None:
    user = buyer(mall, wallet=10000, points=10000, credit=10000)
    part = bought(mall, user, 400, Split(provider=100, wallet=100, credit=100, points=100))
    assert found() == NOTHING
    overdue(part)
    assert found() == NOTHING  # what was due is settled, as every night
    part.refresh_from_db()
    assert part.state == "settled"


def test_a_payment_that_waits_to_be_booked_is_booked(mall: Mall) -> None:
    sale = placed(mall, buyer(mall, wallet=100), {"tea": 100}, Split(wallet=100))
    assert found() == [Finding(Kind.BOOKING, sale.number, Did.FINISHED)]
    assert (found(), wallet(mall, "shop")) == (NOTHING, 100)


def test_a_payment_whose_callback_was_lost_is_found_out(mall: Mall) -> None:
    sale = placed(mall, buyer(mall), {"tea": 100}, Split(provider=100))
    charge = sale.charge
    assert charge is not None
    charges.page(charge)
    assert found() == NOTHING  # it is not paid yet
    bank.pay(charge.pk, callback=False)
    assert found() == [Finding(Kind.PAYMENT, str(charge.pk), Did.FINISHED)]
    sale.refresh_from_db()
    assert (sale.state, found()) == ("paid", NOTHING)


def test_what_was_not_paid_in_time_is_cancelled(mall: Mall) -> None:
    sale = placed(mall, buyer(mall), {"tea": 100}, Split(provider=100))
    late = timezone.now() + timedelta(minutes=31)
    assert reconcile(late) == [Finding(Kind.EXPIRED, sale.number, Did.UNDONE)]
    assert reconcile(late) == NOTHING


def test_a_settlement_that_had_begun_is_noted(mall: Mall) -> None:
    part = overdue(bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100)))
    settlement.begin(part.pk, timezone.now())
    assert found() == [Finding(Kind.SETTLEMENT, f"{part.sale.number}-tea", Did.FINISHED)]
    assert found() == NOTHING


def test_an_approved_return_is_carried_out(mall: Mall) -> None:
    user = buyer(mall, wallet=100)
    part = bought(mall, user, 200, Split(provider=100, wallet=100))
    asked = returns.ask(part, 200)
    with transaction.atomic():  # what `approve` commits before it goes on
        one, row = returns._locked(asked.pk)
        plan = quoting.planned(the_shop(), one, 200, shop_bears=False)
        returns._begin(one, row, plan, None)
    base = f"{part.sale.number}-tea-return1"
    assert found() == [Finding(Kind.RETURN, base, Did.FINISHED)]
    assert (found(), wallet(mall, user.account)) == (NOTHING, 100)
    assert ChargeRefund.objects.get().state == "done"


def test_a_refund_that_the_provider_did_not_hear_of_is_told(mall: Mall) -> None:
    part = bought(mall, buyer(mall), 100, Split(provider=100))
    bank.outage("refund")
    asked = returns.ask(part, 100)
    returns.approve(asked, None, returns.quote(part, 100))
    key = f"{part.sale.number}-tea-return1"
    bank.outage("refund")
    assert found() == [Finding(Kind.REFUND, key, Did.NOTHING)]
    assert found() == [Finding(Kind.REFUND, key, Did.FINISHED)]
    assert found() == NOTHING


def test_a_refund_that_the_provider_will_not_do_is_told_until_somebody_looks(mall: Mall) -> None:
    part = bought(mall, buyer(mall), 100, Split(provider=100))
    bank.outage("refund", answer="failed")
    asked = returns.ask(part, 100)
    returns.approve(asked, None, returns.quote(part, 100))
    key = f"{part.sale.number}-tea-return1"
    assert found() == found() == [Finding(Kind.REFUND_FAILED, key)]


def test_a_paid_charge_without_an_order_is_told(mall: Mall) -> None:
    charge = Charge.objects.create(
        provider="sandbox",
        purpose="sale",
        reference="gone",
        user=buyer(mall),
        amount_minor=100,
        currency="CNY",
        state="confirmed",
    )
    assert found() == [Finding(Kind.CHARGE_ALONE, str(charge.pk))]


def test_a_charge_of_another_amount_than_the_orders_is_told(mall: Mall) -> None:
    part = bought(mall, buyer(mall), 100, Split(provider=100))
    Charge.objects.update(amount_minor=90)
    charge = part.sale.charge
    assert charge is not None
    assert found() == [Finding(Kind.CHARGE_DIFFERS, str(charge.pk))]


def test_a_payment_in_the_journal_for_no_order_is_told(mall: Mall) -> None:
    user = buyer(mall, wallet=100)
    pay = {"id": "T0-wallet", "type": "pay_wallet", "payer": user.account, "payee": "shop"}
    assert mall.ledger.submit({**pay, "amount": 100}).ok
    assert found() == [Finding(Kind.JOURNAL_ALONE, "T0-wallet")]


def test_an_order_that_counts_on_what_was_never_paid_is_told(mall: Mall) -> None:
    user = buyer(mall, wallet=100)
    part = bought(mall, user, 100, Split(wallet=100))
    Sale.objects.update(number="other")
    findings = found()
    assert Finding(Kind.JOURNAL_LACKS, "other-wallet") in findings
    assert Finding(Kind.JOURNAL_ALONE, f"{part.sale.number}-wallet") in findings


@pytest.mark.parametrize(
    "fields", [{"settled_minor": 90}, {"to_merchant": 1}, {"points_atoms": 1}, {"to_reserve": 31}]
)
def test_a_settlement_with_other_figures_than_the_journals_is_told(
    mall: Mall, fields: dict[str, int]
) -> None:
    part = overdue(bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100)))
    settlement.settle_part(part)
    Part.objects.update(**fields)
    assert found() == [Finding(Kind.JOURNAL_DIFFERS, f"{part.sale.number}-tea-purchase")]


def test_a_return_with_another_amount_than_the_journals_is_told(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    asked = returns.ask(part, 40)
    returns.approve(asked, None, returns.quote(part, 40))
    Return.objects.update(wallet_minor=39)
    key = f"{part.sale.number}-tea-return1-wallet"
    assert Finding(Kind.JOURNAL_DIFFERS, key) in found()


def test_money_that_is_missing_in_the_malls_own_account_is_told(mall: Mall) -> None:
    part = overdue(bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100)))
    mall.ledger.submit({"id": "oops", "type": "withdraw", "account": "shop", "amount": 30})
    assert found() == [
        Finding(Kind.STUCK, f"{part.sale.number}-tea"),
        Finding(Kind.ESCROW_SHORT, "¥0.30"),
    ]


def test_a_payment_that_came_too_late_is_told_until_it_went_back(mall: Mall) -> None:
    sale = placed(mall, buyer(mall), {"tea": 100}, Split(provider=100))
    charge = sale.charge
    assert charge is not None
    charges.page(charge)
    assert cancelling.cancel(sale, "shopper")
    Charge.objects.update(state="failed")
    bank.pay(charge.pk)
    bank.outage("refund", times=100)
    bank.deliver_due()
    charge.refresh_from_db()
    assert charge.trouble == "late"
    assert Finding(Kind.CHARGE_TROUBLE, str(charge.pk)) in found()
    bank.outage("refund", times=0)
    charges.send_refunds()
    assert ChargeRefund.objects.get().state == "done"
    assert all(one.kind is not Kind.CHARGE_TROUBLE for one in found())


class Broken(Exception):
    """Nothing that anybody expects."""


def test_one_part_that_breaks_holds_up_no_other_settlement(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    parts = [overdue(bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))) for _ in "12"]
    begin = settlement.begin

    def breaks(part_id: int, now: datetime) -> datetime | None:
        if part_id == parts[0].pk:
            raise Broken
        return begin(part_id, now)

    monkeypatch.setattr(settlement, "begin", breaks)
    assert settling.settle_due(timezone.now()) == 1
    assert "part_not_settled" in caplog.text
    assert found() == [Finding(Kind.STUCK, f"{parts[0].sale.number}-tea")]


def test_a_settlement_that_breaks_at_its_end_is_told(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [overdue(bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))) for _ in "12"]
    note = settlement._note

    def breaks(shop: Shop, part: Part, bodies: Mapping[str, Mapping[str, Any]]) -> None:
        if part.pk == parts[0].pk:
            raise Broken
        note(shop, part, bodies)

    with monkeypatch.context() as patched:
        patched.setattr(settlement, "_note", breaks)
        number = f"{parts[0].sale.number}-tea"
        assert found() == [Finding(Kind.SETTLEMENT, number, Did.NOTHING)]
        assert found() == [Finding(Kind.SETTLEMENT, number, Did.NOTHING)]
    parts[1].refresh_from_db()
    assert parts[1].state == "settled"
    assert found() == [Finding(Kind.SETTLEMENT, number, Did.FINISHED)]


def test_one_part_that_breaks_holds_up_no_other_receipt(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100)) for _ in "12"]
    for part in parts:
        receiving.ship(part)
    receive = receiving.receive

    def breaks(part: Part, at: datetime | None = None) -> Part:
        if part.pk == parts[0].pk:
            raise Broken
        return receive(part, at)

    monkeypatch.setattr(receiving, "receive", breaks)
    assert receiving.receive_overdue(timezone.now() + timedelta(days=60)) == 1


def test_a_return_that_breaks_is_told_and_holds_up_no_other(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [buyer(mall, wallet=100) for _ in "12"]
    parts = [bought(mall, user, 100, Split(wallet=100)) for user in users]
    bases = [f"{part.sale.number}-tea-return1" for part in parts]
    finish = returns.finish
    with monkeypatch.context() as patched:
        patched.setattr(returns, "finish", lambda _: None)
        for part in parts:
            returns.automatic(part, 100, "it failed")

    def breaks(number: int) -> Return:
        if Return.objects.get(pk=number).part_id == parts[0].pk:
            raise Broken
        return finish(number)

    with monkeypatch.context() as patched:
        patched.setattr(returns, "finish", breaks)
        assert found() == [
            Finding(Kind.RETURN, bases[0], Did.NOTHING),
            Finding(Kind.RETURN, bases[1], Did.FINISHED),
        ]
    states = Return.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["approved", "done"]
    assert found() == [Finding(Kind.RETURN, bases[0], Did.FINISHED)]


def test_one_sale_that_breaks_holds_up_no_other_expiry(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales = [placed(mall, buyer(mall), {"tea": 100}, Split(provider=100)) for _ in "12"]
    cancel = cancelling.cancel

    def breaks(sale: Sale, why: str) -> bool:
        if sale.pk == sales[0].pk:
            raise Broken
        return cancel(sale, why)

    monkeypatch.setattr(cancelling, "cancel", breaks)
    assert cancelling.expire_due(timezone.now() + timedelta(minutes=31)) == 1


def test_a_comparison_that_breaks_is_told_and_the_others_go_on(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    mall.ledger.submit({"id": "oops", "type": "withdraw", "account": "shop", "amount": 30})

    def breaks(*_: object) -> Iterator[Finding]:
        raise Broken

    monkeypatch.setattr(comparing, "_returns", breaks)
    assert found() == [
        Finding(Kind.STEP_FAILED, "returns"),
        Finding(Kind.ESCROW_SHORT, "¥0.30"),
    ]
    assert "Broken" in caplog.text


@pytest.mark.parametrize("where", ["return", "receipt"])
def test_what_fails_after_a_commit_is_logged_and_holds_up_nothing_else(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    Shop.objects.update(return_days=0)
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    went_on: list[str] = []

    def breaks(*_: object) -> None:
        raise Broken

    monkeypatch.setattr(returns, "finish", breaks)
    monkeypatch.setattr(settlement, "settle_part", breaks)
    with transaction.atomic():
        if where == "return":
            returns.automatic(part, 40, "it failed")
        else:
            receiving.receive(part)
        transaction.on_commit(lambda: went_on.append("the next"))
    assert went_on == ["the next"]
    assert "Broken" in caplog.text


def test_a_finding_is_told_in_both_languages() -> None:
    finding = Finding(Kind.BOOKING, "T1", Did.FINISHED)
    assert finding.is_repaired
    assert finding.say("en") == (
        "Order T1: it was paid for, but its payment was not booked yet. Finished now."
    )
    assert finding.say("zh-hans") == "订单 T1：已付款，但尚未入账。已补完。"

"""In each of the worker's queues one thing that fails, for whatever reason, stops no other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from tests.mall.checkout.way import rich
from tests.mall.services.goods import bought, offer
from tests.mall.stage import Mall
from tongbao.ledger import dividends
from tongbao.mall.notices import follow
from tongbao.mall.notices.models import Notice
from tongbao.mall.paying import charges
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.paying.providers import ProviderDown, RefundState
from tongbao.mall.paying.sandbox import Sandbox
from tongbao.mall.people.members import enrolled
from tongbao.mall.services import topups, vouchers
from tongbao.mall.services.models import Topup, Voucher
from tongbao.mall.services.providers import Answer, Request
from tongbao.mall.services.sandbox import Sandbox as TopupSandbox
from tongbao.mall.wallet import withdrawals
from tongbao.mall.wallet.models import Withdrawal
from tongbao.mall.wallet.payouts import Answer as PayoutAnswer
from tongbao.mall.wallet.payouts import Payout
from tongbao.mall.wallet.payouts import Sandbox as PayoutSandbox


class BadTopups(TopupSandbox):
    """A provider that breaks over one number."""

    def submit(self, request: Request) -> Answer:
        if request.target.endswith("0009"):
            raise RuntimeError("a defect")
        return super().submit(request)

    def query(self, request: Request) -> Answer | None:
        if request.target.endswith("0009"):
            raise RuntimeError("a defect")
        return super().query(request)


class BadPayouts(PayoutSandbox):
    """A provider that breaks over one account."""

    def send(self, payout: Payout) -> PayoutAnswer:
        if payout.number.endswith("13"):
            raise RuntimeError("a defect")
        return super().send(payout)


class HalfDown(Sandbox):
    """A provider that is down for refunds of 1.00, and breaks over those of 3.00."""

    def refund(self, charge: Charge, refund: ChargeRefund) -> RefundState:
        if refund.amount_minor == 100:
            raise ProviderDown("down")
        return RefundState.DONE


def break_over_three(refund: ChargeRefund) -> None:
    """Stand for what a refund is for, with a defect."""
    if refund.amount_minor == 300:
        raise RuntimeError("a defect")


def paid_charge(mall: Mall, reference: str) -> Charge:
    return Charge.objects.create(
        provider="sandbox",
        purpose="test",
        reference=reference,
        user=mall.user(),
        amount_minor=5_000,
        currency="CNY",
        state=Charge.State.CONFIRMED,
    )


@override_settings(MALL_TOPUP_PROVIDERS=[f"{__name__}.BadTopups"])
def test_a_topup_over_which_a_provider_breaks_stops_no_other(mall: Mall) -> None:
    offer(mall, "topup", "phone", "10.00", topup_kind="phone")
    for target in ("13800130009", "13800130001"):
        bought(mall, "phone", target=target)
    # Both are to be asked about again, the one that breaks first.
    Topup.objects.update(state=Topup.State.SENT, next_at=timezone.now(), decided_at=None)
    Topup.objects.filter(target="13800130009").update(next_at=timezone.now() - timedelta(hours=1))
    topups.advance(timezone.now() + timedelta(minutes=1))
    assert [topup.state for topup in Topup.objects.order_by("target")] == ["done", "sent"]


def test_a_voucher_that_cannot_be_taken_back_stops_no_other(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(mall, "voucher", "bath", "10.00", voucher_days=1)
    bought(mall, "bath", 3)
    bad = Voucher.objects.order_by("pk")[0]
    real = vouchers.give_back

    def give_back(voucher: Voucher, *rest: Any) -> Voucher:  # noqa: ANN401  # as the real one
        if voucher.pk == bad.pk:
            raise RuntimeError("a defect")
        return real(voucher, *rest)

    monkeypatch.setattr(vouchers, "give_back", give_back)
    assert vouchers.advance(timezone.now() + timedelta(days=3)) == 2


@override_settings(
    MALL_PAYMENT_PROVIDERS=[f"{__name__}.HalfDown"],
    MALL_REFUND_HANDLERS={"test": f"{__name__}.break_over_three"},
)
def test_refunds_that_wait_or_break_do_not_stop_the_others(mall: Mall) -> None:
    for number, amount in enumerate([100] * 5 + [300] + [200] * 2):
        charge = paid_charge(mall, str(number))
        with transaction.atomic():
            charges.refund(charge, f"r{number}", amount)
    # Six that cannot be done are older, and only four are taken up at a time.
    for _ in range(2):
        charges.send_refunds(limit=4)
    done = ChargeRefund.objects.filter(state=ChargeRefund.State.DONE)
    assert [refund.amount_minor for refund in done] == [200, 200]
    assert ChargeRefund.objects.filter(state=ChargeRefund.State.WANTED).count() == 6


@override_settings(MALL_PAYOUTS=f"{__name__}.BadPayouts")
def test_a_withdrawal_over_which_a_provider_breaks_stops_no_other(mall: Mall) -> None:
    users = [rich(mall), rich(mall)]
    for user, number in zip(users, ("6200000000000013", "6200000000000014"), strict=True):
        withdrawal = Withdrawal.objects.create(
            user=user,
            command_id=f"{user.account}-withdraw-1",
            amount_minor=500,
            target="bank",
            holder="Ann",
            number=number,
        )
        mall.ledger.submit(
            {
                "id": withdrawal.command_id,
                "type": "withdraw",
                "account": user.account,
                "amount": 500,
            }
        )
    withdrawals.reconcile(timezone.now() + timedelta(minutes=5))
    states = list(Withdrawal.objects.order_by("number").values_list("state", flat=True))
    assert states == ["paying", "paid"]


def test_somebody_who_cannot_be_told_of_a_dividend_keeps_nobody_else_from_it(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [mall.user(name) for name in ("ann", "bob", "eve")]
    for user in users:
        command = {"id": f"buy-{user.pk}", "type": "purchase", "paid": 10_000, "profit": 3_500}
        assert mall.ledger.submit({**command, "member": enrolled(user, mall.ledger)}).ok
    now = datetime.now(UTC)
    day = str(now.astimezone(mall.shop.zone).date())
    assert mall.ledger.submit({"id": "close", "type": "close_day", "day": day}).ok
    real: Callable[..., Any] = dividends.dividend_days

    def dividend_days(ledger: Any, account: str, **rest: Any) -> Any:  # noqa: ANN401  # as the real one
        if account == users[0].account:
            raise RuntimeError("a defect")
        return real(ledger, account, **rest)

    monkeypatch.setattr(follow, "dividend_days", dividend_days)
    with pytest.raises(ExceptionGroup):
        follow.tell_nightly(mall.shop, now)
    told = Notice.objects.filter(kind="dividend").values_list("user", flat=True)
    assert set(told) == {users[1].pk, users[2].pk}

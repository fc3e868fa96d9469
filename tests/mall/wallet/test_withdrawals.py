"""Withdrawals: once, told, and back in the wallet where they cannot be paid."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from tests.mall.stage import Mall
from tongbao.ledger.programs import launch, pause
from tongbao.mall.notices.models import Notice
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.wallet import withdrawals
from tongbao.mall.wallet.models import Withdrawal
from tongbao.mall.wallet.payouts import Answer, Payout, PayoutState, PayoutTrouble

TARGET = {"target": "bank", "holder": "Ann Li", "number": "6222 0000 1234 5678"}


@pytest.fixture(autouse=True)
def by_hand() -> Iterator[None]:
    """Let the operator pay by hand, where a test says nothing else."""
    with override_settings(MALL_PAYOUTS=""):
        yield


@pytest.fixture
def ann(mall: Mall) -> User:
    """Return a member with 50.00 in the wallet."""
    user = mall.user("ann")
    enrolled(user, mall.ledger)
    mall.ledger.submit({"id": "gift", "type": "deposit", "account": user.account, "amount": 5000})
    return user


@pytest.fixture
def sandbox(by_hand: None) -> Iterator[None]:
    """Let the sandbox pay."""
    with override_settings(MALL_PAYOUTS="tongbao.mall.wallet.payouts.Sandbox"):
        yield


def cash(mall: Mall, user: User) -> int:
    """Return what is in the wallet, in minor units."""
    account = mall.ledger.account(user.account)
    assert account is not None
    return account.wallet


def withdraw(mall: Mall, user: User, amount: str, **target: str) -> tuple[str, dict[str, str]]:
    """Go through the pages; return where they lead and what was sent."""
    client = mall.client(user)
    given = {**TARGET, **target, "amount": amount}
    page = client.post("/wallet/withdraw/", {**given, "step": "look"}).content.decode()
    once = re.search(r'name="once" value="([0-9a-f]{32})"', page)
    assert once, page
    form = {**given, "step": "do", "once": once[1]}
    answer = client.post("/wallet/withdraw/", form)
    assert answer.status_code == 302
    return answer.headers["location"], form


def states(user: User) -> list[str]:
    """Return what the member was told about withdrawals, in order."""
    notices = Notice.objects.filter(user=user, kind="withdrawal").order_by("id")
    return [notice.facts["state"] for notice in notices]


def test_by_hand_it_waits_for_the_operator_and_is_paid(mall: Mall, ann: User) -> None:
    place, _ = withdraw(mall, ann, "20.00")
    made = Withdrawal.objects.get()
    assert (made.state, cash(mall, ann)) == ("settled", 3000)
    assert made.number == "6222000012345678"
    operator = mall.client(mall.operator())
    assert "6222000012345678" in operator.get("/wallet/payouts/").content.decode()
    operator.post(f"/wallet/payouts/{made.pk}/", {"did": "paid", "reference": "B-77"})
    page = mall.client(ann).get(place).content.decode()
    assert 'data-state="paid"' in page
    assert "B-77" in page
    assert "6222000012345678" not in page
    assert states(ann) == ["requested", "paid"]


def test_a_provider_pays_at_once(mall: Mall, ann: User, sandbox: None) -> None:
    place, _ = withdraw(mall, ann, "50")
    assert 'data-state="paid"' in mall.client(ann).get(place).content.decode()
    assert cash(mall, ann) == 0


def test_what_cannot_be_paid_comes_back(mall: Mall, ann: User, sandbox: None) -> None:
    withdraw(mall, ann, "20.00", number="6222 0000 1234 0000")
    made = Withdrawal.objects.get()
    assert made.state == "failed"
    assert made.returned_at is not None
    assert cash(mall, ann) == 5000
    assert states(ann) == ["requested", "failed"]


def test_sent_twice_it_leaves_once(mall: Mall, ann: User) -> None:
    place, form = withdraw(mall, ann, "50.00")
    again = mall.client(ann).post("/wallet/withdraw/", form)
    assert again.headers["location"] == place
    look = mall.client(ann).post("/wallet/withdraw/", {**form, "step": "look"})
    assert look.headers["location"] == place
    assert Withdrawal.objects.count() == 1
    assert cash(mall, ann) == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount": "50.01"}, "You have ¥50.00 in your wallet."),
        ({"amount": "0.99"}, "The minimum withdrawal is ¥1.00."),
        ({"amount": "1.234"}, "Enter at most 2 decimals."),
        ({"number": "12"}, "8 to 34 digits and letters"),
        ({"target": "alipay", "number": "a b"}, "phone number or e-mail"),
        ({"target": "cash"}, "Select a valid choice"),
        ({"holder": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field(
    mall: Mall, ann: User, changed: dict[str, str], words: str
) -> None:
    form = {**TARGET, "amount": "20", "step": "look", **changed}
    page = mall.client(ann).post("/wallet/withdraw/", form).content.decode()
    assert words in page
    assert 'id="confirm"' not in page


def test_a_frozen_account_is_paid_nothing(mall: Mall, ann: User) -> None:
    mall.ledger.freeze(ann.account, who="operator", why="asked for")
    form = {**TARGET, "amount": "20", "step": "look"}
    page = mall.client(ann).post("/wallet/withdraw/", form).content.decode()
    assert "This account is frozen" in page


def test_what_the_ledger_refuses_stays_in_the_wallet(mall: Mall, ann: User) -> None:
    destination = withdrawals.Destination("bank", "Ann", "12345678")
    made = withdrawals.request(mall.shop, ann, uuid4().hex, 5001, destination)
    assert (made.state, made.why) == ("refused", "insufficient_funds")
    assert cash(mall, ann) == 5000
    assert states(ann) == []


def test_asked_while_the_program_rests_it_goes_on_when_reconciled(mall: Mall, ann: User) -> None:
    pause(mall.shop.program)
    destination = withdrawals.Destination("bank", "Ann", "12345678")
    made = withdrawals.request(mall.shop, ann, uuid4().hex, 2000, destination)
    assert made.state == "requested"
    launch(mall.shop.program, who="operator")
    found = withdrawals.reconcile(timezone.now() + timedelta(hours=1))
    words = f"Withdrawal {made.pk} moved from “waiting for the ledger” to “being prepared”."
    assert [str(one) for one in found] == [words]
    assert cash(mall, ann) == 3000
    assert withdrawals.reconcile(timezone.now() + timedelta(hours=1)) == []


def test_paid_and_then_come_back_it_is_in_the_wallet_once(mall: Mall, ann: User) -> None:
    withdraw(mall, ann, "20.00")
    made = Withdrawal.objects.get()
    operator = mall.client(mall.operator())
    operator.post(f"/wallet/payouts/{made.pk}/", {"did": "paid"})
    for _ in range(2):
        operator.post(f"/wallet/payouts/{made.pk}/", {"did": "failed", "why": "closed account"})
    assert cash(mall, ann) == 5000
    operator.post(f"/wallet/payouts/{made.pk}/", {"did": "paid"})
    made.refresh_from_db()
    assert made.state == "failed"


class Lossy:
    """A provider that pays, but whose first answer gets lost; it pays each key once."""

    code = "lossy"
    paid: ClassVar[Counter[UUID]] = Counter()
    calls = 0

    def send(self, payout: Payout) -> Answer:
        """Pay; the first answer is lost."""
        type(self).calls += 1
        if not self.paid[payout.key]:
            self.paid[payout.key] += 1
        if self.calls == 1:
            raise PayoutTrouble("the line broke")
        return Answer(PayoutState.PAID, "L-1")

    def query(self, payout: Payout) -> Answer | None:
        """Say what became of it."""
        return Answer(PayoutState.PAID, "L-1") if self.paid[payout.key] else None


def test_a_lost_answer_is_asked_for_and_nothing_is_paid_twice(mall: Mall, ann: User) -> None:
    with override_settings(MALL_PAYOUTS=f"{__name__}.Lossy"):
        destination = withdrawals.Destination("bank", "Ann", "12345678")
        made = withdrawals.request(mall.shop, ann, uuid4().hex, 2000, destination)
        assert made.state == "paying"
        withdrawals.reconcile(timezone.now() + timedelta(hours=1))
    made.refresh_from_db()
    assert (made.state, made.reference) == ("paid", "L-1")
    assert Lossy.calls == 1
    assert sum(Lossy.paid.values()) == 1


def test_only_operators_have_a_page_of_payouts(mall: Mall, ann: User) -> None:
    withdraw(mall, ann, "20.00")
    made = Withdrawal.objects.get()
    for user in (ann, mall.staff("tea")):
        client = mall.client(user)
        assert client.get("/wallet/payouts/").status_code == 404
        assert client.post(f"/wallet/payouts/{made.pk}/", {"did": "paid"}).status_code == 404
    assert mall.client(mall.user("eve")).get(f"/wallet/withdrawals/{made.pk}/").status_code == 404


def test_while_a_provider_pays_nobody_else_says_what_became_of_it(
    mall: Mall, ann: User, sandbox: None
) -> None:
    withdraw(mall, ann, "20.00", number="6222 0000 1234 1111")  # on its way for a while, then paid
    made = Withdrawal.objects.get()
    assert (made.state, cash(mall, ann)) == ("paying", 3000)
    operator = mall.client(mall.operator())
    page = operator.get("/wallet/payouts/").content.decode()
    assert 'value="ask"' in page
    assert 'value="failed"' not in page
    told = operator.post(
        f"/wallet/payouts/{made.pk}/", {"did": "failed", "why": "slow"}, follow=True
    )
    assert "its answer decides" in told.content.decode()
    operator.post(f"/wallet/payouts/{made.pk}/", {"did": "paid", "reference": "B-1"})
    made.refresh_from_db()
    assert (made.state, cash(mall, ann)) == ("paying", 3000)
    Withdrawal.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    operator.post(f"/wallet/payouts/{made.pk}/", {"did": "ask"})
    made.refresh_from_db()
    assert (made.state, cash(mall, ann)) == ("paid", 3000)

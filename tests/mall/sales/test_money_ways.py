"""Whatever happens in whatever order, and wherever a crash cuts it off: no money is lost or doubled.

The ends are held against arithmetic of the test's own: what the sandbox's bank took and sent back,
and what is in the wallets, by what became of each sale.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mall.conftest import default_database, surroundings
from tests.mall.sales.buying import buyer
from tests.mall.stage import Mall
from tongbao.ledger import programs
from tongbao.ledger.door import Ledger
from tongbao.mall.paying import bank, charges
from tongbao.mall.paying.models import Charge, SandboxMessage, SandboxPayment
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, placing
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.placing import Draft, Split

_numbers = count(1)
FAR = timedelta(days=1)
NIL = UUID(int=0)


def placed(mall: Mall, user: User, tenders: Split) -> Sale:
    """Place a sale, tea and wine."""
    tea = tenders.total // 3
    drafts = [
        Draft(mall.merchant("tea"), tea),
        Draft(mall.merchant("wine"), tenders.total - tea),
    ]
    with transaction.atomic():
        return placing.place(
            mall.shop,
            user,
            f"W{next(_numbers)}",
            drafts,
            tenders,
            provider="sandbox" if tenders.provider else "",
        )


def quiet(sales: list[Sale]) -> None:
    """Let all come to an end, as the pages and the reconciler do."""
    with_charge = [sale.charge for sale in sales if sale.charge is not None]
    bank.deliver_due()
    for charge in with_charge:
        charges.ask(charge)
    for sale in sales:
        placing.finish(sale)
    cancelling.expire_due(timezone.now() + FAR)
    for charge in with_charge:
        charges.ask(charge)
    for sale in sales:
        placing.finish(sale)
    charges.send_refunds()


def check_ends(mall: Mall, user: User, sales: list[Sale], began: tuple[int, int]) -> None:
    """Hold bank, wallets and credit against what became of the sales."""
    wallet, credit = began
    escrow = 0
    for sale in [Sale.objects.get(pk=sale.pk) for sale in sales]:
        assert sale.state in {"paid", "cancelled"}
        payment = SandboxPayment.objects.filter(charge=sale.charge_id or NIL).first()
        taken = payment.paid_minor if payment and payment.state == "paid" else 0
        sent_back = sum(one.amount_minor for one in payment.refunds.all()) if payment else 0
        kept = sale.provider_minor if sale.state == "paid" else 0
        assert taken - sent_back == kept, sale.number
        if sale.state == "paid":
            wallet -= sale.wallet_minor
            credit -= sale.credit_minor
            escrow += sale.wallet_minor + sale.points_minor - sale.goods_fee_minor
        elif sale.paid_at is not None:
            assert sale.back_at is not None
            wallet += sale.points_minor - sale.goods_fee_minor  # the shopper cancelled
        shown = set(sale.parts.values_list("state", flat=True))
        assert shown == ({"waiting"} if sale.state == "paid" else {"cancelled"})
    account, shop = mall.ledger.account(user.account), mall.ledger.account("shop")
    assert account is not None
    assert shop is not None
    assert (account.wallet, account.credit, shop.wallet) == (wallet, credit, escrow)


def began(mall: Mall, user: User) -> tuple[int, int]:
    """Return what a user has before anything happens."""
    account = mall.ledger.account(user.account)
    assert account is not None
    return account.wallet, account.credit


TENDERS = (
    Split(provider=1_000),
    Split(wallet=1_000),
    Split(provider=700, wallet=800),
    Split(provider=1, wallet=999, credit=300, points=450),
    Split(points=600),
    Split(credit=500, points=100),
)
ACTS = (
    *("page", "pay", "pay lost", "fail", "deliver", "deliver again", "other event", "forged"),
    *("ask", "finish", "cancel", "expire", "pause", "launch", "down", "refunds"),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=st.lists(st.sampled_from(TENDERS), min_size=1, max_size=3),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2)), max_size=16),
)
def test_whatever_happens_in_whatever_order_money_adds_up(
    mall_template: Path,
    tmp_path: Path,
    chosen: list[Split],
    acts: list[tuple[str, int]],
) -> None:
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    url = f"sqlite:///{shutil.copyfile(mall_template, tmp_path / 'mall.sqlite3')}"
    with surroundings(tmp_path), default_database(url):
        mall = Mall(url)
        user = buyer(mall, wallet=2_500, credit=20_000, points=20_000)
        has = began(mall, user)
        sales = [placed(mall, user, tenders) for tenders in chosen]
        for act, place in acts:
            _do(act, mall, sales[place % len(sales)])
        _do("launch", mall, sales[0])
        for call in ("start", "query", "refund"):
            bank.outage(call, times=0)
        for _ in range(2):  # what has come to its end stays there
            quiet(sales)
            check_ends(mall, user, sales, has)


def _do(act: str, mall: Mall, sale: Sale) -> None:
    charge = sale.charge
    simple: dict[str, Callable[[], object]] = {
        "deliver": bank.deliver_due,
        "finish": lambda: placing.finish(sale),
        "cancel": lambda: cancelling.cancel(sale, "shopper"),
        "expire": lambda: cancelling.expire(sale),
        "refunds": charges.send_refunds,
        "pause": lambda: programs.pause("test"),
        "launch": lambda: programs.launch("test"),
    }
    if act in simple:
        if (act, mall.ledger.standing().status) in {("pause", "paused"), ("launch", "running")}:
            return
        simple[act]()
    elif act == "down":
        for call in ("query", "refund"):
            bank.outage(call)
    elif charge is not None:
        _at_provider(act, charge)


def _at_provider(act: str, charge: Charge) -> None:
    charge = Charge.objects.get(pk=charge.pk)
    payment = SandboxPayment.objects.filter(charge=charge.pk).first()
    if act in {"page", "ask"}:
        try:
            charges.page(charge) if act == "page" else charges.ask(charge)
        except PayingError:
            return
    elif payment is None:
        return
    elif act in {"pay", "pay lost"}:
        bank.pay(charge.pk, callback=act == "pay")
    elif act == "fail":
        bank.fail(charge.pk)
    elif act == "deliver again":
        for one in SandboxMessage.objects.filter(payment=payment):
            bank.deliver(one)
    elif payment.state != "open":
        bank.message(payment, event=bank.other_event(), forged=act == "forged")


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_after(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """End the process right after that many commits, ours and the ledger's; gives how many ran."""
    leave, settle, done = transaction.Atomic.__exit__, Ledger.settle, [0]

    def note() -> None:
        done[0] += 1
        if done[0] == step:
            raise Killed

    def exit_(self: transaction.Atomic, kind: object, value: object, trace: object) -> None:
        leave(self, kind, value, trace)  # type: ignore[arg-type]  # handed on as they come
        if kind is None and not transaction.get_connection().in_atomic_block:
            note()

    def settled(self: Ledger, *, wait: float) -> int:
        settled_now = settle(self, wait=wait)
        note()
        return settled_now

    with monkeypatch.context() as patched:
        patched.setattr(transaction.Atomic, "__exit__", exit_)
        patched.setattr(Ledger, "settle", settled)
        try:
            yield done
        except Killed:
            return


def _whole_way(mall: Mall, user: User, tenders: Split, *, cancelled: bool) -> None:
    sale = placed(mall, user, tenders)
    if sale.charge is not None:
        charges.page(sale.charge)
        bank.pay(sale.charge.pk)
        bank.deliver_due()
    placing.finish(sale)
    if cancelled:
        cancelling.cancel(sale, "shopper")


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.parametrize("tenders", [TENDERS[1], TENDERS[3]])
def test_wherever_the_process_ends_what_was_begun_comes_to_its_end(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, tenders: Split, cancelled: bool
) -> None:
    ends = set()
    for step in count(1):
        user = buyer(mall, wallet=2_500, credit=20_000, points=20_000)
        has = began(mall, user)
        before = mall.ledger.account("shop")
        assert before is not None
        if before.wallet:
            clean = {"id": f"clean-{next(_numbers)}", "type": "withdraw", "account": "shop"}
            assert mall.ledger.submit({**clean, "amount": before.wallet}).ok
        with killed_after(step, monkeypatch) as done:
            _whole_way(mall, user, tenders, cancelled=cancelled)
        sales = list(Sale.objects.filter(user=user).select_related("charge"))
        quiet(sales)
        check_ends(mall, user, sales, has)
        ends |= set(Sale.objects.filter(user=user).values_list("state", flat=True))
        if done[0] < step:
            break
    assert step > 3  # it was cut off in several places
    # Cut off before it was cancelled it ends as paid, or as nobody paid it.
    assert ends >= {"cancelled"} if cancelled else ends >= {"paid"}

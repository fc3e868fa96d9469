"""A shopper's whole way, money by money; walked again from the start it goes on where it stopped.

Three sales of one buyer, whom ann invited:

- K1, 160.00 (tea 100.00, wine 60.00) by 80.00 of the provider, which declines first, 40.00 of
  wallet, 20.00 of credit and 20.00 of points. 20.00 of tea come back before the settlement, wine as a whole after it.
- K2, 60.00 of wine, is cancelled after it was paid.
- K3 asks for more than the wallet has: its provider's part goes back.

Wine had 1.00 before, for what the provider keeps of the sale that comes back whole. Every step is
what a page would do; none assumes that the one before went through to its end.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from tongbao.mall.merchants.models import Merchant
from tongbao.mall.paying import bank, charges
from tongbao.mall.paying.models import Charge, SandboxPayment
from tongbao.mall.people.members import bind, enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import attempts, cancelling, placing, receiving, returns, settling
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.placing import Draft, Split
from tongbao.mall.shop.models import the_shop

BUYER: Final = "buyer@example.com"
K1: Final = Split(provider=8000, wallet=4000, credit=2000, points=2000)
K2: Final = Split(provider=2000, wallet=2000, credit=1000, points=1000)
K3: Final = Split(provider=1000, wallet=10**9)


def prepare() -> None:
    """Make ann and the buyer: 100.00 in the wallet, points for 100.00 paid, about 50.00 credit."""
    ledger = the_shop().ledger
    ann = User.objects.create_user("ann@example.com", None)
    buyer = User.objects.create_user(BUYER, None)
    assert bind(buyer, ann.code) == ann
    account = enrolled(buyer, ledger)
    for command in (
        {"id": "top-up", "type": "deposit", "account": account, "amount": 10000},
        {"id": "before", "type": "purchase", "member": account, "paid": 100000, "profit": 0},
        {"id": "convert", "type": "convert", "member": account, "points": 50_000_000},
        {"id": "float", "type": "deposit", "account": "wine", "amount": 100},
    ):
        assert ledger.submit(command).ok


def walk() -> None:
    """Go the whole way, or what of it is still to go."""
    for step in steps():
        step()


def steps() -> list[Callable[[], None]]:
    """Return what the buyer, the merchants and the mall's own worker do, in order."""
    return [
        lambda: buy("K1", {"tea": 10000, "wine": 6000}, K1),
        lambda: receive("K1"),
        lambda: give_back("K1", "tea", 2000, late=False),
        lambda: buy("K2", {"wine": 6000}, K2),
        lambda: cancel("K2"),
        settle,
        lambda: buy("K3", {"tea": 1000 + 10**9}, K3),
        lambda: give_back("K1", "wine", 6000, late=True),
    ]


def buy(number: str, totals: dict[str, int], tenders: Split) -> None:
    """Place an order, pay at the provider's, come back."""
    shop, user = the_shop(), User.objects.get(email=BUYER)
    drafts = [Draft(Merchant.objects.get(account=name), total) for name, total in totals.items()]
    with transaction.atomic():
        sale = placing.place(shop, user, number, drafts, tenders, provider="sandbox")
    charge = sale.charge
    assert charge is not None
    if number == "K1" and sale.state == Sale.State.PENDING and charge.attempt == 1:
        charge = _declined(sale, charge)
    if sale.state == Sale.State.PENDING:
        charges.page(charge)
        payment = SandboxPayment.objects.filter(charge=charge.pk).first()
        if payment is not None and payment.state == SandboxPayment.State.OPEN:
            bank.pay(charge.pk)
    bank.deliver_due()
    placing.finish(sale)


def _declined(sale: Sale, charge: Charge) -> Charge:
    """Let the provider decline, and begin another try."""
    charges.page(charge)
    payment = SandboxPayment.objects.filter(charge=charge.pk).first()
    if payment is not None and payment.state == SandboxPayment.State.OPEN:
        bank.fail(charge.pk)
    bank.deliver_due()
    return attempts.begin(Sale.objects.select_related("charge").get(pk=sale.pk), "sandbox")


def give_back(number: str, merchant: str, amount: int, *, late: bool) -> None:
    """Ask for a return and let the operator approve what it shows."""
    part = Part.objects.get(sale__number=number, merchant__account=merchant)
    if part.returns.exclude(state="done").count() + part.returns.count() == 0:
        returns.ask(part, amount)
    for asked in part.returns.exclude(state="done"):
        if asked.state == "approved":
            returns.finish(asked.pk)
        else:
            returns.approve(asked, None, returns.quote(part, asked.amount_minor))
    assert part.returns.get().is_late == late


def receive(number: str) -> None:
    """Say that everything arrived."""
    for part in Part.objects.filter(sale__number=number, state="waiting").order_by("pk"):
        receiving.receive(part)


def cancel(number: str) -> None:
    """Cancel a paid order."""
    assert cancelling.cancel(Sale.objects.get(number=number), "shopper")


def settle() -> None:
    """Do what the worker does every few seconds, a week later."""
    settling.settle_due(timezone.now() + timedelta(days=8))
    charges.send_refunds()

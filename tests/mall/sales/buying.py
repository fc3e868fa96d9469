"""Ways to a sale in the state that a test begins with, through the mall's own functions."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from django.db import models, transaction
from django.utils import timezone

from tests.mall.stage import Mall
from tongbao.mall.paying import bank, charges
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import placing, receiving
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.placing import Draft, Split

_numbers = count(1)


def buyer(mall: Mall, *, wallet: int = 0, credit: int = 0, points: int = 0) -> User:
    """Make a member with that much in the wallet, in credit, and paid for points (minor units).

    Credit comes by converting points, so it may be a little less.
    """
    user = mall.user("buyer")
    account = enrolled(user, mall.ledger)
    number = next(_numbers)
    if wallet:
        deposit = {"id": f"top-up-{number}", "type": "deposit", "account": account}
        assert mall.ledger.submit({**deposit, "amount": wallet}).ok
    if points or credit:
        profit = (points + credit) * 35 // 100
        purchase = {"id": f"before-{number}", "type": "purchase", "member": account}
        outcome = mall.ledger.submit({**purchase, "paid": points + credit, "profit": profit})
        assert outcome.ok
        if credit:
            atoms = outcome.fields["points"] * credit // (points + credit)
            convert = {"id": f"convert-{number}", "type": "convert", "member": account}
            assert mall.ledger.submit({**convert, "points": atoms}).ok
    return user


def placed(mall: Mall, user: User, totals: dict[str, int], tenders: Split) -> Sale:
    """Place a sale of so much from each merchant; a provider's part is not paid yet."""
    drafts = [Draft(mall.merchant(name), total) for name, total in totals.items()]
    return placed_drafts(mall, user, drafts, tenders)


def placed_drafts(
    mall: Mall,
    user: User,
    drafts: Sequence[Draft],
    tenders: Split,
    order: models.Model | None = None,
) -> Sale:
    """Place a sale of these parts, with the order that has its goods, if any."""
    enrolled(user, mall.ledger)
    provider = "sandbox" if tenders.provider else ""
    with transaction.atomic():
        return placing.place(
            mall.shop, user, f"T{next(_numbers)}", drafts, tenders, provider=provider, order=order
        )


def paid(mall: Mall, user: User, totals: dict[str, int], tenders: Split) -> Sale:
    """Place a sale and pay it."""
    return pay_for(placed(mall, user, totals, tenders))


def pay_for(sale: Sale) -> Sale:
    """Pay a sale that was placed."""
    if sale.charge is not None:
        charges.page(sale.charge)
        bank.pay(sale.charge.pk)
        assert bank.deliver_due() == [200]
    sale = placing.finish(sale)
    assert sale.state == Sale.State.PAID
    return sale


def bought(mall: Mall, user: User, total: int, tenders: Split, merchant: str = "tea") -> Part:
    """Buy from one merchant: its paid part, still to be received."""
    return paid(mall, user, {merchant: total}, tenders).parts.get()


def overdue(part: Part) -> Part:
    """Let a part be received so long ago that its return window has passed."""
    return receiving.receive(part, timezone.now() - timedelta(days=8))


def wallet(mall: Mall, account: str) -> int:
    """Return what an account has in its wallet."""
    found = mall.ledger.account(account)
    return 0 if found is None else found.wallet

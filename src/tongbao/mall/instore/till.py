"""Paying in person: what a code asks for, and the sale that comes of it."""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.utils import timezone

from tongbao.mall.instore.models import Bill, PayCode, Payment
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import placing
from tongbao.mall.sales.models import Sale
from tongbao.mall.shop.models import Shop

_NUMBER_LETTERS: Final = "0123456789"
TRIES: Final = 3
"""So often one member may begin to pay a bill and not pay it: meanwhile nobody else can."""


class Closed(StrEnum):
    """Why nothing can be paid at a code or for a bill."""

    CODE = "code"  # closed, or renewed
    MERCHANT = "merchant"
    BILL = "bill"  # taken back by the merchant
    EXPIRED = "expired"
    PAID = "paid"
    HELD = "held"  # somebody is paying it right now
    TRIED = "tried"  # the member has begun it too often


class NotPayable(Exception):
    """Nothing can be paid there; ``why`` says it."""

    def __init__(self, why: Closed) -> None:
        super().__init__(str(why))
        self.why = why


class KeyTaken(Exception):
    """A form was sent again with other contents: it was a payment of something else."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to pay, and how; ``key`` is the form's own, amounts in minor units."""

    key: str
    amount_minor: int
    tenders: placing.Split
    provider: str = ""


def why_closed(code: PayCode, bill: Bill | None, user: User) -> Closed | None:
    """Return why this member cannot begin to pay there now, None if they can."""
    if code.closed_at is not None:
        return Closed.CODE
    if not code.merchant.is_open:
        return Closed.MERCHANT
    if bill is None:
        return None
    holder = None if bill.is_reusable else Payment.objects.filter(holds=bill).first()
    if holder is not None:
        return Closed.PAID if holder.sale.state == Sale.State.PAID else Closed.HELD
    if bill.closed_at is not None:
        return Closed.BILL
    if bill.expires_at is not None and bill.expires_at <= timezone.now():
        return Closed.EXPIRED
    return None if bill.is_reusable or _tries_left(bill, user) else Closed.TRIED


def _tries_left(bill: Bill, user: User) -> int:
    tries = Payment.objects.filter(bill=bill, sale__user=user, sale__state=Sale.State.CANCELLED)
    return max(0, TRIES - tries.count())


def pay(shop: Shop, user: User, code: PayCode, bill: Bill | None, wish: Wish) -> Sale:
    """Place the sale and bring it as far as it goes now; the same form twice is one payment.

    Not inside a transaction. With a provider's part the shopper goes on to `charges.page`.

    Raises:
        NotPayable: the code or the bill is closed, or was paid by somebody else meanwhile.
        KeyTaken: that form paid something else.
        LedgerError: no member account could be opened, or the ledger does not answer.
    """
    enrolled(user, shop.ledger)
    with transaction.atomic(durable=True):
        locked = PayCode.objects.select_for_update(of=("self",)).select_related("merchant")
        code = locked.get(pk=code.pk)
        before = Payment.objects.select_related("sale").filter(key=wish.key).first()
        if before is not None:
            _check_same(before, user, code, bill, wish)
            sale = before.sale
        else:
            sale = _placed(shop, user, code, bill, wish)
    return placing.finish(sale)


def on_cancelled(sale: Sale) -> None:
    """Let go of the bill of a cancelled payment; in the transaction that cancels it."""
    Payment.objects.filter(sale=sale).update(holds=None)


def _placed(shop: Shop, user: User, code: PayCode, bill: Bill | None, wish: Wish) -> Sale:
    if bill is not None:
        bill = Bill.objects.select_for_update().get(pk=bill.pk)
    why = why_closed(code, bill, user)
    if why is not None:
        raise NotPayable(why)
    if bill is not None and bill.amount_minor != wish.amount_minor:
        raise KeyTaken("The amount is the bill's.")
    sale = placing.place(
        shop,
        user,
        _fresh_number(shop),
        [placing.Draft(code.merchant, wish.amount_minor)],
        wish.tenders,
        wish.provider,
        immediate=True,
    )
    holds = None if bill is None or bill.is_reusable else bill
    Payment.objects.create(sale=sale, code=code, bill=bill, holds=holds, key=wish.key)
    return sale


def _check_same(before: Payment, user: User, code: PayCode, bill: Bill | None, wish: Wish) -> None:
    same_bill = before.bill_id == (None if bill is None else bill.pk)
    same_amount = before.sale.total_minor == wish.amount_minor
    if not (before.sale.user_id == user.pk and before.code_id == code.pk and same_bill):
        raise KeyTaken("Another payment was made by that form.")
    if not same_amount:
        raise KeyTaken("Another amount was paid by that form.")


def _fresh_number(shop: Shop) -> str:
    """Return a new number: the mall's day, then eight random digits."""
    day = timezone.now().astimezone(shop.zone)
    return f"T{day:%y%m%d}" + "".join(secrets.choice(_NUMBER_LETTERS) for _ in range(8))

"""A user's member account in the program, and who invited whom."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from tongbao.ledger.door import Ledger
from tongbao.ledger.values import LedgerError
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import ONLY, Shop

MOST_LEVELS: Final = 1000


class NotEnrolled(LedgerError):
    """The member account could not be opened; the message has the ledger's reason."""


def enrolled(user: User, ledger: Ledger) -> str:
    """Open the user's member account if there is none yet, and the referrers' before it.

    Returns its name. Not inside a transaction. Whoever comes second finds it open; whatever was
    left half done by a crash is done again, under the same id.

    Raises:
        NotEnrolled: the ledger refused.
        LedgerError: as `Ledger.submit` does.
    """
    if user.enrolled_at is not None:
        return user.account
    chain = [_sealed(user.pk)]
    while chain[-1].enrolled_at is None and chain[-1].referrer_id is not None:
        if len(chain) > MOST_LEVELS:
            raise NotEnrolled("The chain of referrers has no end.")
        chain.append(_sealed(chain[-1].referrer_id))
    for one in reversed(chain):
        if one.enrolled_at is None:
            _enroll(one, ledger)
    user.refresh_from_db(fields=["referrer", "referred_at", "sealed_at", "enrolled_at"])
    return user.account


def bind(user: User, code: str) -> User | None:
    """Bind a user to whoever has that referral code; return that referrer, None if it cannot be.

    It cannot where the code is nobody's or the user's own, where the referrer was invited by the
    user (directly or not), where one is bound already, or where the member account is open.
    """
    with transaction.atomic():
        # One at a time: two who bind at once could otherwise close a ring that neither sees.
        Shop.objects.select_for_update().get(pk=ONLY)
        one = User.objects.select_for_update().get(pk=user.pk)
        referrer = User.objects.filter(code=code.strip().lower(), is_active=True).first()
        if not one.may_be_bound or referrer is None or _above(referrer, one):
            return None
        one.referrer, one.referred_at = referrer, timezone.now()
        one.save(update_fields=["referrer", "referred_at"])
    user.referrer, user.referred_at = one.referrer, one.referred_at
    return referrer


def _above(referrer: User, user: User) -> bool:
    """Say whether the user is the referrer, or stands somewhere above."""
    above: User | None = referrer
    for _ in range(MOST_LEVELS):
        if above is None:
            return False
        if above.pk == user.pk:
            return True
        above = above.referrer
    return True


def _sealed(pk: int) -> User:
    """Fix who the referrer is, from now on for ever, and read it."""
    with transaction.atomic():
        one = User.objects.select_for_update().get(pk=pk)
        if one.sealed_at is None:
            one.sealed_at = timezone.now()
            one.save(update_fields=["sealed_at"])
    return one


def _enroll(user: User, ledger: Ledger) -> None:
    command: dict[str, object] = {
        "id": f"enroll-{user.account}",
        "type": "enroll",
        "member": user.account,
    }
    if user.referrer is not None:
        command["referrer"] = user.referrer.account
    if ledger.account(user.account) is None:
        outcome = ledger.submit(command)
        if not outcome.ok and ledger.account(user.account) is None:
            raise NotEnrolled(str(outcome.refusal or (outcome.receipt and outcome.receipt.error)))
    User.objects.filter(pk=user.pk, enrolled_at=None).update(enrolled_at=timezone.now())

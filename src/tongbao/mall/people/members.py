"""A user's member account in the program, and who invited whom."""

from django.db import transaction
from django.utils import timezone

from tongbao.ledger.door import Ledger
from tongbao.ledger.values import LedgerError
from tongbao.mall.people.models import User

MOST_LEVELS = 1000


class NotEnrolled(LedgerError):
    """The member account could not be opened; the message has the ledger's reason."""


def enrolled(user: User, ledger: Ledger) -> str:
    """Open the user's member account if there is none yet, and the referrer's before it.

    Returns its name. Not inside a transaction. Whoever comes second finds it open.

    Raises:
        NotEnrolled: the ledger refused.
        LedgerError: as `Ledger.submit` does.
    """
    chain = [user]
    while chain[-1].enrolled_at is None and chain[-1].referrer is not None:
        if len(chain) > MOST_LEVELS:
            raise NotEnrolled("The chain of referrers has no end.")
        chain.append(chain[-1].referrer)
    for one in reversed(chain):
        if one.enrolled_at is None:
            _enroll(one, ledger)
    return user.account


def bind(user: User, code: str) -> User | None:
    """Bind a user to whoever has that referral code; return that referrer, None if it cannot be.

    It cannot where the code is nobody's or the user's own, where the referrer was invited by the
    user (directly or not), where one is bound already, or where the member account is open.
    """
    with transaction.atomic():
        one = User.objects.select_for_update().get(pk=user.pk)
        referrer = User.objects.filter(code=code.strip().lower(), is_active=True).first()
        if one.referrer_id or one.enrolled_at or referrer is None or _above(referrer, one):
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


def _enroll(user: User, ledger: Ledger) -> None:
    # From here on the referrer is fixed: `bind` finds the account opened.
    moment = timezone.now()
    with transaction.atomic():
        User.objects.filter(pk=user.pk, enrolled_at=None).update(enrolled_at=moment)
        fixed = User.objects.select_related("referrer").get(pk=user.pk)
    command: dict[str, object] = {
        "id": f"enroll-{user.account}",
        "type": "enroll",
        "member": user.account,
    }
    if fixed.referrer is not None:
        command["referrer"] = fixed.referrer.account
    if ledger.account(user.account) is None:
        outcome = ledger.submit(command)
        if not outcome.ok and ledger.account(user.account) is None:
            User.objects.filter(pk=user.pk).update(enrolled_at=None)
            raise NotEnrolled(str(outcome.refusal or (outcome.receipt and outcome.receipt.error)))
    user.enrolled_at = moment

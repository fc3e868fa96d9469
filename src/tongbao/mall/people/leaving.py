"""Leaving the mall: what stands in the way, and what is erased."""

from datetime import datetime
from typing import Final

from allauth.account.models import EmailAddress
from axes.models import AccessFailureLog, AccessLog
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from tongbao.ledger.door import Ledger
from tongbao.mall.people.models import User
from tongbao.mall.people.roles import is_operator

_TRACES: Final = (
    ("address", "UserAddress", "user"),
    ("notices", "Notice", "user"),
    ("notices", "Choice", "user"),
    ("basket", "Basket", "owner"),
    ("wishlists", "WishList", "owner"),
    ("analytics", "UserSearch", "user"),
    ("analytics", "UserRecord", "user"),
    ("analytics", "UserProductView", "user"),
    ("communication", "Email", "user"),
    ("communication", "Notification", "recipient"),
    ("customer", "ProductAlert", "user"),
    ("payment", "Bankcard", "user"),
)
"""Rows that are nobody's business once the person is gone: app, model, whose."""


def hindrances(user: User, ledger: Ledger) -> list[str]:
    """Return why the account cannot be deleted yet, as sentences; none: it can.

    MALL_LEAVING names the functions of other apps that say whether something is under way.
    """
    found: list[str] = []
    account = ledger.account(user.account) if user.enrolled_at is not None else None
    if account is not None:
        if account.points:
            found.append(_("You still have points. Sell or spend them first."))
        if account.wallet:
            found.append(_("There is still money in your wallet. Withdraw or spend it first."))
        if account.credit:
            found.append(_("You still have credit. Spend it first."))
    if is_operator(user) or get_model("partner", "Partner").objects.filter(users=user).exists():
        found.append(
            _("You are on the staff of the mall or a merchant. Ask them to remove you first.")
        )
    if any(import_string(path)(user) for path in settings.MALL_LEAVING):
        found.append(
            _("An order, a return or a withdrawal is still in progress. Wait until it is finished.")
        )
    return found


@transaction.atomic
def erase(user: User) -> None:
    """Erase who the person is. Orders and the journal stay, under a name that tells nothing."""
    for contact in (user.email, str(user.phone or "")):
        if contact:
            reset(username=contact)
            for log in (AccessFailureLog, AccessLog):
                log.objects.filter(username=contact).delete()
    EmailAddress.objects.filter(user=user).delete()
    user.name, user.email, user.phone, user.language = "", None, None, ""
    user.phone_verified = user.is_active = False
    user.left_at = timezone.now()
    user.set_unusable_password()
    user.save()
    _erase_sessions(user)
    _erase_traces(user)


def _erase_sessions(user: User) -> None:
    """Erase what browsers left here: how they logged in, what was taken out of the basket."""
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def erase_the_rest(_: datetime) -> None:
    """Erase of all who have left what could not be erased at once: it was still under way.

    So it also is with those who left under an older version, which kept more.
    """
    for user in User.objects.filter(left_at__isnull=False).order_by("pk").iterator():
        with transaction.atomic():
            _erase_traces(user)


def _erase_traces(user: User) -> None:
    """Erase what says something of the person elsewhere; MALL_ERASING names who knows of more."""
    for app, model, whose in _TRACES:
        get_model(app, model).objects.filter(**{whose: user.pk}).delete()
    get_model("reviews", "ProductReview").objects.filter(user=user.pk).update(
        name="", email="", homepage=""
    )
    for path in settings.MALL_ERASING:
        import_string(path)(user)

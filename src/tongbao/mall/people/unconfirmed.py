"""Registrations whose code was never given: they must not keep an address or a number."""

from datetime import timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.utils import timezone

from tongbao.mall.people.contact import Contact
from tongbao.mall.people.models import User

_ABANDONED: Final = timedelta(minutes=30)  # longer than any code of a registration is good


def forget_abandoned(given: Contact) -> None:
    """Delete a registration of that address or number whose code was not given in time."""
    rows = _never_in().filter(date_joined__lt=timezone.now() - _ABANDONED)
    rows = rows.filter(email=given.email) if given.email else rows.filter(phone=given.phone)
    for user in rows:
        _delete_unless_verified(user)


def forget_unreached(user: User) -> None:
    """Delete a registration to which no code could be sent, so that it can be tried again."""
    for row in _never_in().filter(pk=user.pk):
        _delete_unless_verified(row)


def _never_in() -> "QuerySet[User]":
    return User.objects.filter(
        last_login=None, enrolled_at=None, phone_verified=False, roles__isnull=True
    )


def _delete_unless_verified(user: User) -> None:
    rows = EmailAddress.objects.filter(user=user)
    if (user.email is None or rows.exists()) and not rows.filter(verified=True).exists():
        user.delete()

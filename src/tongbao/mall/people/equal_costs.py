"""What an account that exists costs, where one that does not would cost more, and vice versa.

Whoever asks for an address or a number must not learn from the time whether it has an account. So
registering writes a new user for a known one too, under an address or number of nobody's, and takes
it back; and where allauth stops looking, we look as long as it does where it finds nobody.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.db import transaction

from tongbao.mall.people.models import User

_DIGITS: Final = 10**9
NOBODYS_DOMAIN: Final = "nobody.invalid"


def make_nobody(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Return a form's values with an address or number of nobody's in place of what was given."""
    mark = secrets.token_hex(8)
    if cleaned.get("email"):
        return {**cleaned, "email": f"{mark}@{NOBODYS_DOMAIN}"}
    return {**cleaned, "phone": f"+999{secrets.randbelow(_DIGITS):09}"}


@contextmanager
def taking_back() -> Iterator[None]:
    """Undo what is written in between."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def look_like_a_stage(user: User) -> None:
    """Read what allauth reads of a new user before it sends a code, and to show the page of it."""
    of_user = EmailAddress.objects.filter(user_id=user.pk)
    if user.email:
        for _ in range(3):
            of_user.first()
        of_user.filter(verified=True).exists()
        for _ in range(2):
            User.objects.filter(pk=user.pk).first()
    User.objects.filter(pk=user.pk).first()


def look_for_nobody(rows: int) -> None:
    """Read as many rows as allauth reads of a user who waits for another code."""
    for _ in range(rows):
        User.objects.filter(pk=0).first()


def look_as_long(email: str) -> None:
    """Look for a known address a second time, as allauth does for an unknown one."""
    if EmailAddress.objects.filter(email=email, verified=True).exists():
        User.objects.filter(email=email).first()

"""How failed log-ins are counted: by what was typed and where from."""

from collections.abc import Mapping
from typing import Any

from allauth.account.signals import password_reset
from allauth.core.internal.ratelimit import get_ip
from axes.utils import reset
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

from tongbao.mall.people.models import User


def typed(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return the e-mail address or phone number that was tried, as django-axes asks for it."""
    given = credentials or request.POST
    for key in ("email", "phone", "username", "login"):
        if given.get(key):
            return str(given[key])[:254]
    return ""


def address(request: HttpRequest) -> str:
    """Return where the client is: its address, or the network that an IPv6 address is of."""
    try:
        return str(get_ip(request))
    except PermissionDenied:  # nobody knows
        return ""


def unnamed(
    username: str, ip_address: str, user_agent: str, path_info: str, request: HttpRequest
) -> str:
    """Return how the log calls somebody who fails to log in: never by name."""
    del username, user_agent, path_info, request
    return f"somebody at {ip_address}"


@receiver(password_reset)
def forgive(sender: object, user: User, **_: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
    """Let somebody in again who has just set a new password with a code."""
    del sender
    for contact in (user.email, str(user.phone or "")):
        if contact:
            reset(username=contact)

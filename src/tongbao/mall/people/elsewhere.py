"""Where Oscar's own account pages went: each leads to ours."""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

_PLACES: Final = (
    ("login", "account_login"),
    ("register", "account_signup"),
    ("logout", "account_logout"),
    ("change-password", "account_change_password"),
    ("password-reset", "account_reset_password"),
    ("profile/delete", "people:leave"),
    ("profile", "people:settings"),
    ("addresses", "people:addresses"),
    ("orders", "sales:orders"),
    ("emails", "notices:home"),
    ("notifications", "notices:home"),
)


def moved(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Lead to our page for one of Oscar's; to «Me» where there is none."""
    found = "people:me"
    for start, name in _PLACES:
        if rest.startswith(start):
            found = name
            break
    try:
        target = resolve_url(found)
    except NoReverseMatch:
        target = resolve_url("people:me")
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        target = f"{target}?{urlencode({'next': wanted})}"
    return HttpResponseRedirect(target)

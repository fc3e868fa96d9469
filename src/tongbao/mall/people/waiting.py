"""What a page answers when something was asked for too often, or nothing could be sent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from allauth.account.internal.flows.password_reset_by_code import (
    PASSWORD_RESET_VERIFICATION_SESSION_KEY,
)
from allauth.account.internal.flows.phone_verification import PHONE_VERIFICATION_SESSION_KEY
from allauth.core.exceptions import RateLimited
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongbao.mall.people.limits import TooOften
from tongbao.mall.people.text_budgets import TextsSpent
from tongbao.mall.people.texts import NotSent

_SOME_MINUTES: Final = 2 * 60
_SOME_HOURS: Final = 2 * 60 * 60
# Where codes are entered; registering leads on to the one that waits.
_ENTER: Final = {"code": "account_signup", "reset": "account_confirm_password_reset_code"}
_UNKNOWN: Final = 60  # seconds; the limits that allauth counts itself are by the minute


class Patience:
    """Answers every request that was one too many with the page of it (429).

    Where the code itself could not be sent, the page that asked for it comes again and says so.

    Where a code to the same number or address was sent in this session already (double click,
    back button), the page that asks for it comes instead: nothing is wrong then. At registering
    allauth leads there by itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand before what answers."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer in place of the fault that it would be."""
        if isinstance(error, NotSent):
            messages.error(request, _not_sent(error))
            return redirect(request.path)
        if isinstance(error, TextsSpent):
            return _no_more_texts(request, error)
        if isinstance(error, ValidationError):  # no texts go to the country of one's own number
            messages.error(request, " ".join(error.messages))
            return redirect("account_login")
        if not isinstance(error, RateLimited):
            return None
        pending = _pending(request, error) if isinstance(error, TooOften) else ""
        if pending:
            messages.info(request, _("A code has already been sent. Enter the newest one."))
            return redirect(pending)
        return too_quick(request, error)


def too_quick(request: HttpRequest, error: Exception | None = None) -> HttpResponse:
    """Tell that it was too often, when to try again, and the ways that need no waiting."""
    ours = error if isinstance(error, TooOften) else None
    seconds = ours.wait.seconds if ours else _UNKNOWN
    facts = {
        "until": timezone.now() + timedelta(seconds=seconds) if seconds > _SOME_HOURS else None,
        "wait": told(seconds),
        "is_cap": ours is not None and ours.wait.is_cap,
        "kind": ours.kind if ours else "",
        "contact": ours.contact if ours else "",
        "enter": resolve_url(_ENTER[ours.kind]) if ours else "",
    }
    answer = render(request, "429.html", facts, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _no_more_texts(request: HttpRequest, error: TextsSpent) -> HttpResponse:
    """Tell that no more text messages are sent today, and what to do instead."""
    answer = render(request, "people/no_more_texts.html", {"kind": error.kind}, status=429)
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def told(seconds: int) -> str:
    """Return a time to wait in words."""
    if seconds < _SOME_MINUTES:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    minutes = -(-seconds // 60)
    return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)


def _not_sent(error: NotSent) -> str:
    """Return what a page says where nothing could be sent: the same whether there is an account."""
    if error.by == "mail":
        return _("No mail could be sent to that address. Check it, or try again later.")
    return _("No text message could be sent to that number. Check it, or try again later.")


def _pending(request: HttpRequest, error: TooOften) -> str:
    """Return the page that asks for a code which this session has had sent there, "" if none."""
    if error.kind == "reset":
        reset = request.session.get(PASSWORD_RESET_VERIFICATION_SESSION_KEY) or {}
        is_there = reset.get("email") == error.contact and not reset.get("code_confirmed")
        return _ENTER["reset"] if is_there else ""
    changing = request.session.get(PHONE_VERIFICATION_SESSION_KEY) or {}
    return "account_verify_phone" if changing.get("phone") == error.contact else ""

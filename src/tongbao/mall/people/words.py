"""What the mall writes to people about their accounts, in their language."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _


def letter(kind: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return subject and text of the e-mail that allauth names ``kind``.

    Raises:
        KeyError: allauth sends something that has no words here.
    """
    if kind in {"email_confirmation", "email_confirmation_signup", "password_reset_code"}:
        return _with_code(kind, str(facts["code"]))
    if kind == "account_already_exists":
        return _("You already have an account"), "\n\n".join(
            (
                _("Someone, probably you, tried to register with this e-mail address."),
                _("It already has an account. If you forgot the password, set a new one here:"),
                str(facts["password_reset_url"]),
                _("If this was not you, you can ignore this message."),
            )
        )
    if kind == "unknown_account":
        return _("No account with this address"), "\n\n".join(
            (
                _("Someone, probably you, asked for a code for this e-mail address."),
                _("There is no account with it. You can register here:"),
                str(facts["signup_url"]),
                _("If this was not you, you can ignore this message."),
            )
        )
    subject, done = _changes(facts)[kind]
    return subject, "\n\n".join(
        (
            done,
            _("It was done at {time} UTC from the address {ip}.").format(
                time=f"{timezone.now():%Y-%m-%d %H:%M}", ip=facts.get("ip", "?")
            ),
            _("If this was not you, set a new password at once and contact the mall."),
        )
    )


def text(code: str) -> str:
    """Return the text message with a code."""
    return _("{code} is your code. Do not share it. It is valid for a few minutes.").format(
        code=code
    )


def taken_text() -> str:
    """Return the text message to a phone number that has an account already."""
    return _("You already have an account with this number. Log in, or set a new password.")


def unknown_text() -> str:
    """Return the text message to a phone number that asked for a code and has no account."""
    return _("There is no account with this number. You can register with it.")


def message(kind: str, facts: Mapping[str, Any]) -> str:
    """Return what a page tells after something was done, "" where allauth's needs no telling."""
    del facts
    return {
        "email_confirmation_failed": _("This e-mail address belongs to another account."),
        "email_confirmed": _("Your e-mail address is confirmed."),
        "email_deleted": _("The change of your e-mail address is cancelled."),
        "logged_in": "",
        "logged_out": _("You are logged out."),
        "password_changed": _("Your password is changed."),
        "password_set": _("Your password is set."),
        "phone_verification_sent": "",
        "phone_verified": _("Your phone number is confirmed."),
    }.get(kind, "")


def _with_code(kind: str, code: str) -> tuple[str, str]:
    what = (
        _("Your code to set a new password")
        if kind == "password_reset_code"
        else _("Your code to confirm this e-mail address")
    )
    return f"{what}: {code}", "\n\n".join(
        (
            f"{what}:",
            code,
            _("Enter it on the page that asked for it. It is valid for a few minutes."),
            _("Do not share it. If you did not ask for it, you can ignore this message."),
        )
    )


def _changes(facts: Mapping[str, Any]) -> Mapping[str, tuple[str, str]]:
    return {
        "password_changed": (
            _("Your password was changed"),
            _("The password of your account was changed."),
        ),
        "password_set": (
            _("Your password was changed"),
            _("The password of your account was changed."),
        ),
        "password_reset": (
            _("Your password was changed"),
            _("The password of your account was reset with a code that we sent you."),
        ),
        "email_changed": (
            _("Your e-mail address was changed"),
            _("The e-mail address of your account was changed to {email}.").format(
                email=facts.get("to_email", "?")
            ),
        ),
        "email_deleted": (
            _("An e-mail address was removed"),
            _("The e-mail address {email} was removed from your account.").format(
                email=facts.get("deleted_email", "?")
            ),
        ),
    }

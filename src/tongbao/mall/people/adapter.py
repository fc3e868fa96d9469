"""How allauth reaches our users, and how what it says sounds."""

import logging
from ipaddress import IPv6Address, ip_address
from typing import Any, ClassVar, Final

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.messages import SUCCESS
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongbao.ledger.logs import failure
from tongbao.mall.people import contact, texts, words
from tongbao.mall.people.mail import classify_error, join_lines
from tongbao.mall.people.masking import masked
from tongbao.mall.people.members import bind
from tongbao.mall.people.models import User
from tongbao.mall.people.texts import NotSent
from tongbao.mall.people.unconfirmed import forget_unreached
from tongbao.mall.shop.models import the_shop

_LOG: Final = logging.getLogger("tongbao.mall.mail")
_WAITED_FOR: Final = {
    *("email_confirmation", "email_confirmation_signup", "password_reset_code"),
    *("account_already_exists", "unknown_account"),
}
REFERRAL = "referral"  # in the session: the code of a link that somebody followed


class PhoneField(forms.CharField):
    """A phone number as people write it; its value is the international form."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Take what any field takes."""
        kwargs["label"] = gettext_lazy("Phone number")
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
        super().__init__(max_length=254, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Return the international form, "" for nothing."""
        text = str(super().clean(value))
        if not text:
            return ""
        phone = contact.read_phone(text)
        if not phone:
            contact.check_country(text)
            raise ValidationError(_("Enter a phone number, with its country code if foreign."))
        return phone


class Adapter(DefaultAccountAdapter):
    """E-mail addresses and phone numbers of `User`; letters and messages in our own words."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": gettext_lazy("This is already your e-mail address."),
        "email_password_mismatch": gettext_lazy(
            "The e-mail address, phone number or password is wrong."
        ),
        "phone_password_mismatch": gettext_lazy(
            "The e-mail address, phone number or password is wrong."
        ),
        "username_password_mismatch": gettext_lazy(
            "The e-mail address, phone number or password is wrong."
        ),
        "email_taken": gettext_lazy("Another account has this e-mail address."),
        "phone_taken": gettext_lazy("Another account has this phone number."),
        "enter_current_password": gettext_lazy("The password is wrong."),
        "incorrect_password": gettext_lazy("The password is wrong."),
        "incorrect_code": gettext_lazy("The code is wrong. Check the newest message."),
        "invalid_login": gettext_lazy("The e-mail address, phone number or password is wrong."),
        "max_email_addresses": gettext_lazy("Confirm your new e-mail address first."),
        "same_as_current": gettext_lazy("This is the same as before."),
        "too_many_login_attempts": gettext_lazy("Too many wrong attempts. Please start again."),
        "rate_limited": gettext_lazy("Too many attempts. Wait a minute and try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return where a request comes from; an IPv4 address as one, however the server writes it."""
        address = str(super().get_client_ip(request))
        try:
            mapped = ip_address(address)
        except ValueError:
            return address
        ipv4 = mapped.ipv4_mapped if isinstance(mapped, IPv6Address) else None
        return str(ipv4 or address)

    # ---- registering and logging in

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: ANN401, FBT001, FBT002  # allauth's signature
        """Write a new user, with the phone number and what was agreed to in the first writing."""
        user.phone = form.cleaned_data.get("phone") or None
        user.language = getattr(request, "LANGUAGE_CODE", "")
        user.agreed_at = timezone.now()
        user.agreed_terms = form.cleaned_data["agreed_terms"]
        user.agreed_privacy = form.cleaned_data["agreed_privacy"]
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def login(self, request: HttpRequest, user: User) -> None:
        """Log in; the first time, bind to whoever's link was followed or code was given."""
        is_first = user.last_login is None
        super().login(request, user)
        code = request.session.get(REFERRAL, "")
        if not code or not is_first:
            return
        del request.session[REFERRAL]
        referrer = bind(user, code)
        if referrer is not None:
            welcome = _("Welcome! {name} invited you.").format(name=masked(referrer))
            messages.add_message(request, SUCCESS, welcome)

    def get_login_stages(self) -> list[str]:
        """Return what may stand between the password and the mall."""
        return [
            "tongbao.mall.people.stages.PhoneStage",
            "tongbao.mall.people.stages.EmailStage",
        ]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go back to the settings."""
        return resolve_url("people:settings")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Go back to the settings."""
        return resolve_url("people:settings")

    # ---- phone numbers

    def phone_form_field(self, **kwargs: Any) -> PhoneField:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Return a field for one."""
        kwargs.pop("label", None)
        return PhoneField(**kwargs)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """Return the user's number and whether it is verified."""
        return (str(user.phone), user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:  # noqa: FBT001  # allauth's signature
        """Write the user's number."""
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Note that the user has given the code that went there."""
        self.set_phone(user, phone, verified=True)

    def get_user_by_phone(self, phone: str) -> User | None:
        """Find by a number as somebody wrote it."""
        number = contact.read_phone(phone)
        return User.objects.filter(phone=number).first() if number else None

    def send_verification_code_sms(self, user: User, phone: str, code: str, **_: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Send a code."""
        try:
            texts.send(self.request, phone, words.text(code))
        except NotSent:
            forget_unreached(user)
            raise
        if settings.SANDBOX and settings.MALL_SMS_SENDER.endswith("texts.Files"):
            self._tell_code(code)

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Tell the owner of a number, not the page, that it has an account."""
        texts.send(self.request, phone, words.taken_text())

    # ---- letters and messages

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of our letters for what allauth would take its templates.

        Raises:
            NotSent: one that somebody waits for; that another one failed is told in the log only.
        """
        kind = template_prefix.rpartition("/")[2]
        subject, body = words.letter(kind, context)
        shop = the_shop()
        letter = EmailMessage(
            join_lines(f"{shop.name} · {subject}"),
            f"{body}\n\n{shop.name}\n",
            self.get_from_email(),
            [email],
        )
        try:
            letter.send()
        except Exception as error:
            failure(_LOG, "letter_not_sent", error, why=classify_error(error))
            if kind not in _WAITED_FOR:
                return
            if kind == "email_confirmation_signup":
                forget_unreached(context["user"])
            raise NotSent("mail", email) from error
        is_own_code = kind.startswith("email_confirmation")
        if (
            is_own_code
            and settings.SANDBOX
            and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
        ):
            self._tell_code(str(context["code"]))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Tell in our words for what allauth would take its templates."""
        if message is None and message_template:
            kind = message_template.rpartition("/")[2].removesuffix(".txt")
            message = words.message(kind, message_context or {})
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def _tell_code(self, code: str) -> None:
        """Show a code on the page, in a mall to try out, which really sends nothing."""
        told = _("This is a demo: nothing is really sent. The code is {code}.").format(code=code)
        messages.add_message(self.request, messages.INFO, told)

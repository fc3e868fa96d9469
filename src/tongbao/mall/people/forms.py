"""What people fill in to register, to log in and to change their accounts."""

import unicodedata
from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import context
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tongbao.mall.people import (
    contact,
    equal_costs,
    guessing,
    legal,
    limits,
    text_budgets,
    texts,
    words,
)
from tongbao.mall.people.adapter import REFERRAL
from tongbao.mall.people.models import LegalText, User
from tongbao.mall.people.unconfirmed import forget_abandoned


class ContactField(forms.CharField):
    """An e-mail address or a phone number; its value is a `contact.Contact`."""

    def __init__(self) -> None:
        """Make it."""
        super().__init__(
            label=gettext_lazy("E-mail or phone number"),
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
        )

    def clean(self, value: Any) -> contact.Contact:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Read it."""
        return contact.read(str(super().clean(value)))


class SignupForm(allauth_forms.SignupForm):
    """Registering: one field for address or number, a password, an inviter's code if any."""

    field_order = ("login", "password1", "code", "agree")
    account_already_exists: bool  # allauth's
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Put one field in place of allauth's two."""
        super().__init__(*args, **kwargs)
        del self.fields["email"], self.fields["phone"]
        self.fields["login"] = ContactField()
        self.fields["login"].help_text = contact.hint()
        self.fields["password1"].label = _("Password")
        self.fields["password1"].help_text = _("At least 8 characters, not only digits.")
        self.fields["password1"].widget.attrs.pop("placeholder", None)
        self.fields["code"] = forms.CharField(
            label=_("Invitation code"),
            required=False,
            max_length=16,
            initial=context.request.session.get(REFERRAL, ""),
            help_text=_("If someone invited you. It cannot be changed later."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        )
        self.fields["agree"] = forms.BooleanField(
            error_messages={"required": _("Please tick this to register.")}
        )
        self.order_fields(self.field_order)

    def clean_agree(self) -> bool:
        """Note to what the member agrees, for evidence: which versions, in which words."""
        for kind in LegalText.Kind:
            self.cleaned_data[f"agreed_{kind}"] = legal.current(kind).stamp
        return bool(self.cleaned_data["agree"])

    def clean_login(self) -> contact.Contact:
        """Note whether there is such an account; the page will not tell."""
        given: contact.Contact = self.cleaned_data["login"]
        if given.phone:
            text_budgets.check_country(given.phone)
        self.cleaned_data["email"], self.cleaned_data["phone"] = given.email or None, given.phone
        forget_abandoned(given)
        if given.email:
            self.cleaned_data["email"] = self.validate_unique_email(given.email)
        return given  # the phone number is looked up by allauth's `clean`

    def clean_code(self) -> str:
        """Check that the code is somebody's."""
        code = self.cleaned_data["code"].strip().lower()
        if code and not User.objects.filter(code=code, is_active=True).exists():
            raise ValidationError(_("This code does not exist. Correct it or leave it empty."))
        return str(code)

    def try_save(self, request: HttpRequest) -> Any:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Write the user, unless another tab was quicker: then as if there had been one before."""
        limits.count(request, "code", str(self.cleaned_data["login"]))
        request.session[REFERRAL] = self.cleaned_data.get("code", "")
        if self.account_already_exists:
            self._rehearse(request)
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)

    def _rehearse(self, request: HttpRequest) -> None:
        """Write a user for an account that exists too, and take it back: it costs the same."""
        given, self.cleaned_data = self.cleaned_data, equal_costs.make_nobody(self.cleaned_data)
        self.account_already_exists = False
        try:
            with equal_costs.taking_back():
                equal_costs.look_like_a_stage(super().save(request))
        finally:
            self.cleaned_data, self.account_already_exists = given, True


class LoginForm(allauth_forms.LoginForm):
    """Logging in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Put our field in place of allauth's."""
        super().__init__(*args, **kwargs)
        self.fields["login"] = ContactField()
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.order_fields(("login", "password"))

    def clean_login(self) -> str:
        """Return address or number in its one form, by which attempts are counted too."""
        given: contact.Contact = self.cleaned_data["login"]
        if given.email:
            equal_costs.look_as_long(given.email)
        return str(given)


class _Digits:
    """What all forms that ask for a code look like, and that each guess of one is counted."""

    waits_for: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
        super().__init__(*args, **kwargs)
        code = self.fields["code"]  # type: ignore[attr-defined]  # the form's, below this
        code.label = pgettext("one-time", "Code")
        code.widget.attrs = {
            "autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12",
        }  # fmt: skip

    def clean_code(self) -> str:
        """Count the guess before it is compared; read full-width digits."""
        given = self.cleaned_data  # type: ignore[attr-defined]  # the form's, below this
        given["code"] = unicodedata.normalize("NFKC", given["code"])
        request = context.request
        if not guessing.may_guess(request, self.waits_for):
            raise ValidationError(
                _("Too many wrong attempts. Please start again."), code="too_many_login_attempts"
            )
        return str(super().clean_code())  # type: ignore[misc]  # likewise


class EmailCodeForm(_Digits, allauth_forms.ConfirmEmailVerificationCodeForm):
    """Giving the code that was mailed."""

    waits_for = guessing.EMAIL


class PhoneCodeForm(_Digits, allauth_forms.VerifyPhoneForm):
    """Giving the code that was sent to a phone."""

    waits_for = guessing.PHONE


class ResetCodeForm(_Digits, allauth_forms.ConfirmPasswordResetCodeForm):
    """Giving the code that sets a new password."""

    waits_for = guessing.RESET


class _Passwords:
    """What all forms that ask for passwords look like."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("Your password now"),
            "password": _("Password"),
            "password1": _("New password"),
            "password2": _("Repeat the new password"),
        }
        for name, field in self.fields.items():  # type: ignore[attr-defined]  # the form's
            field.label = labels[name]
            field.help_text = ""
            field.widget.attrs.pop("placeholder", None)
            if name == "password1":
                field.help_text = _("At least 8 characters, not only digits.")


class ChangePasswordForm(_Passwords, allauth_forms.ChangePasswordForm):
    """A new password for the one that is known."""


class SetPasswordForm(_Passwords, allauth_forms.SetPasswordForm):
    """The first password."""


class ResetPasswordForm(_Passwords, allauth_forms.ResetPasswordKeyForm):
    """A new password after a code."""


class ReauthenticateForm(_Passwords, allauth_forms.ReauthenticateForm):
    """The password once more."""


class NewEmailForm(allauth_forms.AddEmailForm):
    """Another e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Put our words in place of allauth's."""
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)

    def clean_email(self) -> str:
        """Refuse what no mail can be addressed to."""
        contact.check_deliverable(self.cleaned_data["email"])
        return str(super().clean_email())


class NewPhoneForm(allauth_forms.ChangePhoneForm):
    """Another phone number."""

    def clean_phone(self) -> str:
        """Count the code that will be sent there: once the password is known, which asks anew."""
        phone = str(super().clean_phone())
        text_budgets.check_country(phone)
        raise_if_reauthentication_required(context.request, app="allauth.account")
        limits.count(context.request, "code", phone)
        return phone


class ResetForm(forms.Form):
    """Asking for a code to set a new password, by e-mail or text message."""

    login = ContactField()

    def clean_login(self) -> contact.Contact:
        """Look up whose it is; the page will not tell."""
        given: contact.Contact = self.cleaned_data["login"]
        if given.email:
            found = filter_users_by_email(
                given.email, is_active=True, prefer_verified=True, for_login=True
            )
            equal_costs.look_as_long(given.email)
            self.user = found[0] if found else None
        else:
            text_budgets.check_country(given.phone)
            self.user = User.objects.filter(phone=given.phone, is_active=True).first()
        self.cleaned_data["email"] = str(given)  # allauth's view counts requests by it
        return given

    def save(self, request: HttpRequest, **_: Any) -> str:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Send the code, or a letter that there is no account; begin to wait for it."""
        where = str(self.cleaned_data["login"])
        limits.count(request, "reset", where)
        state = PasswordResetVerificationProcess.initial_state(self.user, where)
        kind = _ResetByText if self.cleaned_data["login"].phone else None
        process = (kind or PasswordResetVerificationProcess)(request, state=state, user=self.user)
        process.send()
        process.persist()
        return where


class _ResetByText(PasswordResetVerificationProcess):
    def send(self) -> None:
        """Send a code, or that there is no account: one text either way, as to an address."""
        phone = self.state["email"]
        code = self._adapter().generate_password_reset_code()
        if self.user:
            self.state["code"] = code
        text = words.text(code) if self.user else words.unknown_text()
        texts.send(self.request, phone, text)

    @staticmethod
    def _adapter() -> Any:  # noqa: ANN401  # Django, Oscar and allauth have no types
        from allauth.account.adapter import get_adapter  # noqa: PLC0415  # it imports our adapter

        return get_adapter()


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # django-stubs wants it, Django forbids it
    """The name, and the language of letters and text messages."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language of e-mails"), choices=settings.LANGUAGES
    )

    class Meta:
        """Which fields."""

        model = User
        fields = ("name", "language")


class CodeForm(forms.Form):
    """An inviter's code, given later."""

    code = forms.CharField(label=gettext_lazy("Invitation code"), max_length=16)


class LeaveForm(forms.Form):
    """The password once more, before an account is deleted."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

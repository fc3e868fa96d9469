"""What members type in their wallet."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongbao.mall.shop.amounts import MoneyField, PointsField
from tongbao.mall.wallet.causes import GROUP_LABELS, UNIT_LABELS
from tongbao.mall.wallet.models import Withdrawal

_BANK: Final = re.compile(r"[0-9A-Z]{8,34}")
_OTHER: Final = re.compile(r"[^\s\x00-\x1f\x7f]{3,64}")


class PointsForm(forms.Form):
    """How many points to sell or to turn: a number, or a share of all by a button."""

    points = PointsField(label=gettext_lazy("How many points"), required=False)
    share = forms.ChoiceField(choices=[("quarter", ""), ("half", ""), ("all", "")], required=False)

    def __init__(self, held: int, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.held = held

    def clean(self) -> dict[str, Any]:
        """Turn a share into points, rounded down."""
        cleaned = super().clean() or {}
        share = {"quarter": 4, "half": 2, "all": 1}.get(cleaned.get("share") or "")
        if share:
            cleaned["points"] = self.held // share
            self.errors.pop("points", None)
        if not cleaned.get("points") and "points" not in self.errors:
            self.add_error("points", _("Enter how many points, or choose one of the buttons."))
        return cleaned


class WithdrawForm(forms.Form):
    """How much to take out, and where it goes."""

    target = forms.ChoiceField(
        label=gettext_lazy("Pay out to"), choices=Withdrawal.Target, widget=forms.RadioSelect
    )
    holder = forms.CharField(label=gettext_lazy("Name of the account's holder"), max_length=80)
    number = forms.CharField(
        label=gettext_lazy("Account number"),
        max_length=64,
        help_text=gettext_lazy(
            "A bank account or IBAN; the phone number or e-mail of Alipay or WeChat."
        ),
    )

    def __init__(
        self,
        currency: str,
        data: Mapping[str, Any] | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        amount = MoneyField(currency, label=gettext_lazy("How much"))
        self.fields = {"amount": amount, **self.fields}
        for name in ("holder", "number"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_holder(self) -> str:
        """Keep a name on one line."""
        return " ".join(str(self.cleaned_data["holder"]).split())

    def clean_number(self) -> str:
        """Keep an account's number as a provider reads it."""
        typed = str(self.cleaned_data["number"])
        if self.cleaned_data.get("target") == Withdrawal.Target.BANK:
            number = re.sub(r"[\s-]", "", typed).upper()
            if _BANK.fullmatch(number):
                return number
            raise forms.ValidationError(
                _("Enter the account number or IBAN: 8 to 34 digits and letters.")
            )
        number = typed.strip()
        if _OTHER.fullmatch(number):
            return number
        raise forms.ValidationError(_("Enter the phone number or e-mail address of the account."))


class FilterForm(forms.Form):
    """What a statement is narrowed down to."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=[("", gettext_lazy("Everything")), *GROUP_LABELS.items()],
        required=False,
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Of"),
        choices=[("", gettext_lazy("Cash, points, ceiling and credit")), *UNIT_LABELS.items()],
        required=False,
    )
    since = forms.DateField(
        label=gettext_lazy("Recorded from"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("Recorded up to"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def leave_out(self, group: str) -> None:
        """Offer every group of causes but this one; an address that asks for it is obeyed."""
        kind = cast("forms.ChoiceField", self.fields["kind"])
        if self.data.get("kind") != group:
            kind.choices = [("", _("Everything"))] + [
                choice for choice in GROUP_LABELS.items() if choice[0] != group
            ]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The period ends before it begins."))
        return cleaned

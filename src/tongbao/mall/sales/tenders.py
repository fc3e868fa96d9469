"""The chooser: how much of an amount from wallet, credit and points; a provider has the rest.

Checkout and the till share it. Everything works by plain posts: the buttons named ``use`` fill in
a whole balance (or nothing) and ask for the page again; with htmx only the chooser is replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tongbao.mall.paying import providers
from tongbao.mall.people.models import User
from tongbao.mall.sales.means import CannotPay, check, most
from tongbao.mall.sales.placing import Split
from tongbao.mall.shop.amounts import MoneyField, typed
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import digits, money

INTERNAL: Final = ("wallet", "credit", "points")
USE: Final = "use"
NOTHING: Final = "nothing"  # the value of ``use`` that leaves everything to the provider

_NO_MONEY: Final = ("credit", "points")

_ICONS: Final = {"wallet": "wallet", "credit": "card", "points": "coins"}
_TOO_MUCH: Final = {
    "wallet": gettext_lazy("You have %(most)s in your wallet."),
    "credit": gettext_lazy("You have %(most)s in credit."),
    "points": gettext_lazy("Your points can pay for %(most)s now."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One internal tender as the page shows it: its field, and how much there is of it."""

    name: str
    icon: str
    field: forms.BoundField
    most_minor: int
    used_minor: int


def in_money(amount_minor: int, currency: str) -> str:
    """Say that so much is paid in money: by a provider or from the wallet."""
    words = _(
        "Top-ups and gift cards are paid in money: %(amount)s of this order by a provider or from "
        "your wallet. Credit and points can pay for the rest."
    )
    return words % {"amount": money(amount_minor, currency)}


class TenderForm(forms.Form):
    """How ``total_minor`` is paid. Without ``data`` a provider has all of it, if there is one.

    ``money_minor`` of it is paid in money alone: what is bought at its face value.
    """

    wallet = forms.CharField()
    credit = forms.CharField()
    points = forms.CharField()
    provider = forms.ChoiceField(
        label=gettext_lazy("Pay the rest with"), required=False, widget=forms.RadioSelect
    )

    def __init__(
        self,
        shop: Shop,
        user: User,
        total_minor: int,
        data: Mapping[str, Any] | None = None,
        money_minor: int = 0,
    ) -> None:
        """Read what the user has, and what was chosen."""
        self.shop, self.user, self.total_minor = shop, user, total_minor
        self.money_minor = money_minor
        self.most = most(shop, user)
        self.offered = providers.offered()
        first = self.offered[0].code if self.offered else ""
        super().__init__(self._filled(data, first), auto_id="tender_%s")
        for name, label in (
            ("wallet", pgettext_lazy("means", "Wallet")),
            ("credit", gettext_lazy("Credit")),
            ("points", gettext_lazy("Points")),
        ):
            self.fields[name] = MoneyField(shop.currency, label=label, required=False)
        self.order_fields([*INTERNAL, "provider"])
        chooser = self.fields["provider"]
        assert isinstance(chooser, forms.ChoiceField)  # noqa: S101  # declared above
        chooser.choices = [(one.code, one.label) for one in self.offered]

    @property
    def rows(self) -> list[Row]:
        """The internal tenders of which there is something, or which were filled in."""
        rows = [
            Row(name, _ICONS[name], self[name], self._most(name), self.used(name))
            for name in INTERNAL
        ]
        return [row for row in rows if row.most_minor or row.used_minor or row.field.errors]

    def used(self, name: str) -> int:
        """Return how much of an internal tender is chosen; nothing where that is no amount."""
        self.is_valid()
        return int(self.cleaned_data.get(name) or 0)

    @property
    def rest_minor(self) -> int:
        """What is left for the provider; below zero where too much was chosen."""
        return self.total_minor - sum(self.used(name) for name in INTERNAL)

    @property
    def shown_rest_minor(self) -> int:
        """The same, never below zero."""
        return max(0, self.rest_minor)

    @property
    def has_internal(self) -> bool:
        """Whether anything is chosen from wallet, credit or points."""
        return any(self.used(name) for name in INTERNAL)

    @property
    def split(self) -> Split:
        """The choice, once the form is valid."""
        return Split(
            provider=self.rest_minor,
            wallet=self.used("wallet"),
            credit=self.used("credit"),
            points=self.used("points"),
        )

    @property
    def paid_minor(self) -> int:
        """What of it counts as paid: the provider's and the wallet's part."""
        return max(0, self.rest_minor) + self.used("wallet")

    @property
    def provider_code(self) -> str:
        """The provider that has the rest, or nothing."""
        return str(self.cleaned_data.get("provider") or "") if self.rest_minor > 0 else ""

    def clean(self) -> dict[str, Any]:
        """Hold the choice against what there is, and against the total."""
        cleaned = self.cleaned_data
        amounts = {name: int(cleaned.get(name) or 0) for name in INTERNAL}
        for name, amount in amounts.items():
            if amount > self._most(name) and name not in self.errors:
                words = _TOO_MUCH[name] % {"most": money(self._most(name), self.shop.currency)}
                self.add_error(name, words)
        if any(name in self.errors for name in INTERNAL):
            return cleaned
        rest = self.total_minor - sum(amounts.values())
        if rest < 0:
            over = money(-rest, self.shop.currency)
            last = next(name for name in reversed(INTERNAL) if amounts[name])
            self.add_error(last, _("This is %(over)s more than the total.") % {"over": over})
        elif amounts["credit"] + amounts["points"] > self.total_minor - self.money_minor:
            name = "points" if amounts["points"] else "credit"
            self.add_error(name, in_money(self.money_minor, self.shop.currency))
        elif rest and not self.offered:
            missing = money(rest, self.shop.currency)
            words = _("%(missing)s is still missing: use more of your wallet, credit or points.")
            self.add_error(None, words % {"missing": missing})
        elif rest and not cleaned.get("provider"):
            self.add_error("provider", _("Choose how to pay the rest."))
        else:
            try:
                check(self.shop, self.user, Split(rest, **amounts))
            except CannotPay as error:
                self.add_error(None, str(error))
        return cleaned

    def _most(self, name: str) -> int:
        return int(getattr(self.most, name))

    def _filled(self, data: Mapping[str, Any] | None, provider: str) -> Mapping[str, Any]:
        """Return the data with what a ``use`` button asks for; a first choice where there is none."""
        if data is None or not any(name in data for name in (*INTERNAL, "provider", USE)):
            chosen = {"provider": provider}
            if not provider:
                chosen |= self._as_much_as_there_is()
            return chosen
        filled = QueryDict(mutable=True)
        filled.update({name: data.get(name, "") for name in (*INTERNAL, "provider")})
        use = data.get(USE, "")
        if use == NOTHING:
            for name in INTERNAL:
                filled[name] = ""
        elif use in INTERNAL:
            others = sum(self._typed(filled, name) for name in INTERNAL if name != use)
            amount = min(self._most(use), max(0, self.total_minor - others))
            if use in _NO_MONEY:
                other = sum(self._typed(filled, name) for name in _NO_MONEY if name != use)
                amount = min(amount, max(0, self.total_minor - self.money_minor - other))
            filled[use] = self._shown(amount)
        if not filled["provider"]:
            filled["provider"] = provider
        return filled

    def _as_much_as_there_is(self) -> dict[str, str]:
        left, chosen = self.total_minor, {}
        other = self.total_minor - self.money_minor
        for name in INTERNAL:
            amount = min(left, self._most(name))
            if name in _NO_MONEY:
                amount = min(amount, other)
                other -= amount
            chosen[name] = self._shown(amount)
            left -= amount
        return chosen

    def _shown(self, amount: int) -> str:
        return typed(amount, digits(self.shop.currency)) if amount else ""

    def _typed(self, data: Mapping[str, Any], name: str) -> int:
        try:
            return int(MoneyField(self.shop.currency, required=False).clean(data[name]) or 0)
        except forms.ValidationError:
            return 0

"""The chooser: how much of an amount from wallet, credit and points; a provider has the rest.

Checkout and the till share it. Everything works by plain posts: each switch is a button named
``use`` that fills in as much of its balance as can be used, or nothing, and asks for the page again;
with htmx only the chooser is replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tongbao.mall.paying import providers
from tongbao.mall.people.models import User
from tongbao.mall.sales.means import CannotPay, check, most, most_but_dust
from tongbao.mall.sales.placing import Split
from tongbao.mall.shop.amounts import MoneyField, typed
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import digits, money

INTERNAL: Final = ("wallet", "credit", "points")
USE: Final = "use"
OFF: Final = "no-"  # what the value of ``use`` begins with where a means is switched off

_NO_MONEY: Final = ("credit", "points")

_ICONS: Final = {"wallet": "wallet", "credit": "card", "points": "coins"}
_USE: Final = {
    "wallet": gettext_lazy("Use wallet"),
    "credit": gettext_lazy("Use credit"),
    "points": gettext_lazy("Use points"),
}
_TOO_MUCH: Final = {
    "wallet": gettext_lazy("You have %(most)s in your wallet."),
    "credit": gettext_lazy("You have %(most)s in credit."),
    "points": gettext_lazy("Your points can pay for %(most)s now."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One internal tender as the page shows it: its switch, its field, how much there is of it.

    ``is_open``: its field is shown, for it has another amount than the switch would fill in.
    """

    name: str
    icon: str
    words: str
    field: forms.BoundField
    most_minor: int
    used_minor: int
    is_open: bool


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
        rows = [self._row(name) for name in INTERNAL]
        return [row for row in rows if row.most_minor or row.used_minor or row.field.errors]

    def _row(self, name: str) -> Row:
        used, errors = self.used(name), self[name].errors
        others = {one: self.used(one) for one in INTERNAL if one != name}
        usual = used in {0, self._usable(name, others)}
        most, words = self._most(name), str(_USE[name])
        return Row(name, _ICONS[name], words, self[name], most, used, bool(errors) or not usual)

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
        if use.removeprefix(OFF) in INTERNAL and use.startswith(OFF):
            filled[use.removeprefix(OFF)] = ""
        elif use in INTERNAL:
            others = {name: self._typed(filled, name) for name in INTERNAL if name != use}
            filled[use] = self._shown(self._usable(use, others))
        if not filled["provider"]:
            filled["provider"] = provider
        return filled

    def _as_much_as_there_is(self) -> dict[str, str]:
        chosen: dict[str, int] = {}
        for name in INTERNAL:
            chosen[name] = self._usable(name, chosen)
        return {name: self._shown(amount) for name, amount in chosen.items()}

    def _usable(self, name: str, others: Mapping[str, int]) -> int:
        """Return the most of a means that can be used beside what the others pay.

        Credit and points pay for nothing that is paid in money alone. Of points not so much that
        too few would be left over, unless all of them go.
        """
        most = self._most(name)
        amount = min(most, max(0, self.total_minor - sum(others.values())))
        if name in _NO_MONEY:
            other = sum(others.get(one, 0) for one in _NO_MONEY)
            amount = min(amount, max(0, self.total_minor - self.money_minor - other))
        if name == "points" and amount < most:
            amount = min(amount, self._spare_points)
        return amount

    @cached_property
    def _spare_points(self) -> int:
        """What can be paid in points while enough of them are left over to keep."""
        return most_but_dust(self.shop.ledger, self.user.account)

    def _shown(self, amount: int) -> str:
        return typed(amount, digits(self.shop.currency)) if amount else ""

    def _typed(self, data: Mapping[str, Any], name: str) -> int:
        try:
            return int(MoneyField(self.shop.currency, required=False).clean(data[name]) or 0)
        except forms.ValidationError:
            return 0

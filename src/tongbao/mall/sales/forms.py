"""What is to go back: goods by their number, or an amount."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongbao.mall.sales import goods
from tongbao.mall.sales.shown import PartShown
from tongbao.mall.shop.amounts import MoneyField
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import money


class ReturnForm(forms.Form):
    """The choice: how many of each line, or an amount instead; and why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason (optional)"),
        help_text=gettext_lazy("At most 500 characters."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, shop: Shop, one: PartShown, data: Mapping[str, Any] | None = None) -> None:
        """Offer what is left of the part."""
        super().__init__(data)
        self.shop, self.one = shop, one
        self.rows = [line for line in one.lines if line.left]
        self.by_amount_minor = goods.by_amount_minor(one.part, one.lines)
        for line in self.rows:
            self.fields[_name(line)] = forms.TypedChoiceField(
                label=line.row.title,
                choices=[(count, str(count)) for count in range(line.left + 1)],
                coerce=int,
                required=False,
                error_messages={
                    "invalid_choice": _("At most %(left)s can be refunded.") % {"left": line.left}
                },
            )
        self.fields["amount"] = MoneyField(
            shop.currency, label=gettext_lazy("Amount"), required=not self.rows
        )
        if not self.rows:
            self.fields["amount"].initial = self.by_amount_minor
        self.order_fields([*(_name(line) for line in self.rows), "amount", "reason"])

    @property
    def line_fields(self) -> list[tuple[goods.Line, forms.BoundField]]:
        """Each line with its field."""
        return [(line, self[_name(line)]) for line in self.rows]

    @property
    def sent(self) -> dict[str, str]:
        """What was chosen as it was sent, so that the next page can send it along."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}

    @property
    def chosen_lines(self) -> dict[str, int]:
        """How many of each line, by its id; only of a valid form."""
        chosen = {str(line.row.pk): int(self.cleaned_data[_name(line)] or 0) for line in self.rows}
        return {pk: count for pk, count in chosen.items() if count}

    @property
    def amount_minor(self) -> int:
        """What it is worth; only of a valid form."""
        amount = self.cleaned_data.get("amount")
        if amount:
            return int(amount)
        chosen = {int(pk): count for pk, count in self.chosen_lines.items()}
        return goods.worth(self.one.part, self.one.lines, chosen)

    def clean(self) -> dict[str, Any]:
        """Hold the choice against what is left."""
        cleaned = self.cleaned_data
        amount = cleaned.get("amount")
        some = any(cleaned.get(_name(line)) for line in self.rows)
        if amount and some:
            self.add_error("amount", _("Choose goods or an amount, not both."))
        elif amount and amount > self.by_amount_minor:
            left = money(self.by_amount_minor, self.shop.currency)
            self.add_error("amount", _("At most %(left)s can be refunded.") % {"left": left})
        elif amount and amount < self.one.least_minor:
            least = money(self.one.least_minor, self.shop.currency)
            self.add_error("amount", _("A refund must be at least %(least)s.") % {"least": least})
        elif not amount and not some and not self.errors:
            self.add_error(None, _("Choose what to return."))
        return cleaned


def _name(line: goods.Line) -> str:
    return f"line-{line.row.pk}"

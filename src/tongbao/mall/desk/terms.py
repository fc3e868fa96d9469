"""The operator's page of the mall's terms: names, days, fees; and what shipping costs."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from oscar.core.loading import get_model

from tongbao.mall.desk import losses
from tongbao.mall.desk.access import operator
from tongbao.mall.desk.merchants import PercentField
from tongbao.mall.people.text_budgets import count_refused, read_spendings
from tongbao.mall.sales.leaves import earns_little, loses, of_merchants
from tongbao.mall.sales.terms import lengthen_notice
from tongbao.mall.shop.amounts import MoneyField
from tongbao.mall.shop.countries import is_country, named_countries
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.money import digits

Charges = get_model("shipping", "OrderAndItemCharges")
_NAMED: Final = 3
"""So many merchants are named in one sentence."""

_LEAST: Final = {
    "return_days": 0,
    "receive_days": 1,
    "pay_minutes": 1,
    "answer_days": 1,
    "returns_most": 1,
    "unpaid_most": 1,
    "texts_per_place": 0,
    "texts_per_country": 0,
    "texts_per_mall": 0,
}
_MOST: Final = {
    "return_days": 366,
    "receive_days": 366,
    "pay_minutes": 1440,
    "answer_days": 60,
    "returns_most": 100,
    "unpaid_most": 100,
    "texts_per_place": 10_000,
    "texts_per_country": 1_000_000,
    "texts_per_mall": 1_000_000,
}


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none when it runs
    """The mall's terms. They hold for what is received, shipped, paid and settled from now on."""

    return_least_bps = PercentField(
        label=gettext_lazy("Least amount of a return, in percent of the merchant's part"),
        max_length=8,
    )
    unpaid_share_bps = PercentField(
        label=gettext_lazy(
            "What a shopper's unpaid orders may hold of a product's stock, in percent"
        ),
        max_length=8,
    )
    platform_fee_bps = PercentField(
        label=gettext_lazy("Platform fee in percent of the amount paid"), max_length=8
    )
    provider_fee_bps = PercentField(
        label=gettext_lazy("Payment provider's fee in percent of what it collects"),
        max_length=8,
    )
    earn_least_bps = PercentField(
        label=gettext_lazy("What a merchant earns of a sale at least, in percent"),
        max_length=8,
        help_text=gettext_lazy(
            "Once goods, plan and fees are paid. Who earns less is listed below and warned."
        ),
    )

    no_window = forms.BooleanField(
        label=gettext_lazy("New orders have no return window"), required=False
    )

    knows_loss = forms.BooleanField(
        label=gettext_lazy("I know that these merchants lose money on each sale"),
        required=False,
        widget=forms.HiddenInput,
    )

    class Meta:
        """What Django asks for: the row, its fields and what they are called."""

        model = Shop
        fields = (
            *("name_en", "name_zh", "country", "return_days", "receive_days", "pay_minutes"),
            *("answer_days", "returns_most", "return_least_bps"),
            *("unpaid_most", "unpaid_share_bps", "platform_fee_bps", "provider_fee_bps"),
            "earn_least_bps",
            *("text_countries", "texts_per_place", "texts_per_country", "texts_per_mall"),
        )
        labels = {
            "return_days": gettext_lazy("Return window (days after receipt)"),
            "receive_days": gettext_lazy("Days from shipping until goods count as received"),
            "answer_days": gettext_lazy(
                "Days in which a merchant answers a return; after as many more it is decided by itself"
            ),
            "returns_most": gettext_lazy("Returns that may be asked for of one merchant's part"),
            "unpaid_most": gettext_lazy("Unpaid orders that a shopper may have at once"),
            "text_countries": gettext_lazy(
                "Countries to whose numbers text messages are sent, as codes such as FR BE; empty: "
                "the country above only"
            ),
            "texts_per_place": gettext_lazy("Text messages a day for one network"),
            "texts_per_country": gettext_lazy("Text messages a day to one country"),
            "texts_per_mall": gettext_lazy("Text messages a day in all"),
            "pay_minutes": gettext_lazy("Minutes until an unpaid order is cancelled"),
        }

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as Django's own
        """Bound every number on both sides; name the countries."""
        super().__init__(*args, **options)
        self.fields["country"] = forms.ChoiceField(
            label=_("Country of phone numbers that are typed without a country code"),
            choices=[("", _("None: + and the country code are asked for")), *named_countries()],
            required=False,
        )
        for name, least in _LEAST.items():
            number = self.fields[name]
            self.fields[name] = forms.IntegerField(
                label=number.label, min_value=least, max_value=_MOST[name]
            )

    def clean_text_countries(self) -> str:
        """Return the codes in their order, each once."""
        codes = sorted(set(self.cleaned_data["text_countries"].upper().replace(",", " ").split()))
        for code in codes:
            if not is_country(code):
                raise forms.ValidationError(
                    _("%(code)s is no country. Write codes of two letters, such as FR."),
                    params={"code": code},
                )
        return " ".join(codes)

    def clean(self) -> dict[str, Any]:
        """Ask again where the return window is taken away: it is a slip as often as it is meant."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        takes_away = cleaned.get("return_days") == 0 and bool(self.initial.get("return_days"))
        if takes_away and not cleaned.get("no_window"):
            self.add_error(
                "no_window",
                _(
                    "Without a return window, points settle and merchants are paid as soon as the "
                    "goods are received. Orders that were placed before keep their window. Tick "
                    "this if that is what you want."
                ),
            )
        if not self.errors and {"platform_fee_bps", "provider_fee_bps"} & set(self.changed_data):
            self._ask_about_losses()
        return cleaned

    def _ask_about_losses(self) -> None:
        """Refuse fees that leave a merchant less than nothing, unless that is meant."""
        shop = the_shop()
        for name in ("platform_fee_bps", "provider_fee_bps"):
            setattr(shop, name, self.cleaned_data[name])
        losing = [(one, worked) for one, worked in of_merchants(shop) if loses(worked)]
        if not losing:
            return
        first, worked = losing[0]
        names = get_text_list([one.name for one, _worked in losing[:_NAMED]], _("and"))
        more = len(losing) - _NAMED
        if more > 0:
            names = _("%(names)s and %(count)s more") % {"names": names, "count": more}
        losses.ask(
            self,
            _("With these fees a merchant pays to sell: %(names)s. %(first)s: %(figures)s")
            % {
                "names": names,
                "first": first.name,
                "figures": losses.describe_loss(worked, shop),
            },
        )


class ShippingForm(forms.Form):
    """A way of shipping: what it costs, and from which sum of goods on it is free."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=128)

    def __init__(self, shop: Shop, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Ask for amounts in the mall's currency."""
        super().__init__(*args, **options)
        self.fields["order_minor"] = MoneyField(
            shop.currency, label=gettext_lazy("Per order"), required=False
        )
        self.fields["item_minor"] = MoneyField(
            shop.currency, label=gettext_lazy("Plus per item"), required=False
        )
        self.fields["free_minor"] = MoneyField(
            shop.currency,
            label=gettext_lazy("Free from this value of goods (empty: never)"),
            required=False,
        )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def terms(request: HttpRequest) -> HttpResponse:
    """Show the terms and the ways of shipping; keep changed terms."""
    operator(request)
    shop = the_shop()
    form = TermsForm(request.POST or None, instance=shop)
    if request.method == "POST" and form.is_valid():
        form.save()
        lengthen_notice(the_shop())
        messages.success(request, _("Saved. Orders that were placed before keep their terms."))
        return redirect("desk:terms")
    return _page(request, the_shop(), form, ShippingForm(shop))


@require_POST
@login_required
def add_shipping(request: HttpRequest) -> HttpResponse:
    """Add a way of shipping."""
    operator(request)
    shop = the_shop()
    form = ShippingForm(shop, request.POST)
    if not form.is_valid():
        return _page(request, shop, TermsForm(instance=shop), form)
    asked = form.cleaned_data
    free = asked["free_minor"]
    with transaction.atomic():
        Charges.objects.create(
            name=asked["name"],
            price_per_order=_decimal(asked["order_minor"] or 0, shop),
            price_per_item=_decimal(asked["item_minor"] or 0, shop),
            free_shipping_threshold=_decimal(free, shop) if free else None,
        )
    messages.success(request, _("Saved."))
    return redirect("desk:terms")


@require_POST
@login_required
def drop_shipping(request: HttpRequest, number: int) -> HttpResponse:
    """Take a way of shipping away; orders that chose it keep it."""
    operator(request)
    get_object_or_404(Charges, pk=number).delete()
    messages.success(request, _("Saved."))
    return redirect("desk:terms")


def _page(
    request: HttpRequest, shop: Shop, form: TermsForm, shipping: ShippingForm
) -> HttpResponse:
    ways = [
        {
            "number": one.pk,
            "name": one.name,
            "order_minor": _minor(one.price_per_order, shop),
            "item_minor": _minor(one.price_per_item, shop),
            "free_minor": _minor(one.free_shipping_threshold or 0, shop),
        }
        for one in Charges.objects.order_by("pk")
    ]
    below = [(one, worked) for one, worked in of_merchants(shop) if earns_little(worked)]
    context = {
        "form": form,
        "shipping": shipping,
        "ways": ways,
        "below": below,
        "texts": read_spendings(shop),
        "texts_refused": count_refused(shop),
    }
    return render(request, "desk/terms.html", context)


def _decimal(minor: int, shop: Shop) -> Decimal:
    return Decimal(minor).scaleb(-digits(shop.currency))


def _minor(amount: Decimal | int, shop: Shop) -> int:
    return int(Decimal(amount).scaleb(digits(shop.currency)))

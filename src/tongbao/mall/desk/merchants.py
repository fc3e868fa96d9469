"""The operator's list of merchants: open one, change one, say who works for it."""

import re
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongbao.ledger.values import LedgerError
from tongbao.mall.desk import losses
from tongbao.mall.desk.access import operator
from tongbao.mall.desk.reserved import WORDS
from tongbao.mall.merchants.models import USUAL_MARGIN_BPS, Merchant
from tongbao.mall.merchants.opening import (
    UnusableName,
    change_merchant,
    dismiss,
    find_user,
    hire,
    open_merchant,
)
from tongbao.mall.people.models import User
from tongbao.mall.sales.leaves import Leaves, Worked, leaves, loses
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.opening import NotOpened
from tongbao.mall.shop.pages import paged
from tongbao.mall.shop.troubles import told

_PERCENT: Final = re.compile(r"(100|[0-9]{1,2})(?:\.([0-9]{1,2}))?")


class PercentField(forms.CharField):
    """A share in percent with up to two decimals; cleaned into whole basis points."""

    def clean(self, value: Any) -> int:  # noqa: ANN401  # of Oscar or Django, without types
        """Read it.

        Raises:
            ValidationError: it is none from 0 to 100.
        """
        found = _PERCENT.fullmatch(super().clean(value).strip())
        if found is None:
            raise ValidationError(_("Enter a percentage from 0 to 100, such as 12.5."))
        bps = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
        MaxValueValidator(10_000)(bps)
        return bps

    def has_changed(self, initial: Any, data: Any) -> bool:  # noqa: ANN401  # likewise
        """Say whether another share was typed than there was."""
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401  # of Oscar or Django, without types
        """Show basis points as percent, and what was typed as it was."""
        if not isinstance(value, int):
            return value
        return f"{value // 100}.{value % 100:02d}".removesuffix("0").removesuffix("0").rstrip(".")


class MerchantForm(forms.Form):
    """What an operator says of a merchant."""

    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80)
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=80)
    margin_bps = PercentField(
        label=gettext_lazy("Margin in percent"),
        max_length=8,
        initial=USUAL_MARGIN_BPS,
        help_text=gettext_lazy("Of what is paid; it counts as profit where the plan asks for it."),
    )
    is_open = forms.BooleanField(
        label=gettext_lazy("Open for business"), required=False, initial=True
    )
    knows_loss = forms.BooleanField(
        label=gettext_lazy("I know that this merchant loses money on each sale"),
        required=False,
        widget=forms.HiddenInput,
    )

    def clean(self) -> dict[str, Any]:
        """Ask whether a loss is meant where a merchant is opened, or its margin changed, at one."""
        cleaned = super().clean() or self.cleaned_data
        decides = {"margin_bps", "is_open"} & set(self.changed_data) or not self.initial
        if decides and cleaned.get("is_open") and "margin_bps" in cleaned:
            shop = the_shop()
            worked = leaves(shop, cleaned["margin_bps"])
            if loses(worked):
                losses.ask(self, losses.describe_loss(worked, shop))
        return cleaned

    @property
    def changes(self) -> dict[str, Any]:
        """What is to be written."""
        return {name: value for name, value in self.cleaned_data.items() if name != losses.KNOWN}


class NewMerchantForm(MerchantForm):
    """The same, and its account."""

    account = forms.CharField(
        label=gettext_lazy("Account name in the ledger"),
        max_length=40,
        validators=[
            RegexValidator(
                r"\A[a-z][a-z0-9-]*\Z",
                gettext_lazy("Use small letters, digits and dashes; begin with a letter."),
            )
        ],
        help_text=gettext_lazy("It is recorded in the ledger for good, for example “tea-house”."),
    )
    field_order = ("account",)

    def clean_account(self) -> str:
        """Refuse what is taken, or an address of the desk's own."""
        account: str = self.cleaned_data["account"]
        if account in WORDS or Merchant.objects.filter(account=account).exists():
            raise ValidationError(_("This name is taken. Choose another one."))
        return account


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List all merchants, with what waits at each."""
    operator(request)
    paid = Q(parts__sale__state=Sale.State.PAID)
    rows = Merchant.objects.select_related("partner").annotate(
        waiting=Count("parts", paid & Q(parts__state=Part.State.WAITING), distinct=True),
        asked=Count("parts__returns", Q(parts__returns__state=Return.State.ASKED), distinct=True),
    )
    page = paged(request, rows.order_by("name_en", "pk"))
    accounts = the_shop().ledger.accounts([one.account for one in page.object_list])
    context = {
        "page_obj": page,
        "rows": [(one, accounts.get(one.account)) for one in page.object_list],
    }
    return render(request, "desk/merchants.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a merchant."""
    operator(request)
    form = NewMerchantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.changes
        account, is_open = fields.pop("account"), fields.pop("is_open")
        try:
            made = open_merchant(the_shop(), account, **fields)
            if not is_open:
                change_merchant(made, **fields, is_open=False)
        except UnusableName as error:
            form.add_error("account", error.reason)
        except NotOpened:
            form.add_error("account", _("This name is taken. Choose another one."))
        except LedgerError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("The merchant is open. Now add its staff."))
            _warn(request, made.margin_bps)
            return redirect("desk:merchant", account)
    context = {"form": form, "leaves": _asked(form)}
    return render(request, "desk/merchant_new.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, account: str) -> HttpResponse:
    """Change a merchant."""
    operator(request)
    merchant = get_object_or_404(Merchant.objects.select_related("partner"), account=account)
    shown = [name for name in MerchantForm.base_fields if name != losses.KNOWN]
    first = {name: getattr(merchant, name) for name in shown}
    form = MerchantForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        change_merchant(merchant, **form.changes)
        messages.success(request, _("Saved."))
        if "margin_bps" in form.changed_data:
            _warn(request, form.changes["margin_bps"])
        return redirect("desk:merchant", account)
    people = merchant.partner.users.order_by("pk")
    worked = _asked(form) or leaves(the_shop(), merchant.margin_bps)
    context = {"merchant": merchant, "form": form, "people": people, "leaves": worked}
    return render(request, "desk/merchant.html", context)


@login_required
@require_POST
def staff(request: HttpRequest, account: str) -> HttpResponse:
    """Let somebody work for a merchant, or no more."""
    operator(request)
    merchant = get_object_or_404(Merchant.objects.select_related("partner"), account=account)
    leaving = request.POST.get("dismiss", "")
    if leaving:
        user = get_object_or_404(User, pk=leaving if leaving.isdecimal() else 0)
        dismiss(merchant, user)
        messages.success(request, _("%(name)s is no longer on the staff.") % {"name": user.shown})
        return redirect("desk:merchant", account)
    found = find_user(request.POST.get("reach", "")[:254])
    if found is None:
        messages.error(request, _("Nobody is registered with this e-mail address or phone number."))
    else:
        hire(merchant, found)
        messages.success(request, _("%(name)s is now on the staff.") % {"name": found.shown})
    return redirect("desk:merchant", account)


def _asked(form: MerchantForm) -> Worked | None:
    """Work the example out for the margin that was typed and refused, None where there is none."""
    if not form.is_bound or form.is_valid() or "margin_bps" not in form.cleaned_data:
        return None
    return leaves(the_shop(), form.cleaned_data["margin_bps"])


def _warn(request: HttpRequest, margin_bps: int) -> None:
    """Say what a sale leaves where that is less than the terms ask for."""
    shop = the_shop()
    worked = leaves(shop, margin_bps)
    if loses(worked):
        messages.warning(request, losses.describe_loss(worked, shop))
    elif isinstance(worked, Leaves) and worked.is_little:
        messages.warning(request, losses.describe_little(worked, shop))

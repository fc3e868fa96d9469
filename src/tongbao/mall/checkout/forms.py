"""Where goods go: an address as people here write it."""

import unicodedata

from django.forms import TextInput
from django.utils.translation import gettext_lazy as _
from oscar.apps.address.forms import UserAddressForm
from oscar.apps.checkout import forms as oscar
from oscar.core.loading import get_model

from tongbao.mall.people.addresses import known_address
from tongbao.mall.people.models import User

Country = get_model("address", "Country")

GatewayForm = oscar.GatewayForm
ShippingMethodForm = oscar.ShippingMethodForm

_LABELS = {
    "first_name": _("Recipient's name"),
    "phone_number": _("Phone number"),
    "country": _("Country"),
    "state": _("Province or county"),
    "line4": _("City"),
    "line1": _("Street address"),
    "line2": _("Address line 2 (optional)"),
    "postcode": _("Postcode"),
    "notes": _("For the courier (optional)"),
}
_FILLED_IN = {
    "first_name": "shipping name",
    "phone_number": "shipping tel",
    "country": "shipping country",
    "state": "shipping address-level1",
    "line4": "shipping address-level2",
    "line1": "shipping address-line1",
    "line2": "shipping address-line2",
    "postcode": "shipping postal-code",
}


class ShippingAddressForm(UserAddressForm):
    """A new address of the shopper's own, or one to be changed. The name is in one piece."""

    class Meta(UserAddressForm.Meta):
        """The fields, in the order in which they are asked for."""

        fields = tuple(_LABELS)

    def __init__(self, user: User, *args: object, **kwargs: object) -> None:
        """Ask for a country only where there is a choice."""
        super().__init__(user, *args, **kwargs)
        self.order_fields(list(_LABELS))
        for name, label in _LABELS.items():
            self.fields[name].label = label
            self.fields[name].help_text = ""
            if name in _FILLED_IN:
                self.fields[name].widget.attrs["autocomplete"] = _FILLED_IN[name]
        for name in ("first_name", "line1", "line4", "phone_number"):
            self.fields[name].required = True
        self.fields["phone_number"].widget.input_type = "tel"
        self.fields["notes"].widget = TextInput()
        self.fields["notes"].max_length = 200
        countries = list(Country.objects.filter(is_shipping_country=True))
        if len(countries) == 1:
            del self.fields["country"]
            self.instance.country = countries[0]
        else:
            self.fields["country"].queryset = Country.objects.filter(is_shipping_country=True)
            self.fields["country"].empty_label = None

    def clean_postcode(self) -> str:
        """Read full-width letters and digits, as Chinese keyboards write them."""
        return unicodedata.normalize("NFKC", self.cleaned_data["postcode"] or "").strip()

    def validate_unique(self) -> None:
        """Let an address that is in the book already be given again: it is brought up to date."""
        if self.instance.pk is not None or known_address(self.instance) is None:
            super().validate_unique()

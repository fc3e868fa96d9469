"""The address book: where goods are sent, in the order in which people write it at home."""

import unicodedata
from typing import Any, Final

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from oscar.core.loading import get_model
from phonenumber_field.phonenumber import to_python

from tongbao.mall.people.models import User

UserAddress: Any = get_model("address", "UserAddress")
Country: Any = get_model("address", "Country")
_LARGEST_FIRST: Final = {"CN", "HK", "JP", "KR", "MO", "TW"}
_WITH_POSTCODE: Final = {"AU", "CA", "DE", "FR", "GB", "US"}
MOST_ADDRESSES: Final = 20


class AddressForm(forms.ModelForm):  # type: ignore[type-arg]  # django-stubs wants it, Django forbids it
    """An address of the user's, or of an order: the whole name stands in ``first_name``."""

    class Meta:
        """What of an address is asked for, and how it is called."""

        model = UserAddress
        fields = (
            "first_name", "phone_number", "country", "state", "line4", "line1", "line2", "postcode",
        )  # fmt: skip
        labels = {
            "first_name": gettext_lazy("Recipient"),
            "phone_number": gettext_lazy("Phone number"),
            "country": gettext_lazy("Country"),
            "state": gettext_lazy("Province or county"),
            "line4": gettext_lazy("City"),
            "line1": gettext_lazy("Street and house number"),
            "line2": gettext_lazy("Flat, building, company (optional)"),
            "postcode": gettext_lazy("Postcode"),
        }
        help_texts = {"phone_number": gettext_lazy("For the courier only.")}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Make a form for an address of that user's."""
        super().__init__(*args, **kwargs)
        self.instance.user = user
        countries = list(Country.objects.filter(is_shipping_country=True))
        self.fields["country"] = forms.ModelChoiceField(
            Country.objects.filter(is_shipping_country=True),
            label=_("Country"),
            empty_label=None,
            initial=countries[0] if countries else None,
        )
        self.fields["country"].label_from_instance = country_name  # type: ignore[attr-defined]
        self.fields["phone_number"] = forms.CharField(
            label=_("Phone number"),
            help_text=_("For the courier only."),
            max_length=32,
            required=bool(countries) and countries[0].pk == "CN",
            widget=forms.TextInput(attrs={"type": "tel"}),
        )
        for name in ("first_name", "line4", "line1"):
            self.fields[name].required = True
        for name, autocomplete in _AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = autocomplete
        order = self.Meta.fields
        if countries and countries[0].pk not in _LARGEST_FIRST:
            order = (
                "first_name", "phone_number", "line1", "line2", "line4", "state", "postcode",
                "country",
            )  # fmt: skip
        self.order_fields(order)

    def clean_postcode(self) -> str:
        """Read full-width letters and digits, as Chinese keyboards write them."""
        return unicodedata.normalize("NFKC", self.cleaned_data["postcode"] or "").strip()

    def validate_unique(self) -> None:
        """Let an address that is in the book already be given again: `save` brings it up to date."""
        if self.instance.pk is not None or known_address(self.instance) is None:
            super().validate_unique()

    def save(self, commit: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002  # Django's signature
        """Write the address; into the row of the same address, if there is one."""
        known = known_address(self.instance) if self.instance.pk is None else None
        if known is None:
            return super().save(commit)
        known.phone_number = self.instance.phone_number
        if commit:
            known.save()
        return known

    def clean(self) -> dict[str, Any]:
        """Read the phone number as one of the address's country; ask for postcodes where used."""
        given: dict[str, Any] = super().clean() or {}
        country = given.get("country")
        text = given.get("phone_number", "")
        if text and country is not None:
            number: Any = to_python(text, region=country.pk)
            if number is None or not number.is_valid():
                self.add_error("phone_number", _("This is not a phone number of that country."))
            else:
                given["phone_number"] = number
        if country is not None and country.pk in _WITH_POSTCODE and not given.get("postcode"):
            self.add_error("postcode", ValidationError(_("Addresses there need a postcode.")))
        return given


_AUTOCOMPLETE: Final = {
    "first_name": "name",
    "phone_number": "tel",
    "country": "country",
    "state": "address-level1",
    "line4": "address-level2",
    "line1": "address-line1",
    "line2": "address-line2",
    "postcode": "postal-code",
}


def known_address(address: Any) -> Any:  # noqa: ANN401  # Django, Oscar and allauth have no types
    """Return the user's address that differs in its phone number or notes at most, or None."""
    return UserAddress.objects.filter(user=address.user, hash=address.generate_hash()).first()


def country_name(country: Any) -> str:  # noqa: ANN401  # Django, Oscar and allauth have no types
    """Return a country's name in the reader's language."""
    locale = Locale.parse("zh_Hans" if (get_language() or "").startswith("zh") else "en")
    return str(locale.territories.get(country.pk, country.printable_name))


def address_lines(address: Any) -> list[str]:  # noqa: ANN401  # Django, Oscar and allauth have no types
    """Return an address as it is written on a parcel at home, without name and number.

    Where the largest comes first (China and its neighbours) that is 省市区街道, with the country
    before it and the postcode after; elsewhere street, town and postcode, county, country.
    """
    country = country_name(address.country)
    if address.country_id in _LARGEST_FIRST:
        # Beijing and the like are province and city in one.
        city = "" if address.line4 == address.state else address.line4
        parts = (address.state, city, address.line1, address.line2)
        joined = f"{address.state}{city}{address.line1}{address.line2 and ' '}{address.line2}"
        place = parts if address.line1.isascii() else (joined,)
        return [one for one in [country, *place, address.postcode] if one]
    town = f"{address.line4} {address.postcode}".strip()
    found = (address.line1, address.line2, town, address.state, country)
    return [one for one in found if one]


def address_line(address: Any) -> str:  # noqa: ANN401  # Django, Oscar and allauth have no types
    """Return `address_lines` in one line."""
    gap = " " if address.country_id in _LARGEST_FIRST and not address.line1.isascii() else ", "
    return gap.join(address_lines(address))


def write_as_at_home() -> None:
    """Let Oscar's dashboard write addresses as our pages do, the recipient's name first.

    Its pages and lists ask an address for its fields, largest last wherever it is; the address
    apps are not forked for that.
    """
    from oscar.apps.address.abstract_models import AbstractAddress  # noqa: PLC0415  # models are ready now

    AbstractAddress.active_address_fields = lambda self: [
        one for one in [self.name, *address_lines(self)] if one
    ]

"""Forms that take pictures: they check them before they are kept."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from oscar.apps.dashboard.catalogue import forms
from oscar.core.loading import get_model

from tongbao.mall.people.uploads import check
from tongbao.mall.shop.amounts import MoneyField
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.names import product_type


class ProductClassSelectForm(forms.ProductClassSelectForm):
    """The choice of a new product's type, named in the reader's language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Oscar has no types
        super().__init__(*args, **kwargs)
        self.fields["product_class"].label_from_instance = lambda one: product_type(str(one))


class StockRecordForm(forms.StockRecordForm):
    """What a merchant has of a good, at which price."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Oscar has no types
        super().__init__(*args, **kwargs)
        partners = self.fields["partner"]
        # Only merchants of the mall sell: goods of any other partner would be for sale nowhere.
        partners.queryset = partners.queryset.filter(merchant__isnull=False)
        self.fields["cost_minor"] = MoneyField(
            the_shop().currency, label=_("Cost of one"), required=False
        )
        known = self._costs().filter(record=self.instance.pk).first()
        if known is not None:
            self.initial["cost_minor"] = known.minor

    def save(self, commit: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002  # as Oscar's own
        """Keep what one costs beside the record; where nothing is said, nothing is known."""
        record = super().save(commit=commit)
        cost = self.cleaned_data["cost_minor"]
        if cost is None:
            self._costs().filter(record=record).delete()
        else:
            self._costs().update_or_create(record=record, defaults={"minor": cost})
        return record

    def _costs(self) -> Any:  # noqa: ANN401  # a later app's
        return get_model("merchants", "Cost").objects


class ProductImageForm(forms.ProductImageForm):
    """A picture of a product."""

    def clean_original(self) -> Any:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Check what was uploaded just now."""
        return _checked(self.cleaned_data["original"])


class CategoryForm(forms.CategoryForm):
    """A category with its picture."""

    def clean_image(self) -> Any:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Check what was uploaded just now."""
        return _checked(self.cleaned_data["image"])


def _checked(given: Any) -> Any:  # noqa: ANN401  # Django, Oscar and allauth have no types
    if isinstance(given, UploadedFile):
        check(str(given.name), given)
    return given

"""Forms that take pictures: they check them before they are kept."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from oscar.apps.dashboard.catalogue import forms

from tongbao.mall.people.uploads import check


class ProductImageForm(forms.ProductImageForm):  # type: ignore[misc]  # Oscar has no types
    """A picture of a product."""

    def clean_original(self) -> Any:
        """Check what was uploaded just now."""
        return _checked(self.cleaned_data["original"])


class CategoryForm(forms.CategoryForm):  # type: ignore[misc]  # Oscar has no types
    """A category with its picture."""

    def clean_image(self) -> Any:
        """Check what was uploaded just now."""
        return _checked(self.cleaned_data["image"])


def _checked(given: Any) -> Any:
    if isinstance(given, UploadedFile):
        check(str(given.name), given)
    return given

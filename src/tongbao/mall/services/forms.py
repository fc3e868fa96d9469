"""Putting something into the basket: a top-up says whose account, in a form that can be one."""

from django.core.exceptions import ValidationError
from oscar.core.loading import get_class

from tongbao.mall.services.kinds import topup_kind
from tongbao.mall.services.targets import BadTarget, read_target

AddToBasketForm = get_class("basket.forms", "AddToBasketForm")


class AddForm(AddToBasketForm):  # type: ignore[valid-type,misc]  # Oscar has no types
    """Oscar's, with the number of a top-up read by its kind."""

    def clean_target(self) -> str:
        """Read whose account is topped up; the field is there where the product has the option.

        Raises:
            ValidationError: it is no number of that kind.
        """
        kind = topup_kind(self.parent_product)
        if kind is None:
            return str(self.cleaned_data["target"])
        try:
            return read_target(kind, self.cleaned_data["target"])
        except BadTarget as error:
            raise ValidationError(str(error), code="target") from error

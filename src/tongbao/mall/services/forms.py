"""Putting something into the basket: not too many; a top-up says whose account it is for."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from oscar.core.loading import get_class

from tongbao.mall.sales import goods
from tongbao.mall.services.faces import is_for_sale
from tongbao.mall.services.kinds import topup_kind
from tongbao.mall.services.targets import BadTarget, read_target
from tongbao.mall.shop.models import the_shop

AddToBasketForm = get_class("basket.forms", "AddToBasketForm")


class AddForm(AddToBasketForm):  # type: ignore[valid-type,misc]  # Oscar has no types
    """Oscar's, with the number of a top-up read by its kind."""

    def clean(self) -> dict[str, Any]:
        """Refuse what no merchant sells, and at its face value of anybody but the mall itself.

        Raises:
            ValidationError: so it is.
        """
        cleaned: dict[str, Any] = super().clean()
        product = self.parent_product
        if "child_id" in self.cleaned_data:
            product = self.product or product
        if not is_for_sale(the_shop(), product):
            raise ValidationError(_("Currently unavailable."), code="unavailable")
        return cleaned

    def clean_quantity(self) -> int:
        """Hold the quantity against what an order may have, with what is in the basket already.

        Raises:
            ValidationError: it is more.
        """
        wanted: int = self.cleaned_data["quantity"]
        most = goods.most_of(self.parent_product)
        there = sum(
            line.quantity
            for line in (self.basket.all_lines() if self.basket.id else ())
            if self.parent_product.pk in {line.product_id, line.product.parent_id}
        )
        if wanted + there > most:
            raise ValidationError(
                _("You can order at most %(count)d of this item.") % {"count": most},
                code="quantity",
            )
        return int(super().clean_quantity())

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

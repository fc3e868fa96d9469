"""Forms whose choices are in the reader's language."""

from typing import Any

from oscar.apps.dashboard.orders import forms

from tongbao.mall.shop.names import order_state


class OrderSearchForm(forms.OrderSearchForm):
    """Search by, among others, an order's state."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Oscar has no types
        super().__init__(*args, **kwargs)
        field = self.fields["status"]
        field.choices = [(key, order_state(word)) for key, word in field.choices]

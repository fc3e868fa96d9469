"""Views of goods: what a sale leaves is shown, and what could never be sold is refused.

The mall's later apps say both, by the names in its settings.
"""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from oscar.apps.dashboard.catalogue import views


class ProductListView(views.ProductListView):
    """The list of goods, with what a sale of each leaves."""

    def get_table(self, **kwargs: Any) -> Any:  # noqa: ANN401  # Oscar has no types
        """Work out the goods of the page that is shown."""
        table = super().get_table(**kwargs)
        shown = [row.record for row in table.page.object_list]
        table.worked = import_string(settings.MALL_PRODUCT_LEAVES)(shown)
        return table


class ProductCreateUpdateView(views.ProductCreateUpdateView):
    """The form of a product."""

    def clean(self, form: Any, formsets: Any) -> bool:  # noqa: ANN401  # Oscar has no types
        """Refuse what could never be sold."""
        check = import_string(settings.MALL_PRODUCT_CHECK)
        return bool(check(self.product_class, form, formsets)) and super().clean(form, formsets)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401  # likewise
        """Add what a sale leaves."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        products = [self.object] if self.object and self.object.pk else []
        worked = import_string(settings.MALL_PRODUCT_LEAVES)(products)
        context["offered"] = [one for those in worked.values() for one in those]
        return context

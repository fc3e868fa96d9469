"""Tables whose short names are in the reader's language."""

from typing import Any

from oscar.apps.dashboard.catalogue import tables

from tongbao.mall.shop.names import product_type


class ProductTable(tables.ProductTable):
    """The list of goods."""

    class Meta(tables.ProductTable.Meta):
        """Oscar's."""

    def render_product_class(self, value: Any) -> str:  # noqa: ANN401  # Oscar has no types
        """Name a product's type."""
        return product_type(str(value))

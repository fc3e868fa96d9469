"""Tables whose short names are in the reader's language."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy
from django_tables2 import Column
from oscar.apps.dashboard.catalogue import tables

from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.names import product_type


class ProductTable(tables.ProductTable):
    """The list of goods; ``worked`` says by product what a sale leaves."""

    leaves = Column(verbose_name=gettext_lazy("A sale leaves"), empty_values=(), orderable=False)
    worked: Any = None

    class Meta(tables.ProductTable.Meta):
        """Oscar's."""

    def render_product_class(self, value: Any) -> str:  # noqa: ANN401  # Oscar has no types
        """Name a product's type."""
        return product_type(str(value))

    def render_leaves(self, record: Any) -> str:  # noqa: ANN401  # Oscar has no types
        """Say what a sale leaves whoever sells it."""
        offered = (self.worked or {}).get(record.pk, ())
        context = {"offered": offered, "shop": the_shop()}
        return render_to_string("desk/_offered_short.html", context) if offered else "–"

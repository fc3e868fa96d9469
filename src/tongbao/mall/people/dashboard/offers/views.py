"""Offers in one order, page after page."""

from typing import Any

from oscar.apps.dashboard.offers import views


class OfferListView(views.OfferListView):
    """The offers, the newest first unless another order is asked for."""

    def get_queryset(self) -> Any:  # noqa: ANN401  # Oscar has no types
        """Order what Oscar leaves in no order."""
        found = super().get_queryset()
        return found if found.ordered else found.order_by("-pk")

"""A basket's lines with everything that pages show of them, in a fixed number of queries."""

from typing import Any

from oscar.apps.basket.middleware import BasketMiddleware as OscarBasketMiddleware
from oscar.core.loading import get_class

Applicator = get_class("offer.applicator", "Applicator")


def loaded(basket: Any, user: Any, request: Any) -> Any:
    """Read the basket's lines (again), with offers applied; return the basket.

    Its strategy must be set.
    """
    basket.reset_offer_applications()
    if basket.id is not None:
        basket._lines = (  # noqa: SLF001  # the place where Oscar keeps them, discounts and all
            basket.lines.select_related(
                "product__product_class",
                "product__parent__product_class",
                "stockrecord__partner__merchant",
            )
            .prefetch_related(
                "attributes__option", "product__images", "product__stockrecords__partner__merchant"
            )
            .order_by("pk")
        )
        if len(basket._lines):  # noqa: SLF001  # read once, here
            Applicator().apply(basket, user, request)
    return basket


class BasketMiddleware(OscarBasketMiddleware):  # type: ignore[misc]  # Oscar has no types
    """Oscar's, with the lines read at once."""

    def apply_offers_to_basket(self, request: Any, basket: Any) -> None:
        """Read the lines before any offer looks at them."""
        loaded(basket, request.user, request)

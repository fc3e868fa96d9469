"""A basket's lines with everything that pages show of them, in a fixed number of queries."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from oscar.apps.basket.middleware import BasketMiddleware as OscarBasketMiddleware
from oscar.core.loading import get_class

from tongbao.mall.people.models import User
from tongbao.mall.sales.untyped import Basket
from tongbao.mall.services.faces import is_face

Applicator = get_class("offer.applicator", "Applicator")


def loaded(basket: Basket, user: User | AnonymousUser, request: HttpRequest) -> Basket:
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
                "attributes__option",
                "product__images",
                "product__stockrecords__partner__merchant",
                "product__attribute_values__attribute",
                "product__parent__attribute_values__attribute",
            )
            .order_by("pk")
        )
        for line in basket._lines:  # noqa: SLF001  # read once, here
            # What is bought at its face value is outside every offer and code, whatever its row says.
            if is_face(line.product):
                line.product.is_discountable = False
        if len(basket._lines):  # noqa: SLF001  # read once, here
            Applicator().apply(basket, user, request)
    return basket


class BasketMiddleware(OscarBasketMiddleware):
    """Oscar's, with the lines read at once."""

    def apply_offers_to_basket(self, request: HttpRequest, basket: Basket) -> None:
        """Read the lines before any offer looks at them."""
        loaded(basket, request.user, request)

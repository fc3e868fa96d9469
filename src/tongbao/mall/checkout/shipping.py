"""What shipping costs: amounts per order and per item that the operator sets, free over some sum.

They are Oscar's own rows (`shipping.OrderAndItemCharges`), for all countries or for some. Where
there is none at all, shipping is free.
"""

from typing import Any

from oscar.apps.shipping.repository import Repository as OscarRepository
from oscar.core.loading import get_classes, get_model

OrderAndItemCharges = get_model("shipping", "OrderAndItemCharges")
Free, NoShippingRequired = get_classes("shipping.methods", ["Free", "NoShippingRequired"])


class Repository(OscarRepository):  # type: ignore[misc]  # Oscar has no types
    """The ways of shipping that an address may choose from; none for what is not shipped."""

    def get_available_shipping_methods(
        self, basket: Any, shipping_addr: Any = None, **kwargs: Any
    ) -> list[Any]:
        """Return those of the address's country, the cheapest first."""
        charges = list(OrderAndItemCharges.objects.prefetch_related("countries"))
        if not charges:
            return [Free()]
        if shipping_addr is not None:
            charges = [one for one in charges if _reaches(one, shipping_addr.country_id)]
        return sorted(charges, key=lambda one: (one.calculate(basket).incl_tax, one.pk))


def _reaches(charge: Any, country: str) -> bool:
    countries = [one.pk for one in charge.countries.all()]
    return not countries or country in countries

"""What shipping costs: amounts per order and per item that the operator sets, free over some sum.

They are Oscar's own rows (`shipping.OrderAndItemCharges`), for all countries or for some. Where
there is none at all, shipping is free.
"""

from oscar.apps.shipping.repository import Repository as OscarRepository
from oscar.core.loading import get_classes, get_model

from tongbao.mall.sales.untyped import Address, Basket, Method

OrderAndItemCharges = get_model("shipping", "OrderAndItemCharges")
Free, NoShippingRequired = get_classes("shipping.methods", ["Free", "NoShippingRequired"])


class Repository(OscarRepository):
    """The ways of shipping that an address may choose from; none for what is not shipped."""

    def get_available_shipping_methods(
        self, basket: Basket, shipping_addr: Address = None, **kwargs: object
    ) -> list[Method]:
        """Return those of the address's country, the cheapest first."""
        charges = list(OrderAndItemCharges.objects.prefetch_related("countries"))
        if not charges:
            return [Free()]
        if shipping_addr is not None:
            charges = [one for one in charges if _reaches(one, shipping_addr.country_id)]
        return sorted(charges, key=lambda one: (one.calculate(basket).incl_tax, one.pk))


def _reaches(charge: Method, country: str) -> bool:
    countries = [one.pk for one in charge.countries.all()]
    return not countries or country in countries

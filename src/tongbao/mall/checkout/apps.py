"""Oscar's checkout app under our name."""

from oscar.apps.checkout.apps import CheckoutConfig as OscarCheckoutConfig


class CheckoutConfig(OscarCheckoutConfig):
    """The checkout; what is not in this package is Oscar's own."""

    name = "tongbao.mall.checkout"

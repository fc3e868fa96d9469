"""Oscar's checkout and basket apps under our views."""

from oscar.apps.basket.apps import BasketConfig as OscarBasketConfig
from oscar.apps.checkout.apps import CheckoutConfig as OscarCheckoutConfig


class CheckoutConfig(OscarCheckoutConfig):
    """The checkout; what is not in this package is Oscar's own."""

    name = "tongbao.mall.checkout"


class BasketConfig(OscarBasketConfig):
    """Oscar's basket: its models and addresses, our pages."""

    name = "oscar.apps.basket"

    def ready(self) -> None:
        """Let the basket's addresses lead to our views."""
        super().ready()
        # Views need the models, which are there only now.
        from tongbao.mall.checkout import basket  # noqa: PLC0415

        self.summary_view = basket.BasketView
        self.add_view = basket.AddView
        self.add_voucher_view = basket.AddVoucherView
        self.remove_voucher_view = basket.RemoveVoucherView

"""The app's name for Django."""

from django.apps import AppConfig


class WalletConfig(AppConfig):
    """A member's wallet: what points are worth, and what can be done with them."""

    name = "tongbao.mall.wallet"
    label = "wallet"

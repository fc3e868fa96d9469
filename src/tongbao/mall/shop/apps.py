"""The app's name for Django."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """What every page stands on: the shop's own settings, look, catalogue and search."""

    name = "tongbao.mall.shop"
    label = "shop"

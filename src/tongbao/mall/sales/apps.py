"""The app's name for Django."""

from django.apps import AppConfig


class SalesConfig(AppConfig):
    """Sales: paid, received, settled into the program, returned."""

    name = "tongbao.mall.sales"
    label = "sales"

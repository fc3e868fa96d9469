"""The app's name for Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Merchants' desk: orders, returns, vouchers, till; the operator's list of merchants."""

    name = "tongbao.mall.desk"
    label = "desk"

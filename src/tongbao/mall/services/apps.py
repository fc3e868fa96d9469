"""The app's name for Django."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Vouchers and top-ups: what is sold and not shipped."""

    name = "tongbao.mall.services"
    label = "services"

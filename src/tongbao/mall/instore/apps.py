"""The app's name for Django."""

from django.apps import AppConfig


class InstoreConfig(AppConfig):
    """Paying in person, by a merchant's QR code."""

    name = "tongbao.mall.instore"
    label = "instore"

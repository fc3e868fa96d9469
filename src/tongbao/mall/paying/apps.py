"""The app's name for Django."""

from django.apps import AppConfig


class PayingConfig(AppConfig):
    """Payment providers: charges, their callbacks and refunds."""

    name = "tongbao.mall.paying"
    label = "paying"

"""The app's name for Django."""

from django.apps import AppConfig


class MerchantsConfig(AppConfig):
    """The mall's merchants, each with an account in the program, and their desk."""

    name = "tongbao.mall.merchants"
    label = "merchants"

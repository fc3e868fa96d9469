"""The app's name for Django."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Messages to people: in the mall and by e-mail."""

    name = "tongbao.mall.notices"
    label = "notices"

"""The app's name for Django."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """Whom a member invited, and what their orders earned."""

    name = "tongbao.mall.team"
    label = "team"

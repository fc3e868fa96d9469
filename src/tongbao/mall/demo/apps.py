"""The app's name for Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo malls: a real catalogue, and a lived-in program."""

    name = "tongbao.mall.demo"
    label = "demo"

"""The app's name for Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Shoppers, merchants' staff and operators: who they are, and who invited them."""

    name = "tongbao.mall.people"
    label = "people"

    def ready(self) -> None:
        """Listen to new passwords."""
        from tongbao.mall.people import throttle  # noqa: F401, PLC0415  # models are ready now

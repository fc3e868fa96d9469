"""The app's name for Django."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from tongbao.mall.people.checks import check_deployed


class PeopleConfig(AppConfig):
    """Shoppers, merchants' staff and operators: who they are, and who invited them."""

    name = "tongbao.mall.people"
    label = "people"

    def ready(self) -> None:
        """Listen to new passwords, and look at what a mall for the world must not have."""
        register(check_deployed, Tags.security, deploy=True)
        from tongbao.mall.people import throttle  # noqa: F401, PLC0415  # models are ready now
        from tongbao.mall.people.addresses import write_as_at_home  # noqa: PLC0415  # likewise

        write_as_at_home()
        from tongbao.mall.people.resends import count_resends  # noqa: PLC0415  # likewise

        count_resends()

"""What must not be in a mall that is open to the world, found by `check --deploy`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

_FILES = "django.core.mail.backends.filebased.EmailBackend"
_TEXTS = "tongbao.mall.people.texts.Files"


def check_deployed(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:  # noqa: ANN401  # Django's
    """Refuse, in an https mall, whatever moves no money, sends no letter or shows its inside."""
    del app_configs
    if not settings.ADDRESS.startswith("https:"):
        return []
    named = (
        *settings.MALL_PAYMENT_PROVIDERS,
        *settings.MALL_TOPUP_PROVIDERS,
        settings.MALL_PAYOUTS,
    )
    found: list[CheckMessage] = []
    if settings.SANDBOX or any("sandbox" in name.lower() for name in named):
        found.append(
            Error(
                "The sandbox providers move no money: anybody pays with nothing.",
                hint="Take TONGBAO_SANDBOX away, and name real providers in MALL_PAYMENT_PROVIDERS.",
                id="mall.E001",
            )
        )
    if settings.EMAIL_BACKEND == _FILES:
        found.append(
            Error(
                "Mails are written as files: nobody gets a code.",
                hint="Set TONGBAO_MAIL.",
                id="mall.E002",
            )
        )
    if settings.MALL_SMS_SENDER == _TEXTS:
        found.append(
            Error(
                "Text messages are written as files: nobody gets a code by phone.",
                hint="Name in TONGBAO_SMS the class that sends them.",
                id="mall.E004",
            )
        )
    if settings.DEBUG:
        found.append(Error("DEBUG shows the mall's inside to everybody.", id="mall.E003"))
    return found

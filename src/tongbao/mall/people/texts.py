"""Text messages to phones, through whichever service the installation names."""

import secrets
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string


class Sender(Protocol):
    """A service that sends text messages; made without arguments."""

    def send(self, phone: str, text: str) -> None:
        """Send a text to a phone number in its international form."""


class Files:
    """Writes every message into TONGBAO_FILES/sms instead of sending it, a file each."""

    def send(self, phone: str, text: str) -> None:
        """Write the number in the first line, the text below."""
        folder = Path(settings.FILES) / "sms"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(3)}.txt"
        (folder / name).write_text(f"{phone}\n{text}\n", encoding="utf-8")


def send(phone: str, text: str) -> None:
    """Send a text message by the service that MALL_SMS_SENDER names."""
    cast("Sender", import_string(settings.MALL_SMS_SENDER)()).send(phone, text)

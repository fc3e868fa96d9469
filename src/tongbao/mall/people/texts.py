"""Text messages to phones, through whichever service the installation names."""

import logging
import secrets
from pathlib import Path
from typing import Final, Literal, Protocol, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from tongbao.ledger.logs import failure
from tongbao.mall.people import text_budgets

_LOG: Final = logging.getLogger("tongbao.mall.texts")


class NotSent(Exception):
    """A letter (``mail``) or a text message (``text``) that somebody waits for was not sent."""

    def __init__(self, by: Literal["mail", "text"], contact: str) -> None:
        """Say by which way, and to which address or number."""
        super().__init__(f"nothing was sent by {by}")
        self.by = by
        self.contact = contact


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


def send(request: HttpRequest, phone: str, text: str) -> None:
    """Send the text message that a request asked for, by the service that MALL_SMS_SENDER names.

    Raises:
        TextsSpent: there is no more budget for it today.
        NotSent: the service did not take it; the log has the reason.
    """
    text_budgets.take(request, phone)
    sender = cast("Sender", import_string(settings.MALL_SMS_SENDER)())
    try:
        sender.send(phone, text)
    except Exception as error:
        failure(_LOG, "text_not_sent", error)
        raise NotSent("text", phone) from error

"""Sending messages by e-mail, after what they tell of was committed.

A message is marked when the mail server has taken it: a crash in between sends it again, under
the same Message-ID, by which mail programs know a repeat.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tongbao.mall.notices.choices import refused_by_mail
from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.words import worded
from tongbao.mall.shop.models import Shop, the_shop

OLDEST: Final = timedelta(days=3)
"""What nobody could send for so long is no news any more, and only stands in the mall."""

AT_ONCE: Final = 200
_LOG: Final = logging.getLogger("tongbao.mall.mail")


def send(now: datetime | None = None, *, limit: int = AT_ONCE) -> int:
    """Send what waits, the oldest first; return how many messages were sent.

    Whoever has no e-mail address or does not want that kind by e-mail gets none. A mail server
    that does not answer ends the round; a mail that it refuses is logged and not tried again.
    """
    now = now or timezone.now()
    notices = list(
        Notice.objects.filter(mailed_at=None).select_related("user").order_by("id")[:limit]
    )
    refused = refused_by_mail(notices)
    shop, sent = the_shop() if notices else None, 0
    connection = get_connection()
    for notice in notices:
        user = notice.user
        known = user.email and user.is_active and notice.at > now - OLDEST
        if shop is not None and known and (user.pk, notice.kind) not in refused:
            try:
                _mail(notice, shop, connection).send()
            except SMTPException:
                _LOG.exception("a mail was refused", extra={"notice": notice.pk})
            except OSError:
                _LOG.warning("the mail server does not answer", exc_info=True)
                break
            else:
                sent += 1
        Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=now)
    return sent


def _mail(notice: Notice, shop: Shop, connection: BaseEmailBackend) -> EmailMessage:
    user = notice.user
    with translation.override(user.language or settings.LANGUAGE_CODE):
        words = worded(notice, shop)
        body = render_to_string(
            "notices/mail.txt",
            {"words": words, "shop": shop, "user": user, "address": settings.ADDRESS},
        )
        host = settings.ADDRESS.partition("://")[2].partition(":")[0]
        return EmailMessage(
            f"{words.title} · {shop.name}",
            body,
            to=[user.email or ""],
            connection=connection,
            headers={
                "Message-ID": f"<notice-{notice.pk}@{host}>",
                "Auto-Submitted": "auto-generated",
            },
        )

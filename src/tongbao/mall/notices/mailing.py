"""Sending messages by e-mail, after what they tell of was committed.

A message is marked when the mail server has taken it: a crash in between sends it again, under
the same Message-ID, by which mail programs know a repeat. Each is tried by itself: one that cannot
be sent waits, longer each time, or ends with the reason in ``mail_trouble``; the others go on.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tongbao.ledger.logs import event, told
from tongbao.mall.notices.choices import refused_by_mail
from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.words import worded
from tongbao.mall.people.mail import Trouble, classify_error, is_deliverable, join_lines
from tongbao.mall.shop.models import Shop, the_shop

OLDEST: Final = timedelta(days=3)
"""What nobody could send for so long is no news any more, and only stands in the mall."""

AT_ONCE: Final = 200
_PAUSES: Final = (60, 300, 1800, 3600)  # seconds between one try and the next
_IN_A_ROW: Final = 3  # mails that the server left without an answer: it is down, not they
_LOG: Final = logging.getLogger("tongbao.mall.mail")


def send(now: datetime | None = None, *, limit: int = AT_ONCE) -> int:
    """Send what waits, the oldest first; return how many messages were sent.

    Whoever has no e-mail address or does not want that kind by e-mail gets none. Where the mail
    server leaves several mails in a row without an answer, the round ends.
    """
    now = now or timezone.now()
    due = Notice.objects.filter(mailed_at=None).filter(
        Q(mail_next_at=None) | Q(mail_next_at__lte=now)
    )
    notices = list(due.select_related("user").order_by("id")[:limit])
    refused = refused_by_mail(notices)
    shop, sent, silent = the_shop() if notices else None, 0, 0
    connection = get_connection()
    for notice in notices:
        user = notice.user
        known = user.email and user.is_active and notice.at > now - OLDEST
        if shop is None or not known or (user.pk, notice.kind) in refused:
            _end(notice, now, notice.mail_trouble)
            continue
        trouble = _try(notice, shop, connection)
        if trouble is None:
            sent, silent = sent + 1, 0
            _end(notice, now, "")
        elif trouble.is_final:
            silent = 0
            _end(notice, now, trouble)
        else:
            _put_off(notice, now, trouble)
            silent = silent + 1 if trouble is Trouble.SERVER else 0
            if silent == _IN_A_ROW:
                break
    return sent


def _try(notice: Notice, shop: Shop, connection: BaseEmailBackend) -> Trouble | None:
    """Send a message; None, or why it was not sent, which the log tells."""
    if not is_deliverable(str(notice.user.email)):
        event(_LOG, "mail_not_sent", level=logging.WARNING, number=notice.pk, why=Trouble.ADDRESS)
        return Trouble.ADDRESS
    try:
        _mail(notice, shop, connection).send()
    except Exception as error:  # noqa: BLE001  # one message's trouble is not the others'
        trouble = classify_error(error)
        level = logging.ERROR if trouble is Trouble.BROKEN else logging.WARNING
        event(_LOG, "mail_not_sent", level=level, number=notice.pk, why=trouble, **told(error))
        return trouble
    return None


def _end(notice: Notice, now: datetime, why: str) -> None:
    Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=now, mail_trouble=why)


def _put_off(notice: Notice, now: datetime, why: Trouble) -> None:
    pause = _PAUSES[min(notice.mail_tries, len(_PAUSES) - 1)]
    Notice.objects.filter(pk=notice.pk, mailed_at=None).update(
        mail_tries=notice.mail_tries + 1,
        mail_next_at=now + timedelta(seconds=pause),
        mail_trouble=why,
    )


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
            join_lines(f"{words.title} · {shop.name}"),
            body,
            to=[user.email or ""],
            connection=connection,
            headers={
                "Message-ID": f"<notice-{notice.pk}@{host}>",
                "Auto-Submitted": "auto-generated",
            },
        )

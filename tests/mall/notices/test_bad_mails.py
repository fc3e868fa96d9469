"""One mail that cannot be sent stops no other, and a server that is away loses none."""

import logging
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import override_settings
from django.utils import timezone

from tests.mall.stage import Mall
from tongbao.mall.notices.mailing import send
from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.people.mail import is_deliverable
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop

FACTS: dict[str, int | str] = {"sale": "1", "why": "shopper", "total": 1}
ANSWERS: dict[str, Callable[[], Exception]] = {
    "no such mailbox": lambda: smtplib.SMTPRecipientsRefused({"bad@x.org": (550, b"unknown")}),
    "greylisted": lambda: smtplib.SMTPRecipientsRefused({"bad@x.org": (451, b"later")}),
    "too large": lambda: smtplib.SMTPSenderRefused(552, b"size", "mall@localhost"),
    "spam": lambda: smtplib.SMTPDataError(554, b"no"),
    "full disk": lambda: smtplib.SMTPDataError(452, b"full"),
    "address needs SMTPUTF8": lambda: smtplib.SMTPNotSupportedError("SMTPUTF8"),
    "drops": lambda: smtplib.SMTPServerDisconnected("gone"),
    "reset": lambda: ConnectionResetError("gone"),
    "slow": lambda: TimeoutError("slow"),
    "goes away": lambda: smtplib.SMTPDataError(421, b"bye"),
    "key": lambda: KeyError("a defect"),
}
FINAL = {"no such mailbox", "too large", "spam", "address needs SMTPUTF8"}


class Moody(EmailBackend):
    """A mail server that answers mails to ``bad…`` and, if it is told so, all, in its own way."""

    raises: Callable[[], Exception]
    to_all = False

    def send_messages(self, messages: Any) -> int:  # noqa: ANN401  # Django has no types for it
        if self.to_all or messages[0].to[0].startswith("bad"):
            raise type(self).raises()
        return int(super().send_messages(messages))


@contextmanager
def server(raises: Callable[[], Exception], *, to_all: bool = False) -> Iterator[None]:
    Moody.raises, Moody.to_all = staticmethod(raises), to_all
    with override_settings(EMAIL_BACKEND=f"{__name__}.Moody"):
        yield


def tell_all(mall: Mall, *names: str) -> list[User]:
    users = [mall.user(name) for name in names]
    for number, user in enumerate(users):
        tell(user, Kind.ORDER_CANCELLED, f"{number}", FACTS)
    return users


def reason(user: User) -> str:
    return Notice.objects.get(user=user).mail_trouble


@pytest.mark.parametrize("address", ["a@שלום1.com", "a@" + "ä" * 60 + ".com", "no at all"])
def test_an_address_that_no_mail_can_have_stops_nobody_elses(mall: Mall, address: str) -> None:
    bad, *_ = tell_all(mall, "bad", "ann", "bob")
    User.objects.filter(pk=bad.pk).update(email=address)
    assert send() == 2
    assert reason(bad) == "address"
    assert send() == 0
    assert not Notice.objects.filter(mailed_at=None).exists()


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_mail_that_the_server_does_not_take_stops_nobody_elses(mall: Mall, answer: str) -> None:
    bad, *_ = tell_all(mall, "bad", "ann", "bob", "eve")
    with server(ANSWERS[answer]):
        assert send() == 3
        is_ended = Notice.objects.get(user=bad).mailed_at is not None
        assert is_ended == (answer in FINAL)
        assert reason(bad)
    # Once the server takes it, what could wait has not been lost.
    assert send(timezone.now() + timedelta(hours=2)) == (0 if answer in FINAL else 1)


@pytest.mark.parametrize(
    "raises",
    [
        lambda: smtplib.SMTPAuthenticationError(535, b"wrong password"),
        lambda: smtplib.SMTPConnectError(421, b"busy"),
        lambda: smtplib.SMTPSenderRefused(550, b"not yours", "mall@localhost"),
        lambda: ConnectionRefusedError("down"),
    ],
)
def test_a_server_that_lets_nobody_in_loses_no_mail(
    mall: Mall, raises: Callable[[], Exception]
) -> None:
    tell_all(mall, *(f"user{n}-" for n in range(8)))
    with server(raises, to_all=True):
        assert send() == 0
        assert Notice.objects.filter(mailed_at=None).count() == 8
        assert Notice.objects.filter(mail_tries=0).count() == 5  # after three it is the server
    assert send(timezone.now() + timedelta(hours=2)) == 8


def test_a_mail_is_tried_again_later_and_later_and_ends_after_three_days(mall: Mall) -> None:
    (bad,) = tell_all(mall, "bad")
    start, tries = timezone.now(), []
    with server(ANSWERS["drops"]):
        for minutes in range(0, 4 * 24 * 60, 5):
            before = Notice.objects.get().mail_tries
            send(start + timedelta(minutes=minutes))
            if Notice.objects.get().mail_tries > before:
                tries.append(minutes)
    # After 1 minute (seen at the fifth), 5, 30, then every hour; never after three days.
    assert tries[:5] == [0, 5, 10, 40, 100]
    assert tries[-1] < 3 * 24 * 60
    notice = Notice.objects.get()
    assert (reason(bad), notice.mailed_at is not None) == ("server", True)


@pytest.mark.parametrize("field", ["name_en", "name_zh"])
def test_a_break_in_the_malls_name_neither_stops_mails_nor_adds_headers(
    mall: Mall, field: str
) -> None:
    Shop.objects.update(**{field: "Tea\r\nBcc: evil@example.com"})
    language = "en" if field == "name_en" else "zh-hans"
    tell(mall.user("ann", language=language), Kind.ORDER_CANCELLED, "1", FACTS)
    assert send() == 1
    message = mail.outbox[0].message()
    assert message["Bcc"] is None
    assert "\n" not in mail.outbox[0].subject


def test_the_log_says_which_message_and_why_but_not_to_whom(
    mall: Mall, caplog: pytest.LogCaptureFixture
) -> None:
    bad, *_ = tell_all(mall, "bad", "ann")
    with server(ANSWERS["no such mailbox"]), caplog.at_level(logging.WARNING, "tongbao"):
        send()
    (record,) = caplog.records
    fields = record.tongbao  # type: ignore[attr-defined]  # what `event` puts there
    assert fields["number"] == Notice.objects.get(user=bad).pk
    assert fields["why"] == "refused"
    assert "bad@" not in f"{fields}{record.getMessage()}"


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [
        ("ann@example.com", True),
        ("ann@bücher.example", True),
        ("ann@例子.中国", True),
        ("a@שלום1.com", False),
        ("a@" + "ä" * 60 + ".com", False),
        ("a@b\r\nBcc: evil@example.com", False),
        ("", False),
    ],
)
def test_addresses_that_a_mail_can_have(address: str, is_fine: bool) -> None:  # an expectation
    assert is_deliverable(address) == is_fine

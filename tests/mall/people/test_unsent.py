"""What is said where a code cannot be sent: at the field, or on the page; never by a fault."""

from typing import Any

import pytest
from django.core import mail
from django.test import override_settings

from tests.mall.notices.test_bad_mails import ANSWERS, server
from tests.mall.people.test_registering import mailed_code, register, texts_sent
from tests.mall.stage import PASSWORD, Mall
from tongbao.mall.people.models import User
from tongbao.mall.people.texts import Files

ODD = [
    "a@שלום1.com",
    "a@" + "ä" * 60 + ".com",
    "a@xn--" + "a" * 70 + ".com",
    "x@example.com\r\nBcc: evil@example.com",
    '"\x01b"@example.com',
    "x" * 250 + "@e.co",
    "a@[127.0.0.1]",
    "a@😀.ws",
    "a@" + "b." * 120 + "com",
    "@".join("abc"),
]


class Broken:
    """A service that takes no text message."""

    def send(self, phone: str, text: str) -> None:
        raise RuntimeError(f"{phone}: {text}")


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_is_told_at_the_field_or_gets_its_mail(any_mall: Mall, address: str) -> None:
    page = register(any_mall.client(), address)
    assert page.status_code == 200
    assert ('id="id_login_error"' in page.text) != bool(mail.outbox)
    page = any_mall.client().post("/auth/password/reset/", {"login": address})
    assert page.status_code in {200, 302}


@pytest.mark.parametrize("address", ODD[:2])
def test_an_address_that_no_mail_can_have_is_refused_as_a_new_one_too(
    mall: Mall, address: str
) -> None:
    user, client = mall.user(), mall.client()
    client.post("/auth/login/", {"login": str(user.email), "password": PASSWORD})
    page = client.post("/auth/email/", {"email": address, "action_add": ""}, follow=True)
    assert page.status_code == 200
    assert "No mail can be sent to this address" in page.text
    assert not mail.outbox


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("is_known", [False, True])
def test_a_code_that_cannot_be_mailed_is_told_and_the_way_is_open_again(
    mall: Mall,
    answer: str,
    is_known: bool,  # a case
) -> None:
    user = mall.user("bad")
    address = str(user.email) if is_known else "bad@example.com"
    client = mall.client()
    with server(ANSWERS[answer]):
        page: Any = register(client, address)
        assert page.redirect_chain == [("/auth/signup/", 302)]
        assert "No mail could be sent to that address" in page.text
        page = client.post("/auth/password/reset/", {"login": address}, follow=True)
        assert page.redirect_chain == [("/auth/password/reset/", 302)]
        assert "No mail could be sent to that address" in page.text
    assert list(User.objects.all()) == [user]  # nothing keeps the address


def test_who_could_not_be_written_to_registers_once_the_server_is_back(mall: Mall) -> None:
    client = mall.client()
    client.defaults["REMOTE_ADDR"] = "192.0.2.9"
    with server(ANSWERS["drops"]):
        register(client, "bad@example.com")
    other = mall.client()
    page = register(other, "bad@example.com")
    assert page.redirect_chain[-1][0] == "/auth/confirm-email/"
    other.post("/auth/confirm-email/", {"code": mailed_code()})
    assert "_auth_user_id" in other.session


def test_a_text_message_that_the_service_does_not_take_is_told(mall: Mall) -> None:
    client = mall.client()
    with override_settings(MALL_SMS_SENDER=f"{__name__}.Broken"):
        page = register(client, "138 1234-5678")
    assert page.redirect_chain == [("/auth/signup/", 302)]
    assert "No text message could be sent to that number" in page.text
    assert not User.objects.exists()
    assert not texts_sent()


def test_a_changed_password_stays_changed_though_its_letter_cannot_be_sent(mall: Mall) -> None:
    user = mall.user("bad")
    client = mall.client()
    client.post("/auth/login/", {"login": str(user.email), "password": PASSWORD})
    form = {"oldpassword": PASSWORD, "password1": "another horse 8", "password2": "another horse 8"}
    with server(ANSWERS["no such mailbox"]):
        page = client.post("/auth/password/change/", form, follow=True)
    assert page.status_code == 200
    user.refresh_from_db()
    assert user.check_password("another horse 8")


def test_files_take_text_messages(mall: Mall) -> None:
    Files().send("+8613812345678", "hello")
    assert texts_sent() == ["+8613812345678\nhello\n"]

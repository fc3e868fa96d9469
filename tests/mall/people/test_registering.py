"""Registering by e-mail or phone, with an inviter's code or without."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings

from tests.mall.stage import PASSWORD, Mall
from tongbao.mall.people.members import bind, enrolled
from tongbao.mall.people.models import User

SIGNUP = "/auth/signup/"


def code_in(text: str) -> str:
    """Return the digits of a letter or text message."""
    return str(re.findall(r"\b(?:\d{6}|\d{8})\b", text)[-1])


def mailed_code() -> str:
    return code_in(str(mail.outbox[-1].body))


def texts_sent() -> list[str]:
    """Return the text messages of this test, in their order."""
    return [one.read_text("utf-8") for one in sorted(Path(settings.FILES).glob("sms/*.txt"))]


def register(client: Client, login: str, code: str = "", **more: str) -> Any:  # noqa: ANN401  # a page
    """Send the form; return the page that asks for the code."""
    form = {"login": login, "password1": PASSWORD, "code": code, "agree": "on", **more}
    return client.post(SIGNUP, form, follow=True)


def test_an_e_mail_address_registers_once_its_code_is_given(mall: Mall) -> None:
    client = mall.client()
    page = register(client, " Ann@Example.com ")
    assert page.redirect_chain[-1][0] == "/auth/confirm-email/"
    assert mail.outbox[-1].to == ["ann@example.com"]
    assert "_auth_user_id" not in client.session
    client.post("/auth/confirm-email/", {"code": mailed_code()})
    assert client.session["_auth_user_id"] == str(User.objects.get(email="ann@example.com").pk)


def test_a_phone_number_as_written_at_home_registers_once_its_code_is_given(mall: Mall) -> None:
    client = mall.client()
    page = register(client, "138 1234-5678")
    assert page.redirect_chain[-1][0] == "/auth/phone/verify/"
    (text,) = texts_sent()
    assert text.startswith("+8613812345678\n")
    client.post("/auth/phone/verify/", {"code": code_in(text)})
    user = User.objects.get(phone="+8613812345678")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.phone_verified
    assert user.email is None


def test_a_wrong_code_lets_nobody_in_and_three_end_it(mall: Mall) -> None:
    client = mall.client()
    register(client, "ann@example.com")
    wrong = "000000" if mailed_code() != "000000" else "111111"
    page = client.post("/auth/confirm-email/", {"code": wrong})
    assert "The code is wrong" in page.text
    for _ in range(2):
        client.post("/auth/confirm-email/", {"code": wrong})
    client.post("/auth/confirm-email/", {"code": mailed_code()})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("login", ["ann", "ann@", "123", "+861", "", "12345678901234567890", "@"])
def test_what_is_neither_address_nor_number_is_told_at_the_field(mall: Mall, login: str) -> None:
    page = register(mall.client(), login)
    assert page.status_code == 200
    assert 'id="id_login_error"' in page.text
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["short1", "1234567890", "password", "ann@example.com"])
def test_weak_passwords_are_refused(mall: Mall, password: str) -> None:
    page = register(mall.client(), "ann@example.com", password1=password)
    assert 'id="id_password1_error"' in page.text
    assert not User.objects.exists()


@override_settings(SANDBOX=False)  # which shows codes
@pytest.mark.parametrize("by", ["email", "phone"])
def test_nobody_learns_from_registering_who_has_an_account(mall: Mall, by: str) -> None:
    old = mall.user(phone="+8613812345678")
    taken, free = (
        (old.email, "free@example.com") if by == "email" else ("13812345678", "13912345678")
    )
    pages = [register(mall.client(), str(login)) for login in (taken, free)]
    hidden = [
        re.sub(r'value="[^"]{20,}"|"X-CSRFToken": "\w+"|nonce="[^"]+"', "", page.text)
        .replace(f"{old.email}", "X")
        .replace("free@example.com", "X")
        .replace("+8613812345678", "X")
        .replace("+8613912345678", "X")
        for page in pages
    ]
    assert hidden[0] == hidden[1]
    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert User.objects.count() == 2


def test_the_owner_of_a_taken_address_gets_a_letter_instead_of_a_code(mall: Mall) -> None:
    user = mall.user()
    register(mall.client(), str(user.email))
    (letter,) = mail.outbox
    assert letter.to == [user.email]
    assert "already has an account" in str(letter.body)
    assert not re.search(r"\b\d{6}\b", str(letter.body))


def test_letters_are_in_the_language_of_the_page(mall: Mall) -> None:
    register(mall.client(language="zh-hans"), "ann@example.com")
    assert mail.outbox[-1].subject.startswith("测试商城 · ")
    assert User.objects.get().language == "zh-hans"


def test_a_registration_without_its_code_does_not_keep_the_address(mall: Mall) -> None:
    register(mall.client(), "ann@example.com")
    squatter = User.objects.get()
    User.objects.update(date_joined=squatter.date_joined.replace(year=2020))
    cache.clear()  # half an hour has passed for the limits, too
    client = mall.client()
    register(client, "ann@example.com", password1="another horse 8")
    client.post("/auth/confirm-email/", {"code": mailed_code()})
    assert "_auth_user_id" in client.session
    assert User.objects.get().check_password("another horse 8")


def test_an_invitation_link_binds_whoever_registers_after_it(mall: Mall) -> None:
    ann, client = mall.user("ann"), mall.client()
    page = client.get(f"/r/{ann.code.upper()}/", follow=True)
    assert page.redirect_chain[-1][0] == SIGNUP
    assert f'value="{ann.code}"' in page.text
    register(client, "bob@example.com", ann.code)
    assert User.objects.get(email="bob@example.com").referrer is None
    page = client.post("/auth/confirm-email/", {"code": mailed_code()}, follow=True)
    assert User.objects.get(email="bob@example.com").referrer == ann
    assert "a*** invited you" in page.text


def test_a_code_taken_out_of_the_form_binds_nobody(mall: Mall) -> None:
    ann, client = mall.user("ann"), mall.client()
    client.get(f"/r/{ann.code}/")
    register(client, "bob@example.com", "")
    client.post("/auth/confirm-email/", {"code": mailed_code()})
    assert User.objects.get(email="bob@example.com").referrer is None


def test_a_code_that_is_nobodys_is_told_at_the_field(mall: Mall) -> None:
    page = register(mall.client(), "bob@example.com", "zzzzzzzz")
    assert "This code does not exist" in page.text
    assert not User.objects.exists()


def test_a_link_of_nobodys_leads_to_the_shop_with_a_word(mall: Mall) -> None:
    page = mall.client().get("/r/zzzzzzzz/")
    assert page.headers["Location"] == "/"


def test_an_inviter_can_be_named_later_while_nobody_is_bound(mall: Mall) -> None:
    ann, bob, eve = mall.user("ann"), mall.user("bob"), mall.user("eve")
    client = mall.client(bob)
    client.post("/me/settings/inviter/", {"code": f" {ann.code.upper()} "})
    client.post("/me/settings/inviter/", {"code": eve.code})
    assert User.objects.get(pk=bob.pk).referrer == ann


def test_nobody_is_bound_by_following_a_link_alone(mall: Mall) -> None:
    ann, bob = mall.user("ann"), mall.user("bob")
    client = mall.client(bob)
    page = client.get(f"/r/{ann.code}/", follow=True)
    assert f'value="{ann.code}"' in page.text
    assert User.objects.get(pk=bob.pk).referrer is None


def test_nobody_is_bound_once_the_member_account_is_open(mall: Mall) -> None:
    ann, bob = mall.user("ann"), mall.user("bob")
    enrolled(bob, mall.ledger)
    page = mall.client(bob).post("/me/settings/inviter/", {"code": ann.code}, follow=True)
    assert "cannot be used" in page.text
    assert bind(bob, ann.code) is None


def test_nobody_invites_themselves_by_form_or_link(mall: Mall) -> None:
    ann = mall.user("ann")
    client = mall.client(ann)
    assert client.get(f"/r/{ann.code}/").headers["Location"] == "/"
    client.post("/me/settings/inviter/", {"code": ann.code})
    assert User.objects.get(pk=ann.pk).referrer is None


def test_a_link_leads_to_a_page_that_says_who_invites_to_what_and_what_they_get(mall: Mall) -> None:
    ann = mall.user("ann")
    client = mall.client()
    text = client.get(f"/r/{ann.code}/", follow=True).text
    assert "Test Mall" in text
    assert "a*** invites you to this online mall." in text
    assert str(ann.email) not in text
    # 30% go to the reserve and 70% of that is granted: 21 of each 100.
    assert "About ¥21 of each ¥100 you spend comes back as points." in text
    assert "and that can fall, too" in text
    assert "your inviter gets points and money from the mall" in text
    for page in ("/terms/", "/privacy/"):
        assert f'href="{page}"' in text
    assert 'data-reveal="id_password1"' in text
    chinese = mall.client(language="zh-hans").get(f"/r/{ann.code}/", follow=True).text
    assert "a*** 邀请您加入本网上商城" in chinese


def test_without_an_invitation_nobody_is_said_to_invite(mall: Mall) -> None:
    assert 'id="invitation"' not in mall.client().get(SIGNUP).text


@pytest.mark.parametrize("page", ["terms", "privacy"])
def test_terms_and_privacy_are_there_in_both_languages_and_say_whose_text_it_is(
    mall: Mall, page: str
) -> None:
    english = mall.client().get(f"/{page}/")
    assert english.status_code == 200
    assert "own text" in english.text
    assert "这是软件自带的文本" in mall.client(language="zh-hans").get(f"/{page}/").text


@pytest.mark.parametrize("login", ["ann@example.com", "+8613812345678"])
def test_registering_hashes_a_password_once_whether_the_account_is_known_or_not(
    mall: Mall, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = type(get_hasher())
    real, hashed = hasher.encode, list[str]()

    def encode(self: Any, password: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # Django's
        hashed.append(password)
        return real(self, password, *args, **kwargs)

    known = {"email": login, "phone": None} if "@" in login else {"email": None, "phone": login}
    monkeypatch.setattr(hasher, "encode", encode)
    register(mall.client(), login)
    assert hashed == [PASSWORD]
    User.objects.all().delete()
    cache.clear()
    User.objects.create_user(password="another word 7", **known)  # noqa: S106  # a test's
    hashed.clear()
    register(mall.client(), login)
    assert hashed == [PASSWORD]

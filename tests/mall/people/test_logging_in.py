"""Logging in, being locked out, new passwords, sessions."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings

from tests.mall.people.test_registering import code_in, mailed_code, texts_sent
from tests.mall.stage import PASSWORD, Mall
from tongbao.mall.people.models import User

LOGIN = "/auth/login/"


def log_in(client: Client, login: object, password: str = PASSWORD, **more: str) -> Any:  # noqa: ANN401  # a page
    return client.post(LOGIN, {"login": str(login), "password": password, **more})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("login", ["{email}", " {EMAIL} ", "138 1234 5678", "+8613812345678"])
def test_people_log_in_by_address_or_number_however_written(mall: Mall, login: str) -> None:
    user, client = mall.user(phone="+8613812345678"), mall.client()
    email = str(user.email)
    log_in(client, login.replace("{email}", email).replace("{EMAIL}", email.upper()))
    assert is_in(client)


def test_the_session_has_a_new_key_after_logging_in(mall: Mall) -> None:
    ann, bob, client = mall.user(), mall.user(), mall.client()
    client.get(f"/r/{bob.code}/")
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    log_in(client, ann.email)
    assert is_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("by", ["email", "phone"])
def test_five_wrong_passwords_lock_and_the_page_tells_the_way_out(
    mall: Mall, by: str, language: str
) -> None:
    user = mall.user(phone="+8613812345678")
    client = mall.client(language=language)
    # However it is written, it is the same account that is tried.
    ways = (
        [str(user.email), str(user.email).upper()]
        if by == "email"
        else ["13812345678", "+86 138-1234-5678"]
    )
    for number in range(4):
        assert log_in(client, ways[number % 2], "wrong horse 1").status_code == 200
    page = log_in(client, ways[0], "wrong horse 1")
    assert page.status_code == 429
    assert ("Too many wrong passwords" if language == "en" else "密码错误次数过多") in page.text
    assert "/auth/password/reset/" in page.text
    assert log_in(client, ways[1]).status_code == 429
    assert not is_in(client)


def test_somebody_else_at_the_same_address_is_not_locked_out(mall: Mall) -> None:
    ann, bob, client = mall.user(), mall.user(), mall.client()
    for _ in range(5):
        log_in(client, ann.email, "wrong horse 1")
    log_in(client, bob.email)
    assert is_in(client)


def test_whoever_is_locked_out_can_come_from_elsewhere(mall: Mall) -> None:
    ann = mall.user()
    for _ in range(5):
        log_in(mall.client(), ann.email, "wrong horse 1")
    elsewhere = mall.client()
    elsewhere.defaults["REMOTE_ADDR"] = "192.0.2.7"
    log_in(elsewhere, ann.email)
    assert is_in(elsewhere)


def test_an_invented_forwarding_header_does_not_get_around_the_lock(mall: Mall) -> None:
    ann = mall.user()
    pages = [
        mall.client().post(
            LOGIN,
            {"login": str(ann.email), "password": "wrong horse 1"},
            headers={"x-forwarded-for": f"192.0.2.{number}"},
        )
        for number in range(5)
    ]
    assert pages[-1].status_code == 429


@override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1)
def test_behind_a_proxy_its_word_counts_for_where_somebody_comes_from(mall: Mall) -> None:
    ann = mall.user()
    for _ in range(5):
        mall.client().post(
            LOGIN,
            {"login": str(ann.email), "password": "wrong horse 1"},
            headers={"x-forwarded-for": "192.0.2.1"},
        )
    client = mall.client()
    client.defaults["HTTP_X_FORWARDED_FOR"] = "192.0.2.1, 192.0.2.9"
    log_in(client, ann.email)
    assert is_in(client)


def test_wrong_password_and_unknown_person_look_the_same(mall: Mall) -> None:
    ann = mall.user()
    texts = []
    for login in (str(ann.email), "nobody@example.com"):
        page = log_in(mall.client(), login, "wrong horse 1")
        texts.append(page.text.replace(login, "X").partition("<main")[2].partition("csrf")[0])
        assert "The e-mail address, phone number or password is wrong." in page.text
    assert texts[0] == texts[1]


@pytest.mark.parametrize("by", ["email", "phone"])
def test_a_code_sets_a_new_password_and_ends_lock_and_sessions(mall: Mall, by: str) -> None:
    user = mall.user(phone="+8613812345678")
    elsewhere, client = mall.client(user), mall.client()
    for _ in range(5):
        log_in(client, user.email, "wrong horse 1")
    client.post(
        "/auth/password/reset/", {"login": str(user.email if by == "email" else user.phone)}
    )
    code = mailed_code() if by == "email" else code_in(texts_sent()[-1])
    client.post("/auth/password/reset/confirm/", {"code": code})
    new = {"password1": "another horse 8", "password2": "another horse 8"}
    page = client.post("/auth/password/reset/complete/", new, follow=True)
    assert "The password is set" in page.text
    log_in(client, user.email, "another horse 8")
    assert is_in(client)
    assert elsewhere.get("/me/").status_code == 302


def test_a_wrong_code_sets_no_password(mall: Mall) -> None:
    user, client = mall.user(), mall.client()
    client.post("/auth/password/reset/", {"login": str(user.email)})
    wrong = "000000" if mailed_code() != "000000" else "111111"
    client.post("/auth/password/reset/confirm/", {"code": wrong})
    page = client.get("/auth/password/reset/complete/")
    assert page.status_code == 302


def test_nobody_learns_from_a_reset_who_has_an_account(mall: Mall) -> None:
    mall.user(phone="+8613812345678")
    texts = []
    for phone in ("+8613812345678", "+8613912345678"):
        page = mall.client().post("/auth/password/reset/", {"login": phone}, follow=True)
        texts.append(page.text.replace(phone, "X").partition("<main")[2].partition("csrf")[0])
    assert texts[0] == texts[1]
    known, unknown = texts_sent()  # one either way: else sending would tell by its time
    assert known.startswith("+8613812345678\n")
    assert unknown.startswith("+8613912345678\nThere is no account with this number.")
    mall.client().post("/auth/password/reset/", {"login": "nobody@example.com"})
    assert "There is no account" in str(mail.outbox[-1].body)


def test_who_taps_me_is_asked_to_log_in_and_then_sees_it(mall: Mall) -> None:
    user, client = mall.user(), mall.client()
    (tab,) = re.findall(r'<a[^>]*href="(/me/[^"]*)"[^>]*>(?:(?!</a>).)*Me\b', client.get("/").text)
    page = client.get(tab, follow=True)
    asked, _ = page.redirect_chain[-1]
    assert asked.startswith(LOGIN)
    (form,) = (one for one in page.text.split("</form>") if 'name="password"' in one)
    (then,) = re.findall(r'name="next" value="([^"]*)"', form.rpartition("<form")[2])
    answer = log_in(client, user.email, next=then)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")


def test_logging_out_everywhere_else_leaves_this_session(mall: Mall) -> None:
    user = mall.user()
    here, there = mall.client(user), mall.client(user)
    here.post("/me/settings/log-out-elsewhere/")
    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302


def test_a_changed_password_is_told_by_letter(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    new = {"password1": "another horse 8", "password2": "another horse 8"}
    client.post("/auth/password/change/", {"oldpassword": PASSWORD, **new})
    assert User.objects.get(pk=user.pk).check_password("another horse 8")
    assert "was changed" in mail.outbox[-1].subject


def test_a_number_changes_only_after_password_and_code(mall: Mall) -> None:
    user, client = mall.user(), mall.client()
    log_in(client, user.email)
    answer = client.post("/auth/phone/change/", {"phone": "13812345678"})
    assert answer.headers["Location"].startswith("/auth/reauthenticate/")
    assert not texts_sent()
    client.post(answer.headers["Location"], {"password": "wrong horse 1"})
    assert not texts_sent()
    client.post(answer.headers["Location"], {"password": PASSWORD})
    assert User.objects.get(pk=user.pk).phone is None
    client.post("/auth/phone/verify/", {"code": code_in(texts_sent()[-1])})
    assert str(User.objects.get(pk=user.pk).phone) == "+8613812345678"


def test_an_address_changes_only_after_password_and_code(mall: Mall) -> None:
    user, client = mall.user(), mall.client()
    log_in(client, user.email)
    answer = client.post("/auth/email/", {"email": "new@example.com", "action_add": ""})
    client.post(answer.headers["Location"], {"password": PASSWORD})
    assert User.objects.get(pk=user.pk).email == user.email
    client.post("/auth/confirm-email/", {"code": mailed_code_to("new@example.com")})
    assert User.objects.get(pk=user.pk).email == "new@example.com"
    assert mail.outbox[-1].to == [user.email]  # the old one is told


def mailed_code_to(address: str) -> str:
    return code_in(next(str(one.body) for one in reversed(mail.outbox) if one.to == [address]))


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"]
)
@pytest.mark.parametrize("page", [LOGIN, "/auth/logout/", "/language/"])
def test_no_page_leads_outside(mall: Mall, page: str, elsewhere: str) -> None:
    user = mall.user()
    client = mall.client(user if page != LOGIN else None)
    form = {"login": str(user.email), "password": PASSWORD, "language": "en", "next": elsewhere}
    answer = client.post(page, form)
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]


def test_after_logging_in_people_come_back_to_where_they_were(mall: Mall) -> None:
    user, client = mall.user(), mall.client()
    assert client.get("/me/addresses/").headers["Location"] == "/auth/login/?next=/me/addresses/"
    assert log_in(client, user.email, next="/me/addresses/").headers["Location"] == "/me/addresses/"


def test_somebody_closed_out_is_told_so_only_with_the_right_password(mall: Mall) -> None:
    user = mall.user(is_active=False)
    assert log_in(mall.client(), user.email).headers["Location"] == "/auth/inactive/"
    assert log_in(mall.client(), user.email, "wrong horse 1").status_code == 200

"""How often codes may be asked for, and what the page says when it was too often."""

import re
import time
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.mall.people.test_registering import code_in, register, texts_sent
from tests.mall.stage import PASSWORD, Mall

LOGIN, RESET = "/auth/login/", "/auth/password/reset/"
NUMBER = "+8613812345678"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401  # a function
    """Let time pass for what counts: a function that takes seconds."""
    passed = [0.0]
    real = time.time
    monkeypatch.setattr("tongbao.mall.people.limits.time.time", lambda: real() + passed[0])

    def let_pass(seconds: float) -> None:
        passed[0] += seconds

    return let_pass


def browser(mall: Mall, place: int = 1, language: str = "en") -> Client:
    """Return a browser at an address of its own."""
    client = mall.client(language=language)
    client.defaults["REMOTE_ADDR"] = f"192.0.2.{place}"
    return client


def ask_reset(client: Client, login: str = NUMBER) -> Any:  # noqa: ANN401  # a page
    return client.post(RESET, {"login": login})


@pytest.mark.parametrize("contact", [NUMBER, "ann@example.com"])
@pytest.mark.parametrize(
    ("language", "words"), [("en", "then go back and try again"), ("zh-hans", "秒后")]
)
def test_a_second_registration_at_once_from_another_browser_is_told_to_wait(
    mall: Mall, contact: str, language: str, words: str
) -> None:
    register(browser(mall), contact)
    page = register(browser(mall, language=language), contact)
    assert page.status_code == 429
    assert words in page.text
    assert 'href="/auth/signup/"' in page.text  # leads on to where the code is entered
    assert 1 <= int(page.headers["Retry-After"]) <= 30
    assert len(texts_sent()) + len(mail.outbox) == 1


@pytest.mark.parametrize("contact", [NUMBER, "ann@example.com"])
def test_sending_the_form_twice_leads_to_the_page_that_asks_for_the_code(
    mall: Mall, contact: str
) -> None:
    client = browser(mall)
    first = register(client, contact)
    again = register(client, contact)
    assert again.status_code == 200
    assert again.redirect_chain[-1] == first.redirect_chain[-1]
    assert len(texts_sent()) + len(mail.outbox) == 1


def test_the_code_of_the_first_click_is_good_after_the_second(mall: Mall) -> None:
    client = browser(mall)
    register(client, NUMBER)
    register(client, NUMBER)
    client.post("/auth/phone/verify/", {"code": code_in(texts_sent()[-1])})
    assert "_auth_user_id" in client.session


def test_logging_in_before_the_code_was_given_waits_too(mall: Mall) -> None:
    register(browser(mall), NUMBER)
    page = browser(mall).post(LOGIN, {"login": NUMBER, "password": PASSWORD}, follow=True)
    assert page.status_code == 429
    assert len(texts_sent()) == 1


def test_logging_in_without_having_given_the_code_sends_another_later(
    mall: Mall,
    clock: Any,  # noqa: ANN401  # a function
) -> None:
    register(browser(mall), NUMBER)
    clock(31)
    client = browser(mall)
    client.post(LOGIN, {"login": NUMBER, "password": PASSWORD})
    client.post("/auth/phone/verify/", {"code": code_in(texts_sent()[-1])})
    assert "_auth_user_id" in client.session


def test_a_stranger_cannot_keep_the_owner_of_a_number_out(mall: Mall, clock: Any) -> None:  # noqa: ANN401  # a function
    statuses = []
    for _ in range(12):
        statuses.append(register(browser(mall, 66), NUMBER).status_code)
        clock(60)
    assert statuses == [200] * 5 + [429] * 7
    clock(5 * 3600)
    page = register(browser(mall, 1), NUMBER)
    assert page.status_code == 200
    assert page.redirect_chain[-1][0] == "/auth/phone/verify/"


def test_the_cap_of_all_places_tells_until_when_and_the_other_ways(mall: Mall, clock: Any) -> None:  # noqa: ANN401  # a function
    for place in range(20):
        assert register(browser(mall, 100 + place), NUMBER).status_code == 200
        clock(1)
    page = register(browser(mall, 1), NUMBER)
    assert page.status_code == 429
    assert len(texts_sent()) == 20
    assert "Try again after 20" in page.text
    assert "Register the other way" in page.text
    clock(86_400)
    assert register(browser(mall, 1), NUMBER).status_code == 200


def test_limits_tell_nobody_who_has_an_account(mall: Mall) -> None:
    mall.user(phone=NUMBER)
    pages = []
    for number in (NUMBER, "+8613912345678"):
        register(browser(mall), number)
        page = register(browser(mall), number)
        text = page.text.replace(number, "X").partition("<main")[2].partition("csrf")[0]
        pages.append(
            re.sub(r"Wait [0-9]+ seconds", "Wait some seconds", text)
        )  # they pass meanwhile
    assert pages[0] == pages[1]


def test_resets_are_half_a_minute_apart_five_a_place_and_ten_a_day(mall: Mall, clock: Any) -> None:  # noqa: ANN401  # a function
    mall.user(phone=NUMBER)
    assert ask_reset(browser(mall)).status_code == 302
    assert ask_reset(browser(mall)).status_code == 429
    statuses = []
    for place in (1, 2, 3):
        for _ in range(5):
            clock(31)
            statuses.append(ask_reset(browser(mall, place)).status_code)
    assert statuses == [302] * 4 + [429] + [302] * 5 + [429] * 5
    assert len(texts_sent()) == 10


def test_asking_twice_for_a_reset_leads_to_the_page_that_asks_for_the_code(mall: Mall) -> None:
    mall.user(phone=NUMBER)
    client = browser(mall)
    ask_reset(client)
    page = client.post(RESET, {"login": NUMBER}, follow=True)
    assert page.redirect_chain == [("/auth/password/reset/confirm/", 302)]
    assert "has already been sent" in page.text
    assert len(texts_sent()) == 1


def test_a_code_to_set_a_password_has_eight_digits_and_three_tries(mall: Mall) -> None:
    mall.user(phone=NUMBER)
    client = browser(mall)
    ask_reset(client)
    code = code_in(texts_sent()[-1])
    assert len(code) == 8
    wrong = "00000000" if code != "00000000" else "11111111"
    for _ in range(3):
        client.post("/auth/password/reset/confirm/", {"code": wrong})
    client.post("/auth/password/reset/confirm/", {"code": code})
    assert client.get("/auth/password/reset/complete/").headers["Location"] == RESET


def test_a_new_number_of_an_account_is_limited_too(mall: Mall) -> None:
    for expected in (302, 429):
        client = browser(mall)
        client.post(LOGIN, {"login": str(mall.user().email), "password": PASSWORD})
        answer = client.post("/auth/phone/change/", {"phone": NUMBER})
        answer = client.post(answer.headers["Location"], {"password": PASSWORD}, follow=False)
        assert answer.status_code == expected


def test_what_allauth_counts_itself_gets_the_same_page(mall: Mall) -> None:
    client = browser(mall, language="zh-hans")
    pages = [client.post("/auth/signup/", {}) for _ in range(21)]
    assert pages[-1].status_code == 429
    assert "太" in pages[-1].text
    assert pages[-1].headers["Retry-After"] == "60"


def test_counts_are_where_all_processes_find_them(any_mall: Mall) -> None:
    from django.db import connection  # noqa: PLC0415  # the mall's

    register(browser(any_mall), "ann@example.com")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_counter WHERE cache_key LIKE '%limits:code:%'")
        assert cursor.fetchone() == (1,)

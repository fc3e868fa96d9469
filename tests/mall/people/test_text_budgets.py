"""Text messages cost money: how many a day go to one network's wishes, a country, all together."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.mall.desk.test_terms import TERMS
from tests.mall.people.test_registering import code_in, register, texts_sent
from tests.mall.stage import PASSWORD, Mall
from tongbao.mall.people.models import TextsOfDay, User
from tongbao.mall.people.text_budgets import TextsSpent, take
from tongbao.mall.shop.models import Shop

RESET, VERIFY = "/auth/password/reset/", "/auth/phone/verify/"
SPENT = {"en": "no more text messages", "zh-hans": "不再发送短信"}


def number(index: int) -> str:
    """Return one of many phone numbers of China."""
    return f"+86138{10_000_000 + index}"


def browser(place: str = "192.0.2.1", language: str = "en") -> Client:
    """Return a browser at an address."""
    return Client(SERVER_NAME="localhost", headers={"accept-language": language}, REMOTE_ADDR=place)


def set_terms(**numbers: object) -> None:
    Shop.objects.update(**numbers)


# ---- one network


def test_a_stranger_cannot_have_texts_sent_to_everybody(mall: Mall) -> None:
    assert (mall.shop.texts_per_place, mall.shop.texts_per_country) == (30, 500)
    assert mall.shop.texts_per_mall == 1000
    set_terms(texts_per_place=4)
    pages = [register(browser(), number(index)).status_code for index in range(6)]
    assert pages == [200] * 4 + [429] * 2
    assert len(texts_sent()) == 4
    assert User.objects.count() == 4


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_whoever_asks_for_one_too_many_is_told_what_to_do(mall: Mall, language: str) -> None:
    set_terms(texts_per_place=0)
    page = register(browser(language=language), number(1))
    assert page.status_code == 429
    assert SPENT[language] in page.text
    assert 'href="/auth/signup/"' in page.text  # with an e-mail address
    assert 0 < int(page.headers["Retry-After"]) <= 86_400
    assert register(browser(), "ann@example.com").redirect_chain[-1][0] == "/auth/confirm-email/"


@pytest.mark.parametrize(
    ("first", "second", "sent"),
    [
        ("192.0.2.1", "192.0.2.2", 2),
        ("192.0.2.1", "::ffff:192.0.2.1", 1),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:fffe", 1),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 2),
    ],
)
def test_a_network_is_an_address_or_of_ipv6_its_first_half(
    mall: Mall, first: str, second: str, sent: int
) -> None:
    set_terms(texts_per_place=1)
    register(browser(first), number(1))
    register(browser(second), number(2))
    assert len(texts_sent()) == sent


def test_codes_to_one_number_are_counted_by_network_too(mall: Mall) -> None:
    register(browser("2001:db8:1:2::1"), number(1))
    assert register(browser("2001:db8:1:2::9"), number(1)).status_code == 429
    assert register(browser("2001:db8:1:3::1"), number(1)).status_code == 200


# ---- countries


@pytest.mark.parametrize("path", ["/auth/signup/", RESET])
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "numbers of China only"), ("zh-hans", "以下国家或地区的号码：中国")],
)
def test_texts_go_to_the_malls_own_country_unless_it_says_more(
    mall: Mall, path: str, language: str, words: str
) -> None:
    form = {"login": "+37121234567", "password1": PASSWORD, "code": "", "agree": "on"}
    page = browser(language=language).post(path, form, follow=True)
    assert page.status_code == 200
    assert words in page.text
    assert not texts_sent()
    set_terms(text_countries="CN LV")
    assert browser(language=language).post(path, form).status_code == 302
    assert len(texts_sent()) == 1


def test_a_mall_without_a_country_sends_to_all(mall: Mall) -> None:
    set_terms(country="")
    register(browser(), "+37121234567")
    assert len(texts_sent()) == 1


def test_a_new_number_of_an_account_is_one_of_those_countries(mall: Mall) -> None:
    client = mall.client(mall.user())
    page = client.post("/auth/phone/change/", {"phone": "+37121234567"})
    assert "numbers of China only" in page.text


def test_a_country_has_a_budget_of_its_own(mall: Mall) -> None:
    set_terms(text_countries="CN LV", texts_per_country=1)
    assert register(browser("192.0.2.1"), "+37121234567").status_code == 200
    page = register(browser("192.0.2.2"), "+37121234568")
    assert page.status_code == 429
    assert SPENT["en"] in page.text
    assert register(browser("192.0.2.2"), number(1)).status_code == 200


def test_all_texts_of_a_day_have_a_budget(mall: Mall) -> None:
    set_terms(texts_per_mall=2)
    pages = [register(browser(f"192.0.2.{one}"), number(one)).status_code for one in range(4)]
    assert pages == [200, 200, 429, 429]


def test_the_next_day_of_the_mall_has_its_own_budget(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_terms(texts_per_mall=1, timezone="Asia/Shanghai")
    late = datetime(2026, 11, 28, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    monkeypatch.setattr("tongbao.mall.people.text_budgets.timezone.now", lambda: late)
    assert register(browser(), number(1)).status_code == 200
    page = register(browser("192.0.2.2"), number(2))
    assert page.headers["Retry-After"] == "60"
    late += timedelta(minutes=1)
    assert register(browser("192.0.2.2"), number(2)).status_code == 200


# ---- every way


def resend(client: Client) -> Any:  # noqa: ANN401  # a page
    return client.post(VERIFY, {"action": "resend"}, follow=True)


def test_every_way_that_sends_a_text_is_counted(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.mall.people.limits._APART", 0)
    set_terms(texts_per_place=100)
    old = mall.user(phone=number(1))
    counted = []

    def count() -> None:
        row = TextsOfDay.objects.filter(kind="mall").first()
        counted.append((row.sent if row else 0, len(texts_sent())))

    client = browser()
    register(client, number(2))  # a code
    count()
    resend(client)  # another
    count()
    client.post(VERIFY, {"code": code_in(texts_sent()[-1])})
    register(browser(), number(1))  # «you have an account already»
    count()
    register(browser(), number(3))
    browser().post("/auth/login/", {"login": number(3), "password": PASSWORD})  # a code again
    count()
    browser().post(RESET, {"login": number(1)})  # a code for a password
    count()
    browser().post(RESET, {"login": number(9)})  # «no account with this number»
    count()
    changing = browser()
    changing.post("/auth/login/", {"login": str(old.email), "password": PASSWORD})
    answer = changing.post("/auth/phone/change/", {"phone": number(4)})
    changing.post(answer.headers["Location"], {"password": PASSWORD}, follow=True)
    count()
    assert counted == [(1, 1), (2, 2), (3, 3), (5, 5), (6, 6), (7, 7), (8, 8)]


@pytest.mark.parametrize("is_known", [True, False])
def test_a_spent_budget_answers_known_and_unknown_numbers_alike(mall: Mall, is_known: bool) -> None:
    if is_known:
        mall.user(phone=number(1))
    set_terms(texts_per_mall=0)
    for answer in (register(browser(), number(1)), browser().post(RESET, {"login": number(1)})):
        assert answer.status_code == 429
        assert SPENT["en"] in answer.text
    assert not texts_sent()


def test_a_code_to_log_in_over_the_budget_leaves_the_registration(mall: Mall) -> None:
    register(browser(), number(1))
    set_terms(texts_per_mall=1)
    page = browser("192.0.2.9").post("/auth/login/", {"login": number(1), "password": PASSWORD})
    assert page.status_code == 429
    assert User.objects.get().phone == number(1)


def test_what_a_number_was_refused_is_not_counted_for_it(mall: Mall) -> None:
    set_terms(texts_per_mall=0)
    for _ in range(6):
        register(browser(), number(1))
    set_terms(texts_per_mall=9)
    assert register(browser(), number(1)).status_code == 200


# ---- at once


@pytest.mark.parametrize("spent", ["texts_per_place", "texts_per_country", "texts_per_mall"])
def test_of_many_at_once_as_many_are_sent_as_are_left(any_mall: Mall, spent: str) -> None:
    set_terms(**{spent: 3})
    barrier = Barrier(8)

    def one(index: int) -> bool:
        place = "192.0.2.1" if spent == "texts_per_place" else f"192.0.2.{index}"
        request = RequestFactory(REMOTE_ADDR=place).post("/auth/signup/")
        barrier.wait()
        try:
            take(request, number(index))
            take(request, number(index))  # the same text
        except TextsSpent:
            return False
        else:
            return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(8))) == 3
    row = TextsOfDay.objects.get(kind=spent.removeprefix("texts_per_"))
    assert (row.sent, row.refused) == (3, 5)
    others = TextsOfDay.objects.exclude(pk=row.pk).exclude(kind="place")
    assert all((other.sent, other.refused) == (3, 0) for other in others)


# ---- the operator


def test_the_operator_sees_what_was_sent_and_refused_today(
    mall: Mall, caplog: pytest.LogCaptureFixture
) -> None:
    set_terms(texts_per_mall=1)
    register(browser(), number(1))
    with caplog.at_level(logging.WARNING):
        register(browser(), number(2))
    (line,) = [one for one in caplog.records if one.message == "text_refused"]
    assert line.tongbao == {"why": "mall"}  # type: ignore[attr-defined]  # ours
    desk = mall.client(mall.operator())
    page = desk.get("/desk/terms/").text
    assert "1 of 1" in page
    assert "1 refused" in page
    assert "not sent" in desk.get("/dashboard/").text


def test_the_operator_changes_the_budgets_with_the_other_terms(mall: Mall) -> None:
    desk = mall.client(mall.operator())
    numbers = {"texts_per_place": "5", "texts_per_country": "7", "texts_per_mall": "9"}
    page = desk.post("/desk/terms/", {**TERMS, **numbers, "text_countries": "lv, CN"})
    assert page.status_code == 302
    shop = mall.shop
    assert (shop.texts_per_place, shop.texts_per_country, shop.texts_per_mall) == (5, 7, 9)
    assert shop.text_countries == "CN LV"


def test_counts_of_older_days_are_forgotten(mall: Mall) -> None:
    today = timezone.now().astimezone(mall.shop.zone).date()
    for age in (8, 7):
        TextsOfDay.objects.create(day=today - timedelta(days=age), kind="mall", key="")
    register(browser(), number(1))
    days = TextsOfDay.objects.filter(kind="mall").values_list("day", flat=True)
    assert sorted(days) == [today - timedelta(days=7), today]


def test_who_asked_cannot_be_read_from_the_counts(mall: Mall) -> None:
    register(browser("192.0.2.77"), number(1))
    kept = " ".join(str(value) for row in TextsOfDay.objects.values_list() for value in row)
    assert "192.0.2.77" not in kept
    assert number(1) not in kept

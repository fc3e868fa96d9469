"""Three guesses a code, also for whoever sends a hundred at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from tests.mall.people.test_registering import code_in, mailed_code, register, texts_sent
from tests.mall.stage import Mall
from tongbao.mall.people.models import Guesses

_AT_ONCE = 12
EMAIL, PHONE, RESET = (
    "/auth/confirm-email/",
    "/auth/phone/verify/",
    "/auth/password/reset/confirm/",
)


def begun(mall: Mall, page: str) -> tuple[Client, str]:
    """Return a browser that waits for a code at that page, and the code."""
    client = mall.client()
    if page == EMAIL:
        register(client, "ann@example.com")
        return client, mailed_code()
    if page == PHONE:
        register(client, "+8613812345678")
        return client, code_in(texts_sent()[-1])
    client.post("/auth/password/reset/", {"login": str(mall.user().email)})
    return client, mailed_code()


def others(right: str) -> list[str]:
    """Return wrong codes of the same length."""
    numbers = range(_AT_ONCE - 1)
    return [str((int(right) + 1 + one) % 10 ** len(right)).zfill(len(right)) for one in numbers]


def guess_at_once(client: Client, page: str, codes: list[str]) -> list[bool]:
    """Send all codes in the same moment from one session; return which were compared and right."""
    barrier = Barrier(len(codes))

    def one(code: str) -> bool:
        mine = Client(SERVER_NAME="localhost", headers={"accept-language": "en"})
        mine.cookies.update(client.cookies)
        barrier.wait()
        try:
            page_after = mine.post(page, {"code": code})
            return page_after.status_code == 302 and "login" not in page_after["Location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(codes)) as pool:
        return list(pool.map(one, codes))


@pytest.mark.parametrize("page", [EMAIL, PHONE, RESET])
def test_no_more_than_three_codes_are_compared_of_many_at_once(
    mall_on_postgresql: Mall, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def compare(*, actual: str, expected: str) -> bool:
        compared.append(actual)
        return actual == expected

    monkeypatch.setattr("allauth.account.forms.compare_user_code", compare)
    client, right = begun(mall_on_postgresql, page)
    guess_at_once(client, page, others(right))
    assert len(compared) <= 3
    (row,) = Guesses.objects.all()
    assert row.guesses == len(compared)


@pytest.mark.parametrize("page", [EMAIL, PHONE, RESET])
def test_the_third_guess_may_be_the_right_one(mall: Mall, page: str) -> None:
    client, right = begun(mall, page)
    for wrong in others(right)[:2]:
        assert client.post(page, {"code": wrong}).status_code == 200
    assert client.post(page, {"code": right}).status_code == 302
    assert Guesses.objects.get().guesses == 3


@pytest.mark.parametrize("page", [EMAIL, PHONE, RESET])
def test_the_fourth_is_refused_even_where_the_session_has_forgotten(mall: Mall, page: str) -> None:
    client, right = begun(mall, page)
    Guesses.objects.all().delete()
    client.post(page, {"code": others(right)[0]})
    Guesses.objects.update(guesses=3)  # as if the others' counts in the session were overwritten
    refused = client.post(page, {"code": right})
    assert refused.status_code == 200
    assert "Too many wrong attempts" in refused.text


@pytest.mark.parametrize("page", [EMAIL, PHONE])
def test_a_code_in_full_width_digits_is_read(mall: Mall, page: str) -> None:
    client, right = begun(mall, page)
    wide = right.translate({ord(str(one)): chr(0xFF10 + one) for one in range(10)})
    client.post(page, {"code": wide})
    assert "_auth_user_id" in client.session

"""What odd requests get, and how pages and files travel."""

import gzip
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.mall.stage import PASSWORD, Mall

BOOTSTRAP = "bootstrap/css/bootstrap.min.css"

# ---- NUL


@pytest.mark.parametrize(
    "address", ["/till/?code=%00", "/till/a%00b/", "/orders/%00/", "/desk/%00/", "/?q=a%00&page=1"]
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_nul_in_an_address_is_no_fault_of_ours(
    mall_on_postgresql: Mall, address: str, language: str
) -> None:
    mall = mall_on_postgresql
    for user in (None, mall.staff()):
        page = mall.client(user, language).get(address)
        assert page.status_code == 400
        assert ("could not be read" if language == "en" else "请求无法识别") in page.text


def test_a_nul_in_a_form_or_a_cookie_is_no_fault_of_ours(mall_on_postgresql: Mall) -> None:
    mall = mall_on_postgresql
    client = mall.client(mall.user())
    assert client.post("/me/settings/", {"name": "a\0b", "language": "en"}).status_code == 400
    assert client.post("/me/settings/", {"na\0me": "a"}).status_code == 400
    stranger = mall.client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = "abcdefgh\0ijkl"
    assert stranger.get("/me/").status_code == 400


# ---- sessions and hosts


def test_a_session_that_somebody_else_chose_is_not_logged_in(mall: Mall) -> None:
    user, client = mall.user(), mall.client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "chosen0by0somebody0else000000000"
    client.post("/auth/login/", {"login": str(user.email), "password": PASSWORD})
    assert "_auth_user_id" in client.session
    assert client.session.session_key != "chosen0by0somebody0else000000000"
    other = mall.client()
    other.cookies[settings.SESSION_COOKIE_NAME] = "chosen0by0somebody0else000000000"
    assert other.get("/me/").status_code == 302


def test_a_wrong_host_gets_the_page_of_an_unreadable_request(mall: Mall) -> None:
    page = Client(headers={"host": "evil.example"}).get("/")
    assert page.status_code == 400
    assert "could not be read" in page.text
    assert "evil.example" not in page.text


@pytest.mark.parametrize("header", ["x-forwarded-host", "forwarded", "x-forwarded-server"])
def test_a_forwarded_host_is_not_believed(mall: Mall, header: str) -> None:
    page = mall.client(mall.user()).get("/team/", headers={header: "evil.example"})
    assert page.status_code == 200
    assert "evil.example" not in page.text


# ---- delivery


def body(answer: Any) -> bytes:  # noqa: ANN401  # a page or a file
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def linked(mall: Mall) -> str:
    """Return the address at which pages ask for Bootstrap."""
    (found,) = re.findall(
        rf'href="(/static/{re.escape(BOOTSTRAP)}[^"]*)"', mall.client().get("/auth/login/").text
    )
    return str(found)


def test_bootstrap_travels_compressed_and_once_a_year(mall: Mall) -> None:
    address = linked(mall)
    assert "?v=" in address
    plain = mall.client().get(address)
    packed = mall.client().get(address, headers={"accept-encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Cache-Control"] == "max-age=31536000, public, immutable"
    sent = body(packed)
    assert gzip.decompress(sent) == body(plain)
    assert len(sent) < 40_000


@pytest.mark.parametrize("query", ["", "?v=", "?v=000000000000"])
def test_a_file_asked_for_without_its_mark_is_kept_for_an_hour(mall: Mall, query: str) -> None:
    answer = mall.client().get(f"/static/{BOOTSTRAP}{query}")
    assert answer.headers["Cache-Control"] == "max-age=3600, public"
    assert body(answer)


def test_a_file_that_has_not_changed_is_not_sent_again(mall: Mall) -> None:
    client = Client(headers={"accept-encoding": "gzip"}, SERVER_NAME="localhost")
    first = client.get(linked(mall))
    again = client.get(linked(mall), headers={"if-modified-since": first.headers["Last-Modified"]})
    assert body(first)
    assert again.status_code == 304
    assert body(again) == b""
    assert "Content-Encoding" not in again.headers


def test_pages_travel_compressed_and_never_of_the_same_length(mall: Mall) -> None:
    client = mall.client()
    pages = [client.get("/auth/login/", headers={"accept-encoding": "gzip"}) for _ in range(12)]
    assert {page.headers["Content-Encoding"] for page in pages} == {"gzip"}
    assert len({len(page.content) for page in pages}) > 1


def test_pictures_are_not_compressed_again(mall: Mall) -> None:
    answer = mall.client().get("/static/mall/icon-192.png", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert body(answer)

"""Whatever is sent to whichever address by whomever, it is no fault of ours: nothing answers 5xx."""

import random
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from tests.mall.owners import MERCHANTS, MINE, OPERATORS, PUBLIC, Page, World, pages, world
from tests.mall.stage import Mall

ODD: Final = tuple(
    quote(text)
    for text in (
        "", " ", "\0", "a\0b", "-1", "0", "1", "²", "½", "٣", "１２３", "1_000", "0x10", "1e999", "NaN",
        "Infinity", "-Infinity", "true", "null", "[]", "{}", "1,5", "1.005", "0.001", str(2**31),
        str(2**63), str(2**64), "9" * 30, "9" * 5000, "0" * 30 + "1", "-9" * 20, "x" * 9000,
        "é̀" * 300, "\U0001f600", "\u202e", "\ufeff", "\r\nX-Odd: y", "../../../etc/passwd",
        "<script>alert(1)</script>", "{{7*7}}", "{% load i18n %}", "%s%n", "%(x)s", "{x}", "' OR 1=1--",
        "\\", "//evil.example/", "javascript:x", "2026-13-45", "0001-01-01", "9999-12-31",
        "-9999-01-01", "2026-02-30T25:61", "00000000-0000-4000-8000-000000000000", "a@" + "ä" * 70 + ".com",
        "a@😀.ws", "+861", "+99999999999999999999", "default_for_shipping",
    )
) + ("%ED%A0%80", "%FF%FE", "%", "%C0%80", "%u0000", "+")  # fmt: skip
"""Values of a query or a form, in their written form: what no text can hold comes last."""

NAMES: Final = (
    *("page", "q", "tab", "sort", "min", "max", "in", "merchant", "code", "next", "range", "level"),
    *("before", "cursor", "since", "until", "kind", "unit", "points", "share", "once", "credit"),
    *("amount", "target", "action", "step", "file", "all", "report_type", "date_from", "date_to"),
    *("download", "order_number", "title", "upc", "v", "lines", "quantity", "product_class"),
)
PATHS: Final = (
    *("0", "-1", "1", "²", "１", "٣", str(2**31), str(2**63), "9" * 30, "0" * 30 + "1"),
    *("x" * 3000, "%00", "%FF", "..", "x%2Fy", "😀", "a b", "'", "%E2%80%AE", "operator"),
)
NO_HOST: Final = "http:" + 2 * "/" + "["
HEADERS: Final = tuple(
    {name: value}
    for name, values in {
        "accept-language": ("\xff", "x" * 9000, "zh-" * 300, "*;q=NaN", "en;q=9e999", "zh-hans-cn-x-y"),
        "accept-encoding": ("gzip;q=x", "\xff", "gzip," * 999),
        "cookie": ("=", "sessionid", "csrftoken=\xff", "oscar_history=[", "language=\xff; language=xx"),
        "host": ("", "[::1", "a b", "evil.example:99999", "localhost:x", "\xff"),
        "referer": (NO_HOST, "//", "\xff", "javascript:x"),
        "origin": ("null", NO_HOST, "\xff"),
        "content-type": ("", "multipart/form-data", "text/plain; charset=odd", "application/json", "\xff"),
        "content-length": ("x", "-1", "9" * 30),
        "range": ("bytes=-", "bytes=9-1", "bytes=x", "lines=1"),
        "if-modified-since": ("x", "Thu, 99 Foo 9999 99:99:99 GMT", "\xff"),
        "if-none-match": ('W/"', "\xff"),
        "x-forwarded-for": ("x", "\xff", ",,,", "::::"),
        "hx-request": ("true", "\xff"),
        "hx-current-url": (NO_HOST, "\xff"),
        "user-agent": ("", "\xff" * 3000),
        "authorization": ("Basic x", "\xff"),
    }.items()
    for value in values
)  # fmt: skip
KNOWN: Final = {**PUBLIC, **MINE, **MERCHANTS, **OPERATORS}
_ENDS_THE_SESSION: Final = frozenset({"account_logout", "people:leave"})
_FIELD: Final = re.compile(r"<(?:input|select|textarea|button)\b[^>]*\bname=\"([^\"]+)\"")
RESET: Final = "/auth/password/reset/"
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Sender:
    """Somebody who sends, and what was answered with a fault."""

    who: str
    client: Client
    faults: list[str]

    def send(self, method: str, path: str, told: str, **more: Any) -> str:  # noqa: ANN401  # the client's
        """Send a request; return the page, "" where it is none."""
        answer: Any = self.client.generic(method, path, **more)
        if answer.status_code >= 500:
            self.faults.append(f"{self.who} {method} {path[:90]} {told[:60]}: {_cause(answer)}")
        if answer.streaming:
            answer.close()
            return ""
        return str(answer.content.decode("utf-8", "replace"))


def _cause(answer: HttpResponseBase) -> str:
    info = getattr(answer, "exc_info", None)
    if not info:
        return str(answer.status_code)
    ours = [one for one in traceback.extract_tb(info[2]) if "/tongbao/" in one.filename]
    last = ours[-1] if ours else traceback.extract_tb(info[2])[-1]
    return f"{info[0].__name__}: {str(info[1])[:90]} at {last.filename.rpartition('/')[2]}:{last.lineno}"


def senders(a: World) -> list[Sender]:
    """Give a stranger, the shopper, a merchant's staff and the operator."""
    users = {
        "stranger": None,
        "shopper": a.user,
        "staff": a.mall.staff("tea"),
        "operator": a.mall.operator(),
    }
    made = []
    for who, user in users.items():
        client = a.mall.client(user)
        client.raise_request_exception = False
        made.append(Sender(who, client, []))
    return made


def addresses(page: Page, a: World, dice: random.Random) -> Iterator[str]:
    """Yield an address that is there, as far as we know one, and an odd one of its kind."""
    if page.name in KNOWN and not page.is_dashboard:
        yield page.path(KNOWN[page.name](a))
    else:
        yield page.invented()
    if page.parameters:
        odd = quote(dice.choice(PATHS), safe="%")
        yield page.invented(odd, odd)


def try_page(sender: Sender, page: Page, path: str, dice: random.Random) -> None:
    """Ask for a page with odd queries; send its form, and fields of no form, with odd values."""
    name, value = dice.choice(NAMES), dice.choice(ODD)
    query = f"{name}={value}&{dice.choice(NAMES)}={dice.choice(ODD)}&{name}={dice.choice(ODD)}"
    text = sender.send("GET", f"{path}?{query}", query)
    if page.name in _ENDS_THE_SESSION:
        return
    fields = sorted(set(_FIELD.findall(text)) - {"csrfmiddlewaretoken"}) or list(
        dice.sample(NAMES, 4)
    )
    one = dice.choice(ODD)
    form = "&".join(f"{quote(field)}={one}" for field in fields)
    sender.send("POST", path, form, data=form.encode(), content_type=_FORM)
    mixed = "&".join(f"{quote(f)}={dice.choice(ODD)}" for f in [*fields, dice.choice(fields)])
    sender.send("POST", path, mixed, data=mixed.encode(), content_type=_FORM)
    if dice.random() < 0.25:  # files where texts are expected
        parts = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="\xff.png"\r\n'
            "Content-Type: image/png\r\n\r\n\x89PNG\r\n\r\n"
            for field in fields
        )
        body = f"{parts}--x--\r\n".encode("latin-1", "replace")
        sender.send(
            "POST", path, "files", data=body, content_type="multipart/form-data; boundary=x"
        )
    if dice.random() < 0.1:
        body = dice.choice([b"{", b"[[[", b"\xff", b"null", b'{"a": 1e999}'])
        sender.send("POST", path, str(body), data=body, content_type="application/json")


def try_all(a: World, seed: int, share: int) -> list[str]:
    """Try every share-th page, beginning with the seed's, as everybody; return the faults."""
    dice = random.Random(seed)
    everybody = senders(a)
    for number, page in enumerate(pages()):
        for who, sender in enumerate(everybody):
            if (number + who) % share == seed % share:
                for path in addresses(page, a, dice):
                    try_page(sender, page, path, dice)
    return [fault for sender in everybody for fault in sender.faults]


def test_no_odd_request_to_any_address_is_a_fault(mall: Mall) -> None:
    assert try_all(world(mall), seed=1, share=6) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_many_odd_requests_are_no_fault(mall: Mall, seed: int) -> None:
    assert try_all(world(mall), seed=seed, share=1) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_many_odd_requests_are_no_fault_on_postgresql(mall_on_postgresql: Mall, seed: int) -> None:
    assert try_all(world(mall_on_postgresql), seed=100 + seed, share=1) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_odd_header_is_a_fault(mall: Mall, method: str) -> None:
    (stranger, *_others, operator) = senders(world(mall))
    for header in HEADERS:
        stranger.send(method, "/auth/login/", str(header), headers=header)
        stranger.send(method, "/static/mall/icon-192.png", str(header), headers=header)
        operator.send(method, "/me/settings/", str(header), headers=header)
    assert stranger.faults + operator.faults == []


def test_no_odd_method_is_a_fault(mall: Mall) -> None:
    a, methods = world(mall), ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "ODD")
    (*_others, sender) = senders(a)
    for number, page in enumerate(pages()):
        if page.name not in _ENDS_THE_SESSION:
            path = next(addresses(page, a, random.Random(0)))
            for method in (methods[number % len(methods)], "DELETE"):
                sender.send(method, path, "")
    assert sender.faults == []


def test_what_is_still_in_use_is_not_deleted_and_says_so(mall: Mall) -> None:
    client = mall.client(mall.operator())
    kind = mall.product().product_class
    page = client.delete(f"/dashboard/catalogue/product-type/{kind.pk}/delete/", follow=True)
    assert page.status_code == 200
    assert "still in use" in page.text
    kind.refresh_from_db()


def test_a_canary_that_fails_is_found(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("canary")

    monkeypatch.setattr("tongbao.mall.people.limits.count", fail)
    (sender, *_) = senders(world(mall))
    sender.send("POST", RESET, "", data=b"login=a@example.com", content_type=_FORM)
    (fault,) = sender.faults
    assert "ZeroDivisionError: canary" in fault

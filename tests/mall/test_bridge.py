"""What reaches a page, what is refused before it, and how long a connection may wait."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tongbao.cli import mall_connections
from tongbao.cli.mall_connections import Connection
from tongbao.site import bridge
from tongbao.site.bridge import Bridge

SCOPE: dict[str, Any] = {
    "type": "http", "method": "POST", "http_version": "1.1", "scheme": "http", "path": "/a b/",
    "raw_path": b"/a%20b/%E5%95%86", "query_string": b"q=%E5%95%86", "server": ("127.0.0.1", 8000),
    "client": ("192.0.2.1", 5), "headers": [(b"host", b"localhost")],
}  # fmt: skip


def ask(wsgi: Any, pieces: list[Any], **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # an application
    """Send a request piece by piece (None: gone); return what is sent back."""
    sent: list[dict[str, Any]] = []
    left = list(pieces)

    async def receive() -> dict[str, Any]:
        piece = left.pop(0)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    async def send(message: Any) -> None:  # noqa: ANN401  # of ASGI
        sent.append(dict(message))

    asyncio.run(Bridge(wsgi, 2)({**SCOPE, **changes}, receive, send))
    return sent


class Pages:
    """A WSGI application that remembers what it was asked, and whether it was closed."""

    def __init__(self, *parts: bytes) -> None:
        self.asked: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.closed = 0
        self._parts = parts

    def __call__(self, environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        self.asked.append(environ)
        self.bodies.append(environ["wsgi.input"].read())
        start("201 Made", [("X-A", "1"), ("Set-Cookie", "a"), ("Set-Cookie", "b")])
        return self

    def __iter__(self) -> Any:  # noqa: ANN401  # an iterator
        return iter(self._parts)

    def close(self) -> None:
        self.closed += 1


def test_a_page_sees_the_request_whole() -> None:
    pages = Pages(b"one", b"", b"two")
    headers = [
        *((b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"x-forwarded-for", b"1.1.1.1")),
        *((b"x-forwarded-for", b"2.2.2.2"), (b"content-type", b"text/plain")),
        (b"transfer-encoding", b"chunked"),
    ]
    sent = ask(pages, [b"ab", b"", b"c"], headers=headers)
    (environ,) = pages.asked
    assert pages.bodies == [b"abc"]
    assert environ["CONTENT_LENGTH"] == "3"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/a b/商"
    assert environ["QUERY_STRING"] == "q=%E5%95%86"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_FORWARDED_FOR"] == "1.1.1.1,2.2.2.2"
    assert environ["REMOTE_ADDR"] == "192.0.2.1"
    assert "HTTP_TRANSFER_ENCODING" not in environ
    start, *rest = sent
    assert start["status"] == 201
    assert start["headers"] == [
        *((b"x-a", b"1"), (b"set-cookie", b"a"), (b"set-cookie", b"b")),
        (b"content-length", b"6"),
    ]
    assert b"".join(one["body"] for one in rest) == b"onetwo"
    assert [one["more_body"] for one in rest] == [False]
    assert pages.closed == 1


def test_a_large_answer_goes_in_pieces() -> None:
    rest = ask(Pages(b"x" * 150_000), [b""])[1:]
    assert [len(one["body"]) for one in rest] == [65_536, 65_536, 18_928]
    assert [one["more_body"] for one in rest] == [True, True, False]


def test_a_whole_address_is_read_as_its_path() -> None:
    pages = Pages()
    ask(pages, [b""], raw_path=b"http://localhost/x/")
    assert pages.asked[0]["PATH_INFO"] == "/x/"


def test_who_leaves_in_the_middle_of_a_request_is_shown_no_page() -> None:
    pages = Pages()
    assert ask(pages, [b"ab", None]) == []
    assert pages.asked == []


@pytest.mark.parametrize(("bound", "status"), [("MOST_BODY", 413), ("MOST_BODIES", 503)])
def test_what_is_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch, bound: str, status: int
) -> None:
    monkeypatch.setattr(bridge, bound, 5)
    pages = Pages()
    assert ask(pages, [b"123", b"456"])[0]["status"] == status
    assert pages.asked == []
    assert ask(pages, [b"123", b"45"])[0]["status"] == 201


def test_a_request_that_takes_too_long_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "BODY_SECONDS", 0)
    pages = Pages()

    async def never() -> dict[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Any) -> None:  # noqa: ANN401  # of ASGI
        raise AssertionError(message)

    asyncio.run(Bridge(pages, 1)(SCOPE, never, send))
    assert pages.asked == []


def test_a_page_that_fails_fails_as_it_would_without_a_bridge() -> None:
    def fail(environ: object, start: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(fail, [b""])


def test_a_websocket_is_refused() -> None:
    assert ask(Pages(), [], type="websocket") == [{"type": "websocket.close"}]


class Wire:
    """A transport."""

    def __init__(self) -> None:
        self.is_ended = self.was_aborted = False

    def is_closing(self) -> bool:
        return self.is_ended

    def abort(self) -> None:
        self.was_aborted = True


def connection(*, waits: bool) -> tuple[Any, Wire]:
    """Give a connection that has waited since 0 for a head, or has begun."""
    made: Any = Connection.__new__(Connection)
    wire = Wire()
    made.since, made.transport, made._awaiting_request = 0.0, wire, waits
    made._request_ready = asyncio.Event()

    def end() -> None:
        wire.is_ended = True

    made.end_wait = end
    return made, wire


@pytest.mark.parametrize(
    ("waits", "after", "ends"), [(True, 19, False), (True, 21, True), (False, 99, False)]
)
def test_whoever_sends_no_head_in_time_is_closed(waits: bool, after: int, ends: bool) -> None:
    one, wire = connection(waits=waits)
    one.age(float(after))
    assert wire.is_ended == ends


def test_an_answer_that_nobody_takes_is_thrown_away() -> None:
    one, wire = connection(waits=True)
    one.age(21.0)
    one.age(50.0)
    assert not wire.was_aborted
    one.age(52.0)
    assert wire.was_aborted


def test_one_connection_too_many_ends_what_has_waited_longest() -> None:
    worker: Any = mall_connections.Worker.__new__(mall_connections.Worker)
    old, young, busy = (connection(waits=waits) for waits in (True, True, False))
    young[0].since = 5.0
    worker.connections, worker._most = {old[0], young[0], busy[0]}, 3
    worker.make_room()
    assert not old[1].is_ended
    worker._most = 2
    worker.make_room()
    assert (old[1].is_ended, young[1].is_ended, busy[1].is_ended) == (True, False, False)

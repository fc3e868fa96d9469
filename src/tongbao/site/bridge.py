"""Between connections, which wait in one loop, and pages, which run in threads.

A request goes to a thread once it is there whole, and a thread is free again as soon as its answer
is: neither somebody who sends slowly nor somebody who reads slowly holds one. What waits meanwhile
lies in memory while it is small and in a temporary file from there on; a request is bounded, and
all that are being received are together.

The threads are as many as `tongbao mall serve --threads` says and stay, each with its connection to
the database. Pages are Django's, called as any WSGI server calls them.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[..., Iterable[bytes]]
Headers = list[tuple[bytes, bytes]]

MOST_BODY: Final = 32 * 2**20  # bytes of a request
MOST_BODIES: Final = 256 * 2**20  # bytes of all requests that are being received
BODY_SECONDS: Final = 300  # in which a request must be there
CHUNK_SECONDS: Final = 30  # in which a piece of an answer must be taken
_SMALL: Final = 2**16  # bytes that stay in memory, and in which answers are sent


class Refused(Exception):
    """A request that no page sees."""

    def __init__(self, status: HTTPStatus) -> None:
        """Say why."""
        super().__init__(status.phrase)
        self.status = status


class Gone(Exception):
    """Whoever asked is not there any more, or takes too long."""


class Bridge:
    """An ASGI application that runs a WSGI application in threads of its own."""

    def __init__(self, wsgi: Wsgi, threads: int) -> None:
        """Take the pages, and how many of them may be made at once."""
        self._wsgi = wsgi
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self._held = 0  # bytes of requests that are not answered yet

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request; a WebSocket is refused."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close"})
            return
        with SpooledTemporaryFile(_SMALL) as body, self._holding() as hold:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    length = await _read(scope, receive, body, hold)
            except (Gone, TimeoutError):
                return
            except Refused as refused:
                await _refuse(send, refused.status)
                return
            body.seek(0)
            environ = _environ(scope, body, length)
            loop = asyncio.get_running_loop()
            with SpooledTemporaryFile(_SMALL) as answer:
                work = loop.run_in_executor(self._pool, self._call, environ, answer)
                status, headers = await work
                await _send(send, status, headers, answer)

    @contextmanager
    def _holding(self) -> Iterator[Callable[[int], None]]:
        """Give what counts the bytes of a request, until it is answered."""
        mine = 0

        def hold(size: int) -> None:
            nonlocal mine
            if mine + size > MOST_BODY:
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            if self._held + size > MOST_BODIES:
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
            mine += size
            self._held += size

        try:
            yield hold
        finally:
            self._held -= mine

    def _call(self, environ: dict[str, Any], answer: Any) -> tuple[int, Headers]:  # noqa: ANN401  # a file
        """Make a page, in a thread; return its status and headers, with the content in a file."""
        begun: list[tuple[int, Headers]] = []

        def start(
            status: str, headers: list[tuple[str, str]], _error: object = None
        ) -> Callable[[bytes], object]:
            named = [(name.lower().encode("latin-1"), _bytes(value)) for name, value in headers]
            begun[:] = [(int(status.split(" ", 1)[0]), named)]
            return answer.write  # type: ignore[no-any-return]  # the file's

        parts = self._wsgi(environ, start)
        try:
            for part in parts:
                answer.write(part)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return begun[0]


def _bytes(value: str) -> bytes:
    return value.encode("latin-1")


async def _read(
    scope: Message,
    receive: Receive,
    body: Any,  # noqa: ANN401  # a file
    hold: Callable[[int], None],
) -> int:
    """Write what comes of a request into a file; return its length.

    Raises:
        Refused: it is too long, or too much is held already.
        Gone: it ended in the middle.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > MOST_BODY:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    length = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        piece = message.get("body", b"")
        hold(len(piece))
        body.write(piece)
        length += len(piece)
        if not message.get("more_body"):
            return length


async def _send(send: Send, status: int, headers: Headers, answer: Any) -> None:  # noqa: ANN401  # a file
    """Send an answer piece by piece, each within its time."""
    length = answer.tell()
    if not any(name == b"content-length" for name, _ in headers) and length:
        headers = [*headers, (b"content-length", str(length).encode())]
    answer.seek(0)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    while True:
        piece = answer.read(_SMALL)
        is_more = answer.tell() < length
        async with asyncio.timeout(CHUNK_SECONDS):
            await send({"type": "http.response.body", "body": piece, "more_body": is_more})
        if not is_more:
            return


async def _refuse(send: Send, status: HTTPStatus) -> None:
    text = f"{status.value} {status.phrase}\n".encode()
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _environ(scope: Message, body: Any, length: int) -> dict[str, Any]:  # noqa: ANN401  # a file
    """Return a request as PEP 3333 has it."""
    raw: bytes = scope["raw_path"].split(b"?", 1)[0]
    if not raw.startswith(b"/"):  # the whole address, as proxies send it
        raw = urlsplit(raw).path or b"/"
    host, port = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str((scope.get("client") or ("", 0))[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        if key in {"CONTENT_LENGTH", "TRANSFER_ENCODING"}:
            continue  # it is here whole: its length is known better
        if key != "CONTENT_TYPE":
            key = f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{text}" if key in environ else text
    environ["CONTENT_LENGTH"] = str(length)
    return environ

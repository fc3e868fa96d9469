"""A thousand who send or read slowly hold up nobody, and the server stops when it is told to."""

import contextlib
import http.client
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.tidy.tree import ROOT

_THREADS: Final = 2
_HANG: Final = 120  # seconds: longer only where something hangs
_HOST: Final = b"Host: localhost\r\n"
HALVES: Final = {
    "silent": b"",
    "half a head": b"GET / HTTP/1.1\r\n" + _HOST + b"X-Half: ",
    "half a body": b"POST /auth/login/ HTTP/1.1\r\n"
    + _HOST
    + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\nlogin=",
    "half a chunk": b"POST /auth/login/ HTTP/1.1\r\n"
    + _HOST
    + b"Transfer-Encoding: chunked\r\n\r\n9\r\nlog",
}
READER: Final = b"GET /static/bootstrap/css/bootstrap.css HTTP/1.1\r\n" + _HOST + b"\r\n"


@dataclass(frozen=True, slots=True)
class Server:
    """`tongbao mall serve`, in a process of its own."""

    process: "subprocess.Popen[bytes]"
    port: int

    def page(self, path: str = "/offline/") -> int:
        """Ask for a page; give the status of its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_HANG)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": "localhost"})
            with connection.getresponse() as answer:
                answer.read()
                return answer.status

    def answer(self, text: bytes) -> bytes:
        """Send a request as it stands; give the answer as it comes."""
        with self.say(text) as client, client.makefile("rb") as answer:
            return answer.read()

    def say(self, text: bytes) -> socket.socket:
        """Send the beginning of a request, and leave it there."""
        client = socket.create_connection(("127.0.0.1", self.port), _HANG)
        client.sendall(text)
        return client

    def threads(self) -> list[int]:
        """Return how many threads each process that serves has."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [len([*Path(f"/proc/{child}/task").iterdir()]) for child in children.split()]


@contextlib.contextmanager
def serving(template: Path, folder: Path) -> Iterator[Server]:
    """Serve a copy of the template."""
    shutil.copyfile(template, folder / "mall.sqlite3")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "TONGBAO_FILES": str(folder / "files"),
        "TONGBAO_ADDRESS": f"http://localhost:{port}",
    }
    database = f"sqlite:///{folder / 'mall.sqlite3'}"
    options = ["--port", str(port), "--threads", str(_THREADS), "--no-worker"]
    command = [sys.executable, "-m", "tongbao", "mall", "serve", "--database", database, *options]
    process = subprocess.Popen(command, env=environment)
    try:
        begun = time.monotonic()
        while time.monotonic() - begun < _HANG:
            assert process.poll() is None
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.1)
        yield Server(process, port)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def server(mall_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that the tests share which do not stop it."""
    with serving(mall_template, tmp_path_factory.mktemp("served")) as running:
        yield running


def test_a_thousand_half_sent_requests_hold_up_nobody(server: Server) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with contextlib.ExitStack() as held:
        for count in range(1000):
            held.enter_context(server.say([*HALVES.values()][count % len(HALVES)]))
        for _ in range(5):
            assert server.page() == 200
        (threads,) = server.threads()
        assert threads <= _THREADS + 2  # those of the pages, the loop's, one to spare


def test_readers_who_do_not_read_hold_no_thread(server: Server) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(10 * _THREADS):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.port))
            client.sendall(READER)
            held.enter_context(client)
        assert server.page() == 200
        whole = server.answer(READER.replace(_HOST, _HOST + b"Connection: close\r\n"))
        assert whole.startswith(b"HTTP/1.1 200 OK")
        assert len(whole) > 200_000


def test_pages_and_forms_are_as_any_server_gives_them(server: Server) -> None:
    assert server.page("/no/such/page/") == 404
    assert server.page("/auth/login/?next=/wallet/") == 200
    head = server.answer(b"HEAD /offline/ HTTP/1.1\r\n" + _HOST + b"Connection: close\r\n\r\n")
    assert head.endswith(b"\r\n\r\n")
    answer = server.answer(
        b"POST /auth/login/ HTTP/1.1\r\n"
        + _HOST
        + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 403")  # without its token, but read


def test_what_is_too_large_is_refused_before_it_is_sent(server: Server) -> None:
    answer = server.answer(
        b"POST /auth/login/ HTTP/1.1\r\n" + _HOST + b"Content-Length: 60000000\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 413")


def test_it_stops_when_what_was_asked_is_answered_and_waits_for_no_half(
    mall_template: Path, tmp_path: Path
) -> None:
    asked = b"GET /r/nobody/ HTTP/1.1\r\n" + _HOST + b"Connection: close\r\n\r\n"
    with serving(mall_template, tmp_path) as server, contextlib.ExitStack() as held:
        for text in HALVES.values():
            held.enter_context(server.say(text))
        lock = sqlite3.connect(tmp_path / "mall.sqlite3", isolation_level=None)
        held.enter_context(contextlib.closing(lock))
        lock.execute("BEGIN IMMEDIATE")  # whoever writes, as this page a session, waits for it
        with server.say(asked) as client, client.makefile("rb") as answer:
            time.sleep(1)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(1)
            lock.execute("ROLLBACK")
            assert answer.readline().startswith(b"HTTP/1.1 302")
        assert server.process.wait(_HANG) == 0

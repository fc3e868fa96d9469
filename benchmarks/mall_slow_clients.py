"""How long a page takes while 1,000 clients of one kind send or read slowly: against the time without.

Bound: ten times, which is a hang and not the noise of a busy machine; threads that wait with their
clients would give no answer at all.
"""

import http.client
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from django.db import connections

from benchmarks.measure import Result, Skipped, clock
from tests.mall.conftest import default_database, migrated
from tests.mall.stage import open_for_tests

CLIENTS, PAGES, TIMES = 1000, 40, 10.0
_HANG: Final = 60.0  # seconds
_HOST: Final = b"Host: localhost\r\n"
KINDS: Final = {
    "silent": b"",
    "half a head": b"GET / HTTP/1.1\r\n" + _HOST + b"X-Half: ",
    "half a body": b"POST /auth/login/ HTTP/1.1\r\n"
    + _HOST
    + b"Content-Length: 5000\r\n\r\nlogin=",
    "not reading": b"GET /static/bootstrap/css/bootstrap.css HTTP/1.1\r\n" + _HOST + b"\r\n",
}


def measure() -> Sequence[Result | Skipped]:
    """Return the ratio for each kind of slow clients."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < 2 * CLIENTS:
        return [Skipped("pages among slow clients", f"only {hard} files may be open here")]
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * CLIENTS, hard))
    lines = []
    with TemporaryDirectory() as folder, _served(Path(folder)) as port:
        _pages(port)  # warm
        for kind, text in KINDS.items():
            alone = _pages(port)
            with ExitStack() as held:
                for _ in range(CLIENTS):
                    client = socket.socket()
                    if kind == "not reading":
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    client.connect(("127.0.0.1", port))
                    client.sendall(text)
                    held.enter_context(client)
                _page(port)  # behind what was asked whole
                among = _pages(port)
            detail = f"{CLIENTS} clients; {1e3 * alone:.1f} ms without, {1e3 * among:.1f} ms with"
            lines.append(Result(f"a page, clients {kind}", among / alone, TIMES, "x", detail))
    return lines


def _pages(port: int) -> float:
    return median(_page(port) for _ in range(PAGES))


def _page(port: int) -> float:
    begun = clock()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_HANG)) as connection:
        connection.request("GET", "/offline/", headers={"Host": "localhost"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
    return clock() - begun


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    """Serve a new mall; give the port."""
    url = f"sqlite:///{folder / 'mall.sqlite3'}"
    shutil.copyfile(migrated(), folder / "mall.sqlite3")
    with default_database(url):
        open_for_tests()
        connections["default"].close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = {
        **os.environ,
        "TONGBAO_FILES": str(folder),
        "TONGBAO_ADDRESS": f"http://localhost:{port}",
    }
    command = [sys.executable, "-m", "tongbao", "mall", "serve", "--no-worker"]
    command += ["--port", str(port), "--database", url]
    process = subprocess.Popen(command, env=environment)
    try:
        until = clock() + _HANG
        while clock() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()

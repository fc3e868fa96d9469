"""The web server's connections: many that wait cost little, and none waits for ever.

gunicorn's asyncio worker, with what it leaves open: how long somebody may take to send the head of
a request, how many connections there may be, and what becomes of an answer that nobody reads. Where
there are too many, the one that has waited longest makes room: whoever holds a thousand connections
open pushes out their own.
"""

import asyncio
import os
import resource
from collections.abc import Iterable
from typing import Any, Final

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers.gasgi import ASGIWorker

MOST_CONNECTIONS: Final = 4096
HEAD_SECONDS: Final = 20  # to send the head of a request
CLOSE_SECONDS: Final = 30  # to take the rest of an answer, once the connection ends
_FILES_EACH: Final = 3  # of a connection: its socket, a large request, a large answer
_FILES_BESIDE: Final = 256  # of the process: databases, logs, modules
_BEAT: Final = 1.0  # seconds


def raise_file_limit() -> int:
    """Let this process open as many files as it may; return how many connections these allow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS * _FILES_EACH + _FILES_BESIDE
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST_CONNECTIONS
    return max(16, (soft - _FILES_BESIDE) // _FILES_EACH)


class Connection(ASGIProtocol):  # type: ignore[misc]  # gunicorn has no types
    """A connection that knows since when it waits for the head of a request, or for its end."""

    worker: "Worker"

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401  # asyncio's
        """Make room, and begin."""
        self.since = self.worker.loop.time()
        super().connection_made(transport)
        self.worker.connections.add(self)
        self.worker.make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.worker.connections.discard(self)
        super().connection_lost(exc)

    @property
    def is_waiting(self) -> bool:
        """Whether the head of a request is not there yet."""
        return bool(self._awaiting_request) and not self._request_ready.is_set()

    def end_wait(self) -> None:
        """Close it, where a request has not begun."""
        self._keepalive_timeout()

    def age(self, now: float) -> None:
        """End what waits too long."""
        is_closing = self.transport is None or self.transport.is_closing()
        if not is_closing and not self.is_waiting:
            self.since = now
        elif is_closing and now - self.since > CLOSE_SECONDS and self.transport is not None:
            self.transport.abort()
        elif not is_closing and now - self.since > HEAD_SECONDS:
            self.since = now
            self.end_wait()


class Worker(ASGIWorker):  # type: ignore[misc]  # gunicorn has no types
    """A process of the web server."""

    connections: set[Connection]

    async def _serve(self) -> None:
        """Serve until it is told to stop; then let what was begun be answered."""
        self.connections = set()
        self._most = raise_file_limit()
        for socket in self.sockets:
            self.servers.append(
                await self.loop.create_server(
                    lambda: Connection(self), sock=socket.sock, backlog=self.cfg.backlog
                )
            )
        while self.alive and self.ppid == os.getppid():
            self.notify()
            self._age(list(self.connections))
            await asyncio.sleep(_BEAT)
        for server in self.servers:
            server.close()
        for connection in list(self.connections):
            if connection.is_waiting:
                connection.end_wait()
        await self._shutdown()

    def make_room(self) -> None:
        """Close what has waited longest, where there are more connections than may be."""
        if len(self.connections) > self._most:
            waiting = [one for one in self.connections if one.is_waiting]
            if waiting:
                min(waiting, key=lambda one: one.since).end_wait()

    def _age(self, connections: Iterable[Connection]) -> None:
        now = self.loop.time()
        for connection in connections:
            connection.age(now)

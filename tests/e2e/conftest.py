"""A mall behind a real server, and Debian's Chromium in front of it."""

import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Final

import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.mall.conftest import mall, mall_template
from tests.mall.stage import Mall
from tongbao.mall.people.models import User

__all__ = ["mall", "mall_template"]
SIZES: Final = {"phone": (360, 740), "desktop": (1280, 860)}
MISSING: Final = "Chromium is missing"
BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
PATIENCE_MS: Final = 15_000


class _Quiet(WSGIRequestHandler):
    """Logs nothing; a browser that hangs up is no error."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its parent's word
        pass


class _Server(ThreadedWSGIServer):
    """A thread for each connection; what each opened to the database is closed with it."""

    daemon_threads = True
    block_on_close = False

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]  # socketserver's
        finally:
            connections.close_all()

    def handle_error(self, request: object, client_address: object) -> None:
        with suppress(ConnectionError):  # the browser went on to another page
            super().handle_error(request, client_address)


@dataclass(frozen=True, slots=True)
class Live:
    """A mall with an address: ``live.url + "/wallet/"``; its database is ``live.mall``'s."""

    url: str
    mall: Mall


@pytest.fixture
def live(mall: Mall) -> Iterator[Live]:
    """Serve the test's mall on a free port of the loopback, pages and static files both."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with override_settings(ADDRESS=url, CSRF_TRUSTED_ORIGINS=[url]):
        application = get_wsgi_application()
        server = _Server(("127.0.0.1", port), _Quiet)
        server.set_app(application)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield Live(url, mall)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium once; without it skip, or fail where it is required."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("TONGBAO_TESTS_REQUIRE_CHROMIUM"):
            pytest.fail(f"{MISSING}: apt-get install chromium")
        pytest.skip(f"{MISSING}: apt-get install chromium")
    # Django refuses its database where an event loop runs, and Playwright's runs in this thread.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


BrowserPage = Callable[..., Page]
"""``browser_page(size="phone", language="en", user=None, dark=False, allow="") -> Page``."""


@pytest.fixture
def browser_page(chromium: Browser, live: Live) -> Iterator[BrowserPage]:
    """Open pages of the live mall: a browser profile each, logged in if a user is given.

    At the end of the test no page may have had an error in its console, an uncaught error, or a
    break of the Content-Security-Policy. ``allow`` is a pattern of messages that a test means to
    cause, such as the browser's own line on a 404.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def opened(
        size: str = "phone",
        language: str = "en",
        user: User | None = None,
        *,
        dark: bool = False,
        allow: str = "",
    ) -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            base_url=live.url,
            viewport={"width": width, "height": height},
            locale={"en": "en-GB", "zh-hans": "zh-CN"}[language],
            color_scheme="dark" if dark else "light",
            has_touch=size == "phone",
            is_mobile=size == "phone",
            device_scale_factor=2 if size == "phone" else 1,
            reduced_motion="reduce",
            service_workers="block",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if user is not None:
            client = Client()
            client.force_login(user, BACKEND)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[
                settings.SESSION_COOKIE_NAME
            ].value
        context.add_cookies(
            [{"name": name, "value": value, "url": live.url} for name, value in cookies.items()]
        )
        page = context.new_page()

        def heard(message: ConsoleMessage) -> None:
            bad = message.type == "error" or "Content Security Policy" in message.text
            if bad and not (allow and re.search(allow, message.text)):
                troubles.append(f"{page.url}: {message.text} ({message.location.get('url')})")

        page.on("console", heard)
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)

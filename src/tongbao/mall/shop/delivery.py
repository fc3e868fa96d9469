"""How files and pages travel: small, and files once only.

A file's address carries a mark of its content (``mall.css?v=3f2a…``). With the right mark a
browser keeps it for a year; a file that changed has another address. Nothing is collected or
built for it: each file is read once, when a process first writes its address.

Texts go compressed to whoever takes gzip: scripts and styles, which are the same for everybody,
and pages too. Compressing pages is safe against guessing secrets from their length (BREACH):
Django masks the CSRF token anew in each page, and `GZipMiddleware` adds random bytes to each.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.http import urlencode

_MARK: Final = "v"
_YEAR: Final = 31_536_000  # seconds
_TEXTS: Final = (
    "text/",
    "application/j",
    "application/manifest",
    "image/svg",
)  # j: json, javascript


@lru_cache(maxsize=4096)
def mark(name: str) -> str:
    """Return the mark of a static file's content, "" where there is no such file."""
    found = finders.find(name)
    if not isinstance(found, str) or not Path(found).is_file():
        return ""
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]


class Marked(StaticFilesStorage):
    """Static files whose addresses carry the mark of their content."""

    def url(self, name: str | None) -> str:
        """Return the address of a file."""
        address = super().url(name)
        found = mark(name or "")
        return f"{address}?{urlencode({_MARK: found})}" if found else address


class Delivery(GZipMiddleware):
    """Compresses texts; lets browsers keep the files that are asked for by their marks."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Change the headers, and the content if it is a text."""
        if request.path.startswith(settings.STATIC_URL) and response.status_code == 200:  # noqa: PLR2004  # OK
            name = request.path.removeprefix(settings.STATIC_URL)
            asked = request.GET.get(_MARK, "")
            if asked and asked == mark(name):
                response.headers["Cache-Control"] = f"max-age={_YEAR}, public, immutable"
        kind = response.headers.get("Content-Type", "")
        if request.method == "HEAD" or response.status_code == 304 or not kind.startswith(_TEXTS):  # noqa: PLR2004  # without content
            return response
        if response.streaming and response.status_code != 200:  # noqa: PLR2004  # a slice of a file
            return response
        sent = super().process_response(request, response)
        if sent.streaming and sent.headers.get("Content-Encoding") == "gzip":
            # WhiteNoise would not know its own tag any more; Last-Modified does the same.
            del sent.headers["ETag"]
        return sent

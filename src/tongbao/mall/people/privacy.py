"""What belongs to one person is kept by no browser and no proxy."""

from collections.abc import Callable
from typing import Final

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_OWN: Final = ("/basket/", "/checkout/", "/auth/")
"""What is a visitor's own, logged in or not."""


class Private:
    """Marks with `no-store` whatever is answered to somebody who is logged in, comes or goes.

    A stranger's basket likewise, and pages with an address that is to be confirmed.

    What says itself how long it may be kept (pictures, scripts) stays as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Stand before what answers."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        came = SESSION_KEY in request.session
        answer = self._get_response(request)
        own = came or SESSION_KEY in request.session or request.path_info.startswith(_OWN)
        if (own or request.method not in {"GET", "HEAD"}) and not _is_kept(answer):
            answer.headers["Cache-Control"] = "no-store, private"
        return answer


def _is_kept(answer: HttpResponseBase) -> bool:
    return "public" in answer.headers.get("Cache-Control", "")

"""What belongs to one person is kept by no browser and no proxy."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class Private:
    """Marks with `no-store` whatever is answered to somebody who is logged in, comes or goes.

    What says itself how long it may be kept (pictures, scripts) stays as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Stand before what answers."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        came = SESSION_KEY in request.session
        answer = self._get_response(request)
        asks = request.method not in {"GET", "HEAD"}
        if (came or asks or SESSION_KEY in request.session) and not _is_kept(answer):
            answer.headers["Cache-Control"] = "no-store, private"
        return answer


def _is_kept(answer: HttpResponseBase) -> bool:
    return "public" in answer.headers.get("Cache-Control", "")

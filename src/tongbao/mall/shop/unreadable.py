"""Requests that no text of ours can hold are turned away before anything looks at them.

PostgreSQL takes no NUL in a text. No browser sends one by itself; who does gets the page of a
request that could not be read (400), not that of a fault of ours (500).
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

_NUL: Final = "\0"


class Readable:
    """Refuses NUL in path, query, cookies and form values; after the language is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand before what answers."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, unless path, query or cookies are unreadable."""
        _check((request.path_info, *request.COOKIES.values()))
        for name, values in request.GET.lists():
            _check((name, *values))
        return self._get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        _args: Any,  # noqa: ANN401  # Django's
        _kwargs: Any,  # noqa: ANN401  # Django's
    ) -> None:
        """Look at a form's values, where the CSRF check has read them already.

        What other machines send (views without that check) is theirs to read, as it came.
        """
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            for name, values in request.POST.lists():
                _check((name, *(str(value) for value in values)))


def _check(texts: Iterable[str]) -> None:
    if any(_NUL in text for text in texts):
        raise BadRequest("NUL in a request")

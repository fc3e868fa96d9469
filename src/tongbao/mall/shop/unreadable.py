"""Requests that no text or number of ours can hold are turned away before anything looks at them.

PostgreSQL takes no NUL in a text. No browser sends one by itself; who does gets the page of a
request that could not be read (400), not that of a fault of ours (500). And no row has a number
that its column could not hold: at such an address there is nothing (404).
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

_NUL: Final = "\0"
_LARGEST: Final = 2**63 - 1
_DIGITS: Final = 64  # of a number in an address, leading zeros and all
_KEYS: Final = ("pk", "product_pk")  # of rows, where a pattern gives them as texts


class Readable:
    """Refuses NUL in path, query, cookies and form values, and numbers that no row has.

    It stands after the language is known.
    """

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
        kwargs: dict[str, Any],
    ) -> None:
        """Look at the address's numbers, and at a form's values, which the CSRF check has read.

        What other machines send (views without that check) is theirs to read, as it came.
        """
        for name, value in kwargs.items():
            if not _is_key(name, value):
                raise Http404
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            for name, values in request.POST.lists():
                _check((name, *(str(value) for value in values)))


def _is_key(name: str, value: object) -> bool:
    """Say whether a row can have that number; what is no row's number can be anything."""
    if isinstance(value, str) and name in _KEYS:
        value = int(value) if value.isascii() and value.isdigit() and len(value) < _DIGITS else -1
    return not isinstance(value, int) or 0 <= value <= _LARGEST


def _check(texts: Iterable[str]) -> None:
    if any(_NUL in text for text in texts):
        raise BadRequest("NUL in a request")

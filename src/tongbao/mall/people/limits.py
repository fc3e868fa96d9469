"""How often a code may be asked for: by whom, for which number or address.

Counted are the number (or e-mail address) and where the request comes from, together: whoever
asks for somebody else's number uses up a share of their own, not the owner's. All places together
have a cap, for each text message costs money and bothers its owner; at the cap the page tells the
ways that need no code.

The counts are in the cache that all processes of the mall share (a table of the database, see
`tongbao.site.mall`), under a lock: `cache.add` of a database cache lets one through. Only what is
allowed is counted, so that trying on does not make the wait longer.
"""

import time
from dataclasses import dataclass
from typing import Final, Literal

from allauth.core.exceptions import RateLimited
from allauth.core.internal.ratelimit import cache_lock, get_ip
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from tongbao.mall.people import text_budgets

Kind = Literal["code", "reset"]
"""A code to confirm a number or address; a code to set a new password."""

_DAY: Final = 86_400  # seconds
_APART: Final = 30  # seconds between two from one place
_FROM_ONE: Final = 5  # a day
_FROM_ALL: Final[dict[Kind, int]] = {"code": 20, "reset": 10}  # a day


@dataclass(frozen=True, slots=True)
class Wait:
    """How many seconds to wait; whether the cap of all places together is why."""

    seconds: int
    is_cap: bool = False


class TooOften(RateLimited):
    """Somebody asks again too soon for a code to ``contact``."""

    def __init__(self, kind: Kind, contact: str, wait: Wait) -> None:
        """Say of what, and until when."""
        super().__init__(f"{kind}: {wait.seconds} s")
        self.kind = kind
        self.contact = contact
        self.wait = wait


def count(request: HttpRequest, kind: Kind, contact: str) -> None:
    """Note that a code to a number or address is asked for, before it is sent.

    A text message to a number counts for its budgets as well, see `text_budgets`.

    Raises:
        TooOften: it may not be sent now.
        TextsSpent: no text messages are sent any more today.
        ValidationError: no text messages are sent to that country.
    """
    key = f"limits:{kind}:{_hidden(contact.lower())}"
    place = _hidden(get_ip(request))
    with cache_lock(key) as is_ours:
        if not is_ours:  # somebody asks for it at this very moment
            raise TooOften(kind, contact, Wait(_APART))
        now = time.time()
        seen = [(at, where) for at, where in cache.get(key, []) if at > now - _DAY]
        wait = _wait(seen, place, now, _FROM_ALL[kind])
        if wait is not None:
            raise TooOften(kind, contact, wait)
        if "@" not in contact:
            text_budgets.take(request, contact)
        cache.set(key, [*seen, (now, place)], _DAY)


def _wait(seen: list[tuple[float, str]], place: str, now: float, cap: int) -> Wait | None:
    mine = [at for at, where in seen if where == place]
    if len(mine) >= _FROM_ONE:
        return Wait(_whole(mine[-_FROM_ONE] + _DAY - now))
    if mine and mine[-1] + _APART > now:
        return Wait(_whole(mine[-1] + _APART - now))
    if len(seen) >= cap:
        return Wait(_whole(seen[-cap][0] + _DAY - now), is_cap=True)
    return None


def _whole(seconds: float) -> int:
    return max(1, int(seconds) + 1)


def _hidden(text: str) -> str:
    return salted_hmac("people.limits", text, algorithm="sha256").hexdigest()[:32]

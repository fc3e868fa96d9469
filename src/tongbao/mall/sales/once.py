"""Posts that change only what belongs to a session: the same one twice does its work once.

What moves money does not rely on this: there the ids of commands come from what is done.
"""

from typing import Final

from django.http import HttpRequest

_KEY: Final = "posts_taken"
_REMEMBERED: Final = 20


def taken(request: HttpRequest) -> bool:
    """Say whether the post with this token (``{% once %}``) was taken before, and remember it."""
    token = request.POST.get("once", "")[:64]
    if not token:
        return False
    seen: list[str] = request.session.get(_KEY, [])
    if token in seen:
        return True
    request.session[_KEY] = [*seen, token][-_REMEMBERED:]
    return False

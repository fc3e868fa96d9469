"""Who sees what in the dashboard's menu."""

from collections.abc import Mapping, Sequence

from tongbao.mall.people.models import User
from tongbao.mall.people.roles import is_operator


def may_see(
    user: User,
    url_name: str | None,
    url_args: Sequence[object] | None = None,
    url_kwargs: Mapping[str, object] | None = None,
) -> bool:
    """Say whether a user sees an entry: operators see all, everybody else none."""
    del url_name, url_args, url_kwargs
    return is_operator(user)

"""Who sees what in the dashboard's menu."""

from collections.abc import Mapping, Sequence

from oscar.apps.dashboard.nav import default_access_fn

from tongbao.mall.people.models import User


def may_see(
    user: User,
    url_name: str | None,
    url_args: Sequence[object] | None = None,
    url_kwargs: Mapping[str, object] | None = None,
) -> bool:
    """Say whether a user sees an entry; those that lead out of the dashboard are the operators'."""
    if url_name is not None and not url_name.startswith("dashboard:"):
        return bool(user.is_staff)
    return bool(default_access_fn(user, url_name, url_args, url_kwargs))

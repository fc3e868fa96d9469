"""Whoever has left: which numbers and meters they topped up is erased."""

from typing import Final

from tongbao.mall.people.models import User
from tongbao.mall.services.models import SandboxTopup, Topup

_ENDED: Final = (Topup.State.DONE, Topup.State.RETURNED)


def erase(user: User) -> None:
    """Forget what was topped up; not while it is under way."""
    ended = Topup.objects.filter(part__sale__user=user, state__in=_ENDED).exclude(target="")
    SandboxTopup.objects.filter(pk__in=ended.values("pk")).update(target="")
    ended.update(target="")

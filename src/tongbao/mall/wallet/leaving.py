"""Whoever wants to leave: whether a withdrawal is under way, and what is erased of those before."""

from typing import Final

from django.db.models import Q

from tongbao.mall.people.models import User
from tongbao.mall.wallet.models import Withdrawal

_STATE: Final = Withdrawal.State
_OPEN: Final = Q(state__in=[_STATE.REQUESTED, _STATE.SETTLED, _STATE.PAYING]) | Q(
    state=_STATE.FAILED, returned_at=None
)
"""Not paid out yet, or coming back."""


def is_open(user: User) -> bool:
    """Say whether one was not paid out yet, or comes back."""
    return Withdrawal.objects.filter(_OPEN, user=user).exists()


def erase(user: User) -> None:
    """Forget to whose account somebody's withdrawals went; not of those that are under way."""
    ended = Withdrawal.objects.filter(user=user).exclude(_OPEN)
    ended.exclude(holder="", number="", why="").update(holder="", number="", why="")

"""Whether somebody who wants to leave still waits for a withdrawal."""

from django.db.models import Q

from tongbao.mall.people.models import User
from tongbao.mall.wallet.models import Withdrawal


def is_open(user: User) -> bool:
    """Say whether one was not paid out yet, or comes back."""
    state = Withdrawal.State
    waiting = Q(state__in=[state.REQUESTED, state.SETTLED, state.PAYING])
    coming_back = Q(state=state.FAILED, returned_at=None)
    return Withdrawal.objects.filter(waiting | coming_back, user=user).exists()

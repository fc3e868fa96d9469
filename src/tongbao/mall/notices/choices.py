"""Which messages somebody wants, and where."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from tongbao.mall.notices.models import Choice, Notice
from tongbao.mall.notices.tell import LEGAL, Kind
from tongbao.mall.people.models import User


class Wanted(NamedTuple):
    """Where a kind of messages is wanted; ``is_legal`` ones are always sent."""

    kind: Kind
    in_mall: bool
    by_mail: bool
    is_legal: bool


def wanted(user: User) -> list[Wanted]:
    """Return what somebody wants of each kind, in the order of `Kind`; everything at first."""
    chosen = {choice.kind: choice for choice in Choice.objects.filter(user=user)}
    found = []
    for kind in Kind:
        choice = None if kind in LEGAL else chosen.get(kind)
        in_mall, by_mail = (True, True) if choice is None else (choice.in_mall, choice.by_mail)
        found.append(Wanted(kind, in_mall, by_mail, kind in LEGAL))
    return found


def choose(
    user: User,
    in_mall: Collection[str],
    by_mail: Collection[str],
    offered: Iterable[Kind] = tuple(Kind),
) -> None:
    """Keep which of the offered kinds somebody wants in the mall and by e-mail; not legal ones."""
    with transaction.atomic():
        for kind in offered:
            if kind not in LEGAL:
                Choice.objects.update_or_create(
                    user=user,
                    kind=str(kind),
                    defaults={"in_mall": kind in in_mall, "by_mail": kind in by_mail},
                )


def shown(user: User) -> QuerySet[Notice]:
    """Return somebody's messages, the newest first, without the kinds not wanted in the mall."""
    unwanted = Choice.objects.filter(user=user, in_mall=False).values("kind")
    hidden = Q(kind__in=unwanted) & ~Q(kind__in=[str(kind) for kind in LEGAL])
    return Notice.objects.filter(user=user).exclude(hidden).order_by("-id")


def unread(user: User) -> int:
    """Return how many messages somebody has not seen."""
    return shown(user).filter(read_at=None).count()


def refused_by_mail(notices: Iterable[Notice]) -> AbstractSet[tuple[int, str]]:
    """Return by user and kind which of these may not go by e-mail."""
    found = Choice.objects.filter(
        by_mail=False, user__in={notice.user_id for notice in notices}
    ).exclude(kind__in=[str(kind) for kind in LEGAL])
    return set(found.values_list("user", "kind"))

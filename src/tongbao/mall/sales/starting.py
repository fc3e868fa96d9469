"""Where a comparison starts: at the last one in which nothing was found.

Kept are the journal's number and hash and the moment, each as it was before that comparison read
anything, and written after it had read everything: what an interrupted one, or one that found
something, has read is read again. A day's margin covers transactions that were open meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongbao.ledger.export import hash_at
from tongbao.ledger.statements import walk
from tongbao.mall.sales.findings import Finding, Kind
from tongbao.mall.sales.models import Compared
from tongbao.mall.shop.models import Shop

_MARGIN: Final = timedelta(days=1)
_STEP: Final = 200
_ONLY: Final = 1


@dataclass(frozen=True, slots=True)
class Since:
    """A place in the journal, and from which moment on the rows are read."""

    number: int = -1
    moment: datetime | None = None

    def rows(
        self, shop: Shop, rows: "QuerySet[Any]", times: tuple[str, ...], number: str
    ) -> Iterator[list[Any]]:
        """Yield rows by their keys, a few at a time: all, or what has come since.

        That is whatever has one of the ``times`` since then, and whatever is of a sale (its
        ``number`` is that field) that new entries of the mall's own account name.
        """
        if self.moment is None:
            yield from _steps(rows)
            return
        recent = Q()
        for name in times:
            recent |= Q(**{f"{name}__gte": self.moment})
        yield from _steps(rows.filter(recent))
        names = sorted(self._named(shop))
        for start in range(0, len(names), _STEP):
            some = rows.filter(**{f"{number}__in": names[start : start + _STEP]})
            yield from _steps(some.exclude(recent))

    def _named(self, shop: Shop) -> set[str]:
        """Return whatever may be a sale's number in the ids of new entries."""
        found: set[str] = set()
        for command_id in {
            one.command_id for one in walk(shop.ledger, shop.account, after=self.number)
        }:
            words = command_id.split("-")
            found.update("-".join(words[:end]) for end in range(1, len(words)))
        return found


def last() -> Compared | None:
    """Return where the last comparison stood in which nothing was found."""
    return Compared.objects.filter(pk=_ONLY).first()


def since(point: Compared) -> Since:
    """Return what a comparison from that point on reads."""
    return Since(point.number, point.at - _MARGIN)


def here(shop: Shop) -> Compared | None:
    """Return where the journal stands now, not saved; None while it has no entry."""
    at, number = timezone.now(), shop.ledger.standing().number
    digest = hash_at(shop.ledger.program_id, number, using=shop.ledger.using)
    return None if digest is None else Compared(pk=_ONLY, number=number, hash=digest, at=at)


def check(shop: Shop, point: Compared) -> Iterator[Finding]:
    """Tell if the journal is another one than it was at that point."""
    if hash_at(shop.ledger.program_id, point.number, using=shop.ledger.using) != point.hash:
        yield Finding(Kind.JOURNAL_CHANGED, str(point.number))


def _steps(rows: "QuerySet[Any]") -> Iterator[list[Any]]:
    last = 0
    while step := list(rows.filter(pk__gt=last).order_by("pk")[:_STEP]):
        yield step
        last = step[-1].pk

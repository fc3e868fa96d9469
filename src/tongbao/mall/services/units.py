"""A part's vouchers and top-ups, unit by unit: what of them could come back, and what goes back.

A return takes units: those that its lines say, or all of them where it is about all that is left.
They are taken when it is approved, in the same transaction, so that none is used or handed in
afterwards. By an amount only goods come back, and what was had already, if the merchant chooses so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongbao.mall.sales import leftover
from tongbao.mall.sales.goods import Units
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.refusals import NotNow, Why
from tongbao.mall.services.models import Topup, Voucher

Unit = Voucher | Topup

_OFFERED: Final = frozenset({Voucher.State.ISSUED, Topup.State.WAITING})
_OWED: Final = frozenset({Voucher.State.RETURNING, Topup.State.FAILED})
_HAD: Final = frozenset({Voucher.State.USED, Topup.State.DONE})
_WAIT: Final = _("A top-up of this order is in progress. Wait for its result, then try again.")
_GONE: Final = _(
    "A voucher or top-up of this return was used or delivered meanwhile, so it cannot come back. "
    "Refuse the return; the shopper can request a return of the rest."
)
_BY_UNIT: Final = _(
    "This amount would cover vouchers or top-ups that can still be used. They are returned one by "
    "one, not by amount. Refuse the return; the shopper can request them by number."
)


class NotThese(NotNow):
    """The units that a return is about cannot come back as things stand."""

    def __init__(self, words: str | Promise) -> None:
        """Keep what to tell."""
        self.words = words
        super().__init__(Why.REFUSED)

    def __str__(self) -> str:
        return str(self.words)


def of_lines(part: Part) -> Mapping[int, Units]:
    """Return by order line what of a part's vouchers and top-ups could come back, and what not."""
    lines: dict[int, list[Unit]] = {}
    for one in _all(part):
        lines.setdefault(one.line_id, []).append(one)
    return {line: _summed(found) for line, found in lines.items()}


def concerned(return_: Return) -> list[Unit]:
    """Return the units that a return took; of one that is asked for, those it would take."""
    taken = [one for one in _all(return_.part) if one.payback_id == return_.pk]
    if taken or return_.state != Return.State.ASKED:
        return taken
    return _chosen(return_, _open(return_.part))[0]


def had(part: Part) -> list[Unit]:
    """Return the units that were used or delivered."""
    return [one for one in _all(part) if one.state in _HAD]


def on_approving(return_: Return) -> None:
    """Take the units that a return brings back; in the transaction that approves it.

    Raises:
        NotThese: one of them is under way or was had meanwhile, or it is by an amount that would
            cover some that can still be used.
    """
    part = return_.part
    if any(one.payback_id == return_.pk for one in _all(part)):
        return  # approved before, and the ledger refused it then
    there = _open(part)
    chosen, missing = _chosen(return_, there)
    sent = {one.line_id for one in there if one.state == Topup.State.SENT}
    if any(one.state == Topup.State.SENT for one in chosen) or sent & missing:
        raise NotThese(_WAIT)
    if missing:
        raise NotThese(_GONE)
    left = leftover.left(part).tenders.total_minor
    others = sum(one.worth_minor for one in there) - sum(one.worth_minor for one in chosen)
    if chosen or others:
        if return_.amount_minor > left - others:
            raise NotThese(_BY_UNIT)
        _take(return_, chosen)


def on_undone(return_: Return) -> None:
    """Let units be had again that a cancellation had taken and the ledger did not accept."""
    Voucher.objects.filter(payback=return_, state=Voucher.State.RETURNING).update(
        state=Voucher.State.ISSUED, why="", ended_at=None, payback=None
    )
    Topup.objects.filter(payback=return_, state=Topup.State.FAILED).update(
        state=Topup.State.WAITING,
        why="",
        decided_at=None,
        next_at=timezone.now(),
        payback=None,
    )


def lines_of_units(units: Iterable[Unit]) -> dict[str, int]:
    """Return how many of each line, as a return keeps it."""
    return dict(Counter(str(one.line_id) for one in units))


def _take(return_: Return, chosen: Iterable[Unit]) -> None:
    now = timezone.now()
    for one in chosen:
        one.payback = return_
        if isinstance(one, Voucher):
            if one.state == Voucher.State.ISSUED:
                one.state, one.why, one.ended_at = Voucher.State.RETURNING, "returned", now
            one.save(update_fields=["state", "why", "ended_at", "payback"])
        else:
            if one.state == Topup.State.WAITING:
                one.state, one.why, one.decided_at = Topup.State.FAILED, "returned", now
                one.next_at = None
            one.save(update_fields=["state", "why", "decided_at", "next_at", "payback"])


def _chosen(return_: Return, there: list[Unit]) -> tuple[list[Unit], set[int]]:
    """Return the open units that a return is about, and the lines of which there are too few."""
    if not return_.lines:
        is_whole = return_.amount_minor == leftover.left(return_.part).tenders.total_minor
        return (list(there) if is_whole else []), set()
    services = {one.line_id for one in _all(return_.part)}
    chosen: list[Unit] = []
    missing = set()
    for line, count in ((int(pk), int(count)) for pk, count in return_.lines.items()):
        found = [one for one in there if one.line_id == line and one.state != Topup.State.SENT]
        chosen += found[:count]
        if line in services and len(found) < count:
            missing.add(line)
    return chosen, missing


def _open(part: Part) -> list[Unit]:
    """Return the units that were neither had nor paid back: first what is owed, then the last."""
    found = [
        one
        for one in _all(part)
        if one.payback_id is None
        and (one.state in _OFFERED or one.state in _OWED or one.state == Topup.State.SENT)
    ]
    return sorted(found, key=lambda one: (one.line_id, one.state not in _OWED, -one.unit))


def _summed(units: list[Unit]) -> Units:
    offered = sorted((one for one in units if one.state in _OFFERED), key=lambda one: -one.unit)
    under_way = [
        one
        for one in units
        if one.payback_id is None and (one.state in _OWED or one.state == Topup.State.SENT)
    ]
    had_ones = [one for one in units if one.state in _HAD]
    return Units(
        worths=tuple(one.worth_minor for one in offered),
        back=sum(one.state in _OWED or one.state == Voucher.State.RETURNED for one in units),
        under_way_minor=sum(one.worth_minor for one in under_way),
        had_minor=sum(one.worth_minor for one in had_ones),
    )


def _all(part: Part) -> list[Unit]:
    return [*part.vouchers.all(), *part.topups.all()]

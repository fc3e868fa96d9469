"""The mall's worker: the ledger's, and what the mall itself has to do by and by.

A demo that rested for long closes all the days that ended meanwhile; a real mall asks somebody
first (`tongbao worker --once --catch-up`), for its clock may be wrong.

What fails is written to the log and tried again; nothing holds up anything else. Several workers
do no harm: every duty is safe to be done twice.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import FrameType
from typing import Final

from django.db import close_old_connections

from tongbao.ledger import versions
from tongbao.ledger.logs import configure, event, failure
from tongbao.ledger.worker import Stop, Worker
from tongbao.mall.demo.marker import is_demo
from tongbao.mall.notices import follow, mailing
from tongbao.mall.paying import charges
from tongbao.mall.people import leaving
from tongbao.mall.sales import cancelling, receiving, settling
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.sales.terms import lengthen_notice
from tongbao.mall.services import topups, vouchers
from tongbao.mall.shop.models import the_shop
from tongbao.mall.wallet import withdrawals

_LOG: Final = logging.getLogger("tongbao.mall.worker")
_SHORT: Final = 5.0
_LONG: Final = 60.0
_SLICE: Final = 0.5

Work = Callable[[datetime], object]


@dataclass(slots=True)
class Duty:
    """Something to do every so many seconds, or once a day of the mall's zone (None)."""

    name: str
    work: Work
    every: float | None
    due: float = 0.0
    done_on: date | None = None

    def is_due(self, now: datetime, ticks: float) -> bool:
        """Say whether it is time, by the clock or by the day."""
        return ticks >= self.due and (self.every is not None or self.done_on != _today(now))

    def note(self, now: datetime, ticks: float, *, went_well: bool) -> None:
        """Remember that it was tried; what failed is tried again in a while."""
        self.due = ticks + (_LONG if self.every is None or not went_well else self.every)
        if went_well:
            self.done_on = _today(now)


def duties() -> list[Duty]:
    """Return what there is to do, in the order in which it is done."""
    return [
        Duty("send_refunds", lambda _: charges.send_refunds(), _SHORT),
        Duty("expire_unpaid", cancelling.expire_due, _LONG),
        Duty("topups", _topups, _SHORT),
        Duty("vouchers", vouchers.advance, _LONG),
        Duty("receive", receiving.receive_overdue, _LONG),
        Duty("settle_sales", settling.settle_due, _SHORT),
        Duty("mails", mailing.send, _SHORT),
        Duty("withdrawals", withdrawals.reconcile, _SHORT),
        Duty("reconcile", _reconcile, None),
        Duty("erase", leaving.erase_the_rest, None),
        Duty("notice", lambda _: lengthen_notice(the_shop()), None),
        Duty("tell", _Teller().tell, _LONG),
    ]


class _Teller:
    """Tells members of a day once it is closed, and not every minute: it goes through all of them."""

    def __init__(self) -> None:
        self._told: tuple[str, int] | None = None

    def tell(self, now: datetime) -> None:
        """Tell whatever came with a newly closed day or a plan newly announced."""
        shop = the_shop()
        news = (shop.ledger.standing().figures.last_day, len(versions.history(shop.program)))
        if news != self._told:
            follow.tell_nightly(shop, now)
            self._told = news


def once() -> int:
    """Do all that is due now; return how much failed."""
    configure("text")
    ledger = Worker(receivers=(follow.Exits(),), catch_up=is_demo())
    ledger.once()
    failed = round_of(duties())
    ledger.once()
    return failed + ledger.failures


def run(parent: int | None = None) -> None:
    """Work until SIGTERM or SIGINT; or, given its process id, until that parent is gone."""
    configure("text")
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _asks(stop))
    mall = threading.Thread(target=_go_on, args=(stop, parent), name="mall-duties")
    mall.start()
    Worker(receivers=(follow.Exits(),), catch_up=is_demo()).run(stop)
    mall.join()


def round_of(those: Sequence[Duty]) -> int:
    """Do what is due of these; return how much failed."""
    failed = 0
    for duty in those:
        now, ticks = datetime.now(UTC), time.monotonic()
        if not duty.is_due(now, ticks):
            continue
        went_well = True
        try:
            duty.work(now)
        except Exception as error:  # noqa: BLE001  # one duty's trouble is not the others'
            failure(_LOG, f"{duty.name}_failed", error)
            failed, went_well = failed + 1, False
        duty.note(now, ticks, went_well=went_well)
    return failed


def _go_on(stop: Stop, parent: int | None) -> None:
    those = duties()
    while not stop():
        close_old_connections()
        round_of(those)
        stop.wait(_SLICE)
        if parent is not None and os.getppid() != parent:
            stop.ask()


def _reconcile(now: datetime) -> None:
    left = [finding for finding in reconcile(now) if not finding.is_repaired]
    if left:
        advice = "tongbao mall reconcile"
        event(_LOG, "to_look_at", level=logging.WARNING, number=len(left), advice=advice)


def _topups(now: datetime) -> None:
    topups.advance(now)


def _today(now: datetime) -> date:
    return now.astimezone(the_shop().zone).date()


def _asks(stop: Stop) -> Callable[[int, FrameType | None], None]:
    def asked(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.ask()

    return asked

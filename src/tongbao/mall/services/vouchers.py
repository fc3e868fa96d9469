"""Vouchers: issued when paid, used once at the merchant's, given back unused."""

import logging
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from tongbao.ledger.logs import failure
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Part
from tongbao.mall.sales.states import locked_part
from tongbao.mall.services import codes, paybacks
from tongbao.mall.services.completing import complete
from tongbao.mall.services.kinds import valid_for
from tongbao.mall.services.models import Voucher

_LOG: Final = logging.getLogger("tongbao.mall.services")


class NotUsable(Exception):
    """The voucher cannot be used or given back any more; ``voucher`` is as it stands now."""

    def __init__(self, voucher: Voucher) -> None:
        super().__init__(f"Voucher {voucher.pk} is {voucher.state}.")
        self.voucher = voucher


def issue(part: Part, line: Any, worths: list[int], local: datetime) -> None:  # noqa: ANN401  # of Oscar or Django, without types
    """Issue a line's vouchers, one for each unit; in the transaction that notes the payment.

    ``local`` is now in the mall's zone: a voucher is good until the end of its last day there.
    """
    until = (local + valid_for(line.product)).replace(hour=23, minute=59, second=59, microsecond=0)
    for unit, worth in enumerate(worths, start=1):
        Voucher.objects.get_or_create(
            line=line,
            unit=unit,
            defaults={
                "part": part,
                "code": codes.fresh(),
                "title": line.title,
                "worth_minor": worth,
                "expires_at": until,
            },
        )


def presented(merchant: Merchant, text: str) -> Voucher | None:
    """Return the merchant's own voucher with that code, None where there is none.

    Another merchant's code is answered like one that nobody has.
    """
    code = codes.read(text)
    if code is None:
        return None
    found = Voucher.objects.select_related("part__sale__user", "used_by", "line__product")
    return found.filter(code=code, part__merchant=merchant).first()


def use(voucher: Voucher, by: User, now: datetime | None = None) -> Voucher:
    """Use a voucher, for ``by`` of the merchant's staff; exactly one caller ever succeeds.

    Raises:
        NotUsable: it was used, has expired, or goes back.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        part = locked_part(voucher.part_id)  # before the voucher, as everybody locks
        locked = Voucher.objects.select_for_update().get(pk=voucher.pk)
        ended = part.state in {Part.State.RETURNED, Part.State.CANCELLED}
        if locked.state != Voucher.State.ISSUED or ended or locked.expires_at <= moment:
            raise NotUsable(locked)
        locked.state, locked.used_by, locked.ended_at = Voucher.State.USED, by, moment
        locked.save(update_fields=["state", "used_by", "ended_at"])
        facts = {"sale": part.sale.number, "state": "used"}
        tell(part.sale.user, Kind.VOUCHER, f"{locked.pk}-used", facts)
        complete(part)
    return locked


def give_back(voucher: Voucher, why: str, now: datetime | None = None) -> Voucher:
    """Take an unused voucher back; from here on it cannot be used, and its money is owed.

    Raises:
        NotUsable: it was used, or goes back already.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        part = locked_part(voucher.part_id)
        locked = Voucher.objects.select_for_update().get(pk=voucher.pk)
        if locked.state != Voucher.State.ISSUED:
            raise NotUsable(locked)
        locked.state, locked.why, locked.ended_at = Voucher.State.RETURNING, why, moment
        locked.save(update_fields=["state", "why", "ended_at"])
        facts = {"sale": part.sale.number, "state": why}
        tell(part.sale.user, Kind.VOUCHER, f"{locked.pk}-{why}", facts)
    return locked


def advance(now: datetime) -> int:
    """Take back what has expired unused, and pay back what is owed; return how many expired.

    For the worker, again and again; not in a transaction.
    """
    due = Voucher.objects.filter(state=Voucher.State.ISSUED, expires_at__lte=now)
    count = 0
    for voucher in due.order_by("expires_at", "pk"):
        try:
            give_back(voucher, "expired", now)
        except NotUsable:
            continue  # somebody was faster
        except Exception as error:  # noqa: BLE001  # told in the log; it is due still
            failure(_LOG, "voucher_failed", error, number=voucher.pk)
            continue
        count += 1
    owed = Part.objects.filter(vouchers__state=Voucher.State.RETURNING).select_related("sale")
    paybacks.pay_back_all(owed.distinct())
    return count

"""Paying back what a part's vouchers and top-ups did not bring.

The return is written down and approved in the same transaction that notes whose money it is, and
carried out after it. Whatever stops in between is gone on with at the next call; nothing is paid
twice, for a voucher or top-up with a ``payback`` never gets another.
"""

import logging
from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from tongbao.ledger.logs import failure
from tongbao.ledger.values import LedgerError
from tongbao.mall.sales import returns
from tongbao.mall.sales.leftover import left
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.refusals import NotNow, Why
from tongbao.mall.sales.settlement import OPEN
from tongbao.mall.sales.states import locked_part
from tongbao.mall.services.completing import complete
from tongbao.mall.services.models import Topup, Voucher
from tongbao.mall.services.units import lines_of_units

ASKED: Final = "asked"
"""Why a voucher goes back, where the shopper wished it."""
_LOG: Final = logging.getLogger("tongbao.mall.services")


def pay_back(part: Part) -> bool:
    """Pay back what is owed for a part; return whether nothing is owed any more.

    Not in a transaction; any number of times. What cannot be done now (another return of the part
    is open, the ledger does not answer) stays owed, with a line in the log.
    """
    try:
        _go_on(part)
        while _write(part):
            _go_on(part)
    except (NotNow, LedgerError) as error:
        _LOG.warning("payback_waits", extra={"sale": part.sale.number, "why": str(error)})
    return not _owed(part)


def pay_back_all(parts: Iterable[Part]) -> None:
    """Pay back what is owed for each of these parts; one that fails holds up no other."""
    for part in parts:
        try:
            pay_back(part)
        except Exception as error:  # noqa: BLE001  # told in the log; it is owed still
            failure(_LOG, "payback_failed", error, number=part.pk)


def close(return_: Return) -> None:
    """Note that a return was carried out, with those whose money it was; in its transaction."""
    Voucher.objects.filter(payback=return_, state=Voucher.State.RETURNING).update(
        state=Voucher.State.RETURNED
    )
    Topup.objects.filter(payback=return_, state=Topup.State.FAILED).update(
        state=Topup.State.RETURNED
    )


def _go_on(part: Part) -> None:
    for going in Return.objects.filter(pk__in=_going(part)).order_by("pk"):
        if going.state == Return.State.ASKED:  # the ledger had not accepted it
            returns.approve(going, None, returns.quote(part, going.amount_minor))
        else:
            returns.finish(going.pk)


def _write(part: Part) -> bool:
    """Approve one return of what is owed for a part and was not written down yet; none: False.

    What was paid in points comes back less the goods fee, as with any return of the shopper's
    (`ways_back`): whether a voucher expired or was given back, a top-up was refused or its number
    is none.

    Raises:
        NotNow: another return is open. What it takes is not known yet, so all stays owed.
    """
    with transaction.atomic():
        row = locked_part(part.pk)
        vouchers = Voucher.objects.filter(part=row, state=Voucher.State.RETURNING, payback=None)
        topups = Topup.objects.filter(part=row, state=Topup.State.FAILED, payback=None)
        found: list[Voucher | Topup] = [*vouchers, *topups]
        if not found:
            return False
        if row.returns.filter(state__in=OPEN).exists():
            raise NotNow(Why.OPEN_RETURN)
        # Of what is really back: more than all of it is never paid back.
        amount = min(sum(one.worth_minor for one in found), left(row).tenders.total_minor)
        if amount == 0:  # nothing was paid for it, or returns that are done brought back all
            vouchers.update(state=Voucher.State.RETURNED)
            topups.update(state=Topup.State.RETURNED)
            complete(row)
            return True
        with translation.override(row.sale.user.language or None):
            reason = _("The top-up failed.") if topups else _("The voucher was not used.")
        lines = lines_of_units(found)
        written = returns.automatic(row, amount, reason, lines)
        # The part is locked, so these are the same rows still.
        vouchers.update(payback=written)
        topups.update(payback=written)
        if written.state == Return.State.DONE:  # nothing of it was paid inside the ledger
            close(written)
            complete(row)
        return True


def _going(part: Part) -> set[int]:
    unfinished = Voucher.objects.filter(part=part, state=Voucher.State.RETURNING)
    failed = Topup.objects.filter(part=part, state=Topup.State.FAILED)
    return set(
        Return.objects.filter(Q(vouchers__in=unfinished) | Q(topups__in=failed)).values_list(
            "pk", flat=True
        )
    )


def _owed(part: Part) -> bool:
    return (
        Voucher.objects.filter(part=part, state=Voucher.State.RETURNING).exists()
        or Topup.objects.filter(part=part, state=Topup.State.FAILED).exists()
    )

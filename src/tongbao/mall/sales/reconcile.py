"""The reconciler: goes on with what a crash left, and compares orders, payments and journal.

Every step is a transaction, or a call of the ledger or of a provider that counts once under its
id. So a crash is between two of these, and this is all that it can leave:

| it stopped after | what is there then | who goes on |
| --- | --- | --- |
| the order's commit, nothing paid outside | pending, its group in the inbox | `paid.finish` |
| … with a provider's part, not started there | pending, charge started | `expire_due` |
| … started or paid there, no callback taken | pending, charge started | `charges.ask` |
| the charge's decision: confirmed | pending, group in the inbox | `paid.finish` |
| the charge's decision: failed | pending, to be paid again | `expire_due` |
| … of a payment in person | cancelled | – |
| another attempt's commit, not started there | pending, charge started | `expire_due` |
| an earlier attempt was paid, no callback taken | pending or paid, charge failed | `charges.ask` |
| the ledger took or refused the group | pending, outcome known | `paid.finish` |
| the sale's commit as cancelled | wanted refund | `charges.send_refunds` |
| a paid sale's cancellation | group in the inbox, wanted refund | `ending.give_back` |
| the ledger took that group | cancelled, ``back_at`` missing | `ending.give_back` |
| `settlement.begin` | ``settling_at``, group in the inbox | `settlement.finish` |
| the ledger took or refused it | ``settling_at``, outcome known | `settlement.finish` |
| a return's approval | approved, group in the inbox | `returns.finish` |
| the ledger took or refused it | approved, outcome known | `returns.finish` |
| the return's commit as done | wanted refund | `charges.send_refunds` |
| the provider did a refund | wanted refund | `charges.send_refunds`, same id |
| a refused refund is to go into the wallet | deposit in the inbox | `refused.finish` |

What it can only tell is in `comparing`. A second run right after finds nothing but what was told.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from tongbao.ledger.values import LedgerError
from tongbao.mall.paying import charges, refused
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.sales import cancelling, comparing, ending, paid, returns, settlement, settling
from tongbao.mall.sales.findings import Did, Finding, Kind, whatever
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.refusals import NotNow, Refused

__all__ = ["Did", "Finding", "Kind", "reconcile"]

_LOG: Final = logging.getLogger("tongbao.mall.sales")
_TROUBLE: Final = (NotNow, LedgerError, PayingError)
_REFUNDS: Final = 1000


def reconcile(now: datetime, *, everything: bool = False) -> list[Finding]:
    """Go on with everything that was left, compare, and return what was found, in that order.

    Not inside a transaction. One thing that cannot be gone on with, for whatever reason, holds up
    no other: it is found, with nothing done, and the log has the reason. What was compared when
    nothing was found is compared again only with ``everything``.
    """
    return [*_repaired(now), *comparing.compared(now, everything=everything)]


def _repaired(now: datetime) -> Iterator[Finding]:
    pending = Sale.objects.filter(state=Sale.State.PENDING)
    owing = Sale.objects.filter(
        state=Sale.State.CANCELLED, paid_at__isnull=False, back_at__isnull=True
    )
    begun = Part.objects.filter(settling_at__isnull=False).select_related("sale", "merchant")
    approved = Return.objects.filter(state=Return.State.APPROVED).select_related("part__sale")
    yield from _each(Kind.PAYMENT, charges.to_ask(now), _ask)
    yield from _each(Kind.BOOKING, pending.order_by("created_at"), _book)
    yield from whatever("expired", lambda: _expired(now))
    yield from _each(Kind.GIVING_BACK, owing.order_by("cancelled_at"), _give_back)
    yield from _each(Kind.SETTLEMENT, begun.order_by("settling_at"), _settle)
    yield from _each(Kind.RETURN, approved.order_by("decided_at"), _carry_out)
    yield from whatever("refunds", _refunds)
    yield from _each(Kind.REFUND, refused.unfinished(), _into_wallet)
    yield from whatever("due", lambda: _due(now))


def _each(
    kind: Kind, rows: "QuerySet[Any]", go_on: Callable[[Any], Did | None]
) -> Iterator[Finding]:
    """Go on with each of these; what could not be gone on with is found all the same."""
    for row in list(rows):
        try:
            did = go_on(row)
        except _TROUBLE as error:
            _LOG.warning("reconcile_waits", extra={"kind": str(kind), "why": type(error).__name__})
            did = Did.NOTHING
        except Exception:  # noqa: BLE001  # told in the log, with its trace
            _LOG.exception("reconcile_failed", extra={"kind": str(kind)})
            did = Did.NOTHING
        if did is not None:
            yield Finding(kind, _subject(row), did)


def _subject(row: Any) -> str:  # noqa: ANN401  # a row of any kind
    match row:
        case Sale():
            return row.number
        case Part():
            return row.base_id
        case ChargeRefund():
            return row.key
        case Return():
            return returns.base_id(row)
    return str(row.pk)


def _ask(charge: Charge) -> Did | None:
    """Ask the provider about a charge that may still be paid; None where nothing is new."""
    before = Charge.objects.get(pk=charge.pk)  # another attempt's answer may have decided it
    after = charges.ask(charge)
    is_new = (after.state, after.trouble) != (before.state, before.trouble)
    return Did.FINISHED if is_new else None


def _book(sale: Sale) -> Did | None:
    """Book what was paid; None while nothing was."""
    after = paid.finish(sale)
    if after.state == Sale.State.PENDING:
        return Did.NOTHING if ending.is_funded(after) else None
    return Did.FINISHED if after.state == Sale.State.PAID else Did.UNDONE


def _expired(now: datetime) -> Iterator[Finding]:
    before = set(Sale.objects.filter(state=Sale.State.PENDING).values_list("pk", flat=True))
    cancelling.expire_due(now)
    ended = Sale.objects.filter(pk__in=before).exclude(state=Sale.State.PENDING)
    for sale in ended.order_by("pk"):
        if sale.state == Sale.State.PAID:
            yield Finding(Kind.PAYMENT, sale.number, Did.FINISHED)
        else:
            yield Finding(Kind.EXPIRED, sale.number, Did.UNDONE)


def _give_back(sale: Sale) -> Did:
    return Did.FINISHED if ending.give_back(sale) else Did.NOTHING


def _settle(part: Part) -> Did | None:
    token = part.settling_at
    if token is None:
        return None
    try:
        settlement.finish(part.pk, token)
    except Refused:
        return Did.WAITS  # and is settled with what is due, or told as stuck
    return Did.FINISHED


def _carry_out(return_: Return) -> Did:
    try:
        returns.finish(return_.pk)
    except Refused:
        return Did.WAITS  # for its decision, again
    return Did.FINISHED


def _into_wallet(refund: ChargeRefund) -> Did:
    """Note that a refused refund is in the wallet, or that it is not: then it is found below."""
    is_there = refused.finish(refund).state == ChargeRefund.State.WALLET
    return Did.FINISHED if is_there else Did.WAITS


def _due(now: datetime) -> Iterator[Finding]:
    """Settle what is due; find what was begun and could not be brought to its end.

    What could not be begun is found as stuck, by comparing.
    """
    begun = Part.objects.filter(settling_at__isnull=False)
    before = set(begun.values_list("pk", flat=True))  # found already
    try:
        settling.settle_due(now)
    except _TROUBLE as error:
        _LOG.warning("reconcile_waits", extra={"why": type(error).__name__})
        return
    rest = begun.exclude(pk__in=before).filter(settling_at__lte=timezone.now())
    for part in rest.select_related("sale", "merchant").order_by("settling_at"):
        yield Finding(Kind.SETTLEMENT, _subject(part))


def _refunds() -> Iterable[Finding]:
    """Tell the providers what they were not told; find what they have not done."""
    wanted = ChargeRefund.objects.filter(state=ChargeRefund.State.WANTED)
    before = list(wanted.order_by("created_at").values_list("pk", flat=True)[:_REFUNDS])
    charges.send_refunds(limit=_REFUNDS)
    for refund in ChargeRefund.objects.filter(pk__in=before).order_by("created_at"):
        if refund.state == ChargeRefund.State.DONE:
            yield Finding(Kind.REFUND, refund.key, Did.FINISHED)
        elif refund.state == ChargeRefund.State.WANTED:
            yield Finding(Kind.REFUND, refund.key)

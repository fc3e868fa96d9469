"""The terms that a part was bought on, kept as rows of its own.

They are written when the sale is placed: that is what the shopper agreed to and the merchant sold
at. Where it is paid later and the shop's windows are longer by then, the longer ones hold: a new
term never shortens a right. From then on nothing changes them.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.db.models import Max

from tongbao.ledger import programs
from tongbao.mall.sales.models import Part, PartRate, PartTerms, Sale
from tongbao.mall.sales.split import BPS, Fees
from tongbao.mall.shop.models import Shop

MOST_NOTICE_DAYS: Final = 366
"""What the ledger takes at most."""


def pin(shop: Shop, parts: Sequence[Part], plan_version: int | None = None) -> None:
    """Write the shop's terms of now down for parts that have just been written."""
    PartTerms.objects.bulk_create(
        PartTerms(
            part=part,
            return_days=shop.return_days,
            receive_days=shop.receive_days,
            margin_bps=BPS if part.kind == Part.Kind.FACE else part.merchant.margin_bps,
            plan_version=plan_version,
        )
        for part in parts
    )
    PartRate.objects.bulk_create(rate for part in parts for rate in _rates(shop, part))


def on_paid(shop: Shop, part: Part, plan_version: int) -> None:
    """Note what held when a locked part was paid: windows that are longer by now, the plan."""
    own = part.terms
    own.return_days = max(own.return_days, shop.return_days)
    own.receive_days = max(own.receive_days, shop.receive_days)
    own.plan_version = plan_version
    own.save(update_fields=["return_days", "receive_days", "plan_version"])


def fees_of(part: Part) -> Fees:
    """Return the fees that a part was bought at; none where it has no rate."""
    rates = {rate.payee: rate.bps for rate in part.rates.all()}
    return Fees(
        rates.get(PartRate.Payee.PLATFORM, 0),
        rates.get(PartRate.Payee.PROVIDER, 0),
    )


def longest(shop: Shop) -> timedelta:
    """Return the longest time from a payment to its settlement, open sales included.

    The time to pay, then that until goods that were shipped count as received, then the return
    window (each the longest of today's terms and of those that an open sale was bought on), then
    what a return that was asked for inside it may hold (see `holds`).
    """
    open_terms = PartTerms.objects.filter(
        part__state__in=[Part.State.WAITING, Part.State.RECEIVED],
        part__sale__state__in=[Sale.State.PENDING, Sale.State.PAID],
    ).aggregate(receive=Max("receive_days", default=0), back=Max("return_days", default=0))
    days = max(shop.receive_days, open_terms["receive"]) + max(shop.return_days, open_terms["back"])
    return timedelta(days=days + 2 * shop.answer_days, minutes=shop.pay_minutes)


def lengthen_notice(shop: Shop) -> int:
    """See that a new plan is announced further ahead than any payment waits for its settlement.

    Points follow the plan in force when they are posted. So whoever pays before the announcement
    settles under the plan that was in force when they paid. Returns the days of notice.
    """
    days = -(-longest(shop) // timedelta(days=1))
    return programs.lengthen_notice(shop.program, min(days, MOST_NOTICE_DAYS))


def _rates(shop: Shop, part: Part) -> Iterable[PartRate]:
    for payee, base, bps in (
        (PartRate.Payee.PLATFORM, PartRate.Base.PAID, shop.platform_fee_bps),
        (PartRate.Payee.PROVIDER, PartRate.Base.PROVIDER, shop.provider_fee_bps),
    ):
        yield PartRate(part=part, payee=payee, base=base, bps=bps)

"""The terms that a part was bought on, kept as rows of its own.

They are written when the sale is placed: that is what the shopper agreed to and the merchant sold
at. Where it is paid later and the shop's windows are longer by then, or its fees lower, those hold: a
new term never shortens a right. From then on nothing changes them.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string

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
            answer_days=shop.answer_days,
            returns_most=shop.returns_most,
            return_least_bps=shop.return_least_bps,
            plan_version=plan_version,
        )
        for part in parts
    )
    PartRate.objects.bulk_create(rate for part in parts for rate in _rates(shop, part))


def on_paid(shop: Shop, part: Part, plan_version: int) -> None:
    """Note what held when a locked part was paid: terms that are better by now, the plan."""
    own = part.terms
    own.return_days = max(own.return_days, shop.return_days)
    own.receive_days = max(own.receive_days, shop.receive_days)
    own.answer_days = min(own.answer_days, shop.answer_days)
    own.returns_most = max(own.returns_most, shop.returns_most)
    own.return_least_bps = min(own.return_least_bps, shop.return_least_bps)
    own.plan_version = plan_version
    own.save()
    for rate in _rates(shop, part):  # a lower fee is the merchant's right as well
        kept = PartRate.objects.filter(part=part, payee=rate.payee, base=rate.base)
        kept.filter(bps__gt=rate.bps).update(bps=rate.bps)


def fees_of(part: Part) -> Fees:
    """Return the fees that a part was bought at; none where it has no rate."""
    rates = {rate.payee: rate.bps for rate in part.rates.all()}
    return Fees(
        rates.get(PartRate.Payee.PLATFORM, 0),
        rates.get(PartRate.Payee.PROVIDER, 0),
    )


def longest(shop: Shop) -> timedelta:
    """Return the longest time from a payment to its settlement, open sales included.

    The time to pay, then that until goods that were shipped count as received or the last voucher is
    used, then the return window (each the longest of today's terms and of those that an open sale was
    bought on), then what a return that was asked for inside it may hold (see `holds`).
    """
    open_terms = PartTerms.objects.filter(
        part__state__in=[Part.State.WAITING, Part.State.RECEIVED],
        part__sale__state__in=[Sale.State.PENDING, Sale.State.PAID],
    ).aggregate(
        receive=Max("receive_days", default=0),
        back=Max("return_days", default=0),
        answer=Max("answer_days", default=0),
    )
    received = timedelta(days=max(shop.receive_days, open_terms["receive"]))
    used: timedelta = import_string(settings.MALL_LONGEST_USE)(timezone.now())
    days = max(shop.return_days, open_terms["back"]) + 2 * max(
        shop.answer_days, open_terms["answer"]
    )
    return max(received, used) + timedelta(days=days, minutes=shop.pay_minutes)


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

"""Placing a sale: what is bought from whom, and how it is paid, in one transaction.

Worked: an order of 90.00 from tea and 60.00 from wine, 100.00 by a provider and 50.00 from wallet.
The provider's 100.00 are divided by 90:60 into 60.00 and 40.00; what is left of the parts is 30.00
and 20.00, and that is the wallet's.

What is bought at its face value is a part of its own beside the goods of the same merchant, which is
the mall's own, and paid in money alone: by the provider or from the wallet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from tongbao.mall.merchants.models import Merchant
from tongbao.mall.paying import charges, providers
from tongbao.mall.people.models import User
from tongbao.mall.sales import booking, terms
from tongbao.mall.sales.estimates import BPS
from tongbao.mall.sales.means import CannotPay, Most, check, most
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.paid import finish
from tongbao.mall.sales.split import earning
from tongbao.mall.sales.splitting import spread_kinds
from tongbao.mall.shop.models import Shop

__all__ = [
    "CannotPay",
    "Draft",
    "Most",
    "NotReady",
    "NumberTaken",
    "Split",
    "check",
    "finish",
    "most",
    "place",
]


class NumberTaken(Exception):
    """There is a sale of that number, of something else."""


class NotReady(Exception):
    """Something is missing that has to be there before; a defect of the caller's."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is bought of one merchant, in minor units.

    ``cost_minor``: what the provider of what is bought at its face value charges.
    """

    merchant: Merchant
    total_minor: int
    kind: str = Part.Kind.GOODS
    cost_minor: int = 0

    @property
    def in_money(self) -> bool:
        """Whether it is paid by a provider or from the wallet alone."""
        return self.kind == Part.Kind.FACE

    def profit_minor(self, paid_minor: int) -> int:
        """Return what of so much real money counts as profit, rounded down."""
        if self.in_money:
            return earning(paid_minor, self.cost_minor)
        return paid_minor * self.merchant.margin_bps // BPS


@dataclass(frozen=True, slots=True)
class Split:
    """How a sale is paid, in minor units; ``points`` by their worth."""

    provider: int = 0
    wallet: int = 0
    credit: int = 0
    points: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.provider + self.wallet + self.credit + self.points

    @property
    def wallet_minor(self) -> int:
        """From the wallet, as `booking.Amounts` calls it."""
        return self.wallet

    @property
    def credit_minor(self) -> int:
        """In credit."""
        return self.credit

    @property
    def points_minor(self) -> int:
        """In points, by their worth."""
        return self.points


def place(
    shop: Shop,
    user: User,
    number: str,
    drafts: Sequence[Draft],
    tenders: Split,
    provider: str = "",
    order: models.Model | None = None,
    *,
    immediate: bool = False,
) -> Sale:
    """Write a sale down as pending, in the caller's transaction; call `finish` after its commit.

    With a provider's part a charge is started, and the shopper is sent to `charges.page` after the
    commit; the internal parts wait for its confirmation. Without, they wait in the ledger's inbox
    from now on. ``immediate``: it counts as received when it is paid. Placing the same sale once
    more under its number returns the first.

    Raises:
        NotReady: no transaction is open, or the user has no member account (`members.enrolled`).
        ValueError: the amounts don't add up, a merchant comes twice with the same kind, or what is
            bought at its face value is not the mall's own or not paid in money.
        UnknownProvider: nobody offers that provider.
        NumberTaken: the number is another sale's.
    """
    _check(shop, user, drafts, tenders, provider)
    try:
        with transaction.atomic():
            return _placed(shop, user, number, drafts, tenders, provider, order, immediate)
    except IntegrityError:
        sale = Sale.objects.select_related("charge").filter(number=number).first()
        if sale is None:
            raise
        if not _is_same(sale, user, drafts, tenders, order):
            raise NumberTaken(f"There is another sale {number!r}.") from None
        return sale


def _placed(
    shop: Shop,
    user: User,
    number: str,
    drafts: Sequence[Draft],
    tenders: Split,
    provider: str,
    order: models.Model | None,
    immediate: bool,  # noqa: FBT001  # handed on from `place`
) -> Sale:
    charge = None
    if tenders.provider:
        charge = charges.start(
            provider=providers.named(provider),
            purpose="sale",
            reference=number,
            user=user,
            amount_minor=tenders.provider,
            currency=shop.currency,
        )
    sale = Sale.objects.create(
        number=number,
        order=order,
        user=user,
        charge=charge,
        is_immediate=immediate,
        pay_by=timezone.now() + timedelta(minutes=shop.pay_minutes),
        provider_minor=tenders.provider,
        wallet_minor=tenders.wallet,
        credit_minor=tenders.credit,
        points_minor=tenders.points,
    )
    rows = spread_kinds(
        [tenders.provider, tenders.wallet, tenders.credit, tenders.points],
        [draft.total_minor for draft in drafts],
        [draft.in_money for draft in drafts],
    )
    parts = [
        Part.objects.create(
            sale=sale,
            merchant=draft.merchant,
            kind=draft.kind,
            provider_minor=outside,
            wallet_minor=wallet,
            credit_minor=credit,
            points_minor=points,
            profit_minor=draft.profit_minor(outside + wallet),
            cost_minor=draft.cost_minor,
        )
        for draft, (outside, wallet, credit, points) in zip(drafts, rows, strict=True)
    ]
    terms.pin(shop, parts)
    for path in settings.MALL_SALE_PLACED:
        import_string(path)(sale)
    commands = booking.payment_of(sale, shop.account)
    if commands and charge is None:
        shop.ledger.enqueue_group(commands)
    return sale


def _check(shop: Shop, user: User, drafts: Sequence[Draft], tenders: Split, provider: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise NotReady("A sale is placed in the transaction that writes its order.")
    if (
        user.enrolled_at is None
        and not User.objects.filter(pk=user.pk, enrolled_at__isnull=False).exists()
    ):
        raise NotReady("The buyer's member account is opened before, by members.enrolled.")
    amounts = [tenders.provider, tenders.wallet, tenders.credit, tenders.points]
    totals = [draft.total_minor for draft in drafts]
    if min(amounts) < 0 or not totals or min(totals) < 0 or sum(amounts) != sum(totals):
        raise ValueError("What is paid and what is bought differ, or something is negative.")
    if len({(draft.merchant.pk, draft.kind) for draft in drafts}) != len(drafts):
        raise ValueError("Each merchant has one part of a kind in a sale.")
    face = [draft for draft in drafts if draft.in_money]
    if any(draft.merchant.account != shop.account for draft in face):
        raise ValueError("What is bought at its face value is sold by the mall alone.")
    if sum(draft.total_minor for draft in face) > tenders.provider + tenders.wallet:
        raise ValueError("What is bought at its face value is paid in money.")
    if bool(tenders.provider) != bool(provider):
        raise ValueError("A provider is named exactly where it collects something.")


def _is_same(
    sale: Sale, user: User, drafts: Sequence[Draft], tenders: Split, order: models.Model | None
) -> bool:
    parts = {(part.merchant_id, part.kind): part.total_minor for part in sale.parts.all()}
    first = (sale.user_id, sale.provider_minor, sale.wallet_minor, sale.credit_minor)
    again = (user.pk, tenders.provider, tenders.wallet, tenders.credit)
    return (first, sale.points_minor, sale.order_id) == (
        again,
        tenders.points,
        None if order is None else order.pk,
    ) and parts == {(draft.merchant.pk, draft.kind): draft.total_minor for draft in drafts}

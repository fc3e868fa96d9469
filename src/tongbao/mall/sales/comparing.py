"""Comparing orders, payments and journal: what disagrees is told, for nobody knows which is right.

Read only. What is just being done by somebody else at the same moment (its row says so) is left
out, so that nothing is told that comes right by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, Sum

from tongbao.ledger.effects import CauseCode
from tongbao.ledger.statements import purchase_bodies, walk
from tongbao.mall.paying import refused
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.sales import booking, holds, starting
from tongbao.mall.sales.findings import Finding, Kind, whatever
from tongbao.mall.sales.leftover import left
from tongbao.mall.sales.models import Compared, Part, Return, Sale
from tongbao.mall.sales.returns import base_id, to_member
from tongbao.mall.sales.starting import Since
from tongbao.mall.sales.winding import is_same, was_paid_out
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.money import money

_STEP: Final = 200
_PAYMENTS: Final = ("wallet", "credit", "points")
_RECEIVED: Final = (CauseCode.PAYMENT_RECEIVED, CauseCode.CREDIT_RECEIVED, CauseCode.GOODS_SOLD)


def compared(now: datetime, *, everything: bool = False) -> Iterator[Finding]:
    """Compare what has come since nothing was found, or everything; tell what disagrees."""
    count = 0
    reached: list[Compared] = []
    for finding in _compared(the_shop(), now, reached, everything=everything):
        count += 1
        yield finding
    if not count:
        for point in reached:
            point.save()


def _compared(
    shop: Shop, now: datetime, reached: list[Compared], *, everything: bool
) -> Iterator[Finding]:
    since = Since()
    yield from whatever("start", lambda: _reach(shop, reached))
    if not everything and (point := starting.last()) is not None:
        changed = list(whatever("start", lambda: starting.check(shop, point)))
        yield from changed
        since = since if changed else starting.since(point)
    yield from whatever("charges", lambda: _charges(shop))
    yield from whatever("due", lambda: _stuck(now))
    yield from whatever("sales", lambda: _sales(shop, since))
    yield from whatever("parts", lambda: _parts(shop, since))
    yield from whatever("returns", lambda: _returns(shop, since))
    yield from whatever("alone", lambda: _alone(shop, since))
    yield from whatever("escrow", lambda: _escrow(shop))


def _reach(shop: Shop, reached: list[Compared]) -> Iterator[Finding]:
    """Note where the journal stands before anything is read."""
    point = starting.here(shop)
    if point is not None:
        reached.append(point)
    yield from ()


def _charges(shop: Shop) -> Iterator[Finding]:
    """Payments that are for nothing, of another amount, or in trouble with the provider."""
    confirmed = Charge.objects.filter(purpose="sale", state=Charge.State.CONFIRMED)
    for charge in confirmed.filter(sale__isnull=True).order_by("created_at"):
        yield Finding(Kind.CHARGE_ALONE, str(charge.pk))
    differs = confirmed.exclude(sale__isnull=True).exclude(amount_minor=F("sale__provider_minor"))
    for charge in differs.order_by("created_at"):
        yield Finding(Kind.CHARGE_DIFFERS, str(charge.pk))
    # What was paid too late is no trouble any more once all of it went back.
    back = ChargeRefund.objects.filter(
        refused.went_back(), charge=OuterRef("pk"), amount_minor=OuterRef("amount_minor")
    )
    mended = Q(trouble=Charge.Trouble.LATE) & Exists(back)
    for charge in Charge.objects.exclude(trouble="").exclude(mended).order_by("created_at"):
        yield Finding(Kind.CHARGE_TROUBLE, str(charge.pk))
    failed = ChargeRefund.objects.filter(state=ChargeRefund.State.FAILED)
    for refund in failed.order_by("created_at"):
        yield Finding(Kind.REFUND_FAILED, refund.key)
    told = ChargeRefund.objects.filter(state=ChargeRefund.State.WALLET, done_at__isnull=False)
    expected = [refused.deposit(one) for one in told.select_related("charge__user")]
    ids = [str(one["id"]) for one in expected]
    yield from _differences(ids, expected, purchase_bodies(shop.ledger, ids))


def _stuck(now: datetime) -> Iterator[Finding]:
    """Parts that are due and not settled, although nothing is open."""
    due = Part.objects.filter(
        state=Part.State.RECEIVED, sale__state=Sale.State.PAID, due_at__lte=now, settling_at=None
    ).exclude(holds.held())
    for part in due.select_related("sale", "merchant").order_by("due_at", "pk"):
        yield Finding(Kind.STUCK, part.base_id)


def _sales(shop: Shop, since: Since) -> Iterator[Finding]:
    """What was paid inside the program is in the journal as it is here; what was not, is not."""
    sales = Sale.objects.exclude(state=Sale.State.PENDING).select_related("user")
    for sale_list in since.rows(shop, sales, ("paid_at", "cancelled_at"), "number"):
        bodies = purchase_bodies(
            shop.ledger, [f"{s.number}-{name}" for s in sale_list for name in _PAYMENTS]
        )
        for sale in sale_list:
            expected = booking.payment_of(sale, shop.account) if sale.paid_at else []
            ids = [f"{sale.number}-{name}" for name in _PAYMENTS]
            yield from _differences(ids, expected, bodies)


def _parts(shop: Shop, since: Since) -> Iterator[Finding]:
    """Settled parts: their purchase and the merchant's deposit, and that their figures add up."""
    settled = Part.objects.filter(state=Part.State.SETTLED).exclude(purchase_id="")
    rows = settled.select_related("sale__user", "merchant")
    for parts in since.rows(shop, rows, ("settled_at",), "sale__number"):
        deposits = {part.pk: part.purchase_id.removesuffix("purchase") + "part" for part in parts}
        ids = [*(part.purchase_id for part in parts), *deposits.values()]
        bodies = purchase_bodies(shop.ledger, ids)
        for part in parts:
            body, deposit = bodies.get(part.purchase_id), bodies.get(deposits[part.pk])
            if body is None:
                yield Finding(Kind.JOURNAL_LACKS, part.purchase_id)
                continue
            merchant = 0 if deposit is None else deposit["command"]["amount"]
            if not _agrees(part, body) or merchant != part.to_merchant:
                yield Finding(Kind.JOURNAL_DIFFERS, part.purchase_id)


def _agrees(part: Part, body: Mapping[str, Any]) -> bool:
    figures = (part.to_reserve, part.to_dividends, part.to_commissions)
    fees = part.to_merchant + part.to_platform + part.to_provider + part.to_supplier
    receipt, command = body["receipt"], body["command"]
    commissions = sum(commission for _, _, commission in body["purchase"]["chain"])
    return (
        (command["member"], command["paid"], receipt["points"])
        == (part.sale.user.account, part.earning_minor, int(part.points_atoms))
        and figures == (receipt["contribution"], receipt["dividend"], commissions)
        and sum(figures) + fees == part.settled_minor
    )


def _returns(shop: Shop, since: Since) -> Iterator[Finding]:
    """Done returns: what the member got, and of late ones the refund, are in the journal."""
    done = Return.objects.filter(state=Return.State.DONE)
    done = done.select_related("part__sale__user", "part__merchant")
    for rows in since.rows(shop, done, ("done_at",), "part__sale__number"):
        bases = {row.pk: base_id(row) for row in rows}
        names = ("wallet", "points", "credit", "refund")
        ids = [f"{base}-{name}" for base in bases.values() for name in names]
        bodies = purchase_bodies(shop.ledger, ids)
        for row in rows:
            base = bases[row.pk]
            own = [f"{base}-{name}" for name in names[:3]]
            yield from _differences(own, to_member(shop, row), bodies)
            refund = bodies.get(f"{base}-refund")
            if refund is None:
                if row.is_late and row.part.purchase_id and int(row.points_atoms):
                    yield Finding(Kind.JOURNAL_LACKS, f"{base}-refund")
                continue
            told = (refund["receipt"]["shortfall"], refund["receipt"]["points"])
            if told != (row.shortfall_minor, int(row.points_atoms)):
                yield Finding(Kind.JOURNAL_DIFFERS, f"{base}-refund")


def _differences(
    ids: list[str],
    expected: Sequence[booking.Command],
    bodies: Mapping[str, Mapping[str, Any]],
) -> Iterator[Finding]:
    """Compare commands that should be in the journal with what is there under these ids."""
    by_id = {str(one["id"]): one for one in expected}
    for command_id in ids:
        there = bodies.get(command_id)
        wanted = by_id.get(command_id)
        if wanted is None and there is not None:
            yield Finding(Kind.JOURNAL_ALONE, command_id)
        elif wanted is not None and there is None:
            yield Finding(Kind.JOURNAL_LACKS, command_id)
        elif wanted is not None and there is not None and not is_same(there["command"], wanted):
            yield Finding(Kind.JOURNAL_DIFFERS, command_id)


def _alone(shop: Shop, since: Since) -> Iterator[Finding]:
    """Payments to the mall's own account that are no sale's: somebody's money waits for nothing."""
    paying: dict[str, str] = {}
    for item in walk(shop.ledger, shop.account, after=since.number):
        number, _, name = item.command_id.rpartition("-")
        if item.cause.code in _RECEIVED and name in _PAYMENTS:
            paying[item.command_id] = number
    numbers = sorted(set(paying.values()))
    known: set[str] = set()
    for start in range(0, len(numbers), _STEP):
        some = Sale.objects.filter(number__in=numbers[start : start + _STEP])
        known.update(some.values_list("number", flat=True))
    for command_id, number in paying.items():
        if number not in known:
            yield Finding(Kind.JOURNAL_ALONE, command_id)


def _escrow(shop: Shop) -> Iterator[Finding]:
    """The mall's own account has at least what it keeps for those whose sales are not final."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        account = shop.ledger.account(shop.account)
        has = 0 if account is None else account.wallet
        has_credit = 0 if account is None else account.credit
        wallet, credit = kept()
    if has_credit < credit and was_paid_out(shop.ledger, shop.account):
        has, has_credit = has - (credit - has_credit), credit  # it is money in the wallet now
    if has < wallet:
        yield Finding(Kind.ESCROW_SHORT, money(wallet - has, shop.currency))
    if has_credit < credit:
        yield Finding(Kind.ESCROW_SHORT, money(credit - has_credit, shop.currency))


def kept() -> tuple[int, int]:
    """Return what the mall's own account keeps in its wallet and in credit, in minor units.

    For paid parts that are not settled: what is left of them. What is just being settled, returned
    or given back is not counted, for it may have left already.
    """
    parts = Part.objects.filter(
        sale__state=Sale.State.PAID,
        state__in=[Part.State.WAITING, Part.State.RECEIVED],
        settling_at=None,
    ).exclude(returns__state=Return.State.APPROVED)
    simple = parts.filter(points_minor=0).exclude(returns__state=Return.State.DONE)
    sums = simple.aggregate(
        wallet=Sum("wallet_minor", default=0), credit=Sum("credit_minor", default=0)
    )
    wallet, credit = int(sums["wallet"]), int(sums["credit"])
    others = parts.filter(Q(points_minor__gt=0) | Q(returns__state=Return.State.DONE)).distinct()
    for part in others.select_related("sale"):
        rest = left(part)
        wallet += rest.tenders.wallet_minor + rest.tenders.points_minor - rest.goods_fee_minor
        credit += rest.tenders.credit_minor
    return wallet, credit

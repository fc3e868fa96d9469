"""When the money is there: a provider's decision, the internal parts booked, the sale paid.

`finish` brings a sale as far as it can go at the moment, from wherever a crash left it; anybody may
call it any number of times: the page after paying does, so does the reconciler.

- a pending sale whose provider has not decided yet: nothing to do here (`charges.ask`).
- a pending sale whose group waits in the inbox: settle, read the outcome, then in one transaction
  paid with its notices and hooks, or cancelled with the provider's part wanted back.
- a cancelled one that was paid: what goes back is followed up (`ending.give_back`).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from tongbao.ledger.values import LedgerError
from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.paying import charges
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.paying.standing import Standing, of_charge
from tongbao.mall.sales import booking, ending, receiving, states, terms
from tongbao.mall.sales.booking import Verdict
from tongbao.mall.sales.estimates import estimate
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.shown import why_cancelled
from tongbao.mall.sales.split import earning
from tongbao.mall.shop.models import Shop, the_shop

WAIT: Final = 10.0
"""Seconds that a shopper waits for the booking; what waits longer is booked all the same."""


def on_charge(charge: Charge) -> Callable[[], object]:
    """Do what a charge's decision means for its sale, in the transaction that notes it.

    Confirmed: the group of the internal parts waits in the inbox from now on. If the sale was
    cancelled before (too late), the whole charge is wanted back. Failed: an order waits for
    another attempt until its time is up; a payment in person, whose goods are in hand, ends, so
    that the bill is free for whoever pays it in another way.
    Returns what is to be done after the commit.
    """
    sale = states.locked(sale_of(charge).pk)
    confirmed = charge.state == Charge.State.CONFIRMED
    if confirmed and sale.state == Sale.State.PENDING:
        if sale.charge_id != charge.pk:  # an earlier attempt was paid after all
            sale.charge = charge
            sale.save(update_fields=["charge"])
        shop = the_shop()
        commands = booking.payment_of(sale, shop.account)
        if commands:
            shop.ledger.enqueue_group(commands)
    elif confirmed:
        charges.refund(charge, f"{sale.number}-back", charge.amount_minor)
    elif sale.state == Sale.State.PENDING and sale.is_immediate:
        ending.end(sale, "provider")
    return lambda: finish(sale)


def is_awaited(charge: Charge) -> bool:
    """Say whether a sale still waits for the money of a charge that had failed."""
    sale = states.locked(sale_of(charge).pk)
    return sale.state == Sale.State.PENDING and not ending.is_funded(sale)


def sale_of(charge: Charge) -> Sale:
    """Return the sale that a charge is for: its number is the charge's reference."""
    return Sale.objects.get(number=charge.reference)


def on_refund(refund: ChargeRefund) -> None:
    """Tell whoever paid that the provider sent money back, in the transaction that notes it.

    Returns tell it themselves, with all that comes back by them.
    """
    sale = Sale.objects.select_related("user").filter(number=refund.charge.reference).first()
    if sale is None:
        return
    if refund.key.startswith(f"{sale.number}-") and refund.key != f"{sale.number}-back":
        return
    facts: dict[str, int | str] = {"sale": sale.number, "amount": refund.amount_minor, "points": 0}
    if refund.currency != refund.charge.currency:
        facts["currency"] = refund.currency
    tell(sale.user, Kind.REFUND, f"{refund.key}-sent", facts)


def finish(sale: Sale) -> Sale:
    """Bring a sale as far as it can go now, and return it as it stands then.

    Not inside a transaction. While the program is paused, or busy for longer than `WAIT`, a sale
    that waits for its booking stays pending.
    """
    sale = Sale.objects.select_related("user", "charge").get(pk=sale.pk)
    if sale.state == Sale.State.PENDING and ending.is_funded(sale):
        _book(sale)
    sale = Sale.objects.select_related("user", "charge").get(pk=sale.pk)
    if sale.state == Sale.State.CANCELLED:
        ending.give_back(sale)
        sale.refresh_from_db()
    return sale


def standing(charge: Charge) -> Standing:
    """Return how the sale of a charge stands, for the page after paying; goes on with it first."""
    sale = sale_of(charge)
    with suppress(LedgerError):  # it stays as it is then, and the page asks again
        sale = finish(sale)
    address, label = reverse("sales:detail", args=[sale.number]), _("View order")
    if charge.trouble == Charge.Trouble.MISMATCH and charge.state == Charge.State.STARTED:
        return replace(of_charge(charge), address=address, label=label)
    if charge.trouble == Charge.Trouble.LATE:
        text = _("The order was already paid or had ended, so this payment is refunded to you.")
        return Standing(_("Paid twice or too late"), text, address=address, label=label)
    if sale.state == Sale.State.PAID:
        text = _("The payment has arrived; the order is being worked on.")
        return Standing(_("Paid"), text, is_good=True, address=address, label=label)
    if sale.state == Sale.State.CANCELLED:
        text = why_cancelled(sale)
        if charge.state == Charge.State.CONFIRMED:
            text = _("%(why)s Your payment is being refunded.") % {"why": text}
        return Standing(_("The order was cancelled"), text, address=address, label=label)
    if charge.state == Charge.State.CONFIRMED:
        text = _(
            "The payment has arrived; the rest is being processed. There is nothing you need to do."
        )
        return Standing(_("Almost done"), text, waits=True, address=address, label=label)
    if charge.state == Charge.State.FAILED:
        shop = the_shop()
        until = sale.pay_by.astimezone(shop.zone)
        text = _(
            "The payment did not go through; you were not charged. Your order is reserved until "
            "%(until)s: pay again, or pay another way."
        )
        shown = {"until": f"{until:%H:%M}"}
        return Standing(_("Not paid yet"), text % shown, address=address, label=_("Pay again"))
    return of_charge(charge)


def _book(sale: Sale) -> None:
    shop = the_shop()
    commands = booking.payment_of(sale, shop.account)
    verdict: Verdict | None = Verdict(ok=True)
    if commands:
        try:
            shop.ledger.settle(wait=WAIT)
            verdict = booking.verdict(shop.ledger, commands)
        except booking.STANDSTILL:
            return
    if verdict is None:
        return
    points = _estimated(sale, shop) if verdict.ok else {}
    with transaction.atomic(durable=True):
        row = states.locked(sale.pk)
        if row.state != Sale.State.PENDING:  # somebody else was faster
            return
        if verdict.ok:
            _to_paid(row, verdict, points)
        else:
            ending.end(row, verdict.why)


def _to_paid(sale: Sale, verdict: Verdict, estimates: dict[int, int]) -> None:
    """Let a locked sale be paid: its figures, its parts, its notice, and whoever waits for it."""
    now = timezone.now()
    spent = verdict.figures.get(f"{sale.number}-points", {})
    states.move(
        sale,
        Sale.State.PAID,
        paid_at=now,
        spent_points=spent.get("points", 0),
        goods_fee_minor=spent.get("fee", 0),
    )
    shop = the_shop()
    version = shop.ledger.standing().plan_version
    for part in Part.objects.select_for_update().filter(sale=sale).order_by("pk"):
        part.estimate_atoms = estimates.get(part.pk, 0)
        part.save(update_fields=["estimate_atoms"])
        terms.on_paid(shop, part, version)
        if sale.is_immediate:
            receiving.receive(part, now)
    if sale.order is not None:
        type(sale.order).objects.filter(pk=sale.order.pk).update(status="Paid")
    _tell_paid(sale)
    for path in settings.MALL_SALE_PAID:
        import_string(path)(sale)


def _estimated(sale: Sale, shop: Shop) -> dict[int, int]:
    """Return by part the points that it would bring now; what cannot be estimated is 0."""
    estimates = {}
    for part in sale.parts.select_related("terms"):
        try:
            earned = earning(part.paid_minor, part.cost_minor)
            one = estimate(shop, sale.user, earned, part.terms.margin_bps)
        except LedgerError:
            continue
        estimates[part.pk] = one.points_atoms
    return estimates


def _tell_paid(sale: Sale) -> None:
    facts: dict[str, int | str] = {"sale": sale.number, "total": sale.total_minor}
    if sale.order is None:
        merchant = sale.parts.select_related("merchant").order_by("pk")[0].merchant
        with override(sale.user.language or settings.LANGUAGE_CODE):
            facts["merchant"] = merchant.name
        tell(sale.user, Kind.PAID_IN_PERSON, sale.number, facts)
    else:
        tell(sale.user, Kind.ORDER_PAID, sale.number, facts)
        _tell_staff(sale)


def _tell_staff(sale: Sale) -> None:
    """Tell everybody who works for a merchant of its part of a new order, each once."""
    for part in sale.parts.select_related("merchant__partner").order_by("pk"):
        merchant = part.merchant
        for user in merchant.partner.users.filter(is_active=True).order_by("pk"):
            with override(user.language or settings.LANGUAGE_CODE):
                name = merchant.name
            facts: dict[str, int | str] = {"sale": sale.number, "merchant": name}
            facts |= {"account": merchant.account, "part": part.pk, "total": part.paid_minor}
            tell(user, Kind.ORDER_TO_SHIP, f"{part.pk}:{user.pk}", facts)

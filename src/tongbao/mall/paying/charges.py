"""Charges: started, decided once by what the provider says, refunded at most once over.

Nothing here trusts a browser: a charge is decided only by a signed callback (`take`) or by asking
the provider (`ask`). What a crash leaves:

- after `start`, before the provider heard of it: `page` starts it at the provider when the shopper
  comes again; otherwise it expires with what it was for.
- after the provider was paid, before the callback was taken: the provider sends it again, and
  `ask` finds it out (the page after paying asks, and so does the reconciler).
- after a new attempt's commit, before the provider heard of it: as after `start`.
- after the decision's commit, before what its handler wanted done afterwards: that is resumable
  (a sale: `placing.finish`), the page and the reconciler go on with it.
- after a refund was wanted, before or while the provider was told: `send_refunds` tells it again
  under the same id, for which the provider sends money once.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from tongbao.ledger.logs import failure
from tongbao.mall.paying import providers
from tongbao.mall.paying.models import Callback, Charge, ChargeRefund
from tongbao.mall.paying.providers import (
    Notification,
    Paid,
    PayingError,
    Provider,
    ProviderDown,
    RefundState,
)
from tongbao.mall.people.models import User

_LOG: Final = logging.getLogger("tongbao.mall.paying")
ASK_AGAIN: Final = timedelta(seconds=5)
"""So long an answer of the provider's is taken for its present one by pages that ask often."""
ASK_DECLINED: Final = timedelta(seconds=30)
"""So long, where it was declined: it may be paid after all, as with another card."""
FORGOTTEN: Final = timedelta(days=1)
"""After that long a charge that the provider has never heard of will not be paid any more."""
_INSTEAD: Final = "mismatch-"  # keys of refunds of what was paid instead begin so
DOUBTFUL: Final = timedelta(days=7)
"""So long a failed charge may still be paid, as with another card on the same page."""

Afterwards = Callable[[], object]
Handler = Callable[[Charge], Afterwards | None]


class AlreadyPaid(PayingError):
    """There is nothing left to pay."""


class UnknownCharge(PayingError):
    """There is no such charge here, or not of that provider."""


class TooMuch(PayingError):
    """More would go back than was charged."""


class NotPaid(PayingError):
    """Nothing was paid that could go back."""


class RefundTaken(PayingError):
    """There is a refund with that key, of another amount or charge."""


def start(
    *,
    provider: Provider,
    purpose: str,
    reference: str,
    user: User,
    amount_minor: int,
    currency: str,
    attempt: int = 1,
) -> Charge:
    """Write down that money is to be collected, in the caller's transaction; `page` comes after."""
    return Charge.objects.create(
        attempt=attempt,
        provider=provider.code,
        purpose=purpose,
        reference=reference,
        user=user,
        amount_minor=amount_minor,
        currency=currency,
    )


def retry(charge: Charge, provider: Provider) -> Charge:
    """Give a charge up for another attempt, in the caller's transaction that has its `lock`.

    If it is paid after all, it counts as long as nothing else was paid for the same; otherwise all
    of it goes back.

    Raises:
        AlreadyPaid: it is confirmed.
    """
    if charge.state == Charge.State.CONFIRMED:
        raise AlreadyPaid("What is paid is not paid again.")
    _give_up(Charge.objects.filter(pk=charge.pk))
    return start(
        provider=provider,
        purpose=charge.purpose,
        reference=charge.reference,
        user=charge.user,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        attempt=charge.attempt + 1,
    )


def attempts(purpose: str, reference: str) -> "QuerySet[Charge]":
    """Return the charges for the same, in the order in which they were tried."""
    return Charge.objects.filter(purpose=purpose, reference=reference).order_by("attempt")


def lock(charge_id: UUID) -> Charge:
    """Lock a charge for the caller's transaction; the first attempt of the same before it.

    So everybody who decides about any attempt waits for the same row.
    """
    charge = Charge.objects.get(pk=charge_id)
    if charge.attempt != 1:
        same = attempts(charge.purpose, charge.reference)
        same.select_for_update().filter(attempt=1).first()
    rows = Charge.objects.select_for_update(of=("self",)).select_related("user")
    return rows.get(pk=charge_id)


def page(charge: Charge, return_url: str = "") -> str:
    """Return the address at which the shopper pays; not inside a transaction.

    Starts the charge at the provider if that is still to be done. For a charge that is decided,
    and after paying, it is ``return_url``, without one the mall's own page on the charge.

    Raises:
        ProviderDown: the provider cannot be reached; the charge stays as it is, try again.
        UnknownProvider: the mall does not offer it any more.
    """
    _check_outside()
    charge = Charge.objects.get(pk=charge.pk)  # another tab, or a callback, may have been faster
    back = return_url or return_address(charge)
    if charge.state != Charge.State.STARTED:
        return back
    if not charge.address:
        provider = providers.named(charge.provider)
        path = reverse("paying:callback", args=[charge.provider])
        started = provider.start(charge, back, f"{settings.ADDRESS}{path}")
        Charge.objects.filter(pk=charge.pk).update(
            address=started.address, provider_ref=started.provider_ref
        )
        return started.address
    return charge.address


def return_address(charge: Charge) -> str:
    """Return the whole address of the mall's own page on a charge."""
    return settings.ADDRESS + reverse("paying:back", args=[charge.pk])


def take(notification: Notification, provider: str) -> Charge:
    """Decide a charge by what its provider said; the same event, and any later one, changes nothing.

    In one transaction: the message is noted, the charge decided, and whoever it was for is told
    (settings.MALL_CHARGE_HANDLERS); what that handler returns is called after the commit. Where
    amount or currency differ from what was asked, it does not count as paid, and ``trouble`` is
    set. What is paid after the charge had failed counts where what it was for still waits for its
    money (settings.MALL_CHARGE_AWAITED); otherwise it goes back as a whole.

    Raises:
        BadMessage: the provider says what cannot be.
        UnknownCharge: there is none, or it is another provider's.
        NotImplementedError: nobody handles such charges.
    """
    notification.check()
    afterwards: Afterwards | None = None
    with transaction.atomic(durable=True):
        known = Charge.objects.filter(pk=notification.charge_id, provider=provider)
        if not known.exists():
            raise UnknownCharge(f"{provider} tells of a charge that is not here.")
        charge = lock(notification.charge_id)
        if notification.state != Paid.OPEN:
            noted, new = Callback.objects.get_or_create(
                provider=provider, event=notification.event, defaults={"charge": charge}
            )
            if noted.charge_id != charge.pk:
                raise UnknownCharge(f"{provider} told the same event of another charge.")
            if new:
                afterwards = _decide(charge, notification)
    # The lock is free and all of it is written down: from here on a crash loses nothing.
    if afterwards is not None:
        afterwards()
    send_refunds(charge=charge)
    return charge


def ask(charge: Charge, *, unless_asked_since: timedelta | None = None) -> Charge:
    """Ask the provider how a charge stands, and decide it; not inside a transaction.

    Returns the charge as it stands then. Confirmed ones, and those asked about so recently, are
    not asked about again; failed ones are, for they may be paid after all (and then go back). What
    the provider has not heard of in `FORGOTTEN` has failed.

    Raises:
        ProviderDown, UnknownProvider, BadMessage: nothing has changed.
    """
    _check_outside()
    now = timezone.now()
    charge = Charge.objects.get(pk=charge.pk)
    if charge.state == Charge.State.CONFIRMED or charge.trouble == Charge.Trouble.LATE:
        return charge
    if unless_asked_since and charge.asked_at and now - charge.asked_at < unless_asked_since:
        return charge
    Charge.objects.filter(pk=charge.pk).update(asked_at=now)
    answer = providers.named(charge.provider).query(charge)
    if answer is None and now - charge.created_at > FORGOTTEN:
        answer = Notification(
            f"{charge.pk}-never", charge.pk, Paid.FAILED, 0, charge.currency, charge.provider_ref
        )
    if answer is not None and answer.charge_id == charge.pk:
        take(answer, charge.provider)
    return Charge.objects.get(pk=charge.pk)


def to_ask(now: datetime) -> "QuerySet[Charge]":
    """Return the charges to `ask` about, oldest first: not decided, or failed not long ago."""
    started = Q(state=Charge.State.STARTED)
    failed = Q(state=Charge.State.FAILED, decided_at__gt=now - DOUBTFUL)
    late = Q(trouble=Charge.Trouble.LATE)
    return Charge.objects.filter((started | failed) & ~late).order_by("created_at")


def refund(charge: Charge, key: str, amount_minor: int) -> ChargeRefund:
    """Want money of a charge back, in the caller's transaction; `send_refunds` comes after it.

    The same key is the same refund. The sum of a charge's refunds never exceeds it: that is
    checked under the charge's lock.

    Raises:
        NotPaid: it was not paid.
        TooMuch: less than that is left of it.
        RefundTaken: the key stands for another refund.
    """
    if not transaction.get_connection().in_atomic_block:
        raise PayingError("A refund is wanted in the transaction that decides it.")
    charge = Charge.objects.select_for_update().get(pk=charge.pk)
    known = ChargeRefund.objects.filter(key=key).first()
    if known is not None:
        if (known.charge_id, known.amount_minor) != (charge.pk, amount_minor):
            raise RefundTaken(f"The refund {key!r} is another one.")
        return known
    if charge.state != Charge.State.CONFIRMED and charge.trouble != Charge.Trouble.LATE:
        raise NotPaid("The charge was not paid.")
    counted = charge.refunds.exclude(state=ChargeRefund.State.FAILED)
    # What was paid instead of the charge, and went back, is none of the charge's own money.
    counted = counted.exclude(key__startswith=_INSTEAD)
    gone = counted.aggregate(sum=Sum("amount_minor", default=0))["sum"]
    if not 0 < amount_minor <= charge.amount_minor - gone:
        raise TooMuch(f"Of the charge {charge.amount_minor - gone} is left, not {amount_minor}.")
    return ChargeRefund.objects.create(
        charge=charge, key=key, amount_minor=amount_minor, currency=charge.currency
    )


def is_held(charge: Charge) -> bool:
    """Say whether the provider holds money that was not asked for and that nobody sent back."""
    return (
        charge.trouble == Charge.Trouble.MISMATCH
        and charge.state != Charge.State.CONFIRMED
        and bool(charge.told_minor)
        and not charge.refunds.exists()
    )


def send_back(charge: Charge) -> ChargeRefund:
    """Send back what was paid instead of what a charge asked for, once; the charge has failed then.

    Not inside a transaction. All of what the provider told goes back, in the currency that it
    told; whoever the charge was for is told that it failed. Called again it is the same refund.

    Raises:
        NotPaid: nothing of that kind is held.
    """
    _check_outside()
    afterwards: Afterwards | None = None
    with transaction.atomic(durable=True):
        row = lock(charge.pk)
        key = f"{_INSTEAD}{row.pk}"
        wanted = ChargeRefund.objects.filter(key=key).first()
        if wanted is None:
            if not is_held(row) or row.told_minor is None:
                raise NotPaid("Nothing is held of the charge.")
            wanted = ChargeRefund.objects.create(
                charge=row, key=key, amount_minor=row.told_minor, currency=row.told_currency
            )
            if row.state == Charge.State.STARTED:
                row.state, row.decided_at = Charge.State.FAILED, timezone.now()
                row.save(update_fields=["state", "decided_at"])
                afterwards = _handled(row)
    if afterwards is not None:
        afterwards()
    send_refunds(charge=row)
    wanted.refresh_from_db()
    return wanted


def send_refunds(limit: int = 100, *, charge: Charge | None = None) -> int:
    """Ask the providers for refunds that are wanted; return how many were done thereby.

    Those that were tried least come first, so that none which has to wait holds up the others;
    of one charge, if it is named. Not inside a transaction. A provider that is down is no error:
    the refund stays wanted, with the reason, and is asked for again. One that the provider will
    not do becomes failed, for the operator to look at.
    """
    _check_outside()
    wanted = ChargeRefund.objects.filter(state=ChargeRefund.State.WANTED)
    if charge is not None:
        wanted = wanted.filter(charge=charge)
    done = 0
    for one in wanted.select_related("charge").order_by("tries", "created_at")[:limit]:
        try:
            done += _send(one)
        except Exception as error:  # noqa: BLE001  # told in the log; it is wanted still
            failure(_LOG, "refund_not_noted", error)
            ChargeRefund.objects.filter(pk=one.pk).update(tries=F("tries") + 1)
    return done


def tell_refunded(refund: ChargeRefund) -> None:
    """Tell whoever handles the charge's purpose that it went back, in that transaction."""
    if (path := settings.MALL_REFUND_HANDLERS.get(refund.charge.purpose)) is not None:
        import_string(path)(refund)


def _decide(charge: Charge, notification: Notification) -> Afterwards | None:
    confirmed = notification.state == Paid.CONFIRMED
    paid = (notification.amount_minor, notification.currency)
    if confirmed and paid != (charge.amount_minor, charge.currency):
        _flag(charge, Charge.Trouble.MISMATCH, notification)
        return None
    if charge.state == Charge.State.CONFIRMED:
        if not confirmed:
            _flag(charge, Charge.Trouble.TAKEN_BACK, notification)
        return None
    if charge.state == Charge.State.FAILED:
        if not confirmed:
            return None
        if not _is_awaited(charge):
            _flag(charge, Charge.Trouble.LATE, notification)
            refund(charge, f"late-{charge.pk}", charge.amount_minor)
            return None
    if confirmed:
        # A later attempt is given up: were it paid, too, it would go back.
        others = attempts(charge.purpose, charge.reference)
        _give_up(others.exclude(pk=charge.pk))
    charge.state = Charge.State.CONFIRMED if confirmed else Charge.State.FAILED
    charge.decided_at = timezone.now()
    charge.provider_ref = notification.provider_ref or charge.provider_ref
    charge.save(update_fields=["state", "decided_at", "provider_ref"])
    return _handled(charge)


def _is_awaited(charge: Charge) -> bool:
    """Say whether what a failed charge was for still waits for that money."""
    same = attempts(charge.purpose, charge.reference)
    path = settings.MALL_CHARGE_AWAITED.get(charge.purpose)
    if path is None or same.filter(state=Charge.State.CONFIRMED).exists():
        return False
    return bool(import_string(path)(charge))


def _give_up(rows: "QuerySet[Charge]") -> None:
    """Let those that are open fail: something else is to be paid, or was, for the same."""
    rows.filter(state=Charge.State.STARTED).update(
        state=Charge.State.FAILED, decided_at=timezone.now()
    )


def _handled(charge: Charge) -> Afterwards | None:
    path = settings.MALL_CHARGE_HANDLERS.get(charge.purpose)
    if path is None:
        raise NotImplementedError(f"Nobody handles charges for {charge.purpose!r}.")
    handler: Handler = import_string(path)
    return handler(charge)


def _flag(charge: Charge, trouble: Charge.Trouble, told: Notification) -> None:
    charge.trouble = trouble
    charge.told_minor, charge.told_currency = told.amount_minor, told.currency
    charge.save(update_fields=["trouble", "told_minor", "told_currency"])
    _LOG.error("charge_trouble", extra={"charge": str(charge.pk), "trouble": str(trouble)})


def _send(wanted: ChargeRefund) -> bool:
    try:
        provider = providers.named(wanted.charge.provider)
        state, why = provider.refund(wanted.charge, wanted), ""
    except (ProviderDown, providers.UnknownProvider) as error:
        state, why = RefundState.PENDING, str(error)[:200]
    except Exception as error:  # noqa: BLE001  # a defect with one must not hold up the others
        _LOG.exception("refund_broke", extra={"refund": str(wanted.pk)})
        state, why = RefundState.PENDING, type(error).__name__
    with transaction.atomic():
        row = ChargeRefund.objects.select_for_update().get(pk=wanted.pk)
        if row.state != ChargeRefund.State.WANTED:  # somebody else asked, too
            return False
        row.tries += 1
        row.why = why
        if state == RefundState.DONE:
            row.state, row.done_at = ChargeRefund.State.DONE, timezone.now()
            tell_refunded(row)
        elif state == RefundState.FAILED:
            row.state, row.why = ChargeRefund.State.FAILED, "refused by the provider"
            _LOG.error("refund_failed", extra={"refund": str(row.pk)})
        row.save()
    return state == RefundState.DONE


def _check_outside() -> None:
    if transaction.get_connection().in_atomic_block:
        raise PayingError("A provider is not called while a transaction is open.")

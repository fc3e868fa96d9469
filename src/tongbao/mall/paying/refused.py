"""Refunds that a provider refused: asked for again, paid into the wallet, or settled by hand.

Cards are closed and times run out, but the money is owed all the same. What is paid into the
wallet is a deposit from the mall's own pocket, for the provider keeps what it would not send back.
The decision and the deposit's command are one transaction, so a refund goes back one way only; a
crash after it leaves the command in the inbox, and `finish` (the reconciler calls it) goes on.
What the operator settled by hand, at the provider's or at a bank, posts nothing: who said so, when
and under which reference is kept, and the payer is told as of any refund.
"""

from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.paying import charges
from tongbao.mall.paying.models import ChargeRefund
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import the_shop

State = ChargeRefund.State
LONGEST: Final = 200
"""Characters of a reference."""


class NoReference(Exception):
    """It was not said how a refund was settled by hand, or at too great a length."""


class NotRefused(Exception):
    """It is no refund that was refused, or none that can go into the wallet."""


def again(refund: ChargeRefund) -> ChargeRefund:
    """Ask the provider for a refused refund once more; not inside a transaction.

    Raises:
        NotRefused: somebody has decided otherwise meanwhile.
    """
    with transaction.atomic(durable=True):
        row = _refused(refund)
        row.state, row.why = State.WANTED, ""
        row.save(update_fields=["state", "why"])
    charges.send_refunds(charge=row.charge)
    row.refresh_from_db()
    return row


def into_wallet(refund: ChargeRefund) -> ChargeRefund:
    """Pay a refused refund into the payer's wallet; not inside a transaction.

    Raises:
        NotRefused: somebody has decided otherwise meanwhile, or it is of another currency.
        LedgerError: as `Ledger.settle` does; what was decided is gone on with later.
    """
    shop = the_shop()
    enrolled(refund.charge.user, shop.ledger)
    with transaction.atomic(durable=True):
        row = _refused(refund)
        if row.currency != shop.currency:
            raise NotRefused("The wallet is of another currency.")
        row.state, row.why = State.WALLET, ""
        row.save(update_fields=["state", "why"])
        shop.ledger.enqueue(deposit(row))
    return finish(row)


def settle_outside(refund: ChargeRefund, by: User, reference: str) -> ChargeRefund:
    """Note that an operator settled a refused refund by hand, and tell the payer.

    Raises:
        NoReference: the reference is empty or too long.
        NotRefused: somebody has decided otherwise meanwhile.
    """
    reference = " ".join(reference.split())
    if not 0 < len(reference) <= LONGEST:
        raise NoReference("Say how it was settled.")
    with transaction.atomic(durable=True):
        row = _refused(refund)
        row.state, row.why, row.done_at = State.OUTSIDE, "", timezone.now()
        row.reference, row.decided_by = reference, by
        row.save(update_fields=["state", "why", "done_at", "reference", "decided_by"])
        charges.tell_refunded(row)
    return row


def finish(refund: ChargeRefund) -> ChargeRefund:
    """Note what became of a refund's deposit, and tell the payer; any number of times.

    Where the ledger would not take it, the refund is a refused one again.

    Raises:
        LedgerError: as `Ledger.settle` does; nothing was noted.
    """
    shop = the_shop()
    shop.ledger.settle()
    outcome = shop.ledger.outcome(deposit_id(refund))
    with transaction.atomic(durable=True):
        row = _locked(refund)
        if outcome is None or row.state != State.WALLET or row.done_at is not None:
            return row
        if not outcome.ok:
            row.state, row.why = State.FAILED, "not taken by the ledger"
            row.save(update_fields=["state", "why"])
            return row
        row.done_at = timezone.now()
        row.save(update_fields=["done_at"])
        facts: dict[str, int | str] = {"sale": row.charge.reference, "wallet": 1}
        facts["amount"] = row.amount_minor
        tell(row.charge.user, Kind.REFUND, f"{row.key}-wallet", facts)
    return row


def unfinished() -> QuerySet[ChargeRefund]:
    """Return those that go into a wallet and are not known to be there."""
    return ChargeRefund.objects.filter(state=State.WALLET, done_at=None).order_by("created_at")


def went_back() -> Q:
    """Return the condition of refunds that have reached whoever paid, whichever way."""
    return Q(state__in=[State.DONE, State.WALLET, State.OUTSIDE], done_at__isnull=False)


def deposit_id(refund: ChargeRefund) -> str:
    """Return the id of the command that pays a refund into the wallet."""
    return f"{refund.charge.reference}-refund-{refund.pk.hex[:12]}-wallet"


def deposit(refund: ChargeRefund) -> dict[str, object]:
    """Return that command."""
    account = refund.charge.user.account
    money = {"account": account, "amount": refund.amount_minor}
    return {"id": deposit_id(refund), "type": "deposit", **money}


def _refused(refund: ChargeRefund) -> ChargeRefund:
    row = _locked(refund)
    if row.state != State.FAILED:
        raise NotRefused("It was not refused.")
    return row


def _locked(refund: ChargeRefund) -> ChargeRefund:
    rows = ChargeRefund.objects.select_for_update(of=("self",)).select_related("charge__user")
    return rows.get(pk=refund.pk)

"""Withdrawals, step by step; each step is taken once, and can be taken up again after a crash.

Asked for (the row and the ledger's command in one transaction) → settled in the ledger → being
paid → paid, or failed: then a deposit brings the money back, under an id of its own. A payment
out that comes back later, after it counted as paid, goes the same way.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tongbao.ledger.logs import failure
from tongbao.ledger.values import LedgerError, Outcome
from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.wallet.models import Withdrawal
from tongbao.mall.wallet.payouts import Answer, Payout, PayoutState, PayoutTrouble, provider

SECONDS: Final = 10.0
"""So long the ledger may take over a withdrawal before somebody is told to look again."""

_PATIENCE: Final = timedelta(seconds=30)  # before a step counts as left behind
_LOG: Final = logging.getLogger(__name__)
_State = Withdrawal.State


def least_minor() -> int:
    """Return the least that can be withdrawn, in minor units."""
    return int(getattr(settings, "MALL_LEAST_WITHDRAWAL", 100))


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the money goes: a kind of account, whose it is, its number."""

    target: str
    holder: str
    number: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What reconciling found and did about a withdrawal: its id, the state before and after."""

    withdrawal: str
    before: str
    after: str
    came_back: bool = False

    @property
    def is_repaired(self) -> bool:
        """Whether nothing is left to do: it always went on, as far as it can for now."""
        return True

    def say(self, language: str) -> str:
        """Tell it in a language (``en``, ``zh-hans``), a line for the operator."""
        with translation.override(language):
            return _("Withdrawal %(id)s moved from “%(before)s” to “%(after)s”.") % {
                "id": self.withdrawal,
                "before": _State(self.before).label,
                "after": _("back in the wallet") if self.came_back else _State(self.after).label,
            }

    def __str__(self) -> str:
        return self.say("en")


def request(
    shop: Shop, user: User, once: str, amount_minor: int, destination: Destination
) -> Withdrawal:
    """Withdraw an amount of minor units, once for each ``once``; return how it stands.

    Not inside a transaction. Whoever asks again with the same ``once`` gets the first withdrawal.

    Raises:
        LedgerError: as `Ledger.enqueue` does; nothing was asked for then.
    """
    command_id = f"{user.account}-withdraw-{once}"
    with transaction.atomic():
        withdrawal, new = Withdrawal.objects.get_or_create(
            command_id=command_id,
            defaults={
                "user": user,
                "amount_minor": amount_minor,
                "target": destination.target,
                "holder": destination.holder,
                "number": destination.number,
            },
        )
        if new:
            shop.ledger.enqueue(
                {
                    "id": command_id,
                    "type": "withdraw",
                    "account": user.account,
                    "amount": amount_minor,
                }
            )
    return go_on(withdrawal, shop)


def go_on(withdrawal: Withdrawal, shop: Shop | None = None) -> Withdrawal:
    """Take the steps that can be taken now; return the withdrawal as it stands then.

    Not inside a transaction. What the ledger or the provider cannot do now is left for later.
    """
    shop = shop or the_shop()
    if withdrawal.state == _State.REQUESTED:
        outcome = _outcome(shop, withdrawal.command_id)
        if outcome is not None:
            _note(withdrawal, outcome)
            withdrawal.refresh_from_db()
    if withdrawal.state == _State.SETTLED and provider() is not None:
        _send(withdrawal, shop)
    elif withdrawal.state == _State.PAYING and withdrawal.provider:
        _ask(withdrawal, shop)
    withdrawal.refresh_from_db()
    if withdrawal.state == _State.FAILED and withdrawal.returned_at is None:
        _bring_back(withdrawal, shop)
    return withdrawal


def begin(withdrawal: Withdrawal, by: User) -> bool:
    """Note that the operator is paying it by hand; say whether it was theirs to begin."""
    return _moved(
        withdrawal, (_State.SETTLED,), _State.PAYING, sent_at=timezone.now(), decided_by=by
    )


def mark_paid(withdrawal: Withdrawal, *, by: User | None = None, reference: str = "") -> bool:
    """Note that it was paid, and tell its owner; return whether that is news.

    Not by somebody while a provider is paying it: then only the provider's answer counts.
    """
    with transaction.atomic():
        moved = _moved(
            withdrawal,
            (_State.SETTLED, _State.PAYING),
            _State.PAID,
            by_hand=by is not None,
            reference=reference,
            decided_by=by,
            decided_at=timezone.now(),
        )
        if moved:
            _tell(withdrawal, _State.PAID)
    return moved


def mark_failed(withdrawal: Withdrawal, *, by: User | None = None, why: str = "") -> bool:
    """Note that it could not be paid or came back, and bring it back; return whether it is news.

    Not inside a transaction. Not by somebody while a provider is paying it: only its answer counts
    then, or the wallet would have the money back and the provider would pay all the same.
    """
    shop = the_shop()
    with transaction.atomic():
        moved = _moved(
            withdrawal,
            (_State.SETTLED, _State.PAYING, _State.PAID),
            _State.FAILED,
            by_hand=by is not None,
            why=why[:200],
            decided_by=by,
            decided_at=timezone.now(),
        )
        if moved:
            shop.ledger.enqueue(_deposit(withdrawal))
            _tell(withdrawal, _State.FAILED)
    if moved:
        withdrawal.refresh_from_db()
        _bring_back(withdrawal, shop)
    return moved


def reconcile(now: datetime) -> list[Finding]:
    """Take up what was left behind before ``now``, and say what was found and done.

    One with which something is wrong is told in the log and holds up no other.
    """
    shop, found = the_shop(), list[Finding]()
    left = Withdrawal.objects.filter(
        Q(state__in=[_State.REQUESTED, _State.SETTLED, _State.PAYING])
        | Q(state=_State.FAILED, returned_at__isnull=True),
        created_at__lte=now - _PATIENCE,
    )
    for withdrawal in list(left.select_related("user").order_by("created_at")):
        before = withdrawal.state
        try:
            after = go_on(withdrawal, shop)
        except Exception as error:  # noqa: BLE001  # told in the log; it is taken up again
            failure(_LOG, "withdrawal_failed", error)
            continue
        if after.state != before or after.returned_at is not None:
            came_back = after.returned_at is not None
            found.append(Finding(str(withdrawal.pk), before, after.state, came_back))
    return found


def _moved(
    withdrawal: Withdrawal,
    before: Collection[str],
    after: str,
    *,
    by_hand: bool = False,
    **fields: object,
) -> bool:
    """Move it from one of these states, unless somebody else was first.

    By hand it is not moved while a provider has it.
    """
    rows = Withdrawal.objects.filter(pk=withdrawal.pk, state__in=before)
    if by_hand:
        rows = rows.filter(~Q(state=_State.PAYING) | Q(provider=""))
    return rows.update(state=after, **fields) == 1


def _outcome(shop: Shop, command_id: str) -> Outcome | None:
    try:
        return shop.ledger.outcome(command_id, wait=SECONDS)
    except LedgerError:
        _LOG.warning("the ledger cannot settle %s now; reconciling goes on with it", command_id)
        return None


def _note(withdrawal: Withdrawal, outcome: Outcome) -> None:
    with transaction.atomic():
        if outcome.ok:
            if _moved(withdrawal, (_State.REQUESTED,), _State.SETTLED, settled_at=timezone.now()):
                _tell(withdrawal, _State.REQUESTED)
            return
        error = "" if outcome.receipt is None else str(outcome.receipt.error or "")
        why = error or str(outcome.refusal or "")
        _moved(withdrawal, (_State.REQUESTED,), _State.REFUSED, why=why, decided_at=timezone.now())


def _send(withdrawal: Withdrawal, shop: Shop) -> None:
    """Give it to the provider; only one of those who try at once does."""
    pays = provider()
    if pays is None or not _moved(
        withdrawal, (_State.SETTLED,), _State.PAYING, provider=pays.code, sent_at=timezone.now()
    ):
        return
    try:
        _decide(withdrawal, pays.send(_payout(withdrawal, shop)))
    except PayoutTrouble as trouble:
        _LOG.warning("payout %s is in doubt: %s", withdrawal.pk, trouble)


def _ask(withdrawal: Withdrawal, shop: Shop) -> None:
    """Ask what became of it; give it to the provider again where it never arrived."""
    pays = provider()
    if pays is None or pays.code != withdrawal.provider:
        return
    payout = _payout(withdrawal, shop)
    try:
        answer = pays.query(payout)
        if answer is None and withdrawal.sent_at and withdrawal.sent_at < _before():
            answer = pays.send(payout)  # under the same key: it is paid once
        if answer is not None:
            _decide(withdrawal, answer)
    except PayoutTrouble as trouble:
        _LOG.warning("payout %s is in doubt: %s", withdrawal.pk, trouble)


def _before() -> datetime:
    return timezone.now() - _PATIENCE


def _decide(withdrawal: Withdrawal, answer: Answer) -> None:
    if answer.state is PayoutState.PAID:
        mark_paid(withdrawal, reference=answer.reference)
    elif answer.state is PayoutState.FAILED:
        mark_failed(withdrawal, why=answer.why)


def _payout(withdrawal: Withdrawal, shop: Shop) -> Payout:
    return Payout(
        withdrawal.pk,
        withdrawal.amount_minor,
        shop.currency,
        withdrawal.target,
        withdrawal.holder,
        withdrawal.number,
        withdrawal.created_at,
    )


def _deposit(withdrawal: Withdrawal) -> dict[str, object]:
    return {
        "id": withdrawal.return_id,
        "type": "deposit",
        "account": withdrawal.user.account,
        "amount": withdrawal.amount_minor,
    }


def _bring_back(withdrawal: Withdrawal, shop: Shop) -> None:
    """Note that the deposit is in the wallet again, once it is."""
    outcome = _outcome(shop, withdrawal.return_id)
    if outcome is not None and outcome.ok:
        Withdrawal.objects.filter(pk=withdrawal.pk, returned_at=None).update(
            returned_at=timezone.now()
        )
        withdrawal.refresh_from_db()


def _tell(withdrawal: Withdrawal, state: str) -> None:
    tell(
        withdrawal.user,
        Kind.WITHDRAWAL,
        f"{withdrawal.pk}-{state}",
        {"amount": withdrawal.amount_minor, "state": str(state)},
    )

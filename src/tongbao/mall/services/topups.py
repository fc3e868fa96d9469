"""Top-ups: handed to a provider, followed until it has decided.

A row is handed in by whoever notes `SENT` first, before the provider is asked; from then on it is
asked again under the same id until its answer is known. The provider is never asked inside a
transaction.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongbao.ledger.logs import failure
from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.states import locked_part
from tongbao.mall.services import kinds, paybacks, providers
from tongbao.mall.services.completing import complete
from tongbao.mall.services.models import Topup
from tongbao.mall.services.providers import Answer, NoAnswer, Progress, Request, TopupProvider
from tongbao.mall.services.targets import BadTarget, read_target
from tongbao.mall.shop.models import the_shop

_LOG: Final = logging.getLogger("tongbao.mall.services")
_PAUSES: Final = (5, 10, 30, 60, 300, 900, 3600)  # seconds between one try and the next
_BATCH: Final = 100
_ENDED: Final = (Part.State.RETURNED, Part.State.CANCELLED)
_RETURNED: Final = Topup.State.RETURNED


def open_topups(
    part: Part,
    line: Any,  # noqa: ANN401  # of Oscar or Django, without types
    worths: list[int],
    faces: list[int],
    now: datetime,
    provider: str = "",
) -> None:
    """Write a line's top-ups down, one for each unit; in the transaction that notes the payment.

    ``worths`` is what was paid for each, ``faces`` what each puts on the account, ``provider``
    whose price was taken for it.

    One whose number or product is not good fails at once, and its money goes back.
    """
    kind = kinds.topup_kind(line.product)
    chosen = line.attributes.filter(option__code=kinds.TARGET).first()
    typed = "" if chosen is None else str(chosen.value)
    try:
        target, why = (read_target(kind, typed), "") if kind else (typed[:32], "kind")
    except BadTarget:
        target, why = typed[:32], "target"
    for unit, (worth, face) in enumerate(zip(worths, faces, strict=True), start=1):
        Topup.objects.get_or_create(
            line=line,
            unit=unit,
            defaults={
                "part": part,
                "title": line.title,
                "kind": kind or Topup.Kind.UTILITY,
                "target": target,
                "face_minor": face,
                "worth_minor": worth,
                "state": Topup.State.FAILED if why else Topup.State.WAITING,
                "why": why,
                "provider": provider,
                "next_at": None if why else now,
                "decided_at": now if why else None,
            },
        )


def advance(now: datetime, *, sale: Sale | None = None) -> int:
    """Go on with everything that is due, of one sale or of all; return how many that were.

    What failed is paid back. For the worker, again and again; not in a transaction. One with which
    something is wrong is told in the log and holds up no other.
    """
    waiting = Topup.objects.filter(
        state__in=[Topup.State.WAITING, Topup.State.SENT], next_at__lte=now
    )
    if sale is not None:
        waiting = waiting.filter(part__sale=sale)
    found = list(waiting.select_related("part__sale").order_by("next_at", "pk")[:_BATCH])
    currency = the_shop().currency
    for topup in found:
        try:
            follow(topup, currency, now)
        except Exception as error:  # noqa: BLE001  # told in the log; it is asked again at `next_at`
            failure(_LOG, "topup_failed", error)
    owed = Part.objects.filter(topups__state=Topup.State.FAILED).select_related("sale").distinct()
    if sale is not None:
        owed = owed.filter(sale=sale)
    paybacks.pay_back_all(owed)
    return len(found)


def follow(topup: Topup, currency: str, now: datetime | None = None) -> Topup:
    """Go one step on with a top-up: hand it in, or ask how far it is. Not in a transaction."""
    moment = now or timezone.now()
    mine = _take(topup, moment)
    if mine is None:
        return Topup.objects.get(pk=topup.pk)
    provider = providers.providers().get(mine.provider)
    if provider is None:
        return _decide(mine, Answer(Progress.FAILED), "unavailable", moment)
    request = Request(mine.id, mine.kind, mine.target, mine.face_minor, currency)
    try:
        answer = _ask(provider, request, is_first=topup.state == Topup.State.WAITING)
    except NoAnswer:
        return mine  # asked again at `next_at`
    if answer.progress is Progress.PENDING:
        Topup.objects.filter(pk=mine.pk).update(provider_ref=answer.reference)
        return mine
    return _decide(mine, answer, "refused", moment)


def _ask(provider: TopupProvider, request: Request, *, is_first: bool) -> Answer:
    if is_first:
        return provider.submit(request)
    # Whatever became of the first try: what the provider never took is handed in again.
    return provider.query(request) or provider.submit(request)


def _take(topup: Topup, now: datetime) -> Topup | None:
    """Note that this caller goes on with it; None where somebody else does, or it is decided."""
    with transaction.atomic():
        # Before the top-up, as everybody locks: a sale is cancelled under the same lock, so that
        # what was handed in is never cancelled, nor the other way round.
        part = locked_part(topup.part_id)
        rows = Topup.objects.select_for_update(of=("self",)).select_related("part__sale__user")
        mine = rows.get(pk=topup.pk)
        is_open = mine.state in {Topup.State.WAITING, Topup.State.SENT}
        if not is_open or mine.tries != topup.tries:
            return None
        if mine.state == Topup.State.WAITING and part.state in _ENDED:
            # Its money is back with all the rest.
            mine.state, mine.why, mine.decided_at, mine.next_at = _RETURNED, "returned", now, None
            mine.save(update_fields=["state", "why", "decided_at", "next_at"])
            return None
        if mine.state == Topup.State.WAITING:
            if not mine.provider:
                provider = providers.provider_for(mine.kind)
                mine.provider = providers.NOBODY if provider is None else provider.code
            mine.state = Topup.State.SENT
        pause = _PAUSES[min(mine.tries, len(_PAUSES) - 1)]
        mine.tries, mine.next_at = mine.tries + 1, now + timedelta(seconds=pause)
        mine.save(update_fields=["state", "provider", "tries", "next_at"])
    return mine


def _decide(topup: Topup, answer: Answer, why: str, now: datetime) -> Topup:
    done = answer.progress is Progress.DONE
    with transaction.atomic():
        locked_part(topup.part_id)
        # Whoever is second finds it decided; what a provider decided never changes.
        decided = Topup.objects.filter(pk=topup.pk, state=Topup.State.SENT).update(
            state=Topup.State.DONE if done else Topup.State.FAILED,
            why="" if done else why,
            provider_ref=answer.reference or F("provider_ref"),
            decided_at=now,
            next_at=None,
        )
        if decided:
            sale = topup.part.sale
            facts = {"sale": sale.number, "state": "success" if done else "failed"}
            tell(sale.user, Kind.TOPUP, str(topup.pk), facts)
            complete(topup.part)
    return Topup.objects.get(pk=topup.pk)

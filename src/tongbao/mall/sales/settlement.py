"""One part's settlement: its points come and its merchant is paid.

One group of commands per order and merchant, all accepted or none. With «<n>-<m>» for the sale's
number and the merchant's account:

- ``<n>-<m>-purchase``: what was paid in real money and did not come back, with its profit; of
  what is bought at its face value (``<m>.face``) only what its provider left of it, nothing if it
  left nothing;
- ``<n>-<m>-part``: the merchant's share of that, deposited;
- ``<n>-<m>-escrow``: what of it came from the buyer's wallet leaves the shop's account, where it
  waited: purchase and deposit bring it in again from outside, so that it is there once;
- ``<n>-<m>-credit``, ``<n>-<m>-points``: what was paid so is passed on to the merchant.

Exactly once, whoever does it how often at the same time: the transaction that locks the part and
finds it due writes the group to the ledger's inbox and notes ``settling_at``; a second one notes
what the journal says of it. A crash in between leaves ``settling_at``, and whoever comes next goes
on. While it is set the part is not returned.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from tongbao.ledger import versions
from tongbao.ledger.door import Ledger
from tongbao.ledger.effects import CauseCode, effects
from tongbao.ledger.statements import purchase_bodies
from tongbao.ledger.values import Guard, Outcome, Refusal
from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.people.masking import masked
from tongbao.mall.people.models import User
from tongbao.mall.sales import holds
from tongbao.mall.sales.goods import charged
from tongbao.mall.sales.leftover import left
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.refusals import Refused
from tongbao.mall.sales.split import Figures, Taken, earning, split
from tongbao.mall.sales.states import locked_part, move
from tongbao.mall.sales.terms import fees_of
from tongbao.mall.sales.winding import is_same, payment_type
from tongbao.mall.shop.models import Shop, the_shop

BPS: Final = 10_000
OPEN: Final = (Return.State.ASKED, Return.State.APPROVED)
_TRIES: Final = 5

Command = dict[str, object]


def settle_part(part: Part) -> bool:
    """Settle a part if it is due; return whether it is settled now. Not in a transaction.

    Raises:
        Refused: the ledger did not accept it; the part waits as before.
        LedgerError: as `Ledger.settle` does; what was begun is gone on with later.
    """
    for tries in range(1, _TRIES + 1):
        token = begin(part.pk, timezone.now())
        if token is None:
            break
        try:
            return finish(part.pk, token)
        except Refused as refused:
            moved = refused.outcome is not None and refused.outcome.refusal is Refusal.GUARD
            if not moved or tries == _TRIES:
                raise
    return Part.objects.filter(pk=part.pk, state=Part.State.SETTLED).exists()


def begin(part_id: int, now: datetime) -> datetime | None:
    """Write a due part's commands to the inbox, unless they are there; return when that was.

    None if it is not due at ``now``, or if nothing was left to settle but its state.
    """
    with transaction.atomic(durable=True):
        part = locked_part(part_id)
        if part.settling_at is not None:
            return part.settling_at
        if not _is_due(part, now):
            return None
        shop = the_shop()
        commands, guards = _group(shop, part)
        if not commands:
            _note(shop, part, {})
            return None
        part.settling_at = timezone.now()
        part.save(update_fields=["settling_at"])
        shop.ledger.enqueue_group(commands, guards=guards)
    return part.settling_at


def finish(part_id: int, token: datetime, *, is_settled: bool = False) -> bool:
    """Note what became of what `begin` wrote at ``token``; return whether the part is settled.

    ``is_settled``: since then the ledger has settled all that waited.

    Raises:
        Refused: the ledger did not accept it; the part waits as before.
        LedgerError: as `Ledger.settle` does; nothing was noted.
    """
    shop = the_shop()
    if not is_settled:
        shop.ledger.settle()
    part = Part.objects.select_related("sale__user", "merchant").get(pk=part_id)
    bodies = _accepted(shop, part)
    with transaction.atomic(durable=True):
        row = locked_part(part_id)
        if row.settling_at != token:  # somebody else noted it
            return row.state == Part.State.SETTLED
        if bodies:
            _note(shop, row, bodies)
            return True
        row.settling_at = None
        row.save(update_fields=["settling_at"])
    raise Refused(refusal(shop.ledger, _ids(part).values()))


def refusal(ledger: Ledger, ids: Iterable[str]) -> Outcome | None:
    """Return why a group was refused: the outcome of the command that stood in its way."""
    outcomes = [ledger.outcome(one) for one in ids]
    told = [one for one in outcomes if one is not None and not one.ok]
    reasons = [one for one in told if one.refusal is not Refusal.GROUP]
    return next(iter([*reasons, *told]), None)


@dataclass(frozen=True, slots=True)
class _Paid:
    """What of a part was paid when it is settled, in minor units.

    ``cost`` is what the provider of what is bought at its face value charges, ``earned`` what is
    left of what was paid: it counts for points.
    """

    paid: int
    provider: int
    profit: int
    cost: int = 0

    @property
    def earned(self) -> int:
        return earning(self.paid, self.cost)


def _is_due(part: Part, now: datetime) -> bool:
    return (
        part.state == Part.State.RECEIVED
        and part.sale.state == Sale.State.PAID
        and part.due_at is not None
        and part.due_at <= now
        and not holds.is_held(part)
    )


def _ids(part: Part) -> dict[str, str]:
    return {
        name: f"{part.base_id}-{name}"
        for name in ("purchase", "part", "escrow", "credit", "points")
    }


def _fixed(shop: Shop, part: Part) -> list[Command]:
    """Return the group's commands but the deposit: they follow from the part alone."""
    rest, ids, paid = left(part), _ids(part), _paid(shop, part)
    merchant = part.merchant.account
    commands: list[Command] = []
    if paid.earned:
        purchase: Command = {"id": ids["purchase"], "type": "purchase"}
        figures = {"member": part.sale.user.account, "paid": paid.earned, "profit": paid.profit}
        commands.append({**purchase, **figures})
    if rest.tenders.wallet_minor:
        amount = rest.tenders.wallet_minor
        escrow = {"id": ids["escrow"], "type": "withdraw", "account": shop.account}
        commands.append({**escrow, "amount": amount})
    if merchant != shop.account:
        between = {"payer": shop.account, "payee": merchant}
        points = rest.tenders.points_minor - rest.goods_fee_minor
        held = payment_type(shop.ledger, shop.account, rest.tenders.credit_minor)
        for name, kind, amount in (
            ("credit", held, rest.tenders.credit_minor),
            ("points", "pay_wallet", points),
        ):
            if amount:
                commands.append({"id": ids[name], "type": kind, **between, "amount": amount})
    return commands


def _paid(shop: Shop, part: Part) -> _Paid:
    """Return what was paid less what came back, and in proportion the profit (rounded down).

    Of what is bought at its face value the profit is all that its provider left.
    """
    rest = left(part).tenders
    if part.kind == Part.Kind.FACE:
        cost = charged(part, shop.currency)
        profit = earning(rest.paid_minor, cost)
        return _Paid(rest.paid_minor, rest.provider_minor, profit, cost)
    profit = part.profit_minor * rest.paid_minor // part.paid_minor if part.paid_minor else 0
    return _Paid(rest.paid_minor, rest.provider_minor, profit)


def _group(shop: Shop, part: Part) -> tuple[list[Command], list[Guard | None]]:
    """Return all of the group's commands, with their guards."""
    commands = _fixed(shop, part)
    guards: list[Guard | None] = [None] * len(commands)
    if not commands or commands[0]["type"] != "purchase":
        return commands, guards
    outcome = shop.ledger.preview(commands[0])
    if not outcome.ok:
        raise Refused(outcome)
    taken = Taken(
        outcome.fields["contribution"],
        outcome.fields["dividend"],
        _commissions(shop.ledger, part.sale.user.account, _paid(shop, part).earned),
    )
    # The deposit rests on these figures: with other ones nothing is accepted, and we look again.
    figures = {"contribution": taken.reserve, "dividend": taken.dividends}
    guards[0] = Guard(at_least=figures, at_most=figures)
    merchant = _split(shop, part, taken).to_merchant
    if merchant:
        deposit = {"id": _ids(part)["part"], "type": "deposit", "account": part.merchant.account}
        commands.insert(1, {**deposit, "amount": merchant})
        guards.insert(1, None)
    return commands, guards


def _split(shop: Shop, part: Part, taken: Taken) -> Figures:
    paid = _paid(shop, part)
    return split(paid.paid, paid.provider, taken, fees_of(part), paid.cost)


def _commissions(ledger: Ledger, member: str, paid: int) -> int:
    """Return the cash commissions that the plan in force gives (spec: «purchase», 3).

    No receipt has them, so nothing guards them: where the plan changes in the very moment, the
    platform's fee makes up for the difference, see `_noted`.
    """
    account, total = ledger.account(member), 0
    for bps in ledger.standing().plan.referral_cash_bps:
        if account is None or account.referrer is None:
            break
        total += paid * bps // BPS
        account = ledger.account(account.referrer)
    return total


def _accepted(shop: Shop, part: Part) -> Mapping[str, Mapping[str, Any]]:
    """Return the journal's entries of the group by command id; none if it was not accepted."""
    bodies = purchase_bodies(shop.ledger, list(_ids(part).values()))
    fixed = _fixed(shop, part)
    ours = all(is_same(bodies.get(str(one["id"]), {}).get("command"), one) for one in fixed)
    return bodies if ours and fixed else {}


def _note(shop: Shop, part: Part, bodies: Mapping[str, Mapping[str, Any]]) -> None:
    """Write down on the part what the journal says of its settlement."""
    fields: dict[str, Any] = {"settled_at": timezone.now(), "settling_at": None}
    paid = _paid(shop, part)
    fields |= {"settled_minor": paid.paid, "cost_minor": paid.cost}
    body = bodies.get(_ids(part)["purchase"])
    if body is not None:
        deposit = bodies.get(_ids(part)["part"], {"command": {"amount": 0}})["command"]["amount"]
        fields |= {
            "purchase_id": body["command"]["id"],
            "plan_version": _plan_version(shop, body["number"]),
            "points_atoms": body["receipt"]["points"],
            **asdict(_noted(shop, part, body, deposit)),
        }
    else:
        fields |= asdict(_split(shop, part, Taken()))
    move(part, Part.State.SETTLED, **fields)
    if body is not None:
        facts: dict[str, int | str] = {
            "sale": part.sale.number,
            "points": body["receipt"]["points"],
            "quota": _quota(part.sale.user.account, body),
        }
        if fields["plan_version"] != part.terms.plan_version is not None:
            facts |= {"version": fields["plan_version"], "paid_version": part.terms.plan_version}
        tell(part.sale.user, Kind.POINTS_SETTLED, str(part.pk), facts)
        _tell_inviters(part, body["purchase"]["chain"])


def _tell_inviters(part: Part, chain: Sequence[Sequence[Any]]) -> None:
    """Tell whoever invited the buyer, and who invited them, what points the purchase brought them.

    ``chain`` is the journal's: accounts, the points granted to them, the money.
    """
    granted = {account: points for account, points, _money in chain if points}
    for user in User.objects.filter(account__in=granted, is_active=True):
        facts: dict[str, int | str] = {"friend": masked(part.sale.user)}
        facts["points"] = granted[user.account]
        tell(user, Kind.INVITED_POINTS, f"{part.pk}:{user.pk}", facts)


def _noted(shop: Shop, part: Part, body: Mapping[str, Any], deposit: int) -> Figures:
    """Return how the purchase was split, by the journal's own figures; they add up in any case.

    Where they are not those that the deposit was worked out from, the fees make up for it: the
    platform's first. Only if they cannot, the merchant's figure is less than the deposit, which
    the reconciler reports.
    """
    commissions = sum(commission for _, _, commission in body["purchase"]["chain"])
    taken = Taken(body["receipt"]["contribution"], body["receipt"]["dividend"], commissions)
    planned = _split(shop, part, taken)
    if planned.to_merchant == deposit:
        return planned
    there = planned.total - planned.to_supplier - taken.total
    fees = max(0, there - deposit)
    provider = min(planned.to_provider, fees)
    return replace(
        planned, to_merchant=there - fees, to_platform=fees - provider, to_provider=provider
    )


def _quota(member: str, body: Mapping[str, Any]) -> int:
    told = effects(member, body)
    return sum(one.change.quota for one in told if one.cause.code is CauseCode.PURCHASE)


def _plan_version(shop: Shop, number: int) -> int:
    """Return the version of the plan that was in force at that entry."""
    entries = [
        (version.number, version.version)
        for version in versions.history(shop.program)
        if version.number is not None and version.number <= number
    ]
    return max(entries)[1]

"""Returns: asked for, decided, carried out: exactly once, however often anybody tries.

Approving writes, in one transaction, the decision and one group of commands, all accepted or
none, to the ledger's inbox; a second one notes what became of it, wants the provider's part back
and tells the buyer. Before the settlement, with «<b>» for ``<number>-<merchant>-return<n>``:

- ``<b>-wallet``, ``<b>-points``: wallet money to the member, for points less the goods fee;
  ``<b>-credit``: credit. Where the shopper does not pay that fee (`ways_back` says who does), it is
  brought to the shop's account first: by ``<b>-merchant`` from the merchant's wallet, or by
  ``<b>-fee``, a deposit of the mall's.

After it: ``<b>-refund`` takes back what the purchase gave; ``<b>-merchant`` and
``<b>-merchant_credit`` are the merchant's share, returned to the shop's account; ``<b>-deposit``
is what else the member gets, from the operator's pocket (the reserve's part, fees, what the shop
bears), or ``<b>-out`` what is more than that, to fund what the provider sends back; then wallet,
points and credit to the member as above. The shop's account is left as it was.

Who bears a shortfall or the goods fee is who decides so: an operator for the mall, a merchant's
staff from the merchant's wallet. A part that its merchant or the mall cancels before it was shipped
goes back in the same way, all that is left of it (``cancelled_by``); refused by the ledger, it is
as if nobody had begun.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import override

from tongbao.ledger.statements import purchase_bodies
from tongbao.ledger.values import Guard, LedgerError, Outcome, Refusal
from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.paying import charges
from tongbao.mall.people.models import User
from tongbao.mall.people.roles import is_operator
from tongbao.mall.sales import discounts, ending, goods, holds, quoting, settlement, stock
from tongbao.mall.sales.leftover import left
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.quoting import Planned, Quote, planned, quote
from tongbao.mall.sales.refusals import NotNow, Refused, Why
from tongbao.mall.sales.settlement import Command
from tongbao.mall.sales.states import locked_part, move
from tongbao.mall.sales.ways_back import PAYS, Payer, way_of_cancelling, way_of_return
from tongbao.mall.sales.winding import is_same, payment_type
from tongbao.mall.shop.models import Shop, the_shop

__all__ = [
    "Quote",
    "StaleQuote",
    "approve",
    "ask",
    "automatic",
    "finish",
    "quote",
    "refuse",
]

_LONGEST: Final = 500
_COMMANDS: Final = (
    *("refund", "fee", "merchant", "merchant_credit", "deposit"),
    *("wallet", "points", "credit", "out"),
)


class StaleQuote(NotNow):
    """The figures have moved since they were shown; ``new`` has those of now."""

    def __init__(self, new: Quote) -> None:
        """Keep the new ones."""
        self.new = new
        super().__init__(Why.STALE)


def ask(
    part: Part, amount_minor: int, lines: Mapping[str, int] | None = None, reason: str = ""
) -> Return:
    """Write down that something of a part is to go back; somebody decides it later.

    Raises:
        NotNow: it cannot be returned as things stand, another return of it is open, it is too little
            or one too many (`holds`).
    """
    with transaction.atomic():
        row = locked_part(part.pk)
        terms = holds.terms_of(row, timezone.now())
        holds.check_limits(row, amount_minor, lines or {})
        if goods.covers_had(row, the_shop().currency, amount_minor, lines or {}):
            terms["holds"] = False  # nobody's silence brings back what was had
        return _asked(row, amount_minor, lines, reason, terms)


def refuse(return_: Return, by: User | None, answer: str = "") -> Return:
    """Refuse a return, or take it back (``by`` who asked for it); refused before: as it is.

    Raises:
        NotNow: it was approved.
    """
    with transaction.atomic():
        part, row = _locked(return_.pk)
        if row.state == Return.State.REFUSED:
            return row
        # What the mall pays back by itself is decided, though the ledger had refused its group.
        if row.state != Return.State.ASKED or row.vouchers.exists() or row.topups.exists():
            raise NotNow(Why.DECIDED)
        row.state, row.answer = Return.State.REFUSED, answer[:_LONGEST]
        row.decided_by, row.decided_at = by, timezone.now()
        row.save(update_fields=["state", "answer", "decided_by", "decided_at"])
        if by is None or by.pk != part.sale.user_id:
            facts: dict[str, int | str] = {
                "sale": part.sale.number,
                "amount": row.amount_minor,
                "state": "refused",
            }
            tell(part.sale.user, Kind.RETURN_DECIDED, str(row.pk), facts)
    return row


def approve(return_: Return, by: User | None, quote: Quote, *, restocks: bool = False) -> Return:
    """Carry a return out as ``quote`` showed it; not in a transaction. Done before: as it is.

    ``restocks``: the goods that were handed over and came back may be sold again.

    Raises:
        StaleQuote: somebody would be worse off than was shown; nothing was done.
        Refused: the ledger did not accept it (somebody's wallet is short, say); nothing was done.
        NotNow: it was refused, or cannot be returned any more.
        LedgerError: as `Ledger.settle` does; it stays approved and is gone on with later.
    """
    _settle_before(return_)
    with transaction.atomic(durable=True):
        part, row = _locked(return_.pk)
        if row.state == Return.State.REFUSED:
            raise NotNow(Why.DECIDED)
        if row.state == Return.State.ASKED:
            plan = planned(the_shop(), part, row.amount_minor, shop_bears=quote.shop_bears)
            if not plan.quote.keeps_to(quote):
                raise StaleQuote(plan.quote)
            for path in settings.MALL_RETURN_APPROVING:
                import_string(path)(row)
            row.restocks = restocks
            _begin(part, row, plan, by)
    try:
        return finish(row.pk)
    except Refused as refused:
        if refused.outcome is None or refused.outcome.refusal is not Refusal.GUARD:
            raise
        raise StaleQuote(quoting.quote(part, row.amount_minor, quote.shop_bears)) from None


def automatic(
    part: Part,
    amount_minor: int,
    reason: str,
    lines: Mapping[str, int] | None = None,
) -> Return:
    """Give back what goes back by itself: a top-up that failed, a voucher that expired.

    The shopper pays the goods fee, as in all of these ways (`ways_back`). ``lines`` are as of
    `ask`. May be called inside a transaction: the decision is part of it, and is carried out after
    its commit (where that fails, the reconciler does it).

    Raises:
        NotNow, LedgerError: it cannot be returned as things stand; nothing was written.
    """
    with transaction.atomic():
        one = locked_part(part.pk)
        row = _asked(
            one,
            amount_minor,
            lines,
            reason,
            {"holds": True, "is_late": part.state == Part.State.SETTLED},
        )
        _begin(one, row, planned(the_shop(), one, amount_minor, shop_bears=False), None)

        def carry_out() -> None:  # by its name the log tells a failure: a partial has none
            finish(row.pk)

        transaction.on_commit(carry_out, robust=True)
    row.refresh_from_db()
    return row


def begin_cancelling(part: Part, cancelled_by: str, by: User | None) -> Return | None:
    """Let all that is left of a locked part go back, for it is cancelled; `finish` goes on with it.

    None where nothing was paid for it: then it is cancelled at once.
    """
    amount = left(part).tenders.total_minor
    if not amount:
        _close_cancelled(part, cancelled_by)
        return None
    row = _asked(part, amount, goods.left_of(part, the_shop().currency), "", {"holds": True})
    row.cancelled_by = cancelled_by
    for path in settings.MALL_RETURN_APPROVING:
        import_string(path)(row)
    _begin(part, row, planned(the_shop(), part, amount, shop_bears=True), by)
    return row


def finish(return_id: int) -> Return:
    """Note what became of an approved return; not in a transaction, any number of times.

    Raises:
        Refused: the ledger did not accept it: it waits for its decision again.
        LedgerError: as `Ledger.settle` does; nothing was noted.
    """
    row = Return.objects.get(pk=return_id)
    if row.state == Return.State.APPROVED and row.decided_at is not None:
        _noted(return_id, row.decided_at)
    row = Return.objects.select_related("part__sale__charge").get(pk=return_id)
    if row.state == Return.State.DONE and row.part.sale.charge is not None:
        charges.send_refunds(charge=row.part.sale.charge)
    return row


def base_id(row: Return) -> str:
    """Return what the ids of a return's commands begin with."""
    number = Return.objects.filter(part=row.part_id, pk__lte=row.pk).count()
    return f"{row.part.base_id}-return{number}"


def _asked(
    part: Part,
    amount_minor: int,
    lines: Mapping[str, int] | None,
    reason: str,
    terms: Mapping[str, Any],
) -> Return:
    quoting.check(part, amount_minor, is_goods=bool(lines))
    if not amount_minor:
        _check_left(part, lines or {})
    if part.returns.filter(state__in=settlement.OPEN).exists():
        raise NotNow(Why.OPEN_RETURN)
    return Return.objects.create(
        part=part,
        amount_minor=amount_minor,
        lines=dict(lines or {}),
        reason=reason[:_LONGEST],
        **terms,
    )


def _check_left(part: Part, lines: Mapping[str, int]) -> None:
    """Raise NotNow if more goods come back than are left; where money does, that is the bound."""
    left = {str(line.row.pk): line.left for line in goods.lines(part, the_shop().currency)}
    if any(not 0 < count <= left.get(pk, 0) for pk, count in lines.items()):
        raise NotNow(Why.TOO_MUCH)


def _settle_before(return_: Return) -> None:
    """Settle a part that is due before a return that does not hold it is carried out: it is late."""
    if not return_.holds and return_.state == Return.State.ASKED:
        with suppress(NotNow, LedgerError):  # where it cannot be settled it comes back as it is
            settlement.settle_part(return_.part)


def _locked(return_id: int) -> tuple[Part, Return]:
    part_id = Return.objects.values_list("part_id", flat=True).get(pk=return_id)
    part = locked_part(part_id)
    row = Return.objects.select_for_update().get(pk=return_id)
    row.part = part
    return part, row


def _begin(part: Part, row: Return, plan: Planned, by: User | None) -> None:
    """Approve a locked return as planned, and let its commands wait in the inbox."""
    told, back = plan.quote, plan.quote.back
    row.state, row.decided_by, row.decided_at = Return.State.APPROVED, by, timezone.now()
    row.is_late, row.shop_bears = told.is_late, told.shop_bears
    row.provider_minor, row.wallet_minor = back.provider_minor, back.wallet_minor
    row.credit_minor, row.points_minor = back.credit_minor, back.points_minor
    row.shortfall_minor, row.recovered_minor = told.shortfall_minor, told.recovered_minor
    row.points_atoms = told.points_atoms
    row.save()
    shop = the_shop()
    row.part = part
    late = told.is_late
    commands = _late_group(shop, row, plan, by) if late else _early_group(shop, row, plan, by)
    if not commands:
        _done(part, row, {})
        return
    guards: list[Guard | None] = [None] * len(commands)
    if plan.refund:
        most = {"shortfall": told.shortfall_minor, "points": told.points_atoms}
        guards[0] = Guard(at_most=most)
    shop.ledger.enqueue_group(commands, guards=guards)


def _early_group(shop: Shop, row: Return, plan: Planned, by: User | None) -> list[Command]:
    base, account, merchant = base_id(row), shop.account, row.part.merchant.account
    fee: Command = {"amount": plan.quote.fee_minor}
    payer = _payer(row, by)
    if payer is Payer.SHOPPER or not plan.quote.fee_minor:
        return to_member(shop, row)
    if payer is Payer.MERCHANT and merchant != account:
        fee |= {"id": f"{base}-merchant", "type": "pay_wallet", "payer": merchant, "payee": account}
    else:
        fee |= {"id": f"{base}-fee", "type": "deposit", "account": account}
    return [fee, *to_member(shop, row)]


def _payer(row: Return, by: User | None) -> Payer:
    """Say who pays the goods fee, and what else the shop bears if it does."""
    if row.cancelled_by:
        return PAYS[way_of_cancelling(row.cancelled_by)]
    by_operator = is_operator(by)
    way = way_of_return(is_late=row.is_late, shop_bears=row.shop_bears, by_operator=by_operator)
    return PAYS[way]


def _late_group(shop: Shop, row: Return, plan: Planned, by: User | None) -> list[Command]:
    base, account, merchant = base_id(row), shop.account, row.part.merchant.account
    commands: list[Command] = []
    if plan.refund:
        refund: Command = {"id": f"{base}-refund", "type": "refund"}
        commands.append({**refund, "purchase": row.part.purchase_id, "amount": plan.refund})
    gives = plan.quote.merchant_minor + plan.worth.points_minor - plan.quote.fee_minor
    if _payer(row, by) is Payer.MERCHANT:
        gives += plan.quote.bears_minor
    if merchant != account:
        between = {"payer": merchant, "payee": account}
        for name, kind, amount in (
            ("merchant", "pay_wallet", gives),
            ("merchant_credit", _credit_type(shop, row), row.credit_minor),
        ):
            if amount:
                commands.append({"id": f"{base}-{name}", "type": kind, **between, "amount": amount})
    missing = row.wallet_minor + row.points_minor - gives
    if missing > 0:
        deposit: Command = {"id": f"{base}-deposit", "type": "deposit", "account": account}
        commands.append({**deposit, "amount": missing})
    commands += to_member(shop, row)
    if missing < 0:
        out: Command = {"id": f"{base}-out", "type": "withdraw", "account": account}
        commands.append({**out, "amount": -missing})
    return commands


def to_member(shop: Shop, row: Return) -> list[Command]:
    """Return the commands that give the member what a return brings back."""
    base = base_id(row)
    between = {"payer": shop.account, "payee": row.part.sale.user.account}
    return [
        {"id": f"{base}-{name}", "type": kind, **between, "amount": amount}
        for name, kind, amount in (
            ("wallet", "pay_wallet", row.wallet_minor),
            ("points", "pay_wallet", row.points_minor),
            ("credit", _credit_type(shop, row), row.credit_minor),
        )
        if amount
    ]


def _credit_type(shop: Shop, row: Return) -> str:
    """Return by which command credit comes back: it is with the merchant once the part is settled."""
    holders = (row.part.merchant.account, shop.account) if row.is_late else (shop.account,)
    return payment_type(shop.ledger, holders[0], row.credit_minor, *holders[1:])


def _noted(return_id: int, token: datetime) -> None:
    """Let the ledger settle, and note what became of what was approved at ``token``."""
    shop = the_shop()
    shop.ledger.settle()
    with transaction.atomic(durable=True):
        part, row = _locked(return_id)
        if row.state != Return.State.APPROVED or row.decided_at != token:
            return  # somebody else noted it
        ids = [f"{base_id(row)}-{name}" for name in _COMMANDS]
        bodies = purchase_bodies(shop.ledger, ids)
        there = {one: bodies.get(one, {}).get("command") for one in ids}
        ours = [is_same(there[str(one["id"])], one) for one in to_member(shop, row)]
        if bodies and all(ours):
            _done(part, row, bodies)
            return
        row.state, row.decided_by, row.decided_at = Return.State.ASKED, None, None
        if row.cancelled_by:  # nobody has asked for it: it is as if nobody had begun
            row.state = Return.State.REFUSED
            for path in settings.MALL_RETURN_UNDONE:
                import_string(path)(row)
        row.save(update_fields=["state", "decided_by", "decided_at"])
    raise _short(row, settlement.refusal(shop.ledger, ids))


def _short(row: Return, outcome: Outcome | None) -> Refused:
    """Return why a group was refused; where a wallet is short, say whose."""
    error = None if outcome is None or outcome.receipt is None else outcome.receipt.error
    if outcome is not None and error in {"insufficient_funds", "insufficient_credit"}:
        from_merchant = str(outcome.id).startswith(f"{base_id(row)}-merchant")
        return Refused(outcome, Why.MERCHANT_SHORT if from_merchant else Why.SHOP_SHORT)
    return Refused(outcome)


def _done(part: Part, row: Return, bodies: Mapping[str, Mapping[str, Any]]) -> None:
    """Note a locked return as carried out; want the provider's part back; tell the buyer."""
    receipt = bodies.get(f"{base_id(row)}-refund", {}).get("receipt")
    if receipt is not None:
        row.points_atoms, row.recovered_minor = receipt["points"], receipt["recovered"]
        row.shortfall_minor = receipt["shortfall"]
    row.state, row.done_at = Return.State.DONE, timezone.now()
    row.save()
    if row.cancelled_by:
        discounts.hold(part.sale)
    stock.come_back(part, row)
    if row.provider_minor and part.sale.charge is not None:
        charges.refund(part.sale.charge, base_id(row), row.provider_minor)
    if row.cancelled_by:
        _close_cancelled(part, row.cancelled_by, row.amount_minor)
    elif part.state != Part.State.SETTLED and goods.is_all_back(part, the_shop().currency):
        move(part, Part.State.RETURNED)
    facts: dict[str, int | str] = {
        "sale": part.sale.number,
        "amount": row.total_minor,
        "points": int(row.points_atoms),
    }
    tell(part.sale.user, Kind.REFUND, base_id(row), facts)
    for path in settings.MALL_RETURN_DONE:
        import_string(path)(row)


def _close_cancelled(part: Part, cancelled_by: str, amount_minor: int = 0) -> None:
    """Let a locked part be cancelled, and its sale with the last of them; tell the buyer."""
    sale = part.sale
    move(part, Part.State.CANCELLED)
    if not amount_minor:
        discounts.hold(sale)
        stock.free(sale, [part])
    if ending.close(sale, cancelled_by):
        return
    with override(sale.user.language or settings.LANGUAGE_CODE):
        facts: dict[str, int | str] = {"sale": sale.number, "merchant": part.merchant.name}
    facts |= {"why": cancelled_by, "amount": amount_minor}
    tell(sale.user, Kind.ORDER_CANCELLED, part.base_id, facts)

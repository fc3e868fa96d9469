"""decide: one command against one state gives a receipt and, if accepted, the changes.

The state is only read. `purchase` holds the two longest commands; the others
are here, in the order of the spec's table.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from tongbao.engine import commands
from tongbao.engine.plan import PlanRefused, plan_from_fields
from tongbao.engine.purchase import Answer, purchase, refund
from tongbao.engine.receipts import Receipt, Rejection
from tongbao.engine.rules import burn, fee_on, gain, release, settle, sweep, take_out
from tongbao.engine.state import Account, Kind, Store, value_of
from tongbao.engine.units import BPS, SCALE, ceil_div
from tongbao.engine.work import Work

DAYS_AHEAD: Final = 366
NOTHING: Final = ((), ())


def decide(store: Store, command: commands.Command) -> tuple[Receipt, Work | None]:
    """Return the receipt and the changes, None if the command is rejected."""
    work = Work(store, store.plan, store.figures.__copy__())  # type: ignore[attr-defined]  # not in the stubs
    answer = _DECISIONS[type(command)](work, command)
    if not isinstance(answer, tuple):
        return Receipt(command.id, answer), None
    sweep(work)
    names, figures = answer
    return Receipt(command.id, None, names, figures, tuple(work.exits)), work


def _enroll(work: Work, command: commands.Enroll) -> Answer:
    account = work.account(command.member)
    if account is not None:
        member = account.kind == "member"
        return Rejection.ALREADY_ENROLLED if member else Rejection.NOT_A_MEMBER
    referrer = command.referrer if isinstance(command.referrer, str) else None
    if referrer is not None and _of_kind(work, referrer, "member") is None:
        return Rejection.UNKNOWN_MEMBER
    work.open(command.member, "member", referrer)
    return NOTHING


def _open_merchant(work: Work, command: commands.OpenMerchant) -> Answer:
    account = work.account(command.merchant)
    if account is not None:
        merchant = account.kind == "merchant"
        return Rejection.ALREADY_OPEN if merchant else Rejection.NOT_A_MERCHANT
    work.open(command.merchant, "merchant")
    return NOTHING


def _redeem(work: Work, command: commands.Redeem) -> Answer:
    account = work.account(command.account)
    if account is None:
        return Rejection.UNKNOWN_ACCOUNT
    if account.kind == "member" and not work.plan.cash_redemption:
        return Rejection.NOT_ALLOWED
    atoms = account.points if isinstance(command.points, str) else command.points
    if (refusal := _parting_refused(work, account, atoms)) is not None:
        return refusal
    gross = value_of(atoms, work.figures)
    fee = fee_on(gross, work.plan.exit_fee_bps)
    net = gross - fee
    if net <= 0:
        return Rejection.TOO_SMALL
    settle(work, account)
    take_out(account, gross)
    account.wallet += net
    account.points -= atoms
    work.moves.append(("redemption", "points", account.name, "burned", "", atoms))
    work.moves.append(("redemption", "reserve", "", "wallet", account.name, net))
    burn(work, atoms, net)
    return ("gross", "fee", "net"), (gross, fee, net)


def _pay_points(work: Work, command: commands.PayPoints) -> Answer:
    member = _of_kind(work, command.member, "member")
    if member is None:
        return Rejection.UNKNOWN_MEMBER
    merchant = _of_kind(work, command.merchant, "merchant")
    if merchant is None:
        return Rejection.UNKNOWN_MERCHANT
    amount, figures = command.amount, work.figures
    worth = value_of(member.points, figures)
    if amount > worth:
        return Rejection.INSUFFICIENT_POINTS
    atoms = member.points
    if amount < worth:
        # Ceiling: the remainder stays in the pool.
        atoms = ceil_div(amount * figures.supply, figures.reserve)
    if (refusal := _parting_refused(work, member, atoms)) is not None:
        return refusal
    fee = fee_on(amount, work.plan.goods_fee_bps)
    if amount - fee <= 0:
        return Rejection.TOO_SMALL
    settle(work, member)
    take_out(member, amount)
    member.points -= atoms
    merchant.wallet += amount - fee
    work.moves.append(("goods", "points", member.name, "burned", "", atoms))
    work.moves.append(("goods", "reserve", "", "wallet", merchant.name, amount - fee))
    burn(work, atoms, amount - fee)
    return ("points", "fee"), (atoms, fee)


def _pay_wallet(work: Work, command: commands.PayWallet) -> Answer:
    parties = _parties(work, command)
    if isinstance(parties, Rejection):
        return parties
    payer, payee = parties
    settle(work, payer)
    if command.amount > payer.wallet:
        return Rejection.INSUFFICIENT_FUNDS
    payer.wallet -= command.amount
    payee.wallet += command.amount
    work.moves.append(("payment", "wallet", payer.name, "wallet", payee.name, command.amount))
    return NOTHING


def _convert(work: Work, command: commands.Convert) -> Answer:
    member = _of_kind(work, command.member, "member")
    if member is None:
        return Rejection.UNKNOWN_MEMBER
    atoms = member.points if isinstance(command.points, str) else command.points
    if (refusal := _parting_refused(work, member, atoms)) is not None:
        return refusal
    credit = value_of(atoms, work.figures)
    if credit == 0:
        return Rejection.TOO_SMALL
    settle(work, member)
    member.points -= atoms
    work.figures.treasury += atoms
    take_out(member, credit)
    member.credit += credit
    work.moves.append(("conversion", "points", member.name, "treasury", "", atoms))
    work.moves.append(("conversion", "credit_issued", "", "credit", member.name, credit))
    return ("credit",), (credit,)


def _pay_credit(work: Work, command: commands.PayCredit) -> Answer:
    parties = _parties(work, command)
    if isinstance(parties, Rejection):
        return parties
    payer, payee = parties
    if command.amount > payer.credit:
        return Rejection.INSUFFICIENT_CREDIT
    payer.credit -= command.amount
    payee.credit += command.amount
    work.moves.append(("payment", "credit", payer.name, "credit", payee.name, command.amount))
    return NOTHING


def _redeem_credit(work: Work, command: commands.RedeemCredit) -> Answer:
    merchant = _of_kind(work, command.merchant, "merchant")
    if merchant is None:
        return Rejection.UNKNOWN_MERCHANT
    if command.amount > merchant.credit:
        return Rejection.INSUFFICIENT_CREDIT
    release(work)
    figures = work.figures
    if figures.supply == 0:
        return Rejection.TOO_SMALL
    # Floor: the remainder stays behind the other credit.
    atoms = command.amount * figures.supply // figures.reserve
    if atoms == 0:
        return Rejection.TOO_SMALL
    settle(work, merchant)
    # Floor: a ceiling is never a fen higher than the plan says.
    gain(merchant, command.amount * work.plan.merchant_quota_bps // BPS)
    figures.treasury -= atoms
    merchant.points += atoms
    merchant.credit -= command.amount
    name = merchant.name
    work.moves.append(("credit_redemption", "treasury", "", "points", name, atoms))
    work.moves.append(("credit_redemption", "credit", name, "credit_issued", "", command.amount))
    return ("points",), (atoms,)


def _withdraw(work: Work, command: commands.Withdraw) -> Answer:
    account = work.account(command.account)
    if account is None:
        return Rejection.UNKNOWN_ACCOUNT
    if account.kind == "member" and not work.plan.cash_withdrawal:
        return Rejection.NOT_ALLOWED
    settle(work, account)
    if command.amount > account.wallet:
        return Rejection.INSUFFICIENT_FUNDS
    account.wallet -= command.amount
    work.figures.paid_out += command.amount
    work.moves.append(("withdrawal", "wallet", account.name, "paid_out", "", command.amount))
    return NOTHING


def _deposit(work: Work, command: commands.Deposit) -> Answer:
    account = work.account(command.account)
    if account is None:
        return Rejection.UNKNOWN_ACCOUNT
    account.wallet += command.amount
    work.figures.money_in += command.amount
    work.moves.append(("deposit", "deposits", "", "wallet", account.name, command.amount))
    return NOTHING


def _change_plan(work: Work, command: commands.ChangePlan) -> Answer:
    try:
        plan = plan_from_fields(command.plan)
    except PlanRefused:
        return Rejection.PLAN_REFUSED
    current = work.plan
    kept = (plan.issue_price, plan.min_supply) == (current.issue_price, current.min_supply)
    if not kept or plan.max_supply < work.figures.issued:
        return Rejection.PLAN_REFUSED
    work.plan = plan
    return NOTHING


def _close_day(work: Work, command: commands.CloseDay) -> Answer:
    figures = work.figures
    if figures.last_day:
        ahead = (date.fromisoformat(command.day) - date.fromisoformat(figures.last_day)).days
        if ahead <= 0:
            return Rejection.DAY_CLOSED
        if ahead > DAYS_AHEAD:
            return Rejection.TOO_FAR
    figures.last_day = command.day
    figures.closes += 1
    burned = release(work)
    sweep(work)
    return ("distributed", "burned"), (_distribute(work), burned)


def _distribute(work: Work) -> int:
    """Move the dividend fund to those who hold points, in steps up to each exit."""
    figures = work.figures
    distributed = 0
    while (eligible := figures.supply - figures.treasury) > 0:
        # Floor: what does not divide stays in the fund.
        full = figures.dividend_fund * SCALE // eligible
        candidate = work.least()
        if full == 0 or candidate is None:
            break
        price = figures.reserve * SCALE // figures.supply
        step = min(full, candidate.key - price - figures.dividend_index)
        figures.dividend_index += step
        # Ceiling: what holders accrue is always covered.
        used = ceil_div(step * eligible, SCALE)
        figures.dividend_fund -= used
        figures.dividend_payable += used
        work.moves.append(("distribution", "dividend_fund", "", "dividend_payable", "", used))
        distributed += used
        sweep(work)
    return distributed


def _of_kind(work: Work, name: str, kind: Kind) -> Account | None:
    account = work.account(name)
    return account if account is not None and account.kind == kind else None


def _parties(
    work: Work, command: commands.PayWallet | commands.PayCredit
) -> tuple[Account, Account] | Rejection:
    payer, payee = work.account(command.payer), work.account(command.payee)
    if payer is None or payee is None:
        return Rejection.UNKNOWN_ACCOUNT
    if payer is payee or payer.kind == payee.kind == "member":
        return Rejection.NOT_ALLOWED
    return payer, payee


def _parting_refused(work: Work, account: Account, atoms: int) -> Rejection | None:
    """Say why the account cannot part with these atoms: it has not got them, or dust remains."""
    if atoms > account.points or atoms == 0:
        return Rejection.INSUFFICIENT_POINTS
    if 0 < account.points - atoms < work.plan.min_holding:
        return Rejection.DUST_REMAINING
    return None


_DECISIONS: Final[dict[type[commands.Command], Callable[[Work, Any], Answer]]] = {
    commands.Enroll: _enroll,
    commands.OpenMerchant: _open_merchant,
    commands.Purchase: purchase,
    commands.Refund: refund,
    commands.Redeem: _redeem,
    commands.PayPoints: _pay_points,
    commands.PayWallet: _pay_wallet,
    commands.Convert: _convert,
    commands.PayCredit: _pay_credit,
    commands.RedeemCredit: _redeem_credit,
    commands.Withdraw: _withdraw,
    commands.Deposit: _deposit,
    commands.ChangePlan: _change_plan,
    commands.CloseDay: _close_day,
}

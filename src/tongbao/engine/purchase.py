"""Purchases and their refunds (spec: «purchase», «refund»)."""

from collections.abc import Mapping, Sequence

from msgspec import structs

from tongbao.engine import commands
from tongbao.engine.plan import Plan
from tongbao.engine.receipts import Rejection
from tongbao.engine.rules import destroy, gain, mint, settle, take_out
from tongbao.engine.state import Account, Party, PurchaseRecord, value_of
from tongbao.engine.units import ATOMS, BPS, SCALE
from tongbao.engine.work import Work

Answer = Mapping[str, int] | Rejection


def purchase(work: Work, command: commands.Purchase) -> Answer:
    """Take in the contribution and the dividend share, grant points, pay commissions."""
    plan, paid = work.plan, command.paid
    buyer = work.account(command.member)
    if buyer is not None and buyer.kind != "member":
        return Rejection.NOT_A_MEMBER
    profit = command.profit if isinstance(command.profit, int) else None
    if profit is None:
        if plan.backing_base == "profit" or plan.dividend_base == "profit":
            return Rejection.PROFIT_REQUIRED
        profit = 0
    elif profit > paid:
        return Rejection.PROFIT_EXCEEDS_PAID
    # Floors, here and for commissions: the remainders stay with the shop.
    backed = paid if plan.backing_base == "sales" else max(profit, 0)
    shared = paid if plan.dividend_base == "sales" else max(profit, 0)
    contribution = backed * plan.backing_bps // BPS
    dividend = shared * plan.dividend_bps // BPS
    chain = _chain(work, buyer)
    commissions = [0, *(paid * rate // BPS for rate in _rates(plan.referral_cash_bps, chain))]
    if contribution + dividend + sum(commissions) > paid:
        return Rejection.OVERSPENT
    if buyer is None:
        buyer = work.open(command.member, "member")
    earners = [buyer, *chain]
    for account in earners:
        settle(work, account)
    gained = _quota_gained(plan, paid, contribution)
    gain(buyer, gained)
    granted = _grant(work, earners, contribution, paid)
    _take_in(work, contribution, dividend, list(zip(earners, commissions, strict=True)))
    work.purchases[command.id] = PurchaseRecord(
        paid,
        contribution,
        dividend,
        gained,
        tuple(map(Party, [a.name for a in earners], granted, commissions)),
        work.figures.dividend_index,
        work.figures.closes,
    )
    return {"points": granted[0], "contribution": contribution, "dividend": dividend}


def refund(work: Work, command: commands.Refund) -> Answer:
    """Take back the share of a final purchase that a late refund undoes, as far as it is there."""
    record = work.store.purchase(command.purchase)
    if record is None:
        return Rejection.UNKNOWN_PURCHASE
    before, after = record.refunded, record.refunded + command.amount
    if after > record.paid:
        return Rejection.EXCEEDS_PURCHASE
    work.purchases[command.purchase] = structs.replace(record, refunded=after)

    def share(total: int) -> int:
        # Differences of floors: slices add up to the whole, never to more.
        return total * after // record.paid - total * before // record.paid

    contribution, dividend = share(record.contribution), share(record.dividend)
    shares = [share(party.granted) for party in record.parties]
    earners = [work.require(party.name) for party in record.parties]
    points, back = _take_back_points(work, earners, shares, contribution)
    lost = share(record.gained)
    cut = _cut_quota(earners[0], lost)
    dividend_back = 0
    if work.figures.closes == record.closes:
        dividend_back = min(work.figures.dividend_fund, dividend)
        work.figures.dividend_fund -= dividend_back
        work.moves.append(("refund", "dividend_fund", "", "refunded", "", dividend_back))
    commissions = [share(party.commission) for party in record.parties]
    recovered = back + dividend_back + _take_back_cash(work, earners, commissions)
    work.figures.refunded += recovered
    # Floor: the remainder of dividends drawn stays with whoever drew it.
    drawn = sum(shares) * (work.figures.dividend_index - record.index) // SCALE
    missing = contribution + dividend + sum(commissions) - recovered + drawn
    return {"points": points, "recovered": recovered, "shortfall": max(missing, lost - cut)}


def _chain(work: Work, buyer: Account | None) -> list[Account]:
    """Return the buyer's referrer and theirs, as far as the longer referral list reaches."""
    plan = work.plan
    chain: list[Account] = []
    name = None if buyer is None else buyer.referrer
    levels = max(len(plan.referral_points_bps), len(plan.referral_cash_bps))
    while name is not None and len(chain) < levels:
        referrer = work.require(name)
        chain.append(referrer)
        name = referrer.referrer
    return chain


def _rates(rates: Sequence[int], chain: Sequence[Account]) -> list[int]:
    """Return one rate for each of the chain, 0 where the list is shorter."""
    return [rates[level] if level < len(rates) else 0 for level in range(len(chain))]


def _quota_gained(plan: Plan, paid: int, contribution: int) -> int:
    if contribution == 0:
        return 0
    base = paid if plan.quota_base == "sales" else contribution
    # Floor: a ceiling is never a fen higher than the plan says.
    return base * plan.quota_bps // BPS


def _grant(work: Work, earners: list[Account], contribution: int, paid: int) -> list[int]:
    """Mint everybody's points at the price before the contribution enters, then credit them."""
    plan, figures = work.plan, work.figures
    granted = []
    rates = [plan.grant_bps, *_rates(plan.referral_points_bps, earners[1:])]
    for account, rate in zip(earners, rates, strict=True):
        room = account.quota - value_of(account.points, figures)
        # Floor: the remainder stays with those who hold points already.
        worth = min(contribution * rate // BPS, room)
        atoms = mint(work, worth) if worth > 0 else 0
        if account is earners[0] and plan.spend_per_point is not None:
            # Floor: the linear rule gives no atom that was not earned.
            most = paid * ATOMS // plan.spend_per_point
            figures.issued -= max(atoms - most, 0)
            atoms = min(atoms, most)
        granted.append(atoms)
    for account, atoms in zip(earners, granted, strict=True):
        account.points += atoms
        figures.supply += atoms
        cause = "grant" if account is earners[0] else "referral_grant"
        work.moves.append((cause, "issuance", "", "points", account.name, atoms))  # type: ignore[arg-type]
    return granted


def _take_in(
    work: Work, contribution: int, dividend: int, commissions: list[tuple[Account, int]]
) -> None:
    figures, moves = work.figures, work.moves
    for account, commission in commissions:
        if commission:
            account.wallet += commission
            figures.money_in += commission
            moves.append(("commission", "sales", "", "wallet", account.name, commission))
    figures.money_in += contribution + dividend
    figures.dividend_fund += dividend
    moves.append(("dividend_share", "sales", "", "dividend_fund", "", dividend))
    if figures.supply > 0:
        figures.reserve += contribution
        moves.append(("contribution", "sales", "", "reserve", "", contribution))
    else:
        figures.dividend_fund += contribution
        moves.append(("contribution", "sales", "", "dividend_fund", "", contribution))


def _take_back_points(
    work: Work, earners: list[Account], shares: list[int], contribution: int
) -> tuple[int, int]:
    """Take back the granted points; return them and what of the contribution they free.

    A rest too small to keep is sold with them. All at the price before.
    """
    figures, plan, moves = work.figures, work.plan, work.moves
    taken = sold = paid = 0
    for account, granted in zip(earners, shares, strict=True):
        settle(work, account)
        atoms = min(granted, account.points)
        account.points -= atoms
        taken += atoms
        moves.append(("refund", "points", account.name, "issuance", "", atoms))
        if atoms and 0 < account.points < plan.min_holding:
            rest, account.points = account.points, 0
            worth = min(value_of(rest, figures), account.quota)
            take_out(account, worth)
            account.wallet += worth
            sold += rest
            paid += worth
            moves.append(("rest", "points", account.name, "burned", "", rest))
            moves.append(("rest", "reserve", "", "wallet", account.name, worth))
    back = min(value_of(taken, figures), contribution)
    if taken:
        moves.append(("refund", "reserve", "", "refunded", "", back))
        figures.issued -= taken
        figures.burned += sold
        destroy(work, taken + sold, back + paid)
    return taken, back


def _cut_quota(buyer: Account, lost: int) -> int:
    """Take lost quota from the buyer; what is not there any more is owed. Return the cut."""
    cut = min(buyer.quota, lost)
    buyer.quota -= cut
    buyer.owed += lost - cut
    buyer.lost += lost
    return cut


def _take_back_cash(work: Work, earners: list[Account], commissions: list[int]) -> int:
    recovered = 0
    for account, commission in zip(earners, commissions, strict=True):
        cash = min(account.wallet, commission)
        account.wallet -= cash
        recovered += cash
        work.moves.append(("refund", "wallet", account.name, "refunded", "", cash))
    return recovered

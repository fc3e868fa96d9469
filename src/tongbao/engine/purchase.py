"""Purchases and their refunds (spec: «purchase», «refund»)."""

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, UnsetType, structs

from tongbao.engine import commands
from tongbao.engine.plan import Plan
from tongbao.engine.receipts import Rejection
from tongbao.engine.rules import destroy, gain, mint, settle, take_out
from tongbao.engine.state import Account, Party, PurchaseRecord, value_of
from tongbao.engine.units import ATOMS, BPS, SCALE
from tongbao.engine.work import Work

_PURCHASE_FIELDS: Final = ("points", "contribution", "dividend")
_REFUND_FIELDS: Final = ("points", "recovered", "shortfall")

Answer = tuple[tuple[str, ...], tuple[int, ...]] | Rejection
"""The names of the receipt's figures and the figures themselves, or the refusal."""


def purchase(work: Work, command: commands.Purchase) -> Answer:
    """Take in the contribution and the dividend share, grant points, pay commissions."""
    plan, paid = work.plan, command.paid
    buyer = work.account(command.member)
    if buyer is not None and buyer.kind != "member":
        return Rejection.NOT_A_MEMBER
    amounts = _amounts(plan, paid, command.profit)
    if not isinstance(amounts, tuple):
        return amounts
    contribution, dividend = amounts
    spent = contribution + dividend
    chain: tuple[Account, ...] = ()
    commissions: list[int] = []
    if buyer is not None and buyer.referrer is not None:
        chain = _chain(work, buyer.referrer)
        commissions = _shares_of(paid, plan.referral_cash_bps, chain)
        spent += sum(commissions)
    if spent > paid:
        return Rejection.OVERSPENT
    if buyer is None:
        buyer = work.open(command.member, "member")
    settle(work, buyer)
    for referrer in chain:
        settle(work, referrer)
    gained = 0
    if contribution:
        # Floor: a ceiling is never a fen higher than the plan says.
        gained = (paid if plan.quota_base == "sales" else contribution) * plan.quota_bps // BPS
        gain(buyer, gained)
    # Floor: the remainder stays with those who hold points already.
    granted = mint(work, buyer, contribution * plan.grant_bps // BPS)
    if plan.spend_per_point is not None:
        granted = _linear(work, granted, paid * ATOMS // plan.spend_per_point)
    rewarded = _reward(work, chain, contribution, commissions) if chain else ()
    # The supply grows only now, after everybody's points were priced.
    figures, moves = work.figures, work.moves
    buyer.points += granted
    figures.supply += granted
    moves.append(("grant", "issuance", "", "points", buyer.name, granted))
    if chain:
        _credit_referrers(work, chain, rewarded)
    figures.money_in += contribution + dividend
    if dividend:
        figures.dividend_fund += dividend
        moves.append(("dividend_share", "sales", "", "dividend_fund", "", dividend))
    # While nobody holds points that it could back, the contribution is shared out.
    if figures.supply:
        figures.reserve += contribution
        moves.append(("contribution", "sales", "", "reserve", "", contribution))
    else:
        figures.dividend_fund += contribution
        moves.append(("contribution", "sales", "", "dividend_fund", "", contribution))
    index, closes = figures.dividend_index, figures.closes
    record = PurchaseRecord(
        buyer.name, paid, contribution, dividend, gained, granted, rewarded, index, closes
    )
    work.recorded = (command.id, record)
    return _PURCHASE_FIELDS, (granted, contribution, dividend)


def refund(work: Work, command: commands.Refund) -> Answer:
    """Take back the share of a final purchase that a late refund undoes, as far as it is there."""
    record = work.store.purchase(command.purchase)
    if record is None:
        return Rejection.UNKNOWN_PURCHASE
    before, after = record.refunded, record.refunded + command.amount
    if after > record.paid:
        return Rejection.EXCEEDS_PURCHASE
    work.recorded = (command.purchase, structs.replace(record, refunded=after))

    def share(total: int) -> int:
        # Differences of floors: slices add up to the whole, never to more.
        return total * after // record.paid - total * before // record.paid

    contribution, dividend = share(record.contribution), share(record.dividend)
    parties = record.parties
    shares = [share(party.granted) for party in parties]
    earners = [work.require(party.name) for party in parties]
    points, back = _take_back_points(work, earners, shares, contribution)
    lost = share(record.gained)
    cut = _cut_quota(earners[0], lost)
    dividend_back = 0
    if work.figures.closes == record.closes:
        dividend_back = min(work.figures.dividend_fund, dividend)
        work.figures.dividend_fund -= dividend_back
        work.moves.append(("refund", "dividend_fund", "", "refunded", "", dividend_back))
    commissions = [share(party.commission) for party in parties]
    recovered = back + dividend_back + _take_back_cash(work, earners, commissions)
    work.figures.refunded += recovered
    # Floor: the remainder of dividends drawn stays with whoever drew it.
    drawn = sum(shares) * (work.figures.dividend_index - record.index) // SCALE
    missing = contribution + dividend + sum(commissions) - recovered + drawn
    return _REFUND_FIELDS, (points, recovered, max(missing, lost - cut))


def _amounts(plan: Plan, paid: int, profit: int | UnsetType | None) -> tuple[int, int] | Rejection:
    """Return the contribution and the dividend share of an order."""
    if profit is None or profit is UNSET:
        if plan.backing_base == "profit" or plan.dividend_base == "profit":
            return Rejection.PROFIT_REQUIRED
        profit = 0
    elif profit > paid:
        return Rejection.PROFIT_EXCEEDS_PAID
    elif profit < 0:
        profit = 0
    # Floors: the remainders stay with the shop.
    return (
        (paid if plan.backing_base == "sales" else profit) * plan.backing_bps // BPS,
        (paid if plan.dividend_base == "sales" else profit) * plan.dividend_bps // BPS,
    )


def _chain(work: Work, name: str | None) -> tuple[Account, ...]:
    """Return the buyer's referrer and theirs, as far as the longer referral list reaches."""
    plan = work.plan
    chain: list[Account] = []
    levels = max(len(plan.referral_points_bps), len(plan.referral_cash_bps))
    while name is not None and len(chain) < levels:
        referrer = work.require(name)
        chain.append(referrer)
        name = referrer.referrer
    return tuple(chain)


def _shares_of(amount: int, rates: Sequence[int], chain: Sequence[Account]) -> list[int]:
    """Return the share of an amount for each of the chain, 0 where the list is shorter."""
    # Floor: the remainder stays with the shop (commissions) or in the pool (grants).
    shares = [amount * rate // BPS for rate in rates[: len(chain)]]
    return shares + [0] * (len(chain) - len(shares))


def _linear(work: Work, atoms: int, most: int) -> int:
    """Cut what was minted down to the linear rule; only that much counts as issued."""
    if atoms <= most:
        return atoms
    work.figures.issued -= atoms - most
    return most


def _reward(
    work: Work, chain: Sequence[Account], contribution: int, commissions: Sequence[int]
) -> tuple[Party, ...]:
    """Mint the referrers' points and pay their commissions; return what each was given."""
    figures = work.figures
    rewards = _shares_of(contribution, work.plan.referral_points_bps, chain)
    parties = []
    for account, worth, commission in zip(chain, rewards, commissions, strict=True):
        atoms = mint(work, account, worth)
        account.wallet += commission
        figures.money_in += commission
        work.moves.append(("commission", "sales", "", "wallet", account.name, commission))
        parties.append(Party(account.name, atoms, commission))
    return tuple(parties)


def _credit_referrers(work: Work, chain: Sequence[Account], rewarded: Sequence[Party]) -> None:
    for account, party in zip(chain, rewarded, strict=True):
        account.points += party.granted
        work.figures.supply += party.granted
        work.moves.append(("referral_grant", "issuance", "", "points", party.name, party.granted))


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

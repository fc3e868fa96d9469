"""The rules that commands share, one function each (spec: «State»)."""

from tongbao.engine.receipts import Exit
from tongbao.engine.state import Account, value_of
from tongbao.engine.units import ATOMS, BPS, SCALE, ceil_div
from tongbao.engine.work import Work


def settle(work: Work, account: Account) -> None:
    """Pay the dividends due to the account into its wallet, at most its quota."""
    index = work.figures.dividend_index
    if account.mark == index:
        return
    accrued = account.points * (index - account.mark) + account.fraction
    # The remainder stays the account's, for its next settlement.
    due, account.fraction = divmod(accrued, SCALE)
    if due > account.quota:
        due, account.fraction = account.quota, 0
    account.mark = index
    if due:
        account.wallet += due
        take_out(account, due)
        work.figures.dividend_payable -= due
        work.moves.append(("dividend", "dividend_payable", "", "wallet", account.name, due))


def gain(account: Account, quota: int) -> None:
    """Give quota to the account; what it owes to late refunds is paid first."""
    account.gained += quota
    if account.owed:
        debt = min(account.owed, quota)
        account.owed -= debt
        quota -= debt
    account.quota += quota


def take_out(account: Account, amount: int) -> None:
    """Use up quota for what the account takes out."""
    account.quota -= amount
    account.taken += amount


def mint(work: Work, account: Account, worth: int) -> int:
    """Return the atoms minted for that worth at the price before; counted as issued at once.

    Points are never worth more than the account's quota: who has none earns none.
    """
    figures = work.figures
    reserve, supply = figures.reserve, figures.supply
    room = account.quota
    if account.points:
        # Floor of the value: what it hides is less than a minor unit of quota.
        room -= account.points * reserve // supply
    worth = min(worth, room)
    if worth <= 0:
        return 0
    # Floors: the remainder stays with those who hold points already, or in the pool.
    atoms = worth * supply // reserve if supply else worth * ATOMS // work.plan.issue_price
    atoms = min(atoms, work.plan.max_supply - figures.issued)
    figures.issued += atoms
    return atoms


def fee_on(amount: int, fee_bps: int) -> int:
    """Return the fee on an amount, rounded up in favour of the reserve."""
    return ceil_div(amount * fee_bps, BPS)


def burn(work: Work, atoms: int, paid_out: int) -> None:
    """Burn atoms that their holder gave up while ``paid_out`` leaves the reserve."""
    work.figures.burned += atoms
    destroy(work, atoms, paid_out)


def destroy(work: Work, atoms: int, paid_out: int) -> None:
    """Take atoms out of supply and cash out of the reserve; wind up a pool left too small."""
    figures = work.figures
    reserve, supply = figures.reserve, figures.supply
    figures.supply -= atoms
    figures.reserve -= paid_out
    if figures.supply < work.plan.min_supply:
        _wind_up(work, reserve, supply)


def release(work: Work) -> int:
    """Burn what the price's growth left in the treasury beyond all credit; return the atoms.

    Call it before the command touches anybody's credit.
    """
    figures = work.figures
    if figures.treasury == 0:
        return 0
    # Ceiling: credit stays fully backed.
    surplus = figures.treasury - ceil_div(figures.credit * figures.supply, figures.reserve)
    if surplus <= 0:
        return 0
    figures.treasury -= surplus
    work.moves.append(("surplus", "treasury", "", "burned", "", surplus))
    burn(work, surplus, 0)
    return surplus


def sweep(work: Work) -> None:
    """Sell all points of everybody whose points and dividends have reached their quota."""
    figures = work.figures
    while supply := figures.supply:
        # Floor of the price: nobody exits before the price is truly there.
        reached = figures.reserve * SCALE // supply + figures.dividend_index
        candidate = work.least(reached)
        if candidate is None or candidate.key > reached:
            return
        _exit(work, work.require(candidate.name))


def _exit(work: Work, account: Account) -> None:
    settle(work, account)
    gross = min(value_of(account.points, work.figures), account.quota)
    net = gross - fee_on(gross, work.plan.exit_fee_bps)
    points, account.points = account.points, 0
    take_out(account, gross)
    account.forfeited += account.quota
    account.quota = 0
    account.wallet += net
    work.moves.append(("exit", "points", account.name, "burned", "", points))
    work.moves.append(("exit", "reserve", "", "wallet", account.name, net))
    work.exits.append(Exit(account.name, points, gross, net))
    del work.present[account.name]  # nobody gains points again in the command they exit by
    burn(work, points, net)


def _wind_up(work: Work, reserve: int, supply: int) -> None:
    """Pay everybody out at the price before; what nobody owns goes to the dividend fund."""
    figures, moves = work.figures, work.moves
    for account in work.holders():
        settle(work, account)
        points, credit = account.points, account.credit
        # Floor: the remainder stays in the pool.
        worth = min(points * reserve // supply, account.quota)
        take_out(account, worth)
        account.wallet += worth + credit
        account.points = account.credit = 0
        figures.reserve -= worth + credit
        moves.append(("wind_up", "reserve", "", "wallet", account.name, worth + credit))
        moves.append(("wind_up", "points", account.name, "burned", "", points))
        moves.append(("wind_up", "credit", account.name, "credit_issued", "", credit))
        work.exits.append(Exit(account.name, points, worth, worth, credit))
    moves.append(("wind_up", "treasury", "", "burned", "", figures.treasury))
    moves.append(("wind_up", "reserve", "", "dividend_fund", "", figures.reserve))
    figures.burned += figures.supply
    figures.dividend_fund += figures.reserve
    figures.supply = figures.reserve = figures.treasury = 0

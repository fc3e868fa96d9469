"""What always holds (spec: «What always holds»), in checks that survive ``-O``.

`check_step` looks at what a command touched and at the program's totals, after
every command, in production too. `check_all` looks at every account.
"""

from collections.abc import Iterable

from typing import Final

from tongbao.engine.state import Account, Figures, exit_key
from tongbao.engine.units import SCALE, InvariantBroken, check


_NOBODY: Final = Account("", "member", -1, 0)


def check_step(
    before: Figures,
    after: Figures,
    old: Iterable[Account | None],
    new: Iterable[Account],
    max_supply: int,
) -> None:
    """Bring the totals in ``after`` up to date from the accounts that a command touched.

    Raises:
        InvariantBroken: one of the seven promises does not hold after the command.
    """
    _tally(old, new, after)
    supply, supply_before = after.supply, before.supply
    if supply and supply_before and after.reserve * supply_before < before.reserve * supply:
        _broken("1: the price never falls while supply stays above 0")
    _check_figures(after, max_supply)


def check_all(figures: Figures, accounts: Iterable[Account], max_supply: int) -> None:
    """Raise InvariantBroken unless the promises hold with everything summed up anew.

    Also: nobody is left who should have exited, and everybody redeeming at
    once would be paid in full from the reserve.
    """
    everyone = list(accounts)
    totals = Figures()
    _tally([None] * len(everyone), everyone, totals)
    for total in ("points", "wallets", "credit", "marked", "fractions"):
        check(getattr(totals, total) == getattr(figures, total), f"total of {total}")
    check(len(everyone) == figures.opened, "2: every account that was opened is there")
    _check_figures(figures, max_supply)
    worth = 0
    reached = figures.dividend_index
    if figures.supply:
        reached += figures.reserve * SCALE // figures.supply
    for account in everyone:
        if account.points:
            worth += account.points * figures.reserve // figures.supply
            check(reached < exit_key(account), f"{account.name} should have exited")
    check(worth + figures.credit <= figures.reserve, "6: everybody is paid in full")


def _tally(before: Iterable[Account | None], after: Iterable[Account], figures: Figures) -> None:
    """Check each account by itself and add up what changed."""
    for old, new in zip(before, after, strict=True):
        points, wallet, credit, quota, owed = new.points, new.wallet, new.credit, new.quota, new.owed
        # An or of integers is negative if one of them is.
        if points | wallet | credit | quota | owed | new.fraction < 0:
            _broken(f"5: nothing of {new.name} is negative")
        taken, gained = new.taken, new.gained
        if quota - owed != gained - new.lost - taken - new.forfeited or taken > gained:
            _broken(f"7: quota of {new.name} = gained - lost - taken out - forfeited")
        if old is None:
            old = _NOBODY  # noqa: PLW2901  # an account that was not there had nothing
        if points != old.points or new.mark != old.mark:
            figures.points += points - old.points
            figures.marked += points * new.mark - old.points * old.mark
        if wallet != old.wallet:
            figures.wallets += wallet - old.wallet
        if credit != old.credit:
            figures.credit += credit - old.credit
        if new.fraction != old.fraction:
            figures.fractions += new.fraction - old.fraction


def _check_figures(f: Figures, max_supply: int) -> None:
    reserve, supply, treasury, issued, burned = f.reserve, f.supply, f.treasury, f.issued, f.burned
    fund, payable, paid_out, refunded = f.dividend_fund, f.dividend_payable, f.paid_out, f.refunded
    if not (f.points + treasury == supply == issued - burned and issued <= max_supply):
        _broken("2: supply = points in accounts + treasury = issued - burned, issued <= max_supply")
    if f.money_in != reserve + fund + payable + f.wallets + paid_out + refunded:
        _broken("3: money in = reserve + dividends + wallets + paid out + refunded")
    if treasury * reserve < f.credit * supply:
        _broken("4: credit is fully backed by the treasury")
    if f.points * f.dividend_index - f.marked + f.fractions > payable * SCALE:
        _broken("5: what holders accrue is covered by dividend_payable")
    # An or of integers is negative if one of them is.
    if reserve | treasury | burned | fund | payable | paid_out | refunded < 0:
        _broken("5: no figure is negative")
    if (reserve > 0) != (supply > 0):
        _broken("6: reserve > 0 exactly when supply > 0")


def _broken(promise: str) -> None:
    raise InvariantBroken(promise)

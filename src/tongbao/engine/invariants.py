"""What always holds (spec: «What always holds»), in checks that survive ``-O``.

`check_step` looks at what a command touched and at the program's totals, after
every command, in production too. `check_all` looks at every account.
"""

from collections.abc import Iterable
from typing import Final, NoReturn

from msgspec import structs

from tongbao.engine.state import Account, Figures, exit_key
from tongbao.engine.units import SCALE, InvariantBroken, check

_NOBODY: Final = Account("", "member", -1, 0)
_TOTALS: Final = ("points", "wallets", "credit", "marked", "fractions")


def check_step(
    before: Figures,
    after: Figures,
    changed: Iterable[tuple[Account | None, Account]],
    max_supply: int,
) -> None:
    """Bring the totals in ``after`` up to date from the accounts touched, and check everything.

    ``changed`` has what was committed of each account, None if it is new, and what it became.

    Raises:
        InvariantBroken: one of the seven promises does not hold after the command.
    """
    _check_accounts(changed, after)
    _check_figures(before, after, max_supply)


def check_all(figures: Figures, accounts: Iterable[Account], max_supply: int) -> None:
    """Raise InvariantBroken unless the promises hold with everything summed up anew.

    Also: nobody is left who should have exited, and everybody redeeming at
    once would be paid in full from the reserve.
    """
    everyone = list(accounts)
    check(len(everyone) == figures.opened, "2: every account that was opened is there")
    anew = structs.replace(figures, **dict.fromkeys(_TOTALS, 0))
    check_step(figures, anew, [(None, account) for account in everyone], max_supply)
    check(anew == figures, "the totals kept beside the rules are the sums over accounts")
    worth = 0
    reached = figures.dividend_index
    if figures.supply:
        reached += figures.reserve * SCALE // figures.supply
    for account in everyone:
        if account.points:
            worth += account.points * figures.reserve // figures.supply
            check(reached < exit_key(account), f"{account.name} should have exited")
    check(worth + figures.credit <= figures.reserve, "6: everybody is paid in full")


def _check_accounts(changed: Iterable[tuple[Account | None, Account]], totals: Figures) -> None:
    """Check what became of each account by itself, and add what changed to the totals."""
    for was, a in changed:
        points, wallet, credit, quota, owed = a.points, a.wallet, a.credit, a.quota, a.owed
        if points < 0 or wallet < 0 or credit < 0 or quota < 0 or owed < 0 or a.fraction < 0:
            _broken(f"5: nothing of {a.name} is negative")
        taken, gained = a.taken, a.gained
        if quota - owed != gained - a.lost - taken - a.forfeited or taken > gained:
            _broken(f"7: quota of {a.name} = gained - lost - taken out - forfeited")
        if was is None:  # an account that was not there had nothing
            was = _NOBODY  # noqa: PLW2901
        if points != was.points or a.mark != was.mark:
            totals.points += points - was.points
            totals.marked += points * a.mark - was.points * was.mark
        if wallet != was.wallet:
            totals.wallets += wallet - was.wallet
        if credit != was.credit:
            totals.credit += credit - was.credit
        if a.fraction != was.fraction:
            totals.fractions += a.fraction - was.fraction


def _check_figures(before: Figures, f: Figures, max_supply: int) -> None:
    reserve, supply, treasury, issued = f.reserve, f.supply, f.treasury, f.issued
    fund, payable, paid_out, refunded = f.dividend_fund, f.dividend_payable, f.paid_out, f.refunded
    if supply and before.supply and reserve * before.supply < before.reserve * supply:
        _broken("1: the price never falls while supply stays above 0")
    if not f.points + treasury == supply == issued - f.burned <= issued <= max_supply:
        _broken("2: supply = points in accounts + treasury = issued - burned, issued <= max_supply")
    if f.money_in != reserve + fund + payable + f.wallets + paid_out + refunded:
        _broken("3: money in = reserve + dividends + wallets + paid out + refunded")
    if treasury * reserve < f.credit * supply:
        _broken("4: credit is fully backed by the treasury")
    if f.points * f.dividend_index - f.marked + f.fractions > payable * SCALE:
        _broken("5: what holders accrue is covered by dividend_payable")
    if reserve < 0 or treasury < 0 or fund < 0 or payable < 0 or paid_out < 0 or refunded < 0:
        _broken("5: no figure is negative")
    if (reserve > 0) != (supply > 0):
        _broken("6: reserve > 0 exactly when supply > 0")


def _broken(promise: str) -> NoReturn:
    raise InvariantBroken(promise)

"""What always holds (spec: «What always holds»), in checks that survive ``-O``.

`check_step` looks at what a command touched and at the program's totals, after
every command, in production too. `check_all` looks at every account.
"""

from collections.abc import Iterable, Sequence

from tongbao.engine.state import Account, Figures, exit_key
from tongbao.engine.units import SCALE, InvariantBroken, check


def tally(before: Sequence[Account | None], after: Iterable[Account], figures: Figures) -> None:
    """Bring the totals of the figures up to date from the accounts that a command touched."""
    points = wallets = credit = marked = fractions = 0
    for old, new in zip(before, after, strict=True):
        points += new.points
        wallets += new.wallet
        credit += new.credit
        marked += new.points * new.mark
        fractions += new.fraction
        if old is not None:
            points -= old.points
            wallets -= old.wallet
            credit -= old.credit
            marked -= old.points * old.mark
            fractions -= old.fraction
    figures.points += points
    figures.wallets += wallets
    figures.credit += credit
    figures.marked += marked
    figures.fractions += fractions


def check_step(
    before: Figures, after: Figures, touched: Iterable[Account], max_supply: int
) -> None:
    """Raise InvariantBroken unless the seven promises hold after a command."""
    if before.supply and after.supply and after.reserve * before.supply < before.reserve * after.supply:
        _broken("1: the price never falls while supply stays above 0")
    _check_figures(after, max_supply)
    for account in touched:
        _check_account(account)


def check_all(figures: Figures, accounts: Iterable[Account], max_supply: int) -> None:
    """Raise InvariantBroken unless the promises hold with everything summed up anew.

    Also: nobody is left who should have exited, and everybody redeeming at
    once would be paid in full from the reserve.
    """
    everyone = list(accounts)
    totals = Figures()
    tally([None] * len(everyone), everyone, totals)
    for total in ("points", "wallets", "credit", "marked", "fractions"):
        check(getattr(totals, total) == getattr(figures, total), f"total of {total}")
    check(len(everyone) == figures.opened, "2: every account that was opened is there")
    _check_figures(figures, max_supply)
    worth = 0
    reached = figures.dividend_index
    if figures.supply:
        reached += figures.reserve * SCALE // figures.supply
    for account in everyone:
        _check_account(account)
        if account.points:
            worth += account.points * figures.reserve // figures.supply
            check(reached < exit_key(account), f"{account.name} should have exited")
    check(worth + figures.credit <= figures.reserve, "6: everybody is paid in full")


def _check_figures(f: Figures, max_supply: int) -> None:
    if not (f.points + f.treasury == f.supply == f.issued - f.burned and f.issued <= max_supply):
        _broken("2: supply = points in accounts + treasury = issued - burned, issued <= max_supply")
    held = f.reserve + f.dividend_fund + f.dividend_payable + f.wallets + f.paid_out + f.refunded
    if f.money_in != held:
        _broken("3: money in = reserve + dividends + wallets + paid out + refunded")
    if f.treasury * f.reserve < f.credit * f.supply:
        _broken("4: credit is fully backed by the treasury")
    if f.points * f.dividend_index - f.marked + f.fractions > f.dividend_payable * SCALE:
        _broken("5: what holders accrue is covered by dividend_payable")
    if (
        f.reserve < 0
        or f.treasury < 0
        or f.burned < 0
        or f.dividend_fund < 0
        or f.dividend_payable < 0
        or f.paid_out < 0
        or f.refunded < 0
    ):
        _broken("5: no figure is negative")
    if (f.reserve > 0) != (f.supply > 0):
        _broken("6: reserve > 0 exactly when supply > 0")


def _check_account(a: Account) -> None:
    if a.points < 0 or a.quota < 0 or a.owed < 0 or a.wallet < 0 or a.credit < 0 or a.fraction < 0:
        _broken(f"5: nothing of {a.name} is negative")
    if a.quota - a.owed != a.gained - a.lost - a.taken - a.forfeited or a.taken > a.gained:
        _broken(f"7: quota of {a.name} = gained - lost - taken out - forfeited")


def _broken(promise: str) -> None:
    raise InvariantBroken(promise)

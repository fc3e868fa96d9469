"""The two tables of a backtest: one row a day, one row a member."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import polars as pl

from tongbao.engine.program import Program
from tongbao.engine.state import Account, Figures
from tongbao.engine.units import SCALE, check
from tongbao.lab.daybook import Daybook, MemberBook
from tongbao.lab.problems import LabError
from tongbao.plans.words import Text

_DATES: Final = frozenset({"day", "joined"})
_TEXTS: Final = frozenset({"price", "member", "cohort"})


def days_table(book: Daybook) -> pl.DataFrame:
    """Return the days; money in minor units, points in atoms, the price per point as text.

    Raises:
        LabError: if a figure outgrows 64 bits.
    """
    return _table(book.days)


def members_table(program: Program, book: Daybook) -> pl.DataFrame:
    """Return the members by opening number; ``has`` is all that one has at the end.

    Raises:
        LabError: if a figure outgrows 64 bits.
    """
    accounts, figures = program.accounts, program.figures
    rows = []
    wallets = 0
    worth = 0
    for name, account in accounts.items():  # by opening number
        member = book.members[name]
        rows.append(_member_row(account, member, figures))
        wallets += account.wallet
        worth += program.value(account.points)
    check(wallets == figures.wallets, "every wallet is a member's")
    check(worth + figures.credit <= figures.reserve, "the reserve pays for all points and credit")
    return _table(rows, _member_row(Account("", "member", 0, 0), MemberBook(date.min), Figures()))


def accrued(account: Account, figures: Figures) -> int:
    """Return the dividends (minor units) that settling the account would pay into its wallet."""
    grown = account.points * (figures.dividend_index - account.mark) + account.fraction
    return min(grown // SCALE, account.quota)  # floor: the rest stays owed as a fraction


def _member_row(account: Account, member: MemberBook, figures: Figures) -> dict[str, object]:
    value = account.points * figures.reserve // figures.supply if account.points else 0
    due = accrued(account, figures)
    return {
        "member": account.name,
        "joined": member.joined,
        "cohort": f"{member.joined:%Y-%m}",
        "order_number": account.opening,
        "purchases": member.purchases,
        "paid": member.paid,
        "refunded_sales": member.refunded_sales,
        "contributed": member.contributed,
        "points_atoms": account.points,
        "value": value,
        "wallet": account.wallet,
        "credit": account.credit,
        "accrued": due,
        "cash_out": 0,  # in a backtest nobody takes cash out of their wallet
        "has": value + account.wallet + account.credit + due,
        "dividends": member.dividends,
        "redeemed_net": member.redeemed_net,
        "exits": member.exits,
        "exit_net": member.exit_net,
        "quota": account.quota,
        "quota_granted": account.gained,
        "quota_lost": account.lost,
        "quota_used": account.taken,
        "quota_forfeited": account.forfeited,
        "owed": account.owed,
    }


def _table(
    rows: Sequence[Mapping[str, object]], pattern: Mapping[str, object] | None = None
) -> pl.DataFrame:
    names = list(pattern or rows[0])
    columns = []
    for name in names:
        kind: type[pl.DataType] = pl.Int64
        if name in _DATES:
            kind = pl.Date
        elif name in _TEXTS:
            kind = pl.String
        try:
            columns.append(pl.Series(name, [row[name] for row in rows], dtype=kind))
        except (OverflowError, TypeError, pl.exceptions.PolarsError):
            raise LabError(_TOO_LARGE.fill(column=name)) from None
    return pl.DataFrame(columns)


_TOO_LARGE = Text(
    "the figures in the column {column} outgrow 64 bits; the plan's rates are too high for tables",
    "{column} 列的数字超过 64 位；方案的比率太高，无法制表",
)

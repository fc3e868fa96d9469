"""The summary of a backtest: every figure once, exactly, and what it means in one sentence.

Money is in minor units and points in atoms, as integers; ratios are decimal
text, rounded half to even after six digits.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import polars as pl

from tongbao.engine.program import Program
from tongbao.engine.units import check
from tongbao.lab.daybook import Daybook, price_text
from tongbao.lab.definitions import DEFINITIONS
from tongbao.lab.history import History, Tally
from tongbao.lab.play import Player
from tongbao.lab.returns import Matching
from tongbao.lab.timeline import Timeline

_DIGITS: Final = 6
_TENTH: Final = 10


def summary_of(
    history: History, matching: Matching, timeline: Timeline, player: Player, members: pl.DataFrame
) -> dict[str, object]:
    """Return the figures of a run, without what names the plan and the options."""
    program, book = player.program, player.book
    figures = program.figures
    money = _money(book)
    kept = book.totals["sales"] - book.totals["refunded_sales"]
    summary: dict[str, object] = {
        **_input(history, matching, timeline),
        **_played(timeline, book, money),
        "reserve": figures.reserve,
        "supply_atoms": figures.supply,
        "treasury_atoms": figures.treasury,
        "price": price_text(figures),
        "price_first": book.first_price or price_text(figures),
        "dividend_fund": figures.dividend_fund,
        "dividend_payable": figures.dividend_payable,
        "wallets": figures.wallets,
        "credit": figures.credit,
        **_members(members, program),
        "cost_share_of_sales": ratio(kept - money["kept_by_shop"], kept),
        "leave_today": _leaving(player),
        "money": money,
        "program_money": _program_money(program),
    }
    return summary


def with_definitions(summary: dict[str, object]) -> dict[str, object]:
    """Return the summary with a sentence for each of its keys, in both languages."""
    for lang, key in (("en", "definitions"), ("zh", "definitions_zh")):
        words = {name: DEFINITIONS[name].say(lang) for name in summary if name in DEFINITIONS}  # type: ignore[arg-type]  # the two literals above
        summary = {**summary, key: words}
    return summary


def ratio(part: int | Fraction, whole: int | Fraction) -> str:
    """Return part / whole as a decimal with six digits, half to even; '0.000000' of nothing.

    >>> ratio(1, 3), ratio(-1, 2), ratio(1, 0)
    ('0.333333', '-0.500000', '0.000000')
    """
    share = Fraction(part) / Fraction(whole) if whole else Fraction(0)
    scaled = round(share * 10**_DIGITS)  # half to even, exactly: a Fraction
    sign = "-" if scaled < 0 else ""
    return f"{sign}{abs(scaled) // 10**_DIGITS}.{abs(scaled) % 10**_DIGITS:0{_DIGITS}d}"


def _input(history: History, matching: Matching, timeline: Timeline) -> dict[str, object]:
    def tally(way: str) -> Tally:
        return history.tallies.get(way, Tally())

    unmatched = matching.unmatched
    missing = sum(rest.amount for rest in unmatched)
    parts = timeline.in_window_amount + timeline.late_amount + missing
    check(parts == matching.amount, "refunds are in the window, late or unmatched")
    return {
        "rows": history.rows,
        "orders": len(history.orders),
        "orders_amount": sum(order.paid for order in history.orders),
        "refunds": matching.refunds,
        "refunds_amount": matching.amount,
        "refunds_in_window": timeline.in_window,
        "refunds_in_window_amount": timeline.in_window_amount,
        "refunds_late": timeline.late,
        "refunds_late_amount": timeline.late_amount,
        "unmatched_refunds": len(unmatched),
        "unmatched_refunds_wholly": sum(rest.wholly for rest in unmatched),
        "unmatched_refunds_amount": missing,
        "orders_wholly_returned": timeline.returned,
        "refunds_of_other_customers": history.strangers.documents,
        "refunds_of_other_customers_amount": history.strangers.amount,
        "skipped_without_customer": tally("without_customer").documents,
        "skipped_without_customer_amount": tally("without_customer").amount,
        "skipped_without_amount": tally("without_amount").documents,
        "skipped_by_status": tally("by_status").documents,
        "skipped_by_status_amount": tally("by_status").amount,
        "skipped_other_currency": tally("other_currency").documents,
        "skipped_bad_rows": tally("bad").rows,
        "rows_by_fate": {way: history.tallies[way].rows for way in sorted(history.tallies)},
        "reading_notes": [note.say("en") for note in history.notes],
        "reading_notes_zh": [note.say("zh") for note in history.notes],
        "bad_rows": [problem.say("en") for problem in history.problems],
        "bad_rows_zh": [problem.say("zh") for problem in history.problems],
    }


def _played(timeline: Timeline, book: Daybook, money: dict[str, int]) -> dict[str, object]:
    totals = book.totals
    rejected = {f"{kind}: {error}": n for (kind, error), n in sorted(book.rejected.items())}
    rejected_amount = book.rejected_money.total()
    posted = totals["sales"] + totals["refunded_sales"] + rejected_amount
    planned = sum(event.amount for event in timeline.events)
    check(posted == planned, "every purchase and refund was accepted or is counted as rejected")
    check(money["reserve"] + money["dividend_fund"] + money["commissions"] >= 0, "money is kept")
    return {
        "members": len(book.members),
        "purchases": totals["orders"],
        "sales": totals["sales"],
        "refunded_sales": totals["refunded_sales"],
        "profit": book.profit,
        "contributed": totals["contributed"],
        "dividend_in": totals["dividend_in"],
        "dividends_paid": totals["distributed"],
        "dividends_settled": book.flows["dividend", "dividend_payable", "wallet"],
        "commissions": totals["commissions"],
        "recovered": totals["recovered"],
        "shortfalls": {"count": totals["shortfalls"], "sum": totals["shortfall"]},
        "exits": totals["exits"],
        "exits_net": totals["exits_net"],
        "redemptions": totals["redemptions"],
        "redemptions_net": totals["redemptions_net"],
        "conversions": totals["conversions"],
        "converted": totals["converted"],
        "wound_up": {"accounts": totals["wind_ups"], "net": totals["wind_ups_net"]},
        "rejected_orders": book.rejections("purchase"),
        "rejected_orders_amount": book.rejected_money["purchase"],
        "rejected_refunds": book.rejections("refund"),
        "rejected_refunds_amount": book.rejected_money["refund"],
        "rejected_commands": rejected,
        "rejected_amount": rejected_amount,
        "first_day": timeline.first_day.isoformat(),
        "last_day": timeline.last_day.isoformat(),
        "days": len(book.days),
    }


def _money(book: Daybook) -> dict[str, int]:
    """Return where the sales that stood went, refunds already taken back out of each part."""
    flows = book.flows
    reserve = flows["contribution", "sales", "reserve"] - flows["refund", "reserve", "refunded"]
    fund = flows["contribution", "sales", "dividend_fund"]
    fund += flows["dividend_share", "sales", "dividend_fund"]
    fund -= flows["refund", "dividend_fund", "refunded"]
    commissions = flows["commission", "sales", "wallet"] - flows["refund", "wallet", "refunded"]
    kept = book.totals["sales"] - book.totals["refunded_sales"]
    return {
        "reserve": reserve,
        "dividend_fund": fund,
        "commissions": commissions,
        "kept_by_shop": kept - reserve - fund - commissions,
    }


def _program_money(program: Program) -> dict[str, int]:
    """Return where the money that came into the program is now."""
    figures = program.figures
    now = {
        "reserve": figures.reserve,
        "dividend_fund": figures.dividend_fund,
        "dividend_payable": figures.dividend_payable,
        "wallets": figures.wallets,
        "returned_to_shop_for_refunds": figures.refunded,
    }
    check(sum(now.values()) == figures.money_in, "money in is money held, paid out or returned")
    return {"money_in": figures.money_in, **now}


def _leaving(player: Player) -> dict[str, int]:
    leaving = player.leave_today
    return {
        "members": leaving.members,
        "gross": leaving.gross,
        "fee": leaving.fee,
        "net": leaving.net,
        "left_in_reserve": leaving.left_in_reserve,
        "rejected": leaving.rejected,
        "as_credit": int(not player.program.plan.cash_redemption),
    }


def _members(members: pl.DataFrame, program: Program) -> dict[str, object]:
    has: list[int] = members["has"].to_list()
    count = len(has)
    total = sum(has)
    tenth = max(count // _TENTH, 1)
    ranked = sorted(has)
    mean = total // count if count else 0

    def column(name: str) -> int:
        return sum(members[name].to_list())

    taken, held = column("quota_used"), 0
    for value, due, quota in members.select("value", "accrued", "quota").iter_rows():
        held += min(value + due, quota)
    granted, lost = column("quota_granted"), column("quota_lost")
    figures = program.figures
    check(
        column("wallet") + column("credit") == figures.wallets + figures.credit, "members hold all"
    )
    return {
        "members_mean": mean,
        "members_median": _median(ranked),
        "members_paid_mean": (column("paid") - column("refunded_sales")) // max(count, 1),
        "share_below_mean": ratio(sum(x * count < total for x in has), count),
        "newest_decile_mean": sum(has[-tenth:]) // tenth,
        "oldest_decile_mean": sum(has[:tenth]) // tenth,
        "gini": _gini(ranked),
        "top_decile_share": ratio(sum(ranked[-tenth:]), total),
        "quota_granted": granted,
        "quota_lost": lost,
        "quota_used": taken,
        "quota_forfeited": column("quota_forfeited"),
        "quota_coverage": ratio(taken + held, granted - lost),
    }


def _median(ranked: Sequence[int]) -> int:
    if not ranked:
        return 0
    middle = len(ranked) // 2
    if len(ranked) % 2:
        return ranked[middle]
    return (ranked[middle - 1] + ranked[middle]) // 2


def _gini(ranked: Sequence[int]) -> str:
    """Return the Gini coefficient of amounts in ascending order, 0 if all have the same."""
    count, total = len(ranked), sum(ranked)
    if not total:
        return ratio(0, 1)
    weighted = sum(place * amount for place, amount in enumerate(ranked, 1))
    return ratio(2 * weighted - (count + 1) * total, count * total)

"""Which charts a report has: each filled with its numbers and words, or left out if it has none."""

import math
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from tongbao.engine.units import ATOMS
from tongbao.lab.plots import Chart, Columns, Line, Lines, Row, Rows, Shares
from tongbao.lab.report_figures import Figures, running_total
from tongbao.lab.report_voice import Voice
from tongbao.plans.money import minor_digits


def report_charts(figures: Figures, voice: Voice) -> tuple[Chart, ...]:
    """Return the charts that this result can fill, in the report's order."""
    found = [build(figures, voice) for build in _CHARTS]
    return tuple(chart for chart in found if chart is not None)


def full_months(days: Sequence[date]) -> set[str]:
    """Return the months of which no day is missing at either end.

    >>> sorted(full_months([date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29)]))
    ['2024-02']
    """
    if not days:
        return set()
    first, last = days[0], days[-1]
    months = {(day.year, day.month) for day in days}
    full = set()
    for year, month in months:
        after = date(year + month // 12, month % 12 + 1, 1)
        if date(year, month, 1) >= first and (after - last).days <= 1:
            full.add(f"{year:04d}-{month:02d}")
    return full


def _major(voice: Voice, minor: float) -> float:
    unit: int = 10 ** minor_digits(voice.currency)
    return float(minor) / unit


def _chart(
    voice: Voice, name: str, says: str, drawing: Lines | Columns | Rows | Shares, **words: object
) -> Chart:
    title = voice.say(f"chart_{name}", unit=voice.unit().strip(), hundred=voice.hundred(), **words)
    return Chart(name, title, f"{title}. {says}", drawing, voice.lang)


def _money(figures: Figures, voice: Voice) -> Chart | None:
    parts = [
        ("to_reserve", figures.amount("money", "reserve")),
        ("to_dividends", figures.amount("money", "dividend_fund")),
        ("to_commissions", figures.amount("money", "commissions")),
        ("to_shop", figures.amount("money", "kept_by_shop")),
    ]
    total = sum(amount for _, amount in parts)
    if total <= 0:
        return None
    rows = tuple(
        Row(
            voice.say(key),
            max(0.0, amount / total),
            voice.per_hundred(amount, total),
            aside=key == "to_shop",
        )
        for key, amount in parts
    )
    says = "; ".join(f"{row.name} {row.text}" for row in rows)
    return _chart(voice, "money", says, Rows(rows))


def _price(figures: Figures, voice: Voice) -> Chart | None:
    known = [price for price in figures.prices() if price]
    if not known or figures.flat():
        return None
    values = tuple(_major(voice, float(p)) if p else math.nan for p in figures.prices())
    says = voice.say("says_price", first=voice.price(known[0]), last=voice.price(known[-1]))
    return _chart(voice, "price", says, _lines(figures, Line("", values)))


def _supply(figures: Figures, voice: Voice) -> Chart | None:
    supply = figures.column("supply_atoms")
    if not any(supply):
        return None
    says = voice.say("says_supply", last=voice.points(supply[-1]))
    drawing = _lines(figures, Line("", tuple(atoms / ATOMS for atoms in supply)))
    return _chart(voice, "supply", says, drawing)


def _reserve(figures: Figures, voice: Voice) -> Chart | None:
    reserve = figures.column("reserve")
    parts = zip(*map(figures.column, ("dividend_fund", "dividend_payable", "wallets")), strict=True)
    cash = [sum(part) for part in parts]
    if not any(reserve) and not any(cash):
        return None
    lines = tuple(
        Line(voice.say(key), tuple(_major(voice, amount) for amount in amounts))
        for key, amounts in (("line_reserve", reserve), ("line_cash", cash))
        if any(amounts)
    )
    says = voice.say("says_reserve", reserve=voice.money(reserve[-1]), cash=voice.money(cash[-1]))
    return _chart(voice, "reserve", says, _lines(figures, *lines, stacked=True))


def _spread(figures: Figures, voice: Voice) -> Chart | None:
    counts = figures.spread()
    total = sum(counts)
    if total < 2 or not sum(figures.has()):  # noqa: PLR2004  # one member is no distribution
        return None
    rows = tuple(
        Row(voice.say(f"spread_{n}"), count / total, voice.share(Decimal(count) / total))
        for n, count in enumerate(counts)
    )
    says = voice.say("says_spread", below=voice.share(figures.ratio("share_below_mean")))
    return _chart(voice, "spread", says, Rows(rows))


def _cohorts(figures: Figures, voice: Voice) -> Chart | None:
    groups = figures.cohorts()
    if not any(group.has for group in groups):
        return None
    drawing = Columns(
        tuple(group.name for group in groups),
        (Line(voice.say("bar_mean"), tuple(_major(voice, g.has / g.members) for g in groups)),),
        Line(voice.say("dot_median"), tuple(_major(voice, g.median) for g in groups)),
    )
    says = voice.say(
        "says_cohorts",
        first_month=groups[0].name,
        first=voice.money(groups[0].mean),
        last_month=groups[-1].name,
        last=voice.money(groups[-1].mean),
    )
    return _chart(voice, "cohorts", says, drawing)


def _hundred(figures: Figures, voice: Voice) -> Chart | None:
    groups = [group for group in figures.cohorts() if group.paid > 0]
    everybody = figures.everybody()
    if everybody is None or everybody.paid <= 0 or not any(group.has for group in groups):
        return None
    drawing = Columns(
        tuple(group.name for group in groups),
        (Line(voice.say("bar_cohort"), tuple(100 * g.has / g.paid for g in groups)),),
        level=(voice.say("level_all"), 100 * everybody.has / everybody.paid),
    )
    says = voice.say(
        "says_hundred",
        first_month=groups[0].name,
        first=voice.per_hundred(groups[0].has, groups[0].paid),
        last_month=groups[-1].name,
        last=voice.per_hundred(groups[-1].has, groups[-1].paid),
        all=voice.per_hundred(everybody.has, everybody.paid),
    )
    return _chart(voice, "hundred", says, drawing)


def _lorenz(figures: Figures, voice: Voice) -> Chart | None:
    has = sorted(figures.has())
    points = figures.lorenz()
    if len(has) < 2 or not points:  # noqa: PLR2004  # one member is no distribution
        return None
    half = Decimal(sum(has[: len(has) // 2])) / sum(has)
    drawing = Shares(tuple(points), voice.say("lorenz_curve"), voice.say("lorenz_equal"))
    return _chart(voice, "lorenz", voice.say("says_lorenz", half=voice.share(half)), drawing)


def _fifths(figures: Figures, voice: Voice) -> Chart | None:
    groups = figures.fifths()
    if not groups or figures.flat():
        return None
    drawing = Columns(
        tuple(voice.say(f"fifth_{group.name}") for group in groups),
        (
            Line(voice.say("bar_received"), tuple(_major(voice, g.received) for g in groups)),
            Line(voice.say("bar_brought"), tuple(_major(voice, g.brought) for g in groups)),
        ),
    )
    says = voice.say(
        "says_fifths",
        brought_first=voice.money(groups[0].brought),
        received_first=voice.money(groups[0].received),
        brought_last=voice.money(groups[-1].brought),
        received_last=voice.money(groups[-1].received),
    )
    return _chart(voice, "fifths", says, drawing)


def _quota(figures: Figures, voice: Voice) -> Chart | None:
    quotas = figures.quotas()
    if quotas <= 0:
        return None
    amounts = (
        ("granted", quotas),
        ("fillable", figures.money_for_members()),
        ("used", figures.amount("quota_used")),
    )
    rows = tuple(
        Row(voice.say(f"quota_{key}"), float(amount), voice.money(amount))
        for key, amount in amounts
    )
    says = voice.say("says_quota", **{key: voice.money(amount) for key, amount in amounts})
    return _chart(voice, "quota", says, Rows(rows))


def _exits(figures: Figures, voice: Voice) -> Chart | None:
    exits, sold = (running_total(figures.column(key)) for key in ("exits", "redemptions"))
    if not any(exits) and not any(sold):
        return None
    lines = tuple(
        Line(voice.say(f"line_{key}"), tuple(map(float, counts)))
        for key, counts in (("exits", exits), ("sold", sold))
        if any(counts)
    )
    says = voice.say("says_exits", exits=voice.count(exits[-1]), sold=voice.count(sold[-1]))
    return _chart(voice, "exits", says, _lines(figures, *lines))


def _cost(figures: Figures, voice: Voice) -> Chart | None:
    months = [(name, cost / sales) for name, sales, cost in figures.months() if sales > 0]
    if not months:
        return None
    whole = figures.ratio("cost_share_of_sales")
    drawing = Columns(
        tuple(name for name, _ in months),
        (Line(voice.say("bar_month"), tuple(share for _, share in months)),),
        level=(voice.say("level_whole"), float(whole)),
        percent=True,
    )
    return _chart(voice, "cost", voice.say("says_cost", share=voice.share(whole)), drawing)


def _dividends(figures: Figures, voice: Voice) -> Chart | None:
    months = figures.monthly("distributed")
    if not any(amount for _, amount in months):
        return None
    full = full_months(figures.dates())
    amounts = [amount for name, amount in months if name in full] or [a for _, a in months]
    values = tuple(_major(voice, amount) for _, amount in months)
    drawing = Columns(tuple(n for n, _ in months), (Line(voice.say("bar_dividends"), values),))
    says = voice.say(
        "says_dividends", best=voice.money(max(amounts)), worst=voice.money(min(amounts))
    )
    return _chart(voice, "dividends", says, drawing)


def _lines(figures: Figures, *lines: Line, stacked: bool = False) -> Lines:
    return Lines(tuple(figures.dates()), lines, stacked=stacked)


_CHARTS: Final[tuple[Callable[[Figures, Voice], Chart | None], ...]] = (
    *(_money, _price, _supply, _reserve, _dividends, _spread, _lorenz, _cohorts, _hundred),
    *(_quota, _exits, _cost, _fifths),
)

"""Backtests to report on: small histories played by the real runner, and results with nothing."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec
import polars as pl

from tongbao.engine.plan import plan_from_fields
from tongbao.lab.backtest import Assumptions, run_backtest
from tongbao.lab.behaviour import behaviour_choice
from tongbao.lab.orders import ReadOptions
from tongbao.lab.result import BacktestResult
from tongbao.plans.files import PlanFile

FOUNDING: dict[str, object] = {
    "issue_price": 100,
    "max_supply": 10**14,
    "backing_base": "sales",
    "backing_bps": 3000,
    "grant_bps": 7000,
    "dividend_base": "sales",
    "dividend_bps": 0,
    "quota_base": "sales",
    "quota_bps": 20000,
    "merchant_quota_bps": 20000,
    "exit_fee_bps": 1000,
    "goods_fee_bps": 0,
    "referral_points_bps": [],
    "referral_cash_bps": [],
    "cash_redemption": True,
    "cash_withdrawal": True,
    "min_supply": 10**6,
    "min_holding": 10**4,
}
"""The founding example: 30% of sales backs the points, 70% of it is granted, no dividends."""

Row = tuple[str, str, str, int]  # order, customer, time, minor units; below zero a refund
START = date(2024, 1, 1)


def steady_rows(members: int, days: int, paid: int = 10_000) -> list[Row]:
    """One order a day, the members in turn."""
    return [
        (f"o{n}", f"m{n % members + 1}", f"{START + timedelta(days=n)}T10:00:00", paid)
        for n in range(days)
    ]


def played(
    folder: Path,
    rows: Iterable[Row],
    *,
    behaviour: str = "hold",
    settle_after: int = 0,
    currency: str = "CNY",
    name: str = "Founding",
    source: str = "orders.csv",
    profit_bps: int | None = None,
    plan: Mapping[str, object] | None = None,
) -> BacktestResult:
    """Play these orders under the founding plan with some fields changed."""
    path = folder / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("order", "customer", "time", "amount_minor", "refund"))
        for order, customer, time, minor in rows:
            writer.writerow((order, customer, time, abs(minor), "yes" if minor < 0 else "no"))
    plan_file = PlanFile(plan_from_fields({**FOUNDING, **(plan or {})}), name, currency)
    columns = ("order", "customer", "time", "amount_minor", "refund")
    result = run_backtest(
        path,
        plan_file,
        Assumptions(
            settle_after=settle_after,
            profit_bps=profit_bps,
            behaviour=behaviour_choice(behaviour),
            seed=1,
        ),
        ReadOptions(currency=currency, mapping=",".join(f"{c}={c}" for c in columns)),
    )
    options = msgspec.structs.replace(result.options, source=source)
    return msgspec.structs.replace(result, options=options)


def emptied(result: BacktestResult, days: int = 0) -> BacktestResult:
    """Return a result of the same shape in which nobody bought anything on so many days."""
    summary = {key: _nothing(value) for key, value in result.summary.items()}
    counts = [name for name in result.days.columns if name not in {"day", "price"}]
    zeros = [pl.lit(0, pl.Int64).alias(name) for name in counts]
    quiet = result.days.head(days).with_columns(*zeros, pl.lit("0.000000").alias("price"))
    return msgspec.structs.replace(
        result, summary=summary, days=quiet, members=result.members.head(0)
    )


def _nothing(value: object) -> object:
    if isinstance(value, dict):
        return {key: _nothing(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return []
    if isinstance(value, str):
        return "0.000000"
    return 0

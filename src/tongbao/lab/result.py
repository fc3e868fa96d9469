"""What a backtest is asked and what it answers; the report is made from this alone."""

from collections.abc import Mapping

import polars as pl
from msgspec import Struct

from tongbao.plans.files import PlanFile


class BacktestOptions(Struct, frozen=True, kw_only=True):
    """How the history was played.

    ``settle_after`` is the return window in days; ``behaviour`` what members do,
    as written; ``profit`` the assumed share of the amount paid in basis points,
    None if the file's profit is used or none is needed; ``source`` the name of
    the file of orders and ``layout`` what it was read as.
    """

    settle_after: int
    behaviour: str
    seed: int
    profit: int | None
    source: str
    layout: str
    currency: str


class BacktestResult(Struct, frozen=True):
    """The figures of a backtest: money in minor units, points in atoms, ratios as decimal text."""

    summary: Mapping[str, object]
    days: pl.DataFrame
    members: pl.DataFrame
    plan_file: PlanFile
    options: BacktestOptions

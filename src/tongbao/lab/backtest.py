"""A backtest: a plan, an order history, the same engine as online, and what came of it."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tongbao.engine.program import Program
from tongbao.lab.behaviour import BehaviourChoice
from tongbao.lab.history import History
from tongbao.lab.orders import ReadOptions, read_history
from tongbao.lab.play import Player, Sink
from tongbao.lab.result import BacktestOptions, BacktestResult
from tongbao.lab.returns import match_refunds
from tongbao.lab.summary import summary_of, with_definitions
from tongbao.lab.tables import days_table, members_table
from tongbao.lab.timeline import timeline_of
from tongbao.plans.files import PlanFile

Watch = Callable[[str, int, int], None]
"""Told of a stage («read», «play»), the steps done and all steps."""


class Assumptions(Struct, frozen=True, kw_only=True):
    """What the user chose: return window in days, assumed profit in basis points, behaviour."""

    settle_after: int
    profit_bps: int | None
    behaviour: BehaviourChoice
    seed: int


def run_backtest(  # what is played, how, and who hears of it
    orders: Path,
    plan_file: PlanFile,
    assumptions: Assumptions,
    read_options: ReadOptions,
    *,
    sink: Sink | None = None,
    watch: Watch | None = None,
) -> BacktestResult:
    """Read a history, play it under the plan and return the figures.

    ``sink`` hears every command and receipt in order, ``watch`` the progress.

    Raises:
        LabError: if the file or what was chosen does not do.
    """

    def reading(done: int, total: int) -> None:
        if watch is not None:
            watch("read", done, total)

    history = read_history(orders, read_options, reading)
    return play_history(history, plan_file, assumptions, sink=sink, watch=watch)


def play_history(
    history: History,
    plan_file: PlanFile,
    assumptions: Assumptions,
    *,
    sink: Sink | None = None,
    watch: Watch | None = None,
) -> BacktestResult:
    """Play a history that is already read; see `run_backtest`."""
    plan = plan_file.plan
    matching = match_refunds(history)
    timeline = timeline_of(
        history, matching, plan, assumptions.settle_after, assumptions.profit_bps
    )
    player = Player(
        Program(plan), timeline, assumptions.behaviour, assumptions.seed, sink or _nobody
    )

    def playing(done: int) -> None:
        if watch is not None:
            watch("play", done, player.steps)

    player.play(playing)
    days = days_table(player.book)
    members = members_table(player.program, player.book)
    summary = summary_of(history, matching, timeline, player, members)
    uses_assumed = any(order.profit is None for order in history.orders)
    options = BacktestOptions(
        settle_after=assumptions.settle_after,
        behaviour=assumptions.behaviour.written,
        seed=assumptions.seed,
        profit=assumptions.profit_bps if uses_assumed else None,
        source=history.source,
        layout=history.layout.say("en"),
        currency=history.currency,
    )
    summary.update(
        plan=plan_file.name,
        currency=options.currency,
        source=options.source,
        layout=options.layout,
        behaviour=options.behaviour,
        settle_after_days=options.settle_after,
        profit_bps=options.profit,
        seed=options.seed,
    )
    return BacktestResult(with_definitions(summary), days, members, plan_file, options)


def _nobody(command: object, receipt: object) -> None:
    """Hear nothing."""

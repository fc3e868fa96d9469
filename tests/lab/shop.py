"""Small shops for the lab's tests: files written by hand and the founding example's plan."""

from collections.abc import Mapping
from pathlib import Path

from tongbao.engine.plan import plan_from_fields
from tongbao.lab.backtest import Assumptions, run_backtest
from tongbao.lab.behaviour import behaviour_choice
from tongbao.lab.history import History
from tongbao.lab.orders import ReadOptions, read_history
from tongbao.lab.play import Sink
from tongbao.lab.result import BacktestResult
from tongbao.plans.files import PlanFile

EXAMPLES = Path(__file__).parents[2] / "examples" / "online-retail"

WINE: Mapping[str, object] = {
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
"""The spec's founding example."""

MAPPING = "order=no,customer=who,time=when,amount=total"
HEADER = "no,who,when,total\n"


def wine(currency: str = "CNY", **changes: object) -> PlanFile:
    """Return the founding example's plan with some fields changed."""
    return PlanFile(plan_from_fields({**WINE, **changes}), "wine", currency)


def written(folder: Path, text: str | bytes, name: str = "orders.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path: Path, mapping: str | None = MAPPING, **options: object) -> History:
    """Read a file of orders in yuan, with the columns no, who, when, total if nothing is said."""
    return read_history(path, ReadOptions(**{"currency": "CNY", "mapping": mapping, **options}))  # type: ignore[arg-type]  # what a test varies


def played(
    path: Path,
    plan_file: PlanFile | None = None,
    *,
    settle_after: int = 7,
    profit_bps: int | None = None,
    behaviour: str = "hold",
    seed: int = 1,
    mapping: str | None = MAPPING,
    sink: Sink | None = None,
) -> BacktestResult:
    """Play a file of orders under a plan, the founding example's if none is given."""
    plan_file = plan_file or wine()
    assumptions = Assumptions(
        settle_after=settle_after,
        profit_bps=profit_bps,
        behaviour=behaviour_choice(behaviour),
        seed=seed,
    )
    options = ReadOptions(currency=plan_file.currency, mapping=mapping)
    return run_backtest(path, plan_file, assumptions, options, sink=sink)

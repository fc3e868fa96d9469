"""`tongbao backtest`: what a plan would have done to a shop, on the shop's own order history."""

import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, TypedDict, Unpack

import click
from rich.progress import TaskID

from tongbao.cli.backtest_told import told
from tongbao.cli.progress import open_progress
from tongbao.engine.units import InvariantBroken
from tongbao.lab.backtest import Assumptions, Watch, run_backtest
from tongbao.lab.behaviour import behaviour_choice
from tongbao.lab.orders import ReadOptions
from tongbao.lab.output import OutputDirectory
from tongbao.lab.plots_canvas import chinese_fonts
from tongbao.lab.problems import LabError, quoted
from tongbao.lab.report import write_report
from tongbao.lab.result import BacktestResult
from tongbao.lab.timeline import LONGEST_WINDOW
from tongbao.plans.files import PlanFile, PlanFileError, load_plan
from tongbao.plans.money import FigureError, minor_digits, parse_percent
from tongbao.plans.words import LANGS, Lang, Text

FAULT: Final = 2
"""Exit status where the user has to change something."""

DEFECT: Final = 70
"""Exit status where the engine broke a promise."""

INTERRUPTED: Final = 130
"""Exit status after Ctrl-C."""

TERMINATED: Final = 143
"""Exit status after SIGTERM."""

_WHOLE_BPS: Final = 10_000
_WRITE_STEPS: Final = 3  # the tables, the report, their place


class _Given(TypedDict):
    """What was given on the command line."""

    orders: Path
    plan_path: Path
    out: Path
    columns: str | None
    settle_after: str
    profit: str | None
    behaviour: str
    seed: int
    paid_status: str | None
    encoding: str | None
    time_format: str | None
    time_zone: str | None
    only_currency: str | None
    skip_bad_rows: bool
    citation: str
    lang: Lang


_HELP: Final = """Play a history of orders under a plan.

ORDERS is a CSV file (also .gz) or a Parquet file, one row an order or one
row a line of an order. The exports of Shopify and WooCommerce are known by
their columns, and --columns changes or adds some; for others say with
--columns which column is which: order, customer, time, and one of amount,
amount_minor (fen, pence), line_amount (of a row that is a line of an order),
or quantity with unit_price (or unit_price_milli, in thousandths).

\b
Also possible:
  refund       marks refunds with yes or no, or holds what came back
  refunded     what came back of the order
  taken_off    the same, where the amount is already without it
  refund_of    in a refund's row, the order that it returns
  profit       the order's profit
  currency     the amount's currency, where it is not the plan's alone
  status       the order's state: unpaid and cancelled ones are left out;
               see --paid-status
  outstanding  what of the amount is not paid: it is taken off
  cancelled    when, or whether, the order was cancelled
  payment      how it was paid: gift cards and store credit are told
  gift_card    what of the amount they paid: it is taken off
  item         what was sold: gift cards are told
"""


@click.command(name="backtest", help=_HELP)
@click.argument("orders", type=click.Path(path_type=Path))
@click.option(
    "--plan",
    "plan_path",
    required=True,
    type=click.Path(path_type=Path),
    help="The plan, TOML or JSON.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The directory to write."
)
@click.option(
    "--columns",
    help="Which column is which, such as order=No,customer=Buyer,time=Date,amount=Total.",
)
@click.option(
    "--settle-after",
    default="7d",
    show_default=True,
    help="The return window, after which an order counts.",
)
@click.option("--profit", help="Assumed profit, such as 35%, where the file gives none.")
@click.option(
    "--behaviour",
    default="hold",
    show_default=True,
    help="hold, redeem-when-up:N, hazard:P% or leave-at-end.",
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=int,
    help="For hazard: another seed draws other days.",
)
@click.option("--paid-status", help="The states that count, such as paid,shipped.")
@click.option("--encoding", help="The text's encoding, such as cp1252; guessed if not given.")
@click.option("--time-format", help="How times are written, such as %d/%m/%Y %H:%M, or epoch.")
@click.option(
    "--time-zone", help="The shop's, such as Asia/Shanghai, where times bear offsets or are UTC."
)
@click.option("--only-currency", help="Take the orders in this currency only.")
@click.option(
    "--skip-bad-rows", is_flag=True, help="Count unreadable rows and go on instead of stopping."
)
@click.option(
    "--citation", default="", help="Source and licence of the orders, for the report's last line."
)
@click.option(
    "--lang",
    type=click.Choice(LANGS),
    default="en",
    show_default=True,
    help="Language of report and messages.",
)
def backtest(**given: Unpack[_Given]) -> None:
    """Play a history of orders under a plan."""
    lang = given["lang"]
    try:
        with _stoppable():
            report, result = _run(given)
    except (PlanFileError, LabError) as fault:
        click.echo(fault.say(lang), err=True)
        sys.exit(FAULT)
    except InvariantBroken as fault:
        click.echo(_DEFECT.say(lang, promise=str(fault)), err=True)
        sys.exit(DEFECT)
    except KeyboardInterrupt:
        click.echo(_STOPPED.say(lang), err=True)
        sys.exit(INTERRUPTED)
    except _Terminated:
        click.echo(_STOPPED.say(lang), err=True)
        sys.exit(TERMINATED)
    if lang == "zh" and not chinese_fonts():
        click.echo(_NO_FONT.say(lang), err=True)
    click.echo(told(result, lang))
    click.echo(str(report))


class _Terminated(BaseException):
    """SIGTERM came."""


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does, with nothing left behind."""

    def stop(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one must not stop the clearing away
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears signals
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(given: _Given) -> tuple[Path, BacktestResult]:
    """Play, write and return the report's path, as the user named the directory."""
    plan_file = load_plan(given["plan_path"])
    assumptions = _assumptions(given)
    read_options = _read_options(given, plan_file)
    with OutputDirectory(given["out"]) as directory, _progress(given["lang"]) as watch:
        result = run_backtest(
            given["orders"],
            plan_file,
            assumptions,
            read_options,
            sink=directory.hear,
            watch=watch,
        )
        watch("write", 0, _WRITE_STEPS)
        directory.write(result)
        watch("write", 1, _WRITE_STEPS)
        report = write_report(result, directory.partial, given["lang"], citation=given["citation"])
        watch("write", 2, _WRITE_STEPS)
        directory.finish()
        watch("write", _WRITE_STEPS, _WRITE_STEPS)
    return given["out"] / report.name, result


def _assumptions(given: _Given) -> Assumptions:
    return Assumptions(
        settle_after=_window(given["settle_after"]),
        profit_bps=None if given["profit"] is None else _profit(given["profit"]),
        behaviour=behaviour_choice(given["behaviour"]),
        seed=given["seed"],
    )


def _read_options(given: _Given, plan_file: PlanFile) -> ReadOptions:
    only = given["only_currency"]
    return ReadOptions(
        currency=plan_file.currency,
        mapping=given["columns"],
        paid_status=given["paid_status"],
        encoding=given["encoding"],
        time_format=given["time_format"],
        time_zone=given["time_zone"],
        only_currency=None if only is None else _currency(only),
        skip_bad_rows=given["skip_bad_rows"],
    )


@contextmanager
def _progress(lang: Lang) -> Iterator[Watch]:
    """Show bars on standard error if it is a terminal."""
    tasks: dict[str, TaskID] = {}
    with open_progress() as bars:

        def watch(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_STAGES[stage].say(lang), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield watch


def _window(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,4})\s*(?:d|days?|天)?", text.strip())
    days = int(match[1]) if match else LONGEST_WINDOW + 1
    if days > LONGEST_WINDOW:
        raise LabError(_NO_WINDOW.fill(text=quoted(text)))
    return days


def _profit(text: str) -> int:
    try:
        bps = parse_percent(text)
    except FigureError as fault:
        raise LabError(_NO_PROFIT.fill(text=quoted(text), reason=fault.reason)) from None
    if not 0 <= bps <= _WHOLE_BPS:
        raise LabError(_PROFIT_RANGE.fill(text=quoted(text)))
    return bps


def _currency(text: str) -> str:
    code = text.strip().upper()
    try:
        minor_digits(code)
    except FigureError as fault:
        raise LabError(_NO_CURRENCY.fill(reason=fault.reason)) from None
    return code


_STAGES: Final = {
    "read": Text("reading the orders", "读取订单"),
    "play": Text("playing the plan", "模拟方案"),
    "write": Text("writing the report", "生成报告"),
}
_NO_FONT = Text(
    "The pictures in plots/ are in English: this machine has no Chinese font. Install one, such as "
    "Noto Sans CJK (Debian and Ubuntu: apt install fonts-noto-cjk), and run this again.",
    "plots/ 中的图片为英文：本机没有中文字体。请安装一种，例如 Noto Sans CJK"
    "（Debian、Ubuntu：apt install fonts-noto-cjk），然后重新运行。",
)
_STOPPED = Text("Stopped; nothing was written.", "已中断，没有写入任何内容。")
_DEFECT = Text(
    "The engine broke a promise, a defect to report; nothing was written: {promise}",
    "引擎违反了自己的承诺，请报告这个缺陷；没有写入任何内容：{promise}",
)
_NO_WINDOW = Text(
    "--settle-after {text} is no number of days from 0 to 366; write for example 7d",
    "--settle-after {text} 不是 0 到 366 的天数；请写成例如 7d",
)
_NO_PROFIT = Text("--profit {text}: {reason}", "--profit {text}：{reason}")
_PROFIT_RANGE = Text(
    "--profit {text} is not between 0% and 100%", "--profit {text} 不在 0% 到 100% 之间"
)
_NO_CURRENCY = Text("--only-currency: {reason}", "--only-currency：{reason}")

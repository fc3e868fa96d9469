"""Reports of small histories to look at, each played once for all tests, and their words."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.lab.report_stage import Row, played, steady_rows
from tongbao.lab.report import report_html
from tongbao.lab.result import BacktestResult
from tongbao.plans.words import Lang

DIVIDEND = {"dividend_bps": 500}
Maker = Callable[[Path], BacktestResult]


def words_of(page: str) -> str:
    """Return what a reader sees, blanks collapsed, without styles and without word joiners."""
    body = re.sub(r"<style>.*?</style>", " ", page, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", "", body.replace("</", " </").replace(" </b>", "</b>"))
    for entity, sign in (("&#39;", "'"), ("&#34;", '"'), ("&lt;", "<"), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return re.sub(r"\s+", " ", text.replace("\u2060", ""))


@cache
def result_of(make: Maker) -> BacktestResult:
    """Play each history once for all tests."""
    with TemporaryDirectory() as folder:
        return make(Path(folder))


@cache
def page_of(make: Maker, lang: Lang = "en") -> str:
    return report_html(result_of(make), lang)


def text_of(make: Maker, lang: Lang = "en") -> str:
    return words_of(page_of(make, lang))


def founding(folder: Path) -> BacktestResult:
    """The founding example's first three orders, by three buyers."""
    return played(folder, steady_rows(3, 3))


def five(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(5, 5))


def busy(folder: Path) -> BacktestResult:
    """Ninety days, twelve members, dividends, refunds early and late, some not to be matched."""
    rows: list[Row] = [
        *steady_rows(12, 90),
        ("r1", "m3", "2024-01-04T09:00:00", -2_000),
        ("r2", "m4", "2024-04-10T09:00:00", -9_000),
        ("r3", "stranger", "2024-02-02T09:00:00", -500),
        ("o-nobody", "", "2024-02-03T09:00:00", 700),
        ("o-free", "m1", "2024-02-04T09:00:00", 0),
    ]
    return played(folder, rows, settle_after=7, behaviour="hazard:0.5%", plan=DIVIDEND)


def told(result: BacktestResult, lang: Lang = "en", **figures: object) -> str:
    """Return the words of a result whose summary says something else here and there."""
    summary = {**result.summary, **figures}
    return words_of(report_html(msgspec.structs.replace(result, summary=summary), lang))


def closed(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(6, 12), behaviour="leave-at-end", plan=DIVIDEND)


def no_cash(folder: Path) -> BacktestResult:
    changes = {"cash_redemption": False, "cash_withdrawal": False}
    return played(folder, steady_rows(6, 40), behaviour="redeem-when-up:1.2", plan=changes)


def paying(folder: Path) -> BacktestResult:
    """Two buyers, then an order of another day: dividends are settled for those who act."""
    rows: list[Row] = [
        ("o1", "m1", "2024-01-01T10:00:00", 10_000),
        ("o2", "m2", "2024-01-01T11:00:00", 10_000),
        ("o3", "m1", "2024-01-02T10:00:00", 10_000),
    ]
    return played(folder, rows, plan={**DIVIDEND, "grant_bps": 10_000})


def paid_out(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(2, 2), behaviour="leave-at-end", plan={"grant_bps": 10_000})


def overspent(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(2, 4), plan={"backing_bps": 9_000, "dividend_bps": 2_000})


def returned(folder: Path) -> BacktestResult:
    """Six orders of 100.00, all points sold at once when up; then two orders come back."""
    rows: list[Row] = [
        *steady_rows(6, 12),
        ("r1", "m1", "2024-02-20T09:00:00", -10_000),
        ("r2", "m2", "2024-02-20T09:00:00", -10_000),
    ]
    return played(folder, rows, behaviour="redeem-when-up:1.2")


def flat(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(6, 12), plan={"grant_bps": 10_000})


def no_fee_all_granted_but_leaving(folder: Path) -> BacktestResult:
    plan = {"grant_bps": 10_000}
    return played(folder, steady_rows(20, 60), behaviour="hazard:5%", plan=plan)


def assumed(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(3, 3), profit_bps=3_500)

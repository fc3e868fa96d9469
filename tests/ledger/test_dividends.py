"""Dividends day by day, though an account collects them only when something touches it."""

from typing import Any

import pytest

from tests.ledger.databases import Database
from tests.ledger.stage import deposit, opened, purchase, redeem
from tests.ledger.streams import played
from tests.ledger.test_statements import close, submitted
from tongbao.engine.state import Account, Figures
from tongbao.engine.units import SCALE
from tongbao.ledger.dividends import (
    DividendDay,
    DividendPage,
    DividendSums,
    accrued,
    dividend_days,
    dividend_sums,
)
from tongbao.ledger.door import Ledger
from tongbao.ledger.reading import BadPage
from tongbao.ledger.values import UnknownAccount

STREAMS = ("0000", "0003", "0010", "0019")  # with exits in closes, wind-ups, surplus
EARNING: dict[str, Any] = {"dividend_base": "sales", "dividend_bps": 1000}


def days(ledger: Ledger, account: str, limit: int = 31) -> list[DividendDay]:
    """All pages together."""
    found: list[DividendDay] = []
    before = None
    while True:
        page = dividend_days(ledger, account, before=before, limit=limit)
        found += page.days
        before = page.before
        if before is None:
            return found


@pytest.mark.parametrize("stream", STREAMS)
def test_each_day_is_what_settling_everybody_after_each_close_would_have_paid(
    database: Database, stream: str
) -> None:
    ledger, twin = played(database, stream)
    earned_at_all = 0
    for name in twin.program.accounts:
        before, expected = 0, {}
        for day, total in twin.earned.get(name, {}).items():
            expected[day] = total - before
            before = total
        found = {day.day: day.amount for day in days(ledger, name)}
        # Days before the account first had anything are left out.
        assert {day: amount for day, amount in expected.items() if day in found} == found
        assert not any(amount for day, amount in expected.items() if day not in found)
        earned_at_all += sum(found.values())
    assert earned_at_all > 0


@pytest.mark.parametrize("stream", STREAMS)
def test_the_days_add_up_to_what_was_paid_and_what_is_still_to_be_collected(
    database: Database, stream: str
) -> None:
    ledger, twin = played(database, stream)
    for name in twin.program.accounts:
        sums = dividend_sums(ledger, name)
        assert sums.collected == twin.paid.get(name, 0)
        assert sums.accrued == twin.due(name)
        assert sums.total == sums.collected + sums.accrued
        assert sums.total == sum(day.amount for day in days(ledger, name))


def test_days_by_hand(database: Database) -> None:
    ledger = opened(database, **EARNING)
    # 10.00 a day to 21 points; then to 21 and 14.7: 21 / 35.7 = 10 / 17 of 10.00
    submitted(ledger, purchase("o1"), close("2027-01-01"), purchase("o2", "m2"))
    submitted(ledger, close("2027-01-02"), close("2027-01-04"))
    # The index is a floor: 10.00 becomes 9.99 and a fraction that stays, then 9.99… + 5.88… = 15.88
    assert days(ledger, "m1") == [
        DividendDay("2027-01-04", 5, 21_000_000, 0),
        DividendDay("2027-01-02", 4, 21_000_000, 589),
        DividendDay("2027-01-01", 2, 21_000_000, 999),
    ]
    assert days(ledger, "m2")[-1] == DividendDay("2027-01-02", 4, 14_700_000, 411)
    assert dividend_sums(ledger, "m1") == DividendSums(1588, 0, 1588, "2027-01-04", 0)


def test_collecting_changes_no_day(database: Database) -> None:
    ledger = submitted(opened(database, **EARNING), purchase("o1"), close("2027-01-01"))
    submitted(ledger, purchase("o2", "m2"), close("2027-01-02"))
    before = days(ledger, "m1")
    submitted(ledger, purchase("o3", paid=100), deposit("d"))
    assert days(ledger, "m1") == before
    assert dividend_sums(ledger, "m1").collected == sum(day.amount for day in before)


def test_who_exits_in_the_middle_of_a_close_earned_until_then(database: Database) -> None:
    ledger = opened(database, dividend_base="sales", dividend_bps=6000, quota_bps=6500)
    submitted(ledger, purchase("o1"), purchase("o2", "m2"), close("2027-01-01"))
    # see the statement of the same: the 29.70 were paid by the close itself
    assert days(ledger, "m1") == [DividendDay("2027-01-01", 3, 21_000_000, 2970)]
    assert dividend_sums(ledger, "m1") == DividendSums(2970, 2970, 0, "2027-01-01", 2970)


def test_what_is_accrued_is_what_settling_pays(database: Database) -> None:
    ledger = submitted(opened(database, **EARNING), purchase("o1"), close("2027-01-01"))
    account = ledger.account("m1")
    assert account is not None
    assert (account.wallet, accrued(account, ledger.standing().figures)) == (0, 999)
    submitted(ledger, purchase("o2", paid=100))
    account = ledger.account("m1")
    assert account is not None
    assert (account.wallet, accrued(account, ledger.standing().figures)) == (999, 0)


@pytest.mark.parametrize(("quota", "due"), [(20, 10), (10, 10), (9, 9), (0, 0)])
def test_no_more_accrues_than_the_quota(quota: int, due: int) -> None:
    account = Account("m1", "member", 0, mark=SCALE, points=5, quota=quota, fraction=SCALE // 2)
    # 5 atoms at 2 each, and half a unit that is left over
    assert accrued(account, Figures(dividend_index=3 * SCALE)) == due


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_pages_of_any_size_give_the_same_days(database: Database, limit: int) -> None:
    ledger, twin = played(database, "0010")
    for name in twin.program.accounts:
        assert days(ledger, name, limit) == days(ledger, name)


def test_points_that_come_after_a_close_earn_nothing_of_it(database: Database) -> None:
    ledger = submitted(opened(database, **EARNING), purchase("o1"), close("2027-01-01"))
    submitted(ledger, purchase("o2", "m2"))
    assert dividend_days(ledger, "m2") == DividendPage((), None)
    assert dividend_sums(ledger, "m2") == DividendSums(0, 0, 0, "", 0)


def test_who_sold_everything_earns_nothing_more(database: Database) -> None:
    ledger = submitted(opened(database, **EARNING), purchase("o1"), purchase("o2", "m2"))
    submitted(ledger, close("2027-01-01"), redeem("r"), purchase("o3", "m2"), close("2027-01-02"))
    assert [(day.points, day.amount > 0) for day in days(ledger, "m1")] == [
        (0, False),
        (21_000_000, True),
    ]


@pytest.mark.parametrize("asked", [{"limit": 0}, {"before": "yesterday"}, {"before": "2027-1-1"}])
def test_what_is_no_page_is_refused(database: Database, asked: dict[str, object]) -> None:
    ledger = submitted(opened(database), purchase("o1"))
    with pytest.raises(BadPage):
        dividend_days(ledger, "m1", **asked)  # type: ignore[arg-type]  # on purpose


def test_an_unknown_account_is_named(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1"))
    for ask in (dividend_days, dividend_sums):
        with pytest.raises(UnknownAccount, match="'nobody'"):
            ask(ledger, "nobody")

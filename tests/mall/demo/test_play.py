"""Playing a history: dates, quiet members, merchants' shares; small ones, written by hand."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.mall.stage import Mall
from tongbao.ledger.statements import walk
from tongbao.mall.demo.play import NotPlayed, Played, Terms, play
from tongbao.mall.demo.source import Event
from tongbao.mall.sales.split import Fees

BEGIN = datetime(2011, 3, 1, 12, 0)
TERMS = Terms(
    last_day=date(2026, 6, 30),
    zone=ZoneInfo("Asia/Shanghai"),
    merchants={"cups": "tea", "reds": "wine"},
    profit_bps=3_500,
    fees=Fees(platform_bps=200, provider_bps=60),
)


def bought(number: str, member: str, day: int, **goods: int) -> Event:
    amount = sum(goods.values())
    return Event("purchase", number, member, amount, "", BEGIN + timedelta(days=day), goods)


def played(mall: Mall, *events: Event, terms: Terms = TERMS) -> Played:
    return play(mall.ledger, events, terms, lambda _done, _total: None)


def test_all_dates_are_shifted_by_the_same_days(mall: Mall) -> None:
    played(mall, bought("1", "7", 0, cups=10_000), bought("2", "7", 3, cups=10_000))
    moments = [item.at for item in walk(mall.ledger, "m-7") if item.cause.code == "purchase"]
    assert moments == ["2026-06-27T12:00:00+08:00", "2026-06-30T12:00:00+08:00"]
    assert mall.ledger.standing().figures.closes == 4


def test_who_falls_quiet_sells_everything_after_90_days(mall: Mall) -> None:
    played(mall, bought("1", "7", 0, cups=10_000), bought("2", "8", 90, cups=10_000))
    accounts = mall.ledger.accounts(["m-7", "m-8"])
    assert accounts["m-7"].points == 0
    assert accounts["m-7"].wallet > 0
    assert accounts["m-8"].points > 0


def test_who_buys_on_the_89th_day_is_not_quiet(mall: Mall) -> None:
    played(
        mall,
        bought("1", "7", 0, cups=10_000),
        bought("2", "7", 89, cups=10_000),
        bought("3", "8", 91, cups=10_000),
    )
    assert mall.ledger.accounts(["m-7"])["m-7"].points > 0


def test_every_fifth_turns_points_into_credit_instead(mall: Mall) -> None:
    played(mall, bought("1", "10", 0, cups=10_000), bought("2", "8", 90, cups=10_000))
    account = mall.ledger.accounts(["m-10"])["m-10"]
    assert account.points == 0
    assert account.credit > 0


def test_merchants_get_their_goods_share_of_a_day(mall: Mall) -> None:
    # Of 100.00: 30.00 reserve, 10.50 dividends, 2.00 and 0.60 fees; 56.90 are left, by 3 : 1.
    played(mall, bought("1", "7", 0, cups=7_500, reds=2_500), bought("2", "8", 0, reds=10_000))
    accounts = mall.ledger.accounts(["tea", "wine"])
    assert accounts["tea"].wallet == 0  # taken out: 2026-06-30 ends a month
    assert [item.change.wallet for item in walk(mall.ledger, "tea")] == [4_268, -4_268]
    assert [item.change.wallet for item in walk(mall.ledger, "wine")] == [7_112, -7_112]


def test_the_peoples_orders_are_settled_by_merchant(mall: Mall) -> None:
    terms = replace(TERMS, people=frozenset({"m-7"}))
    result = played(mall, bought("41", "7", 0, cups=6_000, reds=4_000), terms=terms)
    assert [(one.purchase_id, one.paid) for one in result.settled] == [
        ("41-tea-purchase", 6_000),
        ("41-wine-purchase", 4_000),
    ]


def test_a_refund_follows_its_purchase(mall: Mall) -> None:
    back = Event("refund", "C9", "7", 2_500, "1", BEGIN + timedelta(days=20), {})
    result = played(mall, bought("1", "7", 0, cups=10_000), back)
    outcome = mall.ledger.outcome("C9")
    assert outcome is not None
    assert outcome.ok
    assert result.refused == 0


def test_a_purchase_that_the_rules_refuse_stops_the_building(mall: Mall) -> None:
    terms = replace(TERMS, profit_bps=20_000)
    with pytest.raises(NotPlayed, match="1: profit_exceeds_paid"):
        played(mall, bought("1", "7", 0, cups=10_000), terms=terms)

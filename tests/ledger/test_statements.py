"""Statements: every change with its cause, running balances, pages that stay, filters."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.ledger.databases import Database
from tests.ledger.stage import deposit, opened, purchase, redeem
from tests.ledger.streams import balances, played
from tongbao.ledger.door import Ledger
from tongbao.ledger.effects import UNITS, Amounts, Cause, CauseCode
from tongbao.ledger.reading import BadPage
from tongbao.ledger.statements import Filters, Item, Page, statement
from tongbao.ledger.values import UnknownAccount
from tongbao.ledger.words import CAUSES, told

STREAMS = ("0000", "0003", "0010", "0019")  # between them every cause that there is
HUNDRED = 10_000
REFERRING: dict[str, Any] = {"referral_points_bps": [1000, 500], "referral_cash_bps": [500, 200]}
EARNING: dict[str, Any] = {"dividend_base": "sales", "dividend_bps": 1000}


def pages(ledger: Ledger, account: str, **asked: Any) -> Iterator[Page]:  # noqa: ANN401  # as `statement` takes them
    cursor = None
    while True:
        page = statement(ledger, account, cursor=cursor, **asked)
        yield page
        cursor = page.cursor
        if cursor is None:
            return


def every(ledger: Ledger, account: str, **asked: Any) -> list[Item]:  # noqa: ANN401  # likewise
    return [item for page in pages(ledger, account, **asked) for item in page.items]


def submitted(ledger: Ledger, *commands: dict[str, object]) -> Ledger:
    for outcome in ledger.submit_many(commands):
        assert outcome.ok, outcome
    return ledger


def only(ledger: Ledger, account: str, code: CauseCode) -> tuple[Cause, Amounts]:
    (item,) = [item for item in every(ledger, account) if item.cause.code is code]
    return item.cause, item.change


def enrolled(member: str, referrer: str | None = None) -> dict[str, object]:
    return {"id": f"e-{member}", "type": "enroll", "member": member, "referrer": referrer}


def shop(name: str = "s1") -> dict[str, object]:
    return {"id": f"open-{name}", "type": "open_merchant", "merchant": name}


def refund(command_id: str, of: str, amount: int) -> dict[str, object]:
    return {"id": command_id, "type": "refund", "purchase": of, "amount": amount}


def close(day: str) -> dict[str, object]:
    return {"id": f"close-{day}", "type": "close_day", "day": day}


@pytest.mark.parametrize("stream", STREAMS)
def test_a_statement_leads_from_nothing_to_each_balance_that_the_engine_had(
    database: Database, stream: str
) -> None:
    ledger, twin = played(database, stream)
    for name, history in twin.balances.items():
        before = Amounts()
        after: dict[int, tuple[int, ...]] = {0: (0, 0, 0, 0)}
        for item in every(ledger, name, oldest_first=True):
            assert item.balance == before.plus(item.change)
            assert min(balance_of(item)) >= 0
            before = item.balance
            after[item.number] = balance_of(item)
        seen = {number: now for number, now in after.items() if number in history}
        assert seen == history
        # An entry that takes what it gives leaves the balances as they were.
        for number in after.keys() - history.keys():
            last = max(known for known in history if known < number)
            assert after[number] == history[last]
        assert balance_of_amounts(before) == balances(twin.program.accounts[name])


@pytest.mark.parametrize("stream", STREAMS)
def test_the_postings_of_an_account_are_all_in_its_statement(
    database: Database, stream: str
) -> None:
    ledger, twin = played(database, stream)
    for name in twin.program.accounts:
        moved: dict[str, int] = {}
        for movements in twin.movements.values():
            for cause, source, target, amount in movements:
                for place, sign in ((source, -1), (target, 1)):
                    unit, _, owner = place.partition(":")
                    if owner == name:
                        key = f"{FAMILY.get(cause, cause)} {unit}"
                        moved[key] = moved.get(key, 0) + sign * amount
        shown: dict[str, int] = {}
        for item in every(ledger, name):
            for unit in ("points", "wallet", "credit"):
                key = f"{POSTED.get(item.cause.code, item.cause.code)} {unit}"
                shown[key] = shown.get(key, 0) + getattr(item.change, unit)
        assert nonzero(shown) == nonzero(moved)


FAMILY = {"grant": "purchase", "commission": "referral", "referral_grant": "referral"}
POSTED: dict[str, str] = {
    **dict.fromkeys(("payment_made", "payment_received", "credit_paid"), "payment"),
    "credit_received": "payment",
    "goods_paid": "goods",
    "goods_sold": "goods",
    "referral_refund": "refund",
}


def nonzero(sums: dict[str, int]) -> dict[str, int]:
    return {key: amount for key, amount in sums.items() if amount}


def balance_of(item: Item) -> tuple[int, ...]:
    return balance_of_amounts(item.balance)


def balance_of_amounts(amounts: Amounts) -> tuple[int, ...]:
    return tuple(getattr(amounts, unit) for unit in UNITS)


def test_the_streams_show_every_cause(database: Database) -> None:
    seen = set()
    for stream in STREAMS:
        ledger, twin = played(database, stream)
        seen |= {item.cause.code for name in twin.program.accounts for item in every(ledger, name)}
    assert seen == set(CauseCode)


def test_a_purchase_names_its_order_and_brings_points_and_quota(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1"))
    cause, change = only(ledger, "m1", CauseCode.PURCHASE)
    assert cause.facts == {"purchase": "o1", "paid": HUNDRED}
    assert change == Amounts(points=21_000_000, quota=20_000)


def test_a_reward_names_the_buyer_the_order_and_the_level(database: Database) -> None:
    ledger = opened(database, **REFERRING)
    submitted(ledger, enrolled("a"), enrolled("b", "a"), enrolled("c", "b"))
    # a has quota of its own, b has none: b earns only the commission
    submitted(ledger, purchase("o1", "a"), purchase("o2", "c"))
    cause, change = only(ledger, "b", CauseCode.REFERRAL)
    assert cause.facts == {"purchase": "o2", "buyer": "c", "level": 1}
    assert change == Amounts(wallet=500)
    cause, change = only(ledger, "a", CauseCode.REFERRAL)
    assert cause.facts == {"purchase": "o2", "buyer": "c", "level": 2}
    # 5 % of 30.00 at 30.00 for 21 points: 1.50 x 21 / 30
    assert change == Amounts(points=1_050_000, wallet=200)


def test_points_sold_show_their_worth_the_fee_and_the_quota_used(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1"), purchase("o2", "m2"), redeem("r1"))
    cause, change = only(ledger, "m1", CauseCode.REDEMPTION)
    # 21 of 35.7 points, of a reserve of 60.00: 3529, the fee 353
    assert cause.facts == {"gross": 3529, "fee": 353}
    assert change == Amounts(points=-21_000_000, quota=-3529, wallet=3176)


def test_a_refund_names_the_purchase_and_takes_points_and_quota(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1"), purchase("o2"), refund("f", "o1", 5000))
    cause, change = only(ledger, "m1", CauseCode.REFUND)
    assert cause.facts == {"purchase": "o1", "amount": 5000}
    assert change == Amounts(points=-10_500_000, quota=-10_000)


def test_a_refund_takes_the_reward_back_and_names_whose_purchase_it_was(
    database: Database,
) -> None:
    ledger = opened(database, **REFERRING)
    submitted(ledger, enrolled("a"), enrolled("c", "a"), purchase("o1", "a"), purchase("o2", "c"))
    submitted(ledger, refund("f", "o2", HUNDRED))
    cause, change = only(ledger, "a", CauseCode.REFERRAL_REFUND)
    assert cause.facts == {"purchase": "o2", "buyer": "c", "level": 1}
    assert change == Amounts(points=-2_100_000, wallet=-500)


def test_quota_that_is_owed_is_told_when_it_arises_and_when_it_is_made_good(
    database: Database,
) -> None:
    ledger = opened(database, min_supply=1)
    # m2 keeps the pool going; m1 has 40 of quota and takes all points out
    submitted(ledger, purchase("x", "m2"), purchase("o1"), redeem("r1"))
    held = ledger.account("m1")
    assert held is not None
    owed = 20_000 - held.quota
    submitted(ledger, refund("f", "o1", HUNDRED), purchase("o2"))
    cause, change = only(ledger, "m1", CauseCode.REFUND)
    assert cause.facts == {"purchase": "o1", "amount": HUNDRED, "owed": owed}
    assert change == Amounts(quota=-held.quota)
    newest = every(ledger, "m1")[0]
    assert newest.cause.facts == {"purchase": "o2", "paid": HUNDRED, "owed_paid": owed}
    assert newest.change.quota == 20_000 - owed


def test_payments_name_the_other_side(database: Database) -> None:
    ledger = submitted(opened(database), shop(), purchase("o1"), deposit("d", "m1", 300))
    pay = {"id": "p1", "type": "pay_wallet", "payer": "m1", "payee": "s1", "amount": 120}
    goods = {"id": "p2", "type": "pay_points", "member": "m1", "merchant": "s1", "amount": 1000}
    turn = {"id": "p3", "type": "convert", "member": "m1", "points": 7_000_000}
    credit = {"id": "p4", "type": "pay_credit", "payer": "m1", "payee": "s1", "amount": 400}
    submitted(ledger, pay, goods, turn, credit)
    told_to: dict[CauseCode, tuple[dict[str, int | str], Amounts]] = {
        CauseCode.PAYMENT_MADE: ({"payee": "s1"}, Amounts(wallet=-120)),
        # 10.00 of 30.00 are worth 7 of 21 points
        CauseCode.GOODS_PAID: (
            {"merchant": "s1", "amount": 1000},
            Amounts(points=-7_000_000, quota=-1000),
        ),
        CauseCode.CONVERSION: ({}, Amounts(points=-7_000_000, quota=-1000, credit=1000)),
        CauseCode.CREDIT_PAID: ({"payee": "s1"}, Amounts(credit=-400)),
        CauseCode.DEPOSIT: ({}, Amounts(wallet=300)),
    }
    for code, (facts, change) in told_to.items():
        assert only(ledger, "m1", code) == (Cause(code, facts), change)
    cause, change = only(ledger, "s1", CauseCode.GOODS_SOLD)
    assert cause.facts == {"member": "m1", "amount": 1000, "fee": 0}
    assert only(ledger, "s1", CauseCode.PAYMENT_RECEIVED)[0].facts == {"payer": "m1"}
    assert only(ledger, "s1", CauseCode.CREDIT_RECEIVED)[0].facts == {"payer": "m1"}


def test_a_dividend_names_the_days_that_it_is_of(database: Database) -> None:
    ledger = submitted(opened(database, **EARNING), purchase("o1"), close("2027-01-01"))
    submitted(ledger, close("2027-01-02"))  # nothing to share out: no dividend of that day
    submitted(ledger, purchase("o2"), close("2027-01-03"), purchase("o3"))
    submitted(ledger, close("2027-01-05"), purchase("o4"), close("2027-01-06"), redeem("r"))
    paid = [i.cause.facts for i in every(ledger, "m1") if i.cause.code is CauseCode.DIVIDEND]
    day = "2027-01-0"
    assert paid == [
        {"first_day": day + "6", "last_day": day + "6", "days": 1},
        {"first_day": day + "5", "last_day": day + "5", "days": 1},
        {"first_day": day + "3", "last_day": day + "3", "days": 1},
        {"first_day": day + "1", "last_day": day + "1", "days": 1},
    ]


def test_a_dividend_collected_late_names_the_first_and_the_last_day(database: Database) -> None:
    ledger = submitted(opened(database, **EARNING), purchase("o1"))
    for day in range(1, 6):
        submitted(ledger, purchase(f"x{day}", "m2"), close(f"2027-01-0{day}"))
        submitted(ledger, deposit(f"d{day}"))  # a line of m1's that collects nothing
    submitted(ledger, redeem("r"))
    cause, _ = only(ledger, "m1", CauseCode.DIVIDEND)
    assert cause.facts == {"first_day": "2027-01-01", "last_day": "2027-01-05", "days": 5}


def test_who_exits_in_the_middle_of_a_close_collects_that_day_s_dividend(
    database: Database,
) -> None:
    ledger = opened(database, dividend_base="sales", dividend_bps=6000, quota_bps=6500)
    submitted(ledger, purchase("o1"), purchase("o2", "m2"), close("2027-01-01"))
    sold, dividend, bought = every(ledger, "m1")
    # 21 of 35.7 points of 60.00 are worth 35.29; with 29.70 of dividends the quota is used up
    assert dividend.change == Amounts(quota=-2970, wallet=2970)
    day = "2027-01-01"
    assert dividend.cause.facts == {"first_day": day, "last_day": day, "days": 1}
    assert sold.cause == Cause(CauseCode.EXIT, {"gross": 3529, "fee": 353, "forfeited": 1})
    assert sold.change == Amounts(points=-21_000_000, quota=-3530, wallet=3176)
    assert sold.balance == Amounts(wallet=6146)
    assert bought.cause.code is CauseCode.PURCHASE


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_pages_of_any_size_give_the_same_items_in_order(
    database: Database, oldest_first: bool, limit: int
) -> None:
    ledger, twin = played(database, "0010")
    name = max(twin.balances, key=lambda n: len(twin.balances[n]))
    whole = statement(ledger, name, limit=1000, oldest_first=oldest_first).items
    assert len(whole) > 10
    assert tuple(every(ledger, name, limit=limit, oldest_first=oldest_first)) == whole
    places = [(item.number, item.position) for item in whole]
    assert places == sorted(places, reverse=not oldest_first)


def test_a_page_stays_what_it_was_when_new_entries_come(database: Database) -> None:
    ledger = opened(database)
    submitted(ledger, purchase("o1"), *[deposit(f"d{n}", "m1", n) for n in range(1, 8)])
    first = statement(ledger, "m1", limit=3)
    second = statement(ledger, "m1", limit=3, cursor=first.cursor)
    submitted(ledger, deposit("d8", "m1", 8), deposit("d9", "m1", 9))
    assert statement(ledger, "m1", limit=3, cursor=first.cursor) == second
    assert [item.command_id for item in second.items] == ["d4", "d3", "d2"]


@pytest.mark.parametrize("stream", ["0010"])
def test_filters_show_a_part_of_the_same_items(database: Database, stream: str) -> None:
    ledger, twin = played(database, stream)
    for name in twin.program.accounts:
        whole = every(ledger, name, limit=1000)
        for unit in UNITS:
            part = every(ledger, name, limit=7, filters=Filters(units=(unit,)))
            assert part == [item for item in whole if getattr(item.change, unit)]
        asked = (CauseCode.DIVIDEND, CauseCode.EXIT)
        part = every(ledger, name, limit=7, filters=Filters(causes=asked))
        assert part == [item for item in whole if item.cause.code in asked]


def test_a_period_is_of_the_moments_when_commands_were_settled(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1"))
    ledger.submit(deposit("d1"))
    ledger.submit(deposit("d2"))
    newest, middle, oldest = every(ledger, "m1")
    period = Filters(since=middle.recorded_at, until=newest.recorded_at)
    assert every(ledger, "m1", filters=period) == [middle]
    assert every(ledger, "m1", filters=Filters(until=middle.recorded_at)) == [oldest]
    later = newest.recorded_at + timedelta(microseconds=1)
    assert every(ledger, "m1", filters=Filters(since=later)) == []


def test_an_item_tells_when_it_was_settled_and_what_the_command_says(database: Database) -> None:
    began = datetime.now(UTC)
    ledger = submitted(opened(database), {**purchase("o1"), "at": "2026-12-31T23:59:00+08:00"})
    (item,) = every(ledger, "m1")
    assert began <= item.recorded_at <= datetime.now(UTC)
    assert (item.number, item.command_id, item.command_type) == (1, "o1", "purchase")
    assert item.at == "2026-12-31T23:59:00+08:00"


@pytest.mark.parametrize("limit", [1, 100])
def test_a_page_takes_at_most_four_queries(database: Database, limit: int) -> None:
    ledger, twin = played(database, "0010")
    for name in twin.program.accounts:
        for cursor in (None, "200-0", "90-1"):
            with CaptureQueriesContext(connections[database.alias]) as queries:
                statement(ledger, name, cursor=cursor, limit=limit)
            assert len(queries) <= 4


def test_names_that_no_database_column_can_hold_are_read(database: Database) -> None:
    name = "a\x00b\\c:d\ud800"
    ledger = submitted(opened(database), purchase("o1", name), deposit("d", name, 5))
    assert [item.change for item in every(ledger, name)] == [
        Amounts(wallet=5),
        Amounts(points=21_000_000, quota=20_000),
    ]


def test_an_account_without_a_change_has_an_empty_page(database: Database) -> None:
    ledger = submitted(opened(database), enrolled("m1"))
    assert statement(ledger, "m1") == Page("m1", (), None)


def test_programs_do_not_see_each_other_s_lines(database: Database) -> None:
    one = submitted(opened(database, "one"), purchase("o1"))
    two = submitted(opened(database, "two"), purchase("o1", "m1", 500))
    assert every(one, "m1")[0].cause.facts["paid"] == HUNDRED
    assert every(two, "m1")[0].cause.facts["paid"] == 500


def test_an_unknown_account_is_named(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1"))
    with pytest.raises(UnknownAccount, match="'nobody'"):
        statement(ledger, "nobody")


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": True},
        {"limit": "5"},
        {"cursor": ""},
        {"cursor": "12"},
        {"cursor": "-1-0"},
        {"cursor": "1-0 OR 1=1"},
        {"cursor": 12},
        {"filters": Filters(units=("cash",))},  # type: ignore[arg-type]  # on purpose
        {"filters": Filters(causes=("luck",))},  # type: ignore[arg-type]  # on purpose
        {"filters": Filters(since=datetime(2027, 1, 1))},
    ],
)
def test_what_is_no_page_is_refused(database: Database, asked: dict[str, Any]) -> None:
    ledger = submitted(opened(database), purchase("o1"))
    with pytest.raises(BadPage):
        statement(ledger, "m1", **asked)


def test_every_cause_has_words_in_both_languages() -> None:
    assert CAUSES.keys() == set(CauseCode)


def test_a_cause_is_told_in_plain_words() -> None:
    exit_ = Cause(CauseCode.EXIT, {"gross": 1200, "fee": 120, "forfeited": 3})
    assert told(exit_, "en", lambda minor: f"¥{minor / 100:.2f}") == (
        "Ceiling reached: all points sold, worth ¥12.00, fee ¥1.20; ¥0.03 of the ceiling forfeited"
    )
    several: dict[str, int | str] = {"first_day": "2027-01-01", "last_day": "2027-01-09", "days": 8}
    assert told(Cause(CauseCode.DIVIDEND, several), "zh") == (
        "2027-01-01 至 2027-01-09 共 8 天的分红"
    )
    one: dict[str, int | str] = {"first_day": "2027-01-01", "last_day": "2027-01-01", "days": 1}
    assert told(Cause(CauseCode.DIVIDEND, one), "en") == "Dividend of 2027-01-01"


def test_every_item_of_the_streams_can_be_told(database: Database) -> None:
    ledger, twin = played(database, "0019")
    for name in twin.program.accounts:
        for item in every(ledger, name):
            for said in (told(item.cause, "en"), told(item.cause, "zh")):
                assert said
                assert "{" not in said

"""A program's books by day, the price's history, and a merchant's receivables."""

from fractions import Fraction
from typing import Any

import pytest

from tests.ledger.databases import Database
from tests.ledger.stage import deposit, opened, purchase, redeem
from tests.ledger.streams import Twin, balances, played
from tests.ledger.test_statements import close, shop, submitted
from tongbao.engine.state import Figures
from tongbao.engine.units import InvariantBroken
from tongbao.ledger.books import Balances, Books, Movement, day_books, open_books, period_books
from tongbao.ledger.door import Ledger
from tongbao.ledger.effects import Amounts, CauseCode
from tongbao.ledger.merchants import NotAMerchant, receivables
from tongbao.ledger.prices import (
    DayPrice,
    EntryPrice,
    Price,
    price_chart,
    price_days,
    price_entries,
)
from tongbao.ledger.reading import BadPage, NoSuchDay
from tongbao.ledger.values import UnknownAccount

STREAMS = ("0000", "0003", "0010", "0019")
EARNING: dict[str, Any] = {"dividend_base": "sales", "dividend_bps": 1000}


def summed(twin: Twin, after: int, until: int) -> dict[tuple[str, str, str], int]:
    """The engine's own movements of these entries, their owners dropped."""
    sums: dict[tuple[str, str, str], int] = {}
    for number in range(after + 1, until + 1):
        for cause, source, target, amount in twin.movements.get(number, ()):
            key = (cause, source.partition(":")[0], target.partition(":")[0])
            sums[key] = sums.get(key, 0) + amount
    return sums


def told(books: Books) -> dict[tuple[str, str, str], int]:
    return {(m.cause, m.source, m.target): m.amount for m in books.movements}


def of_figures(figures: Figures) -> Balances:
    return Balances(**{name: getattr(figures, name) for name in Balances.__struct_fields__})


@pytest.mark.parametrize("stream", STREAMS)
def test_each_day_s_books_are_the_engine_s_movements_of_its_entries(
    database: Database, stream: str
) -> None:
    ledger, twin = played(database, stream)
    before, opening = 0, Figures()
    for day, number in twin.closes.items():
        books = day_books(ledger, day)
        assert told(books) == summed(twin, before, number)
        assert books.opening == of_figures(opening)
        opening = twin.figures[number - 1]
        assert books.closing == of_figures(opening)
        assert (books.last_day, books.until) == (day, number)
        before = number
    books = open_books(ledger)
    assert told(books) == summed(twin, before, len(twin.figures))
    assert books.closing == of_figures(twin.program.figures)
    assert (books.last_day, books.after) == ("", before)


def test_a_day_s_books_by_hand(database: Database) -> None:
    ledger = submitted(opened(database, **EARNING), purchase("o1"), close("2027-01-01"))
    submitted(ledger, purchase("o2", "m2"), deposit("d", "m2", 50), redeem("r"))
    submitted(ledger, close("2027-01-03"))
    books = day_books(ledger, "2027-01-03")
    # m1 collects 9.99 and sells 21 of 35.7 points of 60.00: 35.29, the fee 3.53
    assert books.movements == (
        Movement("money", "contribution", "sales", "reserve", 3000),
        Movement("money", "deposit", "deposits", "wallet", 50),
        Movement("money", "distribution", "dividend_fund", "dividend_payable", 1000),
        Movement("money", "dividend", "dividend_payable", "wallet", 999),
        Movement("money", "dividend_share", "sales", "dividend_fund", 1000),
        Movement("money", "redemption", "reserve", "wallet", 3176),
        Movement("points", "grant", "issuance", "points", 14_700_000),
        Movement("points", "redemption", "points", "burned", 21_000_000),
    )
    assert (books.previous_day, books.last_day) == ("2027-01-01", "2027-01-03")
    assert (books.after, books.until) == (2, 6)
    assert books.opening_price == Price(3000, 21_000_000)
    assert books.closing_price == Price(2824, 14_700_000)
    assert (books.opening.wallets, books.closing.wallets) == (0, 4225)


def test_the_books_of_several_days_are_one_difference(database: Database) -> None:
    ledger, twin = played(database, "0000")
    closed = list(twin.closes.items())
    (_, before), (first, _), (last, until) = closed[2], closed[3], closed[8]
    books = period_books(ledger, first, last)
    assert told(books) == summed(twin, before, until)
    assert (books.previous_day, books.last_day) == (closed[2][0], last)
    assert told(period_books(ledger, "0001-01-01", "9999-12-31")) == summed(twin, 0, closed[-1][1])


def test_a_program_without_entries_has_empty_books(database: Database) -> None:
    books = open_books(opened(database))
    assert (books.movements, books.opening, books.closing) == ((), books.closing, books.opening)
    assert not any(getattr(books.closing, name) for name in Balances.__struct_fields__)


def test_books_that_do_not_balance_are_not_shown(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1"))
    database.execute("UPDATE ledger_head SET reserve = '2999'")
    with pytest.raises(InvariantBroken, match="reserve"):
        open_books(ledger)


@pytest.mark.parametrize("day", ["2027-01-02", "2026-12-31", "2027-01-04"])
def test_a_day_that_was_not_closed_has_no_books(database: Database, day: str) -> None:
    ledger = submitted(opened(database), close("2027-01-01"), close("2027-01-03"))
    with pytest.raises(NoSuchDay, match=day):
        day_books(ledger, day)


@pytest.mark.parametrize(
    ("first", "last"), [("2027-01-04", "2027-02-01"), ("2027-01-02", "2027-01-02")]
)
def test_a_period_without_closed_days_has_no_books(
    database: Database, first: str, last: str
) -> None:
    ledger = submitted(opened(database), close("2027-01-01"), close("2027-01-03"))
    with pytest.raises(NoSuchDay):
        period_books(ledger, first, last)


@pytest.mark.parametrize("day", ["", "2027", "2027-02-30", "20270101", "x' OR 1=1"])
def test_what_is_no_day_is_refused(database: Database, day: str) -> None:
    ledger = submitted(opened(database), shop(), close("2027-01-01"))
    with pytest.raises(BadPage):
        day_books(ledger, day)
    with pytest.raises(BadPage):
        price_days(ledger, before=day)
    with pytest.raises(BadPage):
        receivables(ledger, "s1", first=day)


# ---------------------------------------------------------------- prices


def test_a_price_is_exact_scaled_and_per_point() -> None:
    price = Price(3000, 21_000_000)  # 30.00 for 21 points
    assert price.per_point == Fraction(1000, 7)
    assert price.scaled == 142_857_142_857_142
    assert (Price(0, 0).per_point, Price(0, 0).scaled) == (Fraction(0), 0)


def test_prices_are_compared_exactly() -> None:
    # they differ in the 17th digit
    low, high = Price(10**16 - 1, 10**16), Price(10**16, 10**16)
    assert (low.below(high), high.below(low), low.below(low)) == (True, False, False)
    assert (Price(0, 0).below(low), low.below(Price(0, 0))) == (True, False)


def test_the_price_of_each_day_is_that_after_its_close(database: Database) -> None:
    ledger, twin = played(database, "0003")
    expected = []
    for day, number in twin.closes.items():
        figures = twin.figures[number - 1]
        expected.append(DayPrice(day, number, Price(figures.reserve, figures.supply)))
    found: list[DayPrice] = []
    before = None
    while True:
        page = price_days(ledger, before=before, limit=4)
        assert len(page.days) <= 4
        found += page.days
        before = page.before
        if before is None:
            break
    assert found == expected[::-1]


def test_the_price_by_entry_is_that_after_each_command(database: Database) -> None:
    ledger, twin = played(database, "0003")
    found: list[EntryPrice] = []
    after: int | None = 0
    while after is not None:
        page = price_entries(ledger, after=after, limit=37)
        found += page.entries
        after = page.after
    assert [(e.number, e.price) for e in found] == [
        (number, Price(figures.reserve, figures.supply))
        for number, figures in enumerate(twin.figures, 1)
    ]


@pytest.mark.parametrize("points", [4, 5, 40, 200])
def test_a_chart_keeps_first_last_least_and_most_of_each_span(
    database: Database, points: int
) -> None:
    ledger, twin = played(database, "0003")  # its pool is wound up again and again
    prices = [(Fraction(f.reserve, f.supply) if f.supply else Fraction(0)) for f in twin.figures]
    chart = price_chart(ledger, points=points)
    assert len(chart) <= points
    kept = {entry.number for entry in chart}
    assert sorted(kept) == [entry.number for entry in chart]
    spans, count = points // 4, len(prices)
    for span in range(spans):
        numbers = [n for n in range(1, count + 1) if (n - 1) * spans // count == span]
        inside = [prices[n - 1] for n in numbers if n in kept]
        whole = [prices[n - 1] for n in numbers]
        assert {numbers[0], numbers[-1]} <= kept
        assert (min(inside), max(inside)) == (min(whole), max(whole))


def test_a_chart_of_few_entries_has_them_all(database: Database) -> None:
    ledger = submitted(opened(database), *[purchase(f"o{n}", f"m{n}") for n in range(6)])
    assert [entry.number for entry in price_chart(ledger, points=6)] == [1, 2, 3, 4, 5, 6]
    assert [e.number for e in price_chart(ledger, points=6, after=2, up_to=4)] == [3, 4]
    assert price_chart(ledger, after=6) == ()


def test_names_that_are_half_a_character_do_not_hide_a_price(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1", "m\ud800"))
    assert price_entries(ledger).entries[0].price == Price(3000, 21_000_000)


def test_what_is_no_chart_is_refused(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1"))
    for asked in ({"points": 3}, {"after": -1}, {"up_to": -5}):
        with pytest.raises(BadPage):
            price_chart(ledger, **asked)
    with pytest.raises(BadPage):
        price_entries(ledger, limit=0)


# ---------------------------------------------------------------- merchants


def sold(ledger: Ledger) -> Ledger:
    """Two days and an open one in a merchant's life."""
    submitted(ledger, shop(), purchase("o1"), deposit("d1", "m1", 1000))
    pay = {"type": "pay_wallet", "payer": "m1", "payee": "s1"}
    submitted(ledger, {"id": "p1", **pay, "amount": 300}, deposit("d2", "s1", 70))
    submitted(ledger, close("2027-01-01"))
    goods = {"id": "g", "type": "pay_points", "member": "m1", "merchant": "s1", "amount": 1000}
    turn = {"id": "t", "type": "convert", "member": "m1", "points": 7_000_000}
    credit = {"id": "c", "type": "pay_credit", "payer": "m1", "payee": "s1", "amount": 900}
    submitted(ledger, goods, turn, credit, close("2027-01-02"))
    submitted(ledger, {"id": "w", "type": "withdraw", "account": "s1", "amount": 500})
    # 4.00 of credit at 20.00 for 14 points
    return submitted(ledger, {"id": "r", "type": "redeem_credit", "merchant": "s1", "amount": 400})


def test_a_merchant_s_days_and_total_by_hand(database: Database) -> None:
    report = receivables(sold(opened(database)), "s1")
    first, second, still_open = report.days
    assert [day.day for day in report.days] == ["2027-01-01", "2027-01-02", ""]
    assert first.received == Amounts(wallet=370)
    assert first.sums[CauseCode.PAYMENT_RECEIVED] == Amounts(wallet=300)
    assert first.sums[CauseCode.DEPOSIT] == Amounts(wallet=70)
    assert second.received == Amounts(wallet=1000, credit=900)
    assert second.opening == first.closing == Amounts(wallet=370)
    assert (still_open.paid_out, still_open.credit_redeemed) == (500, 400)
    assert still_open.points_for_credit == 2_800_000
    total = report.total
    assert (total.received, total.paid_out) == (Amounts(wallet=1370, credit=900), 500)
    assert (total.opening, total.closing.wallet, total.closing.credit) == (Amounts(), 870, 500)


def test_a_merchant_s_days_are_those_asked_for(database: Database) -> None:
    ledger = sold(opened(database))
    second = receivables(ledger, "s1", first="2027-01-02", last="2027-01-02")
    assert [day.day for day in second.days] == ["2027-01-02"]
    assert second.total.opening == Amounts(wallet=370)
    assert second.total.closing == Amounts(wallet=1370, credit=900)
    rest = receivables(ledger, "s1", first="2027-01-03")
    assert [day.day for day in rest.days] == [""]
    none = receivables(ledger, "s1", last="2026-12-31")
    assert (none.days, none.total.closing) == ((), Amounts())


def test_days_without_a_change_show_how_the_merchant_stood(database: Database) -> None:
    ledger = submitted(sold(opened(database)), close("2027-01-03"), close("2027-01-04"))
    quiet = receivables(ledger, "s1", first="2027-01-04", last="2027-01-04")
    assert quiet.days == ()
    assert quiet.total.opening == quiet.total.closing
    assert (quiet.total.closing.wallet, quiet.total.closing.credit) == (870, 500)


@pytest.mark.parametrize("stream", STREAMS)
def test_a_merchant_s_total_leads_to_what_the_engine_has(database: Database, stream: str) -> None:
    ledger, twin = played(database, stream)
    merchants = [a for a in twin.program.accounts.values() if a.kind == "merchant"]
    assert merchants
    for account in merchants:
        report = receivables(ledger, account.name)
        closing = report.total.closing
        now = (closing.points, closing.quota, closing.wallet, closing.credit)
        assert now == balances(account)
        for before, after in zip(report.days, report.days[1:], strict=False):
            assert before.closing == after.opening


def test_only_a_merchant_has_receivables(database: Database) -> None:
    ledger = submitted(opened(database), purchase("o1"))
    with pytest.raises(NotAMerchant):
        receivables(ledger, "m1")
    with pytest.raises(UnknownAccount):
        receivables(ledger, "nobody")

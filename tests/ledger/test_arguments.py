"""Bad arguments at what reads and keeps programs: always an error with a name of the ledger's."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ledger.databases import Database
from tests.ledger.stage import deposit, dump, opened, purchase
from tests.ledger.test_bad_input import told
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.plan import PlanRefused
from tongbao.ledger import books, dividends, merchants, prices, programs, statements, versions
from tongbao.ledger.door import Ledger
from tongbao.ledger.programs import BadSetting
from tongbao.ledger.reading import BadCursor, BadPage, BadPeriod
from tongbao.ledger.statements import Filters
from tongbao.ledger.values import BadArgument, LedgerError, NoSuchProgram

Anything = Any
NAIVE = datetime(2027, 1, 1)  # the very fault
ODD: tuple[object, ...] = (
    *(None, 1, -1, 10**5000, True, 1.5, "", "\ud800", "\x00", b"x", [], {}, object()),
    *(NAIVE, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
)


@pytest.fixture
def busy(database: Database) -> Ledger:
    """A program with a member, a merchant and two closed days."""
    ledger = opened(database)
    ledger.submit_many(
        [
            *(purchase("a"), {"id": "s", "type": "open_merchant", "merchant": "s1"}),
            *({"id": "c1", "type": "close_day", "day": "2027-01-01"}, deposit("d", "s1")),
            {"id": "c2", "type": "close_day", "day": "2027-01-02"},
        ]
    )
    return ledger


def reads(ledger: Ledger) -> Mapping[str, Callable[[Anything], object]]:
    """Every function that reads, by the argument that is odd."""
    return {
        "statement account": lambda odd: statements.statement(ledger, odd),
        "statement ledger": lambda odd: statements.statement(odd, "m1"),
        "cursor": lambda odd: odd is None or statements.statement(ledger, "m1", cursor=odd),
        "limit": lambda odd: odd == 1 or statements.statement(ledger, "m1", limit=odd),
        "filters": lambda odd: odd is None or statements.statement(ledger, "m1", filters=odd),
        "units": lambda odd: (
            odd in ([], {}) or statements.statement(ledger, "m1", filters=Filters(units=odd))
        ),
        "unit": lambda odd: statements.statement(ledger, "m1", filters=Filters(units=[odd])),
        "cause": lambda odd: statements.statement(ledger, "m1", filters=Filters(causes=[odd])),
        "since": lambda odd: (
            odd is None or statements.statement(ledger, "m1", filters=Filters(since=odd))
        ),
        "walk": lambda odd: isinstance(odd, str) or statements.walk(ledger, odd),
        "walk after": lambda odd: odd in (1, -1) or statements.walk(ledger, "m1", after=odd),
        "known": lambda odd: statements.check_known(ledger, odd),
        "bodies": lambda odd: odd == [] or statements.purchase_bodies(ledger, odd),
        "day": lambda odd: books.day_books(ledger, odd),
        "first": lambda odd: books.period_books(ledger, odd, "2027-01-02"),
        "last": lambda odd: books.period_books(ledger, "2027-01-01", odd),
        "open": books.open_books,
        "price days": lambda odd: odd is None or prices.price_days(ledger, before=odd),
        "price entries": lambda odd: odd == 1 or prices.price_entries(ledger, after=odd),
        "chart": lambda odd: odd == 10**5000 or prices.price_chart(ledger, points=odd),
        "chart up to": lambda odd: (
            odd in (None, 1) or prices.price_chart(ledger, after=1, up_to=odd)
        ),
        "receivables": lambda odd: merchants.receivables(ledger, odd),
        "received from": lambda odd: odd is None or merchants.receivables(ledger, "s1", first=odd),
        "dividend days": lambda odd: dividends.dividend_days(ledger, odd),
        "dividends before": lambda odd: (
            odd is None or dividends.dividend_days(ledger, "m1", before=odd)
        ),
        "sums": lambda odd: dividends.dividend_sums(ledger, odd),
        "accrued": lambda odd: dividends.accrued(odd, odd),
        "covered": lambda odd: dividends.days_covered(ledger, "m1", [odd]),
    }


def keeps(using: str) -> Mapping[str, Callable[[Anything], object]]:
    """Every function that keeps programs, by the argument that is odd."""
    plan = dict(FOUNDING_EXAMPLE)
    return {
        "create": lambda odd: programs.create(odd, plan, using=using) if odd != "" else fail(),
        "create now": lambda odd: odd is None or programs.create("x", plan, using=using, now=odd),
        "create plan": lambda odd: programs.create("x", odd, using=using),
        "launch": lambda odd: programs.launch(odd, using=using),
        "launch now": lambda odd: odd is None or launched(using, now=odd),
        "launch who": lambda odd: odd == "" or launched(using, who=odd),
        "pause": lambda odd: programs.pause(odd, using=using),
        "discard": lambda odd: programs.discard(odd, using=using),
        "replace": lambda odd: programs.replace_plan(odd, plan, using=using),
        "overview": lambda odd: programs.overview(odd, using=using),
        "freezes": lambda odd: programs.freezes(odd, using=using),
        "freezes of": lambda odd: (
            odd is None or isinstance(odd, str) or programs.freezes("wine", odd, using=using)
        ),
        "waiting": lambda odd: odd == 1 or programs.waiting(odd, using=using),
        "announce": lambda odd: versions.announce(odd, plan, using=using),
        "announce plan": lambda odd: versions.announce("wine", odd, using=using),
        "announce at": lambda odd: odd is None or versions.announce("wine", plan, odd, using=using),
        "announce who": lambda odd: (
            odd == "" or versions.announce("wine", plan, who=odd, using=using)
        ),
        "announce now": lambda odd: (
            odd is None or versions.announce("wine", plan, now=odd, using=using)
        ),
        "withdraw": lambda odd: versions.withdraw(odd, 2, using=using),
        "withdraw version": lambda odd: versions.withdraw("wine", odd, using=using),
        "history": lambda odd: versions.history(odd, using=using),
        "due": lambda odd: odd == 1 or versions.due_commands(odd, datetime.now(UTC), using),
        "due now": lambda odd: versions.due_commands(1, odd, using),
    }


def launched(using: str, **odd: Anything) -> object:
    programs.launch("wine", using=using, **odd)
    return None


def fail() -> None:
    raise NoSuchProgram


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_odd_arguments_are_refused_by_name_and_nothing_is_written(
    busy: Ledger, database: Database, odd: object
) -> None:
    before = dump(database)
    for name, call in {**reads(busy), **keeps(database.alias)}.items():
        try:
            answer = call(odd)
        except (LedgerError, PlanRefused):
            continue
        assert answer is True, f"{name} took it"  # what it may be
    assert dump(database) == before


@pytest.mark.parametrize("using", ["nowhere", "", "\x00", None, 5, []], ids=told)
def test_a_database_that_nobody_knows_is_refused_by_name(using: Anything) -> None:
    plan, now = dict(FOUNDING_EXAMPLE), datetime.now(UTC)
    calls: tuple[Callable[[], object], ...] = (
        lambda: programs.create("x", plan, using=using),
        lambda: programs.replace_plan("x", plan, using=using),
        lambda: programs.discard("x", using=using),
        lambda: programs.launch("x", using=using),
        lambda: programs.pause("x", using=using),
        lambda: programs.listing(using=using),
        lambda: programs.overview("x", using=using),
        lambda: programs.waiting(1, using=using),
        lambda: programs.freezes("x", using=using),
        lambda: versions.announce("x", plan, using=using),
        lambda: versions.withdraw("x", 1, using=using),
        lambda: versions.history("x", using=using),
        lambda: versions.due_commands(1, now, using),
        lambda: versions.applied(1, 1, 1, using),
        lambda: versions.submitted(1, plan, 1, now, using),
    )
    for call in calls:
        with pytest.raises(BadArgument, match="alias"):
            call()


def test_a_period_that_ends_before_it_begins_is_an_error(busy: Ledger) -> None:
    now = datetime.now(UTC)
    turned = Filters(since=now, until=now - timedelta(days=1))
    for call in (
        lambda: statements.statement(busy, "m1", filters=turned),
        lambda: books.period_books(busy, "2027-01-02", "2027-01-01"),
        lambda: merchants.receivables(busy, "s1", first="2027-01-02", last="2027-01-01"),
        lambda: prices.price_chart(busy, after=3, up_to=2),
    ):
        with pytest.raises(BadPeriod):
            call()


def test_errors_say_which_of_a_page_s_arguments_is_wrong(busy: Ledger) -> None:
    with pytest.raises(BadCursor, match="'7' is no cursor"):
        statements.statement(busy, "m1", cursor="7")
    with pytest.raises(BadPage, match="not a long int"):
        statements.statement(busy, "m1", limit=10**5000)
    with pytest.raises(BadSetting) as error:
        programs.launch("wine", using=busy.using, who="two\nlines")
    assert error.value.setting == "who"

"""Behind PgBouncer in transaction mode every transaction may be another server process's."""

from collections.abc import Iterator

import pytest
from django.db import connections

from tests.ledger.databases import POSTGRESQL, Database, Templates, known
from tests.ledger.pooler import carries_prepared, pooled
from tests.ledger.stage import check_books, deposit, opened, purchase, redeem
from tongbao.ledger import journal_comparison, journal_replay, rebuild
from tongbao.ledger.door import open_program
from tongbao.ledger.models import Account
from tongbao.ledger.statements import statement
from tongbao.ledger.values import LedgerError

SETTING = "?pooler=transaction"
CALLERS = 8


@pytest.fixture
def behind(pgbouncer: None, templates: Templates) -> Iterator[tuple[Database, str]]:
    """A fresh database on PostgreSQL, and its URL through a pooler with two connections."""
    with templates.copy(POSTGRESQL) as fresh:
        name = fresh.url.rpartition("/")[2]
        with pooled(templates.cluster(), name) as url:
            yield fresh, url


def test_settling_and_reading_go_through_with_the_setting(behind: tuple[Database, str]) -> None:
    direct, url = behind
    opened(direct)
    with known(Database("behind", POSTGRESQL, url + SETTING)) as through:

        def buy(caller: int) -> None:
            ledger = open_program("wine", using=through.alias)
            for turn in range(12):
                outcome = ledger.submit(purchase(f"{caller}-{turn}", f"m{caller}"))
                assert outcome.ok
                assert statement(ledger, f"m{caller}", limit=5).items

        through.at_once([lambda caller=caller: buy(caller) for caller in range(CALLERS)])  # type: ignore[misc]
        ledger = open_program("wine", using=through.alias)
        ledger.enqueue(deposit("later", "m1", 100))
        assert ledger.settle() == 1
        assert ledger.submit(redeem("out", "m1")).ok
        again = ledger.submit(purchase("0-0", "m0"))
        assert again.ok
        check_books(ledger)
        assert ledger.standing().number == CALLERS * 12 + 2


def test_a_rebuild_of_many_pages_goes_through_while_others_settle(
    behind: tuple[Database, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_replay, "PAGE", 20)
    monkeypatch.setattr(journal_comparison, "PAGE", 20)
    direct, url = behind
    opened(direct)
    with known(Database("behind", POSTGRESQL, url + SETTING)) as through:

        def work(caller: int) -> None:
            ledger = open_program("wine", using=through.alias)
            for turn in range(40):
                name = f"{caller}-{turn}"
                assert ledger.submit(purchase(name, f"m{caller}")).ok
                assert ledger.submit(
                    {"id": f"{name}-back", "type": "refund", "purchase": f"{caller}-{turn // 2}"}
                    | {"amount": 10}
                ).ok

        def rebuild_often() -> None:
            ledger = open_program("wine", using=through.alias)
            for _ in range(4):
                assert rebuild.check(ledger).ok
                assert rebuild.write_anew(ledger).ok

        through.at_once([rebuild_often, *(lambda n=n: work(n) for n in range(3))])
        ledger = open_program("wine", using=through.alias)
        assert rebuild.check(ledger).entries == 3 * 80 + 1
        check_books(ledger)


def test_rows_are_read_without_a_cursor_that_outlives_its_transaction(
    behind: tuple[Database, str],
) -> None:
    direct, url = behind
    ledger = opened(direct)
    ledger.submit_many([purchase(str(number), f"m{number}") for number in range(300)])
    with known(Database("behind", POSTGRESQL, url + SETTING)) as through:

        def read(_: int) -> int:
            names = Account.objects.using(through.alias).order_by("name").values_list("name")
            return sum(len(list(names.iterator(chunk_size=50))) for _ in range(5))

        seen = through.at_once([lambda n=n: read(n) for n in range(CALLERS)])  # type: ignore[misc]
    assert set(seen) == {5 * Account.objects.using(direct.alias).count()}


def test_without_the_setting_an_old_pooler_is_found_out(behind: tuple[Database, str]) -> None:
    if carries_prepared():
        pytest.skip("this PgBouncer carries prepared statements")
    direct, url = behind
    opened(direct)
    with known(Database("bare", POSTGRESQL, url)) as through:

        def buy(caller: int) -> bool:
            ledger = open_program("wine", using=through.alias)
            try:
                for turn in range(12):
                    ledger.submit(purchase(f"{caller}-{turn}", f"m{caller}"))
                    ledger.account(f"m{caller}")
            except LedgerError as error:
                return "add `pooler=transaction` to the URL" not in str(error)
            finally:
                connections[through.alias].close()
            return True

        went = through.at_once([lambda caller=caller: buy(caller) for caller in range(CALLERS)])  # type: ignore[misc]
    assert not all(went)

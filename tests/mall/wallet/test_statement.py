"""The statement: the ledger's items in words, narrowed down, and as a file."""

import csv
import io
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.mall.stage import Mall
from tests.mall.wallet.lives import lived_in
from tongbao.ledger.effects import CauseCode
from tongbao.ledger.statements import statement
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Sale
from tongbao.mall.wallet.causes import GROUPS

HTMX = {"hx-request": "true"}


def entries(page: str) -> list[str]:
    """Return the places in the journal of the lines on a page."""
    return re.findall(r'data-entry="([\d.]+)"', page)


def all_pages(mall: Mall, user: User, query: str = "") -> list[str]:
    """Follow «more» to the end; return the places of all lines."""
    client, found = mall.client(user), list[str]()
    address: str | None = f"/wallet/statement/?{query}"
    while address:
        page = client.get(address, headers=HTMX).content.decode()
        found += entries(page)
        more = re.search(r'hx-get="([^"]+)"', page)
        address = more[1].replace("&amp;", "&") if more else None
    return found


def test_every_item_is_there_once_newest_first(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user, days=40, each_day=1)
    items = statement(mall.ledger, user.account, limit=1000).items
    assert len(items) > 60
    assert all_pages(mall, user) == [f"{item.number}.{item.position}" for item in items]


def test_it_can_be_narrowed_down_to_dividends(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user, days=4)
    items = statement(mall.ledger, user.account, limit=1000).items
    wanted = [f"{i.number}.{i.position}" for i in items if i.cause.code is CauseCode.DIVIDEND]
    assert wanted
    assert all_pages(mall, user, "kind=dividends") == wanted
    assert all_pages(mall, user, "unit=credit") == []


def test_every_cause_is_in_one_group() -> None:
    grouped = [code for codes in GROUPS.values() for code in codes]
    assert sorted(
        [*grouped, CauseCode.WIND_UP] if CauseCode.WIND_UP not in grouped else grouped
    ) == sorted(CauseCode)


def test_it_shows_the_time_that_the_command_tells_in_the_malls_zone(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user, days=1)
    page = mall.client(user).get("/wallet/statement/").content.decode()
    assert "2026-09-01 10:30" in page


def test_an_order_is_linked_by_the_ids_of_its_commands(mall: Mall) -> None:
    user = mall.user("ann")
    Sale.objects.create(number="T-77", user=user, state="paid", wallet_minor=10_000)
    mall.ledger.submit(
        {
            "id": "T-77-tea-purchase",
            "type": "purchase",
            "member": user.account,
            "paid": 10_000,
            "profit": 3500,
        }
    )
    page = mall.client(user).get("/wallet/statement/").content.decode()
    assert "Order T-77" in page


def test_anothers_order_is_not_linked(mall: Mall) -> None:
    user = mall.user("ann")
    Sale.objects.create(number="T-77", user=mall.user("eve"), state="paid", wallet_minor=10_000)
    mall.ledger.submit(
        {
            "id": "T-77-tea-purchase",
            "type": "purchase",
            "member": user.account,
            "paid": 10_000,
            "profit": 3500,
        }
    )
    page = mall.client(user).get("/wallet/statement/").content.decode()
    assert "Order T-77" in page  # as the journal has it
    assert "/orders/T-77" not in page


def test_a_purchase_before_the_mall_is_named_by_its_order(mall: Mall) -> None:
    user = mall.user("ann")
    bought = {"type": "purchase", "member": user.account, "paid": 10_000, "profit": 3500}
    mall.ledger.submit({"id": "F001-cellar-purchase", **bought})
    page = mall.client(user).get("/wallet/statement/").content.decode()
    assert "Order F001<" in page
    assert "cellar-purchase" not in page


def test_a_page_costs_the_same_for_few_and_for_many_entries(mall: Mall) -> None:
    user, counts = mall.user("ann"), []
    client = mall.client(user)
    for first, days in ((0, 3), (3, 200)):
        lived_in(mall, user, first=first, days=days)
        client.get("/wallet/statement/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/wallet/statement/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_the_file_has_every_item_with_exact_figures(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user, days=3)
    answer = mall.client(user).get("/wallet/statement.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # it streams
    assert text.startswith("\ufeffEntry,Position in the entry,Time,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    items = statement(mall.ledger, user.account, limit=1000, oldest_first=True).items
    assert [(row["Entry"], row["Position in the entry"]) for row in rows] == [
        (str(item.number), str(item.position)) for item in items
    ]
    assert all(row["Time"].endswith("+08:00") for row in rows)
    account = mall.ledger.account(user.account)
    assert account is not None
    for column, total, scale in (
        ("Points", account.points, 6),
        ("Cash", account.wallet, 2),
        ("Ceiling", account.quota, 2),
        ("Credit", account.credit, 2),
    ):
        moved = sum(int(row[column].replace(".", "")) for row in rows)
        assert moved == total == int(rows[-1][f"{column} afterwards"].replace(".", "")), scale


def test_somebody_new_has_an_empty_statement_and_file(mall: Mall) -> None:
    client = mall.client(mall.user("new"))
    assert "No movements yet." in client.get("/wallet/statement/").content.decode()
    answer = client.get("/wallet/statement.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # it streams
    assert text.count("\n") == 1


def test_a_made_up_cursor_leads_to_the_beginning(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user, days=1)
    answer = mall.client(user).get("/wallet/statement/?cursor=' or 1=1")
    assert (answer.status_code, answer.headers["location"]) == (302, "/wallet/statement/")


def test_a_period_the_wrong_way_round_is_told(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user, days=1)
    page = mall.client(user).get("/wallet/statement/?since=2026-02-01&until=2026-01-01")
    assert "The period ends before it begins." in page.content.decode()

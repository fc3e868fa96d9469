"""The wallet's page: its figures are the ledger's."""

import re
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.mall.stage import Mall
from tests.mall.wallet.lives import lived_in
from tongbao.ledger.prices import DayPrice, Price
from tongbao.mall.wallet.curve import drawn


def figure(page: str, name: str) -> int:
    """Return the figure that the page carries for machines beside the one for people."""
    found = re.search(rf'data-{name}="(-?\d+)"', page)
    assert found, name
    return int(found[1])


def test_the_page_shows_what_the_ledger_holds(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user)
    page = mall.client(user).get("/wallet/").content.decode()
    account, figures = mall.ledger.account(user.account), mall.ledger.standing().figures
    assert account is not None
    assert figure(page, "worth-minor") == account.points * figures.reserve // figures.supply
    due = (account.points * (figures.dividend_index - account.mark) + account.fraction) // 10**18
    assert figure(page, "wallet-minor") == account.wallet + due
    assert figure(page, "quota-minor") == account.quota - due
    assert figure(page, "credit-minor") == account.credit
    gross = figure(page, "gross")
    assert gross == figure(page, "worth-minor")
    assert figure(page, "fee") == -(-gross * 1000 // 10_000)
    assert figure(page, "net") == gross - figure(page, "fee")


def test_somebody_new_sees_nothing_and_a_way_in(mall: Mall) -> None:
    page = mall.client(mall.user("new")).get("/wallet/").content.decode()
    assert "¥0.00" in page
    assert "Your wallet opens with your first purchase" in page


def test_without_any_points_there_is_no_price(mall: Mall) -> None:
    user = mall.user("new")
    page = mall.client(user).get("/wallet/how/").content.decode()
    assert "There are no points yet, and the reserve is empty." in page


def test_the_page_costs_the_same_for_few_and_for_many_entries(mall: Mall) -> None:
    user, counts = mall.user("ann"), []
    client = mall.client(user)
    for first, days in ((0, 3), (3, 200)):
        lived_in(mall, user, first=first, days=days, each_day=5, others=1)
        client.get("/wallet/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/wallet/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_strangers_log_in_first(mall: Mall) -> None:
    for path in (
        "",
        "curve/",
        "dividends/",
        "statement/",
        "statement.csv",
        "redeem/",
        "convert/",
        "withdraw/",
        "withdrawals/",
        "payouts/",
    ):
        assert mall.client().get(f"/wallet/{path}").status_code == 302
    assert mall.client().get("/wallet/how/").status_code == 200


def test_the_curve_has_a_row_for_each_day_and_now(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user)
    page = mall.client(user).get("/wallet/curve/?range=all", headers={"hx-request": "true"})
    text = page.content.decode()
    assert re.findall(r"<td>(2026-\d\d-\d\d)</td>", text) == [
        "2026-09-03",
        "2026-09-02",
        "2026-09-01",
    ]
    assert "<html" not in text


@pytest.mark.parametrize(
    ("before", "now", "marks", "heights"),
    [
        # Eleven in a hundred more: of 150 from the foot to 80.00, 106.8 and then 118.6.
        (5_700, 6_327, [0, 2_000, 4_000, 6_000, 8_000], (106, 118)),
        (100, 111, [0, 50, 100, 150], (100, 111)),
        (500, 500, [0, 100, 200, 300, 400, 500], (150, 150)),
        (10, 1_000, [0, 200, 400, 600, 800, 1_000], (1, 150)),
    ],
)
def test_the_drawing_begins_at_nothing_so_that_a_tenth_looks_like_a_tenth(
    before: int, now: int, marks: list[int], heights: tuple[int, int]
) -> None:
    price, later = Price(before, 1_000_000), Price(now, 1_000_000)  # minor units of one point
    drawing = drawn([DayPrice("2026-09-01", 1, price)], later, "all")
    assert [mark for mark, _ in drawing.marks] == marks
    foot = drawing.marks[0][1]
    assert drawing.marks[-1][1] == foot - 150
    assert (foot - drawing.first.y, foot - drawing.last.y) == heights


def test_a_price_below_the_smallest_coin_has_an_axis_too() -> None:
    drawing = drawn([], Price(3, 10_000_000), "all")  # three tenths of one
    assert [mark for mark, _ in drawing.marks] == [Fraction(n, 10) for n in range(4)]


def test_the_drawing_names_its_axis_and_each_of_its_days(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user)
    page = mall.client(user).get("/wallet/curve/?range=all", headers={"hx-request": "true"})
    text = page.content.decode()
    axis = re.findall(r'class="curve-mark"[^>]*text-anchor="end">(¥[^<]+)<', text)
    assert axis[0] == "¥0"
    assert len(axis) >= 3
    assert 'data-days="2026-09-01|2026-09-02|2026-09-03|now|"' in text
    assert "The lines in the drawing" not in text


def test_the_dividends_of_the_days_add_up(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user, days=5)
    page = mall.client(user).get("/wallet/dividends/").content.decode()
    days = [int(minor) for minor in re.findall(r'data-day="[^"]+" data-minor="(\d+)"', page)]
    assert len(days) == 5
    assert sum(days) == figure(page, "total") > 0

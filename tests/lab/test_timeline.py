"""A purchase is posted when its window ends; a refund before that moment only shrinks it."""

from datetime import date, datetime, timedelta

import pytest

from tests.lab.shop import wine
from tests.lab.test_returns import START, history, order, refund
from tongbao.lab.history import Order, Refund
from tongbao.lab.problems import LabError
from tongbao.lab.returns import match_refunds
from tongbao.lab.timeline import Timeline, timeline_of


def timeline(
    *rows: Order | Refund, settle_after: int = 7, profit_bps: int | None = None, **plan: object
) -> Timeline:
    past = history(*rows)
    return timeline_of(
        past, match_refunds(past), wine("CNY", **plan).plan, settle_after, profit_bps
    )


def commands(found: Timeline) -> list[dict[str, object]]:
    return [event.command() for event in found.events]


def test_a_purchase_is_posted_at_its_time_plus_the_window() -> None:
    found = timeline(order("a", 0, 500), settle_after=7)
    assert commands(found) == [
        {
            "id": "a",
            "type": "purchase",
            "member": "ann",
            "paid": 500,
            "at": "2024-01-08T00:00:00",
        }
    ]
    assert (found.first_day, found.last_day) == (date(2024, 1, 1), date(2024, 1, 8))


def test_a_refund_inside_the_window_only_shrinks_the_order() -> None:
    found = timeline(order("a", 0, 500), refund("r", 3, 200))
    assert [c["paid"] for c in commands(found)] == [300]
    assert (found.in_window, found.in_window_amount, found.late) == (1, 200, 0)


def test_a_refund_at_the_windows_end_is_late_and_comes_after_its_purchase() -> None:
    found = timeline(order("a", 0, 500), refund("A", 7, 200))
    assert [(c["id"], c["type"]) for c in commands(found)] == [("a", "purchase"), ("A", "refund")]
    assert commands(found)[1] == {
        "id": "A",
        "type": "refund",
        "purchase": "a",
        "amount": 200,
        "at": "2024-01-08T00:00:00",
    }


def test_an_order_returned_whole_inside_its_window_never_becomes_a_purchase() -> None:
    found = timeline(order("a", 0, 500), order("b", 1, 300), refund("r", 3, 500))
    assert [c["id"] for c in commands(found)] == ["b"]
    assert found.returned == 1


def test_without_a_window_a_refund_without_a_date_still_shrinks_its_order() -> None:
    found = timeline(order("a", 0, 500, returned=200), settle_after=0)
    assert [(c["type"], c["paid"]) for c in commands(found)] == [("purchase", 300)]


def test_a_cancellation_with_a_date_after_the_window_is_a_late_refund() -> None:
    late = START + timedelta(days=9)
    found = timeline(order("a", 0, 500, returned=200, returned_at=late))
    assert [c["type"] for c in commands(found)] == ["purchase", "refund"]
    assert found.last_day == date(2024, 1, 10)


def test_at_one_moment_purchases_come_before_refunds_and_then_ids_decide() -> None:
    rows = (
        order("c", 1, 500),
        order("b", 1, 500),
        order("a", 0, 500),
        refund("A", 1, 400, of="a"),
    )
    found = timeline(*rows, settle_after=0)
    assert [c["id"] for c in commands(found)] == ["a", "b", "c", "A"]


def test_the_clock_runs_on_until_every_window_has_ended() -> None:
    found = timeline(order("a", 0, 500), order("b", 5, 100), refund("r", 6, 100), settle_after=30)
    assert found.last_day == date(2024, 2, 5)


def test_the_profit_shrinks_with_the_order_and_is_rounded_down() -> None:
    whole = Order("a", "ann", START, 1000, 333, 2)
    found = timeline(whole, refund("r", 1, 100))
    assert commands(found)[0]["profit"] == 299  # 333 x 900 / 1000 = 299.7
    loss = Order("a", "ann", START, 1000, -333, 2)
    found = timeline(loss, refund("r", 1, 100))
    assert commands(found)[0]["profit"] == -300  # -299.7, down


def test_an_assumed_profit_is_a_share_of_what_is_left() -> None:
    found = timeline(order("a", 0, 999), refund("r", 1, 100), profit_bps=3500)
    assert commands(found)[0]["profit"] == 314  # 899 x 0.35 = 314.65


def test_an_assumed_profit_does_not_replace_one_that_is_given() -> None:
    found = timeline(Order("a", "ann", START, 1000, 100, 2), order("b", 1, 1000), profit_bps=3500)
    assert [c["profit"] for c in commands(found)] == [100, 350]


def test_a_plan_of_profit_without_any_names_both_ways_out() -> None:
    with pytest.raises(LabError, match=r"(?s)line 2.*--profit 35%.*profit=margin"):
        timeline(order("a", 0, 500), dividend_base="profit", dividend_bps=3000)


def test_ids_that_would_clash_are_told_apart() -> None:
    rows = (order("a", 0, 500), order("r", 1, 100), refund("r:refund", 20, 50), refund("r", 21, 50))
    found = timeline(*rows)
    ids = [str(c["id"]) for c in commands(found)]
    assert len(set(ids)) == len(ids)


def test_dates_further_apart_than_a_shops_life_are_refused() -> None:
    slip = Order("b", "ann", datetime(1924, 1, 1), 5, None, 9)
    with pytest.raises(LabError, match=r"from 1924-01-01 \(line 9\) to 2024-01-01 \(line 2\)"):
        timeline(order("a", 0, 500), slip)

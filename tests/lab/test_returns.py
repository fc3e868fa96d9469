"""A refund goes to the customer's latest orders that can hold it; nothing is returned twice."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tongbao.lab.history import History, Order, Refund
from tongbao.lab.returns import match_refunds
from tongbao.plans.words import plain

START = datetime(2024, 1, 1)


def order(name: str, day: int, paid: int, who: str = "ann", **more: object) -> Order:
    return Order(name, who, START + timedelta(days=day), paid, None, 2, **more)  # type: ignore[arg-type]  # what a test varies


def refund(name: str, day: int, amount: int, who: str = "ann", of: str = "") -> Refund:
    return Refund(name, who, START + timedelta(days=day), amount, 2, of)


def history(*rows: Order | Refund) -> History:
    return History(
        source="orders.csv",
        kind="CSV",
        layout=plain("by hand"),
        currency="CNY",
        orders=tuple(row for row in rows if isinstance(row, Order)),
        refunds=tuple(row for row in rows if isinstance(row, Refund)),
        rows=len(rows),
        tallies={},
        problems=(),
        notes=(),
    )


def placed(*rows: Order | Refund) -> tuple[list[tuple[str, str, int]], list[tuple[str, int]]]:
    """Return (refund, order, amount) of each piece and (refund, amount) of what is unmatched."""
    past = history(*rows)
    found = match_refunds(past)
    pieces = [(p.id, past.orders[p.order].id, p.amount) for p in found.pieces]
    return pieces, [(u.id, u.amount) for u in found.unmatched]


def test_a_refund_goes_to_the_latest_single_order_with_enough_left() -> None:
    rows = (order("a", 0, 500), order("b", 1, 900), order("c", 2, 300), refund("r", 3, 400))
    assert placed(*rows) == ([("r", "b", 400)], [])


def test_an_order_that_already_gave_back_holds_less() -> None:
    rows = (order("a", 0, 500), order("b", 1, 500), refund("r", 2, 400), refund("s", 3, 400))
    assert placed(*rows) == ([("r", "b", 400), ("s", "a", 400)], [])


def test_a_refund_larger_than_any_order_is_spread_backwards() -> None:
    rows = (order("a", 0, 500), order("b", 1, 200), order("c", 2, 300), refund("r", 3, 600))
    assert placed(*rows) == ([("r", "c", 300), ("r:2", "b", 200), ("r:3", "a", 100)], [])


def test_what_no_order_can_hold_is_unmatched() -> None:
    rows = (order("a", 0, 500), refund("r", 3, 600), refund("s", 4, 50))
    assert placed(*rows) == ([("r", "a", 500)], [("r", 100), ("s", 50)])


def test_only_earlier_orders_count_and_one_at_the_same_instant_is_earlier() -> None:
    rows = (order("a", 2, 500), refund("r", 1, 100), refund("s", 2, 100))
    assert placed(*rows) == ([("s", "a", 100)], [("r", 100)])


def test_another_customers_orders_do_not_count() -> None:
    rows = (order("a", 0, 500, "bob"), refund("r", 1, 100), refund("s", 1, 100, "bob"))
    assert placed(*rows) == ([("s", "a", 100)], [("r", 100)])


def test_a_link_is_followed_and_what_its_order_can_not_hold_is_unmatched() -> None:
    rows = (order("a", 0, 500), order("b", 1, 900), refund("r", 2, 600, of="a"))
    assert placed(*rows) == ([("r", "a", 500)], [("r", 100)])


def test_a_link_to_an_unknown_order_is_unmatched() -> None:
    assert placed(order("a", 0, 500), refund("r", 2, 100, of="x")) == ([], [("r", 100)])


def test_a_refunded_amount_in_the_orders_own_row_belongs_to_it() -> None:
    rows = (order("a", 0, 500, returned=200), order("b", 1, 300), refund("r", 2, 400))
    pieces, unmatched = placed(*rows)
    assert pieces == [("a:returned", "a", 200), ("r", "b", 300), ("r:2", "a", 100)]
    assert unmatched == []


def test_a_refund_in_an_orders_name_gets_a_name_of_its_own() -> None:
    pieces, _ = placed(order("a", 0, 500), refund("a", 2, 100, of="a"))
    assert pieces == [("a:refund", "a", 100)]


def naive(past: History) -> tuple[dict[str, int], int]:
    """Return what came back of each order and what is unmatched, by plain loops."""
    left = {o.id: o.paid for o in past.orders}
    missing = 0
    for r in sorted(past.refunds, key=lambda r: (r.time, r.id)):
        mine = [o for o in past.orders if o.customer == r.customer and o.time <= r.time]
        mine.sort(key=lambda o: (o.time, o.id), reverse=True)
        rest = r.amount
        for o in mine:
            if left[o.id] >= rest:
                left[o.id] -= rest
                rest = 0
                break
        for o in mine:
            part = min(rest, left[o.id])
            left[o.id] -= part
            rest -= part
        missing += rest
    return {o.id: o.paid - left[o.id] for o in past.orders}, missing


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["o", "r"]), st.sampled_from("ab"), st.integers(0, 9), st.integers(1, 40)
    ),
    max_size=40,
)


@given(ROWS)
def test_it_agrees_with_plain_loops_and_loses_nothing(
    rows: list[tuple[str, str, int, int]],
) -> None:
    past = history(
        *(
            order(f"o{n}", day, paid, who) if kind == "o" else refund(f"r{n}", day, paid, who)
            for n, (kind, who, day, paid) in enumerate(rows)
        )
    )
    found = match_refunds(past)
    back = {o.id: 0 for o in past.orders}
    for piece in found.pieces:
        back[past.orders[piece.order].id] += piece.amount
    missing = sum(u.amount for u in found.unmatched)
    assert (back, missing) == naive(past)
    assert sum(back.values()) + missing == sum(r.amount for r in past.refunds)

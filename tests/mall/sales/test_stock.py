"""The goods on the shelf: promised, handed over, back again."""

from typing import Any

import pytest

from tests.mall.sales.buying import buyer
from tests.mall.sales.test_cancelling import with_order
from tests.mall.stage import Mall
from tongbao.mall.sales import cancelling, placing, receiving, returns
from tongbao.mall.sales.models import Part, Return

SHELF = 1000


def ordered(mall: Mall, count: int) -> tuple[Part, Any]:
    """So many of a thing, paid for; the part and the order's line."""
    order, sale = with_order(mall, buyer(mall, wallet=10_000 * count), "tea-1", count)
    assert placing.finish(sale).state == "paid"
    return sale.parts.get(), order.lines.get()


def shelf(mall: Mall, line: Any) -> tuple[int, int, int]:  # noqa: ANN401  # Oscar's line
    """What is there, what of it is promised, what the order's line is promised."""
    record = mall.product("tea-1").stockrecords.get()
    line.refresh_from_db()
    return record.num_in_stock, record.num_allocated, line.num_allocated


def give_back(part: Part, line: Any, count: int, *, restocks: bool = False) -> Return:  # noqa: ANN401  # Oscar's line
    asked = returns.ask(part, 10_000 * count, {str(line.pk): count})
    shown = returns.quote(part, asked.amount_minor)
    return returns.approve(asked, None, shown, restocks=restocks)


def test_goods_leave_the_shelf_once_when_they_are_shipped(mall: Mall) -> None:
    part, line = ordered(mall, 3)
    assert shelf(mall, line) == (SHELF, 3, 3)
    for note in ("a", "b"):
        receiving.ship(part, note)
        assert shelf(mall, line) == (SHELF - 3, 0, 0)
    receiving.receive(part)
    assert shelf(mall, line) == (SHELF - 3, 0, 0)


def test_goods_that_nobody_shipped_leave_it_when_they_are_received(mall: Mall) -> None:
    part, line = ordered(mall, 2)
    receiving.receive(part)
    receiving.receive(part)
    assert shelf(mall, line) == (SHELF - 2, 0, 0)


def test_what_comes_back_before_it_was_shipped_is_free_again(mall: Mall) -> None:
    part, line = ordered(mall, 3)
    give_back(part, line, 1)
    assert shelf(mall, line) == (SHELF, 2, 2)
    receiving.ship(part)
    assert shelf(mall, line) == (SHELF - 2, 0, 0)


@pytest.mark.parametrize("restocks", [False, True])
def test_what_comes_back_later_is_put_back_where_somebody_says_so(
    mall: Mall, *, restocks: bool
) -> None:
    part, line = ordered(mall, 3)
    receiving.ship(part)
    assert give_back(part, line, 2, restocks=restocks).state == "done"
    assert shelf(mall, line) == (SHELF - 3 + 2 * restocks, 0, 0)


def test_goods_shipped_while_their_return_is_carried_out_are_gone(mall: Mall) -> None:
    part, line = ordered(mall, 2)
    asked = returns.ask(part, 10_000, {str(line.pk): 1})
    receiving.ship(part)
    returns.approve(asked, None, returns.quote(part, 10_000))
    assert shelf(mall, line) == (SHELF - 2, 0, 0)


def test_a_shelf_counted_anew_never_falls_below_nothing(mall: Mall) -> None:
    part, line = ordered(mall, 3)
    mall.product("tea-1").stockrecords.update(num_in_stock=1, num_allocated=0)
    receiving.ship(part)
    assert shelf(mall, line) == (0, 0, 0)


def test_goods_of_which_no_stock_is_kept_are_left_alone(mall: Mall) -> None:
    kind = mall.product("tea-1").get_product_class()
    kind.track_stock = False
    kind.save()
    part, line = ordered(mall, 3)
    promised = shelf(mall, line)
    receiving.ship(part)
    give_back(part, line, 1, restocks=True)
    assert shelf(mall, line) == promised


def test_a_cancelled_order_lets_all_of_it_go(mall: Mall) -> None:
    part, line = ordered(mall, 3)
    assert cancelling.cancel(part.sale, "shopper")
    assert shelf(mall, line) == (SHELF, 0, 0)
